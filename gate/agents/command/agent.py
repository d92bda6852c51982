"""A trial with a program: one process a trial, spoken with on stdin and stdout, ended with all its children."""

import shutil
import tempfile
import time
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from subprocess import PIPE
from typing import Protocol

import anyio
import anyio.abc
from anyio.streams.buffered import BufferedByteReceiveStream

from gate.agents.command.family import KEPT_VARIABLES, MARK, end_family, hide_environment, new_mark
from gate.agents.command.protocol import Said, line, read_said, record_of, start_line, turn_line
from gate.agents.tool_results import ToolResults
from gate.config import CommandDriver
from gate.errors import CouldNotTellError, UsageError
from gate.model.case import Case, Json, Turn
from gate.model.problem import Problem
from gate.model.transcript import ToolCall, TurnRecord
from gate.model.words import Arm
from gate.network.limits import Limiter
from gate.planning.patterns import within_any
from gate.ports import Capabilities, Session, Tree

MOST_BYTES = 16 * 1024 * 1024
"""Longest line that is read."""
MOST_CALLS = 200
"""Most calls of one turn that are answered."""
"""What a hook and a program are given of the environment unasked; a program has a TMPDIR of its own."""
_LAST_WORDS = 600
_FAREWELL_SECONDS = 2.0
_FILES, _SCRATCH = "files", "tmp"


class Source(Protocol):
    """The files of an agent, by arm."""

    def __call__(self, arm: Arm) -> Mapping[str, bytes]:
        """Path below the repository root to content."""
        ...


class CommandAgent:
    """One program, run among the files of each arm's definition. `environ` is the environment variables come from."""

    def __init__(
        self, driver: CommandDriver, fingerprints: Mapping[Arm, str], files: Source, environ: Mapping[str, str]
    ) -> None:
        self._driver = driver
        self._fingerprints = dict(fingerprints)
        self._files = files
        self._environ = {
            name: environ[name] for name in (*KEPT_VARIABLES, *driver.environment) if environ.get(name) is not None
        }
        self._limiter = Limiter(driver.limits.at_once, driver.limits.per_minute, time.monotonic, anyio.sleep)
        self._folders: dict[Arm, Path] = {}

    @property
    def capabilities(self) -> Capabilities:
        """Both arms; each turn says what it captured."""
        return Capabilities(arms=frozenset(self._fingerprints), deterministic=self._driver.deterministic)

    def fingerprint(self, arm: Arm) -> str:
        """The definition's fingerprint in this arm."""
        return self._fingerprints[arm]

    def version(self, arm: Arm) -> str:
        """None: the definition itself is run."""
        del arm
        return ""

    @asynccontextmanager
    async def open(self) -> AsyncIterator[Sequence[Problem]]:
        """The files of both arms, to be copied for each trial; gone when left."""
        hide_environment()
        with tempfile.TemporaryDirectory(prefix="agent-gate-", ignore_cleanup_errors=True) as place:
            for arm in self._fingerprints:
                self._folders[arm] = Path(place) / arm
                await anyio.to_thread.run_sync(_write, self._folders[arm], self._files(arm))
            yield ()

    @asynccontextmanager
    async def session(self, case: Case, arm: Arm, trial: int) -> AsyncIterator[Session]:
        """A process of its own, in a folder of its own. Raises `UsageError` when the program cannot be started."""
        async with self._limiter.place(), _room(self._folders[arm]) as room:
            mark = new_mark()
            try:
                process = await anyio.open_process(
                    self._driver.command,
                    stdin=PIPE,
                    stdout=PIPE,
                    stderr=PIPE,
                    cwd=room / _FILES,
                    env={**self._environ, "TMPDIR": str(room / _SCRATCH), MARK: mark},
                    start_new_session=True,
                )
            except OSError as error:
                reason = error.strerror or type(error).__name__
                raise UsageError(
                    f"the program {self._driver.command[0]} cannot be started: {reason}",
                    "correct `driver.command`; it starts in a folder that holds the files of `source`",
                ) from error
            talk = _Talk(process, self._name(), case, self._secrets())
            async with _attended(process, mark, talk):
                await talk.tell(start_line(case, arm, trial))
                yield talk

    def _name(self) -> str:
        return f"the program {Path(self._driver.command[0]).name}"

    def _secrets(self) -> tuple[str, ...]:
        return tuple(value for name in self._driver.environment if len(value := self._environ.get(name, "")) >= 8)


