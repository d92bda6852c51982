from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gate.network.breaker import FAULTS, REST_SECONDS, RESTS, Breaker
from gate.network.patience import LONGEST_WAIT, asked_wait, wait_before, worth_repeating

NOW = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("told", "seconds"),
    [
        ("7", 7.0),
        ("Mon, 23 Nov 2026 12:00:30 GMT", 30.0),
        ("Mon, 23 Nov 2026 11:00:00 GMT", 0.0),
        ("", None),
        ("soon", None),
        ("-3", None),
        ("1" * 40, None),
    ],
)
def test_retry_after_is_seconds_or_a_date(told: str, seconds: float | None) -> None:
    assert asked_wait({"retry-after": told}, NOW) == seconds


@given(st.integers(1, 10), st.none() | st.floats(0, 1e6), st.floats(0, 1))
def test_no_wait_is_longer_than_a_minute_and_none_is_shorter_than_asked(
    attempt: int, asked: float | None, chance: float
) -> None:
    wait = wait_before(attempt, asked, chance)

    assert 0 <= wait <= LONGEST_WAIT
    assert asked is None or wait >= min(asked, LONGEST_WAIT)


def test_what_may_have_been_done_is_repeated_only_when_that_does_no_harm() -> None:
    assert worth_repeating(429, repeatable=False)
    assert worth_repeating(503, repeatable=False)
    assert not worth_repeating(500, repeatable=False)
    assert worth_repeating(500, repeatable=True)
    assert not worth_repeating(400, repeatable=True)
    assert not worth_repeating(401, repeatable=True)


class TestBreaker:
    def test_a_host_that_keeps_failing_is_left_alone_and_then_tried_once(self) -> None:
        clock = [0.0]
        breaker = Breaker(lambda: clock[0])
        seen = []
        for _ in range(FAULTS):
            seen.append(breaker.rests)
            breaker.failed("HTTP 500")
        assert not any(seen)

        open_at_once = breaker.rests
        clock[0] += REST_SECONDS
        probe, beside_it = breaker.rests, breaker.rests
        breaker.failed("HTTP 500")
        open_again = breaker.rests
        clock[0] += REST_SECONDS
        second_probe = breaker.rests
        breaker.answered()

        assert (open_at_once, probe, beside_it) == (True, False, True)
        assert (open_again, second_probe, breaker.rests) == (True, False, False)

    def test_a_good_answer_in_between_starts_the_count_anew(self) -> None:
        breaker = Breaker(lambda: 0.0)
        for _ in range(3):
            for _ in range(FAULTS - 1):
                breaker.failed("HTTP 500")
            breaker.answered()

        assert not breaker.rests

    def test_a_probe_that_was_given_up_lets_another_one_through(self) -> None:
        clock = [0.0]
        breaker = Breaker(lambda: clock[0])
        for _ in range(FAULTS):
            breaker.failed("HTTP 500")
        clock[0] += REST_SECONDS
        assert not breaker.rests

        breaker.left()

        assert not breaker.rests

    def test_a_host_that_stays_down_is_given_up_after_some_rests_until_it_answers(self) -> None:
        clock = [0.0]
        breaker = Breaker(lambda: clock[0])
        for _ in range(3 * FAULTS):  # of requests that were under way together
            breaker.failed("HTTP 500")
        given_up = []
        for _ in range(RESTS):
            given_up.append(breaker.given_up)
            assert breaker.seconds_left == REST_SECONDS
            clock[0] += REST_SECONDS
            assert not breaker.rests
            breaker.failed("gone")
        assert (given_up, breaker.given_up, breaker.last) == ([False] * RESTS, True, "gone")

        breaker.answered()
        assert not breaker.given_up

    def test_a_host_that_was_never_reached_is_given_up_after_one_rest(self) -> None:
        """A wrong address is told within half a minute."""
        clock = [0.0]
        breaker = Breaker(lambda: clock[0])
        for _ in range(FAULTS):
            breaker.failed("refused", reached=False)
        assert not breaker.given_up
        clock[0] += REST_SECONDS
        assert not breaker.rests
        breaker.failed("refused", reached=False)
        assert breaker.given_up
