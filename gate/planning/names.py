"""Names of topics and actions as people spell them."""


def canonical(name: str) -> str:
    """A topic's, action's or agent's name without what people spell differently: case, spaces, `_` and `-`."""
    return "".join(letter for letter in name.casefold() if letter not in " _-")
