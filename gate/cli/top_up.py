"""After a merge: the pull request's own trials of what is now the default branch go into its baseline."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from gate.cli.baseline_commit import commit_baselines
from gate.cli.delivery import Delivery
from gate.cli.merged import count_merged
from gate.cli.on_run_end import may_be_made_up
from gate.cli.shallow import repository_root
from gate.cli.workspace import open_workspace
from gate.errors import ExitCode, UsageError
from gate.github.activity import TopUp
from gate.github.host import Host
from gate.github.signoff.marks import read_mark, read_published
from gate.github.signoff.result import read_result, unpack
from gate.github.signoff.rules import another_result
from gate.store import RunFolder


def top_up(todo: TopUp, delivery: Delivery) -> int:
    """Add the merged pull request's head trials to the baselines of the default branch, and commit them.

    They come from the artifact of the result the gate itself reported for the pull request. What is missing for that
    is said; the next recorded baseline makes up for it.
    """
    if delivery.host is None:
        raise UsageError("without a token no result can be found", "give the action one: `token:`")
    found = _merged(todo.sha, delivery.host, delivery)
    if isinstance(found, str):
        delivery.note(f"the baseline stays as it is: {found}")
        return ExitCode.PASS
    with open_workspace(repository_root(delivery), todo.sha, todo.sha) as workspace, _unpacked(found) as folder:
        kept = count_merged(workspace, [folder], "")
        for note in kept.notes:
            delivery.note(note)
        commit_baselines(workspace, kept.written, f"Count the trials of #{found.number} into the baseline", delivery)
    return int(kept.exit_code)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Merged:
    """A merged pull request, and the run folder of its result as a zip."""

    number: int
    content: bytes


def _merged(sha: str, host: Host, delivery: Delivery) -> _Merged | str:
    """What a pull request brought to this commit; a reason in words when there is nothing to count."""
    requests = host.merged_by(sha)
    if len(requests) != 1:
        return f"{sha[:7]} is the merge of no single pull request"
    request = requests[0]
    if request.is_fork or may_be_made_up(request.number, host):
        return f"trials of #{request.number} are not taken, since it could have made them up"
    mark = read_mark(host.statuses(request.head_sha), delivery.identity, request.base_ref)
    evaluated = mark.evaluated if mark else request.head_sha
    published = read_published(host.statuses(evaluated), delivery.identity)
    content = host.artifact(delivery.settings.artifact, evaluated)
    if published is None or content is None:
        return f"#{request.number} left no result of its last commit"
    with TemporaryDirectory(prefix="agent-gate-") as folder:
        unpack(content, Path(folder))
        if another_result(read_result(Path(folder)).digest, published) is not None:
            return f"the artifact of #{request.number} is not of the result that was reported"
    return _Merged(number=request.number, content=content)


@contextmanager
def _unpacked(found: _Merged) -> Iterator[Path]:
    """The run folder for as long as the context lasts: the files a result is read from, and its plan."""
    with TemporaryDirectory(prefix="agent-gate-") as place:
        folder = Path(place)
        unpack(found.content, folder)
        run = RunFolder(folder)
        run.save_start(run.inputs(), read_result(folder).plan)
        yield folder
