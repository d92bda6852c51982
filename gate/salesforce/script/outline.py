"""Agent Script text to a tree of lines by indentation: comments gone, templates kept as text. Knows no block names.

Platform facts (Agent Script specification and its reference scanner): a tab counts as three columns; strings end with
their line; after `|` everything indented deeper than the line that holds it is literal text, `#` included.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import NamedTuple

TAB_COLUMNS = 3
MAX_DEPTH = 60
"""Deepest nesting that is followed; what lies deeper is placed there."""
MAX_JOINED_LINES = 500
"""Most lines that an open bracket may span."""

_LEADING = re.compile(r"[ \t]*")
_MARK = re.compile(r'"(?:\\.|[^"\\])*"?|[#|]')
_QUOTED = re.compile(r'"(?:\\.|[^"\\])*"?')
_OPEN, _CLOSE = "([{", ")]}"


class TextLine(NamedTuple):
    """A line of a template; `indent` is -1 for what stands behind the `|` itself."""

    indent: int
    text: str
    line: int


@dataclass(slots=True)
class Entry:
    """One line of code with what is indented beneath it. `text` holds the lines of its template, if it opens one."""

    code: str
    line: int
    last_line: int
    children: list["Entry"] = field(default_factory=list)
    text: list[TextLine] | None = None  # without blank lines


@dataclass(frozen=True, slots=True, kw_only=True)
class Flaw:
    """A place where the indentation does not say what belongs to what."""

    line: int
    what: str


@dataclass(slots=True)
class Outline:
    """The entries at the left margin, the comments in order, and what is wrong with the indentation."""

    entries: list[Entry] = field(default_factory=list)
    comments: list[str] = field(default_factory=list)
    flaws: list[Flaw] = field(default_factory=list)


def read_outline(text: str) -> Outline:
    """The tree of a script. Never raises: what cannot be placed is placed nearest, with a flaw that says so."""
    outline = Outline()
    _Builder(outline).feed(text)
    return outline


class _Builder:
    def __init__(self, outline: Outline) -> None:
        self.outline = outline
        self.open: list[tuple[int, Entry]] = []
        self.template: tuple[int, Entry] | None = None
        self.margins: set[str] = set()
        self.mixed = False

    def feed(self, text: str) -> None:
        lines = iter(enumerate(text.removeprefix("\ufeff").splitlines(), start=1))
        for number, raw in lines:
            margin = _LEADING.match(raw)[0]  # type: ignore[index]  # matches the empty string too
            content = raw[len(margin) :].rstrip()
            if not content:
                continue
            indent = len(margin) + margin.count("\t") * (TAB_COLUMNS - 1)
            if self.template and indent > self.template[0]:
                self._add_text(self.template[1], number, indent, content)
                continue
            self.template = None
            self._add_code(number, indent, margin, content, lines)

    @staticmethod
    def _add_text(owner: Entry, number: int, indent: int, content: str) -> None:
        if owner.text is not None:
            owner.text.append(TextLine(indent, content, number))
        owner.last_line = number

    def _add_code(self, number: int, indent: int, margin: str, content: str, lines: Iterator[tuple[int, str]]) -> None:
        code, template = self._split(content)
        if not code and template is None:
            return
        self._check_margin(number, margin)
        entry = Entry(code, number, number)
        self._place(entry, indent)
        if template is not None:
            entry.text = [TextLine(-1, template, number)] if template else []
            self.template = (indent, entry)
        else:
            self._join(entry, lines)

    def _split(self, content: str) -> tuple[str, str | None]:
        """The code of a line, and the literal text after its `|` (None = the line opens no template)."""
        for mark in _MARK.finditer(content):
            if mark[0] == "#":
                self.outline.comments.append(content[mark.start() :])
                return content[: mark.start()].rstrip(), None
            if mark[0] == "|":
                return content[: mark.start()] + "|", content[mark.end() :].strip()
        return content, None

    def _check_margin(self, number: int, margin: str) -> None:
        kinds = set(margin)
        if len(kinds | self.margins) == 2 and not self.mixed:
            self._flaw(number, "the indentation mixes tabs and spaces")
            self.mixed = True
        self.margins |= kinds

    def _place(self, entry: Entry, indent: int) -> None:
        deeper = 0
        while self.open and self.open[-1][0] >= indent:
            deeper = self.open.pop()[0]
        if deeper > indent:
            self._flaw(entry.line, "the indentation matches no line above it")
        if len(self.open) == MAX_DEPTH:
            self._flaw(entry.line, f"nested deeper than {MAX_DEPTH}")
            self.open.pop()
        if self.open:
            self.open[-1][1].children.append(entry)
        else:
            if indent > 0:
                self._flaw(entry.line, "the first line of a block must begin at the left margin")
            self.outline.entries.append(entry)
        self.open.append((indent, entry))

    def _join(self, entry: Entry, lines: Iterator[tuple[int, str]]) -> None:
        """Bring the lines of an open bracket, or after a final backslash, onto the entry's own line."""
        parts, depth = [entry.code], _unclosed(entry.code)
        while depth > 0 or parts[-1].endswith("\\"):
            number, raw = next(lines, (0, "")) if len(parts) <= MAX_JOINED_LINES else (0, "")
            if not number:
                self._flaw(entry.line, "a bracket is never closed")
                break
            code, _ = self._split(raw.strip())
            parts[-1:] = [parts[-1].removesuffix("\\"), code]
            depth += _unclosed(code)
            entry.last_line = number
        entry.code = " ".join(parts)

    def _flaw(self, line: int, what: str) -> None:
        self.outline.flaws.append(Flaw(line=line, what=what))


def _unclosed(code: str) -> int:
    """How many more brackets a line opens than it closes."""
    bare = _QUOTED.sub("", code)
    return sum(map(bare.count, _OPEN)) - sum(map(bare.count, _CLOSE))
