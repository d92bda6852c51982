"""From configuration and plan to the drivers that will run."""

from collections.abc import AsyncIterator, Iterable, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path

from gate.agents.replay import ReplayAgent
from gate.config import AgentConfig, Config, ReplayDriver
from gate.errors import UsageError
from gate.model.plan import AgentPlan, Plan
from gate.model.problem import Problem
from gate.model.words import Arm
from gate.ports import Agent, Judge


def open_agents(root: Path, config: Config, plan: Plan) -> Mapping[str, Agent]:
    """A driver per agent that has a selected case. `root` is the repository that paths of the configuration start at.

    Raises `RecordingError` when a replayed agent was never recorded as it is now.
    """
    needed = {selected.case.partition("/")[0] for selected in plan.selected}
    return {agent.name: _open(root, config.agents[agent.name], agent) for agent in plan.agents if agent.name in needed}


@asynccontextmanager
async def held_open(agents: Iterable[Agent], judge: Judge | None) -> AsyncIterator[Sequence[Problem]]:
    """Drivers and judge opened around a run, closed in reverse; what is wrong with the definitions of the head."""
    async with AsyncExitStack() as stack:
        problems = [one for agent in agents for one in await stack.enter_async_context(agent.open())]
        if judge is not None:
            await stack.enter_async_context(judge.open())
        yield problems


def _open(root: Path, config: AgentConfig, agent: AgentPlan) -> Agent:
    fingerprints = {Arm.BASE: agent.base_fingerprint, Arm.HEAD: agent.head_fingerprint}
    match config.driver:
        case ReplayDriver(recordings=recordings):
            return ReplayAgent(agent.name, root / recordings, fingerprints)
        case driver:
            raise UsageError(f"driver {driver.type} is not built", "use the driver `replay`")
