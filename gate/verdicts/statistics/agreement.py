"""How far raters agree beyond chance, on scores 0 .. q-1. None = undefined (nobody used a second score)."""

from collections.abc import Callable, Sequence
from typing import Literal, NamedTuple

Weights = Literal["nominal", "linear", "quadratic"]


class TwoRaters(NamedTuple):
    """Weighted agreement of two raters, and the coefficients that correct it for chance."""

    agreement: float
    kappa: float | None  # Cohen
    pi: float | None  # Scott
    ac: float | None  # Gwet's AC1 (nominal) or AC2 (weighted)


def two_raters(first: Sequence[int], second: Sequence[int], categories: int, weights: Weights) -> TwoRaters:
    """Agreement of two raters on the same items, scores 0 .. `categories` - 1.

    Weights say how much a near miss counts. Raises ValueError when the raters scored different numbers of items or
    none.
    """
    if len(first) != len(second) or not first:
        raise ValueError(f"two raters must score the same items, and at least one: {len(first)} and {len(second)}")
    scores = range(categories)
    weight = [[_weight(a, b, categories, weights) for b in scores] for a in scores]
    count = len(first)
    observed = sum(weight[a][b] for a, b in zip(first, second, strict=True)) / count
    p = [first.count(score) / count for score in scores]
    q = [second.count(score) / count for score in scores]
    mean = [(a + b) / 2 for a, b in zip(p, q, strict=True)]
    by_kappa = sum(weight[a][b] * p[a] * q[b] for a in scores for b in scores)
    by_pi = sum(weight[a][b] * mean[a] * mean[b] for a in scores for b in scores)
    by_ac = sum(map(sum, weight)) * sum(m * (1 - m) for m in mean) / (categories * (categories - 1))
    return TwoRaters(observed, *(_beyond(observed, chance) for chance in (by_kappa, by_pi, by_ac)))


def fleiss_kappa(counts: Sequence[Sequence[int]]) -> float | None:
    """Agreement of a fixed number of raters; each row counts how often an item was given each score."""
    raters = sum(counts[0])
    observed = sum(sum(n * (n - 1) for n in row) for row in counts) / (len(counts) * raters * (raters - 1))
    shares = [sum(column) / (len(counts) * raters) for column in zip(*counts, strict=True)]
    return _beyond(observed, sum(share * share for share in shares))


def krippendorff_alpha(
    units: Sequence[Sequence[int | None]], categories: int, level: Literal["nominal", "ordinal"]
) -> float | None:
    """Krippendorff's alpha of any number of raters per item; None = that rater did not score it.

    Items with fewer than two scores say nothing about agreement and are left out.
    """
    rows = [[score for score in unit if score is not None] for unit in units]
    rows = [row for row in rows if len(row) >= 2]
    totals = [sum(row.count(score) for row in rows) for score in range(categories)]
    distance = _distance(totals, level)
    seen = sum(sum(distance(a, b) for a in row for b in row) / (len(row) - 1) for row in rows)
    expected = sum(totals[a] * totals[b] * distance(a, b) for a in range(categories) for b in range(categories))
    return None if expected == 0 else 1 - (sum(totals) - 1) * seen / expected


def _weight(a: int, b: int, categories: int, weights: Weights) -> float:
    match weights:
        case "nominal":
            return float(a == b)
        case "linear":
            return 1 - abs(a - b) / (categories - 1)
        case "quadratic":
            return 1 - (a - b) ** 2 / (categories - 1) ** 2


def _distance(totals: Sequence[int], level: Literal["nominal", "ordinal"]) -> Callable[[int, int], float]:
    if level == "nominal":
        return lambda a, b: float(a != b)

    def between(a: int, b: int) -> float:
        low, high = min(a, b), max(a, b)
        return float((sum(totals[low : high + 1]) - (totals[low] + totals[high]) / 2) ** 2)

    return between


def _beyond(observed: float, chance: float) -> float | None:
    return None if chance >= 1 else (observed - chance) / (1 - chance)
