"""Git, the clone and the places that are written to."""

import re
import tempfile
from collections.abc import Iterator
from pathlib import Path

from gate.cli.diagnoses.diagnosis import Diagnosis, fine, problem, problem_of, unknown
from gate.cli.workspace import DEFAULT_BRANCH
from gate.errors import RepositoryError
from gate.repository.git import FETCH_HINT, Git
from gate.repository.repository import Repository

OLDEST_GIT = (2, 31)
"""The first git that takes settings from numbered environment variables."""


def git_program(root: Path) -> Diagnosis:
    """Whether git is there and young enough."""
    try:
        said = Git(root).ask("version").text
    except RepositoryError as error:
        return problem_of("git", error)
    found = re.search(r"(\d+)\.(\d+)", said)
    if found and (int(found[1]), int(found[2])) < OLDEST_GIT:
        wanted = ".".join(map(str, OLDEST_GIT))
        return problem("git", f"{said} is too old", f"install git {wanted} or newer")
    return fine("git", said)


def history(repository: Repository) -> Iterator[Diagnosis]:
    """The default branch, how far the clone reaches back, and where this line of work left the default branch."""
    if repository.is_shallow():
        yield problem("history", "the clone is shallow: what changed may not be known", FETCH_HINT)
    else:
        yield fine("history", "whole")
    try:
        branch = repository.default_branch(DEFAULT_BRANCH)
        yield fine("default branch", branch)
    except RepositoryError as error:
        remedy = FETCH_HINT if repository.is_shallow() else "fetch it (`git fetch origin`), or make its first commit"
        yield problem("default branch", error.message, remedy)
        yield unknown("merge base", "there is no default branch to ask about")
        return
    try:
        yield fine("merge base", f"{repository.merge_base(branch, 'HEAD')[:7]} of {branch} and HEAD")
    except RepositoryError as error:
        yield problem_of("merge base", error)


def run_folders(runs: Path) -> Diagnosis:
    """Whether run folders can be made."""
    place = next(folder for folder in (runs, *runs.parents) if folder.exists())
    try:
        with tempfile.TemporaryFile(dir=place):
            return fine("run folders", f"can be written below {runs}")
    except OSError as error:
        says = f"nothing can be written below {place}: {error.strerror}"
        return problem("run folders", says, "set `runs:` in agent-gate.yml to a folder you may write to")
