"""Which event asks for what. Nothing that may change a result is answered by doing nothing."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from gate.errors import UsageError
from gate.github.activity import (
    EvaluateBranch,
    EvaluateMergeGroup,
    EvaluatePullRequest,
    Nothing,
    Publish,
    SignOff,
    TopUp,
    activity,
)
from gate.github.event import (
    CommentEvent,
    DispatchEvent,
    MergeGroupEvent,
    OtherEvent,
    PullRequestEvent,
    PushEvent,
    ScheduleEvent,
    WorkflowRunEvent,
)
from gate.github.host import Comment, PullRequest
from gate.github.settings import Settings
from gate.model.words import Tier

SHA = "a" * 40
PULL = PullRequest(
    number=7,
    title="Title",
    author="ann",
    author_is_bot=False,
    state="open",
    head_sha=SHA,
    head_ref="topic",
    head_repo="octo/agents",
    base_ref="main",
    base_sha="b" * 40,
)


def happened(action: str, label: str = "") -> PullRequestEvent:
    return PullRequestEvent(action=action, pull_request=PULL, sender="wendy", sender_is_bot=False, label=label)


def commented(body: str, *, action: str = "created", on_pull_request: bool = True) -> CommentEvent:
    written = Comment(id=1, author="wendy", author_is_bot=False, body=body, created=datetime(2026, 11, 22, tzinfo=UTC))
    return CommentEvent(action=action, number=7, on_pull_request=on_pull_request, comment=written)


@pytest.mark.parametrize("action", ["opened", "synchronize", "reopened", "ready_for_review"])
def test_new_content_is_evaluated(action: str) -> None:
    todo = activity(happened(action), Settings())

    assert todo == EvaluatePullRequest(
        number=7, tier=Tier.PULL_REQUEST, told=PULL, pushed=action == "synchronize", settled_will_do=False
    )


@pytest.mark.parametrize(("retargeted", "again"), [(True, False), (False, True)])
def test_another_base_branch_is_evaluated_and_another_title_is_not(retargeted: bool, again: bool) -> None:
    todo = activity(replace(happened("edited"), retargeted=retargeted), Settings())

    assert isinstance(todo, EvaluatePullRequest)
    assert todo.settled_will_do is again


@pytest.mark.parametrize(
    "action", ["edited", "labeled", "unlabeled", "assigned", "converted_to_draft", "an action to come"]
)
def test_anything_else_may_repeat_what_is_settled_and_never_just_passes(action: str) -> None:
    todo = activity(happened(action, "documentation"), Settings())

    assert isinstance(todo, EvaluatePullRequest)
    assert todo.settled_will_do


@pytest.mark.parametrize("label", ["accept-baseline", "/accept-baseline"])
def test_the_label_in_both_spellings_is_a_sign_off(label: str) -> None:
    assert isinstance(activity(happened("labeled", label), Settings()), SignOff)


def test_taking_the_label_off_is_none() -> None:
    assert isinstance(activity(happened("unlabeled", "accept-baseline"), Settings()), EvaluatePullRequest)


def test_a_command_is_a_sign_off() -> None:
    assert isinstance(activity(commented("/accept-baseline reason: wanted"), Settings()), SignOff)


@pytest.mark.parametrize(
    "event",
    [
        commented("looks fine"),
        commented("/accept-baseline reason: x", action="edited"),
        commented("/accept-baseline reason: x", on_pull_request=False),
        happened("closed"),
        PushEvent(ref="refs/heads/x", before=SHA, after="0" * 40, deleted=True, on_default_branch=False),
        WorkflowRunEvent(action="requested", head_sha=SHA, head_owner="o", head_branch="b", caused_by="pull_request"),
        WorkflowRunEvent(action="completed", head_sha=SHA, head_owner="o", head_branch="b", caused_by="push"),
    ],
)
def test_what_asks_for_nothing_says_why(event: CommentEvent | PullRequestEvent | PushEvent | WorkflowRunEvent) -> None:
    todo = activity(event, Settings())

    assert isinstance(todo, Nothing)
    assert todo.reason


def test_the_merge_queue_is_evaluated() -> None:
    event = MergeGroupEvent(action="checks_requested", head_sha=SHA, base_sha="b" * 40, number=7)

    assert activity(event, Settings()) == EvaluateMergeGroup(head_sha=SHA, base_sha="b" * 40, number=7)


def test_started_by_hand_everything_runs() -> None:
    assert activity(DispatchEvent(ref=""), Settings()) == EvaluateBranch(tier=Tier.FULL)


def test_started_by_hand_for_a_pull_request() -> None:
    todo = activity(DispatchEvent(ref=""), Settings(pull_request=7, tier="pull-request"))

    assert todo == EvaluatePullRequest(number=7, tier=Tier.PULL_REQUEST)


def test_a_pull_requests_results_are_never_recorded_by_hand() -> None:
    with pytest.raises(UsageError, match="contradict"):
        activity(DispatchEvent(ref=""), Settings(pull_request=7, record_baseline=True))


@pytest.mark.parametrize(("tier", "expected"), [(None, Tier.DAILY), ("weekly", Tier.WEEKLY)])
def test_a_schedule_is_daily_unless_told(tier: str | None, expected: Tier) -> None:
    settings = Settings.model_validate({"tier": tier, "record-baseline": True})

    assert activity(ScheduleEvent(cron=""), settings) == EvaluateBranch(tier=expected, record=True)


def test_named_cases_are_a_tier_of_their_own() -> None:
    assert activity(DispatchEvent(ref=""), Settings(cases=("a",))) == EvaluateBranch(tier=Tier.NAMED)


def test_a_push_to_the_default_branch_tops_up_and_any_other_is_evaluated() -> None:
    merged = PushEvent(ref="refs/heads/main", before="", after=SHA, deleted=False, on_default_branch=True)
    other = PushEvent(ref="refs/heads/x", before="", after=SHA, deleted=False, on_default_branch=False)

    assert activity(merged, Settings()) == TopUp(sha=SHA)
    assert activity(other, Settings()) == EvaluateBranch(tier=Tier.PULL_REQUEST)


def test_a_run_that_ended_is_published() -> None:
    event = WorkflowRunEvent(
        action="completed", head_sha=SHA, head_owner="eve", head_branch="topic", caused_by="pull_request"
    )

    assert activity(event, Settings()) == Publish(head_sha=SHA, owner="eve", branch="topic")


def test_an_event_without_an_answer_is_a_mistake_in_the_workflow() -> None:
    with pytest.raises(UsageError, match="watch"):
        activity(OtherEvent(name="watch"), Settings())
