"""What the runner says of the job this process runs in, parsed once from its environment."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Self

from gate.errors import UsageError

_NEEDED = ("GITHUB_REPOSITORY", "GITHUB_EVENT_NAME", "GITHUB_EVENT_PATH", "GITHUB_WORKSPACE", "GITHUB_RUN_ID")


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """The job: repository, event, places. `sha` and `ref` are the event's own, which for a pull request is its merge.

    `output` and `summary` are the files the runner reads when the step ends; None = it gave none.
    """

    repository: str
    event_name: str
    event_path: Path
    workspace: Path
    url: str
    """The repository's own address."""
    run_id: int
    run_url: str
    blob_url: str
    """Address below which a commit's files are shown: append `SHA/PATH`."""
    api_url: str
    sha: str = ""
    ref: str = ""
    output: Path | None = None
    summary: Path | None = None

    @classmethod
    def from_environ(cls, environ: Mapping[str, str]) -> Self:
        """The job of this environment. Raises `UsageError` when it is not a job's."""
        missing = [name for name in _NEEDED if not environ.get(name)]
        if missing:
            hint = "the action runs inside a GitHub Actions job; on a laptop use `agent-gate run`"
            raise UsageError(f"not set: {', '.join(missing)}", hint)
        repository = environ["GITHUB_REPOSITORY"]
        home = f"{environ.get('GITHUB_SERVER_URL') or 'https://github.com'}/{repository}"
        return cls(
            repository=repository,
            event_name=environ["GITHUB_EVENT_NAME"],
            event_path=Path(environ["GITHUB_EVENT_PATH"]),
            workspace=Path(environ["GITHUB_WORKSPACE"]),
            url=home,
            run_id=_run_id(environ["GITHUB_RUN_ID"]),
            run_url=f"{home}/actions/runs/{environ['GITHUB_RUN_ID']}",
            blob_url=f"{home}/blob",
            api_url=environ.get("GITHUB_API_URL") or "https://api.github.com",
            sha=environ.get("GITHUB_SHA", ""),
            ref=environ.get("GITHUB_REF", ""),
            output=_path(environ.get("GITHUB_OUTPUT")),
            summary=_path(environ.get("GITHUB_STEP_SUMMARY")),
        )

    @property
    def branch(self) -> str:
        """The branch the event belongs to; empty when its ref is no branch."""
        prefix = "refs/heads/"
        return self.ref.removeprefix(prefix) if self.ref.startswith(prefix) else ""


def _run_id(text: str) -> int:
    if not text.isdecimal():
        raise UsageError(f"GITHUB_RUN_ID is {text!r}, which is no number", "the runner sets it; leave it alone")
    return int(text)


def _path(text: str | None) -> Path | None:
    return Path(text) if text else None
