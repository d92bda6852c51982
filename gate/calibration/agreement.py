"""How far judge and people agree on one dimension, and what the judge may do for it.

Formulas: Clopper and Pearson 1934 for shares; Youden 1950 for sensitivity + specificity - 1; Cohen 1968 for kappa;
Krippendorff 2011 (Computing Krippendorff's Alpha-Reliability) for alpha. Agreement alone does not do: on a healthy
suite a judge that always says 2 agrees nearly always, and sees nothing.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from gate.model.calibration import Disagreement, Item, Measured, Month, Share, Standing
from gate.model.counting import count
from gate.model.words import Dimension
from gate.verdicts.statistics.agreement import krippendorff_alpha, two_raters
from gate.verdicts.statistics.intervals import clopper_pearson, clopper_pearson_lower

SMOKE_ITEMS = 20
"""Rated trials for a first look: too few to show anything, enough to see a judge that is off."""
LEAST_YOUDEN = 0.85
"""Below this the judge hides so much of a drop that a gate built on it misses half of those from 0.9 to 0.4."""
LEAST_FAILED = 10
"""Trials that people fail: with fewer, a judge that misses every third failure is often not found out.

Counted as if drawn at random: failures that the judge saw, drawn for that, say nothing of those it did not see.
"""
PASSING = 2
"""The score that counts as a pass here."""
_SCORES = 3
_ROUNDED = 1e-3
"""Weights have four digits."""
_Seen = tuple[int, int, float]
"""Score of the judge, score of the people, weight."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Current:
    """What the judge is now: its fingerprint, and the rubric fingerprint of each case by its id."""

    judge: str
    rubrics: Mapping[str, str]

    def holds(self, item: Item) -> bool:
        """Whether what was said of this trial is said of the judge and the rubric of today."""
        return item.judge == self.judge and self.rubrics.get(item.case) == item.rubric


def measure(dimension: Dimension, items: Iterable[Item], current: Current, agreement: float = 0.8) -> Measured:
    """The judge of today on one dimension. `agreement`: what must be shown with 95 % confidence before it may block."""
    rated = [item for item in items if item.dimension is dimension and item.ratings]
    fitting = [item for item in rated if current.holds(item)]
    human = {item.question: said for item in fitting if (said := consensus(item)) is not None}
    settled = [item for item in fitting if item.question in human]
    pairs = [(item.score, human[item.question]) for item in settled]
    seen = [(item.score, human[item.question], item.weight) for item in settled]
    contested = [(item.score, _furthest(item), item.weight) for item in fitting if item.question not in human]
    agreed, sensitivity, specificity = _shares(pairs)
    at_least = clopper_pearson_lower(agreed.hits, len(pairs) + len(contested)) if pairs else 0.0
    shown = _Shown(
        agreed=agreed,
        at_least=at_least,
        youden=sum(_at_large([*seen, *contested])) - 1,
        failed=specificity.total,
        telling=failures_told((person < PASSING, weight) for _, person, weight in seen),
        contested=len(contested),
    )
    standing, why = _standing(shown, agreement, outdated=len(rated) - len(fitting))
    return Measured(
        dimension=dimension,
        judge=current.judge,
        standing=standing,
        why=why,
        agreement=agreed,
        at_least=at_least,
        sensitivity=sensitivity,
        specificity=specificity,
        kappa=_kappa(pairs),
        alpha=_alpha(fitting),
        majority=max(Counter(person for _, person in pairs).values(), default=0) / len(pairs) if pairs else 0.0,
        between=_between(fitting),
        unsettled=len(fitting) - len(settled),
        outdated=len(rated) - len(fitting),
        cases=len({item.case for item in settled}),
        trend=_trend(settled, human),
        pairs=tuple(pairs),
        at_large=_at_large(seen),
        disagreements=tuple(
            _disagreement(item, human[item.question]) for item in settled if item.score != human[item.question]
        ),
    )


def consensus(item: Item) -> int | None:
    """The score of most raters; None when no score has more than half of them."""
    if not item.ratings:
        return None
    score, times = Counter(one.score for one in item.ratings).most_common(1)[0]
    return score if 2 * times > len(item.ratings) else None


@dataclass(frozen=True, slots=True, kw_only=True)
class _Shown:
    """What the standing rests on.

    Trials on which raters disagree count against the judge in bound and index, or a second rater could take its misses
    out of the count; a third one settles them. `telling` failures: of `failed`, as if drawn at random.
    """

    agreed: Share
    at_least: float
    youden: float
    failed: int
    telling: float
    contested: int


