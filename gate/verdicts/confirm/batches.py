"""The `Procedure` around a course of steps: hands out a batch, waits until all of it is answered, goes on."""

from gate.model.comparison import CaseFinding, Findings, Request
from gate.model.words import CaseVerdict, Outcome
from gate.verdicts.confirm.ledger import Ledger, Standing, Steps


class BatchedProcedure:
    """Runs `steps` over a ledger. Outcomes of a batch may be told in any order; they are taken together."""

    def __init__(self, ledger: Ledger, steps: Steps, *, guarantee: str, detectable: str) -> None:
        self._ledger = ledger
        self._steps = steps
        self._guarantee = guarantee
        self._detectable = detectable
        self._answers: dict[Request, Outcome] = {}
        self._open = dict.fromkeys(next(steps, ()))

    def wanted(self) -> tuple[Request, ...]:
        """The trials of this batch that are not answered yet; empty when the answer is known."""
        return tuple(self._open)

    def observe(self, request: Request, outcome: Outcome) -> None:
        """Learn one outcome. Raises ValueError for a trial that is not wanted."""
        if request not in self._open:
            raise ValueError(f"{request} was not asked for, or has been answered")
        del self._open[request]
        self._answers[request] = outcome
        if not self._open:
            answers, self._answers = self._answers, {}
            self._open = dict.fromkeys(self._after(answers))

    def findings(self) -> Findings:
        """What is known now; a case without an answer yet is inconclusive."""
        return Findings(
            cases={key: _finding(standing) for key, standing in self._ledger.standings.items()},
            groups=tuple(self._ledger.groups),
            environment=self._ledger.environment,
            phases=dict(self._ledger.phases),
            guarantee=self._guarantee,
            detectable=self._detectable,
        )

    def _after(self, answers: dict[Request, Outcome]) -> tuple[Request, ...]:
        try:
            return tuple(self._steps.send(answers))
        except StopIteration:
            return ()


def _finding(standing: Standing) -> CaseFinding:
    return CaseFinding(
        verdict=standing.verdict or CaseVerdict.INCONCLUSIVE,
        explanation=standing.explanation or "not finished",
        base_passed=standing.base.passed,
        base_trials=standing.base.scored,
        head_passed=standing.head.passed,
        head_trials=standing.head.scored,
        missing=standing.head.missing + standing.base.missing,
        worse=standing.worse,
        better=standing.better,
    )
