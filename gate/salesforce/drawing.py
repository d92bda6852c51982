"""The map for people and programs: a tree, a Mermaid diagram, and data."""

import json
import re
from collections.abc import Iterator

from gate.model.agent_map import AgentMap, MappedAction, MappedAgent, MappedTopic, Route, Unresolved
from gate.model.case import Json

_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069]")
_MERMAID_SPECIAL = re.compile(r"[^\w .:/\-]")
_KIND = {"agent-script": "Agent Script", "classic": "classic"}


def tree_text(found: AgentMap, agent: str = "") -> str:
    """The map as an indented tree; one agent of it when named. Ends with a newline unless empty."""
    lines: list[str] = []
    for item in _chosen(found, agent):
        lines += [f"{item.name} ({_KIND[item.kind]}) {item.source}", *_branches(list(_agent_items(item)))]
    if not agent and found.unresolved:
        lines += ["unresolved", *_branches([(_told(item), []) for item in found.unresolved])]
    return "".join(_plain(line) + "\n" for line in lines)


def mermaid(found: AgentMap, agent: str = "") -> str:
    """The map as a Mermaid flowchart: agents, topics, actions and targets; names cannot break out of their boxes."""
    lines = ["flowchart LR"]
    for number, item in enumerate(_chosen(found, agent), start=1):
        lines += _Chart(f"a{number}", item).lines()
    return "\n".join(lines) + "\n"


def map_json(found: AgentMap, agent: str = "") -> str:
    """The map as JSON text, for `graph --json`."""
    value: Json = {
        "agents": [_agent_json(item) for item in _chosen(found, agent)],
        "unresolved": [_unresolved_json(item) for item in found.unresolved],
    }
    return json.dumps(value, indent=2, ensure_ascii=False) + "\n"


def _chosen(found: AgentMap, agent: str) -> list[MappedAgent]:
    return [item for item in found.agents if not agent or item.name == agent]


Branch = tuple[str, list["Branch"]]


def _branches(items: list[Branch], prefix: str = "") -> list[str]:
    lines: list[str] = []
    for index, (text, below) in enumerate(items):
        last = index == len(items) - 1
        lines.append(f"{prefix}{'└─ ' if last else '├─ '}{text}")
        lines += _branches(below, prefix + ("   " if last else "│  "))
    return lines


def _agent_items(agent: MappedAgent) -> Iterator[Branch]:
    for topic in agent.topics:
        actions: list[Branch] = [(_action_text(action), []) for action in topic.actions]
        routes: list[Branch] = [(_route_text(route), []) for route in topic.routes]
        yield f"topic {topic.name}{' (start)' if topic.start else ''}", actions + routes
    for action in agent.actions:
        yield _action_text(action), []
    lists = (
        ("prompt templates", agent.prompts),
        ("retrievers", agent.retrievers),
        ("variables", agent.variables),
        ("backing code", agent.backing),
        ("unresolved", [_told(item) for item in agent.unresolved]),
    )
    for name, values in lists:
        if values:
            yield name, [(value, []) for value in values]


def _action_text(action: MappedAction) -> str:
    alias = f" as {action.alias}" if action.alias and action.alias != action.name else ""
    return f"action {action.name}{alias}" + (f" → {_target_text(action)}" if action.target else "")


def _target_text(action: MappedAction) -> str:
    if "://" in action.target or not action.target_type:
        return action.target
    return f"{action.target_type}://{action.target}"


def _route_text(route: Route) -> str:
    return f"{route.kind} {route.alias}" + (f" → topic {route.to}" if route.to else "")


def _told(item: Unresolved) -> str:
    return f"{item.path}:{item.line} {item.what}"


def _plain(text: str) -> str:
    """Text of a file or its name without characters that steer a terminal or turn the line around."""
    return _CONTROL.sub(lambda match: f"\\u{ord(match[0]):04x}", text)


class _Chart:
    """The part of a diagram that shows one agent."""

    def __init__(self, key: str, agent: MappedAgent) -> None:
        self.key = key
        self.agent = agent
        self.topics = {topic.name: f"{key}t{index}" for index, topic in enumerate(agent.topics, start=1)}
        self.targets: dict[str, str] = {}

    def lines(self) -> Iterator[str]:
        yield f"  {self.key}[{_label(self.agent.name)}]"
        for topic in self.agent.topics:
            key = self.topics[topic.name]
            yield f"  {key}({_label(topic.name)})"
            if topic.start or not any(item.start for item in self.agent.topics):
                yield f"  {self.key} --> {key}"
            yield from self._actions(key, topic.actions)
        yield from self._actions(self.key, self.agent.actions)
        yield from (line for topic in self.agent.topics for line in self._routes(topic))

    def _actions(self, owner: str, actions: tuple[MappedAction, ...]) -> Iterator[str]:
        for index, action in enumerate(actions, start=1):
            key = f"{owner}x{index}"
            alias = f" as {action.alias}" if action.alias and action.alias != action.name else ""
            yield f"  {owner} --> {key}{{{{{_label(action.name + alias)}}}}}"
            if action.target:
                target = _target_text(action)
                known = self.targets.setdefault(target, f"{self.key}z{len(self.targets) + 1}")
                yield f"  {key} --> {known}[/{_label(target)}/]"

    def _routes(self, topic: MappedTopic) -> Iterator[str]:
        for route in topic.routes:
            if route.to in self.topics:
                yield f"  {self.topics[topic.name]} -. {route.kind} .-> {self.topics[route.to]}"


def _label(text: str) -> str:
    """Text in quotes with everything that means something to Mermaid, HTML or markdown as a numbered entity."""
    return '"' + _MERMAID_SPECIAL.sub(lambda match: f"#{ord(match[0])};", text[:200]) + '"'


def _agent_json(agent: MappedAgent) -> Json:
    return {
        "name": agent.name,
        "kind": agent.kind,
        "source": agent.source,
        "topics": [_topic_json(topic) for topic in agent.topics],
        "actions": [_action_json(action) for action in agent.actions],
        "prompts": list(agent.prompts),
        "retrievers": list(agent.retrievers),
        "variables": list(agent.variables),
        "backing": list(agent.backing),
        "unresolved": [_unresolved_json(item) for item in agent.unresolved],
    }


def _topic_json(topic: MappedTopic) -> Json:
    return {
        "name": topic.name,
        "description": topic.description,
        "start": topic.start,
        "path": topic.path,
        "line": topic.line,
        "actions": [_action_json(action) for action in topic.actions],
        "routes": [{"alias": route.alias, "kind": route.kind, "to": route.to} for route in topic.routes],
    }


def _action_json(action: MappedAction) -> Json:
    return {
        "name": action.name,
        "alias": action.alias or None,
        "target": action.target or None,
        "target_type": action.target_type or None,
        "path": action.path,
        "line": action.line,
    }


def _unresolved_json(item: Unresolved) -> Json:
    return {"file": item.path, "line": item.line, "what": item.what}
