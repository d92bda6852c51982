"""The accepted results of the base branch: counts per case and dimension, never last scores."""

from collections.abc import Mapping
from dataclasses import dataclass

from gate.model.case import Fingerprints
from gate.model.words import Dimension, Severity

Histogram = tuple[float, float, float]  # how often score 0, 1 and 2 were given (fractional after forgetting)


@dataclass(frozen=True, slots=True, kw_only=True)
class Anchor:
    """Counts frozen at a release, for the drift test over all cases."""

    commit: str
    runs: float
    ok: float


@dataclass(frozen=True, slots=True, kw_only=True)
class BaselineCase:
    """What is accepted of one case. `runs` and `ok` count trials, `hist` scores per dimension."""

    fingerprints: Fingerprints
    topic: str
    severity: Severity
    level: Mapping[Dimension, int]
    runs: float
    ok: float
    hist: Mapping[Dimension, Histogram]
    judge: str = ""  # fingerprint of the judge whose verdicts are in `hist`; "" = checks only
    checks: str = ""  # version of the deterministic checks
    anchor: Anchor | None = None
    infra_missing: int = 0
    last: str = ""  # date of the newest trial in the counts


@dataclass(frozen=True, slots=True, kw_only=True)
class SignOff:
    """Who accepted which cases, why, for which commit and which result."""

    at: str
    by: str
    reason: str
    commit: str
    digest: str
    cases: tuple[str, ...]
    run: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Baseline:
    """The baseline file of one agent. `cases` is keyed by case id.

    `counted`: the newest runs whose trials are in the counts (day, and name of the run folder), so that none is
    counted twice.
    """

    agent: str
    agent_fingerprint: str
    commit: str
    gate_version: str
    cases: Mapping[str, BaselineCase]
    history: tuple[SignOff, ...] = ()
    counted: tuple[str, ...] = ()
