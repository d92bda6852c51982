"""The workflows that have the right to write, from end to end: forks, sign-off, the queue, the schedule, the merge."""

import json
from pathlib import Path

import pytest

from gate.baselines.file import read_baseline
from tests.e2e.pull_requests import BLOCKED, NOTHING_AFFECTED, NUMBER, mirror, open_pull_request, opened, upload
from tests.e2e.workflows import Act
from tests.integration.github.jobs import git, pull_request_event, sender
from tests.integration.github.stub import REPOSITORY, Stub, person

LABEL = "accept-baseline"
ARTIFACT = "agent-eval-gate"
BASELINE = "baselines/customer-support-agent.json"
HOME = {"full_name": REPOSITORY, "default_branch": "main"}


@pytest.fixture
def evaluated(act: Act, checkout: Path, stub: Stub) -> str:
    """A pull request that was blocked, with its result uploaded and GitHub's copy of its branches; its head."""
    head = open_pull_request(stub, checkout, BLOCKED)
    act.run("pr-check.yml", "pull_request", opened(stub), stub.url)
    upload(stub, act.artifacts / ARTIFACT, head)
    mirror(stub, checkout, "main", BLOCKED)
    return head


def test_a_fork_is_evaluated_without_rights_and_told_with_them(act: Act, checkout: Path, stub: Stub) -> None:
    """Two workflows: the first may only read and posts nothing, the second checks nothing out."""
    head = open_pull_request(stub, checkout, BLOCKED)
    stub.state.pulls[NUMBER]["head"]["repo"] = {"full_name": "stranger/agents", "default_branch": "main"}
    stub.state.pulls[NUMBER]["head"]["label"] = f"stranger:{BLOCKED}"
    stub.state.readers.add("ghs_writer")

    first = act.run("fork-safe/1-evaluate.yml", "pull_request", opened(stub), stub.url)

    assert first.jobs == {"evaluate": "failure"}, first.log
    assert {method for method, _ in stub.state.requests} <= {"GET"}
    upload(stub, act.artifacts / ARTIFACT, head)
    mirror(stub, checkout, "main", BLOCKED)
    stub.state.readers.clear()
    run = {"head_sha": head, "head_branch": BLOCKED, "head_repository": {"full_name": "stranger/agents"}}

    second = act.run(
        "fork-safe/2-report.yml",
        "workflow_run",
        {"action": "completed", "workflow_run": {**run, "event": "pull_request"}, "repository": HOME},
        stub.url,
    )

    assert second.jobs == {"report": "success"}, second.log
    assert stub.state.newest_status(head)["state"] == "failure"
    (comment,) = stub.state.comments[NUMBER]
    assert "return-flow-bulk-items" in comment["body"]


def test_a_label_of_a_writer_is_accepted_and_of_a_reader_is_not(evaluated: str, act: Act, stub: Stub) -> None:
    """The result of the other job is taken, nothing is evaluated again; the baseline commit is green."""
    stub.state.permissions = {"rita": "read", "wendy": "write"}
    tips = {}
    for login in ("rita", "wendy"):
        stub.state.label(NUMBER, LABEL, person(login))
        event = pull_request_event(stub, "labeled", NUMBER, label={"name": LABEL}) | {"sender": sender(login)}
        ran = act.run("sign-off.yml", "pull_request", event, stub.url)
        tips[login] = stub.state.refs[f"heads/{BLOCKED}"]
        assert ran.jobs == {"sign-off": "failure" if login == "rita" else "success"}, ran.log
        assert ran.outputs.get("run-folder", "") == ""

    assert tips["rita"] == evaluated
    assert stub.state.commits[tips["wendy"]]["parents"] == [evaluated]
    assert stub.state.newest_status(tips["wendy"])["state"] == "success"


