from datetime import UTC, datetime

import pytest

from gate.github.event import CommentEvent, PullRequestEvent
from gate.github.host import Comment, PullRequest
from gate.github.signoff.ask import CommentAsk, LabelAsk, ask_of
from gate.github.signoff.command import Command

NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)
REQUEST = PullRequest(
    number=7,
    title="",
    author="ann",
    author_is_bot=False,
    state="open",
    head_sha="a" * 40,
    head_ref="x",
    head_repo="acme/support",
    base_ref="main",
    base_sha="b" * 40,
)


def label_event(action: str, label: str) -> PullRequestEvent:
    return PullRequestEvent(action=action, pull_request=REQUEST, sender="wendy", sender_is_bot=False, label=label)


def comment_event(action: str, body: str, *, on_pull_request: bool = True) -> CommentEvent:
    comment = Comment(id=5, author="wendy", author_is_bot=False, body=body, created=NOON)
    return CommentEvent(action=action, number=7, on_pull_request=on_pull_request, comment=comment)


def test_a_label_asks_for_the_commit_of_its_event() -> None:
    ask = ask_of(label_event("labeled", "/accept-baseline"))

    assert isinstance(ask, LabelAsk)
    assert (ask.number, ask.actor.login, ask.sha) == (7, "wendy", "a" * 40)


def test_a_comment_asks_by_its_command() -> None:
    ask = ask_of(comment_event("created", "/accept-baseline a reason: b"))

    assert isinstance(ask, CommentAsk)
    assert (ask.comment_id, ask.at, ask.command) == (5, NOON, Command(cases=("a",), reason="b"))


@pytest.mark.parametrize(
    "event",
    [
        label_event("labeled", "bug"),
        label_event("unlabeled", "accept-baseline"),
        label_event("synchronize", ""),
        comment_event("created", "thanks"),
        comment_event("edited", "/accept-baseline reason: x"),
        comment_event("deleted", "/accept-baseline reason: x"),
        comment_event("created", "/accept-baseline reason: x", on_pull_request=False),
    ],
)
def test_nothing_else_asks(event: PullRequestEvent | CommentEvent) -> None:
    assert ask_of(event) is None
