"""How many there are of something, in words: the one place that knows when a noun takes its plural."""

from collections.abc import Sequence


def count(number: int, noun: str, plural: str = "") -> str:
    """A number with its noun, and a verb where one follows: `1 case`, `1,903 cases`, `1 case is`."""
    return f"{number:,} {noun if number == 1 else plural or noun + 's'}"


def first_of(names: Sequence[str], most: int) -> str:
    """`a, b and 3 more`: the first names, and how many there are beside them."""
    more = len(names) - most
    return ", ".join(names[:most]) + (f" and {more} more" if more > 0 else "")