class _Talk:
    """The conversation with one process."""

    def __init__(self, process: anyio.abc.Process, name: str, case: Case, secrets: Sequence[str]) -> None:
        if process.stdin is None or process.stdout is None or process.stderr is None:
            raise AssertionError("the process was started with pipes")
        self._in, self._errors = process.stdin, process.stderr
        self._out = BufferedByteReceiveStream(process.stdout)
        self._name, self._secrets = name, secrets
        self._results = ToolResults(case.tool_results)
        self.given: Mapping[str, Json] = {}
        self._last_words = ""
        self._ended = False

    async def send(self, turn: Turn) -> TurnRecord:
        """The program's answer, after the calls it wants answered. Raises `CouldNotTellError` when it breaks off."""
        if self._ended:
            return TurnRecord(number=turn.number, user=turn.user, reply="", platform={"session": "ended"})
        if self._out.buffer.strip():
            raise CouldNotTellError(
                f"{self._name} said more after its reply: {self._out.buffer[:200].decode('utf-8', 'replace').strip()}",
                "one `reply` ends a turn; its stdout is for the protocol alone: log to stderr",
                again=False,
            )
        began = time.monotonic()
        answered: list[ToolCall] = []
        await self.tell(turn_line(turn))
        said = await self._hear()
        while said.reply is None:
            if len(answered) >= MOST_CALLS:
                raise CouldNotTellError(f"{self._name} made {MOST_CALLS} calls in one turn and no reply", again=False)
            answered.append(await self._answer(said, turn))
            said = await self._hear()
        self._ended = said.ended
        return record_of(turn, said, answered, time.monotonic() - began)

    async def tell(self, words: bytes) -> None:
        """Write a line. Raises `CouldNotTellError` when nobody reads it any more."""
        try:
            await self._in.send(words)
        except (anyio.BrokenResourceError, anyio.ClosedResourceError) as error:
            raise await self._broken_off() from error

    async def listen_to_errors(self) -> None:
        """Keep the last words of stderr, so that its pipe never fills."""
        with suppress(anyio.ClosedResourceError, anyio.BrokenResourceError):
            async for piece in self._errors:
                self._last_words = (self._last_words + piece.decode("utf-8", "replace"))[-4 * _LAST_WORDS :]

    async def _hear(self) -> Said:
        try:
            text = await self._out.receive_until(b"\n", MOST_BYTES)
        except anyio.DelimiterNotFound as error:
            raise CouldNotTellError(f"{self._name} said a line that is too long", again=False) from error
        except (anyio.IncompleteRead, anyio.EndOfStream, anyio.BrokenResourceError) as error:
            raise await self._broken_off() from error
        return read_said(text, self._name)

    async def _answer(self, said: Said, turn: Turn) -> ToolCall:
        if said.call is None:
            raise AssertionError("a line holds a reply or a call")
        began = time.monotonic()
        given = self._results.answer(said.call.name, turn.number, said.call.arguments)
        await anyio.sleep(given.delay_seconds)
        await self.tell(line({"error": given.error} if given.error else {"result": given.result}))
        return ToolCall(
            name=said.call.name,
            arguments=said.call.arguments,
            result=given.result,
            error=given.error,
            alias=said.call.alias,
            latency_seconds=time.monotonic() - began,
        )

    async def _broken_off(self) -> CouldNotTellError:
        await anyio.sleep(0.05)  # what it said last may still be on its way
        words = " ".join(self._last_words.split())
        for secret in self._secrets:  # before they are cut, which could leave half of one
            words = words.replace(secret, "***")
        said = words[-_LAST_WORDS:] or "without a word"
        return CouldNotTellError(f"{self._name} ended in the middle of the conversation: {said}")


@asynccontextmanager
async def _attended(process: anyio.abc.Process, mark: str, talk: _Talk) -> AsyncIterator[None]:
    """Its stderr is read while the context lasts; then it is ended, whatever happened."""
    fault: Exception | None = None
    patience = 0.0
    async with anyio.create_task_group() as tasks:
        tasks.start_soon(talk.listen_to_errors)
        try:
            yield
            patience = _FAREWELL_SECONDS
        except Exception as error:  # noqa: BLE001 - raised again below, outside the group that would wrap it
            fault = error
        finally:
            with anyio.CancelScope(shield=True):
                await _end(process, mark, patience)
            tasks.cancel_scope.cancel()
    with anyio.CancelScope(shield=True):
        await process.aclose()
    if fault is not None:
        raise fault


async def _end(process: anyio.abc.Process, mark: str, patience: float) -> None:
    """Close its stdin, give it some seconds, then kill it and everything it started."""
    if process.stdin is not None:
        with suppress(anyio.BrokenResourceError, anyio.ClosedResourceError):
            await process.stdin.aclose()
    with anyio.move_on_after(patience):
        await process.wait()
    await anyio.to_thread.run_sync(end_family, process.pid, mark)
    await process.wait()


@asynccontextmanager
async def _room(files: Path) -> AsyncIterator[Path]:
    """A folder with a copy of the files and room for temporary ones, gone when left."""
    with tempfile.TemporaryDirectory(prefix="trial-", dir=files.parent, ignore_cleanup_errors=True) as place:
        room = Path(place)
        (room / _SCRATCH).mkdir()
        await anyio.to_thread.run_sync(shutil.copytree, files, room / _FILES)
        yield room


def _write(folder: Path, files: Mapping[str, bytes]) -> None:
    folder.mkdir(parents=True)
    for name, content in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
        path.chmod(0o755)


def files_below(tree: Tree, source: Sequence[str]) -> Mapping[str, bytes]:
    """Path to content of every file of a definition."""
    return tree.read_many(path for path in tree.paths() if within_any(path, tuple(source)))
