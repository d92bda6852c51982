"""A program and everything it starts: found by a mark in the environment, which children inherit, and ended.

A child that leaves the process group (a daemon) still carries the mark. Only Linux lets the environment of another
process be read; elsewhere the process group is all that can be ended. What wipes its environment gets away.
"""

import ctypes
import os
import signal
import sys
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from secrets import token_hex

MARK = "AGENT_GATE_PROGRAM"
_ROUNDS = 5
_PR_SET_DUMPABLE = 4


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
