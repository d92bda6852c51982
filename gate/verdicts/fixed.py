"""The procedure of recording: a fixed number of trials per case on one arm, and no verdict."""

from collections.abc import Mapping

from gate.model.comparison import CaseFinding, Findings, Request
from gate.model.counting import count
from gate.model.words import Arm, CaseVerdict, Outcome


class Fixed:
    """Asks for all its trials at once. A `Procedure`; `trials` is how many each case (by key) gets."""

    def __init__(self, trials: Mapping[str, int], arm: Arm = Arm.HEAD) -> None:
        self._trials = trials
        self._arm = arm
        self._outcomes: dict[Request, Outcome] = {}

    def wanted(self) -> tuple[Request, ...]:
        """Every trial that has no outcome yet."""
        asked = (
            Request(case=case, arm=self._arm, trial=number)
            for case, trials in sorted(self._trials.items())
            for number in range(1, trials + 1)
        )
        return tuple(request for request in asked if request not in self._outcomes)

    def observe(self, request: Request, outcome: Outcome) -> None:
        """Keep the outcome."""
        self._outcomes[request] = outcome

    @property
    def missing(self) -> int:
        """Trials that errored; what the budget left out is not missing."""
        return sum(outcome is Outcome.ERRORED for outcome in self._outcomes.values())

    def findings(self) -> Findings:
        """How often each case passed, with the verdict `new`: nothing is compared."""
        return Findings(cases={case: self._finding(case) for case in self._trials})

    def _finding(self, case: str) -> CaseFinding:
        outcomes = [outcome for request, outcome in self._outcomes.items() if request.case == case]
        passed = outcomes.count(Outcome.PASSED)
        trials = passed + outcomes.count(Outcome.FAILED)
        return CaseFinding(
            verdict=CaseVerdict.NEW,
            explanation=f"passed {passed} of {count(trials, 'trial')}",
            head_passed=passed,
            head_trials=trials,
            missing=len(outcomes) - trials,
        )
