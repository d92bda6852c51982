"""`agent-gate lint`: every error of fixtures, with file, line and remedy; works with and without a configuration."""

import json
import sys
from argparse import Namespace
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
from os import path as ospath
from pathlib import Path

from gate.cli.deciding import read_config
from gate.errors import ExitCode, RepositoryError, UsageError
from gate.fixtures.lint import MANIFEST_NAMES, case_json
from gate.fixtures.lint import lint as lint_tree
from gate.fixtures.suite import Suite, ordered
from gate.model.counting import count
from gate.model.problem import ProblemLevel
from gate.planning.misnamed import misnamed
from gate.planning.outline import Outline, configured_outlines
from gate.ports import Tree
from gate.reports.escape import terminal
from gate.repository.repository import Repository
from gate.repository.trees import FolderTree


@dataclass(frozen=True, slots=True, kw_only=True)
class _Place:
    """Where fixtures are looked for. `prefix` makes a path of the tree one that the person knows."""

    tree: Tree
    paths: Sequence[str]
    outlines: Sequence[Outline] = ()
    test_data: str = ""
    prefix: str = ""


def lint(arguments: Namespace) -> int:
    """Lint the named files and folders, or the configured fixtures root; 2 when there are errors."""
    with _places(tuple(arguments.paths)) as places:
        suites = [_lint(place) for place in places]
    problems = [problem for suite in suites for problem in suite.problems]
    cases = [case for suite in suites for case in suite.cases]
    errors = sum(problem.level is ProblemLevel.ERROR for problem in problems)
    warnings = f", {count(len(problems) - errors, 'warning')}" if len(problems) > errors else ""
    if arguments.json:
        data = {"cases": [case_json(case) for case in cases], "problems": [asdict(problem) for problem in problems]}
        print(json.dumps(data, indent=1))
    for problem in problems:
        print(terminal_lines(str(problem)), file=sys.stderr)
    print(f"agent-gate: {count(len(cases), 'usable case')}, {count(errors, 'error')}{warnings}", file=sys.stderr)
    return ExitCode.CONFIGURATION if errors else ExitCode.PASS


def terminal_lines(text: str) -> str:
    """Text of several lines, each made safe for a terminal."""
    first, *more = text.split("\n")
    return "\n".join([terminal(first), *(f"  {terminal(line.strip())}" for line in more)])


def _lint(place: _Place) -> Suite:
    agents = [outline.name for outline in place.outlines]
    suite = lint_tree(place.tree, place.paths, agents=agents, test_data=place.test_data)
    unusable = [replace(case, id=case.id or case.path) for case in suite.unusable]
    warnings = misnamed(place.tree, place.outlines, (*suite.cases, *unusable))
    problems = ordered((*suite.problems, *warnings))
    return Suite(
        cases=tuple(replace(case, path=_known_as(place, case.path)) for case in suite.cases),
        problems=tuple(replace(one, path=_known_as(place, one.path)) for one in problems),
        data=suite.data,
    )


def _known_as(place: _Place, path: str) -> str:
    return str(Path(place.prefix, path))


@contextmanager
def _places(paths: Sequence[str]) -> Iterator[list[_Place]]:
    """The configured repository when it holds every path, else the named folders by themselves."""
    repository = _repository()
    if repository is None:
        yield _alone(paths)
        return
    with repository:
        configured = _configured(repository, paths)
        yield [configured] if configured else _alone(paths)


def _repository() -> Repository | None:
    try:
        return Repository.discover(Path.cwd())
    except RepositoryError:
        return None


def _configured(repository: Repository, paths: Sequence[str]) -> _Place | None:
    tree = repository.work_tree()
    try:
        _text, config = read_config(tree)
    except UsageError:
        if paths:
            return None
        raise
    inside = [ospath.relpath(ospath.realpath(path), ospath.realpath(repository.root)) for path in paths]
    known = tree.paths()
    if not all(path == "." or any(one == path or one.startswith(f"{path}/") for one in known) for path in inside):
        return None
    return _Place(
        tree=tree,
        paths=inside or [config.fixtures],
        outlines=configured_outlines(tree, config),
        test_data=config.test_data,
    )


def _alone(paths: Sequence[str]) -> list[_Place]:
    """Each path by itself, in the nearest folder at or above it that holds test data, else in its own."""
    return [_place(Path(path)) for path in paths or ["."]]


def _place(path: Path) -> _Place:
    folder = path if path.is_dir() else path.parent
    above = [Path(ospath.relpath(one)) for one in (folder.resolve(), *folder.resolve().parents)]
    root = next((one for one in above if any((one / name).is_file() for name in MANIFEST_NAMES)), folder)
    return _Place(tree=FolderTree(root), paths=[ospath.relpath(path, root)], prefix=str(root))
