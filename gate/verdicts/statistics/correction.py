"""Absolute pass rates corrected by human labels. For rates that are shown; a comparison of two arms needs none."""

from collections.abc import Sequence
from math import sqrt
from typing import NamedTuple


class Estimate(NamedTuple):
    """A pass rate with its standard error."""

    rate: float
    error: float


def youden_index(sensitivity: float, specificity: float) -> float:
    """The share of a true drop that the judge still shows: 1 = all of it, 0 = none."""
    return sensitivity + specificity - 1


def rogan_gladen(raw: float, sensitivity: float, specificity: float) -> float:
    """The rate behind a judged rate, kept within 0..1 (Rogan and Gladen 1978).

    Raises ValueError when the judge is no better than chance.
    """
    index = youden_index(sensitivity, specificity)
    if index <= 0:
        raise ValueError("a judge no better than chance cannot be corrected")
    return min(max((raw + specificity - 1) / index, 0.0), 1.0)


def ppi_mean(judged_ok: int, judged: int, judge_labels: Sequence[int], human_labels: Sequence[int]) -> Estimate:
    """The pass rate from `judged` trials plus a few that people labelled as well (prediction-powered, tuned: PPI++).

    Labels are 0 or 1, judge and human on the same trials. Raises ValueError with fewer than two labels or no judged
    trial.
    """
    count = len(human_labels)
    if count < 2 or len(judge_labels) != count or judged <= 0:
        raise ValueError("needs judged trials, and at least two labelled by judge and human alike")
    everything = [*judge_labels, *([1] * judged_ok), *([0] * (judged - judged_ok))]
    spread = _variance(everything)
    tuning = _covariance(human_labels, judge_labels) / ((1 + count / judged) * spread) if spread else 0.0
    share = judged_ok / judged
    left = [human - tuning * judge for human, judge in zip(human_labels, judge_labels, strict=True)]
    unlabelled = share * (1 - share) * judged / (judged - 1) if judged > 1 else 0.0
    error = sqrt(tuning**2 * unlabelled / judged + _variance(left) / count)
    return Estimate(tuning * share + sum(left) / count, error)


def _variance(values: Sequence[float]) -> float:
    return _covariance(values, values)


def _covariance(first: Sequence[float], second: Sequence[float]) -> float:
    count = len(first)
    mean_first, mean_second = sum(first) / count, sum(second) / count
    pairs = zip(first, second, strict=True)
    return sum((a - mean_first) * (b - mean_second) for a, b in pairs) / (count - 1)
