"""From configuration and plan to the drivers that will run."""

import os
from collections.abc import AsyncIterator, Iterable, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from typing import TypeGuard

from gate.agents.agentforce.preview import AgentforcePreviewAgent
from gate.agents.agentforce.published import AgentforceAgent
from gate.agents.agentforce.script import find_scripts
from gate.agents.agentforce.trace import Aliases
from gate.agents.chat.agent import ChatAgent
from gate.agents.chat.definition import read_definition
from gate.agents.command.agent import CommandAgent, files_below
from gate.agents.hooks import Hooks
from gate.agents.replay import ReplayAgent
from gate.config import (
    AgentforceDriver,
    AgentforcePreviewDriver,
    ChatDriver,
    CommandDriver,
    Config,
    Driver,
    OrgConfig,
    ReplayDriver,
)
from gate.errors import CouldNotTellError, UsageError
from gate.model.plan import AgentPlan, Plan
from gate.model.problem import Problem
from gate.model.words import Arm
from gate.network.limits import together
from gate.org.org import Org
from gate.planning.outline import configured_outline
from gate.ports import Agent, Judge, Tree

REQUESTS_OF_A_TURN = 6
"""What a turn asks an org at most, when all goes well: the message, and a trace that comes late."""


def open_agents(
    root: Path, config: Config, plan: Plan, sides: Mapping[Arm, Tree], environ: Mapping[str, str] = os.environ
) -> Mapping[str, Agent]:
    """A driver per agent that has a selected case. `root` is the repository that paths of the configuration start at.

    Live agents are made of the files of both `sides`. Raises `RecordingError` when a replayed agent was never recorded
    as it is now, `UsageError` when a secret is missing, `CouldNotTellError` when the base's definition is broken.
    """
    needed = {selected.case.partition("/")[0] for selected in plan.selected}
    opener = _Opener(root, config, sides, environ)
    return {agent.name: opener.agent(agent) for agent in plan.agents if agent.name in needed}


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
    root: Path, config: Config, agent: AgentPlan, sides: Mapping[Arm, Tree], environ: Mapping[str, str]
) -> Agent:
    """The driver of one agent; raises as `open_agents` does."""
    return _Opener(root, config, sides, environ).agent(agent)


class _Opener:
    """Makes the drivers of one run. Agents of the same org share its login and its limits."""

    def __init__(self, root: Path, config: Config, sides: Mapping[Arm, Tree], environ: Mapping[str, str]) -> None:
        self._root, self._config, self._sides, self._environ = root, config, sides, environ
        self._orgs: dict[str, Org] = {}

    def agent(self, agent: AgentPlan) -> Agent:
        name, config = agent.name, self._config.agents[agent.name]
        fingerprints = {Arm.BASE: agent.base_fingerprint, Arm.HEAD: agent.head_fingerprint}
        match config.driver:
            case ReplayDriver(recordings=recordings):
                return ReplayAgent(name, self._root / recordings, fingerprints)
            case ChatDriver() as driver:
                return self._chat(name, driver, fingerprints)
            case AgentforceDriver() as driver:
                orgs = {Arm.HEAD: self._org(driver.org), Arm.BASE: self._org(driver.base_org or driver.org)}
                aliases = {arm: _aliases(tree, self._config, name) for arm, tree in self._sides.items()}
                return AgentforceAgent(name, driver, fingerprints, orgs, aliases)
            case AgentforcePreviewDriver() as driver:
                scripts = find_scripts(name, driver.bundle, config.source, self._sides)
                return AgentforcePreviewAgent(driver, fingerprints, scripts, self._org(driver.org))
            case CommandDriver() as driver:
                source = config.source
                return CommandAgent(
                    driver, fingerprints, lambda arm: files_below(self._sides[arm], source), self._environ
                )

    def _org(self, where: OrgConfig) -> Org:
        key = where.model_dump_json()
        if key not in self._orgs:
            drivers = [agent.driver for agent in self._config.agents.values()]
            users = [driver for driver in drivers if _uses(driver, where)]
            at_once = min((one.limits.at_once for one in users if one.limits.at_once), default=0)
            per_minute = min((one.limits.per_minute for one in users if one.limits.per_minute), default=0)
            seconds = min((one.turn_seconds for one in users), default=0.0)
            most = together(at_once, per_minute, requests=REQUESTS_OF_A_TURN, seconds=seconds)
            self._orgs[key] = Org(where, self._environ, at_once=most, per_minute=per_minute)
        return self._orgs[key]

    def _chat(self, name: str, driver: ChatDriver, fingerprints: Mapping[Arm, str]) -> ChatAgent:
        key = self._environ.get(driver.key, "")
        if not key and driver.needed_variables():
            raise UsageError(
                f"agent {name}: the variable {driver.key} holds no key", f"give the step `env: {driver.key}`"
            )
        head, problems = read_definition(self._sides[Arm.HEAD], driver)
        definitions = {Arm.HEAD: head}
        base, broken = read_definition(self._sides[Arm.BASE], driver)
        if not broken:
            definitions[Arm.BASE] = base
        elif any(path in self._sides[Arm.BASE].paths() for path in driver.prompt):
            message = f"the base's definition of {name} is broken: {broken[0]}"
            raise CouldNotTellError(message, "mend it there", again=False)
        return ChatAgent(driver, definitions, fingerprints, key, problems)


def _uses(driver: Driver, where: OrgConfig) -> TypeGuard[AgentforceDriver | AgentforcePreviewDriver]:
    if isinstance(driver, AgentforceDriver):
        return where in {driver.org, driver.base_org}
    return isinstance(driver, AgentforcePreviewDriver) and driver.org == where


def _aliases(tree: Tree, config: Config, name: str) -> Aliases:
    """What the agent's topics call their actions, by its source in the repository; none where that does not say."""
    outline = configured_outline(tree, config, name)
    topics = {topic.name: topic.actions for topic in outline.topics} | {"": outline.actions}
    return {topic: {one.alias: one.name for one in actions if one.alias} for topic, actions in topics.items()}
