"""`agent-gate doctor`: looks at everything the gate needs and says what is missing, each with one remedy."""

import json
import os
from argparse import Namespace
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path

from gate.cli.deciding import read_config
from gate.cli.diagnoses import hub, machine, suite
from gate.cli.diagnoses.access import access
from gate.cli.diagnoses.diagnosis import Diagnosis, State, fine, problem_of, unknown
from gate.cli.diagnoses.workflows import workflows
from gate.cli.workspace import DEFAULT_BRANCH
from gate.config import Config
from gate.errors import ExitCode, GateError, RepositoryError
from gate.ports import Tree
from gate.reports.escape import terminal
from gate.repository.git import Git
from gate.repository.repository import Repository

_MARKS: dict[State, str] = {"fine": "ok", "problem": "PROBLEM", "unknown": "unknown"}


def doctor(arguments: Namespace) -> int:
    """Print a line for each thing looked at; 2 when one of them is a problem. Changes nothing."""
    found = list(_examined(Path.cwd()))
    if arguments.json:
        print(json.dumps([asdict(one) for one in found], indent=1))
    else:
        print("\n".join(line for one in found for line in _lines(one)))
    return ExitCode.CONFIGURATION if any(one.state == "problem" for one in found) else ExitCode.PASS


def _examined(start: Path) -> Iterator[Diagnosis]:
    yield machine.git_program(start)
    try:
        repository = Repository.discover(start)
    except RepositoryError as error:
        yield problem_of("repository", error)
        yield unknown("everything else", "needs a repository")
        return
    with repository:
        yield fine("repository", str(repository.root))
        yield from machine.history(repository)
        config = _config(repository.work_tree())
        yield from _held(repository, config)
        needed = config.needed_variables() if isinstance(config, Config) else {}
        counted = isinstance(config, Config) and config.counts_runs
        yield from workflows(repository.work_tree(), needed, counted=counted)
        yield from hub.github(hub.remote(Git(repository.root), os.environ))


def _config(tree: Tree) -> Config | Diagnosis:
    try:
        return read_config(tree)[1]
    except GateError as error:
        return problem_of("configuration", error)


def _held(repository: Repository, config: Config | Diagnosis) -> Iterator[Diagnosis]:
    tree = repository.work_tree()
    if isinstance(config, Diagnosis):
        yield config
        yield unknown("fixtures, baselines, recordings", "need a configuration")
        return
    yield fine("configuration", f"agent-gate.yml names {', '.join(config.agents)}")
    told, cases = suite.fixtures(tree, config)
    yield told
    holding = suite.Holding(
        root=repository.root, tree=tree.followed(), config=config, cases=cases, base=_base(repository)
    )
    yield from suite.agents(holding)
    yield from access(holding)
    yield machine.run_folders(repository.root / config.runs)


def _base(repository: Repository) -> Tree | None:
    try:
        branch = repository.default_branch(DEFAULT_BRANCH)
        return repository.tree(repository.merge_base(branch, "HEAD")).followed()
    except RepositoryError:
        return None


def _lines(one: Diagnosis) -> list[str]:
    says = f"{_MARKS[one.state]:<8}{terminal(one.about)}: {terminal(one.says)}"
    return [says, f"        → {terminal(one.remedy)}"] if one.remedy else [says]
