"""What a file behind an action says of itself, whatever its language."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from gate.salesforce.metadata_xml import Tag

_LABEL = re.compile(r"\$Label\.(?:\w+\.)?(\w+)", re.IGNORECASE)

_GLOBAL = re.compile(r"\$(?:CustomMetadata|Setup)\.(\w+)", re.IGNORECASE)

UseKind = Literal["flow", "apex", "prompt", "retriever", "service", "object", "label", "resource", "metadata"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Use:
    """A component named in a file. `certain` is False for a word that may be something else."""

    kind: UseKind
    name: str
    line: int = 0
    certain: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """The digest of a file's meaning, what it uses, and digests of what has no effect."""

    digest: str
    uses: tuple[Use, ...] = ()
    labels: str = ""
    comments: str = ""


def global_uses(root: Tag) -> Iterator[Use]:
    """What a flow or template takes from global variables: custom labels, custom metadata and custom settings."""
    for tag in root.walk():
        for name in _GLOBAL.findall(tag.text):
            yield Use(kind="object", name=name, line=tag.line, certain=False)
        for name in _LABEL.findall(tag.text):
            yield Use(kind="label", name=name, line=tag.line, certain=False)
