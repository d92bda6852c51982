"""A circuit breaker: a host that fails again and again is left alone for a while. Pure, but for what it remembers."""

from collections.abc import Callable

FAULTS = 8
"""Faults in a row that open the circuit."""
REST_SECONDS = 20.0
"""How long nothing is asked then; after that one request goes through, and its fate decides."""
RESTS = 3
"""Rests in a row that are waited for; a host that is still down after them is given up until it answers a probe."""
RESTS_OF_A_STRANGER = 1
"""The same of a host that was never reached: its address is wrong more often than it is about to start."""


class Breaker:
    """Counts faults of one host. `now` is a clock that never goes back, in seconds."""

    def __init__(self, now: Callable[[], float]) -> None:
        self._now = now
        self._faults = 0
        self._until = 0.0
        self._rests = 0
        self._probing = False
        self._met = False
        self.last = ""
        """The last fault in words."""

    @property
    def rests(self) -> bool:
        """Whether the host is left alone right now. The one who is told no is the probe once the rest is over."""
        if self._faults < FAULTS:
            return False
        if self._probing or self._now() < self._until:
            return True
        self._probing = True
        return False

    @property
    def seconds_left(self) -> float:
        """How long the rest still lasts."""
        return max(0.0, self._until - self._now())

    @property
    def given_up(self) -> bool:
        """Whether it has rested often enough in vain, so that nobody waits for the next one to end."""
        return self._rests > (RESTS if self._met else RESTS_OF_A_STRANGER)

    def answered(self) -> None:
        """The host answered, whatever it said."""
        self._faults, self._rests, self._probing, self._met = 0, 0, False, True

    def failed(self, why: str, *, reached: bool = True) -> None:
        """The host broke down, or could not be reached."""
        self._met |= reached
        self._faults += 1
        self._probing = False
        self.last = why
        if self._faults >= FAULTS:
            self._rests += self._now() >= self._until
            self._until = self._now() + REST_SECONDS

    def left(self) -> None:
        """The request was given up before anything was known."""
        self._probing = False
