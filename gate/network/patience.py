"""What is asked again, and after how long. Pure."""

from collections.abc import Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

ATTEMPTS = 4
"""How often a request is made at most."""
LONGEST_WAIT = 60.0
"""Seconds; a service that asks for more is told of as unavailable."""
_ALWAYS = frozenset({429, 503})
"""The service says that it did nothing: RFC 6585 section 4, RFC 9110 section 15.6.4."""
_IF_REPEATABLE = frozenset({408, 425, 500, 502, 504})


def worth_repeating(status: int, *, repeatable: bool) -> bool:
    """Whether an answer of this status is worth another request."""
    return status in _ALWAYS or (repeatable and status in _IF_REPEATABLE)


def asked_wait(headers: Mapping[str, str], now: datetime) -> float | None:
    """Seconds the service asks to wait (`Retry-After`, RFC 9110 section 10.2.3); None when it does not say."""
    told = headers.get("retry-after", "").strip()
    if not told:
        return None
    if told.isdigit() and len(told) < 10:
        return float(told)
    try:
        at = parsedate_to_datetime(told)
    except ValueError:
        return None
    return max(0.0, ((at if at.tzinfo else at.replace(tzinfo=UTC)) - now).total_seconds())


def wait_before(attempt: int, asked: float | None, chance: float) -> float:
    """Seconds to wait before the next attempt; `attempt` counts those made, from 1, `chance` is from 0 to 1.

    What the service asks for, and a little more so that not all come back at once; else 0.5, 1, 2 … seconds, halved
    by chance. Never more than `LONGEST_WAIT`.
    """
    if asked is not None:
        return min(LONGEST_WAIT, asked + chance * min(1.0, 0.1 + asked / 10))
    return min(LONGEST_WAIT, 0.5 * 2.0 ** (attempt - 1) * (0.5 + chance / 2))
