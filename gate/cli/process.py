"""The process of either entry point: how it is told to end, and when it looks for garbage.

A short process that keeps nearly all it makes finds little garbage, and looking takes longer the more there is.
"""

import gc
import signal
import sys
from typing import NoReturn

COLLECT_EVERY = 20_000
"""New objects between two looks for garbage."""


def begin() -> None:
    """Heed both signals that end a process, and put off the search for garbage until `loaded`."""
    signal.signal(signal.SIGINT, signal.default_int_handler)  # ignored where a shell or a runner starts us aside
    signal.signal(signal.SIGTERM, _interrupt)
    gc.disable()


def _interrupt(*_: object) -> None:
    """Answer a signal as SIGINT, which the event loop meets by ending what is under way in order."""
    signal.raise_signal(signal.SIGINT)


def loaded() -> None:
    """What there is now stays, as modules do: it is not looked through again. Nothing where `begin` was not called."""
    if not gc.isenabled():
        gc.freeze()
        gc.set_threshold(COLLECT_EVERY)
        gc.enable()


def end(code: int) -> NoReturn:
    """Exit, without looking through all there is once more."""
    gc.freeze()
    sys.exit(code)
