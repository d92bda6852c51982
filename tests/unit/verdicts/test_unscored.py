"""What no trial was ever scored on."""

from gate.model.score import DimensionScore, Scored, TrialScores, Unscored
from gate.model.words import Arm, Dimension
from gate.verdicts.unscored import never_scored_words

NO_QUOTE = "the judge's quote does not occur in the transcript"


def trial(case: str, number: int, *scores: DimensionScore) -> TrialScores:
    return TrialScores(case=case, arm=Arm.HEAD, trial=number, scores=scores)


def good(dimension: Dimension) -> Scored:
    return Scored(dimension=dimension, value=2, reason="well", by="judge:x")


def none(dimension: Dimension, reason: str = NO_QUOTE) -> Unscored:
    return Unscored(dimension=dimension, reason=reason, by="judge:x")


def test_a_dimension_without_any_score_is_told_with_its_cases_and_the_commonest_reason() -> None:
    trials = [
        trial("a/x", 1, good(Dimension.CORRECTNESS), none(Dimension.TONE)),
        trial("a/x", 2, good(Dimension.CORRECTNESS), none(Dimension.TONE)),
        trial("a/x", 3, good(Dimension.CORRECTNESS), none(Dimension.TONE, "other")),
        trial("a/y", 1, none(Dimension.TONE)),
    ]

    assert never_scored_words(trials) == (
        f"tone was never scored in 2 cases (a/x, a/y), so nothing can fall short of it: {NO_QUOTE}",
    )


def test_one_score_is_enough_and_an_errored_trial_says_nothing() -> None:
    scored = [trial("a/x", 1, none(Dimension.TONE)), trial("a/x", 2, good(Dimension.TONE)), trial("a/y", 1)]

    assert never_scored_words(scored) == ()
