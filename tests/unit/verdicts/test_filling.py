"""Topping up: what it asks for, and when it stops."""

from hypothesis import given
from hypothesis import strategies as st

from gate.model.comparison import Request
from gate.model.words import Arm, Outcome
from gate.verdicts.filling import Filling

counts = st.tuples(st.integers(0, 60), st.integers(0, 60)).map(lambda pair: (float(min(pair)), float(max(pair))))


def answer(filling: Filling, outcome: Outcome) -> list[Request]:
    """Answer one batch."""
    batch = list(filling.wanted())
    for request in batch:
        filling.observe(request, outcome)
    return batch


def test_a_steady_case_gets_twenty_runs_numbered_on() -> None:
    """Trials are numbered after those that are used."""
    filling = Filling({"a/x": (12, 12)}, {"a/x": 15})

    batch = answer(filling, Outcome.PASSED)

    assert [request.trial for request in batch] == list(range(15, 23))
    assert filling.wanted() == ()


def test_a_case_that_turns_out_noisy_gets_fifty() -> None:
    filling = Filling({"a/x": (0, 0)}, {})

    assert len(answer(filling, Outcome.FAILED)) == 20
    assert [request.trial for request in answer(filling, Outcome.PASSED)] == list(range(21, 51))
    assert filling.wanted() == ()
    assert filling.findings().cases["a/x"].head_passed == 30


def test_what_errored_is_asked_for_once_more_and_then_missing() -> None:
    """An outage does not make it run for ever."""
    filling = Filling({"a/x": (18, 18)}, {})

    answer(filling, Outcome.ERRORED)
    answer(filling, Outcome.ERRORED)

    assert filling.wanted() == ()
    assert filling.missing == 4


def test_what_the_budget_leaves_out_is_not_missing() -> None:
    filling = Filling({"a/x": (18, 18)}, {})

    answer(filling, Outcome.SKIPPED)

    assert filling.missing == 0


@given(st.dictionaries(st.sampled_from(["a/x", "a/y", "b/z"]), counts), st.sampled_from(Outcome))
def test_it_ends_after_two_batches_of_head_trials_none_asked_twice(
    stored: dict[str, tuple[float, float]], outcome: Outcome
) -> None:
    """Whatever is stored, and whatever the trials come to."""
    filling = Filling(stored, {})

    asked = answer(filling, outcome) + answer(filling, outcome)

    assert filling.wanted() == ()
    assert len(set(asked)) == len(asked)
    assert all(request.arm is Arm.HEAD for request in asked)
    if outcome in (Outcome.PASSED, Outcome.FAILED):
        for case, (_, runs) in stored.items():
            assert runs + sum(request.case == case for request in asked) >= 20
