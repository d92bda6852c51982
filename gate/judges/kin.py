"""Refuses a judge of an agent's own family, by every name there is for its model: configured, pinned, or as it answers.

An agent's model is known from its driver or its Agent Script; of one that nothing tells, nothing can be said.
Agent Script guide of Salesforce, "Configure Models in Agent Script".
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from urllib.parse import urlsplit

from gate.config import LIVE, AgentConfig, ChatDriver, Config, JudgeConfig
from gate.errors import UsageError
from gate.judges.family import family_of
from gate.planning.ground import Ground
from gate.ports import Tree

Models = Mapping[str, tuple[str, ...]]
"""Agent to the models its scripts name."""

_SCRIPT = ".agent"
_SCRIPT_MODEL = re.compile(r"""^\s*model\s*:\s*["']?model://([\w.-]+)""", re.MULTILINE)
_HOUSES = {"openai": "openai", "azure": "openai", "anthropic": "anthropic"}
"""Whose models a provider serves at its own address."""


@dataclass(frozen=True, slots=True)
class Kin:
    """A judge beside the agents it scores; `scripted` are the models their scripts name."""

    config: Config
    scripted: Models

    def refuse(self) -> None:
        """Raises `UsageError` when the judge, by its names in the configuration, is of an agent's family."""
        judge = self.config.judge
        for model in filter(None, (judge.model, judge.resolved)):
            self._refuse(model, judge.family.casefold() or family_of(model) or _house(judge))

    def met(self, model: str) -> None:
        """Raises `UsageError` when the model that answered is of an agent's family, whatever it was asked as."""
        judge = self.config.judge
        self._refuse(model, judge.family.casefold() or family_of(model))

    def _refuse(self, model: str, family: str) -> None:
        for name, agent in self.config.agents.items():
            for own in models_of(agent, self.scripted.get(name, ())):
                if model == own or (family and family == (family_of(own) or _agent_house(agent))):
                    judge = self.config.judge.model
                    answers = "" if model == judge else f", which is {model},"
                    raise UsageError(
                        f"judge.model {judge}{answers} is of the same family as agent {name}'s model {own} "
                        f"({family or 'the same model'}): models favour their own kind",
                        "name a judge of another family, or set `judge.family` where the name misleads",
                    )


def family_of_judge(judge: JudgeConfig) -> str:
    """The family of a configured judge: as told, by its names, or by who serves it; empty = unknown."""
    return judge.family.casefold() or family_of(judge.resolved) or family_of(judge.model) or _house(judge)


def scripted_models(config: Config, tree: Tree) -> dict[str, tuple[str, ...]]:
    """Agent to the models that its Agent Script files name (`model_config`), of the agents that have any.

    Nothing where no live judge is configured: nobody asks then, and a large definition is not looked through.
    """
    if config.judge.provider not in LIVE:
        return {}
    ground = Ground(config)
    found = {}
    for agent in config.agents:
        paths = [path for path in ground.definition(agent, tree) if path.endswith(_SCRIPT)]
        if named := _named(tree.read_many(paths).values()):
            found[agent] = named
    return found


def _named(scripts: Iterable[bytes]) -> tuple[str, ...]:
    texts = (script.decode("utf-8", "replace") for script in scripts)
    return tuple(sorted({name for text in texts for name in _SCRIPT_MODEL.findall(text)}))


def models_of(agent: AgentConfig, scripted: Iterable[str]) -> set[str]:
    """The models an agent is known to run on; `scripted` are those its scripts name."""
    driver = agent.driver.model if isinstance(agent.driver, ChatDriver) else ""
    return set(filter(None, (agent.model, driver, *scripted)))


def _house(judge: JudgeConfig) -> str:
    if judge.base_url is not None and judge.provider != "azure":
        return _served_at(str(judge.base_url))
    return _HOUSES.get(judge.provider, "")


def _agent_house(agent: AgentConfig) -> str:
    return _served_at(str(agent.driver.base_url)) if isinstance(agent.driver, ChatDriver) else ""


def _served_at(url: str) -> str:
    """Whose models an address serves; empty = anybody's."""
    host = urlsplit(url).hostname or ""
    if host == "api.openai.com" or host.endswith(".openai.azure.com"):
        return "openai"
    return "anthropic" if host == "api.anthropic.com" else ""
