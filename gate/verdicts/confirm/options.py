"""What the policy may be told: how hard to look, how rarely to be wrong, what the driver can do."""

from dataclasses import dataclass
from typing import Literal

from gate.model.comparison import CaseInput
from gate.verdicts.confirm.words import percent

Mode = Literal["fast", "standard", "strict"]

_SCREENING: dict[Mode, tuple[int, int]] = {"fast": (1, 1), "standard": (2, 3), "strict": (3, 4)}
"""Head trials of a case that is clean on base, and of any other."""
_DETECTABLE: dict[Mode, int] = {"fast": 10, "standard": 31, "strict": 43}
"""Percent of trials a clean case must fall to, to be blocked in 9 of 10 pull requests (held by the simulation)."""
_CLEAN_SHARE = 0.98


@dataclass(frozen=True, slots=True, kw_only=True)
class ConfirmOptions:
    """Options of the confirm policy.

    `alpha`: largest chance that a pull request that changes nothing is blocked, of which 60 % go to single cases and
    40 % to topics. `promise`: the same for all suites and shards that share it and are judged beside this one; 0 =
    alpha. `cap`: most head trials of one confirmation. `infra_missing`: share of missing trials in an arm above which
    the run cannot tell. Raises ValueError for a share outside its range or a cap below 1.
    """

    mode: Mode = "standard"
    alpha: float = 0.01
    promise: float = 0.0
    cap: int = 100
    fail_fast: bool = False
    infra_missing: float = 0.05
    deterministic: bool = False
    has_base_arm: bool = True

    def __post_init__(self) -> None:
        if not (0 < self.alpha < 1 and 0 <= self.infra_missing <= 1 and self.cap >= 1):
            raise ValueError(f"alpha, infra_missing or cap out of range: {self}")

    @property
    def alpha_case(self) -> float:
        """The part of alpha spent on single cases and on all suspects together."""
        return 0.6 * self.alpha

    @property
    def alpha_topic(self) -> float:
        """The part of alpha spent on topics and the suite."""
        return 0.4 * self.alpha

    @property
    def guarantee(self) -> str:
        """The promise every report prints."""
        return f"False blocks ≤ {percent(self.promise or self.alpha)} of unchanged PRs"

    @property
    def detectable(self) -> str:
        """The smallest fall of a clean case that this mode sees in nine pull requests of ten."""
        return f"smallest drop seen reliably: 100 % → {_DETECTABLE[self.mode]} % of trials"

    def screening_trials(self, case: CaseInput) -> int:
        """How many head trials the case starts with: by mode and stored counts, at least the fixture's own wish."""
        clean, other = _SCREENING[self.mode]
        is_clean = case.stored_runs > 0 and case.stored_ok >= _CLEAN_SHARE * case.stored_runs
        return max(clean if is_clean else other, case.trials)
