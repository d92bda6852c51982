"""One limiter per scarce thing: how many at once, how many a minute."""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager, nullcontext

import anyio

_FREE = nullcontext()


class Limiter:
    """Lets in `at_once` at a time and `per_minute` in a minute, evenly spaced; 0 = as many as come."""

    def __init__(
        self, at_once: int, per_minute: int, now: Callable[[], float], sleep: Callable[[float], Awaitable[None]]
    ) -> None:
        self._places = anyio.Semaphore(at_once) if at_once else None
        self._gap = 60.0 / per_minute if per_minute else 0.0
        self._now, self._sleep = now, sleep
        self._next = 0.0

    def place(self) -> AbstractAsyncContextManager[None]:
        """A place for one request, kept until the context is left."""
        return self._granted() if self._places or self._gap else _FREE

    @asynccontextmanager
    async def _granted(self) -> AsyncIterator[None]:
        async with self._places or _FREE:
            if self._gap:
                await self._turn()
            yield

    async def _turn(self) -> None:
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
