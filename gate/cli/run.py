"""`agent-gate run`: the whole flow, or what is left of an interrupted one."""

from argparse import Namespace
from pathlib import Path

from gate.cli.asking import ask_of
from gate.cli.evaluate import evaluate, noted, resume
from gate.cli.planning import print_plan
from gate.cli.present import publish
from gate.cli.recording import refuse_recording
from gate.cli.stored import require_default_branch, write_baselines
from gate.cli.upkeep import keep_baselines
from gate.cli.workspace import Workspace, open_workspace
from gate.errors import UsageError
from gate.model.counting import count
from gate.model.report import Report
from gate.store import RunFolder


def run(arguments: Namespace) -> int:
    """Run, and exit with what the gate decided."""
    if arguments.record and not arguments.dry_run:
        from gate.agents.recordings import make_place  # noqa: PLC0415 - most runs keep no recordings

        make_place(Path(arguments.record))
    if arguments.resume:
        refuse_recording(Path(arguments.resume))
    if arguments.record_baseline:
        return _run_and_record(arguments)
    if arguments.resume:
        return _published(resume(Path(arguments.resume)), arguments)
    with open_workspace(Path.cwd(), arguments.base, arguments.head) as workspace:
        ask = ask_of(arguments, workspace)
        if arguments.dry_run:
            return print_plan(workspace.plan(ask.scope, ask.verdicts), as_json=arguments.json)
        report = evaluate(workspace, ask)
    return _published(report, arguments)


def _published(report: Report, arguments: Namespace) -> int:
    """Publish, with the trials kept as recordings where that is asked for."""
    if arguments.record:
        report = noted(report, (_recorded(report, Path(arguments.record)),))
    return publish(report, as_json=arguments.json)


def _recorded(report: Report, place: Path) -> str:
    """Write the recordings; what is said of them."""
    from gate.agents.recordings import write_recordings  # noqa: PLC0415 - same

    plan = report.plan
    describes = {agent.base_fingerprint: plan.base.ref for agent in plan.agents}
    describes |= {agent.head_fingerprint: plan.head.ref for agent in plan.agents}
    with RunFolder.open(Path(report.folder)) as folder:
        wrote, stayed = write_recordings(place, folder.transcripts(), folder.inputs().cases, describes)
    there = count(stayed, "that was there stays", "that were there stay")
    more = f"; {there}, of cases that this run tried less often" if stayed else ""
    return f"{count(wrote, 'trial')} recorded in {place}{more}"


def _run_and_record(arguments: Namespace) -> int:
    """Run on a commit of the default branch, and keep its baselines by what ran."""
    if arguments.shard:
        raise UsageError("--shard and --record-baseline contradict each other", "record with a run that is whole")
    if arguments.resume:
        return _resume_and_record(arguments)
    with open_workspace(Path.cwd(), arguments.base, arguments.head or "HEAD") as workspace:
        require_default_branch(workspace.root, workspace.head.revision.sha)
        ask = ask_of(arguments, workspace)
        if arguments.dry_run:
            return print_plan(workspace.plan(ask.scope, ask.verdicts), as_json=arguments.json)
        return _kept(workspace, evaluate(workspace, ask), arguments)


def _resume_and_record(arguments: Namespace) -> int:
    with RunFolder.open(Path(arguments.resume)) as folder:
        root, plan = Path(folder.inputs().root), folder.plan()
    require_default_branch(root, plan.head.sha)
    with open_workspace(root, plan.base.sha, plan.head.sha) as workspace:
        return _kept(workspace, resume(Path(arguments.resume)), arguments)


def _kept(workspace: Workspace, report: Report, arguments: Namespace) -> int:
    """Publish with what became of the baselines; a run that passed still fails when a person is asked for."""
    kept = keep_baselines(workspace, report)
    write_baselines(kept.written)
    code = _published(noted(report, kept.notes), arguments)
    return code or int(kept.exit_code)
