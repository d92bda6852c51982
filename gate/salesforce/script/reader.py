"""An Agent Script text to what a map needs: its topics with their actions, and its elements with their meaning."""

import re
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import accumulate
from typing import Literal

from gate.salesforce.script.meaning import is_label, key_of, meaning, meanings, string_of
from gate.salesforce.script.outline import Entry, Flaw, TextLine, read_outline

Part = Literal["agent", "variable", "routing", "body", "definition", "tool"]

NODES = frozenset({"start_agent", "subagent", "topic", "connected_subagent", "connected_agent"})
"""Block kinds that are topics."""
CONNECTED = frozenset({"connected_subagent", "connected_agent"})

_REFERENCE = re.compile(r"@([A-Za-z_]\w*)\.([A-Za-z_]\w*)")
_URI = re.compile(r'"(\w+)://([\w.]+)"')
_QUOTED = re.compile(r'"(?:\\.|[^"\\])*"?')
_WORDS = {
    "system": "system instructions",
    "config": "agent configuration",
    "knowledge": "knowledge settings",
    "language": "language settings",
    "access": "access settings",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Reference:
    """`@space.name` and the line it stands on."""

    space: str
    name: str
    line: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Piece:
    """A part of the script that can change on its own; `topic` and `name` are "" where they do not apply."""

    part: Part
    topic: str
    name: str
    words: str
    meaning: str
    lines: tuple[int, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class Definition:
    """An entry of an `actions:` block: `target` is its URI, `source` the library function it copies."""

    name: str
    target: str
    source: str
    line: int
    inputs: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Tool:
    """An entry of `reasoning.actions`: what the model sees under `alias`. `to` is where a transition leads."""

    alias: str
    space: str
    name: str
    to: str
    line: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Outside:
    """A URI in a block of the whole agent, such as the route of a connection: `scheme://name`."""

    scheme: str
    name: str
    line: int


@dataclass(slots=True, kw_only=True)
class Node:
    """A topic block, or the top-level `actions:` block under the name ""."""

    name: str
    kind: str
    line: int
    description: str = ""
    target: str = ""
    definitions: list[Definition] = field(default_factory=list)
    tools: list[Tool] = field(default_factory=list)
    references: list[Reference] = field(default_factory=list)

    @property
    def agent(self) -> str:
        """The agent that a connected topic hands over to; "" when it is none."""
        scheme, _, name = self.target.partition("://")
        return name if self.kind in CONNECTED and scheme == "agentforce" else ""


@dataclass(slots=True, kw_only=True)
class Script:
    """One script, read. `notes` are blocks this reader does not know; `flaws` make the whole doubtful."""

    developer_name: str = ""
    nodes: list[Node] = field(default_factory=list)
    pieces: list[Piece] = field(default_factory=list)
    variables: list[str] = field(default_factory=list)
    retrievers: list[str] = field(default_factory=list)
    references: list[Reference] = field(default_factory=list)  # those outside every topic
    outside: list[Outside] = field(default_factory=list)
    flaws: list[Flaw] = field(default_factory=list)
    notes: list[Flaw] = field(default_factory=list)
    labels: str = ""
    comments: str = ""


def read_script(text: str) -> Script:
    """Everything of a script; never raises, an unclear place is a flaw."""
    outline = read_outline(text)
    script = Script(flaws=list(outline.flaws), comments="\n".join(sorted(outline.comments)))
    for entry in outline.entries:
        parts = key_of(entry)
        if parts is None:
            script.flaws.append(Flaw(line=entry.line, what=f"{entry.code[:60]!r} is not the beginning of a block"))
            script.pieces.append(_piece("agent", entry, "unclear line"))
        elif parts[0] in NODES:
            _read_node(script, entry, parts[0], parts[1])
        else:
            _read_block(script, entry, parts[0], parts[1])
    script.labels = "\n".join(sorted(_labels(outline.entries)))
    return script


def _read_block(script: Script, entry: Entry, kind: str, name: str) -> None:
    if kind == "variables":
        _read_variables(script, entry)
        return
    if kind == "actions":
        node = Node(name="", kind="actions", line=entry.line)
        script.nodes.append(node)
        _read_definitions(script, node, entry)
        return
    if kind == "config":
        script.developer_name = _value(entry, "developer_name") or _value(entry, "agent_name")
    if kind == "knowledge":
        script.retrievers += filter(None, [_value(entry, "rag_feature_config_id")])
    if kind not in _WORDS and kind not in {"connection", "modality", "model_config", "context", "security"}:
        script.notes.append(Flaw(line=entry.line, what=f"block {kind!r} is not known: its changes affect every case"))
    script.references += _references([entry])
    script.outside += _outside([entry])
    script.pieces.append(
        _piece("agent", entry, _WORDS.get(kind, f"{kind} {name}".strip()), name=f"{kind} {name}".strip())
    )


def _read_variables(script: Script, entry: Entry) -> None:
    for child in entry.children:
        parts = key_of(child)
        name = parts[0] if parts else child.code
        script.variables.append(name)
        script.pieces.append(_piece("variable", child, f"variable {name}", name=name))


def _read_node(script: Script, entry: Entry, kind: str, name: str) -> None:
    node = Node(name=name, kind=kind, line=entry.line)
    node.description, node.target = _value(entry, "description"), _value(entry, "target")
    script.nodes.append(node)
    if not name:
        script.flaws.append(Flaw(line=entry.line, what=f"{kind} has no name"))
    routing, body = _split_node(script, node, entry)
    marker = {"start_agent": "start_agent", "topic": "subagent"}.get(kind, kind)
    script.pieces.append(
        Piece(
            part="routing",
            topic=name,
            name="",
            words=f"description of topic {name}",
            meaning=f"{marker} {name}\n{meanings(routing)}",
            lines=(entry.line, max((child.last_line for child in routing), default=entry.line)),
        )
    )
    for line in body:
        script.pieces.append(_piece("body", line, f"{_body_words(line)} of topic {name}", topic=name))
    node.references = _references(entry.children)


def _split_node(script: Script, node: Node, entry: Entry) -> tuple[list[Entry], list[Entry]]:
    """The lines that steer routing, and the rest; the actions are read on the way and are in neither."""
    routing: list[Entry] = []
    body: list[Entry] = []
    for child in entry.children:
        key = (key_of(child) or ("", "", ""))[0]
        if key == "actions":
            _read_definitions(script, node, child)
        elif key == "reasoning":
            body += _read_reasoning(script, node, child)
        elif key in {"description", "scope"} or node.kind in CONNECTED:
            routing.append(child)
        elif not is_label(child):
            body.append(child)
    return routing, body


def _read_reasoning(script: Script, node: Node, entry: Entry) -> list[Entry]:
    rest: list[Entry] = []
    for child in entry.children:
        if (key_of(child) or ("", "", ""))[0] == "actions":
            for item in child.children:
                _read_tool(script, node, item)
        else:
            rest.append(child)
    return rest


def _read_definitions(script: Script, node: Node, entry: Entry) -> None:
    for item in entry.children:
        parts = key_of(item)
        name = parts[0] if parts else item.code
        node.definitions.append(
            Definition(
                name=name,
                target=_value(item, "target"),
                source=_value(item, "source"),
                line=item.line,
                inputs=tuple(_inputs(item)),
            )
        )
        script.pieces.append(_piece("definition", item, "", topic=node.name, name=name))


def _inputs(definition: Entry) -> Iterator[str]:
    """The inputs of an action, without those that are said to be optional."""
    for block in definition.children:
        if (key_of(block) or ("",))[0] == "inputs":
            for item in block.children:
                parts = key_of(item)
                if parts and _value(item, "is_required").casefold() != "false":
                    yield parts[0]


def _read_tool(script: Script, node: Node, item: Entry) -> None:
    parts = key_of(item)
    alias, value = (parts[0], parts[2]) if parts else (item.code, "")
    found = [*_REFERENCE.findall(_QUOTED.sub("", value)), ("", "")]
    to = found[1][1] if len(found) > 2 else ""
    if found[0] == ("utils", "transition") and not to:
        to = next((ref.name for ref in _references(item.children) if ref.space in NODES), "")
    node.tools.append(Tool(alias=alias, space=found[0][0], name=found[0][1], to=to, line=item.line))
    script.pieces.append(_piece("tool", item, "", topic=node.name, name=alias))


def _piece(part: Part, entry: Entry, words: str, *, topic: str = "", name: str = "") -> Piece:
    lines = (entry.line, _last_line(entry))
    return Piece(part=part, topic=topic, name=name, words=words, meaning=meaning(entry), lines=lines)


def _last_line(entry: Entry) -> int:
    return max([entry.last_line, *map(_last_line, entry.children)])


def _body_words(entry: Entry) -> str:
    key = (key_of(entry) or ("statement", "", ""))[0]
    return {"system": "system instructions"}.get(key, key.replace("_", " "))


def _value(entry: Entry, key: str) -> str:
    """The text of a key directly beneath an entry; "" when it is not there."""
    for child in entry.children:
        parts = key_of(child)
        if parts and parts[0] == key:
            return string_of(child)
    return ""


def _labels(entries: Iterable[Entry], block: str = "") -> Iterable[str]:
    """Each label with the line of the block it stands in."""
    for entry in entries:
        if is_label(entry):
            yield f"{block} {string_of(entry)}"
        yield from _labels(entry.children, entry.code)


def _outside(entries: Iterable[Entry]) -> Iterable[Outside]:
    for entry in entries:
        for scheme, name in _URI.findall(entry.code):
            yield Outside(scheme=scheme, name=name, line=entry.line)
        yield from _outside(entry.children)


def _references(entries: Sequence[Entry]) -> list[Reference]:
    found: list[Reference] = []
    for entry in entries:
        bare = _QUOTED.sub("", entry.code)
        quoted = "".join(inside for _, inside in _insertions(entry.code))
        found += [Reference(space=a, name=b, line=entry.line) for a, b in _REFERENCE.findall(f"{bare} {quoted}")]
        found += _interpolated(entry.text or ())
        found += _references(entry.children)
    return found


def _interpolated(lines: Sequence[TextLine]) -> list[Reference]:
    """The references inside `{!…}` of a template, which may span lines."""
    template = "\n".join(item.text for item in lines)
    ends = list(accumulate(len(item.text) + 1 for item in lines))
    found: list[Reference] = []
    for start, inside in _insertions(template):
        line = lines[bisect_right(ends, start)].line
        found += [Reference(space=a, name=b, line=line) for a, b in _REFERENCE.findall(inside)]
    return found


def _insertions(text: str) -> Iterator[tuple[int, str]]:
    """Where each `{!…}` begins, and what is inside. One that never ends ends the search: the rest is looked at once."""
    start = text.find("{!")
    while start >= 0 and (end := text.find("}", start)) >= 0:
        yield start, text[start + 2 : end]
        start = text.find("{!", end)
