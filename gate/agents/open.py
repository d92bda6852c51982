"""From configuration and plan to the drivers that will run. A run loads the modules of its own drivers alone."""

import os
from collections.abc import AsyncIterator, Iterable, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from gate.agents.hooks import Hooks
from gate.config import (
    AgentforceDriver,
    AgentforcePreviewDriver,
    ChatDriver,
    CommandDriver,
    Config,
    ReplayDriver,
)
from gate.errors import CouldNotTellError, UsageError
from gate.model.plan import AgentPlan, Plan
from gate.model.problem import Problem
from gate.model.words import Arm
from gate.ports import Agent, Judge, Tree

if TYPE_CHECKING:
    from gate.agents.agentforce.opening import SalesforceAgents


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
    """Makes the drivers of one run."""

    def __init__(self, root: Path, config: Config, sides: Mapping[Arm, Tree], environ: Mapping[str, str]) -> None:
        self._root, self._config, self._sides, self._environ = root, config, sides, environ

    def agent(self, agent: AgentPlan) -> Agent:
        name, driver = agent.name, self._config.agents[agent.name].driver
        fingerprints = {Arm.BASE: agent.base_fingerprint, Arm.HEAD: agent.head_fingerprint}
        match driver:
            case ReplayDriver():
                from gate.agents.replay import ReplayAgent

                return ReplayAgent(name, self._root / driver.recordings, fingerprints)
            case ChatDriver():
                return self._chat(name, driver, fingerprints)
            case AgentforceDriver():
                return self._salesforce.published(name, driver, fingerprints)
            case AgentforcePreviewDriver():
                return self._salesforce.preview(name, driver, fingerprints)
            case CommandDriver():
                return self._command(name, driver, fingerprints)

    @cached_property
    def _salesforce(self) -> "SalesforceAgents":
        from gate.agents.agentforce.opening import SalesforceAgents

        return SalesforceAgents(self._config, self._sides, self._environ)

    def _chat(self, name: str, driver: ChatDriver, fingerprints: Mapping[Arm, str]) -> Agent:
        from gate.agents.chat.agent import ChatAgent
        from gate.agents.chat.definition import read_definition

        key = self._environ.get(driver.key, "").strip()
        if not key and driver.needed_variables():
            secret = f"${{{{ secrets.{driver.key} }}}}"
            raise UsageError(
                f"agent {name}: the variable {driver.key} holds no key",
                f"set it here, `export {driver.key}=…`; in a workflow give the step `env: {driver.key}: {secret}`",
            )
        there = {path for tree in self._sides.values() for path in tree.paths()}
        if lacking := [path for path in driver.prompt if path not in there]:
            raise UsageError(
                f"agent {name}: {', '.join(lacking)} is named as its prompt, and base and head have no such file",
                f"correct `agents.{name}.driver.prompt` in agent-gate.yml",
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

    def _command(self, name: str, driver: CommandDriver, fingerprints: Mapping[Arm, str]) -> Agent:
        from gate.agents.command.agent import CommandAgent, files_below

        source = self._config.agents[name].source
        return CommandAgent(driver, fingerprints, lambda arm: files_below(self._sides[arm], source), self._environ)
