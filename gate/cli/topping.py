"""Has run what the rows of the working tree's baselines lack, and nothing else."""

import sys
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from gate import __version__
from gate.agents.open import open_agents
from gate.baselines.comparable import Scorers
from gate.baselines.record import Origin, record, release
from gate.cli.recording import Recorded, recording, refuse_missing
from gate.cli.stored import baseline_path, require_default_branch, stored_baselines
from gate.cli.upkeep import Ran, Upkeep, head_trials, lacking, upkeep
from gate.cli.workspace import Workspace
from gate.model.baseline import Baseline
from gate.model.case import Case
from gate.model.plan import AgentPlan, Plan
from gate.model.words import Tier
from gate.planning.sides import Scope
from gate.scoring.checks import CHECKS_VERSION
from gate.verdicts.renewal import counted_trials


def top_up(workspace: Workspace, agents: Sequence[str], release_name: str) -> Upkeep:
    """Have run what the stored rows lack, and nothing else; also anchor them when `release_name` is not empty.

    Raises `UsageError` unless the workspace's head is a commit of the default branch.
    """
    require_default_branch(workspace.root, workspace.head.revision.sha)
    plan = workspace.plan(Scope(tier=Tier.FULL, agents=tuple(agents)))
    stored = stored_baselines(workspace.root, workspace.config)
    scorers = scorers_now(workspace)
    cases = [case for case in workspace.head.cases if case.agent in {agent.name for agent in plan.agents}]
    task = lacking(cases, stored, scorers)
    origins = {agent.name: origin_of(agent, plan, scorers) for agent in plan.agents}
    if not task.stored:
        swept = {name: record(stored[name], _of(cases, name), [], origins[name]) for name in origins if name in stored}
        print("agent-gate: every case has its runs: nothing was run", file=sys.stderr)
        return changed(workspace, stored, swept, release_name)
    drivers = open_agents(workspace.root, workspace.config, plan, workspace.sides)
    first = {
        case.key: counted_trials(stored.get(case.agent), case, origins[case.agent]) + 1
        for case in cases
        if case.key in task.stored and drivers[case.agent].capabilities.recorded
    }
    with recording(workspace, agents, replace(task, first=first, release=release_name), "top-up") as run:
        return topped_up(workspace, run)


def topped_up(workspace: Workspace, run: Recorded) -> Upkeep:
    """The baselines after a finished topping up. Raises `CouldNotTellError` when too many of its trials are missing."""
    refuse_missing(run.missing, run.trials, run.folder.all_scores(), run.again)
    stored = stored_baselines(workspace.root, workspace.config)
    trials = head_trials(run.folder, run.setting)
    ran = Ran(workspace=workspace, folder=run.folder, setting=run.setting, stored=stored, trials=trials)
    return upkeep(ran, run.task.release)


def _of(cases: Iterable[Case], agent: str) -> list[Case]:
    return [case for case in cases if case.agent == agent]


def scorers_now(workspace: Workspace) -> Scorers:
    """What would give the scores of a run today."""
    judge = workspace.judge()
    return Scorers(judge=judge.fingerprint if judge else "", checks=CHECKS_VERSION)


def origin_of(agent: AgentPlan, plan: Plan, scorers: Scorers) -> Origin:
    """Where head trials of an agent under this plan come from; on no day yet."""
    return Origin(
        agent=agent.name,
        agent_fingerprint=agent.head_fingerprint,
        commit=plan.head.sha,
        gate_version=__version__,
        date="",
        scorers=scorers,
    )


def changed(
    workspace: Workspace, before: Mapping[str, Baseline], after: Mapping[str, Baseline], release_name: str
) -> Upkeep:
    """The baselines (by agent) that hold other rows than before, anchored when `release_name` is not empty."""
    new = {name: release(one, release_name) if release_name else one for name, one in after.items()}
    moved = {name: one for name, one in new.items() if name not in before or one.cases != before[name].cases}
    notes = (f"anchored at {release_name}: {', '.join(sorted(new))}",) if release_name and new else ()
    root, config = workspace.root, workspace.config
    return Upkeep(written={baseline_path(root, config, name): one for name, one in moved.items()}, notes=notes)
