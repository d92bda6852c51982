"""What a GitHub runner does to run a container action: its mounts, its environment, its command line.

Facts from actions/runner, `DockerCommandManager.DockerRun`, `ContainerActionHandler` and `Handler`.
"""

import json
import os
import subprocess
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from uuid import uuid4

from tests.integration.github.stub import REPOSITORY

RUNNER_USER = 1001
"""Who a checkout belongs to on a hosted runner; the container's own user is root."""
TIMEOUT_SECONDS = 120
_FILES = ("GITHUB_OUTPUT", "GITHUB_ENV", "GITHUB_PATH", "GITHUB_STATE", "GITHUB_STEP_SUMMARY")


@dataclass(frozen=True, slots=True)
class Container:
    """The image, to be run by hand."""

    image: str

    def run(self, *arguments: str, entrypoint: str = "") -> subprocess.CompletedProcess[str]:
        """Run the image; `arguments` go to its entry point."""
        instead = ["--entrypoint", entrypoint] if entrypoint else []
        return subprocess.run(
            ["docker", "run", "--rm", "--network", "none", *instead, self.image, *arguments],
            capture_output=True,
            text=True,
            timeout=TIMEOUT_SECONDS,
            check=False,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Done:
    """What a step left behind. `log` is what it printed, stdout and stderr together; `seconds` how long it took."""

    code: int
    log: str
    outputs: dict[str, str]
    summary: str
    first_line_seconds: float
    seconds: float


@dataclass(slots=True, kw_only=True)
class Job:
    """A job on a runner, with one step that runs the action."""

    image: str
    workspace: Path
    temporary: Path
    inputs: dict[str, str] = field(default_factory=lambda: {"token": "ghs_writer"})
    environment: dict[str, str] = field(default_factory=dict)

    def step(self, event: str, payload: Mapping[str, Any], api_url: str) -> Done:
        """Run the action on an event, as the runner does."""
        self._lay_out(payload)
        environ = self._environ(event, api_url)
        names = [part for name in environ for part in ("-e", name)]
        command = [
            *("docker", "run", "--name", f"agenteval_{uuid4().hex}", "--label", "a1b2c3"),
            *("--workdir", "/github/workspace", "--rm", *names, "-e", "GITHUB_ACTIONS=true", "-e", "CI=true"),
            *("--network", "host", *self._mounts(), self.image),
        ]
        began = time.monotonic()
        with subprocess.Popen(
            command,
            env={**os.environ, **environ},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        ) as process:
            assert process.stdout is not None
            first = process.stdout.readline()
            first_line_seconds = time.monotonic() - began
            log = first + process.stdout.read()
            code = process.wait(TIMEOUT_SECONDS)
        return Done(
            code=code,
            log=log,
            outputs=read_outputs(self._file("GITHUB_OUTPUT").read_text(encoding="utf-8")),
            summary=self._file("GITHUB_STEP_SUMMARY").read_text(encoding="utf-8"),
            first_line_seconds=first_line_seconds,
            seconds=time.monotonic() - began,
        )

    def _lay_out(self, payload: Mapping[str, Any]) -> None:
        for place in ("_github_home", "_github_workflow", "_runner_file_commands"):
            (self.temporary / place).mkdir(parents=True, exist_ok=True)
        (self.temporary / "_github_workflow" / "event.json").write_text(json.dumps(payload), encoding="utf-8")
        for name in _FILES:
            self._file(name).write_text("")
        if os.geteuid() == 0:
            subprocess.run(["chown", "-R", f"{RUNNER_USER}:{RUNNER_USER}", self.workspace, self.temporary], check=True)

    def _file(self, name: str) -> Path:
        return self.temporary / "_runner_file_commands" / name.lower()

    def _mounts(self) -> list[str]:
        mounts = {
            self.temporary: "/github/runner_temp",
            self.temporary / "_github_home": "/github/home",
            self.temporary / "_github_workflow": "/github/workflow",
            self.temporary / "_runner_file_commands": "/github/file_commands",
            self.workspace: "/github/workspace",
        }
        return [part for host, inside in mounts.items() for part in ("-v", f"{host}:{inside}")]

    def _environ(self, event: str, api_url: str) -> dict[str, str]:
        return {
            "HOME": "/github/home",
            "GITHUB_WORKSPACE": "/github/workspace",
            "GITHUB_EVENT_NAME": event,
            "GITHUB_EVENT_PATH": "/github/workflow/event.json",
            "GITHUB_REPOSITORY": REPOSITORY,
            "GITHUB_RUN_ID": "77",
            "GITHUB_RUN_ATTEMPT": "1",
            "GITHUB_SERVER_URL": "https://github.com",
            "GITHUB_API_URL": api_url,
            "RUNNER_TEMP": "/github/runner_temp",
            "RUNNER_OS": "Linux",
            **{name: f"/github/file_commands/{name.lower()}" for name in _FILES},
            **{f"INPUT_{name.upper()}": value for name, value in self.inputs.items()},
            **self.environment,
        }


def read_outputs(text: str) -> dict[str, str]:
    """Outputs as the runner reads them: a name, a delimiter, the value's lines, the delimiter."""
    found: dict[str, str] = {}
    lines = iter(text.split("\n"))
    for line in lines:
        name, opened, delimiter = line.partition("<<")
        if opened:
            value: list[str] = []
            while (part := next(lines)) != delimiter:
                value.append(part)
            found[name] = "\n".join(value)
    return found
