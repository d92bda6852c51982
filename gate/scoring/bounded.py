"""Matches a fixture's regular expression within a time limit: a pull request may bring one that never ends.

The interpreter looks for signals while it matches, so a timer ends it; no second process and no other engine is needed.
Where there are no timers (Windows, another thread than the main one) nothing is limited. Why not otherwise:
docs/decisions/0011-a-timer-ends-a-pattern.md.
"""

import re
import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from functools import lru_cache
from types import FrameType

from gate.errors import UsageError
from gate.scoring.wording import shortened

SECONDS = 2.0
"""How long one match may take; a sane pattern takes millionths of it."""


class _TooLongError(Exception):
    """The timer rang."""


def full_match(pattern: str, text: str) -> bool:
    """Whether the whole text is like the pattern. Raises `UsageError` when that cannot be told in `SECONDS`."""
    try:
        with _limited():
            return _compiled(pattern).fullmatch(text) is not None
    except _TooLongError as error:
        hint = "write the fixture's pattern without a repeat inside a repeat, or give the value itself"
        told = (
            f"the pattern {shortened(pattern)!r} takes more than {SECONDS:g} s on an argument of {len(text)} characters"
        )
        raise UsageError(told, hint) from error


@contextmanager
def _limited() -> Iterator[None]:
    if not hasattr(signal, "setitimer") or threading.current_thread() is not threading.main_thread():
        yield
        return
    before = signal.signal(signal.SIGALRM, _ring)
    signal.setitimer(signal.ITIMER_REAL, SECONDS)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)


def _ring(_number: int, _frame: FrameType | None) -> None:
    raise _TooLongError


@lru_cache(maxsize=1024)
def _compiled(pattern: str) -> re.Pattern[str]:
    return re.compile(pattern)
