"""What a change of a Salesforce project reaches: base and head are read into maps and compared by meaning."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from gate.errors import RepositoryError
from gate.model.agent_map import AgentDiff, AgentMap, MapDiff, Reason
from gate.planning.names import canonical
from gate.planning.patterns import within_any
from gate.planning.sides import Side
from gate.ports import Tree
from gate.repository.changes import ChangedPath
from gate.salesforce.components import AGENT_LIKE, SHOWN, VISIBILITY, component_of
from gate.salesforce.difference import diff_maps
from gate.salesforce.project import IGNORE_FILE, PROJECT_FILE
from gate.salesforce.reading import read_map
from gate.salesforce.sources import Known

_DEFINING = ("script", "bot", "bot-version", "planner", "plugin", "definition-version")
_PROJECT_FILES = (PROJECT_FILE, IGNORE_FILE)
_SAME_COMPONENTS = "affects nothing: the same components are found with it"


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
    changed: Sequence[ChangedPath]

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

    def _of(self, own: frozenset[str], found: MapDiff, maps: Iterable[AgentMap]) -> MapImpact:
        diff = joined([diff for diff in found.agents if diff.agent in own])
        agents = [agent for side in maps for agent in side.agents if agent.name in own]
        topics = frozenset(topic.name for agent in agents for topic in agent.topics)
        deploying = sorted(change.path for change in self.changed if _is_project_file(change.path))
        effects = dict.fromkeys(deploying, _SAME_COMPONENTS) | dict(found.effects)
        if diff is not None and deploying:
            traced = _Deployment(deploying[0], frozenset(path for change in self.changed for path in _names(change)))
            diff = traced.diff(diff)
            if traced.reached:
                effects[deploying[0]] = f"affects agent {diff.agent}: it decides which files are deployed"
        return MapImpact(diff=diff, effects=effects, topics=topics)

    def _own(self, name: str, *maps: AgentMap) -> frozenset[str]:
        return own_agents(name, self.names, (agent.name for side in maps for agent in side.agents))


def own_agents(name: str, configured: frozenset[str], found: Iterable[str]) -> frozenset[str]:
    """Which of the agents found in a source the configured agent `name` means.

    Those of its name; when there is none, all that carry no other configured name (`configured` are canonical).
    """
    agents = frozenset(found)
    named = frozenset(agent for agent in agents if canonical(agent) == canonical(name))
    return named or frozenset(agent for agent in agents if canonical(agent) not in configured)


class _Deployment:
    """Finds reasons that begin at a file nobody edited: which files are deployed has changed, and a file says so."""

    def __init__(self, path: str, edited: frozenset[str]) -> None:
        self._path = path
        self._edited = edited
        self.reached = False

    def diff(self, diff: AgentDiff) -> AgentDiff:
        """The difference with every such reason led back to the file."""
        return replace(
            diff,
            whole=self._led(diff.whole),
            routing=self._led(diff.routing),
            topics={topic: self._led(reasons) for topic, reasons in diff.topics.items()},
            actions=tuple(replace(action, reasons=self._led(action.reasons)) for action in diff.actions),
        )

    def _led(self, reasons: Iterable[Reason]) -> tuple[Reason, ...]:
        return tuple(reason if reason[0] in self._edited else self._through(reason) for reason in reasons)

    def _through(self, reason: Reason) -> Reason:
        self.reached = True
        return (self._path, *reason)


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
    return any(component_of(path) is not None or _is_project_file(path) for path in _names(change))


def unread(path: str) -> str:
    """Why a file in a Salesforce agent's source that no map read affects nothing; "" when it may affect anything.

    Layouts this version does not know, and what decides which records the agent's user may see, may affect anything.
    """
    if _is_project_file(path):
        return _SAME_COMPONENTS
    if component_of(path) is not None:
        return "affects nothing: no agent uses it"
    if AGENT_LIKE.search(path) or VISIBILITY.search(path):
        return ""
    return "affects nothing: metadata that no agent runs" if SHOWN.search(path) else ""


def _is_project_file(path: str) -> bool:
    return path.rpartition("/")[2] in _PROJECT_FILES


def _names(change: ChangedPath) -> tuple[str, ...]:
    return (change.path, change.old_path) if change.old_path else (change.path,)