def _standing(shown: _Shown, agreement: float, *, outdated: int) -> tuple[Standing, str]:
    agreed, at_least, youden = shown.agreed, shown.at_least, shown.youden
    if not agreed.total and shown.contested:
        which = "the only trial" if shown.contested == 1 else f"all {shown.contested} trials"
        return "uncalibrated", f"raters disagree on {which}"
    if not agreed.total:
        old = count(outdated, "trial was", "trials were")
        return ("stale", f"{old} rated of another judge or rubric") if outdated else (
            "uncalibrated", "nobody rated a trial"
        )  # fmt: skip
    missing = []
    if at_least < agreement:
        missing.append(f"agreement is shown to be at least {at_least:.1%}, {agreement:.0%} is asked")
    if shown.telling < LEAST_FAILED - _ROUNDED:
        like = f" (that tell what {shown.telling:.1f} drawn at random would)" if shown.telling < shown.failed else ""
        needed = f"{LEAST_FAILED} are needed to see what it misses"
        missing.append(f"people fail {shown.failed} of the trials{like}, {needed}")
    elif youden < LEAST_YOUDEN:
        missing.append(f"sensitivity + specificity - 1 is {youden:.2f}, {LEAST_YOUDEN} is asked")
    if not missing:
        return "calibrated", f"agreement is at least {at_least:.1%}, sensitivity + specificity - 1 is {youden:.2f}"
    why = "; ".join(missing)
    if outdated and agreed.total < SMOKE_ITEMS:
        return (
            "stale",
            f"{count(outdated, 'more trial was', 'more trials were')} rated of another judge or rubric; {why}",
        )
    if agreed.total >= SMOKE_ITEMS and agreed.rate >= agreement:
        return "smoke", f"no evidence against it in {count(agreed.total, 'trial')}, too little for it: {why}"
    return "uncalibrated", why


def _furthest(item: Item) -> int:
    return max((one.score for one in item.ratings), key=lambda score: abs(score - item.score))


def _shares(pairs: Sequence[tuple[int, int]]) -> tuple[Share, Share, Share]:
    """Agreement, sensitivity and specificity of scores of the judge beside those of people."""
    return (
        _share(*_hits(judge == person for judge, person in pairs)),
        _share(*_hits(judge >= PASSING for judge, person in pairs if person >= PASSING)),
        _share(*_hits(judge < PASSING for judge, person in pairs if person < PASSING)),
    )


def _at_large(seen: Sequence[_Seen]) -> tuple[float, float]:
    """Sensitivity and specificity among the trials as they occurred; 0 where people gave no such score."""
    passed = [(judge >= PASSING, weight) for judge, person, weight in seen if person >= PASSING]
    failed = [(judge < PASSING, weight) for judge, person, weight in seen if person < PASSING]
    return _part(passed), _part(failed)


def _part(found: Sequence[tuple[bool, float]]) -> float:
    total = sum(weight for _, weight in found)
    return sum(weight for hit, weight in found if hit) / total if total else 0.0


def failures_told(found: Iterable[tuple[bool, float]]) -> float:
    """Of trials with their weights, how many failures drawn at random would tell as much as those that fail here."""
    trials = list(found)
    return sum(weight for failed, weight in trials if failed) / max((weight for _, weight in trials), default=1.0)


def _share(hits: int, total: int) -> Share:
    if not total:
        return Share(hits=0, total=0, low=0.0, high=1.0)
    bounds = clopper_pearson(hits, total)
    return Share(hits=hits, total=total, low=bounds.low, high=bounds.high)


def _hits(seen: Iterable[bool]) -> tuple[int, int]:
    found = list(seen)
    return sum(found), len(found)


def _kappa(pairs: Sequence[tuple[int, int]]) -> float | None:
    if not pairs:
        return None
    return two_raters([judge for judge, _ in pairs], [person for _, person in pairs], _SCORES, "quadratic").kappa


def _alpha(items: Sequence[Item]) -> float | None:
    raters = sorted({one.rater for item in items for one in item.ratings})
    units = []
    for item in items:
        said = {one.rater: one.score for one in item.ratings}
        units.append([item.score, *(said.get(rater) for rater in raters)])
    return krippendorff_alpha(units, _SCORES, "ordinal") if units else None


def _between(items: Sequence[Item]) -> Share | None:
    """How often two raters of the same trial agree."""
    pairs = [
        first.score == second.score
        for item in items
        for index, first in enumerate(item.ratings)
        for second in item.ratings[index + 1 :]
    ]
    return _share(sum(pairs), len(pairs)) if pairs else None


def _trend(settled: Sequence[Item], human: Mapping[str, int]) -> tuple[Month, ...]:
    months: dict[str, list[bool]] = {}
    for item in settled:
        month = max(one.date for one in item.ratings)[:7]
        months.setdefault(month, []).append(item.score == human[item.question])
    return tuple(Month(month=month, agreed=sum(said), total=len(said)) for month, said in sorted(months.items()))


def _disagreement(item: Item, human: int) -> Disagreement:
    said = next(one for one in item.ratings if one.score == human)
    return Disagreement(
        case=item.case,
        question=item.question,
        judge=item.score,
        human=human,
        judge_reason=item.reason,
        human_reason=said.reason,
    )
