"""What files say, parsed once per content: base and head share the result of every file that is equal in both."""

from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Generic, TypeVar

from gate.errors import RepositoryError
from gate.ports import Tree
from gate.salesforce.apex import ApexFacts, read_apex
from gate.salesforce.facts import Facts
from gate.salesforce.flow import read_flow
from gate.salesforce.graph import digest
from gate.salesforce.json_text import JsonFacts, read_json
from gate.salesforce.metadata import read_metadata, read_object_part
from gate.salesforce.metadata_xml import Document, UnreadableError, labels_of, read_xml, xml_meaning
from gate.salesforce.prompt import read_prompt
from gate.salesforce.script.reader import Script, read_script

Parsed = TypeVar("Parsed")
READ_AT_ONCE = 100
"""Files held in memory at a time."""


@dataclass(frozen=True, slots=True)
class Unreadable:
    """Why a file has no parsed value."""

    line: int
    what: str


class Memo(Generic[Parsed]):
    """A parser that remembers, by object id, what it has parsed."""

    def __init__(self, parse: Callable[[bytes], Parsed]) -> None:
        self._parse = parse
        self._seen: dict[str, Parsed | Unreadable] = {}

    def read(self, tree: Tree, paths: Iterable[str]) -> dict[str, Parsed | Unreadable]:
        """What each of these files says."""
        identities = {path: identity_of(tree, path) for path in paths}
        missing = {key: path for path, key in identities.items() if key not in self._seen}
        wanted = list(missing.items())
        for start in range(0, len(wanted), READ_AT_ONCE):
            batch = wanted[start : start + READ_AT_ONCE]
            contents = _contents(tree, [path for _, path in batch])
            for key, path in batch:
                self._seen[key] = self._parsed(contents.get(path))
        return {path: self._seen[key] for path, key in identities.items()}

    def _parsed(self, content: bytes | None) -> Parsed | Unreadable:
        if content is None:
            return Unreadable(1, "its content cannot be had (too large, not in the clone, or a link to nowhere)")
        try:
            return self._parse(content)
        except UnreadableError as error:
            return Unreadable(error.line, error.what)


def identity_of(tree: Tree, path: str) -> str:
    """The file's object id; a name of its own for a file whose content cannot be had, so that it equals no other."""
    try:
        return tree.object_id(path)
    except RepositoryError:
        return f"unknown content of {path}"


def _contents(tree: Tree, paths: list[str]) -> dict[str, bytes]:
    """The contents that can be had: one file that is too large or missing must not hide the others."""
    try:
        return tree.read_many(paths)
    except RepositoryError:
        found: dict[str, bytes] = {}
        for path in paths:
            with suppress(RepositoryError):
                found |= tree.read_many([path])
        return found


def _script(content: bytes) -> Script:
    try:
        return read_script(content.decode("utf-8"))
    except UnicodeDecodeError as error:
        raise UnreadableError(content.count(b"\n", 0, error.start) + 1, "is not UTF-8") from error


def _plain(content: bytes) -> Facts:
    document = read_xml(content)
    return Facts(
        digest=digest(xml_meaning(document.root)),
        labels=digest(labels_of(document.root)),
        comments=digest("\n".join(document.comments)),
    )


@dataclass(frozen=True, slots=True)
class Known:
    """The readers of one run, with what they remember. Give the same one to base and head."""

    scripts: Memo[Script] = field(default_factory=lambda: Memo(_script))
    documents: Memo[Document] = field(default_factory=lambda: Memo(read_xml))
    json: Memo[JsonFacts] = field(default_factory=lambda: Memo(read_json))
    plain: Memo[Facts] = field(default_factory=lambda: Memo(_plain))
    metadata: Memo[Facts] = field(default_factory=lambda: Memo(read_metadata))
    object_parts: Memo[Facts] = field(default_factory=lambda: Memo(read_object_part))
    flows: Memo[Facts] = field(default_factory=lambda: Memo(read_flow))
    prompts: Memo[Facts] = field(default_factory=lambda: Memo(read_prompt))
    classes: Memo[ApexFacts] = field(default_factory=lambda: Memo(read_apex))
