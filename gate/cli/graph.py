"""`agent-gate graph`: an agent's map, as a tree, a Mermaid diagram or data."""

import sys
from argparse import Namespace
from pathlib import Path

from gate.cli.deciding import read_config
from gate.config import Config
from gate.errors import ExitCode, UsageError
from gate.model.agent_map import AgentMap
from gate.planning.maps import own_agents
from gate.planning.names import canonical
from gate.ports import Tree
from gate.repository.repository import Repository
from gate.repository.trees import FolderTree
from gate.salesforce.drawing import map_json, mermaid, tree_text
from gate.salesforce.reading import read_map


def graph(arguments: Namespace) -> int:
    """Print the map of the working tree or a commit; a folder outside git is read as it is."""
    found, config = _read(arguments.ref)
    if not found.agents:
        says = "no Salesforce agent was found, and `graph` draws no others; `agent-gate audit` lists topics and actions"
        print(f"agent-gate: {says}", file=sys.stderr)
    agent = _named(arguments.agent, found, config) if arguments.agent else ""
    draw = map_json if arguments.json else mermaid if arguments.mermaid else tree_text
    print(draw(found, agent))
    return ExitCode.PASS


def _named(asked: str, found: AgentMap, config: Config | None) -> str:
    """The agent of the map that is meant, by its own name or by the configuration's; spelling does not matter."""
    names = [one.name for one in found.agents]
    same = [name for name in names if canonical(name) == canonical(asked)]
    if not same and config is not None and asked in config.agents:
        same = sorted(own_agents(asked, frozenset(map(canonical, config.agents)), names))
    if len(same) != 1:
        hint = f"found: {', '.join(names) or 'none'}"
        raise UsageError(f"several agents may be {asked!r}" if same else f"no agent is called {asked!r}", hint)
    return same[0]


def _read(ref: str) -> tuple[AgentMap, Config | None]:
    start = Path.cwd()
    if not ref and not any((folder / ".git").exists() for folder in (start, *start.parents)):
        return read_map(FolderTree(start).followed()), None
    with Repository.discover(start) as repository:
        tree = (repository.tree(ref) if ref else repository.work_tree()).followed()
        config = _config(tree)
        agents = config.agents.values() if config is not None else ()
        return read_map(tree, [source for agent in agents for source in agent.source]), config


def _config(tree: Tree) -> Config | None:
    """The configuration, which says where agents lie; None = everywhere."""
    try:
        return read_config(tree)[1]
    except UsageError:
        return None
