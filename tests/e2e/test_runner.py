"""The built image with the runner's command line: dashed inputs, root, a foreign workspace, file commands."""

import json
from pathlib import Path

from gate.errors import ExitCode
from tests.e2e.pull_requests import BLOCKED, NOTHING_AFFECTED, NUMBER, open_pull_request, opened
from tests.e2e.runner import Job
from tests.integration.github.stub import Stub

LONGEST_START_SECONDS = 1.0
MOST_STARTS = 8


def test_a_regression_blocks_and_says_so_everywhere(job: Job, checkout: Path, stub: Stub) -> None:
    """Exit code, status, comment, outputs, summary, annotations, and the run folder in the workspace."""
    head = open_pull_request(stub, checkout, BLOCKED)

    done = job.step("pull_request", opened(stub), stub.url)

    assert done.code == ExitCode.BLOCKED, done.log
    status = stub.state.newest_status(head)
    assert status["state"] == "failure"
    assert status["target_url"].endswith("/actions/runs/77")
    (comment,) = stub.state.comments[NUMBER]
    assert "return-flow-bulk-items" in comment["body"]
    assert "REGRESSION" in comment["body"]
    assert done.outputs["conclusion"] == "blocked"
    assert done.outputs["exit-code"] == "1"
    assert "customer-support-agent/return-flow-bulk-items" in json.loads(done.outputs["blocking"])
    assert "return-flow-bulk-items" in done.summary
    assert "::error " in done.log
    folder = checkout / done.outputs["run-folder"]
    assert (folder / "report.html").is_file()
    assert json.loads((folder / "verdict.json").read_text())["digest"] == done.outputs["digest"]


def test_nothing_affected_is_a_success_with_these_words(job: Job, checkout: Path, stub: Stub) -> None:
    """The gate never skips itself: a status is always set."""
    head = open_pull_request(stub, checkout, NOTHING_AFFECTED)

    done = job.step("pull_request", opened(stub), stub.url)

    assert done.code == ExitCode.PASS, done.log
    status = stub.state.newest_status(head)
    assert status["state"] == "success"
    assert "othing affected" in status["description"]


def test_a_token_that_may_only_read_still_gives_the_answer(job: Job, checkout: Path, stub: Stub) -> None:
    """As for a fork: summary, annotations and exit code stand; what could not be done is said."""
    open_pull_request(stub, checkout, BLOCKED)
    stub.state.readers.add("ghs_reader")
    job.inputs |= {"token": "ghs_reader"}

    done = job.step("pull_request", opened(stub), stub.url)

    assert done.code == ExitCode.BLOCKED, done.log
    assert stub.state.comments[NUMBER] == []
    assert "return-flow-bulk-items" in done.summary
    assert "could not set the commit status" in done.summary
    assert "::warning " in done.log


def test_without_a_token_the_exit_code_stands(job: Job, checkout: Path, stub: Stub) -> None:
    """Nothing is asked of GitHub, and that is said."""
    open_pull_request(stub, checkout, BLOCKED)
    job.inputs |= {"token": ""}

    done = job.step("pull_request", opened(stub), stub.url)

    assert done.code == ExitCode.BLOCKED, done.log
    assert stub.state.requests == []
    assert "give the action a token" in done.summary


def test_a_result_that_github_does_not_take_is_kept(job: Job, checkout: Path, stub: Stub) -> None:
    """The run folder holds it, and the exit code says that it was not delivered."""
    open_pull_request(stub, checkout, BLOCKED)
    stub.state.fail("POST", "/comments", 502, times=50)

    done = job.step("pull_request", opened(stub), stub.url)

    assert done.code == ExitCode.COULD_NOT_TELL, done.log
    assert (checkout / done.outputs["run-folder"] / "report.json").is_file()
    assert "could not post the comment" in done.summary


def test_inputs_with_dashes_arrive(job: Job, checkout: Path, stub: Stub) -> None:
    """No shell stands between the runner and the gate, which would drop them: a wrong one is named."""
    open_pull_request(stub, checkout, BLOCKED)
    job.inputs["record-basline"] = "true"

    done = job.step("pull_request", opened(stub), stub.url)

    assert done.code == ExitCode.CONFIGURATION
    assert "did you mean 'record-baseline'?" in done.log.replace("%0A", "\n")


def test_the_first_line_is_there_within_a_second(job: Job, checkout: Path, stub: Stub) -> None:
    """Container start and imports together; one of a few tries, since the machine may be busy."""
    open_pull_request(stub, checkout, NOTHING_AFFECTED)

    starts: list[float] = []
    while len(starts) < MOST_STARTS and min(starts, default=LONGEST_START_SECONDS) >= LONGEST_START_SECONDS:
        starts.append(job.step("pull_request", opened(stub), stub.url).first_line_seconds)

    assert min(starts) < LONGEST_START_SECONDS


def test_the_token_is_in_no_file_and_only_masked_in_the_log(job: Job, checkout: Path, stub: Stub) -> None:
    """Nothing of it stays in the workspace or the runner's own files."""
    open_pull_request(stub, checkout, BLOCKED)
    job.inputs |= {"token": "ghs_f1nd.me"}

    done = job.step("pull_request", opened(stub), stub.url)

    lines = [line for line in done.log.splitlines() if "ghs_f1nd.me" in line]
    assert lines == ["::add-mask::ghs_f1nd.me"]
    files = (path for root in (checkout, job.temporary) for path in root.rglob("*") if path.is_file())
    assert [path for path in files if b"ghs_f1nd.me" in path.read_bytes()] == []


def test_nothing_is_left_in_the_home_that_later_steps_share(job: Job, checkout: Path, stub: Stub) -> None:
    """A setting for git there would reach every later step."""
    open_pull_request(stub, checkout, NOTHING_AFFECTED)

    job.step("pull_request", opened(stub), stub.url)

    assert list((job.temporary / "_github_home").iterdir()) == []
