"""Test doubles of the ports. Each shares a contract test with a real adapter."""

from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager, nullcontext

from gate.budget import Meter
from gate.errors import CouldNotTellError
from gate.model.case import Case, Json, Turn
from gate.model.comparison import Findings, Request
from gate.model.problem import Problem
from gate.model.score import TrialScores
from gate.model.transcript import Transcript, TurnRecord
from gate.model.words import Arm, Outcome
from gate.ports import Capabilities, Session

Answer = Callable[[Case, Arm, int, Turn], TurnRecord]


def echo(case: Case, arm: Arm, trial: int, turn: Turn) -> TurnRecord:
    return TurnRecord(number=turn.number, user=turn.user, reply=f"{case.id} {arm} {trial}: {turn.user}")


class FakeAgent:
    """Answers with a function; faults are raised for the first `faults` sessions."""

    def __init__(self, answer: Answer = echo, *, faults: int = 0, again: bool = True) -> None:
        self.answer = answer
        self.faults = faults
        self.again = again
        self.problems: Sequence[Problem] = ()
        self.opened = 0
        self.closed = 0

    @property
    def capabilities(self) -> Capabilities:
        return Capabilities(arms=frozenset(Arm), deterministic=True)

    def fingerprint(self, arm: Arm) -> str:
        return {Arm.BASE: "b" * 64, Arm.HEAD: "c" * 64}[arm]

    def version(self, arm: Arm) -> str:
        return ""

    def open(self) -> AbstractAsyncContextManager[Sequence[Problem]]:
        return nullcontext(self.problems)

    @asynccontextmanager
    async def session(self, case: Case, arm: Arm, trial: int) -> AsyncIterator[Session]:
        self.opened += 1
        try:
            if self.opened <= self.faults:
                raise CouldNotTellError("503 from the platform", again=self.again)
            yield _FakeSession(self.answer, case, arm, trial)
        finally:
            self.closed += 1


class _FakeSession:
    def __init__(self, answer: Answer, case: Case, arm: Arm, trial: int) -> None:
        self._answer = answer
        self._place = (case, arm, trial)
        self.given: Mapping[str, Json] = {}

    async def send(self, turn: Turn) -> TurnRecord:
        return self._answer(*self._place, turn)


class MemoryStore:
    """A run folder that forgets when the process ends."""

    def __init__(self) -> None:
        self.kept: dict[Request, Transcript] = {}
        self.scored: dict[Request, TrialScores] = {}

    def transcript(self, request: Request) -> Transcript | None:
        return self.kept.get(request)

    def save_transcript(self, transcript: Transcript) -> None:
        self.kept[Request(case=transcript.case, arm=transcript.arm, trial=transcript.trial)] = transcript

    def scores(self, request: Request) -> TrialScores | None:
        return self.scored.get(request)

    def save_scores(self, scores: TrialScores) -> None:
        self.scored[Request(case=scores.case, arm=scores.arm, trial=scores.trial)] = scores


class ScriptedProcedure:
    """Asks for fixed batches and remembers what it was told."""

    def __init__(self, batches: Sequence[Sequence[Request]]) -> None:
        self.batches = [tuple(batch) for batch in batches]
        self.told: list[tuple[Request, Outcome]] = []

    def wanted(self) -> tuple[Request, ...]:
        done = len(self.told)
        for batch in self.batches:
            if done < len(batch):
                return batch
            done -= len(batch)
        return ()

    def observe(self, request: Request, outcome: Outcome) -> None:
        self.told.append((request, outcome))

    def findings(self) -> Findings:
        return Findings(cases={}, phases={"told": len(self.told)})


class QuietWatcher:
    """Counts what it is told."""

    def __init__(self) -> None:
        self.seen: list[tuple[Request, Outcome]] = []

    def wanted(self, batch: Sequence[Request]) -> None:
        del batch

    def done(self, request: Request, outcome: Outcome, used: Meter) -> None:
        del used
        self.seen.append((request, outcome))
