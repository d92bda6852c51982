"""`agent-gate score`, `report` and `compare`: one stage alone, from run folders."""

import sys
from argparse import Namespace
from dataclasses import replace
from pathlib import Path

from pydantic import TypeAdapter

from gate.cli.deciding import read_config
from gate.cli.evaluate import conduct
from gate.cli.present import publish, tables
from gate.cli.versus import versus
from gate.cli.workspace import read_suite
from gate.config import Config
from gate.errors import ExitCode, RepositoryError, UsageError
from gate.fixtures.suite import Suite
from gate.model.comparison import Comparison
from gate.repository.repository import Repository
from gate.scoring.checks import CHECKS_VERSION
from gate.store import RunFolder


def score(arguments: Namespace) -> int:
    """Score kept transcripts again, with today's fixtures, checks and judge; no agent is called."""
    with RunFolder.open(Path(arguments.folder)) as folder:
        if arguments.as_run:
            folder.restore_inputs()
        else:
            _take_todays_scorers(folder)
        folder.set_scores_aside()
        report = conduct(folder, None, rescore=True)
    return publish(report, as_json=arguments.json)


def report(arguments: Namespace) -> int:
    """Write a run's reports again from what its folder holds."""
    with RunFolder.open(Path(arguments.folder)) as folder:
        made = conduct(folder, None)
    return publish(made, as_json=arguments.json)


def compare(arguments: Namespace) -> int:
    """Compare two runs: the head results of A are taken as accepted, those of B held against them."""
    with RunFolder.open(Path(arguments.base)) as base, RunFolder.open(Path(arguments.head)) as head:
        comparison = versus(base, head)
    if arguments.json:
        sys.stdout.write(TypeAdapter(Comparison).dump_json(comparison, indent=1).decode() + "\n")
    else:
        print(tables(comparison))
    return ExitCode.PASS


def _take_todays_scorers(folder: RunFolder) -> None:
    """Give the run the fixtures and the judge of the working tree; cases that are gone stay as they were."""
    inputs = folder.inputs()
    today, suite = _today(Path(inputs.root))
    current = {case.key: case for case in suite.cases}
    cases = tuple(current.get(case.key, case) for case in inputs.cases)
    config = inputs.config.model_copy(update={"judge": today.judge, "prices": {**inputs.config.prices, **today.prices}})
    folder.replace_inputs(replace(inputs, cases=cases, config=config, checks_version=CHECKS_VERSION))


def _today(root: Path) -> tuple[Config, Suite]:
    try:
        with Repository.discover(root) as repository:
            tree = repository.work_tree()
            config = read_config(tree)[1]
            return config, read_suite(tree, config)
    except RepositoryError as error:
        hint = "score it with the fixtures as they were: `agent-gate score DIR --as-run`"
        raise UsageError(f"the repository of this run is not at {root} any more", hint) from error
