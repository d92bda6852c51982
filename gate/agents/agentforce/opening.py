"""Drivers of agents that live in an org. Agents of the same org share its login and its limits."""

from collections.abc import Mapping
from typing import TypeGuard

from gate.agents.agentforce.preview import AgentforcePreviewAgent
from gate.agents.agentforce.published import AgentforceAgent
from gate.agents.agentforce.script import find_scripts
from gate.agents.agentforce.trace import Aliases
from gate.config import AgentforceDriver, AgentforcePreviewDriver, Config, Driver, OrgConfig
from gate.model.words import Arm
from gate.network.limits import together
from gate.org.org import Org
from gate.planning.outline import configured_outline
from gate.ports import Tree

REQUESTS_OF_A_TURN = 6
"""What a turn asks an org at most, when all goes well: the message, and a trace that comes late."""


class SalesforceAgents:
    """Makes the drivers of one run; raises as `open_agents` does."""

    def __init__(self, config: Config, sides: Mapping[Arm, Tree], environ: Mapping[str, str]) -> None:
        self._config, self._sides, self._environ = config, sides, environ
        self._orgs: dict[str, Org] = {}

    def published(self, name: str, driver: AgentforceDriver, fingerprints: Mapping[Arm, str]) -> AgentforceAgent:
        """The driver of a published agent; its base arm is asked in an org of its own where one is configured."""
        orgs = {Arm.HEAD: self._org(driver.org), Arm.BASE: self._org(driver.base_org or driver.org)}
        aliases = {arm: _aliases(tree, self._config, name) for arm, tree in self._sides.items()}
        return AgentforceAgent(name, driver, fingerprints, orgs, aliases)

    def preview(
        self, name: str, driver: AgentforcePreviewDriver, fingerprints: Mapping[Arm, str]
    ) -> AgentforcePreviewAgent:
        """The driver of an agent that is compiled from its files."""
        scripts = find_scripts(name, driver.bundle, self._config.agents[name].source, self._sides)
        return AgentforcePreviewAgent(driver, fingerprints, scripts, self._org(driver.org))

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


def _uses(driver: Driver, where: OrgConfig) -> TypeGuard[AgentforceDriver | AgentforcePreviewDriver]:
    if isinstance(driver, AgentforceDriver):
        return where in {driver.org, driver.base_org}
    return isinstance(driver, AgentforcePreviewDriver) and driver.org == where


def _aliases(tree: Tree, config: Config, name: str) -> Aliases:
    """What the agent's topics call their actions, by its source in the repository; none where that does not say."""
    outline = configured_outline(tree, config, name)
    topics = {topic.name: topic.actions for topic in outline.topics} | {"": outline.actions}
    return {topic: {one.alias: one.name for one in actions if one.alias} for topic, actions in topics.items()}
