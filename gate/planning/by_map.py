"""What a change of a Salesforce project reaches: base and head are read into maps and compared by meaning."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from gate.model.agent_map import AgentDiff, AgentMap, MapDiff, MappedTopic, Reason
from gate.planning.maps import SAME_COMPONENTS, Maps, is_project_file
from gate.planning.names import canonical
from gate.repository.changes import ChangedPath
from gate.salesforce.components import component_of
from gate.salesforce.difference import diff_maps


@dataclass(frozen=True, slots=True, kw_only=True)
class MapImpact:
    """What the maps say of one agent: the difference, a sentence per file they read, the topics of both sides.

    `homes` are the topics in which an action can be called, by the action's canonical names; both canonical.
    """

    diff: AgentDiff | None
    effects: Mapping[str, str]
    topics: frozenset[str]
    homes: Mapping[str, frozenset[str]]


@dataclass(frozen=True, slots=True)
class MapReader:
    """Compares the maps of both sides."""

    base: Maps
    head: Maps
    changed: Sequence[ChangedPath]

    def impact(self, name: str, source: Sequence[str]) -> MapImpact | None:
        """What differs for the agent `name`; None when its source defines no Salesforce agent on either side.

        The agents found in the source that carry another configured agent's name are left to that one.
        """
        if not any(side.defines_agents(source) for side in (self.base, self.head)):
            return None
        before, after = self.base.of(source), self.head.of(source)
        own = self.head.own(name, before, after)
        if not own:
            return None
        return self._of(own, diff_maps(before, after), (before, after))

    def _of(self, own: frozenset[str], found: MapDiff, maps: Iterable[AgentMap]) -> MapImpact:
        diff = joined([diff for diff in found.agents if diff.agent in own])
        agents = [agent for side in maps for agent in side.agents if agent.name in own]
        topics = [topic for agent in agents for topic in agent.topics]
        deploying = sorted(change.path for change in self.changed if is_project_file(change.path))
        effects = dict.fromkeys(deploying, SAME_COMPONENTS) | dict(found.effects)
        if diff is not None:
            edited = frozenset(path for change in self.changed for path in change.names)
            traced = _Origins(edited, deploying[0] if deploying else "")
            diff = traced.diff(diff)
            if traced.reached:
                effects[deploying[0]] = f"affects agent {diff.agent}: it decides which files are deployed"
        names = frozenset(topic.name for topic in topics)
        return MapImpact(diff=diff, effects=effects, topics=names, homes=_homes(topics))


def _homes(topics: Iterable[MappedTopic]) -> Mapping[str, frozenset[str]]:
    found: dict[str, set[str]] = {}
    for topic in topics:
        for action in topic.actions:
            for name in filter(None, (action.name, action.alias)):
                found.setdefault(canonical(name), set()).add(canonical(topic.name))
    return {name: frozenset(homes) for name, homes in found.items()}


class _Origins:
    """Deals with reasons that begin at a file nobody edited.

    It came or went because a file that says what is deployed has changed (`deploying`): the reason is led back to that.
    Or with what used it, an edited file that is a reason of its own: then it is none.
    """

    def __init__(self, edited: frozenset[str], deploying: str) -> None:
        self._edited = edited
        self._deploying = deploying
        self.reached = False

    def diff(self, diff: AgentDiff) -> AgentDiff:
        """The difference with reasons that begin where somebody edited something."""
        return replace(
            diff,
            whole=self._led(diff.whole),
            routing=self._led(diff.routing),
            topics={topic: self._led(reasons) for topic, reasons in diff.topics.items()},
            actions=tuple(replace(action, reasons=self._led(action.reasons)) for action in diff.actions),
        )

    def _led(self, reasons: Iterable[Reason]) -> tuple[Reason, ...]:
        found = tuple(reasons)
        own = tuple(reason for reason in found if reason[0] in self._edited)
        if not self._deploying or own == found:
            return own or found
        self.reached = True
        return tuple(reason if reason in own else (self._deploying, *reason) for reason in found)


def joined(diffs: Sequence[AgentDiff]) -> AgentDiff | None:
    """Several differences as one, under the name of the first; None of none."""
    if not diffs:
        return None
    topics = {topic: reasons for diff in diffs for topic, reasons in diff.topics.items()}
    for topic in topics:
        topics[topic] = tuple(dict.fromkeys(reason for diff in diffs for reason in diff.topics.get(topic, ())))
    return AgentDiff(
        agent=diffs[0].agent,
        whole=tuple(reason for diff in diffs for reason in diff.whole),
        routing=tuple(reason for diff in diffs for reason in diff.routing),
        topics=topics,
        actions=tuple(action for diff in diffs for action in diff.actions),
    )


def may_matter(change: ChangedPath) -> bool:
    """Whether a map may read the file: when no changed file is such a one, no map needs to be read."""
    return any(component_of(path) is not None or is_project_file(path) for path in change.names)
