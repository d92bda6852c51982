"""Where in a JSON text a key stands, for messages about it; reading itself does not need it."""

import json
import re
from collections.abc import Sequence


def line_of(text: str, location: Sequence[str | int], nth: int = 1) -> int:
    """The line, from 1, of the key at `location` or of its nearest parent that is found; 0 when none is.

    A number in `location` counts the objects of a list. `nth` asks for a later occurrence of the last key.
    """
    position, found = 0, False
    for depth, part in enumerate(location):
        again = nth if depth == len(location) - 1 else 1
        index = _after(text, position, part, again)
        if index is None:
            break
        position, found = index, True
    return text.count("\n", 0, position) + 1 if found else 0


def _after(text: str, position: int, part: str | int, nth: int) -> int | None:
    pattern = r"\{" if isinstance(part, int) else _key(part)
    wanted = part + 1 if isinstance(part, int) else nth
    for number, match in enumerate(re.compile(pattern).finditer(text, position), start=1):
        if number == wanted:
            return match.start() + 1 if isinstance(part, int) else match.start()
    return None


def _key(part: str) -> str:
    spellings = {json.dumps(part), json.dumps(part, ensure_ascii=False)}
    return "(?:" + "|".join(re.escape(spelling) for spelling in sorted(spellings)) + r")\s*:"
