"""`.forceignore`: which files of a project are not part of it. Same rules as `.gitignore`."""

import re
from collections.abc import Sequence


class Ignored:
    """The patterns of one `.forceignore`, matched against paths relative to its folder."""

    def __init__(self, text: str) -> None:
        self._rules: list[tuple[bool, re.Pattern[str]]] = []
        for raw in text.splitlines():
            line = raw.strip()
            if line and not line.startswith("#"):
                self._rules.append((line.startswith("!"), re.compile(_pattern(line.removeprefix("!")))))

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
    parts = body.replace("\\", "").split("/") if not body.startswith("\\") else [body[1:]]
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
    pieces = re.split(r"(\*+|\?|\[[^\]]*\])", part)
    return "".join(_piece(piece) for piece in pieces)


def _piece(piece: str) -> str:
    if piece.startswith("*"):
        return "[^/]*"
    if piece == "?":
        return "[^/]"
    if piece.startswith("[") and piece.endswith("]") and len(piece) > 2:
        inside = piece[1:-1].replace("\\", "\\\\")
        return "[" + ("^" + inside[1:] if inside[0] == "!" else inside) + "]"
    return re.escape(piece)
