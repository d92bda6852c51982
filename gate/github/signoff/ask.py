"""Who asks for a sign-off, how, and for which commit: from the event that started the job."""

from dataclasses import dataclass
from datetime import datetime

from gate.github.event import CommentEvent, PullRequestEvent
from gate.github.signoff.command import LABELS, Command, Malformed, parse_command


@dataclass(frozen=True, slots=True, kw_only=True)
class Actor:
    """An account."""

    login: str
    is_bot: bool

    def is_same(self, login: str) -> bool:
        """Whether that login is this account; GitHub's logins are equal whatever their case."""
        return self.login.casefold() == login.casefold()


@dataclass(frozen=True, slots=True, kw_only=True)
class LabelAsk:
    """A label was put on. `sha` is the head commit at that moment, which is what the person can have looked at."""

    number: int
    actor: Actor
    label: str
    sha: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CommentAsk:
    """A command was written. The event tells no commit: what had been reported before `at` says which one is meant."""

    number: int
    actor: Actor
    comment_id: int
    at: datetime
    command: Command | Malformed


Ask = LabelAsk | CommentAsk


def ask_of(event: PullRequestEvent | CommentEvent) -> Ask | None:
    """The sign-off an event asks for; None when it asks for none.

    Only new comments count. An edited one may have been edited by anybody with write access, under another's name.
    """
    match event:
        case PullRequestEvent(action="labeled", label=label) if label in LABELS:
            actor = Actor(login=event.sender, is_bot=event.sender_is_bot)
            pull_request = event.pull_request
            return LabelAsk(number=pull_request.number, actor=actor, label=label, sha=pull_request.head_sha)
        case CommentEvent(action="created", on_pull_request=True, comment=comment):
            command = parse_command(comment.body)
            if command is None:
                return None
            actor = Actor(login=comment.author, is_bot=comment.author_is_bot)
            return CommentAsk(
                number=event.number, actor=actor, comment_id=comment.id, at=comment.created, command=command
            )
        case _:
            return None
