"""The step's clone, and what is done about one that was cut off: GitHub knows the history that it lacks."""

from pathlib import Path

from gate.cli.delivery import Delivery
from gate.errors import HostError, RepositoryError, UnreachableError, UsageError
from gate.repository.fetch import fetch_commits
from gate.repository.git import Git
from gate.repository.repository import Repository

ASKED_HOST = "the clone is shallow, so GitHub was asked where base and head parted: {parted}, fetched without history"


def repository_root(delivery: Delivery) -> Path:
    """Where the step's repository is checked out. Raises `UsageError` when there is no such folder."""
    root = delivery.job.workspace / delivery.settings.path
    if not root.is_dir():
        raise UsageError(f"{delivery.settings.path} is no folder of the workspace", "check out before the gate runs")
    return root


def parted_by_host(root: Path, base: str, head: str, delivery: Delivery) -> str:
    """The merge base of two commits by GitHub's word, fetched; "" where git knows it, or where nobody can be asked.

    What then goes wrong is told with the remedy by whoever asks git: a deeper checkout.
    """
    host = delivery.host
    with Repository.discover(root) as repository:
        if host is None or not base or not repository.is_shallow() or _knows_parting(repository, base, head):
            return ""
        try:
            parted = host.merge_base(base, head)
            lacking = [sha for sha in (parted, base) if not has_commit(repository, sha)]
            if lacking:
                token = delivery.settings.token.get_secret_value()
                fetch_commits(Git(repository.root), delivery.job.url, lacking, token)
        except (HostError, UnreachableError, RepositoryError) as error:
            delivery.note(f"the clone is shallow, and the base cannot be had from GitHub either: {error.message}")
            return ""
    return parted


def has_commit(repository: Repository, ref: str) -> bool:
    """Whether the clone has the commit of a ref."""
    try:
        return bool(repository.resolve(ref))
    except RepositoryError:
        return False


def _knows_parting(repository: Repository, base: str, head: str) -> bool:
    try:
        return bool(repository.merge_base(base, head))
    except RepositoryError:
        return False
