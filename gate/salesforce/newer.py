"""Layouts newer than this map reads (API 68 definition versions): reported, and any change of them counts in full."""

from collections.abc import Mapping

from gate.model.agent_map import Element, MappedAgent, Place, SourceFile, Unresolved
from gate.salesforce.backing import Backing
from gate.salesforce.components import without_version

_WHAT = "a layout this map does not read yet (agent definition versions)"


def newer_agents(backing: Backing, agents: Mapping[str, MappedAgent]) -> dict[str, MappedAgent]:
    """The agents that only such files tell of; the files of agents already known are tied to those."""
    found: dict[str, MappedAgent] = {}
    for path, component in backing.project.components.items():
        if component.kind != "definition-version" or not backing.project.is_source(path):
            continue
        name, _ = without_version(component.name)
        identity = backing.identity(path)
        whole = backing.graph.place(Place(kind="agent", agent=name))
        backing.graph.files[path] = SourceFile(object_id=identity)
        backing.graph.add(Element(id=f"newer:{path}", digest=identity, path=path, unreadable=_WHAT), whole)
        problem = Unresolved(path=path, line=1, what=f"{_WHAT}: its changes affect every case")
        if name in agents:
            backing.graph.unresolved.append(problem)
        else:
            backing.use_everything(f"newer:{path}")
            known = found.get(name, MappedAgent(name=name, kind="classic", source=path))
            found[name] = MappedAgent(
                name=name, kind="classic", source=known.source, unresolved=(*known.unresolved, problem)
            )
    return found
