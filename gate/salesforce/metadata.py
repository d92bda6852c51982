"""Metadata that is not read more closely: its meaning, and the names in it that may be a component."""

import re
from collections.abc import Iterable

from gate.salesforce.facts import Facts, Use, UseKind
from gate.salesforce.graph import digest
from gate.salesforce.metadata_xml import Document, Tag, labels_of, read_xml, xml_meaning

_NAME = re.compile(r"[A-Za-z]\w*(?:\.\w+)?")
_KINDS: tuple[UseKind, ...] = ("apex", "flow", "prompt", "object", "resource", "metadata")
_LEADING = frozenset({"value", "valueSetName"})
"""What of an object's part leads further: a field of a record, and the global values of a field."""


def read_metadata(content: bytes) -> Facts:
    """The facts of a metadata file. Raises `UnreadableError` when the XML cannot be read."""
    document = read_xml(content)
    return _facts(document, document.root.walk())


def read_object_part(content: bytes) -> Facts:
    """The facts of a field, record or rule. What other objects it names is left: all would lead to all."""
    document = read_xml(content)
    return _facts(document, (tag for tag in document.root.walk() if tag.name in _LEADING))


def _facts(document: Document, leading: Iterable[Tag]) -> Facts:
    names = dict.fromkeys(tag.text for tag in leading if _NAME.fullmatch(tag.text))
    return Facts(
        digest=digest(xml_meaning(document.root)),
        uses=tuple(Use(kind=kind, name=name, certain=False) for name in names for kind in _KINDS),
        labels=digest(labels_of(document.root)),
        comments=digest("\n".join(document.comments)),
    )
