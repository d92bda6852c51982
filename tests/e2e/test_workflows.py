"""The workflows people copy, from end to end on a container engine."""

from pathlib import Path

from tests.e2e.pull_requests import BLOCKED, NOTHING_AFFECTED, NUMBER, open_pull_request, opened
from tests.e2e.workflows import Act
from tests.integration.github.jobs import git
from tests.integration.github.stub import Stub


def test_the_check_blocks_and_leaves_the_result_for_sign_off(act: Act, checkout: Path, stub: Stub) -> None:
    """Job red, status set, comment posted, run folder uploaded although the step failed."""
    head = open_pull_request(stub, checkout, BLOCKED)

    ran = act.run("pr-check.yml", "pull_request", opened(stub), stub.url)

    assert ran.jobs == {"evaluate": "failure"}, ran.log
    assert stub.state.newest_status(head)["state"] == "failure"
    assert len(stub.state.comments[NUMBER]) == 1
    assert ran.outputs["conclusion"] == "blocked"
    assert any(one.startswith("error: ") and "Initiate_Return" in one for one in ran.annotations)
    assert (act.artifacts / "agent-eval-gate" / "report.json").is_file()


def test_the_check_passes_where_nothing_is_affected(act: Act, checkout: Path, stub: Stub) -> None:
    """It ran, and says so."""
    head = open_pull_request(stub, checkout, NOTHING_AFFECTED)

    ran = act.run("pr-check.yml", "pull_request", opened(stub), stub.url)

    assert ran.jobs == {"evaluate": "success"}, ran.log
    assert stub.state.newest_status(head)["state"] == "success"


def test_shards_are_joined_by_the_one_job_that_decides(act: Act, checkout: Path, stub: Stub) -> None:
    """Four parts without a right to write, then one status and one comment."""
    head = open_pull_request(stub, checkout, BLOCKED)

    ran = act.run("shards.yml", "pull_request", opened(stub), stub.url)

    assert ran.jobs["merge"] == "failure", ran.log
    assert sorted(place.name for place in act.artifacts.iterdir()) == [
        "agent-eval-gate",
        *(f"agent-eval-gate-shard-{number}" for number in (1, 2, 3, 4)),
    ]
    assert [one["state"] for one in stub.state.statuses[head]] == ["failure", "pending"]
    (comment,) = stub.state.comments[NUMBER]
    assert "return-flow-bulk-items" in comment["body"]


def test_a_run_by_hand_evaluates_everything(act: Act, checkout: Path, stub: Stub) -> None:
    """Its inputs reach the action; nothing is posted."""
    git(checkout, "checkout", "--quiet", "main")

    ran = act.run("full-run.yml", "workflow_dispatch", {"ref": "refs/heads/main", "inputs": {"mode": "fast"}}, stub.url)

    assert ran.jobs == {"evaluate": "success"}, ran.log
    assert ran.outputs["cases"] == "28"
    assert "confirm (fast)" in ran.log
