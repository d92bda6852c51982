"""Payloads as GitHub sends them, older and newer ones, to events."""

import json
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gate.errors import UsageError
from gate.github.event import (
    CommentEvent,
    DispatchEvent,
    MergeGroupEvent,
    OtherEvent,
    PullRequestEvent,
    PushEvent,
    ScheduleEvent,
    WorkflowRunEvent,
    read_event,
)

EXAMPLES = Path(__file__).parents[2] / "node/node_modules/@octokit/webhooks-examples/api.github.com/index.json"
NAMES = ("pull_request", "issue_comment", "merge_group", "workflow_dispatch", "push", "workflow_run")
SHA = "a" * 40


def pull(**more: Any) -> dict[str, Any]:
    home = {"full_name": "octo/agents", "default_branch": "main"}
    head = {"sha": SHA, "ref": "topic", "repo": home}
    base = {"sha": "b" * 40, "ref": "main", "repo": home}
    return {"number": 7, "title": "Title", "user": {"login": "ann", "type": "User"}, "head": head, "base": base} | more


def read(name: str, payload: object) -> Any:
    return read_event(name, json.dumps(payload))


@pytest.mark.parametrize("name", ["pull_request", "pull_request_target"])
def test_a_labeled_pull_request(name: str) -> None:
    payload = {
        "action": "labeled",
        "label": {"name": "accept-baseline"},
        "pull_request": pull(labels=[{"name": "accept-baseline"}]),
        "sender": {"login": "dependabot[bot]", "type": "Bot"},
    }

    event = read(name, payload)

    assert isinstance(event, PullRequestEvent)
    assert (event.action, event.label, event.sender, event.sender_is_bot) == (
        "labeled",
        "accept-baseline",
        "dependabot[bot]",
        True,
    )
    assert event.pull_request.labels == ("accept-baseline",)


def test_a_pull_request_from_a_fork_that_was_deleted() -> None:
    gone = pull(head={"sha": SHA, "ref": "topic", "repo": None}, user=None)

    event = read("pull_request", {"action": "opened", "pull_request": gone, "sender": {"login": "ann"}})

    assert (event.pull_request.is_fork, event.pull_request.author) == (True, "ghost")


@pytest.mark.parametrize(
    ("issue", "on_pull_request"), [({"number": 7}, False), ({"number": 7, "pull_request": {}}, True)]
)
def test_a_comment_on_an_issue_and_on_a_pull_request(issue: dict[str, Any], on_pull_request: bool) -> None:
    comment = {"id": 1, "user": {"login": "ann"}, "body": None, "created_at": "2026-11-22T10:00:00Z"}

    event = read("issue_comment", {"action": "created", "issue": issue, "comment": comment})

    assert isinstance(event, CommentEvent)
    assert (event.on_pull_request, event.comment.body) == (on_pull_request, "")


@pytest.mark.parametrize(
    ("ref", "number"),
    [
        (f"refs/heads/gh-readonly-queue/main/pr-104-{SHA}", 104),
        (f"gh-readonly-queue/release/1.0/pr-5-{SHA}", 5),
        ("refs/heads/main", None),
        (f"refs/heads/gh-readonly-queue/main/pr-x-{SHA}", None),
        (f"refs/heads/gh-readonly-queue/main/pr-104-{SHA}\n", None),
        ("", None),
    ],
)
def test_the_pull_request_of_a_merge_group_is_told_by_its_ref_alone(ref: str, number: int | None) -> None:
    group = {"head_sha": SHA, "base_sha": "b" * 40, "head_ref": ref}

    assert read("merge_group", {"action": "checks_requested", "merge_group": group}) == MergeGroupEvent(
        action="checks_requested", head_sha=SHA, base_sha="b" * 40, number=number
    )


def test_inputs_of_a_dispatch_are_text_and_those_left_out_are_none() -> None:
    event = read("workflow_dispatch", {"ref": "refs/heads/main", "inputs": {"a": True, "b": "x", "c": None}})

    assert event == DispatchEvent(ref="refs/heads/main", inputs={"a": "True", "b": "x"})
    assert read("workflow_dispatch", {"inputs": None}) == DispatchEvent(ref="")


def test_a_schedule_has_at_most_its_cron_line() -> None:
    assert read("schedule", {"schedule": "0 3 * * *"}) == ScheduleEvent(cron="0 3 * * *")
    assert read("schedule", {}) == ScheduleEvent(cron="")


@pytest.mark.parametrize(
    ("ref", "on_default"), [("refs/heads/main", True), ("refs/heads/x", False), ("refs/tags/main", False)]
)
def test_a_push_knows_whether_it_was_to_the_default_branch(ref: str, on_default: bool) -> None:
    home = {"full_name": "octo/agents", "default_branch": "main"}
    event = read("push", {"ref": ref, "before": "0", "after": SHA, "deleted": False, "repository": home})

    assert isinstance(event, PushEvent)
    assert event.on_default_branch is on_default


def test_a_run_that_ended_names_whose_branch_it_was_for() -> None:
    run = {
        "head_sha": SHA,
        "head_branch": "topic",
        "event": "pull_request",
        "head_repository": {"full_name": "eve/agents"},
    }

    event = read("workflow_run", {"action": "completed", "workflow_run": run})

    assert event == WorkflowRunEvent(
        action="completed", head_sha=SHA, head_owner="eve", head_branch="topic", caused_by="pull_request"
    )
    gone = run | {"head_repository": None, "head_branch": None}
    assert read("workflow_run", {"action": "completed", "workflow_run": gone}).head_owner == ""


def test_any_other_event_is_told_by_its_name() -> None:
    assert read("watch", {"anything": 1}) == OtherEvent(name="watch")


@pytest.mark.parametrize("payload", [b"", b"{", b"[]", b"{}", b'{"action": 1}', b"\xff"])
def test_what_is_no_payload_is_refused_with_the_field(payload: bytes) -> None:
    with pytest.raises(UsageError, match="not the payload of a pull_request event"):
        read_event("pull_request", payload)


@given(st.sampled_from([*NAMES, "schedule"]), st.binary(max_size=200))
def test_nothing_else_is_ever_raised(name: str, payload: bytes) -> None:
    with suppress(UsageError):
        read_event(name, payload)


def test_githubs_own_examples_are_read_without_an_exception() -> None:
    if not EXAMPLES.is_file():
        pytest.skip("GitHub's example payloads are NOT read: run `npm ci` in tests/node")
    examples = {entry["name"]: entry["examples"] for entry in json.loads(EXAMPLES.read_text())}

    read_all = [read(name, payload) for name in NAMES for payload in examples[name]]

    assert len(read_all) > 50
    assert not any(isinstance(event, OtherEvent) for event in read_all)
