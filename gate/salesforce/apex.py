"""An Apex class: its meaning without comments and layout, and every word in it that may name another class."""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from sys import intern

from gate.salesforce.graph import digest
from gate.salesforce.metadata_xml import UnreadableError

MAX_BYTES = 2_000_000
"""Twice what the platform accepts for a class; anything larger is compared as a whole and not scanned."""

_TOKEN = re.compile(r"/\*.*?(?:\*/|\Z)|//[^\n]*|'(?:\\.|[^'\\\n])*'?|\w+|[^\s\w]", re.DOTALL)
_WORD = re.compile(r"[A-Za-z_]\w*")


@dataclass(frozen=True, slots=True, kw_only=True)
class ApexFacts:
    """Digest of the meaning; `words` are all identifiers, lower case, those inside string literals too.

    `labels` are the custom labels whose text it uses.
    """

    digest: str
    words: tuple[str, ...]
    labels: tuple[str, ...]
    comments: str


def read_apex(content: bytes) -> ApexFacts:
    """The facts of a class. Raises `UnreadableError` when it is too large to scan."""
    if len(content) > MAX_BYTES:
        raise UnreadableError(1, f"larger than {MAX_BYTES // 1_000_000} MB, not scanned for the classes it uses")
    tokens = _TOKEN.findall(content.decode("utf-8-sig", "replace"))
    distinct = set(tokens)
    comments = {token for token in distinct if token.startswith(("//", "/*"))}
    code = [token for token in tokens if token not in comments] if comments else tokens
    return ApexFacts(
        digest=digest(" ".join(code)),
        words=tuple(sorted(set(_words(distinct - comments)))),
        labels=tuple(sorted(set(_labels(code)))) if distinct & {"label", "Label", "LABEL"} else (),
        comments=digest("\n".join(token for token in tokens if token in comments)),
    )


def _words(tokens: Iterable[str]) -> Iterator[str]:
    for token in tokens:
        if token.startswith("'"):
            yield from (intern(word.lower()) for word in _WORD.findall(token))
        elif token.isidentifier():
            yield intern(token.lower())


def _labels(code: Sequence[str]) -> Iterator[str]:
    """The names after `Label.`, also behind a namespace."""
    for index, token in enumerate(code):
        if token.lower() == "label" and code[index + 1 : index + 2] == ["."]:
            yield from code[index + 2 : index + 3]
            if code[index + 3 : index + 4] == ["."]:
                yield from code[index + 4 : index + 5]
