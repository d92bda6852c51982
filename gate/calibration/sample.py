"""Draws judged trials for people to score: from every score the judge gave, so that rare failures are among them.

Such a sample has more failures than the trials it was drawn from, all of which the judge saw: taken as it is, a judge
that misses half of what people fail looks as if it missed nothing (Begg and Greenes 1983 on verification bias). The
weights say how the scores were shared out before.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from random import Random

from gate.model.judge import JudgeQuestion
from gate.model.score import DimensionScore, Scored
from gate.model.words import Dimension


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """A trial the judge scored: its question, as the judge saw it, and the scores that are the judge's own."""

    case: str  # the case's id
    rubric: str
    question: JudgeQuestion
    judge: str
    scores: Mapping[Dimension, Scored]


def by_judge(scores: Sequence[DimensionScore]) -> dict[Dimension, Scored]:
    """The scores a judge gave; those of checks say nothing of it."""
    return {one.dimension: one for one in scores if isinstance(one, Scored) and one.by.startswith("judge:")}


Weights = Mapping[tuple[Dimension, int], float]
"""Dimension and the judge's score to the weight of a trial that was drawn with it."""


def weights(trials: Sequence[Judged], drawn: Sequence[Judged]) -> Weights:
    """How much more often each score occurs among the different trials than among those drawn from them."""
    before, after = _occurring(trials), _occurring(drawn)
    all_before, all_after = _by_dimension(before), _by_dimension(after)
    exact = {key: before[key] / all_before[key[0]] * all_after[key[0]] / times for key, times in after.items()}
    return {key: float(f"{weight:.4g}") for key, weight in exact.items()}


def _occurring(trials: Sequence[Judged]) -> Counter[tuple[Dimension, int]]:
    different = {one.question.hash: one for one in trials}
    return Counter((name, score.value) for one in different.values() for name, score in one.scores.items())


def _by_dimension(scores: Counter[tuple[Dimension, int]]) -> Counter[Dimension]:
    found: Counter[Dimension] = Counter()
    for (dimension, _), times in scores.items():
        found[dimension] += times
    return found


def draw(trials: Sequence[Judged], size: int, seed: str) -> list[Judged]:
    """At most `size` different trials, the same for the same seed: in turn one from each dimension and score there is.

    The order of what is drawn says nothing of the scores.
    """
    chance = Random(seed)  # noqa: S311 - no secret
    different = {one.question.hash: one for one in trials if one.scores}
    waiting: dict[tuple[Dimension, int], list[Judged]] = {}
    for one in sorted(different.values(), key=lambda trial: trial.question.hash):
        for dimension, score in one.scores.items():
            waiting.setdefault((dimension, score.value), []).append(one)
    strata = [waiting[key] for key in sorted(waiting)]
    for stratum in strata:
        chance.shuffle(stratum)
    drawn: dict[str, Judged] = {}
    while len(drawn) < size and any(strata):
        for stratum in strata:
            while stratum and stratum[-1].question.hash in drawn:
                stratum.pop()
            if stratum and len(drawn) < size:
                one = stratum.pop()
                drawn[one.question.hash] = one
    found = list(drawn.values())
    chance.shuffle(found)
    return found
