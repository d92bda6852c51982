"""What follows of people's ratings for an agent's judge: which dimensions may block, and what rates really are."""

from collections.abc import Iterable, Mapping, Sequence

from gate.calibration.agreement import PASSING, Current, measure
from gate.model.calibration import Advisory, Calibration, Measured
from gate.model.case import Case
from gate.model.words import Dimension
from gate.verdicts.statistics.correction import ppi_mean
from gate.verdicts.statistics.intervals import Interval

LEAST_LABELS = 60
"""Rated trials from which a corrected rate is shown: below, its interval is too narrow (84 % instead of 95 % at 20)."""
_Z = 1.959963984540054


def measured(calibration: Calibration, cases: Iterable[Case], judge: str, agreement: float) -> tuple[Measured, ...]:
    """The judge of today on each dimension that people rated; `cases` are the agent's, with their rubrics of today."""
    rubrics = {case.id: case.fingerprints.rubric for case in cases if case.agent == calibration.agent}
    current = Current(judge=judge, rubrics=rubrics)
    rated = {item.dimension for item in calibration.items if item.ratings}
    return tuple(
        measure(dimension, calibration.items, current, agreement) for dimension in Dimension if dimension in rated
    )


def advisory_from(known: Mapping[str, Sequence[Measured]]) -> Advisory:
    """Every dimension of an agent but those whose judge is calibrated."""
    everything = frozenset(Dimension)
    left = {
        agent: everything - {one.dimension for one in found if one.standing == "calibrated"}
        for agent, found in known.items()
    }
    return lambda agent: left.get(agent, everything)


def corrected(one: Measured, judged_ok: int, judged: int) -> tuple[float, Interval] | None:
    """The share of trials people would pass, with its 95 % interval, from `judged` trials and the rated ones (PPI++).

    None below `LEAST_LABELS` rated trials. Angelopoulos, Duchi, Zrnic 2023, https://arxiv.org/abs/2311.01453
    """
    if len(one.pairs) < LEAST_LABELS or judged <= 0:
        return None
    judge = [int(score >= PASSING) for score, _ in one.pairs]
    human = [int(score >= PASSING) for _, score in one.pairs]
    found = ppi_mean(judged_ok, judged, judge, human)
    half = _Z * found.error
    return min(1.0, max(0.0, found.rate)), Interval(max(0.0, found.rate - half), min(1.0, found.rate + half))
