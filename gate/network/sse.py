"""Server-sent events out of bytes as they arrive, however they are cut. Pure.

The format is that of the HTML standard, section 9.2: https://html.spec.whatwg.org/multipage/server-sent-events.html
"""

from codecs import getincrementaldecoder
from collections.abc import Iterator
from dataclasses import dataclass

MOST_CHARACTERS = 8 * 1024 * 1024
"""Longest event that is read."""


@dataclass(frozen=True, slots=True)
class ServerEvent:
    """One event: its name (`message` when none was given) and its data, lines joined."""

    name: str
    data: str


class EventTooLongError(ValueError):
    """An event passed the bound."""


class EventReader:
    """Takes bytes, gives the events that they complete. An event without an end is none."""

    def __init__(self) -> None:
        self._decoder = getincrementaldecoder("utf-8")("replace")
        self._text = ""
        self._name = ""
        self._data: list[str] = []
        self._size = 0
        self._begun = False

    def feed(self, chunk: bytes) -> Iterator[ServerEvent]:
        """The events that end in this chunk. Raises `EventTooLongError`."""
        fresh = self._decoder.decode(chunk)
        if not self._begun and fresh:
            fresh = fresh.removeprefix("\ufeff")
            self._begun = True
        self._text += fresh
        if len(self._text) > MOST_CHARACTERS:
            raise EventTooLongError
        *lines, self._text = _lines(self._text)
        for line in lines:
            event = self._line(line)
            if event is not None:
                yield event

    def _line(self, line: str) -> ServerEvent | None:
        if not line:
            return self._ended()
        field, _, value = line.partition(":")
        value = value.removeprefix(" ")
        if field == "data":
            self._data.append(value)
            self._size += len(value)
            if self._size > MOST_CHARACTERS:
                raise EventTooLongError
        elif field == "event":
            self._name = value
        return None

    def _ended(self) -> ServerEvent | None:
        event = ServerEvent(self._name or "message", "\n".join(self._data)) if self._data else None
        self._name, self._data, self._size = "", [], 0
        return event


def _lines(text: str) -> list[str]:
    """The text's lines, the last one unfinished. A CR at the very end may be half of CR LF, so it is kept."""
    held = text.endswith("\r")
    body = text[:-1] if held else text
    lines = body.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    if held:
        lines[-1] += "\r"
    return lines
