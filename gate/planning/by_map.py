"""What a change of a Salesforce project reaches: base and head are read into maps and compared by meaning."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from gate.errors import RepositoryError
from gate.model.agent_map import AgentDiff, AgentMap, MapDiff
from gate.planning.names import canonical
from gate.planning.patterns import within_any
from gate.planning.sides import Side
from gate.ports import Tree
from gate.repository.changes import ChangedPath
from gate.salesforce.components import component_of
from gate.salesforce.difference import diff_maps
from gate.salesforce.project import PROJECT_FILE
from gate.salesforce.reading import read_map
from gate.salesforce.sources import Known

_DEFINING = ("script", "bot", "bot-version", "planner", "plugin", "definition-version")
_PROJECT_FILES = (PROJECT_FILE, ".forceignore")
_AGENT_LIKE = re.compile(r"(?:^|/)(?:ai|genAi|bot|agent|conversation)[^/]*/", re.IGNORECASE)
_VISIBILITY = re.compile(r"(?:^|/)(?:permissionsets|permissionsetgroups|mutingpermissionsets|profiles)/")
_ELSEWHERE = re.compile(r"(?:^|/)(?:lwc|aura|staticresources|pages|labels|layouts)/|-meta\.xml\Z")


@dataclass(frozen=True, slots=True, kw_only=True)
class MapImpact:
    """What the maps say of one agent: the difference, a sentence per file they read, the topics of both sides."""

    diff: AgentDiff | None
    effects: Mapping[str, str]
    topics: frozenset[str]


@dataclass(frozen=True, slots=True)
class MapReader:
    """Reads both sides of one comparison; what is equal in both, or read for another agent, is parsed once."""

    base: Side
    head: Side
    known: Known
    names: frozenset[str]  # canonical names of all configured agents

    def impact(self, name: str, source: Sequence[str]) -> MapImpact | None:
        """What differs for the agent `name`; None when its source defines no Salesforce agent on either side.

        The agents found in the source that carry another configured agent's name are left to that one.
        """
        if not any(defines_agents(side.tree, source) for side in (self.base, self.head)):
            return None
        before, after = (read_map(ReadableTree(side.tree), source, known=self.known) for side in (self.base, self.head))
        own = self._own(name, before, after)
        if not own:
            return None
        return self._of(own, diff_maps(before, after), (before, after))

    def _own(self, name: str, *maps: AgentMap) -> frozenset[str]:
        return own_agents(name, self.names, (agent.name for side in maps for agent in side.agents))

    @staticmethod
    def _of(own: frozenset[str], found: MapDiff, maps: Iterable[AgentMap]) -> MapImpact:
        diffs = [diff for diff in found.agents if diff.agent in own]
        agents = [agent for side in maps for agent in side.agents if agent.name in own]
        topics = frozenset(topic.name for agent in agents for topic in agent.topics)
        return MapImpact(diff=joined(diffs), effects=found.effects, topics=topics)


def own_agents(name: str, configured: frozenset[str], found: Iterable[str]) -> frozenset[str]:
    """Which of the agents found in a source the configured agent `name` means.

    Those of its name; when there is none, all that carry no other configured name (`configured` are canonical).
    """
    agents = frozenset(found)
    named = frozenset(agent for agent in agents if canonical(agent) == canonical(name))
    return named or frozenset(agent for agent in agents if canonical(agent) not in configured)


class ReadableTree:
    """A tree whose unreadable files are left out when several are asked for: the map tells what then is unknown."""

    def __init__(self, tree: Tree) -> None:
        self._tree = tree

    def paths(self) -> Sequence[str]:
        """Every file's path."""
        return self._tree.paths()

    def object_id(self, path: str) -> str:
        """The identifier of a file's content."""
        return self._tree.object_id(path)

    def read(self, path: str) -> bytes:
        """The file's content."""
        return self._tree.read(path)

    def read_many(self, paths: Iterable[str]) -> dict[str, bytes]:
        """The contents of the files that can be read."""
        wanted = list(paths)
        try:
            return self._tree.read_many(wanted)
        except RepositoryError:
            return {path: content for path in wanted if (content := self._readable(path)) is not None}

    def _readable(self, path: str) -> bytes | None:
        try:
            return self._tree.read(path)
        except (KeyError, RepositoryError):
            return None


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


def defines_agents(tree: Tree, source: Sequence[str]) -> bool:
    """Whether the source holds a file that only a Salesforce agent has."""
    found = (component_of(path) for path in tree.paths() if within_any(path, tuple(source)))
    return any(component is not None and component.kind in _DEFINING for component in found)


def may_matter(change: ChangedPath) -> bool:
    """Whether a map may read the file: when no changed file is such a one, no map needs to be read."""
    return any(
        component_of(path) is not None or path.rpartition("/")[2] in _PROJECT_FILES
        for path in (change.path, change.old_path)
    )


def unread(path: str) -> str:
    """Why a file in a Salesforce agent's source that no map read affects nothing; "" when it may affect anything.

    Layouts this version does not know, and what decides which records the agent's user may see, may affect anything.
    """
    if path.rpartition("/")[2] in _PROJECT_FILES:
        return "affects nothing: the same components are found with it"
    if component_of(path) is not None:
        return "affects nothing: no agent uses it"
    if _AGENT_LIKE.search(path) or _VISIBILITY.search(path):
        return ""
    return "affects nothing: metadata that no agent runs" if _ELSEWHERE.search(path) else ""
