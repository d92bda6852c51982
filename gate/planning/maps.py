"""The maps of one side, and which files an agent is defined by: those of its source, and those its map says it runs."""

from collections.abc import Iterable, Sequence
from functools import lru_cache

from gate.errors import RepositoryError
from gate.model.agent_map import AgentMap
from gate.planning.ground import Ground
from gate.planning.names import canonical
from gate.planning.patterns import within_any
from gate.ports import Tree
from gate.salesforce.components import AGENT_LIKE, SHOWN, TESTS, VISIBILITY, component_of
from gate.salesforce.project import IGNORE_FILE, PROJECT_FILE, package_folders
from gate.salesforce.reading import read_map
from gate.salesforce.sources import Known, identity_of

SAME_COMPONENTS = "affects nothing: the same components are found with it"
"""What is said of a changed project file that neither brings nor takes a component."""
_DEFINING = ("script", "bot", "bot-version", "planner", "plugin", "definition-version")


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


class Maps:
    """Reads the maps of one tree, each source once. Give both sides the same `known`: what is equal is parsed once."""

    def __init__(self, ground: Ground, tree: Tree, known: Known | None = None) -> None:
        self._ground = ground
        self._tree = ReadableTree(tree)
        self._known = known or Known()
        self._found: dict[tuple[str, ...], AgentMap] = {}
        self._configured = frozenset(canonical(name) for name in ground.config.agents)

    def defines_agents(self, source: Sequence[str]) -> bool:
        """Whether the source holds a file that only a Salesforce agent has."""
        found = (component_of(path) for path in self._tree.paths() if within_any(path, tuple(source)))
        return any(component is not None and component.kind in _DEFINING for component in found)

    def of(self, source: Sequence[str]) -> AgentMap:
        """The map of the agents that a source defines."""
        key = tuple(source)
        if key not in self._found:
            self._found[key] = read_map(self._tree, key, known=self._known)
        return self._found[key]

    def folders(self, name: str) -> tuple[str, ...]:
        """Where files of a configured agent may lie: its source, and the packages that a Salesforce agent uses."""
        source = self._ground.config.agents[name].source
        if not self.defines_agents(source):
            return source
        return (*source, *(folder or "." for folder in package_folders(self._tree)))

    def own(self, name: str, *maps: AgentMap) -> frozenset[str]:
        """Which of the agents in these maps the configured agent `name` means."""
        return own_agents(name, self._configured, (agent.name for found in maps for agent in found.agents))

    def definition(self, name: str) -> dict[str, str]:
        """The files that define a configured agent, path to object id: what its fingerprint is made from.

        Of a Salesforce agent, what its map reaches, in its source or elsewhere, and what of its source may matter
        although no map reads it; not the other agents of that source, nor code that nothing of it calls.
        """
        files = self._ground.definition(name, self._tree)
        source = self._ground.config.agents[name].source
        if not self.defines_agents(source):
            return files
        found = self.of(source)
        own = self.own(name, found)
        agents = [agent for agent in found.agents if agent.name in own]
        if not agents:
            return files
        reached = {path for agent in agents for path in agent.files}
        homes = tuple(agent.source.rpartition("/")[0] + "/" for agent in agents)
        kept = {
            path: identity
            for path, identity in files.items()
            if path in reached or path.startswith(homes) or not unread(path) or self._ground.claims(path, name)
        }
        return kept | {path: identity_of(self._tree, path) for path in reached - kept.keys()}


@lru_cache(maxsize=1 << 17)
def unread(path: str) -> str:
    """Why a file in a Salesforce agent's source that no map read affects nothing; "" when it may affect anything.

    Layouts this version does not know, and what decides which records the agent's user may see, may affect anything.
    """
    if is_project_file(path):
        return SAME_COMPONENTS
    if component_of(path) is not None:
        return "affects nothing: no agent uses it"
    if TESTS.search(path):
        return "affects nothing: tests of agents in the org, which no agent runs"
    if AGENT_LIKE.search(path) or VISIBILITY.search(path):
        return ""
    return "affects nothing: metadata that no agent runs" if SHOWN.search(path) else ""


def of_unknown_type(path: str) -> bool:
    """Whether a file is metadata of what may be a part of agents, in a layout that this version does not know."""
    return path.endswith("-meta.xml") and component_of(path) is None and bool(AGENT_LIKE.search(path))


def is_project_file(path: str) -> bool:
    """Whether a file says what belongs to a project."""
    return path.rpartition("/")[2] in (PROJECT_FILE, IGNORE_FILE)


def own_agents(name: str, configured: frozenset[str], found: Iterable[str]) -> frozenset[str]:
    """Which of the agents found in a source the configured agent `name` means.

    Those of its name; when there is none, all that carry no other configured name (`configured` are canonical).
    """
    agents = frozenset(found)
    named = frozenset(agent for agent in agents if canonical(agent) == canonical(name))
    return named or frozenset(agent for agent in agents if canonical(agent) not in configured)
