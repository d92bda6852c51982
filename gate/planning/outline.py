"""What an agent consists of, whether metadata, tools files or patterns of the configuration say so."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from gate.config import AgentConfig, ChatDriver, Config
from gate.fixtures.unknown_names import Surface
from gate.model.agent_map import AgentMap, MappedAction, MappedTopic
from gate.planning.maps import ReadableTree, own_agents
from gate.planning.names import canonical
from gate.planning.tool_files import read_tools
from gate.ports import Tree
from gate.salesforce.reading import read_map


@dataclass(frozen=True, slots=True, kw_only=True)
class Outline:
    """One agent: where it lies, its topics with their actions, and its actions of no particular topic.

    The patterns are those that the configuration needs to tell its topics and actions; () for Salesforce metadata.
    `closed`: its definition lists what may be called, by the very name, so nothing else can be.
    """

    name: str
    source: tuple[str, ...] = ()
    topics: tuple[MappedTopic, ...] = ()
    actions: tuple[MappedAction, ...] = ()
    topic_patterns: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    action_patterns: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    closed: bool = False

    @property
    def every_action(self) -> tuple[MappedAction, ...]:
        """All actions, each definition under each of its aliases once."""
        all_actions = (*(action for topic in self.topics for action in topic.actions), *self.actions)
        return tuple({(action.name, action.alias): action for action in all_actions}.values())


def surface(outline: Outline) -> Surface:
    """What can be covered of an agent, each action under every name it goes by."""
    names: dict[str, list[str]] = {}
    for action in outline.every_action:
        names.setdefault(action.name, [action.name]).extend(filter(None, [action.alias]))
    return Surface(
        agent=outline.name,
        topics=tuple(topic.name for topic in outline.topics),
        actions=tuple(tuple(dict.fromkeys(known)) for known in names.values()),
        closed=outline.closed,
    )


def configured_outlines(tree: Tree, config: Config) -> tuple[Outline, ...]:
    """The outline of every configured agent, in the order of the configuration."""
    names = frozenset(canonical(name) for name in config.agents)
    return tuple(_outline(tree, name, agent, names) for name, agent in config.agents.items())


def configured_outline(tree: Tree, config: Config, name: str) -> Outline:
    """The outline of one of the configured agents."""
    return _outline(tree, name, config.agents[name], frozenset(canonical(one) for one in config.agents))


def _outline(tree: Tree, name: str, agent: AgentConfig, names: frozenset[str]) -> Outline:
    topics, actions = _mapped(name, names, read_map(ReadableTree(tree), agent.source))
    known_topics = {canonical(topic.name) for topic in topics}
    known_actions = {canonical(action.name) for topic in topics for action in topic.actions}
    known_actions |= {canonical(action.name) for action in actions}
    topics += tuple(MappedTopic(name=topic) for topic in agent.topics if canonical(topic) not in known_topics)
    named, closed = _named(tree, agent)
    actions += tuple(action for action in named if canonical(action.name) not in known_actions)
    return Outline(
        name=name,
        source=agent.source,
        topics=topics,
        actions=actions,
        topic_patterns=agent.topics,
        action_patterns=agent.actions,
        closed=closed,
    )


def _named(tree: Tree, agent: AgentConfig) -> tuple[tuple[MappedAction, ...], bool]:
    """The actions that the driver's tools files, else patterns of the configuration tell; whether there are no others.

    None where a tools file is broken: nobody knows what else it would define. The driver says what is wrong with it.
    """
    if not isinstance(agent.driver, ChatDriver) or not agent.driver.tools:
        return tuple(MappedAction(name=action) for action in agent.actions), False
    tools, problems = read_tools(ReadableTree(tree), agent.driver.tools)
    if problems:
        return (), False
    return tuple(
        MappedAction(name=tool.name, inputs=tool.inputs, path=tool.path, line=tool.line) for tool in tools
    ), True


def _mapped(
    name: str, names: frozenset[str], found: AgentMap
) -> tuple[tuple[MappedTopic, ...], tuple[MappedAction, ...]]:
    own = own_agents(name, names, (agent.name for agent in found.agents))
    agents = [agent for agent in found.agents if agent.name in own]
    topics = {topic.name: topic for agent in agents for topic in agent.topics}
    return tuple(topics.values()), tuple(action for agent in agents for action in agent.actions)
