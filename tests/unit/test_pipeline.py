"""The loop over run and score."""

from dataclasses import replace

import anyio
import anyio.lowlevel
import pytest

from gate.agents.trial import Patience, run_trial
from gate.budget import Caps, Meter
from gate.errors import StoreError
from gate.model.case import Case, Turn
from gate.model.comparison import Request
from gate.model.score import Scored, TrialScores
from gate.model.transcript import Transcript
from gate.model.words import Arm, Dimension, Outcome, Severity
from gate.pipeline import Stage, drive
from tests.fakes import FakeAgent, MemoryStore, QuietWatcher, ScriptedProcedure


def case(name: str, severity: Severity = Severity.P0) -> Case:
    return Case(
        id=name,
        agent="a",
        topic="",
        dimensions=(Dimension.CORRECTNESS,),
        severity=severity,
        turns=(Turn(number=1, user="hello"),),
    )


def request(name: str, trial: int = 1, arm: Arm = Arm.HEAD) -> Request:
    return Request(case=f"a/{name}", arm=arm, trial=trial)


def stage(agent: FakeAgent, store: MemoryStore, cases: list[Case], caps: Caps | None = None) -> Stage:
    by_key = {item.key: item for item in cases}

    async def run(wanted: Request) -> Transcript:
        return await run_trial(agent, by_key[wanted.case], wanted.arm, wanted.trial, Patience(sleep=no_wait))

    async def score(item: Case, transcript: Transcript) -> TrialScores:
        value = Scored(dimension=Dimension.CORRECTNESS, value=2, reason="said hello", by="check:test")
        return TrialScores(
            case=item.key,
            arm=transcript.arm,
            trial=transcript.trial,
            scores=() if transcript.error else (value,),
            error=transcript.error,
        )

    return Stage(
        cases=by_key,
        store=store,
        run=run,
        score=score,
        outcome=lambda scores: Outcome.ERRORED if scores.error else Outcome.PASSED,
        price=lambda _: 0.0,
        judge_price=lambda _: 0.0,
        watcher=QuietWatcher(),
        at_once=3,
        caps=caps or Caps(),
    )


async def no_wait(_: float) -> None:
    await anyio.lowlevel.checkpoint()


def test_tells_every_outcome_in_the_order_asked_and_stops_when_nothing_is_wanted() -> None:
    """Findings must not depend on which trial finished first."""
    batches = [[request("x", 1), request("y", 1)], [request("x", 2)]]
    procedure = ScriptedProcedure(batches)

    findings = anyio.run(drive, procedure, stage(FakeAgent(), MemoryStore(), [case("x"), case("y")]), Meter())

    assert [asked for asked, _ in procedure.told] == [*batches[0], *batches[1]]
    assert findings.phases == {"told": 3}


def test_a_kept_trial_is_not_paid_for_again() -> None:
    """Resuming runs only what is missing and tells the procedure the same outcomes."""
    agent, store, cases = FakeAgent(), MemoryStore(), [case("x"), case("y")]
    first = ScriptedProcedure([[request("x"), request("y")]])
    anyio.run(drive, first, stage(agent, store, cases), Meter())
    opened = agent.opened
    del store.kept[request("y")]
    again = ScriptedProcedure([[request("x"), request("y")]])

    anyio.run(drive, again, stage(agent, store, cases), Meter())

    assert again.told == first.told
    assert agent.opened == opened + 1


def test_a_kept_transcript_without_scores_is_scored_and_not_run() -> None:
    """A kill between the two files costs no agent call."""
    agent, store, cases = FakeAgent(), MemoryStore(), [case("x")]
    anyio.run(drive, ScriptedProcedure([[request("x")]]), stage(agent, store, cases), Meter())
    store.scored.clear()

    anyio.run(drive, ScriptedProcedure([[request("x")]]), stage(agent, store, cases), Meter())

    assert agent.opened == 1
    assert request("x") in store.scored


def test_a_platform_fault_is_tried_again_in_a_new_session() -> None:
    """Two faults are survived; every session is closed."""
    agent = FakeAgent(faults=2)
    procedure = ScriptedProcedure([[request("x")]])

    anyio.run(drive, procedure, stage(agent, MemoryStore(), [case("x")]), Meter())

    assert procedure.told == [(request("x"), Outcome.PASSED)]
    assert agent.opened == agent.closed == 3


