"""A pattern that never ends is ended, and told."""

import signal
import threading

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gate.errors import UsageError
from gate.scoring import bounded
from gate.scoring.bounded import full_match

ENDLESS, TEXT = r"(a+)+$", "a" * 64 + "!"


def test_a_pattern_that_never_ends_is_refused_with_the_remedy(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bounded, "SECONDS", 0.05)

    with pytest.raises(UsageError) as refused:
        full_match(ENDLESS, TEXT)

    assert "'(a+)+$' takes more than 0.05 s on an argument of 65 characters" in refused.value.message
    assert "without a repeat inside a repeat" in refused.value.hint


def test_the_timer_is_put_away(monkeypatch: pytest.MonkeyPatch) -> None:
    rung: list[int] = []
    monkeypatch.setattr(bounded, "SECONDS", 0.05)
    before = signal.signal(signal.SIGALRM, lambda number, _: rung.append(number))
    try:
        with pytest.raises(UsageError):
            full_match(ENDLESS, TEXT)
        assert full_match("a.c", "abc")
        assert signal.getitimer(signal.ITIMER_REAL) == (0.0, 0.0)
        signal.raise_signal(signal.SIGALRM)
        assert rung == [signal.SIGALRM]
    finally:
        signal.signal(signal.SIGALRM, before)


def test_another_thread_matches_as_well() -> None:
    found: list[bool] = []
    worker = threading.Thread(target=lambda: found.append(full_match("a.c", "abc")))
    worker.start()
    worker.join()
    assert found == [True]


@given(st.text(max_size=30))
def test_the_whole_text_counts(text: str) -> None:
    assert full_match("(?s).*", text)
    assert full_match("x", text) is (text == "x")
