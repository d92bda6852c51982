"""From configuration and plan to the drivers that will run."""

import os
from collections.abc import AsyncIterator, Iterable, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path

from gate.agents.agentforce.preview import AgentforcePreviewAgent, find_scripts
from gate.agents.agentforce.published import AgentforceAgent
from gate.agents.chat.agent import ChatAgent
from gate.agents.chat.definition import read_definition
from gate.agents.command.agent import CommandAgent, files_below
from gate.agents.hooks import Hooks
from gate.agents.replay import ReplayAgent
from gate.config import (
    AgentConfig,
    AgentforceDriver,
    AgentforcePreviewDriver,
    ChatDriver,
    CommandDriver,
    Config,
    LiveDriver,
    OrgConfig,
    ReplayDriver,
)
from gate.errors import CouldNotTellError, UsageError
from gate.model.plan import AgentPlan, Plan
from gate.model.problem import Problem
from gate.model.words import Arm
from gate.org.org import Org
from gate.ports import Agent, Judge, Tree


def open_agents(
    root: Path, config: Config, plan: Plan, sides: Mapping[Arm, Tree], environ: Mapping[str, str] = os.environ
) -> Mapping[str, Agent]:
    """A driver per agent that has a selected case. `root` is the repository that paths of the configuration start at.

    Live agents are made of the files of both `sides`. Raises `RecordingError` when a replayed agent was never recorded
    as it is now, `UsageError` when a secret is missing, `CouldNotTellError` when the base's definition is broken.
    """
    needed = {selected.case.partition("/")[0] for selected in plan.selected}
    return {
        agent.name: open_agent(root, config.agents[agent.name], agent, sides, environ)
        for agent in plan.agents
        if agent.name in needed
    }


@asynccontextmanager
async def held_open(
    agents: Iterable[Agent], hooks: Iterable[Hooks], judge: Judge | None
) -> AsyncIterator[Sequence[Problem]]:
    """Hooks, drivers and judge opened around a run, closed in reverse; what is wrong with the head's definitions."""
    async with AsyncExitStack() as stack:
        for one in hooks:
            await stack.enter_async_context(one.around_suite())
        problems = [one for agent in agents for one in await stack.enter_async_context(agent.open())]
        if judge is not None:
            await stack.enter_async_context(judge.open())
        yield problems


def open_agent(
    root: Path, config: AgentConfig, agent: AgentPlan, sides: Mapping[Arm, Tree], environ: Mapping[str, str]
) -> Agent:
    """The driver of one agent; raises as `open_agents` does."""
    fingerprints = {Arm.BASE: agent.base_fingerprint, Arm.HEAD: agent.head_fingerprint}
    match config.driver:
        case ReplayDriver(recordings=recordings):
            return ReplayAgent(agent.name, root / recordings, fingerprints)
        case ChatDriver() as driver:
            return _chat(agent.name, driver, fingerprints, sides, environ)
        case AgentforceDriver() as driver:
            org = _org(driver, driver.org, environ)
            base_org = _org(driver, driver.base_org, environ) if driver.base_org else org
            return AgentforceAgent(agent.name, driver, fingerprints, {Arm.HEAD: org, Arm.BASE: base_org})
        case AgentforcePreviewDriver() as driver:
            scripts = find_scripts(agent.name, driver.bundle, config.source, sides)
            return AgentforcePreviewAgent(driver, fingerprints, scripts, _org(driver, driver.org, environ))
        case CommandDriver() as driver:
            return CommandAgent(driver, fingerprints, lambda arm: files_below(sides[arm], config.source), environ)


def _org(driver: LiveDriver, where: OrgConfig, environ: Mapping[str, str]) -> Org:
    return Org(where, environ, at_once=driver.limits.at_once, per_minute=driver.limits.per_minute)


def _chat(
    name: str,
    driver: ChatDriver,
    fingerprints: Mapping[Arm, str],
    sides: Mapping[Arm, Tree],
    environ: Mapping[str, str],
) -> ChatAgent:
    key = environ.get(driver.key, "")
    if not key and driver.needed_variables():
        raise UsageError(f"agent {name}: the variable {driver.key} holds no key", f"give the step `env: {driver.key}`")
    head, problems = read_definition(sides[Arm.HEAD], driver)
    definitions = {Arm.HEAD: head}
    base, broken = read_definition(sides[Arm.BASE], driver)
    if not broken:
        definitions[Arm.BASE] = base
    elif any(path in sides[Arm.BASE].paths() for path in driver.prompt):
        raise CouldNotTellError(f"the base's definition of {name} is broken: {broken[0]}", "mend it there", again=False)
    return ChatAgent(driver, definitions, fingerprints, key, problems)
