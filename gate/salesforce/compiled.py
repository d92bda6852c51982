"""The compiled graph of a planner bundle: topic to tool edges of an agent whose script is not in the repository."""

import json
from collections.abc import Iterator, Mapping
from typing import Any

from gate.model.agent_map import Element, MappedAction, MappedTopic, Place, Route, SourceFile, Unresolved
from gate.salesforce.backing import Backing
from gate.salesforce.graph import digest
from gate.salesforce.sources import Unreadable

_STATE_UPDATE = "__state_update_action__"
_NEXT_TOPIC = "AgentScriptInternal_next_topic"


def add_graph(backing: Backing, agent: str, path: str, topics: dict[str, MappedTopic]) -> list[Unresolved]:
    """Put a compiled graph on the map, adding topics and tools that nothing else told of; gives what is unclear."""
    facts = backing.known.json.read(backing.tree, [path])[path]
    identity = backing.identity(path)
    whole = backing.graph.place(Place(kind="agent", agent=agent))
    routing = backing.graph.place(Place(kind="routing", agent=agent))
    backing.graph.files[path] = SourceFile(object_id=identity)
    version = _version(None if isinstance(facts, Unreadable) else facts.value)
    if version is None:
        what = facts.what if isinstance(facts, Unreadable) else "holds no agent version"
        backing.graph.add(Element(id=f"graph:{agent}", digest=identity, path=path, unreadable=what), whole)
        return [Unresolved(path=path, line=1, what=f"cannot be followed: {what}")]
    start = str(version.get("initialNode", ""))
    settings = {key: value for key, value in version.items() if key != "nodes"}
    _add(backing, f"graph:{agent}", "compiled settings", path, settings, whole)
    for node in _objects(version.get("nodes")):
        name = str(node.get("developerName", ""))
        topic = backing.graph.place(Place(kind="topic", agent=agent, topic=name))
        users = [topic, routing] if name == start else [topic]
        steering = {key: node.get(key) for key in ("developerName", "description")}
        rest = {key: value for key, value in node.items() if key not in steering and key != "label"}
        _add(backing, f"graph-routing:{agent}/{name}", f"description of topic {name}", path, steering, topic, routing)
        _add(backing, f"graph:{agent}/{name}", f"compiled topic {name}", path, rest, *users)
        if name not in topics:
            topics[name] = _topic(backing, agent, path, node, start=name == start)
    return []


def _add(backing: Backing, key: str, words: str, path: str, value: Mapping[str, Any], *users: str) -> None:
    meaning = digest(json.dumps(value, sort_keys=True))
    backing.graph.add(Element(id=key, digest=meaning, words=words, path=path), *users)


def _version(value: Any) -> dict[str, Any] | None:  # noqa: ANN401 - foreign JSON, narrowed here
    version = value.get("agentVersion") if isinstance(value, dict) else None
    return version if isinstance(version, dict) else None


def _objects(value: object) -> Iterator[dict[str, Any]]:
    if isinstance(value, list):
        yield from (item for item in value if isinstance(item, dict))


def _topic(backing: Backing, agent: str, path: str, node: Mapping[str, Any], *, start: bool) -> MappedTopic:
    actions: list[MappedAction] = []
    routes: list[Route] = []
    name = str(node.get("developerName", ""))
    for tool in _objects(node.get("tools")):
        alias, target = str(tool.get("name", "")), str(tool.get("target", ""))
        if target == _STATE_UPDATE:
            to = _next_topic(tool)
            routes.append(Route(alias=alias, kind="transition" if to else "set-variables", to=to))
            continue
        actions.append(MappedAction(name=target or alias, alias=alias, path=path))
        place = Place(kind="action", agent=agent, topic=name, action=target or alias, aliases=(alias,))
        topic = backing.graph.place(Place(kind="topic", agent=agent, topic=name))
        backing.graph.link(backing.graph.place(place), topic)
    return MappedTopic(
        name=name,
        description=str(node.get("description") or ""),
        actions=tuple(actions),
        routes=tuple(routes),
        start=start,
        path=path,
    )


def _next_topic(tool: Mapping[str, Any]) -> str:
    """Where a hand-off leads: the value it gives to the variable that holds the next topic."""
    for update in _objects(tool.get("stateUpdates")):
        if _NEXT_TOPIC in update:
            return str(update[_NEXT_TOPIC]).strip("\"'")
    return ""
