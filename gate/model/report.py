"""The decision of a run, and the one value every report is made from."""

from dataclasses import dataclass
from typing import Literal

from gate.model.comparison import Comparison
from gate.model.plan import Plan
from gate.model.words import Conclusion, Dimension, Severity


@dataclass(frozen=True, slots=True, kw_only=True)
class AcceptanceRow:
    """One absolute floor: the share of trials that must pass a dimension, over all cases of a severity alike.

    `low` and `high` bound the true share with 95 % confidence; `cases` count, `missing` of them gave no score.
    `blocks`: a P0 floor is missed, in an advisory dimension by the word of the checks alone.
    """

    agent: str
    severity: Severity
    dimension: Dimension
    floor: float
    rate: float
    low: float
    high: float
    cases: int
    verdict: Literal["met", "missed", "not yet decidable"]
    missing: int = 0
    advisory: bool = False
    blocks: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """The conclusion, the sentence that says it, and what to do next; written to `verdict.json`.

    `blocking`: case keys that hold the merge. `gaps`: what keeps a run from being green although nothing regressed.
    `digest`: SHA-256 of plan, comparison and floors (`decision.digest_of`), what a sign-off is bound to.
    `about_judge`: what the judge may do, how people would score, what waits for them.
    """

    conclusion: Conclusion
    headline: str
    next_action: str
    exit_code: int
    digest: str
    blocking: tuple[str, ...] = ()
    gaps: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    about_judge: tuple[str, ...] = ()
    acceptance: tuple[AcceptanceRow, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Spend:
    """What the run used. `money` is None when a model has no price in the configuration.

    `judge_money` is the judge's share of it; None when its model has no price, or costs nothing.
    """

    trials: int = 0
    judge_calls: int = 0
    tokens: int = 0
    duration_seconds: float = 0.0
    money: float | None = None
    judge_money: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Links:
    """Where things can be read: URLs on GitHub, paths on a laptop; empty = not linked."""

    report: str = ""
    run: str = ""
    fixtures: str = ""  # prefix of a fixture's path, e.g. a blob URL


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """Everything a person or a program is told about a run."""

    run: str
    folder: str
    started: str
    plan: Plan
    comparison: Comparison
    decision: Decision
    spend: Spend = Spend()
    links: Links = Links()
