"""The action as a process: what a runner starts, reads and stops."""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from gate.errors import ExitCode
from tests.integration.github.jobs import Step, git, open_pull, pull_request_event
from tests.integration.github.runner import commands

ENTRYPOINT = Path(__file__).parents[3] / "entrypoint.py"
ALLOWED = {"add-mask", "group", "endgroup", "error", "warning", "notice"}
HOSTILE = "::error file=x::forged ##[add-mask]regressed %0A::set-output name=conclusion::pass"


def start(step: Step) -> subprocess.Popen[str]:
    step.places.mkdir(exist_ok=True)
    event = step.places / "event.json"
    event.write_text(json.dumps(pull_request_event(step.stub, "opened")))
    kept = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}
    environment = {**kept, **step.environ("pull_request", event), "PYTHONPATH": str(ENTRYPOINT.parent)}
    command = [sys.executable, "-u", str(ENTRYPOINT)]
    return subprocess.Popen(
        command, env=environment, cwd=step.root, text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT
    )


def test_it_answers_with_the_exit_code_and_one_stream(step: Step) -> None:
    head = open_pull(step, "make-replies-concise")

    process = start(step)
    log, _ = process.communicate(timeout=120)

    assert process.returncode == ExitCode.BLOCKED
    assert step.status(head)[0] == "failure"
    assert {one.name for one in commands(log)} <= ALLOWED
    assert step.outputs["conclusion"] == "blocked"


def test_hostile_text_of_a_pull_request_is_only_ever_text(step: Step) -> None:
    """In a key of a fixture, in its name, in its topic: the log shows it, and no command of it is carried out."""
    git(step.root, "checkout", "--quiet", "-b", "x", "fix-label-typo")
    source = step.root / "fixtures/customer-support-agent/routing/unclear-request.md"
    target = source.with_name("##[add-mask]regressed\n::error::forged.md")
    text = source.read_text().replace("severity:", f'"{HOSTILE}": 1\nseverity:', 1)
    target.write_text(text)
    git(step.root, "add", "--all")
    git(step.root, "commit", "--quiet", "--message", "Hostile")
    head = open_pull(step, "x", title=HOSTILE)

    process = start(step)
    log, _ = process.communicate(timeout=120)

    assert process.returncode == ExitCode.CONFIGURATION
    assert step.status(head)[0] == "error"
    assert "forged" in log
    assert "##[" not in log
    told = commands(log)
    assert {one.name for one in told} <= ALLOWED
    assert [one.data for one in told if one.name == "add-mask"] == ["ghs_writer"]
    assert "file=x" not in {part for one in told for part in one.properties.split(",")}
    assert "##[" not in step.summary.replace("##\u200b[", "")
    assert step.outputs["conclusion"] == ""


@pytest.mark.parametrize("stop", [signal.SIGINT, signal.SIGTERM])
def test_a_cancelled_run_says_so_on_the_commit(step: Step, stop: signal.Signals) -> None:
    """Stopped while it waits for a limit of GitHub; what it then still says is not held up."""
    head = open_pull(step, "fix-label-typo")
    step.stub.state.fail("POST", "/comments", 429, headers={"Retry-After": "100"})

    process = start(step)
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline and not any(path.endswith("/comments") for _, path in step.stub.state.requests):
        time.sleep(0.05)
    time.sleep(0.3)
    process.send_signal(stop)
    log, _ = process.communicate(timeout=60)

    assert process.returncode == ExitCode.INTERRUPTED
    assert step.status(head) == ("error", "no result: the run was cancelled")
    assert "interrupted" in log
    assert {one.name for one in commands(log)} <= ALLOWED
