"""Order numbers and their like, and web addresses in running text."""

import re
from collections.abc import Iterator
from collections.abc import Set as AbstractSet

from gate.redaction.personal import EMAIL

_RECORD = "order|return|case|ticket|tracking|shipment|invoice|confirmation|reference|rma|claim|booking|transaction"
_NAMED = re.compile(
    rf"\b(?:{_RECORD})s?\b(?P<label>\s{{1,3}}(?:numbers?|no\.?|nr\.?|id|code|ref(?:erence)?)\b\.?)?"
    r"(?:\s{1,3}(?:is|was))?\s{0,3}[:=]?[\s*\"'`(]{0,6}(?P<mark>#?)(?P<token>[A-Za-z]{0,6}[-_]?\d[A-Za-z0-9_-]*+)(?![.,]\d)",
    re.IGNORECASE,
)
_COUNTED = re.compile(
    r"\s{1,3}(?:units?|items?|pieces?|pairs?|points?|copies|times|people|dollars?|euros?)\b", re.IGNORECASE
)
_CODE = re.compile(r"(?<![\w@/.-])[A-Za-z]{1,6}[-_]?\d{3,}(?:[-_][A-Za-z0-9]+)*(?![\w@/])")
_TOKEN = re.compile(r"[A-Za-z0-9]+(?:[-_][A-Za-z0-9]+)*")
_DATE_LIKE = re.compile(r"(?:19|20)\d\d(?:-\d{1,2}-\d{1,2})?")
_TRAILING_DIGITS = re.compile(r"\d{4,}\Z")
_URL = re.compile(r"(?:https?://|\bwww\.)[^\s<>\"'`\])}|]+", re.IGNORECASE)


def record_numbers(text: str, shapes: AbstractSet[str]) -> Iterator[tuple[str, str]]:
    """Each record number of a reply: its words and its normal form.

    A number counts when a record word stands before it ("order number A7842", "ticket #100234"), or when it is built
    like a code its sources contain (`shapes`): A7842 makes B1234 recognisable. Bare counts, years and dates do not.
    """
    rest = without_addresses(text)
    for match in _NAMED.finditer(rest):
        token = match["token"].rstrip("-_")
        if _is_record_number(token, labelled=bool(match["label"] or match["mark"])):
            counted = token.isdigit() and _COUNTED.match(rest, match.end())
            if not counted:
                yield token, normal(token)
    for match in _CODE.finditer(rest):
        if shape(match[0]) in shapes:
            yield match[0], normal(match[0])


def source_records(text: str) -> tuple[set[str], set[str]]:
    """What a source says of record numbers: the normal form of each token and its pieces, and the shapes of codes."""
    known: set[str] = set()
    for match in _TOKEN.finditer(text):
        for piece in {match[0], *re.split("[-_]", match[0])}:
            known.add(normal(piece))
            digits = _TRAILING_DIGITS.search(piece)
            if digits:
                known.add(normal(digits[0]))
    return known, {shape(match[0]) for match in _CODE.finditer(without_addresses(text))}


def normal(token: str) -> str:
    """A number in one form: letters upper case, no marks, no leading zeros."""
    return re.sub(r"[^A-Z0-9]", "", token.upper()).lstrip("0")


def shape(token: str) -> str:
    """How a code is built: `A7842` → `A9999`, `RMA-12` → `AAA-99`."""
    return re.sub(r"\d", "9", re.sub(r"[A-Za-z]", "A", token))


def urls(text: str) -> Iterator[tuple[str, str]]:
    """Each web address: its words and its normal form."""
    for match in _URL.finditer(text):
        words = match[0].rstrip(".,;:!?*_~")
        yield words, normal_url(words)


def normal_url(url: str) -> str:
    """A web address without scheme, `www.` and closing slash; the host in lower case."""
    rest = re.sub(r"\A(?:https?://)?(?:www\.)?", "", url, flags=re.IGNORECASE)
    host, slash, path = rest.partition("/")
    return (host.lower() + slash + path).rstrip("/")


def without_addresses(text: str) -> str:
    """The text with web and e-mail addresses blanked out."""
    return EMAIL.sub(" ", _URL.sub(" ", text))


def _is_record_number(token: str, *, labelled: bool) -> bool:
    digits = sum(character.isdigit() for character in token)
    if _DATE_LIKE.fullmatch(token):
        return labelled and token.isdigit()
    return digits >= (4 if token.isdigit() and not labelled else 3)
