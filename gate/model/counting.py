"""How many there are of something, in words: the one place that knows when a noun takes its plural."""


def count(number: int, noun: str, plural: str = "") -> str:
    """A number with its noun, and a verb where one follows: `1 case`, `1,903 cases`, `1 case is`."""
    return f"{number:,} {noun if number == 1 else plural or noun + 's'}"
