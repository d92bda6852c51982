"""What tests of a baseline's life do to the example repository, which is the current folder."""

import json
import subprocess
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

AGENT = "customer-support-agent"
BASELINE = Path("baselines") / f"{AGENT}.json"
RECORDINGS = Path("examples/customer-support/recordings")
BASE, CONCISE_DEFINITION, QUOTING = "031a2d73482d", "c4813bbfe714", "ac6c6e9165cf"
CONCISE = ("--base", "main", "--head", "make-replies-concise")
QUOTE = ("--base", "main", "--head", "quote-the-policy")
"""A pull request that breaks nothing."""

Rows = dict[str, dict[str, Any]]


def git(*arguments: str) -> str:
    who = ["-c", "user.name=x", "-c", "user.email=x@example.com"]
    return subprocess.run(["git", *who, *arguments], check=True, capture_output=True, text=True).stdout


def commit_all() -> None:
    git("commit", "--quiet", "--all", "--message", "Edit")


def rows() -> Rows:
    found: Rows = json.loads(BASELINE.read_text())["cases"]
    return found


def edit_baseline(change: Callable[[Rows], object]) -> None:
    """Edit the default branch's baseline."""
    content = json.loads(BASELINE.read_text())
    change(content["cases"])
    BASELINE.write_text(json.dumps(content))
    commit_all()


def store(change: Callable[[Rows], object]) -> None:
    """Edit the baseline that the pull requests are held against."""
    edit_baseline(change)
    rebase_all()


def forget_definition() -> None:
    """Make the stored trials those of an earlier definition, so that every recorded trial of today's is a new one."""
    content = json.loads(BASELINE.read_text())
    BASELINE.write_text(json.dumps({**content, "agent_fingerprint": "0" * 64}))
    commit_all()


def set_counts(case: str, ok: int, runs: int) -> Callable[[Rows], None]:
    """A row of `ok` passes in `runs`, all failures being of correctness."""

    def change(cases: Rows) -> None:
        row = cases[case]
        row.update(ok=ok, runs=runs, level=dict.fromkeys(row["level"], 2))
        row["hist"] = {name: [0, 0, runs] for name in row["hist"]} | {"correctness": [runs - ok, 0, ok]}

    return change


def configure(text: str) -> None:
    """Add to the default branch's configuration."""
    path = Path("agent-gate.yml")
    path.write_text(path.read_text() + text)
    rebase_all()


def rebase_all() -> None:
    """Commit what is edited on the default branch, and put the pull requests on top."""
    if git("status", "--porcelain", "--untracked-files=no"):
        commit_all()
    for branch in ("quote-the-policy", "make-replies-concise"):
        git("rebase", "--quiet", "main", branch)
    git("checkout", "--quiet", "main")


def break_recordings(case: str, *definitions: str) -> None:
    """What a changed model or platform looks like: from now on no trial of the case calls a tool."""
    for definition in definitions:
        path = RECORDINGS / definition / f"{case}.json"
        recording = json.loads(path.read_text())
        for transcript in recording["transcripts"]:
            for turn in transcript["turns"]:
                turn.pop("tool_calls", None)
        path.write_text(json.dumps(recording))


def fixture(case: str) -> Path:
    return next(Path("fixtures").rglob(f"{case}.md"))


def cases_of(report: Mapping[str, Any]) -> Rows:
    return {case["case"].partition("/")[2]: case for case in report["comparison"]["cases"]}


def notes_of(report: Mapping[str, Any]) -> str:
    return "\n".join(report["decision"]["notes"])
