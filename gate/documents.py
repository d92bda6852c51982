"""YAML text to plain values, with the line of every key: safe, duplicates refused, aliases bounded.

Scalars follow YAML 1.2's core schema, so `no`, `on`, `12:30` and `2026-04-03` stay the text the author wrote.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import yaml
from yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode

from gate.errors import ProblemsError
from gate.model.case import Json
from gate.model.problem import Problem

KeyPath = tuple[str | int, ...]

MAX_NODES = 100_000
"""Most values one document may hold once its aliases are followed."""
MAX_DEPTH = 40

_LOADER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_INT = re.compile(r"[-+]?(0|[1-9][0-9]*)\Z")
_FLOAT = re.compile(r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?\Z")
_WORDS: Mapping[str, Json] = {
    **dict.fromkeys(("", "~", "null", "Null", "NULL")),
    **dict.fromkeys(("true", "True", "TRUE"), True),
    **dict.fromkeys(("false", "False", "FALSE"), False),
}


@dataclass(frozen=True, slots=True)
class Document:
    """The value of a YAML text; `lines` maps each key path to its line, counted from 1 in the file."""

    value: Json
    lines: Mapping[KeyPath, int] = field(default_factory=dict)

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
    try:
        node = yaml.compose(text, Loader=_LOADER)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        line = first_line + (mark.line if mark else 0)
        message = f"not valid YAML: {error.problem or error}"
        raise ProblemsError([Problem(path=path, line=line, message=message, hint=_SYNTAX_HINT)]) from error
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        problem = Problem(path=path, line=first_line, message=f"not valid YAML: {error}", hint=_SYNTAX_HINT)
        raise ProblemsError([problem]) from error
    if node is None:
        return Document(None, {(): first_line})
    reader = _Reader(path, first_line)
    value = reader.value(node, (), 0)
    if reader.problems:
        raise ProblemsError(reader.problems)
    return Document(value, reader.lines)


_SYNTAX_HINT = "check indentation and quotes; text with a colon or a leading special character needs quotes"


class _Reader:
    def __init__(self, path: str, first_line: int) -> None:
        self.path = path
        self.first_line = first_line
        self.problems: list[Problem] = []
        self.lines: dict[KeyPath, int] = {}
        self.nodes = 0

    def value(self, node: Node, path: KeyPath, depth: int) -> Json:
        self.nodes += 1
        if self.nodes > MAX_NODES or depth > MAX_DEPTH:
            too_big = (
                f"holds more than {MAX_NODES} values or is nested deeper than {MAX_DEPTH} once aliases are followed"
            )
            raise ProblemsError([self._problem(node, path, too_big, "write the values out, without aliases")])
        self.lines[path] = self.first_line + node.start_mark.line
        if isinstance(node, ScalarNode):
            return self._scalar(node, path)
        if isinstance(node, SequenceNode):
            return [self.value(child, (*path, index), depth + 1) for index, child in enumerate(node.value)]
        if isinstance(node, MappingNode):
            return self._mapping(node, path, depth)
        raise AssertionError(node)

    def _scalar(self, node: ScalarNode, path: KeyPath) -> Json:
        text: str = node.value
        if not node.tag.startswith("tag:yaml.org,2002:") or node.tag.startswith("tag:yaml.org,2002:python"):
            self.problems.append(self._problem(node, path, f"tag {node.tag!r} is not allowed", "write a plain value"))
            return None
        if node.style in ('"', "'", "|", ">"):  # quoted and block text stays text
            return text
        if text in _WORDS:
            return _WORDS[text]
        if _INT.match(text):
            return int(text) if len(text) < 20 else text
        return float(text) if _FLOAT.match(text) and len(text) < 30 else text

    def _mapping(self, node: MappingNode, path: KeyPath, depth: int) -> dict[str, Json]:
        result: dict[str, Json] = {}
        for key_node, value_node in self._pairs(node, path):
            key: str = key_node.value
            if key in result:
                first = self.lines[(*path, key)]
                message = f"key {key!r} stands twice, first on line {first}"
                self.problems.append(self._problem(key_node, (*path, key), message, "keep one of the two"))
                continue
            result[key] = self.value(value_node, (*path, key), depth + 1)
            self.lines[(*path, key)] = self.first_line + key_node.start_mark.line
        return result

    def _pairs(self, node: MappingNode, path: KeyPath) -> Iterator[tuple[ScalarNode, Node]]:
        for key_node, value_node in node.value:
            if isinstance(key_node, ScalarNode) and key_node.tag != "tag:yaml.org,2002:merge":
                yield key_node, value_node
            else:
                message = "a key must be plain text (no merge keys, lists or mappings)"
                self.problems.append(self._problem(key_node, path, message, "write the key as one word"))

    def _problem(self, node: Node, path: KeyPath, message: str, hint: str) -> Problem:
        key = ".".join(str(part) for part in path)
        return Problem(path=self.path, line=self.first_line + node.start_mark.line, key=key, message=message, hint=hint)
