"""`agent-gate run`: the whole flow, or what is left of an interrupted one."""

from argparse import Namespace
from pathlib import Path

from gate.cli.asking import ask_of
from gate.cli.evaluate import evaluate, resume
from gate.cli.planning import print_plan
from gate.cli.present import publish
from gate.cli.workspace import open_workspace


def run(arguments: Namespace) -> int:
    """Run, and exit with what the gate decided."""
    if arguments.resume:
        report = resume(Path(arguments.resume))
    else:
        with open_workspace(Path.cwd(), arguments.base, arguments.head) as workspace:
            ask = ask_of(arguments, workspace)
            if arguments.dry_run:
                return print_plan(workspace.plan(ask.scope), as_json=arguments.json)
            report = evaluate(workspace, ask)
    return publish(report, as_json=arguments.json)
