"""After a merge: the pull request's own trials of what is now the default branch go into its baseline."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from gate.baselines.file import write_baseline
from gate.baselines.record import KEEP_AT_MERGE, Origin, record
from gate.cli.delivery import Delivery
from gate.cli.on_pull_request import repository_root
from gate.cli.on_run_end import GATE_FILES
from gate.cli.setting import ADVISORY
from gate.cli.workspace import Workspace, open_workspace
from gate.errors import ExitCode, UsageError
from gate.github.activity import TopUp
from gate.github.host import Host
from gate.github.signoff.marks import read_published
from gate.github.signoff.result import Result, read_result, unpack
from gate.github.signoff.rules import another_result
from gate.model.score import TrialScores
from gate.model.words import Arm, Tier
from gate.planning.sides import Scope
from gate.store import RunFolder


def top_up(todo: TopUp, delivery: Delivery) -> int:
    """Add the merged pull request's head trials to the baselines of the default branch, and commit them.

    Only trials of the very definition that is there now count, from the result the gate itself reported for the pull
    request's head. Whatever is missing for that is said; the next recorded baseline then makes up for it.
    """
    host, branch = delivery.host, delivery.job.branch
    if host is None or not branch:
        raise UsageError("a baseline is topped up on a branch, with a token", "run on `push` to the default branch")
    found = _merged(todo.sha, host, delivery)
    if isinstance(found, str):
        delivery.note(f"the baseline stays as it is: {found}")
        return ExitCode.PASS
    with open_workspace(repository_root(delivery), todo.sha, todo.sha) as workspace:
        files = _files(workspace, found.trials, found.result, todo.sha)
    if not files:
        delivery.note("the baseline stays as it is: the merged definition is not the one that was evaluated")
        return ExitCode.PASS
    commit = host.commit_files(branch, todo.sha, files, f"Top up the baseline with the trials of #{found.number}")
    delivery.note(f"topped up {', '.join(sorted(files))} in {commit[:7]}")
    return ExitCode.PASS


@dataclass(frozen=True, slots=True, kw_only=True)
class _Merged:
    """A merged pull request's result, and the trials of its head."""

    number: int
    result: Result
    trials: tuple[TrialScores, ...]


def _merged(sha: str, host: Host, delivery: Delivery) -> _Merged | str:
    """What a pull request brought to this commit; a reason in words when it brought nothing to add."""
    requests = host.merged_by(sha)
    if len(requests) != 1:
        return f"{sha[:7]} is the merge of no single pull request"
    request = requests[0]
    if request.is_fork or any(path.startswith(GATE_FILES) for path in host.changed_files(request.number)):
        return f"trials of #{request.number} are not taken, since it could have made them up"
    published = read_published(host.statuses(request.head_sha), delivery.identity)
    content = host.artifact(delivery.settings.artifact, request.head_sha)
    if published is None or content is None:
        return f"#{request.number} left no result of its last commit"
    with TemporaryDirectory(prefix="agent-gate-") as folder:
        unpack(content, Path(folder))
        result = read_result(Path(folder))
        trials = tuple(one for one in RunFolder(Path(folder)).all_scores() if one.arm is Arm.HEAD)
    if another_result(result.digest, published) is not None:
        return f"the artifact of #{request.number} is not of the result that was reported"
    return _Merged(number=request.number, result=result, trials=trials)


def _files(workspace: Workspace, trials: Sequence[TrialScores], result: Result, sha: str) -> dict[str, str]:
    """New baseline texts by path, of agents whose definition is the evaluated one."""
    evaluated = {agent.name: agent.head_fingerprint for agent in result.plan.agents}
    now = workspace.plan(Scope(tier=Tier.FULL)).agents
    same = [agent.name for agent in now if evaluated.get(agent.name) == agent.head_fingerprint]
    files = {}
    for agent in same:
        own = [trial for trial in trials if trial.case.startswith(f"{agent}/")]
        if own and agent in workspace.baselines:
            origin = Origin(
                agent=agent,
                agent_fingerprint=evaluated[agent],
                commit=sha,
                gate_version=result.gate_version,
                date=result.day,
                scorers=result.scorers,
            )
            suite = [case for case in workspace.head.cases if case.agent == agent]
            before = workspace.baselines[agent]
            new = record(before, suite, own, origin, keep=KEEP_AT_MERGE, advisory=ADVISORY)
            files[f"{workspace.config.baselines}/{agent}.json"] = write_baseline(new)
    return files
