"""One of a thing is said as one: in the helper, and in the sentences that count."""

import pytest

from gate.budget import left_out_words
from gate.judges.ledger import Ledger
from gate.model.comparison import Request
from gate.model.counting import count, first_of
from gate.model.words import Arm, Severity
from gate.verdicts.confirm.words import head_passed, pairs


def test_a_count_has_its_plural_and_thousands() -> None:
    """A verb goes with its noun."""
    assert (
        count(1, "case"),
        count(1903, "case"),
        count(0, "query", "queries"),
        count(1, "vote was", "votes were"),
    ) == (
        "1 case",
        "1,903 cases",
        "0 queries",
        "1 vote was",
    )


def test_of_many_names_the_first_are_said_and_how_many_more_there_are() -> None:
    assert [first_of(["a", "b", "c"], most) for most in (1, 2, 3, 4)] == ["a and 2 more", "a, b and 1 more"] + [
        "a, b, c"
    ] * 2
    assert first_of([], 2) == ""


@pytest.mark.parametrize(
    ("number", "said"),
    [
        (1, "the budget left out 1 trial, which counts for nothing (P2: agent/a)"),
        (2, "the budget left out 2 trials, which count for nothing (P2: agent/a)"),
    ],
)
def test_what_the_budget_left_out_is_counted(number: int, said: str) -> None:
    """One trial counts for nothing, two count for nothing."""
    left_out = [Request(case="agent/a", arm=Arm.HEAD, trial=trial) for trial in range(number)]

    assert left_out_words(left_out, lambda _: Severity.P2) == (said,)


def test_what_the_judge_did_is_counted() -> None:
    """Votes, replies and refusals."""
    once, twice = (Ledger(cached=number, repaired=number, refused=number) for number in (1, 2))

    assert [note.split(" (")[0] for note in once.notes()] == [
        "judge: 1 vote was paid for earlier and taken from the cache",
        "judge: 1 reply had to be asked for again: none was wrong then",
        "judge: gave no judgement 1 time",
    ]
    assert [note.split(" (")[0] for note in twice.notes()] == [
        "judge: 2 votes were paid for earlier and taken from the cache",
        "judge: 2 replies had to be asked for again: none was wrong then",
        "judge: gave no judgement 2 times",
    ]


def test_trials_of_a_verdict_are_counted() -> None:
    """The last number has the noun."""
    assert (head_passed(0, 1), head_passed(1, 3)) == ("head passed 0 of 1 trial", "head passed 1 of 3 trials")
    assert (pairs(1, 0, 1), pairs(2, 1, 5)) == (
        "base passed and head failed in 1 of 1 paired run",
        "base passed and head failed in 2 of 5 paired runs and the reverse in 1",
    )
