"""Names of topics and actions as people spell them."""

from functools import lru_cache

_IGNORED = str.maketrans("", "", " _-")


@lru_cache(maxsize=4096)
def canonical(name: str) -> str:
    """A topic's, action's or agent's name without what people spell differently: case, spaces, `_` and `-`."""
    return name.casefold().translate(_IGNORED)
