"""`agent-gate plan`: what changed, what that affects and why, what would run and cost."""

import gc
import json
from argparse import Namespace
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from gate.cli.selection import scope_of, verdicts_of
from gate.cli.workspace import open_workspace
from gate.errors import ExitCode
from gate.model.plan import Plan
from gate.planning.document import plan_json
from gate.planning.shards import shards
from gate.reports.plan_text import plan_tree


def plan(arguments: Namespace) -> int:
    """Print the plan; nothing runs."""
    with _uncollected(), open_workspace(Path.cwd(), arguments.base, arguments.head) as workspace:
        made = workspace.plan(scope_of(arguments), verdicts_of(arguments, workspace.config))
    if not arguments.shards:
        return print_plan(made, as_json=arguments.json)
    parts = [[one.case for one in shard] for shard in shards(made, arguments.shards)]
    print(json.dumps({**plan_json(made), "shards": parts}, indent=1) if arguments.json else _shard_lines(parts))
    return ExitCode.PASS


@contextmanager
def _uncollected() -> Iterator[None]:
    """No garbage collection meanwhile: a plan keeps nearly all it makes, and collecting would walk it over and over."""
    gc.disable()
    try:
        yield
    finally:
        gc.enable()


def print_plan(made: Plan, *, as_json: bool) -> int:
    """Print a plan as a tree for people, or as data."""
    print(json.dumps(plan_json(made), indent=1) if as_json else plan_tree(made))
    return ExitCode.PASS


def _shard_lines(parts: list[list[str]]) -> str:
    return "\n".join(f"shard {number}: {' '.join(part) or '-'}" for number, part in enumerate(parts, start=1))
