"""A pull request's run: what is evaluated, against what, and what is said where."""

from dataclasses import replace
from datetime import UTC, datetime

from gate.cli.charts import charts
from gate.cli.delivery import Delivery
from gate.cli.evaluate import Ask, evaluate, noted
from gate.cli.merge import merge_shards
from gate.cli.quota import workflow_runs
from gate.cli.shallow import ASKED_HOST, has_commit, parted_by_host, repository_root
from gate.cli.workspace import Workspace, open_workspace
from gate.config import CommandDriver, VerdictsConfig
from gate.errors import ExitCode, GateError, HostError, UnreachableError, UsageError
from gate.github.activity import EvaluatePullRequest
from gate.github.host import Host, PullRequest
from gate.github.signoff.load import Desk
from gate.github.signoff.standing import uphold, void
from gate.github.status import exit_code_of
from gate.model.report import Report
from gate.model.words import Conclusion, Tier
from gate.planning.sides import Scope
from gate.repository.fetch import fetch_commits, fetch_pull_request
from gate.repository.git import Git
from gate.repository.repository import Repository

_MODES = ("fast", "standard", "strict")
"""From the weakest to the strongest look."""


def evaluate_pull_request(todo: EvaluatePullRequest, delivery: Delivery) -> int:
    """Evaluate the pull request's newest commit that is in the clone, and deliver what comes of it."""
    pull_request = _as_it_is_now(todo, delivery)
    if pull_request.state == "closed":
        delivery.note(f"pull request {pull_request.number} is closed: nothing to decide")
        return ExitCode.PASS
    if todo.pushed:
        number = pull_request.number
        delivery.attempt("take off a label a push has overtaken", lambda host: void(number, host, delivery.identity))
    if accepted(pull_request, delivery):
        told = ExitCode.COULD_NOT_TELL if delivery.undelivered else ExitCode.PASS
        return delivery.concluded(Conclusion.ACCEPTED, told)
    if todo.settled_will_do and (code := settled_code(pull_request.head_sha, delivery)) is not None:
        delivery.note(f"nothing new to evaluate: {pull_request.head_sha[:7]} has its result, see its status")
        return delivery.concluded(None, code)
    with delivery.or_no_result(pull_request.head_sha):
        base, head = _sides(pull_request, todo.told, delivery)
    with delivery.on_commit(head):
        label = f"pr-{pull_request.number}"
        try:
            report = evaluate_sides(delivery, base, head, todo.tier, label, stranger=pull_request.is_fork)
        except GateError as error:
            if _is_newest(pull_request.number, head, delivery):
                delivery.comment_no_result(error, head, pull_request.number)
            raise
        newest = _is_newest(pull_request.number, head, delivery)
        signed = head == pull_request.head_sha and accepted(pull_request, delivery)  # while this ran
        code = delivery.finish(report, sha="" if signed else head, number=pull_request.number if newest else None)
        if signed and not delivery.undelivered:
            return delivery.concluded(Conclusion.ACCEPTED, ExitCode.PASS)
        return code


def evaluate_sides(
    delivery: Delivery, base: str, head: str, tier: Tier, label: str, *, stranger: bool = False
) -> Report:
    """One run over two commits, judged as the base's configuration and the step's inputs say, or made of its shards.

    `stranger`: the head is of a fork. Raises `UsageError` when that would run the fork's own program with rights.
    """
    settings = delivery.settings
    if settings.merge:
        return _merged(delivery, head, label)
    root = repository_root(delivery)
    parted = parted_by_host(root, base, head, delivery)
    with open_workspace(root, base, head, parted) as workspace:
        if stranger:
            _refuse_programs(workspace, delivery)
        report = evaluate(workspace, replace(ask_of(workspace, delivery, tier, label), of_fork=stranger))
        delivery.maps = charts(workspace, report.plan) if delivery.job.summary else ()
    return noted(report, (ASKED_HOST.format(parted=parted[:7]),)) if parted else report


def _refuse_programs(workspace: Workspace, delivery: Delivery) -> None:
    """A program beside the gate can read its token; only `pull_request` jobs of forks have one that may do nothing."""
    programs = [name for name, one in workspace.config.agents.items() if isinstance(one.driver, CommandDriver)]
    if programs and delivery.job.event_name != "pull_request":
        raise UsageError(
            f"the commit is of a fork, and {' and '.join(programs)} is a program of its own (driver `command`): on "
            f"`{delivery.job.event_name}` it would run with the rights of this job",
            "let a `pull_request` job evaluate it, or push the reviewed commit to a branch of this repository",
        )


def ask_of(workspace: Workspace, delivery: Delivery, tier: Tier, label: str) -> Ask:
    """What the step's inputs ask of a run, over what the configuration says."""
    settings = delivery.settings
    scope = Scope(
        tier=tier,
        cases=settings.cases,
        agents=settings.agents,
        day=datetime.now(UTC).date(),
        shard=settings.part,
    )
    asked: dict[str, str | None] = {"policy": settings.policy, "mode": settings.mode}
    if delivery.job.event_name == "workflow_dispatch" and settings.pull_request is not None:
        asked = _no_weaker(workspace.config.verdicts, delivery)
    given = {key: value for key, value in asked.items() if value is not None}
    verdicts = VerdictsConfig.model_validate(workspace.config.verdicts.model_dump() | given)
    earlier = workflow_runs(delivery.host, delivery.job.run_id)
    return Ask(scope=scope, verdicts=verdicts, label=label, begun=delivery.begun, earlier=earlier)


