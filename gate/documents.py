"""YAML text to plain values, with the line of every key: safe, duplicates refused, aliases and depth bounded.

Scalars follow YAML 1.2's core schema, so `no`, `on`, `12:30` and `2026-04-03` stay the text the author wrote. So do
`0042` and `12E45`, which the core schema takes for numbers: order and article numbers look like them.
Values are built from the parser's events, one at a time: composing a node tree first overflows the C stack on input
that is nested deeply enough, and takes twice as long.
"""

import re
from collections.abc import Callable, Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from math import isfinite
from typing import Any, Never

import yaml
from yaml.events import (
    AliasEvent,
    Event,
    MappingEndEvent,
    MappingStartEvent,
    ScalarEvent,
    SequenceEndEvent,
    SequenceStartEvent,
    StreamEndEvent,
)

from gate.errors import ProblemsError
from gate.model.case import Json
from gate.model.problem import Problem

KeyPath = tuple[str | int, ...]

MAX_NODES = 100_000
"""Most values one document may hold once its aliases are followed."""
MAX_DEPTH = 40

_LOADER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_TEXT_TAGS = (None, "!", "tag:yaml.org,2002:str")
_INT = re.compile(r"[-+]?(0|[1-9][0-9]*)\Z")
_FLOAT = re.compile(r"[-+]?(?:(?:0|[1-9][0-9]*)?\.[0-9]+(?:[eE][-+]?[0-9]{1,3})?|[1-9][0-9]*[eE][-+][0-9]{1,3})\Z")
_NUMBER_START = frozenset("-+.0123456789")
_SPECIAL = _NUMBER_START | frozenset(("", *"~nNtTfF"))
_WORDS: Mapping[str, Json] = {
    **dict.fromkeys(("", "~", "null", "Null", "NULL")),
    **dict.fromkeys(("true", "True", "TRUE"), True),
    **dict.fromkeys(("false", "False", "FALSE"), False),
}


@dataclass(frozen=True, slots=True)
class Document:
    """The value of a YAML text.

    `lines` maps each key path to its line, counted from 1 in the file; `texts` holds numbers as they were written;
    `unread` names the values that are there and could not be read, or not as they were meant.
    """

    value: Json
    lines: Mapping[KeyPath, int] = field(default_factory=dict)
    texts: Mapping[KeyPath, str] = field(default_factory=dict)
    unread: AbstractSet[KeyPath] = frozenset()

    def line(self, path: KeyPath) -> int:
        """The line of a key, or of its nearest parent that has one; 0 when none has."""
        while path and path not in self.lines:
            path = path[:-1]
        return self.lines.get(path, 0)


def load_yaml(text: str, path: str, *, first_line: int = 1) -> Document:
    """The value and key lines of one YAML document.

    `path` is named in problems; `first_line` is where `text` begins in that file. Raises `ProblemsError` with every
    duplicate key, non-text key or foreign tag, or the one place where the syntax breaks or the size bound is passed.
    """
    document, problems = read_yaml(text, path, first_line=first_line)
    if problems:
        raise ProblemsError(problems)
    return document


def read_yaml(text: str, path: str, *, first_line: int = 1) -> tuple[Document, tuple[Problem, ...]]:
    """What can be read of one YAML document, and what `load_yaml` refuses in it, so that both can be judged at once.

    Of a key that stands twice the first counts. Raises `ProblemsError` where the syntax breaks or the size bound is
    passed, as nothing can be read then.
    """
    reader = _Reader(text, path, first_line)
    try:
        value = reader.document()
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        line = first_line + (mark.line if mark else 0)
        message = f"not valid YAML: {error.problem or error}"
        raise ProblemsError([Problem(path=path, line=line, message=message, hint=_SYNTAX_HINT)]) from error
    except (yaml.YAMLError, ValueError) as error:
        line = first_line + text.count("\n", 0, getattr(error, "position", None) or 0)
        message = f"not valid YAML: {getattr(error, 'reason', error)}"
        raise ProblemsError([Problem(path=path, line=line, message=message, hint=_SYNTAX_HINT)]) from error
    return Document(value, reader.lines, reader.texts, reader.unread), tuple(reader.problems)


def plain_value(text: str) -> Json:
    """What unquoted YAML text stands for: null, a truth value, a number, or the text itself."""
    if text in _WORDS:
        return _WORDS[text]
    if text[0] in _NUMBER_START:
        if _INT.match(text):
            return int(text) if len(text) < 20 else text
        if _FLOAT.match(text) and len(text) < 30:
            number = float(text)
            return number if isfinite(number) else text
    return text


_SYNTAX_HINT = "check indentation and quotes; text with a colon or a leading special character needs quotes"


