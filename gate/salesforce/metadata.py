"""Metadata of a type that is not read more closely: its meaning, and every name in it that may be a component."""

import re

from gate.salesforce.facts import Facts, Use, UseKind
from gate.salesforce.graph import digest
from gate.salesforce.metadata_xml import labels_of, read_xml, xml_meaning

_NAME = re.compile(r"[A-Za-z]\w*(?:\.\w+)?")
_KINDS: tuple[UseKind, ...] = ("apex", "flow", "prompt", "object", "metadata")


def read_metadata(content: bytes) -> Facts:
    """The facts of a metadata file. Raises `UnreadableError` when the XML cannot be read."""
    document = read_xml(content)
    names = dict.fromkeys(tag.text for tag in document.root.walk() if _NAME.fullmatch(tag.text))
    return Facts(
        digest=digest(xml_meaning(document.root)),
        uses=tuple(Use(kind=kind, name=name, certain=False) for name in names for kind in _KINDS),
        labels=digest(labels_of(document.root)),
        comments=digest("\n".join(document.comments)),
    )
