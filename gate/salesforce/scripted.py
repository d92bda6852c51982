"""One Agent Script on the graph: its topics, their actions, and what each reference leads to."""

from collections.abc import Iterable, Mapping

from gate.model.agent_map import Element, MappedAction, MappedAgent, MappedTopic, Place, Route, RouteKind, Unresolved
from gate.salesforce.backing import SCHEMES, is_packaged
from gate.salesforce.facts import Use
from gate.salesforce.functions import Functions
from gate.salesforce.graph import digest
from gate.salesforce.script.reader import CONNECTED, NODES, Definition, Node, Piece, Reference, Script, Tool

_UTILITIES: Mapping[str, RouteKind] = {
    "transition": "transition",
    "escalate": "escalation",
    "setVariables": "set-variables",
}


class ScriptedAgent:
    """Puts one script onto the graph."""

    def __init__(self, name: str, path: str, script: Script, functions: Functions) -> None:
        self.name = name
        self.path = path
        self.script = script
        self.functions = functions
        self.backing = functions.backing
        self.graph = graph = functions.backing.graph
        self.unresolved: list[Unresolved] = []
        self.nodes = _merged(script.nodes)
        self.defined = {name: {item.name for item in node.definitions} for name, node in self.nodes.items()}
        self.shared = self.nodes.pop("", None)
        self.whole = graph.place(Place(kind="agent", agent=name))
        self.routing = graph.place(Place(kind="routing", agent=name))

    def mapped(self) -> MappedAgent:
        """The agent; its pieces, and what they use, are then on the graph."""
        self._topics()
        for piece in self.script.pieces:
            self._add_piece(piece)
        topics = tuple(self._topic(node) for node in self.nodes.values())
        shared = [self._action(self.shared, item, "") for item in self.shared.definitions] if self.shared else []
        for reference in self.script.references:
            self._resolve(None, reference)
        self._follow_outside()
        self.unresolved += [Unresolved(path=self.path, line=note.line, what=note.what) for note in self.script.notes]
        return MappedAgent(
            name=self.name,
            kind="agent-script",
            source=self.path,
            topics=topics,
            actions=tuple(shared),
            retrievers=tuple(self.script.retrievers),
            variables=tuple(self.script.variables),
            unresolved=tuple(sorted(set(self.unresolved), key=lambda item: (item.line, item.what))),
        )

    def _follow_outside(self) -> None:
        """What connections and other blocks of the whole agent lead to: a change there is a change of the agent."""
        for item in self.script.outside:
            kind = SCHEMES.get(item.scheme)
            if kind and not self.backing.use(Use(kind=kind, name=item.name, line=item.line), self.whole):
                self._note(item.line, f"{item.scheme}://{item.name} is not in the project")

    def _topics(self) -> None:
        seen: dict[str, int] = {}
        for node in self.script.nodes:
            if not node.name:
                continue
            self._topic_place(node.name)
            if node.name in seen:
                self._note(node.line, f"topic {node.name} is defined twice, first on line {seen[node.name]}")
            seen.setdefault(node.name, node.line)

    def _topic_place(self, topic: str) -> str:
        return self.graph.place(Place(kind="topic", agent=self.name, topic=topic))

    def _action_place(self, topic: str, action: str, *aliases: str) -> str:
        place = Place(kind="action", agent=self.name, topic=topic, action=action, aliases=aliases)
        key = self.graph.place(place)
        self.graph.link(key, self._topic_place(topic) if topic else self.whole)
        if self._is_start(topic):
            self.graph.link(key, self.routing)
        return key

    def _is_start(self, topic: str) -> bool:
        node = self.nodes.get(topic)
        return node is not None and node.kind == "start_agent"

    def _add_piece(self, piece: Piece) -> None:
        users = self._users(piece)
        key = "/".join(filter(None, (f"{piece.part}:{self.name}", piece.topic, piece.name)))
        if piece.part == "body":
            key += f"#{piece.words}"
        words = "" if piece.part in {"definition", "tool"} else piece.words
        element = Element(id=key, digest=digest(piece.meaning), words=words, path=self.path, lines=piece.lines)
        self.graph.add(element, *users)

    def _users(self, piece: Piece) -> list[str]:
        if piece.part in {"agent", "variable"}:
            return [self.whole]
        if piece.part == "routing":
            return [self._topic_place(piece.topic), self.routing]
        if piece.part == "definition":
            return [self._action_place(piece.topic, piece.name)]
        if piece.part == "tool":
            return [self._tool_place(piece)]
        users = [self._topic_place(piece.topic)]
        return [*users, self.routing] if self._is_start(piece.topic) else users

    def _tool_place(self, piece: Piece) -> str:
        tool = next(
            item
            for node in self.script.nodes
            if node.name == piece.topic
            for item in node.tools
            if item.alias == piece.name
        )
        owner = self._owner(piece.topic, tool.name) if tool.space == "actions" else None
        if owner is None:
            return self._action_place(piece.topic, tool.alias)
        key = self._action_place(owner, tool.name, tool.alias)
        if owner != piece.topic:
            self.graph.link(key, self._topic_place(piece.topic))
        return key

    def _owner(self, topic: str, action: str) -> str | None:
        """The topic whose definition a reference means: its own, the shared one, else any other that has the name."""
        candidates = (topic, "", *sorted(self.defined))
        return next((owner for owner in candidates if action in self.defined.get(owner, ())), None)

    def _topic(self, node: Node) -> MappedTopic:
        aliases: dict[str, list[str]] = {}
        for tool in node.tools:
            if tool.space == "actions":
                aliases.setdefault(tool.name, []).append(tool.alias)
        actions = [
            self._action(node, item, alias) for item in node.definitions for alias in aliases.pop(item.name, [""])
        ]
        actions += [self._borrowed(node, name, alias) for name, found in aliases.items() for alias in found]
        for reference in node.references:
            self._resolve(node, reference)
        if node.kind in CONNECTED and not node.target:
            self._note(node.line, f"connected agent {node.name} has no target")
        if node.agent:
            self.backing.connected.setdefault(node.agent.lower(), []).append(self._topic_place(node.name))
        return MappedTopic(
            name=node.name,
            description=node.description,
            actions=tuple(actions),
            routes=tuple(filter(None, (self._route(node, tool) for tool in node.tools))),
            start=node.kind == "start_agent",
            path=self.path,
            line=node.line,
        )

    def _action(self, node: Node, item: Definition, alias: str) -> MappedAction:
        scheme, separator, name = item.target.partition("://")
        user = self._action_place(node.name, item.name)
        if separator:
            self._target(item, scheme, name, user)
        elif item.source:
            self._source(item, user)
        else:
            self._note(item.line, f"action {item.name} has no target")
        return MappedAction(
            name=item.name,
            alias=alias,
            inputs=item.inputs,
            target=item.target or item.source,
            target_type=scheme if separator else "",
            path=self.path,
            line=item.line,
        )

    def _target(self, item: Definition, scheme: str, name: str, user: str) -> None:
        found = self.backing.use_target(scheme, Use(kind="metadata", name=name, line=item.line), user)
        if not found or scheme == "placeholder":
            self._note(item.line, f"target {item.target} of action {item.name} is not in the project")

    def _source(self, item: Definition, user: str) -> None:
        if self.functions.get(item.source):
            self.graph.link(f"function:{item.source.lower()}", user)
        elif not is_packaged(item.source):
            self._note(item.line, f"source {item.source} of action {item.name} is not in the project")

    def _borrowed(self, node: Node, name: str, alias: str) -> MappedAction:
        """An alias whose definition is not in its own topic."""
        owner = self._owner(node.name, name)
        line = next(tool.line for tool in node.tools if tool.alias == alias)
        if owner is None:
            return MappedAction(name=name, alias=alias, path=self.path, line=line)
        source = next(item for item in self._definitions(owner) if item.name == name)
        scheme, separator, _ = source.target.partition("://")
        target = source.target or source.source
        return MappedAction(
            name=name,
            alias=alias,
            inputs=source.inputs,
            target=target,
            target_type=scheme if separator else "",
            path=self.path,
            line=line,
        )

    def _definitions(self, topic: str) -> list[Definition]:
        node = self.nodes.get(topic, self.shared)
        return node.definitions if node else []

    def _route(self, node: Node, tool: Tool) -> Route | None:
        if tool.space == "actions":
            return None
        if tool.space in NODES:
            if tool.name in self.nodes:
                self.graph.link(self._topic_place(tool.name), self._topic_place(node.name))
            return Route(alias=tool.alias, kind="delegation", to=tool.name)
        kind = _UTILITIES.get(tool.name, "other") if tool.space == "utils" else "other"
        return Route(alias=tool.alias, kind=kind, to=tool.to)

    def _resolve(self, node: Node | None, reference: Reference) -> None:
        space, name = reference.space, reference.name
        if space in NODES and name not in self.nodes:
            self._note(reference.line, f"@{space}.{name}: there is no topic of this name")
        elif space == "variables" and name not in self.script.variables:
            self._note(reference.line, f"@variables.{name}: there is no variable of this name")
        elif space == "actions" and node is not None:
            self._resolve_action(node, reference)

    def _resolve_action(self, node: Node, reference: Reference) -> None:
        owner = self._owner(node.name, reference.name)
        if owner is not None and owner != node.name:
            self.graph.link(self._action_place(owner, reference.name), self._topic_place(node.name))
        if owner is None and reference.name not in {tool.alias for tool in node.tools}:
            self._note(reference.line, f"@actions.{reference.name}: there is no action of this name")

    def _note(self, line: int, what: str) -> None:
        self.unresolved.append(Unresolved(path=self.path, line=line, what=what))


def _merged(nodes: Iterable[Node]) -> dict[str, Node]:
    """The nodes by name; blocks that share a name become one, so that nothing of either is lost."""
    result: dict[str, Node] = {}
    for node in nodes:
        first = result.get(node.name, Node(name=node.name, kind=node.kind, line=node.line))
        result[node.name] = Node(
            name=node.name,
            kind=first.kind,
            line=first.line,
            description=first.description or node.description,
            target=first.target or node.target,
            definitions=[*first.definitions, *node.definitions],
            tools=[*first.tools, *node.tools],
            references=[*first.references, *node.references],
        )
    return result
