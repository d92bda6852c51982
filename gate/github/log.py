"""The job's log: everything in it is taken for text, and only the gate's own, escaped commands are carried out.

A runner reads commands from every line a step prints. Agents, judges, fixtures and branches all come to be printed, so
commands are stopped for the whole process and let through one at a time.
https://docs.github.com/actions/reference/workflow-commands-for-github-actions#stopping-and-starting-workflow-commands
"""

import secrets
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from io import TextIOWrapper
from typing import BinaryIO, Self, TextIO

from gate.reports.escape import ZERO_WIDTH_SPACE, clip, terminal_lines, workflow_data, workflow_property

LONGEST_MESSAGE = 4_096
"""Characters of an annotation that a runner keeps."""


def new_token() -> str:
    """A word nobody can guess, which ends the stop."""
    return secrets.token_hex(16)


class JobLog:
    """Writes to the step's standard output. Use it in a `with`: inside, nothing printed is a command."""

    def __init__(self, stream: TextIO, token: Callable[[], str] = new_token) -> None:
        self._stream = stream
        self._new_token = token
        self._stopped = ""

    def __enter__(self) -> Self:
        self._stop()
        return self

    def __exit__(self, *_: object) -> None:
        self._resume()

    def say(self, text: str) -> None:
        """A line, or several, as plain text."""
        self._write(terminal_lines(text))

    def mask(self, secret: str) -> None:
        """Have the runner blank a secret in everything printed from here on; an empty one would blank everything."""
        for line in filter(None, secret.splitlines()):
            self._command("add-mask", line, {})

    def annotate(self, kind: str, message: str, properties: Mapping[str, str]) -> None:
        """An error, warning or notice on the run's page, at a file's line when the properties name one."""
        self._command(kind, clip(message, LONGEST_MESSAGE), properties)

    @contextmanager
    def group(self, title: str) -> Iterator[None]:
        """A part of the log that is folded."""
        self._command("group", title.replace("\n", " "), {})
        try:
            yield
        finally:
            self._command("endgroup", "", {})

    def _command(self, name: str, message: str, properties: Mapping[str, str]) -> None:
        stopped = bool(self._stopped)
        if stopped:
            self._resume()
        told = ",".join(f"{key}={workflow_property(value)}" for key, value in properties.items() if value)
        self._write(f"::{name}{' ' if told else ''}{told}::{workflow_data(message)}")
        if stopped:
            self._stop()

    def _stop(self) -> None:
        self._stopped = self._new_token()
        self._write(f"::stop-commands::{self._stopped}")

    def _resume(self) -> None:
        self._write(f"::{self._stopped}::")
        self._stopped = ""

    def _write(self, line: str) -> None:
        self._stream.write(f"{line}\n")
        self._stream.flush()


class UnbrokenText(TextIOWrapper):
    """A text stream that never lets the older spelling of a command (`##[`) through, wherever in a line it stands.

    Put in the place of standard output and standard error alike: the second lock behind stopped commands, and one
    stream, so that no line of the other one overtakes the stop.
    """

    def __init__(self, buffer: BinaryIO) -> None:
        super().__init__(buffer, encoding="utf-8", errors="backslashreplace", newline="\n", line_buffering=True)
        self._tail = ""

    def write(self, text: str) -> int:
        """Write the text, with a character of no width in every `##[`, also in one that comes in pieces."""
        whole = self._tail + text
        super().write(whole.replace("##[", f"##{ZERO_WIDTH_SPACE}[")[len(self._tail) :])
        self._tail = whole[-2:]
        return len(text)
