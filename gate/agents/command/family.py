"""A program and everything it starts: found by a mark in the environment, which children inherit, and ended.

A child that leaves the process group (a daemon) still carries the mark. Only Linux lets the environment of another
process be read; elsewhere the process group is all that can be ended. What wipes its environment gets away.
"""

import ctypes
import os
import signal
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from secrets import token_hex
from subprocess import DEVNULL

import anyio
import anyio.abc

MARK = "AGENT_GATE_PROGRAM"
KEPT_VARIABLES = ("PATH", "HOME", "LANG", "TMPDIR")
"""What a program gets of the gate's own environment without being named."""
MOST_SAID = 4 * 1024 * 1024
"""Bytes of output, and of errors, that are kept of a program that is waited for."""
_ROUNDS = 5
_PR_SET_DUMPABLE = 4


class TooMuchSaidError(Exception):
    """A program said more than is kept of it."""


def new_mark() -> str:
    """A value for `MARK` that no other program has."""
    return token_hex(16)


def end_family(leader: int, mark: str) -> None:
    """Kill the process group that `leader` leads, and every process that carries the mark."""
    with suppress(ProcessLookupError, PermissionError):
        os.killpg(leader, signal.SIGKILL)
    for _ in range(_ROUNDS):  # one that is just being started may be missed by the first look
        left = list(_marked(f"{MARK}={mark}".encode()))
        for pid in left:
            with suppress(ProcessLookupError, PermissionError):
                os.kill(pid, signal.SIGKILL)
        if not left:
            return


async def run_program(command: Sequence[str], folder: Path, environment: Mapping[str, str]) -> tuple[int, str, str]:
    """Exit code, stdout and stderr of a program that is waited for; cancelled, it is ended with everything it started.

    It has ended when its outputs have, so what it leaves running must not hold them. Raises `OSError` when it cannot
    be started, `TooMuchSaidError` when it says more than `MOST_SAID` bytes; then it is ended as well.
    """
    mark = new_mark()
    given = {**environment, MARK: mark}
    process = await anyio.open_process(command, cwd=folder, env=given, stdin=DEVNULL, start_new_session=True)
    try:
        return await _heard_out(process)
    except BaseException:
        with anyio.CancelScope(shield=True):
            await anyio.to_thread.run_sync(end_family, process.pid, mark)
            await process.wait()
        raise
    finally:
        with anyio.CancelScope(shield=True):
            await process.aclose()


async def _heard_out(process: anyio.abc.Process) -> tuple[int, str, str]:
    said: dict[str, str] = {}
    async with anyio.create_task_group() as tasks:
        for name, stream in (("out", process.stdout), ("err", process.stderr)):
            tasks.start_soon(_listen, name, stream, said, tasks.cancel_scope)
        code = await process.wait()
    if said.keys() != {"out", "err"}:
        raise TooMuchSaidError
    return code, said["out"], said["err"]


async def _listen(
    name: str, stream: anyio.abc.ByteReceiveStream | None, said: dict[str, str], both: anyio.CancelScope
) -> None:
    """Put down what it says; when that is too much, nothing is, and nobody listens any more."""
    if stream is None:
        raise AssertionError("the process was started with pipes")
    heard = bytearray()
    async for piece in stream:
        heard += piece
        if len(heard) > MOST_SAID:
            both.cancel()
            return
    said[name] = heard.decode("utf-8", "replace")


def hide_environment() -> None:
    """Keep other processes of the same user from reading this one's environment, where the system can (Linux).

    A program under test could else find there every secret that it was not given.
    """
    if sys.platform == "linux":
        with suppress(OSError, AttributeError):
            ctypes.CDLL(None).prctl(_PR_SET_DUMPABLE, 0, 0, 0, 0)


def _marked(entry: bytes) -> Iterator[int]:
    if sys.platform != "linux":
        return
    for place in Path("/proc").iterdir():
        if place.name.isdigit():
            with suppress(OSError):
                if entry in (place / "environ").read_bytes().split(b"\0"):
                    yield int(place.name)
