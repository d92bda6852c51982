"""One limiter per scarce thing: how many at once, how many a minute."""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

import anyio


class Limiter:
    """Lets in `at_once` at a time and `per_minute` in a minute, evenly spaced; 0 = as many as come."""

    def __init__(
        self, at_once: int, per_minute: int, now: Callable[[], float], sleep: Callable[[float], Awaitable[None]]
    ) -> None:
        self._places = anyio.Semaphore(at_once) if at_once else None
        self._gap = 60.0 / per_minute if per_minute else 0.0
        self._now, self._sleep = now, sleep
        self._next = 0.0

    @asynccontextmanager
    async def place(self) -> AsyncIterator[None]:
        """A place for one request, kept until the context is left."""
        if self._places is None:
            await self._turn()
            yield
            return
        async with self._places:
            await self._turn()
            yield

    async def _turn(self) -> None:
        if not self._gap:
            return
        now = self._now()
        mine = max(now, self._next)
        self._next = mine + self._gap
        if mine > now:
            await self._sleep(mine - now)


def together(at_once: int, per_minute: int, *, requests: int, seconds: float) -> int:
    """How many conversations a service lets be held together; 0 = any number.

    No more than so many that each has its turn for `requests` within `seconds`: more would only wait for each other,
    and that would count as time the agent takes.
    """
    in_time = max(1, int(per_minute * seconds / 60 / requests))
    return min((bound for bound in (at_once, in_time if per_minute else 0) if bound), default=0)
