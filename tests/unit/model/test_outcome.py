"""The truth table of a trial's outcome."""

from collections.abc import Mapping

from hypothesis import given
from hypothesis import strategies as st

from gate.model.score import (
    DimensionScore,
    Finding,
    Scored,
    TrialScores,
    Unscored,
    blocking_value,
    outcome,
    passes,
    shown_value,
)
from gate.model.words import Arm, Dimension, Outcome

CORRECTNESS, TONE = Dimension.CORRECTNESS, Dimension.TONE
TONE_ADVISORY = frozenset({TONE})


def _score(dimension: Dimension, value: int | None) -> DimensionScore:
    if value is None:
        return Unscored(dimension=dimension, reason="no verdict", by="judge")
    return Scored(dimension=dimension, value=value, reason="", by="judge")


def _finding(dimension: Dimension, score: int) -> Finding:
    return Finding(check="anti-pattern", dimension=dimension, score=score, reason="")


@st.composite
def _trials(draw: st.DrawFn) -> TrialScores:
    dimensions = draw(st.lists(st.sampled_from(Dimension), unique=True))
    values = st.sampled_from((None, 0, 1, 2))
    return TrialScores(
        case="support/a",
        arm=Arm.HEAD,
        trial=1,
        scores=tuple(_score(dimension, draw(values)) for dimension in dimensions),
        findings=tuple(
            _finding(draw(st.sampled_from(Dimension)), draw(st.integers(0, 2))) for _ in range(draw(st.integers(0, 3)))
        ),
        error=draw(st.sampled_from(("", "", "", "timeout"))),
    )


_levels = st.dictionaries(st.sampled_from(Dimension), st.sampled_from((1, 2)))
_advisory = st.frozensets(st.sampled_from(Dimension))


@given(_trials(), _levels, _advisory)
def test_the_outcome_follows_the_truth_table(
    trial: TrialScores, levels: Mapping[Dimension, int], advisory: frozenset[Dimension]
) -> None:
    failed = unscored = False
    for score in trial.scores:
        if score.dimension in advisory:
            value: int | None = min([2, *(one.score for one in trial.findings if one.dimension is score.dimension)])
        else:
            value = score.value if isinstance(score, Scored) else None
        unscored = unscored or value is None
        failed = failed or (value is not None and value < levels.get(score.dimension, 2))
    expected = Outcome.FAILED if failed else Outcome.ERRORED if unscored else Outcome.PASSED

    assert outcome(trial, levels, advisory) is (expected if trial.scores and not trial.error else Outcome.ERRORED)


@given(_trials(), _levels)
def test_a_trial_without_findings_passes_every_advisory_dimension(
    trial: TrialScores, levels: Mapping[Dimension, int]
) -> None:
    silent = TrialScores(case=trial.case, arm=trial.arm, trial=1, scores=trial.scores, error=trial.error)
    errored = bool(trial.error) or not trial.scores

    assert outcome(silent, levels, frozenset(Dimension)) is (Outcome.ERRORED if errored else Outcome.PASSED)


@given(_trials(), st.sampled_from(Dimension), _advisory)
def test_what_is_shown_is_never_better_known_than_what_was_scored(
    trial: TrialScores, dimension: Dimension, advisory: frozenset[Dimension]
) -> None:
    for score in trial.scores:
        shown = shown_value(trial, score, advisory)
        if isinstance(score, Scored):
            assert shown == score.value
        elif shown is not None:
            assert score.dimension in advisory
            assert shown == blocking_value(trial, score, advisory)


def test_a_check_is_shown_where_the_advisory_judge_was_silent() -> None:
    unscored = _score(TONE, None)
    trial = TrialScores(
        case="support/a", arm=Arm.HEAD, trial=1, scores=(unscored,), findings=(_finding(TONE, 1), _finding(TONE, 2))
    )

    assert shown_value(trial, unscored, TONE_ADVISORY) == 1
    assert shown_value(trial, unscored, frozenset()) is None


def test_a_score_passes_at_its_level_and_silence_never_does() -> None:
    assert [passes(_score(CORRECTNESS, value), 1) for value in (0, 1, 2, None)] == [False, True, True, False]
