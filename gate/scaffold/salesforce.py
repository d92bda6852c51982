"""The Salesforce agents of a tree, with the folders that define each."""

from collections.abc import Sequence

from gate.model.agent_map import MappedAgent
from gate.planning.maps import ReadableTree
from gate.planning.outline import Outline
from gate.planning.patterns import within
from gate.ports import Tree
from gate.salesforce.project import package_folders
from gate.salesforce.reading import read_map


def salesforce_outlines(tree: Tree, sources: Sequence[str] = ()) -> tuple[Outline, ...]:
    """Every agent that metadata below `sources` (none = everywhere) defines, by name."""
    readable = ReadableTree(tree)
    packages = package_folders(readable)
    return tuple(
        Outline(name=agent.name, source=_source(agent, packages), topics=agent.topics, actions=agent.actions)
        for agent in read_map(readable, sources).agents
    )


def _source(agent: MappedAgent, packages: Sequence[str]) -> tuple[str, ...]:
    """The package folders that hold the agent's definition or code it reaches; outside of packages, top folders.

    Whole packages, because a definition that is taken too wide costs runs, and one taken too narrow hides a change.
    """
    paths = (agent.source, *(topic.path for topic in agent.topics), *agent.backing)
    return tuple(sorted({_home(path, packages) for path in paths if path}))


def _home(path: str, packages: Sequence[str]) -> str:
    around = [folder for folder in packages if folder and within(path, folder)]
    return max(around, key=len, default=path.partition("/")[0] if "/" in path else ".")
