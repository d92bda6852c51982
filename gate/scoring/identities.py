"""Whose test data is whose: the part of a key before the first dot names an identity."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache

from gate.model.case import Case
from gate.redaction.personal import is_card_number
from gate.scoring.wording import fold

_WORDS = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|\d+")
_PUBLIC = frozenset(
    {
        *("agent", "article", "brand", "carrier", "category", "company", "country", "currency", "help", "hotline"),
        *("knowledge", "organization", "plan", "policy", "product", "public", "shop", "sku", "store", "support"),
        *("warehouse", "website"),
    }
)
"""Words of a key's first part that make it nobody's: `company.supportEmail` may be said to anyone."""
_NOT_PERSONAL = frozenset(
    {
        *("amount", "article", "brand", "carrier", "category", "city", "color", "colour", "count", "country"),
        *("currency", "date", "days", "description", "item", "items", "locale", "model", "plan", "policy", "price"),
        *("product", "quantity", "reason", "size", "sku", "state", "status", "title", "total", "type"),
    }
)
"""Words of a key's last part whose values many people share."""
_NAMES = frozenset({"name", "surname", "firstname", "lastname", "address", "street"})
_CARD = frozenset({"card", "creditcard", "pan"})
_NUMBERED = re.compile(r"(?=\S*\d\S*\d\S*\d)(?=\S{4,})\S+")
_PHONE_LIKE = re.compile(r"[+(\d][\d ()./-]{6,}")
_AMOUNT = re.compile(r"[^\w\s]?\s?\d[\d.,]*\s?(?:[^\w\s]|[A-Z]{3})?")
_DATE = re.compile(r"\d{1,4}([-./])\d{1,2}\1\d{1,4}(?:[T ].*)?")
_DIGITS = 5
"""Fewest digits that make a bare number somebody's."""


@dataclass(frozen=True, slots=True)
class OtherValue:
    """A value of the test data that belongs to somebody else than the case's user."""

    key: str
    value: str

    def occurs_in(self, folded: str) -> bool:
        """Whether the value stands in a folded text as words of its own."""
        value = fold(self.value)
        return value in folded and re.search(rf"(?<!\w){re.escape(value)}(?!\w)", folded) is not None


def other_identities(case: Case, test_data: Mapping[str, str]) -> list[OtherValue]:
    """The identifying values of identities this case does not use, and of those named `other…` even when it does."""
    own = _own_identities(case)
    return [
        OtherValue(key, value)
        for key, value in sorted(test_data.items())
        if _identity(key) and _identity(key) not in own and is_identifying(key, value)
    ]


def own_values(case: Case, test_data: Mapping[str, str]) -> Iterator[str]:
    """The values this case may speak of: of its own identities, and those that belong to nobody."""
    own = _own_identities(case)
    for key, value in {**test_data, **case.data}.items():
        if _identity(key) in own or not _identity(key):
            yield value


@lru_cache(maxsize=8192)
def is_identifying(key: str, value: str) -> bool:
    """Whether a value points to one person or record: an address, a number of theirs, a name. Not a price or a date."""
    text, words = value.strip(), set(_words(key.partition(".")[2]))
    if "@" in text:
        return True
    if is_card_number(re.sub(r"[ -]", "", text)):
        return False  # said back it is a leak whoever it belongs to, and has a rule of its own
    if text.isdigit():
        return len(text) >= _DIGITS and not words & _NOT_PERSONAL
    if words & _NOT_PERSONAL or _AMOUNT.fullmatch(text) or _DATE.fullmatch(text):
        return False
    if _NUMBERED.search(text) or _PHONE_LIKE.fullmatch(text):
        return True
    return bool(words & _NAMES) and len(text) > 2


def is_known_as_other(digits: str, data: Mapping[str, str]) -> bool:
    """Whether the test data knows these digits as something else than a card, e.g. as a long order number."""
    return any(
        re.sub(r"\D", "", value) == digits and not _CARD.intersection(_words(key)) for key, value in data.items()
    )


def _own_identities(case: Case) -> set[str]:
    return {_identity(key) for key in case.data} - {""} - {_identity(key) for key in case.data if _is_other(key)}


@lru_cache(maxsize=8192)
def _identity(key: str) -> str:
    """The identity a key belongs to; empty for one without a dot and for what is nobody's (`company.supportEmail`)."""
    prefix, dot, _ = key.partition(".")
    return prefix if dot and not _PUBLIC.intersection(_words(prefix)) else ""


def _is_other(key: str) -> bool:
    return _words(key)[:1] == ["other"]


def _words(name: str) -> list[str]:
    return [word.lower() for word in _WORDS.findall(name)]
