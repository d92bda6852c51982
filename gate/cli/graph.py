"""`agent-gate graph`: an agent's map, as a tree, a Mermaid diagram or data."""

import sys
from argparse import Namespace
from pathlib import Path

from gate.cli.workspace import read_config
from gate.errors import ExitCode, UsageError
from gate.model.agent_map import AgentMap
from gate.ports import Tree
from gate.repository.repository import Repository
from gate.repository.trees import FolderTree
from gate.salesforce.drawing import map_json, mermaid, tree_text
from gate.salesforce.reading import read_map


def graph(arguments: Namespace) -> int:
    """Print the map of the working tree or a commit; a folder outside git is read as it is."""
    found = _read(arguments.ref)
    agent = arguments.agent or ""
    names = [one.name for one in found.agents]
    if not names:
        print("agent-gate: no Salesforce agent was found; `graph` draws no others", file=sys.stderr)
    if agent and agent not in names:
        raise UsageError(f"no agent is called {agent!r}", f"found: {', '.join(names) or 'none'}")
    draw = map_json if arguments.json else mermaid if arguments.mermaid else tree_text
    print(draw(found, agent))
    return ExitCode.PASS


def _read(ref: str) -> AgentMap:
    start = Path.cwd()
    if not ref and not any((folder / ".git").exists() for folder in (start, *start.parents)):
        return read_map(FolderTree(start).followed())
    with Repository.discover(start) as repository:
        tree = (repository.tree(ref) if ref else repository.work_tree()).followed()
        return read_map(tree, _sources(tree))


def _sources(tree: Tree) -> tuple[str, ...]:
    """Where the configured agents lie; everywhere when there is no configuration."""
    try:
        _text, config = read_config(tree)
    except UsageError:
        return ()
    return tuple(source for agent in config.agents.values() for source in agent.source)
