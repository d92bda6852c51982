"""What the command line asks of a run."""

from argparse import Namespace
from pathlib import Path

from gate.cli.evaluate import Ask
from gate.cli.selection import scope_of, verdicts_of
from gate.cli.workspace import Workspace


def ask_of(arguments: Namespace, workspace: Workspace) -> Ask:
    """Selection, policy and place of a run. Raises `UsageError` for arguments that contradict each other."""
    return Ask(
        scope=scope_of(arguments),
        verdicts=verdicts_of(arguments, workspace.config),
        label=getattr(arguments, "label", ""),
        shuffle=getattr(arguments, "shuffle", None),
        runs=Path(runs) if (runs := getattr(arguments, "runs", None)) else None,
    )
