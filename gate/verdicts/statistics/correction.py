"""Absolute pass rates corrected by human labels. For rates that are shown; a comparison of two arms needs none.

`ppi_mean` needs labels on trials drawn at random. Trials for people are drawn so that failures are among them, which
`stratified_ppi` allows for: of such a sample, `ppi_mean` makes 100 % where the truth is 90 %.
"""

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


class Layer(NamedTuple):
    """Trials with the same judge's label: how many were judged, how many people labelled, and passed."""

    judged: float
    labelled: int
    passed: int


def stratified_ppi(strata: Sequence[Layer]) -> Estimate | None:
    """The pass rate when people's labels were drawn per judge's label; None when one that occurs has no human label.

    PPI++ within each stratum, weighted by its share of what was judged (stratified prediction-powered inference,
    Fisch et al. 2024, https://arxiv.org/abs/2406.04291). Within a stratum the judge's label is constant, so that what
    is left is the mean of the human labels. Its error counts one passed and one failed label more than there are:
    without, labels that all agree would claim to be certain. Raises ValueError when nothing was judged.
    """
    judged = sum(one.judged for one in strata)
    if judged <= 0:
        raise ValueError("needs judged trials")
    present = [one for one in strata if one.judged > 0]
    if any(one.labelled <= 0 for one in present):
        return None
    shares = [(one.judged / judged, one.passed / one.labelled, one) for one in present]
    rate = sum(weight * share for weight, share, _ in shares)
    within = sum(weight**2 * _smoothed(one) / one.labelled for weight, _, one in shares)
    between = sum(weight * (share - rate) ** 2 for weight, share, _ in shares) / judged
    return Estimate(rate, sqrt(within + between))


def _smoothed(one: Layer) -> float:
    share = (one.passed + 1) / (one.labelled + 2)
    return share * (1 - share)


def _variance(values: Sequence[float]) -> float:
    return _covariance(values, values)


def _covariance(first: Sequence[float], second: Sequence[float]) -> float:
    count = len(first)
    mean_first, mean_second = sum(first) / count, sum(second) / count
    pairs = zip(first, second, strict=True)
    return sum((a - mean_first) * (b - mean_second) for a, b in pairs) / (count - 1)
