"""One trial: a clean session, the user's turns one after the other, everything that happened."""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from functools import reduce

import anyio
from tenacity import AsyncRetrying, retry_if_exception, stop_after_attempt, wait_random_exponential

from gate.errors import CouldNotTellError
from gate.model.case import Case
from gate.model.transcript import Captured, Transcript, TurnRecord
from gate.model.words import Arm
from gate.ports import Agent, Session

ATTEMPTS = 3
"""How often a trial is begun when the platform fails it: once, and two more times."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Patience:
    """How long is waited, in seconds: for the answer to one user message, and for all of one session; 0 = for ever."""

    turn_seconds: float = 0.0
    case_seconds: float = 0.0
    sleep: Callable[[float], Awaitable[None]] = anyio.sleep


async def run_trial(agent: Agent, case: Case, arm: Arm, trial: int, patience: Patience) -> Transcript:
    """The transcript of one attempt at a case.

    A fault of the platform or the network is tried again, in a new session, after a jittered wait of up to 2 and 4
    seconds; one that stays is kept in `error` with the turns up to it: such a trial errored, it did not fail. No
    answer in time is such a fault.
    """
    turns: list[TurnRecord] = []
    error, passing = "", False
    try:
        async for attempt in AsyncRetrying(
            retry=retry_if_exception(_may_help),
            stop=stop_after_attempt(ATTEMPTS),
            wait=wait_random_exponential(multiplier=2, max=30),
            sleep=patience.sleep,
            reraise=True,
        ):
            with attempt:
                turns.clear()
                async with (
                    _within(patience.case_seconds, "the whole conversation"),
                    agent.session(case, arm, trial) as session,
                ):
                    await _converse(session, case, turns, patience.turn_seconds)
    except CouldNotTellError as fault:
        error, passing = fault.message, fault.again
    return Transcript(
        case=case.key,
        arm=arm,
        trial=trial,
        agent_fingerprint=agent.fingerprint(arm),
        turns=tuple(turns),
        captured=reduce(Captured.also, (turn.captured for turn in turns), agent.capabilities.captured),
        error=error,
        passing=passing,
    )


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
        raise CouldNotTellError(f"{what} took longer than {seconds:g} s", "raise the driver's time limits") from error


def _may_help(fault: BaseException) -> bool:
    return isinstance(fault, CouldNotTellError) and fault.again
