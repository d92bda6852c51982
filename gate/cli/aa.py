"""`agent-gate aa`: base against base. How often this suite flips by itself, and what that would do to simple rules."""

import json
import sys
from argparse import Namespace
from collections import defaultdict
from dataclasses import asdict
from pathlib import Path
from random import Random

from tabulate import tabulate

from gate.cli.recording import Recorded, recorded
from gate.cli.workspace import open_workspace
from gate.errors import CouldNotTellError, ExitCode
from gate.model.comparison import CaseInput
from gate.model.counting import count
from gate.model.words import Outcome
from gate.verdicts.confirm import ConfirmOptions
from gate.verdicts.flips import Cost, FlipReport, expected_cost, flip_report
from gate.verdicts.inputs import case_inputs

_SEED = 20


def aa(arguments: Namespace) -> int:
    """Run the base definition several times a case and print its own flip rates and what a pull request will cost."""
    with (
        open_workspace(Path.cwd(), "HEAD", "HEAD") as workspace,
        recorded(workspace, arguments.agent or (), arguments.trials, "aa") as run,
    ):
        found = flip_report(_outcomes(run))
        cost = _cost(run, found)
        folder = run.folder.path
    print(f"run folder: {folder}", file=sys.stderr)
    if arguments.json:
        print(json.dumps({**asdict(found), "cost": asdict(cost)}))
    else:
        print(_page(found, cost))
    return ExitCode.PASS


def _outcomes(run: Recorded) -> dict[str, list[Outcome]]:
    outcomes: dict[str, list[Outcome]] = defaultdict(list)
    for scores in run.folder.all_scores():
        outcomes[scores.case].append(run.setting.outcome(scores))
    return outcomes


def _cost(run: Recorded, found: FlipReport) -> Cost:
    setting = run.setting
    scored = {one.case for one in found.cases if one.trials}
    if not scored:
        raise CouldNotTellError("no trial came to an end", f"see {run.folder.path / 'run.log'}")
    inputs = case_inputs(
        setting.inputs.cases, setting.plan, setting.inputs.baselines, setting.scorers, advisory=setting.advisory
    )
    rules = setting.inputs.config.verdicts
    known: list[CaseInput] = [one for one in inputs if one.case in scored]
    options = ConfirmOptions(mode=rules.mode, alpha=rules.alpha)
    return expected_cost(known, found, options, Random(_SEED))  # noqa: S311 - a simulation, no secret


def _page(found: FlipReport, cost: Cost) -> str:
    rows = [
        {"case": one.case, "passed": f"{one.passed} of {one.trials}", "two trials differ": f"{one.rate:.0%}"}
        for one in found.cases
    ]
    trials = sum(one.trials for one in found.cases)
    phases = ", ".join(f"{phase} {mean:.1f}" for phase, mean in cost.phases.items())
    lines = [
        tabulate(rows, headers="keys"),
        "",
        f"{count(trials, 'trial')} of one definition; {found.missing} missing.",
        "An unchanged pull request would be blocked:",
        f"  one trial against one (any-drop)   {found.one_against_one:.0%} of the time",
        f"  majority of three                  {found.majority_of_three:.0%}",
        f"  screen, confirm, control           {cost.blocked:.1%} (played 200 times at these rates)",
        f"It costs {cost.mean:.0f} trials on average, {cost.most} at most in 95 of 100 ({phases}).",
    ]
    return "\n".join(lines)
