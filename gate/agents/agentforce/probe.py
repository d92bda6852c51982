"""One turn that shows whether tool calls can be seen in an org, before anything is concluded from seeing none."""

from gate.agents.trial import Patience, run_trial
from gate.errors import CouldNotTellError, UsageError
from gate.model.case import Case, Turn
from gate.model.words import Arm, Dimension, Severity
from gate.ports import Agent


async def prove_capture(agent: Agent, arm: Arm, seconds: float, remedy: str) -> None:
    """Say `Hello` in this arm and look for its trace; an answer that does not come is asked for as in any trial.

    Raises `UsageError` with the remedy when nothing is seen, `CouldNotTellError` when nobody answers.
    """
    shown = await run_trial(agent, _HELLO, arm, 0, Patience(turn_seconds=seconds))
    if shown.error:
        raise CouldNotTellError(
            f"{agent.version(arm)} did not answer a first `Hello`: {shown.error}", "see whether it answers in the org"
        )
    if not shown.captured.tool_calls:
        raise UsageError(
            f"nothing is seen of what {agent.version(arm)} does in a turn: tool calls would be invisible, not absent",
            remedy,
        )


_HELLO = Case(
    id="capture-probe",
    agent="",
    topic="",
    dimensions=(Dimension.CORRECTNESS,),
    severity=Severity.P2,
    turns=(Turn(number=1, user="Hello"),),
)
