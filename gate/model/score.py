"""Scores of a trial: who gave them, why, and the evidence in the transcript."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from gate.model.words import Arm, Dimension, Outcome


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """Where in the transcript: `turn` from 1 (0 = the whole trial) and the words or the call."""

    turn: int
    quote: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """What one check saw. It caps `dimension` at `score` (2 = nothing wrong)."""

    check: str
    dimension: Dimension
    score: int
    reason: str
    evidence: Evidence | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Scored:
    """A score on a dimension. `by` names check or judge with its version. Raises ValueError unless it is 0, 1 or 2."""

    dimension: Dimension
    value: int
    reason: str
    by: str
    evidence: Evidence | None = None
    unstable: bool = False  # the judge's votes were split
    votes: int = 0  # usable votes of the judge behind it; 0 = a check gave it
    kind: Literal["scored"] = "scored"

    def __post_init__(self) -> None:
        if self.value not in (0, 1, 2):
            raise ValueError(f"a score is 0, 1 or 2, not {self.value}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Unscored:
    """No score, and why. Never zero, never a pass. `by`: the check or judge that could not tell; empty = not asked."""

    dimension: Dimension
    reason: str
    by: str
    kind: Literal["unscored"] = "unscored"


DimensionScore = Scored | Unscored


@dataclass(frozen=True, slots=True, kw_only=True)
class TrialScores:
    """All scores of one trial; a non-empty `error` means it errored and carries no scores."""

    case: str
    arm: Arm
    trial: int
    scores: tuple[DimensionScore, ...] = ()
    findings: tuple[Finding, ...] = ()
    judge: str = ""  # fingerprint of judge model and prompt; "" when no judge was asked
    judge_prompt: str = ""  # hash of the instructions it was given
    judge_models: tuple[str, ...] = ()  # ids of the models that answered, as they named themselves
    judge_masked: Mapping[str, int] = field(default_factory=dict)  # places hidden from it, by kind
    judge_calls: int = 0
    judge_input_tokens: int = 0
    judge_output_tokens: int = 0
    error: str = ""
    transient: bool = False  # the error, or what could not be looked at, may be gone when it is tried again later


def passes(score: DimensionScore, level: int) -> bool:
    """Whether the score reaches the level the case has committed to; unscored never does."""
    match score:
        case Scored(value=value):
            return value >= level
        case Unscored():
            return False


def outcome(
    trial: TrialScores, levels: Mapping[Dimension, int], advisory: frozenset[Dimension] = frozenset()
) -> Outcome:
    """The trial's outcome against the committed levels (2 where none is committed).

    In an `advisory` dimension (its judge is not calibrated) only the checks count. A trial with an unscored dimension
    and no failed one is errored: it says nothing about the agent.
    """
    if trial.error or not trial.scores:
        return Outcome.ERRORED
    values = [(score.dimension, blocking_value(trial, score, advisory)) for score in trial.scores]
    if any(value is not None and value < levels.get(dimension, 2) for dimension, value in values):
        return Outcome.FAILED
    return Outcome.ERRORED if any(value is None for _, value in values) else Outcome.PASSED


def blocking_value(trial: TrialScores, score: DimensionScore, advisory: frozenset[Dimension]) -> int | None:
    """What `score` counts for when it is asked whether a merge may be held; None = unscored.

    In an advisory dimension that is the lowest the checks allow, 2 when they saw nothing: the judge's score is shown
    but never counts, and its silence is no gap. A check that could not look (what it needs was not captured) is one:
    what the others saw is then a ceiling, and counts only when it is 0.
    """
    if score.dimension in advisory:
        lowest = min((finding.score for finding in trial.findings if finding.dimension is score.dimension), default=2)
        blind = isinstance(score, Unscored) and score.by.startswith("check:")
        return None if blind and lowest else lowest
    return score.value if isinstance(score, Scored) else None


def shown_value(trial: TrialScores, score: DimensionScore, advisory: frozenset[Dimension]) -> int | None:
    """What `score` is reported and counted as; None = unscored.

    That is the score itself; where an advisory dimension's judge was silent but a check looked, what the check saw.
    """
    if isinstance(score, Scored):
        return score.value
    looked = any(finding.dimension is score.dimension for finding in trial.findings)
    return blocking_value(trial, score, advisory) if looked else None
