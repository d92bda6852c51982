"""Run and score, driven by a procedure that asks for the next trials until the answer is known.

Adapters come in as arguments; no I/O of its own. Feeding the procedure stored outcomes instead of live ones is all that
resuming, re-scoring and comparing take, so they give the same answer as the run they follow.
"""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol

import anyio

from gate.budget import Caps, Meter, affordable
from gate.model.case import Case
from gate.model.comparison import Findings, Request
from gate.model.score import TrialScores
from gate.model.transcript import Transcript
from gate.model.words import Outcome
from gate.verdicts.procedure import Procedure


class Store(Protocol):
    """Where finished trials and their scores are kept, and found again."""

    def transcript(self, request: Request) -> Transcript | None:
        """The kept transcript of a trial, if there is one."""
        ...

    def save_transcript(self, transcript: Transcript) -> None:
        """Keep a finished trial."""
        ...

    def scores(self, request: Request) -> TrialScores | None:
        """The kept scores of a trial, if there are any."""
        ...

    def save_scores(self, scores: TrialScores) -> None:
        """Keep a trial's scores."""
        ...


class Watcher(Protocol):
    """Is told how the run goes: a display, a log."""

    def wanted(self, batch: Sequence[Request]) -> None:
        """These trials run next."""
        ...

    def done(self, request: Request, outcome: Outcome, used: Meter) -> None:
        """One trial is finished and scored."""
        ...


_APART_SECONDS = 0.001
"""Between the beginnings of two lanes: those that begin together ask together ever after, and wait for each other."""

RunTrial = Callable[[Request], Awaitable[Transcript]]
ScoreTrial = Callable[[Case, Transcript], Awaitable[TrialScores]]
OutcomeOf = Callable[[TrialScores], Outcome]


@dataclass(frozen=True, slots=True, kw_only=True)
class Stage:
    """What carries out the trials a procedure asks for."""

    cases: Mapping[str, Case]
    store: Store
    run: RunTrial
    score: ScoreTrial
    outcome: OutcomeOf
    price: Callable[[Transcript], float]
    judge_price: Callable[[TrialScores], float]
    watcher: Watcher
    at_once: int
    caps: Caps = Caps()
    expected: Meter = field(default_factory=Meter)
    """What the forecast expects of the whole run: what a trial costs, before one is done."""
    order: Callable[[Sequence[Request]], Sequence[Request]] = tuple
    """The order in which the trials of a batch are begun; results must not depend on it."""


async def drive(procedure: Procedure, stage: Stage, used: Meter) -> Findings:
    """Run and score what the procedure asks for until it asks for nothing more; what it found.

    `used` is counted up as trials finish, kept ones included.
    Trials of one batch run together, at most `stage.at_once` of them; their outcomes are told in the order asked, so
    the findings do not depend on which finished first. Trials left out by a cap are skipped, which no procedure takes
    for a pass.
    """
    while batch := procedure.wanted():
        runs, left_out = affordable(batch, used, stage.caps, lambda case: stage.cases[case].severity, stage.expected)
        used.left_out += left_out
        stage.watcher.wanted(runs)
        outcomes = await _all(stage.order(runs), stage, used)
        for request in batch:
            procedure.observe(request, outcomes.get(request, Outcome.SKIPPED))
    return procedure.findings()


async def _all(batch: Sequence[Request], stage: Stage, used: Meter) -> dict[Request, Outcome]:
    """The outcome of every trial. What errored for a reason that may pass is made once more when all are done."""
    outcomes: dict[Request, Outcome] = {}
    late: list[Request] = []

    def tell(request: Request, scores: TrialScores) -> None:
        outcomes[request] = stage.outcome(scores)
        used.trials += 1
        stage.watcher.done(request, outcomes[request], used)

    def first(request: Request, scores: TrialScores) -> None:
        if scores.transient:
            late.append(request)
        else:
            tell(request, scores)

    await _in_lanes(batch, stage, used, first)
    await _in_lanes(late, stage, used, tell, anew=True)
    return outcomes


@dataclass(frozen=True, slots=True)
class _Ran:
    """A trial that is to be scored, unless its scores were kept. `fresh`: it was run just now."""

    request: Request
    transcript: Transcript
    scores: TrialScores | None
    fresh: bool


async def _in_lanes(
    requests: Sequence[Request],
    stage: Stage,
    used: Meter,
    done: Callable[[Request, TrialScores], None],
    *,
    anew: bool = False,
) -> None:
    """Run trials in `stage.at_once` lanes and score them in as many others, so that no agent waits for the judge.

    A free lane takes the next one, and a trial that nobody is free to score holds its lane, so memory does not grow
    with the batch. `anew`: what errored, or lacks what may come another time, is not taken from what is kept. An error
    that ends the run ends all lanes, and is raised as it is: what the user must do is said once.
    """
    faults: list[Exception] = []
    waiting = iter(requests)
    ran, unscored = anyio.create_memory_object_stream[_Ran]()

    async def run() -> None:
        async with ran.clone() as out:
            for request in waiting:
                await out.send(await _run(request, stage, anew=anew))

    async def score() -> None:
        async with unscored.clone() as found:
            async for one in found:
                scores = await _scored(one, stage)
                _count(used, one.transcript if one.fresh or not anew else None, scores, stage)
                done(one.request, scores)

    async def lane(work: Callable[[], Awaitable[None]]) -> None:
        try:
            await work()
        except Exception as fault:  # noqa: BLE001 - raised below; lanes would wrap it in a group
            faults.append(fault)
            group.cancel_scope.cancel()

    async with anyio.create_task_group() as group:
        with ran, unscored:
            for _ in range(min(stage.at_once, len(requests))):
                group.start_soon(lane, score)
                group.start_soon(lane, run)
                await anyio.sleep(_APART_SECONDS)
    if faults:
        raise faults[0]


async def _run(request: Request, stage: Stage, *, anew: bool) -> _Ran:
    """The kept trial with its kept scores, or a new one."""
    transcript = stage.store.transcript(request)
    scores = stage.store.scores(request) if transcript is not None else None
    if anew and scores is not None and (scores.error or scores.transient):
        scores = None
        transcript = None if transcript is not None and (transcript.error or transcript.transient) else transcript
    if transcript is not None:
        return _Ran(request, transcript, scores, fresh=False)
    transcript = await stage.run(request)
    stage.store.save_transcript(transcript)
    return _Ran(request, transcript, None, fresh=True)


async def _scored(ran: _Ran, stage: Stage) -> TrialScores:
    if ran.scores is not None:
        return ran.scores
    scores = await stage.score(stage.cases[ran.request.case], ran.transcript)
    stage.store.save_scores(scores)
    return scores


def _count(used: Meter, transcript: Transcript | None, scores: TrialScores, stage: Stage) -> None:
    used.judge_calls += scores.judge_calls
    used.input_tokens += scores.judge_input_tokens
    used.output_tokens += scores.judge_output_tokens
    used.money += (judge := stage.judge_price(scores))
    used.judge_money += judge
    if transcript is not None:
        used.input_tokens += sum(turn.input_tokens for turn in transcript.turns)
        used.output_tokens += sum(turn.output_tokens for turn in transcript.turns)
        used.money += stage.price(transcript)
        used.heard(transcript)
