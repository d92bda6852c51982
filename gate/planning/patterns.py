"""Paths against folders and patterns, without touching the disk."""

import re
from collections.abc import Iterable
from functools import lru_cache


def within(path: str, folder: str) -> bool:
    """Whether `path` is `folder` itself or lies below it; "." is the whole repository, "" is nothing."""
    folder = _plain(folder)
    return folder == "." or (bool(folder) and (path == folder or path.startswith(f"{folder}/")))


def within_any(path: str, folders: Iterable[str]) -> bool:
    """Whether `path` lies in one of the folders."""
    return any(within(path, folder) for folder in folders)


def matches(path: str, pattern: str) -> bool:
    """Whether the whole path matches: `*` and `?` stay inside a folder name, `**` crosses folders.

    A pattern without a wildcard is a file, or a folder with everything below it.
    """
    if not re.search(r"[*?]", pattern):
        return within(path, pattern)
    return _compiled(_plain(pattern)).fullmatch(path) is not None


def _plain(path: str) -> str:
    return path.removeprefix("./").rstrip("/") or ("." if path else "")


@lru_cache(maxsize=1024)
def _compiled(pattern: str) -> re.Pattern[str]:
    wildcards = {"**/": r"(?:.*/)?", "**": r".*", "*": r"[^/]*", "?": r"[^/]"}
    parts = re.split(r"(\*\*/|\*\*|\*|\?)", pattern)
    return re.compile("".join(wildcards.get(part, re.escape(part)) for part in parts), re.DOTALL)
