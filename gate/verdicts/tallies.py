"""Scores added up as they stream by: per case, arm and dimension, with the most frequent reasons of the head's."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace

from gate.baselines.levels import at_or_above
from gate.model.baseline import Histogram
from gate.model.calibration import Advisory
from gate.model.comparison import Tally, Votes
from gate.model.score import DimensionScore, Evidence, Scored, TrialScores, Unscored, blocking_value, shown_value
from gate.model.words import Arm, Dimension

MAX_REASONS = 40
"""Different reasons kept per case and dimension; judges rarely word two alike, and one is shown."""


@dataclass(slots=True)
class Reasons:
    """Why a dimension got its scores: how often each reason was given, and one place in a transcript for each."""

    counts: Counter[tuple[int, str]] = field(default_factory=Counter)
    evidence: dict[tuple[int, str], Evidence] = field(default_factory=dict)

    def add(self, value: int, reason: str, evidence: Evidence | None) -> None:
        """Count one reason for a score of `value` (-1 = unscored)."""
        key = (value, reason)
        if key not in self.counts and len(self.counts) >= MAX_REASONS:
            return
        self.counts[key] += 1
        if evidence is not None:
            known = self.evidence.get(key, evidence)
            self.evidence[key] = min(known, evidence, key=lambda one: (one.turn, one.quote))

    def most_frequent(self, low: int, high: int) -> tuple[str, Evidence | None]:
        """The reason given most often for scores from `low` to `high`, the worst score first among equals; or ""."""
        fitting = [(-count, key) for key, count in self.counts.items() if low <= key[0] <= high]
        if not fitting:
            return "", None
        _, key = min(fitting)
        return key[1], self.evidence.get(key)


@dataclass(slots=True)
class DimensionCounts:
    """How often 0, 1 and 2 were given as reported (`shown`) and as counted against a merge (`blocking`)."""

    shown: list[int] = field(default_factory=lambda: [0, 0, 0])
    blocking: list[int] = field(default_factory=lambda: [0, 0, 0])
    unscored: int = 0
    votes: Counter[str] = field(default_factory=Counter)
    reasons: Reasons = field(default_factory=Reasons)
    check_reasons: Reasons = field(default_factory=Reasons)

    def add(self, trial: TrialScores, score: DimensionScore, advisory: frozenset[Dimension]) -> None:
        """Count one trial's score."""
        shown, blocking = shown_value(trial, score, advisory), blocking_value(trial, score, advisory)
        if shown is None:
            self.unscored += 1
        else:
            self.shown[shown] += 1
        if blocking is not None:
            self.blocking[blocking] += 1
        if isinstance(score, Scored) and score.votes:
            self.votes.update({"judged": 1, "several": score.votes > 1, "split": score.unstable})
        if trial.arm is Arm.HEAD:
            self._explain(trial, score)

    def tally(self, level: int, *, advisory: bool) -> Tally:
        """The counts as reported, with what the checks alone say where only they may block."""
        zero, one, two = self.shown
        tally = tally_of((zero, one, two), level, self.unscored)
        return replace(tally, checked=(sum(self.blocking[level:]), sum(self.blocking))) if advisory else tally

    def voted(self, other: "DimensionCounts") -> Votes | None:
        """How the judge's votes fell, here and in the other arm; None = no judge gave a score."""
        both = self.votes + other.votes
        return Votes(judged=both["judged"], several=both["several"], split=both["split"]) if both["judged"] else None

    def failing_share(self, level: int) -> float | None:
        """The share of trials below the level, as counted against a merge; None when there is none."""
        total = sum(self.blocking)
        return sum(self.blocking[:level]) / total if total else None

    def _explain(self, trial: TrialScores, score: DimensionScore) -> None:
        match score:
            case Scored():
                self.reasons.add(score.value, score.reason, score.evidence)
            case Unscored():
                self.reasons.add(-1, score.reason, None)
        for finding in trial.findings:
            if finding.dimension is score.dimension and finding.score < 2:
                self.check_reasons.add(finding.score, finding.reason, finding.evidence)


CaseCounts = Mapping[Dimension, DimensionCounts]


def count(trials: Iterable[TrialScores], advisory: Advisory) -> dict[tuple[str, Arm], CaseCounts]:
    """The counts by case key and arm. Trials that errored carry no scores and add nothing; none is kept."""
    counts: dict[tuple[str, Arm], dict[Dimension, DimensionCounts]] = {}
    for trial in trials:
        if trial.error:
            continue
        case = counts.setdefault((trial.case, trial.arm), {})
        for score in trial.scores:
            case.setdefault(score.dimension, DimensionCounts()).add(
                trial, score, advisory(trial.case.partition("/")[0])
            )
    return dict(counts)


def tally_of(histogram: Histogram, level: int, unscored: float = 0) -> Tally:
    """A tally of counted scores; the typical score is the most frequent one, the lower of two equally frequent."""
    total = sum(histogram)
    return Tally(
        passed=at_or_above(histogram, level),
        scored=total,
        unscored=unscored,
        score=max((0, 1, 2), key=lambda score: (histogram[score], -score)) if total else None,
        histogram=histogram,
    )
