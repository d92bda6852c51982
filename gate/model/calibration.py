"""What people said of judged trials, and what that says of the judge."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from gate.model.words import Dimension

Advisory = Callable[[str], frozenset[Dimension]]
"""Agent to the dimensions whose judge may not block. Checks block in every dimension."""

Standing = Literal["uncalibrated", "smoke", "calibrated", "stale"]
"""uncalibrated = nothing shown; smoke = no evidence against; calibrated = may block; stale = shown of another judge."""


def none_advisory(agent: str) -> frozenset[Dimension]:
    """No dimension."""
    del agent
    return frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class Rating:
    """A person's score of a judged trial on one dimension, without knowing the judge's. `date` is ISO 8601."""

    rater: str
    score: int
    date: str
    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """One judged trial on one dimension: the judge's score and what people say.

    `question`: hash of all the judge saw; `judge`: its fingerprint; `rubric`: fingerprint of the case's rubric then.
    `weight`: how often trials with its score occurred for each that was drawn, 1 on the average of a sample. A sample
    in which failures are as frequent as passes holds more of them than there were.
    """

    case: str  # the case's id
    question: str
    dimension: Dimension
    judge: str
    rubric: str
    score: int
    reason: str = ""
    ratings: tuple[Rating, ...] = ()
    weight: float = 1.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Calibration:
    """All judged trials of an agent that people rated; the file `calibration/<agent>.json`."""

    agent: str
    items: tuple[Item, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Share:
    """`hits` of `total`, with the bounds of the true share at 95 % confidence (two-sided, Clopper-Pearson)."""

    hits: int
    total: int
    low: float
    high: float

    @property
    def rate(self) -> float:
        """The share itself; 0 of nothing."""
        return self.hits / self.total if self.total else 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Disagreement:
    """A trial on which judge and people differ, with both reasons."""

    case: str
    question: str
    judge: int
    human: int
    judge_reason: str
    human_reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Month:
    """Agreement on the trials people rated in a month (`2026-11`)."""

    month: str
    agreed: int
    total: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Measured:
    """How far a judge can be trusted on one dimension, from trials people agree on.

    Agreement is on the exact score. Sensitivity: share of trials people pass (score 2) that the judge passes;
    specificity: share of those people fail that it fails. `majority` is the share of the most frequent human score,
    which a judge that always says the same would reach. `kappa` is quadratically weighted, `alpha` Krippendorff's for
    ordinal scores over judge and raters; None = undefined. `between` is how often raters agree with each other.
    `unsettled` trials, on which raters disagree, are in none of these; for the standing they count against the judge.
    `judge` is the fingerprint all this is said of, `cases` how many different ones the trials are of, `trend` the
    agreement by the month of the last rating. `at_large` are sensitivity and specificity with each trial counted by its
    weight: of the trials as they occurred, not as they were drawn.
    """

    dimension: Dimension
    judge: str
    standing: Standing
    why: str
    agreement: Share
    at_least: float  # one-sided lower bound of agreement, 95 %
    sensitivity: Share
    specificity: Share
    kappa: float | None
    alpha: float | None
    majority: float
    between: Share | None
    unsettled: int
    outdated: int  # rated trials of another judge or rubric
    disagreements: tuple[Disagreement, ...]
    at_large: tuple[float, float] = (0.0, 0.0)
    cases: int = 0
    trend: tuple[Month, ...] = ()
    pairs: tuple[tuple[int, int], ...] = ()  # score of the judge, score of the people

    @property
    def youden(self) -> float:
        """Sensitivity + specificity - 1: the share of a true drop that the judge still shows."""
        return sum(self.at_large) - 1
