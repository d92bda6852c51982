"""Intervals for a pass rate. Counts may be fractional, as stored counts are after forgetting."""

from collections.abc import Callable
from math import exp, lgamma, log, log1p, sqrt
from statistics import NormalDist
from typing import NamedTuple

_STEPS = 200  # halvings of the interval 0..1 until nothing changes in double precision
_TINY = 1e-300
_PRECISION = 1e-16
_MOST_TERMS = 10_000


class Interval(NamedTuple):
    """Both ends of a confidence interval for a rate, within 0..1."""

    low: float
    high: float


def clopper_pearson(passed: float, trials: float, confidence: float = 0.95) -> Interval:
    """The exact two-sided interval: it holds the true rate at least as often as `confidence` says.

    Raises ValueError when the counts are not 0 <= passed <= trials with trials > 0.
    """
    one_sided = (1 + confidence) / 2
    return Interval(clopper_pearson_lower(passed, trials, one_sided), clopper_pearson_upper(passed, trials, one_sided))


def clopper_pearson_lower(passed: float, trials: float, confidence: float = 0.95) -> float:
    """The exact one-sided lower bound: the true rate is at least this, `confidence` of the time."""
    _check(passed, trials)
    if passed == 0:
        return 0.0
    return _solve(lambda rate: _beta_cdf(rate, passed, trials - passed + 1) - (1 - confidence))


def clopper_pearson_upper(passed: float, trials: float, confidence: float = 0.95) -> float:
    """The exact one-sided upper bound: the true rate is at most this, `confidence` of the time."""
    return 1 - clopper_pearson_lower(trials - passed, trials, confidence)


def wilson(passed: float, trials: float, confidence: float = 0.95) -> Interval:
    """The score interval (Wilson 1927): narrower than the exact one, right on average."""
    _check(passed, trials)
    z = NormalDist().inv_cdf((1 + confidence) / 2)
    rate = passed / trials
    middle = (rate + z * z / (2 * trials)) / (1 + z * z / trials)
    half = z * sqrt(rate * (1 - rate) / trials + z * z / (4 * trials * trials)) / (1 + z * z / trials)
    return Interval(max(0.0, middle - half), min(1.0, middle + half))


def _check(passed: float, trials: float) -> None:
    if not 0 <= passed <= trials or trials <= 0:
        raise ValueError(f"{passed} of {trials} is not a count of passes")


def _solve(rising: Callable[[float], float]) -> float:
    low, high = 0.0, 1.0
    for _ in range(_STEPS):
        middle = (low + high) / 2
        if middle in (low, high):
            break
        low, high = (middle, high) if rising(middle) < 0 else (low, middle)
    return (low + high) / 2


def _beta_cdf(x: float, a: float, b: float) -> float:
    """The regularized incomplete beta function, by its continued fraction on the side where it converges."""
    if x in (0.0, 1.0):
        return x
    scale = exp(lgamma(a + b) - lgamma(a) - lgamma(b) + a * log(x) + b * log1p(-x))
    if x < (a + 1) / (a + b + 2):
        return scale * _fraction(x, a, b) / a
    return 1 - scale * _fraction(1 - x, b, a) / b


def _fraction(x: float, a: float, b: float) -> float:
    """Lentz's evaluation of the incomplete beta's continued fraction (Abramowitz and Stegun 26.5.8)."""
    c, d = 1.0, 1 / _away_from_zero(1 - (a + b) * x / (a + 1))
    result = d
    for m in range(1, _MOST_TERMS):
        even = m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m))
        odd = -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1))
        before = result
        for term in (even, odd):
            d = 1 / _away_from_zero(1 + term * d)
            c = _away_from_zero(1 + term / c)
            result *= c * d
        if abs(result - before) <= _PRECISION * abs(result):
            break
    return result


def _away_from_zero(value: float) -> float:
    return value if abs(value) > _TINY else _TINY
