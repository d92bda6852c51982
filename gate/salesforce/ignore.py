"""`.forceignore`: which files of a project are not part of it. Same rules as `.gitignore`."""

import re
from collections.abc import Sequence
from contextlib import suppress

MAX_DOUBLE_STARS = 4
"""A line with more `**` is left out, so its files stay in: matching it could take very long on a long path."""
_RANGE = re.compile(r"(.)-(.)|.", re.DOTALL)
"""What a set such as `[a-z_]` is made of."""


class Ignored:
    """The patterns of one `.forceignore`, matched against paths relative to its folder."""

    def __init__(self, text: str) -> None:
        self._rules: list[tuple[bool, re.Pattern[str]]] = []
        for raw in text.splitlines():
            line = raw.strip()
            if line and not line.startswith("#") and line.count("**") <= MAX_DOUBLE_STARS:
                with suppress(re.error):  # a range such as [z-a] matches nothing
                    rule = re.compile(_pattern(line.removeprefix("!")), re.DOTALL)
                    self._rules.append((line.startswith("!"), rule))

    def __bool__(self) -> bool:
        return bool(self._rules)

    def matches(self, path: str) -> bool:
        """Whether a file is ignored: the last pattern that names it or a folder above it decides."""
        return next((not keep for keep, rule in reversed(self._rules) if rule.match(path)), False)


def _pattern(glob: str) -> str:
    """A pattern that matches the named file or folder and everything beneath it."""
    folder_only = glob.endswith("/")
    body = glob.strip("/")
    anchored = glob.startswith("/") or "/" in body
    parts = body.replace("\\", "").split("/")
    prefix = "" if anchored else "(?:.*/)?"
    return prefix + _joined(parts) + ("/.*" if folder_only else "(?:/.*)?") + r"\Z"


def _joined(parts: Sequence[str]) -> str:
    result = ""
    for index, part in enumerate(parts):
        last = index == len(parts) - 1
        if part == "**":
            result += ".*" if last else "(?:.*/)?"
        else:
            result += _segment(part) + ("" if last else "/")
    return result


def _segment(part: str) -> str:
    """One name with wildcards. All stars but the last take the shortest match and never come back to it."""
    first, *others = [_fixed(piece) for piece in re.split(r"\*+", part)]
    if not others:
        return first
    *middle, last = others
    return first + "".join(f"(?>[^/]*?{piece})" for piece in middle) + "[^/]*" + last


def _fixed(text: str) -> str:
    return "".join(_piece(piece) for piece in re.split(r"(\?|\[[^\]]+\])", text))


def _piece(piece: str) -> str:
    if piece == "?":
        return "[^/]"
    if len(piece) > 2 and piece.startswith("[") and piece.endswith("]"):
        negated = piece[1] == "!"
        return f"[{'^' if negated else ''}{_RANGE.sub(_literal, piece[2 if negated else 1 : -1])}]"
    return re.escape(piece)


def _literal(found: re.Match[str]) -> str:
    """A range or character of a set, in which Python reads some signs otherwise than git."""
    return "-".join(re.escape(end) for end in (found[1], found[2]) if end) or re.escape(found[0])
