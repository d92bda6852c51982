"""Agent Script bundles to agents: which file is the true source of an agent, and what its copies are."""

from collections.abc import Iterator, Mapping

from gate.model.agent_map import Element, MappedAgent, Place, SourceFile, Unresolved
from gate.salesforce.backing import Backing
from gate.salesforce.components import without_version
from gate.salesforce.functions import Functions
from gate.salesforce.graph import digest
from gate.salesforce.script.reader import Script
from gate.salesforce.scripted import ScriptedAgent
from gate.salesforce.sources import Unreadable


def scripted_agents(functions: Functions) -> dict[str, MappedAgent]:
    """The agents that `.agent` files define, by name; one file each, the draft or else the newest frozen version."""
    backing = functions.backing
    scripts = _scripts(backing)
    agents: dict[str, MappedAgent] = {}
    for name, _, path in sorted(_ranked(scripts, backing)):
        if name in agents:
            _add_copy(backing, agents[name], path)
        else:
            agents[name] = _agent(functions, name, path, scripts[path])
            _add_bundle_meta(backing, name, path)
    return agents


def _scripts(backing: Backing) -> dict[str, Script | Unreadable]:
    """Every script of the sources, and those of the agents they hand over to, which may hand over to others."""
    project = backing.project
    everything = [path for path, component in project.components.items() if component.kind == "script"]
    scripts: dict[str, Script | Unreadable] = {}
    while paths := [path for path in everything if path not in scripts and project.is_source(path)]:
        found = backing.known.scripts.read(backing.tree, paths)
        scripts |= found
        read = [script for script in found.values() if not isinstance(script, Unreadable)]
        project.connected |= {node.agent.lower() for script in read for node in script.nodes if node.agent}
    return scripts


def _ranked(scripts: Mapping[str, Script | Unreadable], backing: Backing) -> Iterator[tuple[str, int, str]]:
    """Agent, rank and path of each script: of one agent's files the lowest rank is the source."""
    bundles = {backing.project.components[path].name for path in scripts}
    for path, script in scripts.items():
        declared = "" if isinstance(script, Unreadable) else script.developer_name
        bundle = backing.project.components[path].name
        base, version = without_version(bundle)
        if version and (declared == base or (not declared and base in bundles)):
            yield base, -version, path
        else:
            yield declared or bundle, -1_000_000, path


def _agent(functions: Functions, name: str, path: str, script: Script | Unreadable) -> MappedAgent:
    graph, identity = functions.backing.graph, functions.backing.identity(path)
    whole = graph.place(Place(kind="agent", agent=name))
    key = f"unclear:{name}"
    if isinstance(script, Unreadable):
        graph.files[path] = SourceFile(object_id=identity)
        graph.add(Element(id=key, digest=identity, path=path, unreadable=script.what), whole)
        functions.backing.use_everything(key)
        problem = Unresolved(path=path, line=script.line, what=f"cannot be read: {script.what}")
        return MappedAgent(name=name, kind="agent-script", source=path, unresolved=(problem,))
    graph.files[path] = SourceFile(object_id=identity, labels=digest(script.labels), comments=digest(script.comments))
    if script.flaws:
        what = f"line {script.flaws[0].line}: {script.flaws[0].what}"
        graph.add(Element(id=key, digest=identity, path=path, unreadable=what), whole)
        functions.backing.use_everything(key)
    return ScriptedAgent(name, path, script, functions).mapped()


def _add_copy(backing: Backing, agent: MappedAgent, path: str) -> None:
    """A frozen version steers nothing; a second draft may be the one that is meant, so its changes count."""
    identity = backing.identity(path)
    _, version = without_version(backing.project.components[path].name)
    if version:
        note = f"frozen version {version} of agent {agent.name}, whose source is {agent.source}"
        backing.graph.files[path] = SourceFile(object_id=identity, note=note)
        return
    whole = backing.graph.place(Place(kind="agent", agent=agent.name))
    what = f"defines agent {agent.name} a second time, beside {agent.source}"
    backing.graph.files[path] = SourceFile(object_id=identity)
    backing.graph.add(Element(id=f"second:{path}", digest=identity, path=path, unreadable=what), whole)
    backing.graph.unresolved.append(Unresolved(path=path, line=1, what=what))


def _add_bundle_meta(backing: Backing, name: str, path: str) -> None:
    folder = path.rpartition("/")[0] + "/"
    bundle = backing.project.components[path].name
    for other in backing.project.find("bundle-meta", bundle):
        if other.startswith(folder):
            note = f"bundle settings of agent {name}: version and target, which steer nothing"
            if not other.endswith(".bundle-meta.xml"):
                note = ""
                whole = backing.graph.place(Place(kind="agent", agent=name))
                element = Element(
                    id=f"beside:{name}/{other[len(folder) :]}",
                    digest=backing.identity(other),
                    path=other,
                    unreadable="a file of the bundle that this map does not know",
                )
                backing.graph.add(element, whole)
            backing.graph.files[other] = SourceFile(object_id=backing.identity(other), note=note)