class _Reader:
    def __init__(self, text: str, path: str, first_line: int) -> None:
        self.text = text
        self.path = path
        self.first_line = first_line
        self.problems: list[Problem] = []
        self.lines: dict[KeyPath, int] = {}
        self.texts: dict[KeyPath, str] = {}
        self.unread: set[KeyPath] = set()
        self.nodes = 0
        self.anchors: dict[str, tuple[Json, int]] = {}

    def document(self) -> Json:
        self.next: Callable[[], Event] = _LOADER(self.text).get_event
        self.next()  # the stream begins
        if isinstance(self.next(), StreamEndEvent):  # the document begins, or there is none
            self.lines[()] = self.first_line
            return None
        root = self.next()
        self.lines[()] = self.line(root)
        value = self.value(root, (), 0)
        self.next()  # the document ends
        following = self.next()
        if not isinstance(following, StreamEndEvent):
            self.refuse(following, (), "a second document begins here", "remove the line `---`")
        return value

    def value(self, event: Event, path: KeyPath, depth: int) -> Json:
        before = self.nodes
        self.nodes = before + 1
        if before >= MAX_NODES or depth > MAX_DEPTH:
            self.stop(event, path)
        if isinstance(event, ScalarEvent):
            value = self.scalar(event, path)
        elif isinstance(event, AliasEvent):
            return self.alias(event, path)
        elif isinstance(event, SequenceStartEvent):
            value = self.sequence(event, path, depth)
        elif isinstance(event, MappingStartEvent):
            value = self.mapping(event, path, depth)
        else:
            message = f"a value cannot begin with {event}"
            raise yaml.YAMLError(message)
        if event.anchor is not None:
            self.anchors[event.anchor] = (value, self.nodes - before)
        return value

    def scalar(self, event: ScalarEvent, path: KeyPath) -> Json:
        text: str = event.value
        if event.tag is not None:
            self.check_tag(event, event.tag, path)
            return text
        if event.style or text[:1] not in _SPECIAL:  # quoted and block text stays text
            return text
        value = plain_value(text)
        if value.__class__ is float or value.__class__ is int:
            self.texts[path] = text
        return value

    def alias(self, event: AliasEvent, path: KeyPath) -> Json:
        if event.anchor not in self.anchors:
            message = f"alias *{event.anchor} has no anchor above it, or stands inside its own anchor"
            self.refuse(event, path, message, "write the value out")
            return None
        value, nodes = self.anchors[event.anchor]
        self.nodes += nodes
        if self.nodes > MAX_NODES:
            self.stop(event, path)
        return value

    def sequence(self, event: SequenceStartEvent, path: KeyPath, depth: int) -> Json:
        if event.tag is not None:
            self.check_tag(event, event.tag, path)
        items: list[Json] = []
        while not isinstance(item := self.next(), SequenceEndEvent):
            at = (*path, len(items))
            self.lines[at] = self.line(item)
            items.append(self.value(item, at, depth + 1))
        return items

    def mapping(self, event: MappingStartEvent, path: KeyPath, depth: int) -> Json:
        if event.tag is not None:
            self.check_tag(event, event.tag, path)
        result: dict[str, Json] = {}
        while not isinstance(key_event := self.next(), MappingEndEvent):
            key = self.key(key_event, path, depth)
            if key is None:
                self.skip(self.next(), path, depth)
                continue
            at = (*path, key)
            if key in result:
                message = f"key {key!r} stands twice, first on line {self.lines[at]}"
                self.note(key_event, at, message, "keep one of the two")
                self.skip(self.next(), path, depth)
                continue
            self.lines[at] = self.line(key_event)
            result[key] = self.value(self.next(), at, depth + 1)
        return result

    def key(self, event: Event, path: KeyPath, depth: int) -> str | None:
        if isinstance(event, ScalarEvent) and event.tag in _TEXT_TAGS:
            text: str = event.value
            if event.anchor is not None:
                self.anchors[event.anchor] = (text, 1)
            if text != "<<" or event.style:
                return text
        message = "a key must be plain text (no merge keys, lists or mappings)"
        self.refuse(event, path, message, "write the key as one word; a value that begins with a brace needs quotes")
        self.skip(event, path, depth)
        return None

    def skip(self, event: Event, path: KeyPath, depth: int) -> None:
        """Read past a value that is refused; what is said of it is kept, where it stands is not."""
        lines, texts, unread = self.lines, self.texts, self.unread
        self.lines, self.texts, self.unread = dict(lines), dict(texts), set(unread)
        self.value(event, path, depth + 1)
        self.lines, self.texts, self.unread = lines, texts, unread

    def check_tag(self, event: Event, tag: str | None, path: KeyPath) -> None:
        if tag not in _TEXT_TAGS:
            self.refuse(event, path, f"tag {tag!r} is not allowed", "write a plain value, without a tag")

    def line(self, event: Event) -> int:
        return self.first_line + event.start_mark.line  # type: ignore[union-attr]  # parsed events carry marks

    def stop(self, event: Event, path: KeyPath) -> Never:
        message = f"holds more than {MAX_NODES} values or is nested deeper than {MAX_DEPTH} once aliases are followed"
        self.refuse(event, path[:3], message, "write the values out, without aliases")
        raise ProblemsError(self.problems)

    def refuse(self, event: Event, path: KeyPath, message: str, hint: str) -> None:
        self.unread.add(path)
        self.note(event, path, message, hint)

    def note(self, event: Event, path: KeyPath, message: str, hint: str) -> None:
        key = ".".join(str(part) for part in path)
        line = self.line(event)
        self.problems.append(Problem(path=self.path, line=line, key=key, message=message, hint=hint))
