"""The baselines of the working tree: where they lie, who may write them, what they remember a run by."""

import sys
from collections.abc import Mapping
from pathlib import Path

from gate.baselines.file import read_baseline, write_baseline
from gate.baselines.record import KEEP_AT_MERGE, Origin
from gate.baselines.rows import describe_baseline
from gate.cli.workspace import DEFAULT_BRANCH
from gate.config import Config
from gate.errors import UsageError
from gate.model.baseline import Baseline
from gate.model.counting import count
from gate.repository.repository import Repository

_NAMED = 10
"""Cases that cannot block which are named as a baseline is written."""


def require_default_branch(root: Path, sha: str) -> None:
    """Refuse anything but a commit of the default branch. Raises `UsageError`: a change must not write its own bar."""
    with Repository.discover(root) as repository:
        branch = repository.default_branch(DEFAULT_BRANCH)
        if sha and (sha == repository.resolve(branch) or repository.merge_base(branch, sha) == sha):
            return
    raise UsageError(
        f"{sha[:7] or 'the working tree'} is not on {branch}, and only what the default branch did is counted in a "
        "baseline",
        "merge first; a pull request's new results are accepted by sign-off",
    )


def stored_baselines(root: Path, config: Config) -> dict[str, Baseline]:
    """The baselines of the working tree as they lie on disk, by agent."""
    paths = {agent: baseline_path(root, config, agent) for agent in config.agents}
    return {
        agent: read_baseline(path.read_text(encoding="utf-8"), str(path.relative_to(root)))
        for agent, path in paths.items()
        if path.is_file()
    }


def baseline_path(root: Path, config: Config, agent: str) -> Path:
    """Where an agent's baseline lies."""
    return root / config.baselines / f"{agent}.json"


def write_baselines(written: Mapping[Path, Baseline]) -> None:
    """Write new baselines into the working tree; say so, and which of their cases cannot block and why."""
    for path, baseline in written.items():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(write_baseline(baseline), encoding="utf-8")
        print(
            f"agent-gate: wrote {path} ({count(len(baseline.cases), 'case')}); commit it to accept it", file=sys.stderr
        )
        weak = [row for row in describe_baseline(baseline) if row.note]
        for row in weak[:_NAMED]:
            print(f"  {row.case}, {row.ok:g} of {row.runs:g}: {row.note}", file=sys.stderr)
        if len(weak) > _NAMED:
            print(f"  and {len(weak) - _NAMED} more: `agent-gate baseline show`", file=sys.stderr)


def run_name(started: str, folder: str) -> str:
    """What a baseline remembers a counted run by: its day, and the name its folder was made with."""
    return f"{started[:10]} {folder}"


def keep_share(previous: Baseline | None, origin: Origin) -> float:
    """1 while the definition is the one whose trials are stored; a new one came by a merge: a tenth is forgotten."""
    same = previous is None or previous.agent_fingerprint == origin.agent_fingerprint
    return 1.0 if same else KEEP_AT_MERGE
