"""`agent-gate baseline`: show, compare and record the accepted results."""

import json
import sys
from argparse import Namespace
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path

from tabulate import tabulate

from gate.baselines.file import read_baseline, write_baseline
from gate.baselines.rows import describe_baseline, diff_baselines
from gate.cli.recording import record_baselines
from gate.cli.workspace import open_workspace, read_baselines, read_config
from gate.errors import ExitCode, StoreError, UsageError
from gate.model.baseline import Baseline
from gate.repository.repository import Repository


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


def record(arguments: Namespace) -> int:
    """Run the definition of a commit and write its results as the baselines of the working tree."""
    with open_workspace(Path.cwd(), arguments.ref or "HEAD", arguments.ref) as workspace:
        written = record_baselines(workspace, arguments.agent or (), arguments.trials, arguments.release)
    for path, baseline in written.items():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(write_baseline(baseline), encoding="utf-8")
        print(f"agent-gate: wrote {path} ({len(baseline.cases)} cases); commit it to accept it", file=sys.stderr)
    return ExitCode.PASS


def _page(baseline: Baseline) -> str:
    rows = [asdict(row) for row in describe_baseline(baseline)]
    signed = [f"  {one.at} {one.by} accepted {', '.join(one.cases)}: {one.reason}" for one in baseline.history]
    head = f"{baseline.agent}, recorded at commit {baseline.commit[:7] or 'unknown'} by gate {baseline.gate_version}"
    return "\n".join([head, "", tabulate(rows, headers="keys"), *_section("sign-offs", signed)])


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
        raise StoreError(f"{name} cannot be read: {error.strerror}", "name a baseline file or REF:PATH") from error
