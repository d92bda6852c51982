"""Absolute floors beside the relative test: an agent that never was good enough does not pass by not getting worse."""

from collections.abc import Mapping
from itertools import groupby

from gate.model.comparison import CaseComparison, Comparison, DimensionComparison
from gate.model.report import AcceptanceRow
from gate.model.words import CaseVerdict, Dimension, Severity, Status, Tier
from gate.verdicts.gaps import silent
from gate.verdicts.statistics import clopper_pearson

_COMPLETE: Mapping[Tier, frozenset[Severity]] = {
    Tier.PULL_REQUEST: frozenset({Severity.P0}),
    Tier.FULL: frozenset(Severity),
    Tier.DAILY: frozenset({Severity.P0, Severity.P1}),
    Tier.WEEKLY: frozenset(Severity),
    Tier.NAMED: frozenset(),
}
_CARRIED = frozenset({CaseVerdict.UNCHANGED, CaseVerdict.FLAKY})


def acceptance(
    floors: Mapping[Severity, Mapping[Dimension, float]],
    tier: Tier,
    comparison: Comparison,
    *,
    deterministic: bool = False,
) -> tuple[AcceptanceRow, ...]:
    """One row per agent, severity and dimension with a floor, for the severities this tier runs wholly.

    Counts are those the baseline would hold after a merge: the head's trials, and the base's too where the case is
    unchanged. A case counts once however often it was asked; the interval is Clopper and Pearson's at 95 % over as many
    trials as give the same variance (harmonic mean). Met: the interval lies at or above the floor; missed: below it. A
    `deterministic` agent's share is exact. A case without a score counts as failing below and as passing above.
    """
    rows = []
    cases = sorted((case for case in comparison.cases if case.status is Status.FROZEN), key=lambda case: case.agent)
    for agent, group in groupby(cases, key=lambda case: case.agent):
        own = list(group)
        rows += [
            row
            for severity in Severity
            if severity in _COMPLETE[tier]
            for dimension, floor in sorted(floors.get(severity, {}).items())
            if (row := _row(agent, severity, dimension, floor, own, deterministic=deterministic)) is not None
        ]
    return tuple(rows)


def _row(
    agent: str,
    severity: Severity,
    dimension: Dimension,
    floor: float,
    cases: list[CaseComparison],
    *,
    deterministic: bool,
) -> AcceptanceRow | None:
    found = [
        (case, one)
        for case in cases
        if case.severity is severity
        for one in case.dimensions
        if one.dimension is dimension
    ]
    counts = [counted for case, one in found if (counted := _counts(case, one)) is not None]
    missing = sum(1 for case, one in found if silent(case, one))
    if not counts and not missing:
        return None
    rate, low, high = _bounds(counts, missing, exact=deterministic)
    checked = _bounds([counted for _, one in found for counted in _checked(one)], missing, exact=deterministic)
    return AcceptanceRow(
        agent=agent,
        severity=severity,
        dimension=dimension,
        floor=floor,
        rate=rate,
        low=low,
        high=high,
        cases=len(counts) + missing,
        verdict="met" if low >= floor else "missed" if high < floor else "not yet decidable",
        missing=missing,
        advisory=any(one.advisory for _, one in found),
        blocks=severity is Severity.P0 and high < floor and checked[2] < floor,
    )


def _counts(case: CaseComparison, one: DimensionComparison) -> tuple[float, float] | None:
    """Passed and scored trials, as reported."""
    if one.head is None or not one.head.scored:
        return None
    if case.verdict in _CARRIED and one.base is not None:
        return one.head.passed + one.base.passed, one.head.scored + one.base.scored
    return one.head.passed, one.head.scored


def _checked(one: DimensionComparison) -> list[tuple[float, float]]:
    """The same of the head as far as it may block: in an advisory dimension by the word of the checks alone."""
    if one.head is None or not one.head.scored:
        return []
    return [one.head.checked or (one.head.passed, one.head.scored)]


def _bounds(counts: list[tuple[float, float]], missing: int, *, exact: bool) -> tuple[float, float, float]:
    """The mean of the cases' rates and its bounds, with a missing case as failing below and passing above."""
    if not counts:
        return 0.0, 0.0, 1.0
    rate = sum(passed / scored for passed, scored in counts) / len(counts)
    trials = len(counts) ** 2 / sum(1 / scored for _, scored in counts)
    low, high = (rate, rate) if exact else clopper_pearson(min(rate * trials, trials), trials)
    share = len(counts) / (len(counts) + missing)
    return rate, low * share, high * share + (1 - share)
