"""Whole workflows on a laptop: the files people copy, unchanged, carried out by act on the container engine.

Act copies the working tree where a workflow checks out. What it would fetch from GitHub is taken from folders: the
action from this repository with the image that was built, the two artifact actions from stand-ins that keep artifacts
in a folder of the test.
"""

import json
import os
import re
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[2]
EXAMPLES = ROOT / "examples" / "workflows"
TIMEOUT_SECONDS = 300
_KEPT = "/artifacts"
_UPLOAD = """\
name: upload
description: Keeps a folder under a name, as actions/upload-artifact does
inputs:
  name: {description: name of the artifact, required: true}
  path: {description: what to keep, required: true}
  overwrite: {description: take the place of an older one}
  retention-days: {description: how long it is kept}
runs:
  using: composite
  steps:
    - shell: bash
      env: {NAME: "${{ inputs.name }}", FROM: "${{ inputs.path }}"}
      run: mkdir -p "KEPT/$NAME" && cp -r "$FROM/." "KEPT/$NAME/" && chmod -R a+rwX KEPT
"""
_DOWNLOAD = """\
name: download
description: Brings every artifact whose name matches, each into a folder of its name, as actions/download-artifact does
inputs:
  pattern: {description: names, required: true}
  path: {description: where to, required: true}
runs:
  using: composite
  steps:
    - shell: bash
      env: {PATTERN: "${{ inputs.pattern }}", TO: "${{ inputs.path }}"}
      run: mkdir -p "$TO" && for one in KEPT/$PATTERN; do [ ! -d "$one" ] || cp -r "$one" "$TO/"; done
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ran:
    """A workflow that came to its end: how each job ended, what its steps told the runner."""

    jobs: Mapping[str, str]
    outputs: Mapping[str, str]
    annotations: tuple[str, ...]
    log: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Act:
    """Runs workflows over one checkout; artifacts are kept in `artifacts`, `places` holds act's own files."""

    image: str
    checkout: Path
    places: Path
    artifacts: Path

    def run(self, workflow: str, event: str, payload: Mapping[str, Any], api_url: str) -> Ran:
        """Carry out an example workflow on an event."""
        text = (EXAMPLES / workflow).read_text(encoding="utf-8")
        (self.places / "workflow.yml").write_text(text, encoding="utf-8")
        (self.places / "event.json").write_text(json.dumps(payload), encoding="utf-8")
        command = [
            *(str(Path(sys.executable).parent / "act"), event, "--json"),
            *("--workflows", str(self.places / "workflow.yml"), "--eventpath", str(self.places / "event.json")),
            *("--platform", "ubuntu-latest=python:3.11-slim-bookworm", "--pull=false", "--action-offline-mode", "--rm"),
            *("--no-cache-server", "--container-daemon-socket", "-"),
            *("--container-options", f"--volume {self.artifacts}:{_KEPT}"),
            *("--secret", "GITHUB_TOKEN=ghs_writer", "--env", f"GITHUB_API_URL={api_url}"),
            *(part for used in _used(text) for part in ("--local-repository", f"{used}={self._source(used)}")),
        ]
        done = subprocess.run(
            command,
            cwd=self.checkout,
            env={**os.environ, "XDG_CACHE_HOME": str(self.places / "cache")},
            capture_output=True,
            text=True,
            timeout=TIMEOUT_SECONDS,
            check=False,
        )
        return _read(done.stdout + done.stderr)

    def _source(self, used: str) -> Path:
        """The folder that stands for an action somewhere else."""
        name = used.partition("@")[0]
        place = self.places / name.replace("/", "-")
        if place.exists():
            return place
        place.mkdir()
        for texts in (("actions/upload-artifact", _UPLOAD), ("actions/download-artifact", _DOWNLOAD)):
            if name == texts[0]:
                (place / "action.yml").write_text(texts[1].replace("KEPT", _KEPT))
                return place
        action = (ROOT / "action.yml").read_text(encoding="utf-8")
        (place / "action.yml").write_text(action.replace("image: Dockerfile", f"image: docker://{self.image}"))
        return place


def _used(workflow: str) -> list[str]:
    found = re.findall(r"^\s*-?\s*uses: (\S+@\S+)", workflow, flags=re.MULTILINE)
    return sorted({one for one in found if not one.startswith("actions/checkout@")})


def _read(log: str) -> Ran:
    jobs: dict[str, str] = {}
    outputs: dict[str, str] = {}
    annotations: list[str] = []
    for line in log.splitlines():
        try:
            told = json.loads(line)
        except ValueError:
            continue
        if "jobResult" in told:
            jobs[told["job"].partition("/")[2].strip()] = told["jobResult"]
        if told.get("command") == "set-output":
            outputs[told["name"]] = told["arg"]
        if told.get("command") in ("error", "warning", "notice"):
            annotations.append(f"{told['command']}: {told['arg']}")
    return Ran(jobs=jobs, outputs=outputs, annotations=tuple(annotations), log=log)
