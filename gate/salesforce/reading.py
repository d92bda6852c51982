"""A tree of files to the map of its agents."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from gate.model.agent_map import AgentMap, MappedAgent, SourceFile
from gate.ports import Tree
from gate.salesforce.backing import Backing
from gate.salesforce.bundles import scripted_agents
from gate.salesforce.classic import classic_agents
from gate.salesforce.functions import Functions
from gate.salesforce.graph import Graph
from gate.salesforce.newer import newer_agents
from gate.salesforce.project import read_project
from gate.salesforce.replacements import add_replacements, add_unreadable
from gate.salesforce.sources import Known

_BACKING = ("apex:", "flow:", "prompt:", "service:", "metadata:")


def read_map(tree: Tree, sources: Sequence[str] = (), *, known: Known | None = None) -> AgentMap:
    """The agents of one side. Never raises for what a file holds: what cannot be read is `unresolved` and widens.

    `sources` are the folders agents may be defined in (none = everywhere). Give base and head the same `known`, and
    what is equal in both is parsed once.
    """
    known = known or Known()
    project = read_project(tree, sources)
    graph = Graph(unresolved=list(project.unresolved))
    backing = Backing(tree, project, known, graph)
    functions = Functions(backing)
    scripted = scripted_agents(functions)
    agents = {**scripted, **classic_agents(functions, scripted)}
    agents |= newer_agents(backing, agents)
    backing.follow_connected()
    backing.follow()
    add_replacements(backing)
    add_unreadable(backing, agents)
    for path in project.ignored:
        graph.files[path] = SourceFile(object_id=backing.identity(path), note="ignored by .forceignore, never deployed")
    found = graph.finish(())
    reach = _reach(found)
    return replace(found, agents=tuple(_with_backing(agents[name], found, reach) for name in sorted(agents)))


def _reach(found: AgentMap) -> Mapping[str, set[str]]:
    """For every agent, the ids of the elements that lead to it."""
    uses: dict[str, list[str]] = {}
    for used, users in found.used_by.items():
        for user in users:
            uses.setdefault(user, []).append(used)
    reach: dict[str, set[str]] = {}
    for key, place in found.places.items():
        seen = reach.setdefault(place.agent, set())
        waiting = [key]
        while waiting:
            waiting += [used for used in uses.get(waiting.pop(), ()) if not (used in seen or seen.add(used))]  # type: ignore[func-returns-value]
    return reach


def _with_backing(agent: MappedAgent, found: AgentMap, reach: Mapping[str, set[str]]) -> MappedAgent:
    elements = [found.elements[key] for key in sorted(reach.get(agent.name, ())) if key in found.elements]
    prompts = [item.words.removeprefix("prompt template ") for item in elements if item.id.startswith("prompt:")]
    retrievers = [item.words.removeprefix("retriever ") for item in elements if item.id.startswith("retriever:")]
    paths = {item.path for item in elements if item.path}
    copies = {path for path, file in found.files.items() if file.agent == agent.name}
    backing = {item.path for item in elements if item.path and item.id.startswith(_BACKING)}
    return replace(
        agent,
        prompts=tuple(sorted(prompts)),
        retrievers=tuple(sorted({*agent.retrievers, *retrievers})),
        backing=tuple(sorted(backing)),
        files=tuple(sorted(paths | copies)),
        unresolved=(*agent.unresolved, *(item for item in found.unresolved if item.path in paths)),
    )
