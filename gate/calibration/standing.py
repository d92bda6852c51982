"""What follows of people's ratings for an agent's judge: which dimensions may block, and what rates really are."""

from collections.abc import Iterable, Mapping, Sequence

from gate.calibration.agreement import PASSING, Current, measure
from gate.model.calibration import Advisory, Calibration, Measured
from gate.model.case import Case
from gate.model.words import Dimension
from gate.verdicts.statistics.correction import Layer, stratified_ppi
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


def advisory_from(known: Mapping[str, Sequence[Measured]], judge: str) -> Advisory:
    """Every dimension of an agent but those on which the judge of this fingerprint is calibrated."""
    everything = frozenset(Dimension)
    left = {
        agent: everything - {one.dimension for one in found if one.standing == "calibrated" and one.judge == judge}
        for agent, found in known.items()
    }
    return lambda agent: left.get(agent, everything)


def corrected(one: Measured, judged_ok: float, judged: float) -> tuple[float, Interval] | None:
    """The share of trials people would pass, with its 95 % interval, from `judged` trials and the rated ones.

    None below `LEAST_LABELS` rated trials, and when none is rated of those the judge passes, or fails, while there are
    such among the judged.
    """
    if len(one.pairs) < LEAST_LABELS or judged <= 0:
        return None
    strata = []
    for count, passes in ((judged_ok, True), (judged - judged_ok, False)):
        human = [person >= PASSING for judge, person in one.pairs if (judge >= PASSING) is passes]
        strata.append(Layer(judged=count, labelled=len(human), passed=sum(human)))
    found = stratified_ppi(strata)
    if found is None:
        return None
    half = _Z * found.error
    return found.rate, Interval(max(0.0, found.rate - half), min(1.0, found.rate + half))
