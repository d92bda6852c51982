"""The procedure of topping up: the runs that stored counts lack, and no verdict."""

from collections.abc import Mapping
from dataclasses import dataclass

from gate.baselines.record import runs_wanted
from gate.model.comparison import CaseFinding, Findings, Request
from gate.model.counting import count
from gate.model.words import Arm, CaseVerdict, Outcome

_BATCHES = 2  # a case may turn out noisy by its first runs; what errored is asked for once more


@dataclass(slots=True)
class _Counts:
    ok: float
    runs: float
    next_trial: int
    passed: int = 0
    scored: int = 0
    missing: int = 0


class Filling:
    """Asks for 20 runs of each case, stored ones included, and for 50 when fewer than 95 % pass. A `Procedure`.

    `stored` holds passes and runs by case key, (0, 0) where nothing is stored; trials are numbered from `first`, which
    is 1 where it says nothing.
    """

    def __init__(self, stored: Mapping[str, tuple[float, float]], first: Mapping[str, int]) -> None:
        self._cases = {case: _Counts(ok, runs, first.get(case, 1)) for case, (ok, runs) in sorted(stored.items())}
        self._left = _BATCHES
        self._open: dict[Request, None] = {}
        self._ask()

    def wanted(self) -> tuple[Request, ...]:
        """The trials of this batch that have no outcome yet."""
        return tuple(self._open)

    def observe(self, request: Request, outcome: Outcome) -> None:
        """Count the outcome; what the budget left out is not missing."""
        del self._open[request]
        counts = self._cases[request.case]
        if outcome in (Outcome.PASSED, Outcome.FAILED):
            counts.scored += 1
            counts.passed += outcome is Outcome.PASSED
        else:
            counts.missing += outcome is Outcome.ERRORED
        if not self._open:
            self._ask()

    @property
    def missing(self) -> int:
        """Trials that errored."""
        return sum(counts.missing for counts in self._cases.values())

    def findings(self) -> Findings:
        """How often each case passed, with the verdict `new`: nothing is compared."""
        return Findings(cases={case: _finding(counts) for case, counts in self._cases.items()})

    def _ask(self) -> None:
        if not self._left:
            return
        self._left -= 1
        for case, counts in self._cases.items():
            for _ in range(runs_wanted(counts.ok + counts.passed, counts.runs + counts.scored)):
                self._open[Request(case=case, arm=Arm.HEAD, trial=counts.next_trial)] = None
                counts.next_trial += 1


def _finding(counts: _Counts) -> CaseFinding:
    return CaseFinding(
        verdict=CaseVerdict.NEW,
        explanation=f"passed {counts.passed} of {count(counts.scored, 'trial')}",
        head_passed=counts.passed,
        head_trials=counts.scored,
        missing=counts.missing,
    )
