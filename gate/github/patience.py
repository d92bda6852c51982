"""When a refused request is worth asking again, how long to wait before, and what error it is when it is not.

GitHub limits in two ways: a budget per hour (403 or 429 with `x-ratelimit-remaining: 0`) and bursts (403 or 429 with
`retry-after`, or only the words "secondary rate limit"). https://docs.github.com/rest/using-the-rest-api/rate-limits
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from gate.errors import GateError, HostError, NotFoundError, NotPermittedError, RateLimitedError, UnreachableError

ATTEMPTS = 5
"""How often one request is made at most."""
LONGEST_WAIT_SECONDS = 120.0
"""Longest single wait; when GitHub asks for more, the run ends without an answer instead of sitting on a runner."""
UNSAID_WAIT_SECONDS = 60.0
"""What to wait for a burst limit that does not say how long; GitHub asks for at least a minute."""
_TOO_MANY = 429
_FORBIDDEN = 403
_WHOLE = re.compile(r"[0-9]{1,12}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Refusal:
    """A request that was not carried out. `status` 0 = no answer came; header names are in lower case."""

    status: int
    message: str
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Purpose:
    """What a request was for, in words that follow "may not", and the permission it needs, as workflows spell it."""

    what: str
    permission: str


def is_outage(refusal: Refusal) -> bool:
    """Whether no answer came, or one that says the server is at fault: it may or may not have done what was asked."""
    return refusal.status == 0 or refusal.status >= 500


def is_limited(refusal: Refusal) -> bool:
    """Whether it was refused for asking too much; nothing was done then."""
    if refusal.status not in {_FORBIDDEN, _TOO_MANY}:
        return False
    spent = refusal.headers.get("x-ratelimit-remaining") == "0"
    said = "rate limit" in refusal.message.lower() or "abuse detection" in refusal.message.lower()
    return refusal.status == _TOO_MANY or "retry-after" in refusal.headers or spent or said


def asked_wait(refusal: Refusal, now: float) -> float | None:
    """Seconds GitHub asks to wait, `now` being seconds since 1970; None when it does not say."""
    after = _seconds(refusal.headers.get("retry-after"))
    if after is not None:
        return after
    reset = _seconds(refusal.headers.get("x-ratelimit-reset"))
    if reset is not None and refusal.headers.get("x-ratelimit-remaining") == "0":
        return max(reset - now, 0.0) + 1.0  # the reset is told in whole seconds
    return UNSAID_WAIT_SECONDS if is_limited(refusal) else None


def is_worth_again(refusal: Refusal, now: float, *, repeatable: bool) -> bool:
    """Whether to ask again: after a limit, and after an outage when doing it twice is no worse than once."""
    if not is_limited(refusal) and not (is_outage(refusal) and repeatable):
        return False
    return (asked_wait(refusal, now) or 0.0) <= LONGEST_WAIT_SECONDS


def error_of(refusal: Refusal, purpose: Purpose, now: float) -> GateError:
    """The error that tells the user of a request that is given up."""
    said = refusal.message or f"HTTP {refusal.status}"
    if is_limited(refusal):
        wait = asked_wait(refusal, now) or 0.0
        hint = f"run again in {wait:.0f} seconds; what was paid for is in the run folder"
        return RateLimitedError(f"GitHub asks to wait {wait:.0f} s before it lets the gate {purpose.what}", hint)
    if is_outage(refusal):
        hint = "run again; what was paid for is in the run folder. https://www.githubstatus.com"
        return UnreachableError(f"GitHub did not answer when the gate was to {purpose.what}: {said}", hint)
    match refusal.status:
        case 401:
            hint = "give the action a token that is valid now: `token: ${{ github.token }}`"
            return NotPermittedError(f"GitHub does not know the token: {said}", hint)
        case 403:
            return NotPermittedError(f"the token may not {purpose.what}: {said}", _permission_hint(purpose))
        case 404:
            hint = f"it is gone, or the token may not see it: {_permission_hint(purpose)}"
            return NotFoundError(f"GitHub finds nothing to {purpose.what}: {said}", hint)
        case _:
            return HostError(f"GitHub refused to {purpose.what}: {said}", status=refusal.status)


def _permission_hint(purpose: Purpose) -> str:
    return (
        f"add `{purpose.permission}` to the job's `permissions:`; "
        "for a pull request from a fork the token stays read-only whatever is asked for"
    )


def _seconds(text: str | None) -> float | None:
    return float(text) if text is not None and _WHOLE.fullmatch(text) else None
