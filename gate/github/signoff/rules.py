"""Who may sign off, and when: pure rules, each refusal a sentence with its remedy."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from gate.config import SignOffConfig
from gate.github.host import LabelEvent, Permission, PullRequest
from gate.github.signoff.ask import Actor, CommentAsk, LabelAsk
from gate.github.signoff.command import COMMAND, EXAMPLE, Malformed
from gate.github.signoff.marks import Published
from gate.reports.escape import code

_MAY_SIGN: frozenset[Permission] = frozenset({"admin", "write"})
_PERSON = "let a person with write access put the label on or write the comment, on GitHub itself"
_AGAIN = f"read the report of the newest commit, then put the label on again or comment {EXAMPLE}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Refusal:
    """Why a sign-off does not count, and what to do; markdown."""

    text: str
    remedy: str


def person_refused(
    actor: Actor, permission: Permission, pull_request: PullRequest, policy: SignOffConfig
) -> Refusal | None:
    """Whether this account may sign off this pull request at all; None = it may."""
    who = code(actor.login)
    if actor.is_bot:
        return Refusal(
            text=f"{who} is a bot or acted through an app, and only a person can accept results", remedy=_PERSON
        )
    if permission not in _MAY_SIGN:
        return Refusal(
            text=f"{who} has {_right(permission)} in this repository, and accepting results takes write access",
            remedy="let someone with write access put the label on or write the comment",
        )
    if actor.is_same(pull_request.author) and not pull_request.author_is_bot and not policy.author_may:
        return Refusal(
            text=f"{who} opened this pull request, and its results are accepted by someone else",
            remedy="ask another person with write access, or set `sign_off: {author_may: true}` on the base branch",
        )
    return None


def label_refused(ask: LabelAsk, events: Sequence[LabelEvent], policy: SignOffConfig) -> Refusal | None:
    """Whether the label stands for a decision of the person who is said to have put it on; None = it does.

    `events` are oldest first and hold at least one of the label (see `put_on_at`).
    """
    newest = [event for event in events if event.label == ask.label][-1]
    if newest.actor_is_bot:
        return Refusal(text=f"{code(newest.actor)} is a bot or put the label on through an app", remedy=_PERSON)
    if policy.require_reason:
        return Refusal(
            text="this repository wants a reason for every acceptance, and a label gives none",
            remedy=f"comment {EXAMPLE}",
        )
    return None


def overtaken(ask: LabelAsk, events: Sequence[LabelEvent]) -> str:
    """Who has put the label on anew since, which is an event of its own to decide on; empty when nobody else has."""
    newest = [event for event in events if event.label == ask.label][-1]
    return "" if ask.actor.is_same(newest.actor) else newest.actor


def put_on_at(ask: LabelAsk, events: Sequence[LabelEvent]) -> datetime | None:
    """When the label was put on for the last time; None when it is off again, so that there is nothing to decide."""
    own = [event for event in events if event.label == ask.label]
    return own[-1].at if own and own[-1].kind == "labeled" else None


def malformed(ask: CommentAsk) -> Refusal | None:
    """Whether the command can be followed; None = it can."""
    if isinstance(ask.command, Malformed):
        return Refusal(text=ask.command.text, remedy=f"write a new comment with a line that begins with `{COMMAND}`")
    return None


def moved(approved: str, pull_request: PullRequest) -> Refusal | None:
    """Whether the branch still is what was approved, and the pull request open; None = it is."""
    if pull_request.state != "open":
        return Refusal(text="the pull request is closed", remedy="reopen it, then accept its results")
    if pull_request.head_sha != approved:
        newest = code(pull_request.head_sha[:7])
        return Refusal(
            text=f"the acceptance was for {code(approved[:7])}, and the branch is at {newest} by now", remedy=_AGAIN
        )
    return None


def unreported() -> Refusal:
    """The refusal of an acceptance that nobody can have meant: there was no result to read yet."""
    return Refusal(text="no result of this commit had been reported when it was accepted", remedy=_AGAIN)


def unread(asked: datetime, published: Published) -> Refusal | None:
    """Whether the person could have read the result when they accepted it; None = they could.

    Times are the server's, of the status and of the label or comment.
    """
    if asked >= published.at:
        return None
    return Refusal(text=f"the result {code(published.result)} was reported after it was accepted", remedy=_AGAIN)


def set_back(pushes: Sequence[datetime], published: Published) -> Refusal | None:
    """Whether the branch was set to another commit since this one's result was reported; None = it was not.

    A comment names no commit: it is about what its writer saw last. Whoever sets the branch back to a commit that was
    reported earlier would have that one accepted.
    """
    if not pushes or pushes[-1] < published.at:
        return None
    return Refusal(
        text=f"the branch was force-pushed after the result {code(published.result)} had been reported, so it may not "
        "be the one the comment is about",
        remedy=_AGAIN,
    )


def another_result(digest: str, published: Published) -> Refusal | None:
    """Whether the result at hand is the one that was reported; None = it is."""
    if digest.startswith(published.result):
        return None
    found, reported = code(digest[: len(published.result)]), code(published.result)
    return Refusal(
        text=f"the result at hand is {found}, and {reported} was accepted",
        remedy="run the pull request's check again, read its report, then accept",
    )


def _right(permission: Permission) -> str:
    return "no access" if permission == "none" else "read access"
