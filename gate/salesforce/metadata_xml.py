"""Metadata XML to a small tree with line numbers. Document types and entities are refused, nothing is ever fetched."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from xml.parsers import expat

MAX_BYTES = 20_000_000
MAX_DEPTH = 100

LABELS = frozenset(
    {"label", "masterLabel", "agentLabel", "interviewLabel", "expressionLabel", "progressIndicatorMessage"}
)
"""Elements whose text people see and the model does not."""
_LAYOUT = frozenset({"locationX", "locationY"})  # where the builder draws a flow's boxes
_ORDERED = frozenset({"genAiPluginInstructions"})  # read from top to bottom unless numbered
_ORG_SUFFIX = re.compile(r"_(?:16j|179|172)[A-Za-z0-9]{12,15}(?![A-Za-z0-9])")


class UnreadableError(Exception):
    """A file that cannot be read; `line` is where (1 when unknown)."""

    def __init__(self, line: int, what: str) -> None:
        super().__init__(what)
        self.line = line
        self.what = what


@dataclass(slots=True)
class Tag:
    """One XML element: name without prefix, its own text, the line it begins on."""

    name: str
    line: int
    last_line: int = 0
    text: str = ""
    children: list["Tag"] = field(default_factory=list)

    def all(self, name: str) -> Iterator["Tag"]:
        """Its direct children of a name."""
        return (child for child in self.children if child.name == name)

    def value(self, *names: str) -> str:
        """The text of the first child of any of these names; "" when there is none."""
        return next((child.text for name in names for child in self.all(name) if child.text), "")

    def walk(self) -> Iterator["Tag"]:
        """Itself and everything beneath it."""
        yield self
        for child in self.children:
            yield from child.walk()


@dataclass(slots=True)
class Document:
    """The root element, and the comments of the whole text."""

    root: Tag
    comments: list[str]


def read_xml(content: bytes) -> Document:
    """The tree of an XML text. Raises `UnreadableError` when it is malformed, too large or declares a document type."""
    if len(content) > MAX_BYTES:
        raise UnreadableError(1, f"larger than {MAX_BYTES // 1_000_000} MB")
    builder = _Builder()
    try:
        builder.parser.Parse(content, True)
    except expat.ExpatError as error:
        raise UnreadableError(error.lineno, f"malformed XML: {expat.ErrorString(error.code)}") from error
    except (LookupError, ValueError) as error:
        raise UnreadableError(1, f"malformed XML: {error}") from error
    return Document(builder.stack[0].children[0], builder.comments)


def without_org_suffix(name: str) -> str:
    """A name without the record id that retrieving appends to local copies (`Returns_16jXX0000004C92`)."""
    return _ORG_SUFFIX.sub("", name)


def xml_meaning(tag: Tag) -> str:
    """The meaning of an element: without labels, layout, record ids and the order of its parts."""
    parts = [child for child in tag.children if child.name not in LABELS and child.name not in _LAYOUT]
    free = sorted(xml_meaning(child) for child in parts if not _keeps_place(child))
    ordered = [xml_meaning(child) for child in parts if _keeps_place(child)]
    return f"<{tag.name} {without_org_suffix(tag.text)}{''.join(free)}{''.join(ordered)}>"


def _keeps_place(tag: Tag) -> bool:
    return tag.name in _ORDERED and not tag.value("sortOrder")


def nested_meaning(tag: Tag) -> str:
    """As `xml_meaning`, but parts of one name keep their order from the second level down (steps of a flow)."""
    parts = [child for child in tag.children if child.name not in LABELS and child.name not in _LAYOUT]
    return f"<{tag.name} {tag.text}" + "".join(sorted(map(_steps, parts))) + ">"


def labels_of(tag: Tag) -> str:
    """The display names and layout of an element, to say that only they changed."""
    return "\n".join(sorted(item.text for item in tag.walk() if item.name in LABELS))


def _steps(tag: Tag) -> str:
    parts = [child for child in tag.children if child.name not in LABELS and child.name not in _LAYOUT]
    return f"<{tag.name} {tag.text}" + "".join(map(_steps, sorted(parts, key=lambda part: part.name))) + ">"


class _Builder:
    def __init__(self) -> None:
        self.stack = [Tag("", 0)]
        self.comments: list[str] = []
        self.parser = expat.ParserCreate()
        self.parser.buffer_text = True
        self.parser.StartDoctypeDeclHandler = self._refuse
        self.parser.EntityDeclHandler = self._refuse
        self.parser.StartElementHandler = self._start
        self.parser.EndElementHandler = self._end
        self.parser.CharacterDataHandler = self._text
        self.parser.CommentHandler = self.comments.append

    def _refuse(self, *_: object) -> None:
        raise UnreadableError(self.parser.CurrentLineNumber, "declares a document type or entities, which are refused")

    def _start(self, name: str, _: object) -> None:
        if len(self.stack) > MAX_DEPTH:
            raise UnreadableError(self.parser.CurrentLineNumber, f"nested deeper than {MAX_DEPTH}")
        tag = Tag(name.rpartition(":")[2], self.parser.CurrentLineNumber)
        self.stack[-1].children.append(tag)
        self.stack.append(tag)

    def _end(self, _: str) -> None:
        tag = self.stack.pop()
        tag.last_line = self.parser.CurrentLineNumber
        tag.text = _tidy(tag.text)

    def _text(self, text: str) -> None:
        self.stack[-1].text += text


def _tidy(text: str) -> str:
    """Text without blank lines, trailing whitespace, and whitespace around the whole."""
    stripped = text.strip()
    if "\n" not in stripped:
        return stripped
    return "\n".join(line.rstrip() for line in stripped.splitlines() if line.strip())
