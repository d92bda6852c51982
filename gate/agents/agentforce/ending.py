"""Sessions are ended, whatever happens: also when a trial is cancelled, and when the platform is busy or down."""

from collections.abc import Awaitable, Callable

import anyio

from gate.errors import GateError
from gate.network.call import Call
from gate.org.org import Org

ENDING_SECONDS = 5.0
"""How long a cancelled trial may take to tidy up."""
_WAITS = (0.5, 1.0, 2.0)
_LAST_WAITS = (0.0, 1.0, 5.0, 20.0)
"""At the end of a run it is tried until a host that was left alone is asked again."""
_GONE = frozenset({401, 403, 404})
"""The platform knows no such session any more, or lets nobody end it."""


async def finished(work: Callable[[], Awaitable[None]], *, seconds: float) -> None:
    """Do the work to its end. When this is cancelled, it has so many seconds left. Raises what the work raises."""
    faults: list[BaseException] = []
    done = anyio.Event()
    shield = anyio.CancelScope(shield=True)

    async def held() -> None:
        try:
            with shield:
                await work()
        except Exception as fault:  # noqa: BLE001 - raised below; the group would wrap it
            faults.append(fault)
        finally:
            done.set()

    async with anyio.create_task_group() as group:
        group.start_soon(held)
        try:
            await done.wait()
        finally:
            shield.deadline = anyio.current_time() + seconds
    if faults:
        raise faults[0]


class Endings:
    """Ends sessions of one org. `path` is the path they lie below. What could not be ended is tried again at last."""

    def __init__(self, org: Org, path: str) -> None:
        self._org, self._path = org, path
        self._left: list[str] = []

    async def end(self, session: str) -> None:
        """End one. A message of it that is still on its way makes the platform say 423: then again a little later."""
        self._left.append(session)
        with anyio.move_on_after(15, shield=True):
            for wait in (*_WAITS, 0):
                if await self._ended(session):
                    self._left.remove(session)
                    return
                if wait:
                    await self._org.pause(wait)

    async def rest(self) -> None:
        """End what is left. What cannot be ended even now runs out by itself."""
        with anyio.move_on_after(60, shield=True):
            for wait in _LAST_WAITS:
                if not self._left:
                    break
                await self._org.pause(wait)
                self._left = [session for session in self._left if not await self._ended(session)]

    async def _ended(self, session: str) -> bool:
        call = Call(
            method="DELETE",
            path=f"{self._path}/{session}",
            headers={"x-session-end-reason": "UserRequest"},
            repeatable=True,
            seconds=10,
        )
        try:
            answer = await self._org.ask_api(call)
        except GateError:
            return False
        return answer.good or answer.status in _GONE
