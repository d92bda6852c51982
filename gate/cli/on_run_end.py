"""The second stage for pull requests from forks: a job with rights shows what a job without rights came to."""

from pathlib import Path
from tempfile import TemporaryDirectory

from gate.cli.delivery import Delivery
from gate.errors import ExitCode, NotFoundError, StoreError, UsageError
from gate.github.activity import Publish
from gate.github.host import Host, PullRequest
from gate.github.signoff.result import unpack
from gate.github.status import of_report
from gate.model.report import Report
from gate.reports.machine import parse_report

GATE_FILES = ".github/"
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
    for pull_request in found:
        with delivery.on_commit(pull_request.head_sha):
            _publish(_report(host, pull_request, delivery), pull_request, host, delivery)
    return ExitCode.COULD_NOT_TELL if delivery.undelivered else ExitCode.PASS


def _publish(report: Report, pull_request: PullRequest, host: Host, delivery: Delivery) -> None:
    delivery.comment(report, pull_request.number)
    line = of_report(report)
    touched = [path for path in host.changed_files(pull_request.number) if path.startswith(GATE_FILES)]
    if line.state == "success" and touched:
        told = f"{touched[0]} changes, so this result may not be the gate's: start it by hand with `pull-request`"
        delivery.status(pull_request.head_sha, "error", told)
    else:
        delivery.status(pull_request.head_sha, line.state, line.description)


def _report(host: Host, pull_request: PullRequest, delivery: Delivery) -> Report:
    name = delivery.settings.artifact
    content = host.artifact(name, pull_request.head_sha)
    if content is None:
        hint = "upload the run folder in the job that evaluates, with `if: always()`"
        raise NotFoundError(f"the run of {pull_request.head_sha[:7]} left no artifact {name!r}", hint)
    with TemporaryDirectory() as folder:
        unpack(content, Path(folder))
        report = parse_report((Path(folder) / "report.json").read_text(encoding="utf-8", errors="replace"))
    if report.plan.head.sha != pull_request.head_sha:
        raise StoreError(f"the artifact is not of {pull_request.head_sha[:7]}", "run the gate again for this commit")
    return report