def _no_weaker(configured: VerdictsConfig, delivery: Delivery) -> dict[str, str | None]:
    """What a person who starts a pull request's run by hand may ask: its status is what the configuration promises."""
    mode, policy = delivery.settings.mode, delivery.settings.policy
    if mode is not None and _MODES.index(mode) < _MODES.index(configured.mode):
        delivery.note(f"the configured mode {configured.mode} is used and not {mode}: the status stands for it")
        mode = None
    if policy not in {None, configured.policy}:
        delivery.note(f"the configured policy {configured.policy} is used and not {policy}: the status stands for it")
    return {"mode": mode}


def _merged(delivery: Delivery, head: str, label: str) -> Report:
    """The run whose shards other jobs made. Raises `UsageError` when they are of another commit."""
    place = delivery.job.workspace / delivery.settings.merge
    report = merge_shards([place], repository_root(delivery), label=label)
    if report.plan.head.sha != head:
        hint = "let every job of the workflow run on the same event"
        raise UsageError(f"the shards are of {report.plan.head.short}, not of {head[:7]}", hint)
    return report


def accepted(pull_request: PullRequest, delivery: Delivery) -> bool:
    """Whether a person's acceptance stands on the head commit; its status is then set again, and that is said."""
    found: list[str] = []

    def look(host: Host) -> None:
        desk = Desk(identity=delivery.identity, run_url=delivery.job.run_url)
        outcome = uphold(pull_request, host, desk) if delivery.sets_status else None
        if outcome is not None:
            found.append(outcome.text)

    delivery.attempt("look for an acceptance of this commit", look)
    for text in found:
        delivery.tell(text)
    return bool(found)


def settled_code(sha: str, delivery: Delivery) -> int | None:
    """The exit code of what the gate itself last said of a commit; None when that is not settled or not to be read."""
    if delivery.host is None or not delivery.sets_status:
        return None
    try:
        statuses = delivery.host.statuses(sha)
    except (HostError, UnreachableError):
        return None
    own = [one for one in statuses if (one.context, one.creator) == (delivery.context, delivery.settings.account)]
    return exit_code_of(own[0].state) if own else None


def _as_it_is_now(todo: EvaluatePullRequest, delivery: Delivery) -> PullRequest:
    """The pull request by the API, else as the event told it: what runs may still be decided by exit code."""
    if delivery.host is not None:
        try:
            return delivery.host.pull_request(todo.number)
        except (HostError, UnreachableError) as error:
            if todo.told is None:
                raise
            delivery.note(f"{error.message}; going by what the event said of the pull request")
    if todo.told is None:
        raise UsageError(f"pull request {todo.number} cannot be read without a token", "give the action one: `token:`")
    return todo.told


def make_known(pull_request: PullRequest, sha: str, delivery: Delivery) -> None:
    """Have a commit of a pull request in the clone: one from a fork is in none that was made of branches.

    Raises `RepositoryError` with the remedy when it cannot be had.
    """
    root = repository_root(delivery)
    with Repository.discover(root) as repository:
        if has_commit(repository, sha):
            return
        token = delivery.settings.token.get_secret_value()
        git, url = Git(repository.root), delivery.job.url
        if not repository.is_shallow():
            fetch_pull_request(git, url, pull_request.number, token)
        elif delivery.host is not None:
            fetch_commits(git, url, [sha], token)
        repository.resolve(sha)


def _sides(now: PullRequest, told: PullRequest | None, delivery: Delivery) -> tuple[str, str]:
    """Base and head to compare, both in the clone; their merge base is what the head is held against.

    The run of an older push has a clone without the newest commit: it evaluates the commit it was started for, and
    leaves the newest to that one's run.
    """
    with Repository.discover(repository_root(delivery)) as repository:
        known = [one for one in (now, told or now) if has_commit(repository, one.head_sha)] or [now]
        make_known(known[0], known[0].head_sha, delivery)
        base = next((ref for ref in (known[0].base_sha, now.base_sha) if has_commit(repository, ref)), now.base_ref)
        if delivery.host is not None and repository.is_shallow() and not has_commit(repository, base):
            return now.base_sha, known[0].head_sha
        return repository.resolve(base), known[0].head_sha


def _is_newest(number: int, sha: str, delivery: Delivery) -> bool:
    """Whether the comment may say this result: not when a newer commit, whose run will say its own, is there."""
    if delivery.host is None:
        return True
    try:
        newest = delivery.host.pull_request(number).head_sha
    except (HostError, UnreachableError):
        return True  # what posting then meets is said there
    if newest != sha:
        delivery.note(f"pull request {number} moved on to {newest[:7]}: the comment is left to that commit's run")
    return newest == sha
