"""One trial: a clean session, the user's turns one after the other, everything that happened."""

from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass
from functools import reduce

import anyio
from tenacity import AsyncRetrying, RetryCallState, retry_if_exception, stop_after_attempt, wait_random_exponential

from gate.errors import CouldNotTellError, UsageError
from gate.model.case import Case, Json
from gate.model.transcript import Captured, Transcript, TurnRecord
from gate.model.words import Arm
from gate.ports import Agent, Session

LONGEST_PAUSE = 300.0
"""Seconds; a service that asks to be left alone for longer is not asked again in a trial."""
ATTEMPTS = 3
"""How often a trial is begun when the platform fails it: once, and two more times."""
_JITTER = wait_random_exponential(multiplier=2, max=30)


@dataclass(frozen=True, slots=True, kw_only=True)
class Patience:
    """How long is waited, in seconds: for the answer to one user message, and for all of one session; 0 = for ever."""

    turn_seconds: float = 0.0
    case_seconds: float = 0.0
    sleep: Callable[[float], Awaitable[None]] = anyio.sleep


Around = Callable[[Case, Arm, int], AbstractAsyncContextManager[Case]]
"""What is done before and after a session; the case it gives back is the one that is tried."""


async def run_trial(
    agent: Agent, case: Case, arm: Arm, trial: int, patience: Patience, *, around: Around | None = None
) -> Transcript:
    """The transcript of one attempt at a case.

    A fault of the platform or the network is tried again, in a new session, after a jittered wait of up to 2 and 4
    seconds, and what the service asks for; one that stays is kept in `error` with the turns up to it: such a trial
    errored, it did not fail. No answer in time is such a fault.
    """
    turns: list[TurnRecord] = []
    given: Mapping[str, Json] = {}
    error, transient = "", False
    try:
        async for attempt in AsyncRetrying(
            retry=retry_if_exception(_may_help),
            stop=stop_after_attempt(ATTEMPTS),
            wait=_pause,
            sleep=patience.sleep,
            reraise=True,
        ):
            with attempt:
                turns.clear()
                async with (around or _nothing)(case, arm, trial) as prepared:
                    async with (
                        agent.session(prepared, arm, trial) as session,  # may wait for a place, so it is not timed
                        _within(patience.case_seconds, "the whole conversation"),
                    ):
                        await _converse(session, prepared, turns, patience.turn_seconds)
                    set_up = {one.name: one.value for one in prepared.variables if one not in case.variables}
                    given = {**set_up, **session.given}
    except CouldNotTellError as fault:
        error, transient = fault.line, fault.again
    except UsageError as fault:
        raise UsageError(f"{case.id}: {fault.message}", fault.hint) from fault
    return Transcript(
        case=case.key,
        arm=arm,
        trial=trial,
        agent_fingerprint=agent.fingerprint(arm),
        turns=tuple(turns),
        variables=given,
        captured=reduce(Captured.also, (turn.captured for turn in turns), agent.capabilities.captured),
        error=error,
        transient=transient if error else any(turn.untraced for turn in turns),
        version=agent.version(arm),
    )


@asynccontextmanager
async def _nothing(case: Case, arm: Arm, trial: int) -> AsyncIterator[Case]:
    del arm, trial
    yield case


async def _converse(session: Session, case: Case, turns: list[TurnRecord], turn_seconds: float) -> None:
    for turn in case.turns:
        async with _within(turn_seconds, f"turn {turn.number}"):
            turns.append(await session.send(turn))


@asynccontextmanager
async def _within(seconds: float, what: str) -> AsyncIterator[None]:
    """Ends what takes too long, as a fault that is not the agent's word."""
    if not seconds:
        yield
        return
    try:
        with anyio.fail_after(seconds):
            yield
    except TimeoutError as error:
        hint = "see whether what answers is up; where it is only slow, raise the driver's time limits"
        raise CouldNotTellError(f"{what} took longer than {seconds:g} s", hint) from error


def _may_help(fault: BaseException) -> bool:
    return isinstance(fault, CouldNotTellError) and fault.again and fault.after <= LONGEST_PAUSE


def _pause(state: RetryCallState) -> float:
    fault = state.outcome.exception() if state.outcome else None
    return _JITTER(state) + (fault.after if isinstance(fault, CouldNotTellError) else 0.0)
