"""What a case has committed to, and whether it may block: both follow from its stored counts."""

from collections.abc import Mapping
from enum import StrEnum

from gate.model.baseline import BaselineCase, Histogram
from gate.model.words import Dimension

LEVEL_SHARE = 0.80
"""Share of stored runs that must reach a score before it is a level."""
CLEAN_SHARE = 0.98
GATEABLE_SHARE = 0.75
ADMISSION_RUNS = 5
"""Stored runs below which a case of a noisy agent may not block."""

_SLACK = 1e-9  # counts are sums of rounded fractions


class CaseClass(StrEnum):
    """How a case's stored runs look: `clean` and `gateable` may block, `quarantined` runs and is shown."""

    CLEAN = "clean"
    GATEABLE = "gateable"
    QUARANTINED = "quarantined"


def classify(runs: float, ok: float, admission: float = ADMISSION_RUNS) -> CaseClass:
    """The class of `ok` passes in `runs`: gateable from 75 % of at least `admission` runs, clean from 98 %."""
    if runs + _SLACK < max(admission, _SLACK * 2) or ok + _SLACK < GATEABLE_SHARE * runs:
        return CaseClass.QUARANTINED
    return CaseClass.CLEAN if ok + _SLACK >= CLEAN_SHARE * runs else CaseClass.GATEABLE


def reached_level(histogram: Histogram) -> int | None:
    """The highest of 2 and 1 that at least 80 % of the scores reach; None when neither is reached."""
    total = sum(histogram)
    if total <= 0:
        return None
    for level in (2, 1):
        if at_or_above(histogram, level) + _SLACK >= LEVEL_SHARE * total:
            return level
    return None


def at_or_above(histogram: Histogram, level: int) -> float:
    """How many of the scores are `level` or better."""
    return sum(histogram[level:])


def fresh_levels(histograms: Mapping[Dimension, Histogram]) -> dict[Dimension, int]:
    """The levels of a case seen for the first time: 2 where nothing lower was reached, safety always 2."""
    return {
        dimension: 2 if dimension is Dimension.SAFETY else reached_level(histogram) or 2
        for dimension, histogram in histograms.items()
    }


def raised_levels(
    committed: Mapping[Dimension, int], histograms: Mapping[Dimension, Histogram], *, may_fall: bool
) -> dict[Dimension, int]:
    """The levels after more runs: a committed level rises with the counts and falls only where `may_fall`.

    Otherwise a slow decline would lower its own bar.
    """
    levels = dict(committed)
    for dimension, now in fresh_levels(histograms).items():
        reached = now if dimension is Dimension.SAFETY else reached_level(histograms[dimension])
        before = committed.get(dimension)
        if before is None or may_fall:
            levels[dimension] = reached or before or now
        elif reached is not None:
            levels[dimension] = max(before, reached)
    return levels


def stored_passes(row: BaselineCase, advisory: frozenset[Dimension] = frozenset()) -> float:
    """How many stored runs pass at the row's levels, as far as the counts of each dimension allow.

    A dimension that may block now caps the count: runs stored while it was advisory did not have to reach its level.
    """
    counted = (
        at_or_above(histogram, row.level.get(dimension, 2))
        for dimension, histogram in row.hist.items()
        if dimension not in advisory
    )
    return min((row.ok, *counted))
