"""A TCP connection to a host by whichever of its addresses answers.

asyncio can try addresses side by side as well, but leaves sockets open when it is given up meanwhile (seen with Python
3.11); what anyio connects cannot be taken over from it.
"""

import asyncio
import socket
from typing import Any

import anyio

APART_SECONDS = 0.25
"""How long an address is given before the next one is tried beside it; RFC 8305 recommends it."""


async def dialled(host: bytes, port: int) -> socket.socket:
    """A connected socket, of the address that answers first. Raises `OSError` when none does, that of the first."""
    found = await asyncio.get_running_loop().getaddrinfo(host, port, type=socket.SOCK_STREAM)
    race = _Race()
    try:
        async with anyio.create_task_group() as group:
            for family, _, _, _, address in found:
                failed = anyio.Event()
                group.start_soon(race.run, family, address, failed, group.cancel_scope)
                with anyio.move_on_after(APART_SECONDS):
                    await failed.wait()
    except BaseException:
        if race.won is not None:
            race.won.close()
        raise
    if race.won is None:
        raise race.faults[0]
    return race.won


class _Race:
    def __init__(self) -> None:
        self.won: socket.socket | None = None
        self.faults: list[OSError] = []

    async def run(self, family: int, address: tuple[Any, ...], failed: anyio.Event, others: anyio.CancelScope) -> None:
        try:
            made = await _connected(family, address)
        except OSError as fault:
            self.faults.append(fault)
            failed.set()
            return
        if self.won is None:
            self.won = made
            others.cancel()
        else:
            made.close()


async def _connected(family: int, address: tuple[Any, ...]) -> socket.socket:
    made = socket.socket(family, socket.SOCK_STREAM)
    try:
        made.setblocking(False)
        await asyncio.get_running_loop().sock_connect(made, address)
    except BaseException:
        made.close()
        raise
    return made
