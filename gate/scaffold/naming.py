"""Names of topics and agents as words for people, and as ids for fixtures."""

import re
from collections.abc import Container

_BOUNDARY = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])|[\W_]+")
_NO_ID = re.compile(r"[^a-z0-9]+")


def words(name: str) -> str:
    """The name in small words: `Order_Status`, `OrderStatus` and `order-status` are all "order status"."""
    return " ".join(part for part in _BOUNDARY.split(name) if part).lower()


def kebab(name: str) -> str:
    """The name as an id: small ASCII letters and digits, joined by dashes; "" when none is left."""
    return _NO_ID.sub("-", words(name)).strip("-")


def unused(wanted: str, used: Container[str]) -> str:
    """`wanted`, with a number behind it when it is taken."""
    number = 1
    name = wanted
    while name in used:
        number += 1
        name = f"{wanted}-{number}"
    return name
