"""The files a step leaves for the runner: outputs other steps read, and the summary of the job."""

import secrets
from collections.abc import Callable, Mapping
from pathlib import Path

from gate.errors import UsageError
from gate.reports.blocks import utf8_bytes
from gate.reports.markdown import SUMMARY_LIMIT


def _new_delimiter() -> str:
    return f"ghadelimiter_{secrets.token_hex(16)}"


def output_lines(values: Mapping[str, str], delimiter: Callable[[], str] = _new_delimiter) -> str:
    """The outputs in the runner's format, each between lines of its own that its value cannot hold.

    Raises `UsageError` when a value does hold them, which by chance does not happen.
    """
    return "".join(_entry(name, value, delimiter()) for name, value in values.items())


def _entry(name: str, value: str, delimiter: str) -> str:
    if delimiter in value or delimiter in name:
        raise UsageError(f"the output {name!r} holds its own delimiter", "run again")
    return f"{name}<<{delimiter}\n{value}\n{delimiter}\n"


def write_outputs(path: Path | None, values: Mapping[str, str]) -> None:
    """Add the outputs to the file the runner named; None = it named none."""
    if path is not None:
        with path.open("a", encoding="utf-8", errors="backslashreplace", newline="\n") as file:
            file.write(output_lines(values))


def summary_room(path: Path | None) -> int:
    """Bytes that still fit into the step's summary: a larger one is dropped whole."""
    used = path.stat().st_size if path is not None and path.exists() else 0
    return max(SUMMARY_LIMIT - used - 1, 0)


def write_summary(path: Path | None, text: str) -> None:
    """Add markdown to the step's summary, if the runner named a file and the text still fits."""
    if path is not None and utf8_bytes(text) <= summary_room(path):
        with path.open("a", encoding="utf-8", errors="backslashreplace", newline="\n") as file:
            file.write(text)
