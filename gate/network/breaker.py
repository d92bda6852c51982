"""A circuit breaker: a host that fails again and again is left alone for a while. Pure, but for what it remembers."""

from collections.abc import Callable

FAULTS = 8
"""Faults in a row that open the circuit."""
REST_SECONDS = 20.0
"""How long nothing is asked then; after that one request goes through, and its fate decides."""


class Breaker:
    """Counts faults of one host. `now` is a clock that never goes back, in seconds."""

    def __init__(self, now: Callable[[], float]) -> None:
        self._now = now
        self._faults = 0
        self._until = 0.0
        self._probing = False

    @property
    def rests(self) -> bool:
        """Whether the host is left alone right now. The one who is told no is the probe once the rest is over."""
        if self._faults < FAULTS:
            return False
        if self._probing or self._now() < self._until:
            return True
        self._probing = True
        return False

    def answered(self) -> None:
        """The host answered, whatever it said."""
        self._faults, self._probing = 0, False

    def failed(self) -> None:
        """The host could not be reached, or broke down."""
        self._faults += 1
        self._probing = False
        if self._faults >= FAULTS:
            self._until = self._now() + REST_SECONDS

    def left(self) -> None:
        """The request was given up before anything was known."""
        self._probing = False
