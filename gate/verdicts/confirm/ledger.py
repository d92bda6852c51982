"""What a run has learned so far: counts per case, trials per phase, missing trials per arm."""

from collections import Counter
from collections.abc import Generator, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from gate.model.comparison import CaseInput, GroupFinding, Request
from gate.model.counting import count
from gate.model.words import Arm, CaseVerdict, Outcome, Severity

Answers = Mapping[Request, Outcome]
Steps = Generator[Sequence[Request], Answers, None]
"""Asks for batches of trials, is sent their outcomes, ends when the answer is known."""

SCREEN, CONFIRM, CONTROL, TOPIC = "screen", "confirm", "control", "topic"


@dataclass(slots=True)
class Counts:
    """Trials of one arm of a case: asked for, scored, passed, missing."""

    asked: int = 0
    scored: int = 0
    passed: int = 0
    missing: int = 0

    @property
    def failed(self) -> int:
        """Scored trials that did not pass."""
        return self.scored - self.passed


@dataclass(slots=True)
class Standing:
    """One case, its trials so far, and its verdict once that is known."""

    case: CaseInput
    head: Counts = field(default_factory=Counts)
    base: Counts = field(default_factory=Counts)
    skipped: bool = False
    worse: int = 0
    better: int = 0
    verdict: CaseVerdict | None = None
    explanation: str = ""

    def arm(self, arm: Arm) -> Counts:
        """The trials of that arm."""
        return self.base if arm is Arm.BASE else self.head

    def settle(self, verdict: CaseVerdict, explanation: str) -> None:
        """Give the case its verdict."""
        self.verdict = verdict
        self.explanation = explanation


class Ledger:
    """All cases of a run, in an order that does not depend on the order they were given in."""

    def __init__(self, cases: Iterable[CaseInput]) -> None:
        ordered = sorted(cases, key=lambda case: (case.severity, case.case))
        self.standings = {case.case: Standing(case) for case in ordered}
        self.phases: Counter[str] = Counter()
        self.groups: list[GroupFinding] = []
        self.environment = ""
        self.drifted: list[str] = []  # cases in which base fails as well now
        self._missing: Counter[Arm] = Counter()
        self._asked: Counter[Arm] = Counter()

    def of(self, *severities: Severity) -> list[Standing]:
        """The cases of these severities."""
        return [standing for standing in self.standings.values() if standing.case.severity in severities]

    def ask(self, standing: Standing, arm: Arm) -> Request:
        """The next trial of the case in that arm."""
        counts = standing.arm(arm)
        counts.asked += 1
        return Request(case=standing.case.case, arm=arm, trial=counts.asked)

    def ask_pair(self, standing: Standing) -> tuple[Request, Request]:
        """The next base and head trial, to be started together."""
        return self.ask(standing, Arm.BASE), self.ask(standing, Arm.HEAD)

    def perform(self, *parts: tuple[str, Sequence[Request]]) -> Generator[Sequence[Request], Answers, Answers]:
        """Have the trials of each (phase, requests) run in one batch, and count what they came to."""
        batch = [request for _, requests in parts for request in requests]
        if not batch:
            return {}
        answers = yield batch
        for phase, requests in parts:
            for request in requests:
                self._count(phase, request, answers[request])
        return answers

    def close(self) -> None:
        """Say of the cases the run never came to that they did not run."""
        for standing in self.standings.values():
            if standing.verdict is None:
                standing.settle(CaseVerdict.INCONCLUSIVE, "not run: the run stopped before it")

    def missing_too_many(self, most: float) -> str:
        """Says so when an arm misses more than the share `most` of its P0 trials; a single one is never too many."""
        for arm in Arm:
            missing, asked = self._missing[arm], self._asked[arm]
            if missing > max(1, most * asked):
                of = count(asked, f"{arm} trial is", f"{arm} trials are")
                return f"{missing} of {of} missing (agent, judge or network), more than {most:.0%}"
        return ""

    def _count(self, phase: str, request: Request, outcome: Outcome) -> None:
        standing = self.standings[request.case]
        counts = standing.arm(request.arm)
        blocking = standing.case.severity is Severity.P0
        if outcome is Outcome.SKIPPED:
            counts.missing += 1
            standing.skipped = True
            return
        self.phases[phase] += 1
        self._asked[request.arm] += blocking
        if outcome is Outcome.ERRORED:
            counts.missing += 1
            self._missing[request.arm] += blocking
        else:
            counts.scored += 1
            counts.passed += outcome is Outcome.PASSED
