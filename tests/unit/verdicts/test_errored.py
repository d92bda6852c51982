"""Why trials errored, as the report's notes tell it."""

from gate.model.score import TrialScores
from gate.model.words import Arm
from gate.verdicts.errored import errored_words


def trials(*errors: str) -> list[TrialScores]:
    return [TrialScores(case="a/c", arm=Arm.HEAD, trial=number, error=error) for number, error in enumerate(errors, 1)]


def test_the_commonest_reasons_come_first_and_the_rest_is_counted() -> None:
    found = errored_words(trials("down", "down", "", "late", "late", "late", "x", "y", "z"))
    assert found == (
        "3 trials errored: late",
        "2 trials errored: down",
        "1 trial errored: x",
        "2 trials errored for other reasons: see scores.jsonl",
    )


def test_nothing_is_said_where_nothing_errored() -> None:
    assert errored_words(trials("", "")) == ()
