"""Draws judged trials for people to score: from every score the judge gave, so that rare failures are among them."""

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
