"""Reads a step's log as GitHub's runner does: which lines it would carry out as commands."""

import re
from collections.abc import Iterable
from dataclasses import dataclass

_NEW = re.compile(r"\s*::(?P<name>[a-zA-Z-]+)(?P<properties> [^:]*)?::(?P<data>.*)\Z")
_OLD = re.compile(r".*?##\[(?P<name>[a-zA-Z-]+)(?P<properties> [^\]]*)?\](?P<data>.*)\Z")


@dataclass(frozen=True, slots=True)
class Command:
    """A command the runner would carry out."""

    name: str
    properties: str
    data: str


def commands(log: str) -> list[Command]:
    """Every command of a log, in order. A stop lasts until a line that is its token between colons."""
    return list(_commands(log.split("\n")))


def _commands(lines: Iterable[str]) -> Iterable[Command]:
    stopped = ""
    for line in lines:
        if stopped:
            if line.strip() == f"::{stopped}::":
                stopped = ""
            continue
        found = _NEW.match(line) or _OLD.match(line)
        if not found:
            continue
        if found["name"] == "stop-commands":
            stopped = found["data"]
            continue
        yield Command(found["name"], (found["properties"] or "").strip(), found["data"])
    if stopped:
        yield Command("never resumed", "", stopped)
