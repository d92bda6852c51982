"""The action on payloads as GitHub really sends them, with all their fields: only commits and names are ours."""

import json
from pathlib import Path
from typing import Any

import pytest

from gate.errors import ExitCode
from tests.integration.github.description import NODE_MODULES
from tests.integration.github.jobs import Step, git, open_pull, pull_request_event, sender
from tests.integration.github.stub import REPOSITORY

EXAMPLES = NODE_MODULES / "webhooks-examples" / "api.github.com" / "index.json"
UNAFFECTED = "fix-label-typo"
HOME = {"full_name": REPOSITORY, "default_branch": "main"}


@pytest.fixture(scope="module")
def payloads() -> dict[str, list[Any]]:
    """GitHub's own examples by the event's name."""
    if not EXAMPLES.is_file():
        pytest.skip("GitHub's example payloads are NOT tried: run `npm ci` in tests/node")
    return {entry["name"]: entry["examples"] for entry in json.loads(Path(EXAMPLES).read_text(encoding="utf-8"))}


def laid_over(real: Any, ours: Any) -> Any:
    """The real value with our fields in it, at any depth."""
    if isinstance(real, dict) and isinstance(ours, dict):
        return {**real, **{key: laid_over(real.get(key), value) for key, value in ours.items()}}
    return ours


def of(payloads: dict[str, list[Any]], name: str, action: str) -> list[Any]:
    found = [one for one in payloads[name] if one.get("action") == action]
    assert found
    return found


@pytest.mark.parametrize("action", ["opened", "synchronize", "labeled"])
def test_a_pull_request_is_evaluated(step: Step, payloads: dict[str, list[Any]], action: str) -> None:
    """Whatever else stands in it; a label that is not ours makes a first run too."""
    head = open_pull(step, UNAFFECTED)
    real = of(payloads, "pull_request", action)[-1]

    code = step.run("pull_request", laid_over(real, pull_request_event(step.stub, action) | {"repository": HOME}))

    assert code == ExitCode.PASS, step.summary
    assert step.status(head)[0] == "success"


def test_a_comment_that_asks_for_nothing_is_left_alone(step: Step, payloads: dict[str, list[Any]]) -> None:
    """On an issue and on a pull request alike."""
    open_pull(step, UNAFFECTED)
    for real in of(payloads, "issue_comment", "created"):
        ours = {"issue": {"number": 128}, "repository": HOME}

        assert step.run("issue_comment", laid_over(real, ours)) == ExitCode.PASS

    assert step.stub.state.comments[128] == []


def test_a_comment_that_accepts_is_answered(step: Step, payloads: dict[str, list[Any]]) -> None:
    """GitHub has no configuration on the base branch here: it is refused, with a reply to that very comment."""
    open_pull(step, UNAFFECTED)
    comment = step.stub.state.add_comment(128, "/accept-baseline reason: fine", {"login": "wendy", "type": "User"})
    step.stub.state.permissions["wendy"] = "write"
    issue = {"number": 128, "pull_request": {"url": "https://api.github.com"}}
    ours = {"issue": issue, "comment": comment, "sender": sender("wendy"), "repository": HOME}

    step.run("issue_comment", laid_over(of(payloads, "issue_comment", "created")[0], ours))

    (_, reply) = step.stub.state.comments[128]
    assert f"reply to {comment['id']}" in reply["body"]
    assert "Not accepted" in reply["body"]


def test_a_merge_group_is_evaluated(step: Step, payloads: dict[str, list[Any]]) -> None:
    """Its status stands on the group's commit."""
    open_pull(step, UNAFFECTED)
    base, sha = git(step.root, "rev-parse", "main"), git(step.root, "rev-parse", UNAFFECTED)
    ref = f"refs/heads/gh-readonly-queue/main/pr-128-{base}"
    group = {"head_sha": sha, "head_ref": ref, "base_sha": base, "base_ref": "refs/heads/main"}
    real = of(payloads, "merge_group", "checks_requested")[0]

    assert step.run("merge_group", laid_over(real, {"merge_group": group, "repository": HOME})) == ExitCode.PASS
    assert step.status(sha)[0] == "success"


def test_a_run_that_ended_is_told_of(step: Step, payloads: dict[str, list[Any]]) -> None:
    """It left no artifact here, which is an error on the commit and not silence."""
    head = open_pull(step, UNAFFECTED)
    ours = {"head_sha": head, "head_branch": UNAFFECTED, "event": "pull_request", "head_repository": HOME}
    real = of(payloads, "workflow_run", "completed")[0]

    assert step.run("workflow_run", laid_over(real, {"workflow_run": ours})) == ExitCode.CONFIGURATION
    assert step.status(head)[0] == "error"
