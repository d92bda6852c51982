"""The second stage for pull requests from forks: a job with rights shows what a job without rights came to."""

from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

from gate.cli.delivery import Delivery
from gate.cli.on_pull_request import accepted
from gate.errors import ExitCode, GateError, NotFoundError, StoreError, UsageError
from gate.github.activity import Publish
from gate.github.host import MOST_CHANGED_FILES, Host, PullRequest
from gate.github.signoff.result import unpack
from gate.github.status import of_report
from gate.model.report import Report
from gate.reports.machine import parse_report

_GATE_FILES = ".github/"
"""What a pull request would change to have its own run say anything at all."""


def publish_result(todo: Publish, delivery: Delivery) -> int:
    """Tell a pull request what the run without rights came to, from what that run left behind.

    Who wrote the pull request may control what its run did, so what it left is shown and not believed: its commit is
    held against the pull request's, a broken file is refused, nothing of it is executed or written to a path it names,
    and its word for green does not count when the pull request changes what runs the gate.
    """
    host = delivery.host
    if host is None:
        raise UsageError("without a token nothing can be told to a pull request", "give the action one: `token:`")
    found = [one for one in host.open_pull_requests(todo.owner, todo.branch) if one.head_sha == todo.head_sha]
    if not found:
        delivery.note(f"no open pull request is at {todo.head_sha[:7]}: nothing to tell")
    if len({one.base_ref for one in found}) > 1:
        _refuse_shared(found, delivery)
        return ExitCode.COULD_NOT_TELL
    for pull_request in found:
        if accepted(pull_request, delivery):
            continue
        with delivery.on_commit(pull_request.head_sha):
            try:
                report = _report(host, pull_request, delivery)
            except GateError as error:
                delivery.comment_no_result(error, pull_request.head_sha, pull_request.number)
                raise
            _publish(report, pull_request, host, delivery)
    return ExitCode.COULD_NOT_TELL if delivery.undelivered else ExitCode.PASS


def _publish(report: Report, pull_request: PullRequest, host: Host, delivery: Delivery) -> None:
    delivery.comment(report, pull_request.number)
    line = of_report(report)
    if line.state == "success" and (why := may_be_made_up(pull_request.number, host)):
        told = f"{why}, so this result may not be the gate's: start it by hand with `pull-request`"
        delivery.status(pull_request.head_sha, "error", told)
    else:
        delivery.status(pull_request.head_sha, line.state, line.description)


def may_be_made_up(number: int, host: Host) -> str:
    """Why what a pull request's own run left may be its author's work and not the gate's; "" = it is the gate's."""
    files = host.changed_files(number)
    touched = [path for path in files if path.startswith(_GATE_FILES)]
    if touched:
        return f"{touched[0]} changes"
    return "more files change than GitHub lists" if len(files) >= MOST_CHANGED_FILES else ""


def _refuse_shared(found: Sequence[PullRequest], delivery: Delivery) -> None:
    """A status belongs to a commit: green for one base branch would be green for the other."""
    into = " and ".join(f"#{one.number} into {one.base_ref}" for one in found)
    told = f"one commit in {into}: a status cannot answer for both, close one"
    delivery.status(found[0].head_sha, "error", told)
    delivery.note(told)


def _report(host: Host, pull_request: PullRequest, delivery: Delivery) -> Report:
    name = delivery.settings.artifact
    content = host.artifact(name, pull_request.head_sha)
    if content is None:
        hint = "its log says why; the job that evaluates uploads the run folder with `if: always()`"
        raise NotFoundError(f"the run of {pull_request.head_sha[:7]} left no artifact {name!r}", hint)
    with TemporaryDirectory() as folder:
        unpack(content, Path(folder))
        report = parse_report((Path(folder) / "report.json").read_text(encoding="utf-8", errors="replace"))
    if report.plan.head.sha != pull_request.head_sha:
        raise StoreError(f"the artifact is not of {pull_request.head_sha[:7]}", "run the gate again for this commit")
    parted = host.merge_base(pull_request.base_sha, pull_request.head_sha)
    if report.plan.base.sha != parted:
        hint = f"run the gate again for this pull request, which parted from {pull_request.base_ref} at {parted[:7]}"
        raise StoreError(f"the artifact compares with {report.plan.base.short}, not with {parted[:7]}", hint)
    return report
