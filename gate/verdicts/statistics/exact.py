"""The exact stratified one-sided test (Cochran, Mantel, Haenszel) of head trials against stored counts."""

from collections.abc import Iterable
from functools import lru_cache
from math import comb, floor
from typing import NamedTuple


class Stratum(NamedTuple):
    """One case: stored passes of stored runs, and head's passes of its trials."""

    stored_ok: int
    stored_runs: int
    passed: int
    trials: int


def whole_counts(ok: float, runs: float) -> tuple[int, int]:
    """Stored counts as whole passes and trials: forgetting makes them fractional, the exact test needs whole ones."""
    failed = floor(runs - ok + 0.5)
    trials = max(failed, floor(runs + 0.5))
    return trials - failed, trials


def stratified_p(strata: Iterable[Stratum]) -> float:
    """The chance of at least as many head failures as were seen, if head fails like the stored runs.

    Each case's failures are dealt out between the stored runs and the head trials like cards (hypergeometric); the
    sum over cases is their convolution. 1.0 when nothing failed.
    """
    total = [1.0]
    extra = 0  # failures seen above the smallest possible number
    for stratum in strata:
        failed = stratum.trials - stratum.passed
        all_failed = failed + stratum.stored_runs - stratum.stored_ok
        weights = _dealt(stratum.stored_runs, stratum.trials, all_failed)
        extra += failed - max(0, all_failed - stratum.stored_runs)
        if len(weights) > 1:
            total = _convolved(total, weights)
    return min(1.0, sum(total[extra:]))


@lru_cache(maxsize=8192)
def _dealt(stored: int, trials: int, failures: int) -> tuple[float, ...]:
    """Chance of each possible number of head failures, from the smallest, given all failures of a case."""
    smallest, largest = max(0, failures - stored), min(trials, failures)
    every = comb(stored + trials, trials)
    passes = stored + trials - failures
    return tuple(comb(failures, head) * comb(passes, trials - head) / every for head in range(smallest, largest + 1))


def _convolved(longer: list[float], shorter: tuple[float, ...]) -> list[float]:
    result = [0.0] * (len(longer) + len(shorter) - 1)
    for offset, weight in enumerate(shorter):
        for index, value in enumerate(longer, offset):
            result[index] += weight * value
    return result
