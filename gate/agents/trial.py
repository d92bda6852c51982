"""One trial: a clean session, the user's turns one after the other, everything that happened."""

from collections.abc import Awaitable, Callable
from functools import reduce

from tenacity import AsyncRetrying, retry_if_exception, stop_after_attempt, wait_random_exponential

from gate.errors import CouldNotTellError
from gate.model.case import Case
from gate.model.transcript import Captured, Transcript, TurnRecord
from gate.model.words import Arm
from gate.ports import Agent

ATTEMPTS = 3
"""How often a trial is begun when the platform fails it: once, and two more times."""


async def run_trial(
    agent: Agent, case: Case, arm: Arm, trial: int, *, sleep: Callable[[float], Awaitable[None]]
) -> Transcript:
    """The transcript of one attempt at a case.

    A fault of the platform or the network is tried again, in a new session, after a jittered wait of up to 2 and 4
    seconds; one that stays is kept in `error` with the turns up to it: such a trial errored, it did not fail.
    """
    turns: list[TurnRecord] = []
    error = ""
    try:
        async for attempt in AsyncRetrying(
            retry=retry_if_exception(_may_help),
            stop=stop_after_attempt(ATTEMPTS),
            wait=wait_random_exponential(multiplier=2, max=30),
            sleep=sleep,
            reraise=True,
        ):
            with attempt:
                turns.clear()
                await _converse(agent, case, arm, trial, turns)
    except CouldNotTellError as fault:
        error = fault.message
    return Transcript(
        case=case.key,
        arm=arm,
        trial=trial,
        agent_fingerprint=agent.fingerprint(arm),
        turns=tuple(turns),
        captured=reduce(Captured.also, (turn.captured for turn in turns), agent.capabilities.captured),
        error=error,
    )


async def _converse(agent: Agent, case: Case, arm: Arm, trial: int, turns: list[TurnRecord]) -> None:
    async with agent.session(case, arm, trial) as session:
        for turn in case.turns:
            turns.append(await session.send(turn))  # noqa: PERF401 - the turns before a fault are kept


def _may_help(fault: BaseException) -> bool:
    return isinstance(fault, CouldNotTellError) and fault.again
