"""Paths against folders and patterns, without touching the disk."""

import re
from functools import lru_cache


def within(path: str, folder: str) -> bool:
    """Whether `path` is `folder` itself or lies below it; "." is the whole repository, "" is nothing."""
    return within_any(path, (folder,))


def within_any(path: str, folders: tuple[str, ...]) -> bool:
    """Whether `path` lies in one of the folders."""
    exact, prefixes = _prefixes(folders)
    return path in exact or path.startswith(prefixes)


@lru_cache(maxsize=1024)
def _prefixes(folders: tuple[str, ...]) -> tuple[frozenset[str], tuple[str, ...]]:
    plain = [name for folder in folders if (name := _plain(folder))]
    return frozenset(plain), tuple("" if name == "." else f"{name}/" for name in plain)


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
