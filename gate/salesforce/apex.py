"""An Apex class: its meaning without comments and layout, and every word in it that may name another class."""

import re
from dataclasses import dataclass

from gate.salesforce.graph import digest
from gate.salesforce.metadata_xml import UnreadableError

MAX_BYTES = 2_000_000
"""Twice what the platform accepts for a class; anything larger is compared as a whole and not scanned."""

_COMMENT_OR_TEXT = re.compile(r"/\*.*?(?:\*/|\Z)|//[^\n]*|'(?:\\.|[^'\\\n])*'?", re.DOTALL)
_TOKEN = re.compile(r"'(?:\\.|[^'\\\n])*'?|\w+|[^\s\w]")
_LABEL = re.compile(r"\bLabel\.(?:\w+__)?(\w+)", re.IGNORECASE)
_WORD = re.compile(r"[A-Za-z_]\w*")


@dataclass(frozen=True, slots=True, kw_only=True)
class ApexFacts:
    """Digest of the meaning; `words` are all identifiers, lower case, those inside string literals too.

    `labels` are the custom labels whose text it uses.
    """

    digest: str
    words: frozenset[str]
    labels: frozenset[str]
    comments: str


def read_apex(content: bytes) -> ApexFacts:
    """The facts of a class. Raises `UnreadableError` when it is too large to scan."""
    if len(content) > MAX_BYTES:
        raise UnreadableError(1, f"larger than {MAX_BYTES // 1_000_000} MB, not scanned for the classes it uses")
    text = content.decode("utf-8", "replace")
    comments: list[str] = []

    def bare(match: re.Match[str]) -> str:
        if match[0].startswith("'"):
            return match[0]
        comments.append(match[0])
        return " "

    code = _COMMENT_OR_TEXT.sub(bare, text)
    return ApexFacts(
        digest=digest(" ".join(_TOKEN.findall(code))),
        words=frozenset(word.lower() for word in _WORD.findall(code)),
        labels=frozenset(_LABEL.findall(code)),
        comments=digest("\n".join(comments)),
    )
