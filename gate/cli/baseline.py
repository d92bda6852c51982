"""`agent-gate baseline`: show, compare, watch and record the accepted results."""

import json
import sys
from argparse import Namespace
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from pathlib import Path

from tabulate import tabulate

from gate.baselines.file import read_baseline
from gate.baselines.rows import BaselineRow, describe_baseline, diff_baselines
from gate.cli.deciding import read_baselines, read_config
from gate.cli.merged import count_merged
from gate.cli.recording import Recorded, Task, new_baselines, recording, resumed
from gate.cli.stored import stored_baselines, write_baselines
from gate.cli.topping import top_up, topped_up
from gate.cli.upkeep import Upkeep
from gate.cli.workspace import open_workspace
from gate.errors import ExitCode, GateError, StoreError, UsageError
from gate.fixtures.suite import is_under
from gate.model.baseline import Baseline
from gate.repository.repository import Repository
from gate.verdicts.drift import NIGHTLY_ALPHA, Drift, anchor_drift
from gate.verdicts.unscored import never_scored_words


def show(arguments: Namespace) -> int:
    """Print the accepted results of the working tree's baselines."""
    with Repository.discover(Path.cwd()) as repository:
        tree = repository.work_tree()
        baselines = read_baselines(tree, read_config(tree)[1])
    wanted = {name: one for name, one in baselines.items() if arguments.agent in (None, name)}
    if not wanted:
        raise UsageError("there is no such baseline", "record one: `agent-gate baseline record`")
    if arguments.json:
        print(json.dumps({name: [asdict(row) for row in describe_baseline(one)] for name, one in wanted.items()}))
        return ExitCode.PASS
    for one in wanted.values():
        print(_page(one))
    return ExitCode.PASS


def diff(arguments: Namespace) -> int:
    """Print what differs between two baseline files, on disk or in git (`REF:PATH`)."""
    changes = diff_baselines(_read(arguments.base), _read(arguments.head))
    if arguments.json:
        print(json.dumps([asdict(change) for change in changes]))
    elif changes:
        print(tabulate([asdict(change) for change in changes], headers="keys"))
    else:
        print("the accepted results are the same", file=sys.stderr)
    return ExitCode.PASS


def drift(arguments: Namespace) -> int:
    """Test the working tree's baselines for slow decay since the release anchor; 1 when an agent's is flagged."""
    with Repository.discover(Path.cwd()) as repository:
        tree = repository.work_tree()
        baselines = read_baselines(tree, read_config(tree)[1])
    wanted = {name: one for name, one in baselines.items() if arguments.agent in (None, name)}
    if not wanted:
        raise UsageError("there is no such baseline", "record one: `agent-gate baseline record`")
    alpha = NIGHTLY_ALPHA / len(baselines)
    found = {name: anchor_drift(one.cases, alpha=alpha) for name, one in wanted.items()}
    if arguments.json:
        print(json.dumps({name: asdict(one) for name, one in found.items()}))
    else:
        print("\n".join(line for name, one in found.items() for line in _drift_lines(name, one)))
    return ExitCode.BLOCKED if any(one.flagged for one in found.values()) else ExitCode.PASS


def record(arguments: Namespace) -> int:
    """Write baselines of the working tree: measured anew, topped up, or by the runs of merged changes.

    A working tree that holds what its commit holds is that commit, which the baseline then names.
    """
    if arguments.resume:
        return _told(_resumed(Path(arguments.resume)))
    ref = arguments.ref or ("HEAD" if arguments.top_up or arguments.merged or _is_clean() else "")
    agents = arguments.agent or ()
    with open_workspace(Path.cwd(), ref or "HEAD", ref) as workspace:
        if arguments.top_up:
            return _told(top_up(workspace, agents, arguments.release))
        if arguments.merged:
            return _told(count_merged(workspace, [Path(path) for path in arguments.merged], arguments.release))
        task = Task(trials=arguments.trials, release=arguments.release)
        with recording(workspace, agents, task, "baseline") as run:
            return _told(_anew(run, workspace.baselines))


def _is_clean() -> bool:
    with Repository.discover(Path.cwd()) as repository:
        return repository.is_clean()


def _resumed(path: Path) -> Upkeep:
    with resumed(path) as run:
        inputs, plan = run.setting.inputs, run.setting.plan
        if run.task.anew:
            return _anew(run, stored_baselines(Path(inputs.root), inputs.config))
        with open_workspace(Path(inputs.root), plan.base.sha, plan.head.sha) as workspace:
            return topped_up(workspace, run)


def _anew(run: Recorded, previous: Mapping[str, Baseline]) -> Upkeep:
    notes = (f"run folder: {run.folder.path}", *never_scored_words(run.folder.all_scores()))
    return Upkeep(written=new_baselines(run, previous), notes=notes)


def _told(kept: Upkeep) -> int:
    for note in kept.notes:
        print(f"agent-gate: {note}", file=sys.stderr)
    write_baselines(kept.written)
    return kept.exit_code


def _drift_lines(agent: str, found: Drift) -> list[str]:
    fell = [f"  {case}" for case in found.fell] if found.flagged else []
    return [f"{agent}: {found.explanation}", *fell]


def _page(baseline: Baseline) -> str:
    rows = [_shown(row) for row in describe_baseline(baseline)]
    signed = [f"  {one.at} {one.by} accepted {', '.join(one.cases)}: {one.reason}" for one in baseline.history]
    where = f"at commit {baseline.commit[:7]}" if baseline.commit else "from a working tree"
    head = f"{baseline.agent}, recorded {where} by gate {baseline.gate_version}"
    table = tabulate(rows, headers={"case_class": "class"})
    return "\n".join([head, "", table, "", *_COLUMNS, *_section("sign-offs", signed)])


_COLUMNS = (
    "levels: the score a case has committed to, dimension by dimension; 2 on each that is not named",
    "anchor: its counts at the last release, which slow decay is measured against; none before `--release`",
)


def _shown(row: BaselineRow) -> dict[str, object]:
    return {**asdict(row), "topic": row.topic or "any", "levels": row.levels or "2", "anchor": row.anchor or "none"}


def _section(title: str, lines: Sequence[str]) -> list[str]:
    return ["", f"{title}:", *lines] if lines else []


def _read(name: str) -> Baseline:
    ref, colon, path = name.partition(":")
    if colon and not Path(name).exists():
        with Repository.discover(Path.cwd()) as repository:
            try:
                return read_baseline(repository.tree(ref).read(path).decode("utf-8", "replace"), name)
            except KeyError as error:
                raise StoreError(f"{path} is not in {ref}", "check the path and the ref") from error
    try:
        return read_baseline(Path(name).read_text(encoding="utf-8"), name)
    except OSError as error:
        there = _at(name)
        if there:
            raise StoreError(
                f"{name} is a commit, not a baseline", f"name a file of it: {' or '.join(there)}"
            ) from error
        hint = "name a baseline file, baselines/AGENT.json, or one in git, main:baselines/AGENT.json"
        raise StoreError(f"{name} cannot be read: {error.strerror}", hint) from error


def _at(ref: str) -> list[str]:
    """What to type for the baselines at a branch, tag or commit; nothing when it is none, or has none."""
    try:
        with Repository.discover(Path.cwd()) as repository:
            folder = read_config(repository.work_tree())[1].baselines
            paths = repository.tree(ref).paths()
    except GateError:
        return []
    return [f"{ref}:{path}" for path in paths if is_under(path, folder) and path.endswith(".json")]