def test_a_comment_accepts_and_any_other_needs_no_runner(evaluated: str, act: Act, checkout: Path, stub: Stub) -> None:
    """The job's condition looks at the comment before anything is started."""
    stub.state.permissions = {"wendy": "write"}
    bodies = {"nice work": evaluated, "/accept-baseline reason: the shorter reply is wanted": ""}
    for body in bodies:
        comment = stub.state.add_comment(NUMBER, body, person("wendy"))
        issue = {"number": NUMBER, "pull_request": {"url": "https://api.github.com"}}
        payload = {"action": "created", "issue": issue, "comment": comment, "repository": HOME}
        asked = len(stub.state.requests)

        ran = act.run("sign-off.yml", "issue_comment", payload | {"sender": sender("wendy")}, stub.url)

        bodies[body] = stub.state.refs[f"heads/{BLOCKED}"]
        assert (len(stub.state.requests) > asked) == body.startswith("/accept"), ran.log

    ignored, accepted = bodies.values()
    assert ignored == evaluated
    assert stub.state.commits[accepted]["parents"] == [evaluated]


def test_the_queue_evaluates_what_it_would_merge(act: Act, checkout: Path, stub: Stub) -> None:
    """Its status stands on the merge group's commit."""
    open_pull_request(stub, checkout, NOTHING_AFFECTED)
    base = git(checkout, "rev-parse", "main")
    git(checkout, "checkout", "--quiet", "-b", "queue", "main")
    git(checkout, "merge", "--quiet", "--no-ff", "--message", "Merge", NOTHING_AFFECTED)
    sha = git(checkout, "rev-parse", "HEAD")
    ref = f"refs/heads/gh-readonly-queue/main/pr-{NUMBER}-{base}"
    group = {"head_sha": sha, "head_ref": ref, "base_sha": base, "base_ref": "refs/heads/main"}

    ran = act.run(
        "merge-queue.yml",
        "merge_group",
        {"action": "checks_requested", "merge_group": group, "repository": HOME},
        stub.url,
    )

    assert ran.jobs == {"evaluate": "success"}, ran.log
    assert stub.state.newest_status(sha)["state"] == "success"


@pytest.mark.parametrize(("cron", "among"), [("17 3 * * 1-6", {25}), ("17 3 * * 0", {26, 27})])
def test_the_schedule_records_the_baseline(cron: str, among: set[int], act: Act, checkout: Path, stub: Stub) -> None:
    """Every night P0 and P1, once a week a share of P2 as well, by the expression over which schedule it was."""
    git(checkout, "checkout", "--quiet", "main")
    git(checkout, "rm", "--quiet", BASELINE)
    git(checkout, "commit", "--quiet", "--message", "Forget the baseline")
    mirror(stub, checkout, "main")
    sha = git(checkout, "rev-parse", "main")

    ran = act.run("schedule.yml", "schedule", {"schedule": cron, "repository": HOME}, stub.url)

    assert ran.jobs == {"evaluate": "success"}, ran.log
    recorded = stub.state.commits[stub.state.refs["heads/main"]]
    assert recorded["parents"] == [sha]
    files = stub.state.trees[recorded["tree"]["sha"]]
    assert len(read_baseline(files[BASELINE], BASELINE).cases) in among  # of 28, three of them P2


def test_a_merge_tops_the_baseline_up_with_the_pull_requests_own_trials(act: Act, checkout: Path, stub: Stub) -> None:
    """Nothing is run again."""
    head = open_pull_request(stub, checkout, "quote-the-policy")
    act.run("pr-check.yml", "pull_request", opened(stub), stub.url)
    upload(stub, act.artifacts / ARTIFACT, head)
    git(checkout, "checkout", "--quiet", "main")
    git(checkout, "merge", "--quiet", "--no-ff", "--message", "Merge", "quote-the-policy")
    sha = git(checkout, "rev-parse", "HEAD")
    mirror(stub, checkout, "main")
    stub.state.pulls[NUMBER] |= {"state": "closed", "merged_at": stub.state.now(), "merge_commit_sha": sha}
    stub.state.merged[sha] = [NUMBER]
    push = {"ref": "refs/heads/main", "before": "0" * 40, "after": sha, "deleted": False, "repository": HOME}

    ran = act.run("after-merge.yml", "push", push, stub.url)

    assert ran.jobs == {"top-up": "success"}, ran.log
    recorded = stub.state.commits[stub.state.refs["heads/main"]]
    assert recorded["parents"] == [sha]
    baseline = json.loads(stub.state.trees[recorded["tree"]["sha"]][BASELINE])
    assert baseline["commit"] == head
