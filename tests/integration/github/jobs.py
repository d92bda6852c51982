"""A job as the runner starts it: environment, event file, and what the step leaves."""

import json
import os
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from gate.cli.action import run_action
from gate.github.client import GitHub
from gate.github.host import Host
from gate.github.job import Job
from gate.github.settings import Settings
from gate.github.transport import Pace
from tests.integration.github.stub import REPOSITORY, Stub


def git(root: Path, *arguments: str) -> str:
    environment = {
        "PATH": os.environ["PATH"],
        "GIT_CONFIG_GLOBAL": os.devnull,
        "GIT_CONFIG_SYSTEM": os.devnull,
        **{f"GIT_{role}_{key}": "example@example.com" for role in ("AUTHOR", "COMMITTER") for key in ("NAME", "EMAIL")},
    }
    done = subprocess.run(["git", *arguments], cwd=root, env=environment, capture_output=True, text=True, check=True)
    return done.stdout.strip()


@dataclass
class Step:
    """One run of the action over a repository, against a stand-in."""

    stub: Stub
    root: Path
    places: Path
    inputs: dict[str, str] = field(default_factory=lambda: {"token": "ghs_writer"})
    environment: dict[str, str] = field(default_factory=dict)
    naps: list[float] = field(default_factory=list)
    server: str = "https://github.com"

    def run(self, name: str, payload: Mapping[str, Any]) -> int:
        """Start the action on an event; what it answers."""
        self.places.mkdir(exist_ok=True)
        event = self.places / "event.json"
        event.write_text(json.dumps(payload))
        for place in ("output", "summary"):
            (self.places / place).write_text("")
        return run_action(self.environ(name, event), self._open)

    def environ(self, name: str, event: Path) -> dict[str, str]:
        given = {f"INPUT_{key.upper()}": value for key, value in self.inputs.items()}
        return {
            "GITHUB_REPOSITORY": REPOSITORY,
            "GITHUB_EVENT_NAME": name,
            "GITHUB_EVENT_PATH": str(event),
            "GITHUB_WORKSPACE": str(self.root),
            "GITHUB_RUN_ID": "77",
            "GITHUB_SERVER_URL": self.server,
            "GITHUB_API_URL": self.stub.url,
            "GITHUB_OUTPUT": str(self.places / "output"),
            "GITHUB_STEP_SUMMARY": str(self.places / "summary"),
            **given,
            **self.environment,
        }

    def _open(self, job: Job, settings: Settings) -> Host | None:
        token = settings.token.get_secret_value()
        pace = Pace(between_requests=0, between_writes=0, sleep=self.naps.append)
        return GitHub(job.repository, token, job.api_url, pace) if token else None

    @property
    def summary(self) -> str:
        return (self.places / "summary").read_text()

    @property
    def outputs(self) -> dict[str, str]:
        """The outputs as the runner would read them."""
        found: dict[str, str] = {}
        lines = iter((self.places / "output").read_text().split("\n"))
        for line in lines:
            name, opened, delimiter = line.partition("<<")
            if opened:
                value = []
                while (part := next(lines)) != delimiter:
                    value.append(part)
                found[name] = "\n".join(value)
        return found

    def sticky(self, number: int = 128) -> list[str]:
        return [
            one["body"] for one in self.stub.state.comments[number] if one["body"].startswith("<!-- agent-eval-gate")
        ]

    def status(self, sha: str) -> tuple[str, str]:
        newest = self.stub.state.newest_status(sha)
        return (newest["state"], newest["description"]) if newest else ("", "")


def sender(login: str = "author") -> dict[str, str]:
    return {"login": login, "type": "User"}


def pull_request_event(stub: Stub, action: str, number: int = 128, **more: Any) -> dict[str, Any]:
    """The payload of something that happened to a pull request, as it is at this moment."""
    pull = json.loads(json.dumps(stub.state.pulls[number]))
    return {"action": action, "number": number, "pull_request": pull, "sender": sender(), **more}


def know_history(step: Step, *refs: str) -> None:
    """Commits of the repository as GitHub has them: with their parents, and files of their own where nobody asks."""
    for line in git(step.root, "rev-list", "--parents", *refs).splitlines():
        sha, *parents = line.split()
        if sha not in step.stub.state.commits:
            step.stub.state.commit({"commit": sha}, tuple(parents), sha=sha)


def open_pull(step: Step, branch: str, **more: Any) -> str:
    """Pull request 128 from a branch of the repository into main; its head commit."""
    head = git(step.root, "rev-parse", branch)
    know_history(step, branch, "main")
    step.stub.state.add_pull(128, head=head, base=git(step.root, "rev-parse", "main"), head_ref=branch, **more)
    return head
