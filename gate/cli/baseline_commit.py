"""Commits new baselines to the branch a job runs on, without a clone that could push."""

from collections.abc import Mapping
from pathlib import Path

from gate.baselines.file import write_baseline
from gate.cli.delivery import Delivery
from gate.cli.stored import write_baselines
from gate.cli.workspace import Workspace
from gate.errors import StaleError, UsageError
from gate.github.host import Host
from gate.model.baseline import Baseline

ATTEMPTS = 3


def commit_baselines(workspace: Workspace, written: Mapping[Path, Baseline], message: str, delivery: Delivery) -> None:
    """Write the baselines into the working tree, and as one commit on the job's branch; nothing when there is none.

    A branch that moved meanwhile takes them too, as long as nobody touched these files. Raises `UsageError` without a
    token or a branch, and what the host raises; what was measured then is in the working tree.
    """
    if not written:
        return
    write_baselines(written)
    host, branch = delivery.host, delivery.job.branch
    if host is None or not branch:
        raise UsageError("a baseline is committed to a branch, with a token", "run on a branch, and give `token:`")
    files = {path.relative_to(workspace.root).as_posix(): write_baseline(one) for path, one in written.items()}
    commit = _commit(host, branch, workspace.head.revision.sha, files, message)
    delivery.note(f"committed {', '.join(sorted(files))} to {branch} in {commit[:7]}")


def _commit(host: Host, branch: str, measured: str, files: Mapping[str, str], message: str) -> str:
    parent = measured
    for left in reversed(range(ATTEMPTS)):
        try:
            return host.commit_files(branch, parent, files, message)
        except StaleError:
            parent = host.tip(branch)
            touched = [path for path in files if host.read_file(path, parent) != host.read_file(path, measured)]
            if touched or not left:
                raise
    raise AssertionError("unreachable: the last attempt returns or raises")
