"""What the gate has said of a commit, read back from the commit's statuses.

A status is the one thing on GitHub that is bound to a commit, cannot be edited, and names who set it and when. Whoever
could set one as the gate's own account could set the required status itself, so a mark is worth exactly as much as
the verdict it stands for. Texts of comments and entries in files prove nothing and are never asked.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256

from gate.github.host import DESCRIPTION_LIMIT, CommitStatus, StatusState
from gate.github.signoff.identity import Identity
from gate.reports.escape import clip, one_line

SHOWN_DIGEST = 16
"""Characters of a result's digest in a status: all that has room, and too many to find another result for."""
_RESULT = re.compile(r" · result ([0-9a-f]{16})\Z")
_MARK = re.compile(
    r"accepted by (?P<by>[A-Za-z0-9_-]+) for (?P<evaluated>[0-9a-f]{40}),"
    r" (?P<result>[0-9a-f]{16}) on (?P<base>[0-9a-f]{16})\Z"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Published:
    """The last result the gate reported for a commit: the beginning of its digest, and since when it could be read."""

    result: str
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Mark:
    """A sign-off of a commit. `evaluated` is the commit whose result was accepted, `state` what was set with it.

    The marked commit is the evaluated one, or the one the gate made on it that changes baselines alone.
    """

    by: str
    evaluated: str
    result: str
    state: StatusState
    at: datetime


def with_result(text: str, digest: str) -> str:
    """A status description that ends in the result it stands for; the text is cut to make room."""
    ending = f" · result {digest[:SHOWN_DIGEST]}"
    return clip(one_line(text), DESCRIPTION_LIMIT - len(ending)) + ending


def mark_text(by: str, evaluated: str, digest: str, base_ref: str) -> str:
    """The description of a mark; `read_mark` reads it back."""
    return f"accepted by {by} for {evaluated}, {digest[:SHOWN_DIGEST]} on {_short(base_ref)}"


def read_published(statuses: Iterable[CommitStatus], identity: Identity) -> Published | None:
    """The result the gate itself last reported, by `statuses` newest first.

    None when it reported none, or last said that there is none.
    """
    settled = (one for one in _own(statuses, identity, identity.context) if one.state != "pending")
    newest = next(settled, None)
    found = _RESULT.search(newest.description) if newest is not None else None
    if newest is None or found is None or newest.created is None:
        return None
    return Published(result=found[1], at=newest.created)


def read_mark(statuses: Sequence[CommitStatus], identity: Identity, base_ref: str) -> Mark | None:
    """The newest sign-off the gate itself marked a commit with, for merging into `base_ref`; None when there is none.

    A mark for another base does not count: what is accepted there may have been decided by other rules.
    """
    for status in _own(statuses, identity, identity.sign_off_context):
        found = _MARK.match(status.description)
        if found is not None and found["base"] == _short(base_ref) and status.created is not None:
            return Mark(
                by=found["by"],
                evaluated=found["evaluated"],
                result=found["result"],
                state=status.state,
                at=status.created,
            )
    return None


def _own(statuses: Iterable[CommitStatus], identity: Identity, context: str) -> Iterator[CommitStatus]:
    login = identity.login.casefold()
    return (status for status in statuses if status.context == context and status.creator.casefold() == login)


def _short(ref: str) -> str:
    return sha256(ref.encode("utf-8", "surrogatepass")).hexdigest()[:16]
