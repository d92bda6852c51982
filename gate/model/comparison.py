"""What base and head did, case by case, and what the policy says of it."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from gate.model.baseline import Histogram
from gate.model.case import NO_FINGERPRINTS, Fingerprints
from gate.model.problem import Problem
from gate.model.score import Evidence
from gate.model.words import Arm, CaseVerdict, Dimension, Severity, Status


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """One trial a procedure asks for. `trial` counts from 1 within case and arm."""

    case: str
    arm: Arm
    trial: int


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseInput:
    """What a procedure knows of a case before it runs: stored passes of stored runs on the base branch.

    `comparable` is False when a fingerprint differs or no baseline row exists: it runs but cannot regress.
    `may_block` is True for frozen P0 cases that are not quarantined by hand; `quarantined` says that a person did that.
    `changed`: nothing but this change's own edit of fixture or test data makes the stored counts another number.
    """

    case: str
    topic: str
    severity: Severity
    stored_ok: float
    stored_runs: float
    comparable: bool
    may_block: bool
    trials: int = 0  # the fixture's own wish; 0 = as the policy says
    quarantined: bool = False
    changed: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseFinding:
    """What a procedure says of one case, in numbers and in a sentence."""

    verdict: CaseVerdict
    explanation: str
    base_passed: int = 0
    base_trials: int = 0
    head_passed: int = 0
    head_trials: int = 0
    missing: int = 0
    worse: int = 0  # pairs: base passed, head failed
    better: int = 0  # pairs: base failed, head passed


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupFinding:
    """What a procedure says of a topic or of the whole suite (`group` empty)."""

    group: str
    verdict: CaseVerdict
    explanation: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Findings:
    """A procedure's answer. `environment` non-empty = it could not tell, and why.

    `broken`: what keeps the head's definition from being run at all; then there are no cases.
    """

    cases: Mapping[str, CaseFinding]
    groups: tuple[GroupFinding, ...] = ()
    environment: str = ""
    broken: tuple[Problem, ...] = ()
    phases: Mapping[str, int] = field(default_factory=dict)  # phase -> trials spent in it
    guarantee: str = ""
    detectable: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Tally:
    """How one arm did on one dimension of a case: scored trials, how many at or above the level.

    `score` is the most frequent score (the lower of two equally frequent); None when nothing was scored. `histogram`
    says how often 0, 1 and 2 were given. `checked`, in an advisory dimension of this run's trials: how many of how many
    reached the level by the word of the checks alone, which is all that may block.
    """

    passed: float
    scored: float
    unscored: float = 0
    score: int | None = None
    histogram: Histogram = (0.0, 0.0, 0.0)
    checked: tuple[int, int] | None = None

    @property
    def passes(self) -> bool:
        """Whether more than half of the scored trials reached the level."""
        return self.scored > 0 and self.passed > self.scored / 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Votes:
    """How the judge voted on a dimension of a case: `judged` trials, `several` of them by more than one vote.

    `split`: trials whose votes were not all equal. Both arms are counted, since both are asked by the same rubric.
    """

    judged: int
    several: int
    split: int

    @property
    def unanimity(self) -> float:
        """The share of judged trials whose votes were all equal; a single vote is."""
        return 1 - self.split / self.judged


@dataclass(frozen=True, slots=True, kw_only=True)
class DimensionComparison:
    """One dimension of one case. `advisory`: its judge is not calibrated, only checks may block.

    `votes`: None = no judge gave a score that counts.
    """

    dimension: Dimension
    level: int
    verdict: CaseVerdict
    base: Tally | None
    head: Tally | None
    advisory: bool = False
    votes: Votes | None = None
    reason: str = ""
    evidence: Evidence | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseComparison:
    """One case: its verdict, why, and its dimensions. `blocks` = this verdict holds the merge.

    `fingerprints` are of the head's case, `judge` and `checks` what scored its trials ("" = no judge was asked): with
    the counts, all that a row of the baseline is made of when the case is accepted.
    """

    case: str
    agent: str
    topic: str
    severity: Severity
    status: Status
    verdict: CaseVerdict
    blocks: bool
    finding: CaseFinding
    dimensions: tuple[DimensionComparison, ...]
    differs: tuple[str, ...] = ()  # which fingerprints make it not comparable: fixture, rubric, data, judge, checks
    path: str = ""
    line: int = 1
    fingerprints: Fingerprints = NO_FINGERPRINTS
    judge: str = ""
    checks: str = ""

    @property
    def id(self) -> str:
        """The case's id within its agent."""
        return self.case.partition("/")[2]


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """All cases of a run under one policy; written to `comparison.json`.

    `broken`: what keeps the head's definition from being run at all: it does not compile, so nothing ran.
    `judge`: whether one is configured; without, the checks alone score.
    """

    policy: str
    cases: tuple[CaseComparison, ...]
    groups: tuple[GroupFinding, ...] = ()
    environment: str = ""
    broken: tuple[Problem, ...] = ()
    phases: Mapping[str, int] = field(default_factory=dict)
    guarantee: str = ""
    detectable: str = ""
    judge: bool = True