@pytest.mark.parametrize(("faults", "again", "sessions"), [(9, True, 3), (9, False, 1)])
def test_a_fault_that_stays_makes_the_trial_errored(faults: int, again: bool, sessions: int) -> None:
    """Errored is never failed; a fault that cannot pass is not tried again."""
    agent = FakeAgent(faults=faults, again=again)
    procedure = ScriptedProcedure([[request("x")]])

    anyio.run(drive, procedure, stage(agent, MemoryStore(), [case("x")]), Meter())

    assert procedure.told == [(request("x"), Outcome.ERRORED)]
    assert agent.opened == sessions


def test_an_error_that_ends_the_run_is_raised_as_it_is() -> None:
    """Not as a group of one per lane, which nobody above expects."""

    class Torn(MemoryStore):
        def transcript(self, request: Request) -> Transcript | None:
            raise StoreError(f"{request.case} is torn")

    cases = [case("x"), case("y")]

    with pytest.raises(StoreError, match="is torn"):
        anyio.run(drive, ScriptedProcedure([[request("x"), request("y")]]), stage(FakeAgent(), Torn(), cases), Meter())


def test_a_cap_skips_p2_first_and_never_p0() -> None:
    """What is left out is told as skipped, which no procedure takes for a pass."""
    cases = [case("p0"), case("p1", Severity.P1), case("p2", Severity.P2)]
    batch = [request("p0"), request("p0", 2), request("p1"), request("p1", 2), request("p2")]
    procedure = ScriptedProcedure([batch])

    anyio.run(drive, procedure, stage(FakeAgent(), MemoryStore(), cases, Caps(trials=2)), Meter())

    skipped = [asked for asked, outcome in procedure.told if outcome is Outcome.SKIPPED]
    assert skipped == [request("p1", 2), request("p2")]


class Crowd:
    """How many are at work together, now and at most."""

    def __init__(self) -> None:
        self.now = self.most = 0

    async def work(self, seconds: float) -> None:
        self.now += 1
        self.most = max(self.most, self.now)
        await anyio.sleep(seconds)
        self.now -= 1


@pytest.mark.parametrize(("agent_seconds", "judge_seconds"), [(0.0, 0.004), (0.004, 0.0), (0.002, 0.002)])
def test_agents_and_judge_are_each_asked_by_as_many_as_configured(agent_seconds: float, judge_seconds: float) -> None:
    """One limit for each scarce thing: an agent does not wait while the judge thinks, nor is either overrun."""
    cases = [case(f"x{number}") for number in range(12)]
    made = stage(FakeAgent(), MemoryStore(), cases)
    agents, judges, begun = Crowd(), Crowd(), Crowd()

    async def run(wanted: Request) -> Transcript:
        begun.now += 1
        await agents.work(agent_seconds)
        return await made.run(wanted)

    async def score(item: Case, transcript: Transcript) -> TrialScores:
        await judges.work(judge_seconds)
        begun.most = max(begun.most, begun.now)
        begun.now -= 1
        return await made.score(item, transcript)

    procedure = ScriptedProcedure([[request(item.id) for item in cases]])
    anyio.run(drive, procedure, replace(made, run=run, score=score), Meter())

    assert [outcome for _, outcome in procedure.told] == [Outcome.PASSED] * 12
    assert agents.most <= 3
    assert judges.most <= 3
    assert begun.most <= 6, "trials wait for the judge in memory without end"
    if agent_seconds == judge_seconds:
        assert begun.most > 3, "agents wait for the judge"


def test_an_error_that_ends_the_run_while_scoring_is_raised_as_it_is_and_what_ran_is_kept() -> None:
    cases = [case(f"x{number}") for number in range(9)]
    store = MemoryStore()

    async def torn(item: Case, _: Transcript) -> TrialScores:
        raise StoreError(f"{item.key} cannot be kept")

    made = replace(stage(FakeAgent(), store, cases), score=torn)

    with pytest.raises(StoreError, match="cannot be kept"):
        anyio.run(drive, ScriptedProcedure([[request(item.id) for item in cases]]), made, Meter())
    assert store.kept
    assert not store.scored
