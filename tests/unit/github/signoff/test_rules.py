from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Literal

import pytest

from gate.config import SignOffConfig
from gate.github.host import LabelEvent, Permission, PullRequest
from gate.github.signoff.ask import Actor, LabelAsk
from gate.github.signoff.marks import Published
from gate.github.signoff.rules import another_result, label_refused, moved, overtaken, person_refused, put_on_at, unread

NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)
WENDY = Actor(login="wendy", is_bot=False)
REQUEST = PullRequest(
    number=1,
    title="",
    author="ann",
    author_is_bot=False,
    state="open",
    head_sha="a" * 40,
    head_ref="concise",
    head_repo="acme/support",
    base_ref="main",
    base_sha="b" * 40,
)
ASK = LabelAsk(number=1, actor=WENDY, label="accept-baseline", sha="a" * 40)


def event(kind: Literal["labeled", "unlabeled"], actor: str, after: int, label: str = ASK.label) -> LabelEvent:
    at = NOON + timedelta(seconds=after)
    return LabelEvent(label=label, kind=kind, actor=actor, actor_is_bot=actor.endswith("[bot]"), at=at)


@pytest.mark.parametrize(("permission", "may"), [("admin", True), ("write", True), ("read", False), ("none", False)])
def test_accepting_takes_write_access(permission: Permission, may: bool) -> None:
    assert (person_refused(WENDY, permission, REQUEST, SignOffConfig()) is None) is may


@pytest.mark.parametrize("permission", ["admin", "write", "read", "none"])
def test_no_bot_accepts_whatever_it_may(permission: Permission) -> None:
    refusal = person_refused(
        Actor(login="deploy[bot]", is_bot=True), permission, REQUEST, SignOffConfig(author_may=True)
    )

    assert refusal is not None
    assert "only a person" in refusal.text


def test_the_author_needs_somebody_else_unless_configured() -> None:
    own = replace(REQUEST, author="Wendy")

    assert person_refused(WENDY, "admin", own, SignOffConfig()) is not None
    assert person_refused(WENDY, "admin", own, SignOffConfig(author_may=True)) is None


def test_a_pull_request_of_a_bot_has_no_person_as_author() -> None:
    assert person_refused(WENDY, "write", replace(REQUEST, author="dependabot[bot]"), SignOffConfig()) is None


def test_the_newest_labelling_counts_and_only_of_this_label() -> None:
    events = [event("labeled", "rita", 0), event("unlabeled", "rita", 1), event("labeled", "wendy", 2)]
    others = [event("labeled", "rita", 3, "bug"), event("unlabeled", "rita", 4, "/accept-baseline")]

    assert put_on_at(ASK, [*events, *others]) == NOON + timedelta(seconds=2)
    assert label_refused(ASK, [*events, *others], SignOffConfig()) is None
    assert put_on_at(ASK, [*events, event("unlabeled", "wendy", 5)]) is None
    assert put_on_at(ASK, others) is None


def test_a_label_put_on_again_by_another_is_theirs() -> None:
    events = [event("labeled", "wendy", 0), event("unlabeled", "rita", 1), event("labeled", "rita", 2)]

    assert overtaken(ASK, events) == "rita"
    assert overtaken(ASK, events[:1]) == ""


def test_a_label_put_on_through_an_app_is_refused() -> None:
    through_app = replace(event("labeled", "wendy", 0), actor_is_bot=True)

    assert label_refused(ASK, [through_app], SignOffConfig()) is not None


@pytest.mark.parametrize(("after", "read"), [(-1, False), (0, True), (60, True)])
def test_what_was_accepted_before_it_was_reported_was_not_read(after: int, read: bool) -> None:
    published = Published(result="a" * 16, at=NOON)

    assert (unread(NOON + timedelta(seconds=after), published) is None) is read


def test_another_commit_or_result_is_not_what_was_accepted() -> None:
    assert moved(REQUEST.head_sha, REQUEST) is None
    assert moved("c" * 40, REQUEST) is not None
    assert moved(REQUEST.head_sha, replace(REQUEST, state="closed")) is not None
    assert another_result("a" * 64, Published(result="a" * 16, at=NOON)) is None
    assert another_result("b" * 64, Published(result="a" * 16, at=NOON)) is not None


def test_a_hostile_name_is_shown_and_not_acted_on() -> None:
    refusal = person_refused(Actor(login="`@team` <img src=x>", is_bot=True), "none", REQUEST, SignOffConfig())

    assert refusal is not None
    assert "`` `@team` <img src=x> ``" in refusal.text
