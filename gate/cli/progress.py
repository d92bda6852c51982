"""How a run goes: a live line on a terminal, plain lines elsewhere. Everything to stderr."""

import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Self, TextIO

from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn, TimeRemainingColumn

from gate.budget import Meter
from gate.model.comparison import Request
from gate.model.counting import count
from gate.model.words import Outcome
from gate.pipeline import Watcher

_LINE_EVERY_SECONDS = 10.0


@contextmanager
def watching(stream: TextIO = sys.stderr, *, running: bool = True) -> Iterator[Watcher]:
    """A display for as long as the context lasts, fit for what stderr is. `running`: trials are made, not only read."""
    if not stream.isatty():
        yield PlainLines(stream, running=running)
        return
    columns = (TextColumn("{task.description}"), BarColumn(), TextColumn("{task.completed}/{task.total}"))
    with Progress(
        *columns, TimeElapsedColumn(), TimeRemainingColumn(), console=Console(file=stream), transient=True
    ) as progress:
        yield LiveLine(progress)


class _Counts:
    """What every display shows: trials done of wanted, failures, errors, spend."""

    def __init__(self) -> None:
        self.total = 0
        self.finished = 0
        self.failed = 0
        self.errored = 0

    def add(self, outcome: Outcome) -> None:
        self.finished += 1
        self.failed += outcome is Outcome.FAILED
        self.errored += outcome is Outcome.ERRORED

    def text(self, used: Meter) -> str:
        parts = [f"{self.failed} failed"]
        if self.errored:
            parts.append(f"{self.errored} errored")
        if used.judge_calls:
            parts.append(count(used.judge_calls, "judge call"))
        if used.money:
            parts.append(f"{used.money:.2f} spent")
        return ", ".join(parts)


class PlainLines:
    """A line at the start, where trials are made, and one every ten seconds, for logs."""

    def __init__(self, stream: TextIO, *, running: bool = True) -> None:
        self._stream = stream
        self._running = running
        self._counts = _Counts()
        self._last = time.monotonic()

    def wanted(self, batch: Sequence[Request]) -> None:
        """Say what runs next."""
        first = not self._counts.total
        self._counts.total += len(batch)
        if first and self._running:
            self._say(f"{count(len(batch), 'trial')} to begin with; cases in doubt get more")

    def done(self, request: Request, outcome: Outcome, used: Meter) -> None:
        """Say where the run stands, now and then."""
        del request
        self._counts.add(outcome)
        if time.monotonic() - self._last >= _LINE_EVERY_SECONDS:
            self._say(f"{self._counts.finished} of {count(self._counts.total, 'trial')}, {self._counts.text(used)}")

    def _say(self, text: str) -> None:
        self._last = time.monotonic()
        print(f"agent-gate: {text}", file=self._stream, flush=True)


class LiveLine:
    """One bar that grows as the procedure asks for more trials."""

    def __init__(self, progress: Progress) -> None:
        self._progress = progress
        self._counts = _Counts()
        self._task = progress.add_task("trials", total=0)

    def wanted(self, batch: Sequence[Request]) -> None:
        """Make the bar longer."""
        self._counts.total += len(batch)
        self._progress.update(self._task, total=self._counts.total)

    def done(self, request: Request, outcome: Outcome, used: Meter) -> None:
        """Move the bar."""
        del request
        self._counts.add(outcome)
        self._progress.update(
            self._task, completed=self._counts.finished, description=f"trials ({self._counts.text(used)})"
        )


class RunLog:
    """Writes one line a trial into the run folder, and passes everything on to the display."""

    def __init__(self, path: Path, display: Watcher) -> None:
        self._file = path.open("a", encoding="utf-8", buffering=1)
        self._display = display

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._file.close()

    def wanted(self, batch: Sequence[Request]) -> None:
        """Note how many trials come next."""
        self._file.write(f"{_now()} next {count(len(batch), 'trial')}\n")
        self._display.wanted(batch)

    def done(self, request: Request, outcome: Outcome, used: Meter) -> None:
        """Note what a trial came to."""
        self._file.write(f"{_now()} {request.case} {request.arm} {request.trial} {outcome}\n")
        self._display.done(request, outcome, used)


def _now() -> str:
    return datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
