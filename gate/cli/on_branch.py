"""Runs that belong to no pull request: by hand, by the clock, after a push, and for the merge queue."""

from dataclasses import replace

from gate.cli.baseline_commit import commit_baselines
from gate.cli.delivery import Delivery
from gate.cli.evaluate import evaluate, noted
from gate.cli.on_pull_request import ask_of, evaluate_sides, settled_code
from gate.cli.people import ask_people
from gate.cli.shallow import repository_root
from gate.cli.stored import require_default_branch
from gate.cli.upkeep import keep_baselines
from gate.cli.workspace import open_workspace
from gate.errors import ExitCode, HostError, UnreachableError
from gate.github.activity import EvaluateBranch, EvaluateMergeGroup
from gate.github.signoff.standing import carried
from gate.model.report import Report
from gate.model.words import Conclusion, Tier
from gate.verdicts.decision import Rules, decide


def evaluate_branch(todo: EvaluateBranch, delivery: Delivery) -> int:
    """Evaluate the job's commit against the default branch; then, if asked, count it into the branch's baseline."""
    head = delivery.job.sha or "HEAD"
    if todo.record:
        return _evaluate_and_record(todo, head, delivery)
    report = evaluate_sides(delivery, "", head, todo.tier, str(todo.tier))
    code = delivery.finish(report)
    ask_people(report, delivery)
    return code


def evaluate_merge_group(todo: EvaluateMergeGroup, delivery: Delivery) -> int:
    """Evaluate what the queue would merge; at once when its files are those of a pull request that passed."""
    with delivery.on_commit(todo.head_sha):
        if todo.number is not None and (passed := _equal_and_passed(todo, todo.number, delivery)):
            delivery.status(todo.head_sha, "success", f"the same files as {passed[:7]}, which passed")
            delivery.note(f"the merge result has the same files as {passed[:7]}, which passed")
            told = ExitCode.COULD_NOT_TELL if delivery.undelivered else ExitCode.PASS
            return delivery.concluded(Conclusion.PASS, told)
        report = evaluate_sides(delivery, todo.base_sha, todo.head_sha, Tier.PULL_REQUEST, "merge-queue")
        return delivery.finish(_with_acceptance(report, todo.number, delivery), sha=todo.head_sha)


def _equal_and_passed(todo: EvaluateMergeGroup, number: int, delivery: Delivery) -> str:
    """The head commit of the pull request when the merge result has its files and it passed; else empty."""
    if delivery.host is None:
        return ""
    try:
        head = delivery.host.pull_request(number).head_sha
        same = delivery.host.tree(head) == delivery.host.tree(todo.head_sha)
    except (HostError, UnreachableError):
        return ""
    return head if same and settled_code(head, delivery) == ExitCode.PASS else ""


def _with_acceptance(report: Report, number: int | None, delivery: Delivery) -> Report:
    """The report decided anew with what a person accepted in the pull request, if that covers the merge result."""
    if delivery.host is None or number is None:
        return report
    try:
        pull_request = delivery.host.pull_request(number)
        found = carried(pull_request, report, delivery.host, delivery.identity)
    except (HostError, UnreachableError) as error:
        delivery.note(f"{error.message}; an acceptance in the pull request is not taken into account")
        return report
    if found is None:
        return report
    rules = Rules(acceptance=report.decision.acceptance, sign_off=found.sign_off)
    return replace(report, plan=found.plan, decision=decide(found.plan, report.comparison, rules))


def _evaluate_and_record(todo: EvaluateBranch, head: str, delivery: Delivery) -> int:
    """A run that passed still fails when counts that fell wait for a person."""
    with open_workspace(repository_root(delivery), "", head) as workspace:
        require_default_branch(workspace.root, workspace.head.revision.sha)
        report = evaluate(workspace, ask_of(workspace, delivery, todo.tier, str(todo.tier)))
        with delivery.log.group("Baseline"):
            kept = keep_baselines(workspace, report)
        code = delivery.finish(noted(report, kept.notes))
        ask_people(report, delivery)
        commit_baselines(workspace, kept.written, "Count a run of this branch into its baseline", delivery)
    return code or int(kept.exit_code)
