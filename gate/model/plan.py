"""What changed, which cases that affects and why, and what would run."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from gate.model.words import Severity, Status, Tier

IMPACT_UNKNOWN = "impact unknown"
"""How a reason begins that a case runs although nothing shows that the change reaches it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Revision:
    """One side of the comparison: a commit, or the working tree (`sha` empty)."""

    ref: str
    sha: str = ""

    @property
    def short(self) -> str:
        """Seven characters of the commit, or the words `working tree`."""
        return self.sha[:7] or "working tree"


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """One file that differs between base and head, and what that means.

    kind: agent (definition of an agent), fixture, test-data, gate (baseline, configuration, workflow, calibration),
    other. `effect` says in words what the change reaches, or why it reaches nothing.
    """

    path: str
    status: Literal["added", "modified", "deleted", "renamed"]
    kind: Literal["agent", "fixture", "test-data", "gate", "other"]
    effect: str = ""
    old_path: str = ""

    @property
    def names(self) -> tuple[str, ...]:
        """Its paths on either side: a renamed file has two."""
        return (self.path, self.old_path) if self.old_path else (self.path,)


@dataclass(frozen=True, slots=True, kw_only=True)
class AgentPlan:
    """One agent of the run: its definition's fingerprint on both sides, and what of it is affected."""

    name: str
    base_fingerprint: str
    head_fingerprint: str
    affected: bool
    topics: tuple[str, ...] = ()
    actions: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Selected:
    """A case that runs, why (each reason a path from change to case), and whether it may block."""

    case: str
    severity: Severity
    status: Status
    reasons: tuple[tuple[str, ...], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Forecast:
    """What the run is expected to cost; money is None when a model has no price."""

    trials: int
    judge_calls: int
    tokens: int = 0
    money: float | None = None
    unpriced: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class GateChange:
    """A change to what decides (baseline, rubric, configuration …), said on the report."""

    path: str
    what: str
    needs_sign_off: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """Shard `number` (from 1) of `of`; `whole` is the selection that was split, of which the plan holds a part."""

    number: int
    of: int
    whole: tuple[Selected, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """The first stage's value; written to `plan.json` before anything runs.

    `part`: set when the plan is one shard's. `shards`: of a merged run, the case keys of each shard, in their order;
    each was judged by itself; `missing` numbers those that did not arrive. `changed`: keys of cases whose fixture or
    test data differs in what is evaluated.
    """

    tier: Tier
    base: Revision
    head: Revision
    agents: tuple[AgentPlan, ...]
    changes: tuple[Change, ...]
    selected: tuple[Selected, ...]
    total_cases: int
    gate_changes: tuple[GateChange, ...] = ()
    bailouts: tuple[str, ...] = ()
    forecast: Forecast = Forecast(trials=0, judge_calls=0)
    levels: Mapping[str, Mapping[str, int]] = field(default_factory=dict)  # case key -> dimension -> level
    part: Part | None = None
    shards: tuple[tuple[str, ...], ...] = ()
    missing: tuple[int, ...] = ()
    changed: tuple[str, ...] = ()
