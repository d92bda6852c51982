"""The stages put together: what `run`, `score`, `report`, the demo and the action all go through."""

import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

import anyio

from gate import __version__
from gate.agents.open import open_agents
from gate.budget import Meter, mixed_words
from gate.cli.judged import of_judge, rates, spot_check, standings
from gate.cli.progress import RunLog, watching
from gate.cli.quota import Earlier, hold_quota, kept_runs
from gate.cli.setting import Setting
from gate.cli.workspace import Workspace, reopened
from gate.config import Config, VerdictsConfig
from gate.errors import GateError, StoreError, VersionChangedError
from gate.model.comparison import Findings
from gate.model.plan import Plan
from gate.model.report import Report
from gate.planning.sides import Scope
from gate.ports import Agent
from gate.scoring.checks import CHECKS_VERSION
from gate.store import Inputs, RunFolder, run_folder_name


@dataclass(frozen=True, slots=True, kw_only=True)
class Ask:
    """What is asked of one run beside the sides it compares. `label` goes into the run folder's name.

    `begun` is told the folder as soon as it is there, for who wants what is in it even of a run that breaks off.
    """

    scope: Scope
    verdicts: VerdictsConfig
    label: str = ""
    runs: Path | None = None
    begun: Callable[[Path], None] | None = None
    earlier: Earlier | None = None
    """What counts the runs of the last day; None = the folders of `runs` do."""
    of_fork: bool = False
    """Whether the head is of a fork: a label there reaches a job that may accept nothing."""
    shuffle: int | None = None
    """Seed of another order of trials, to show that results do not depend on it."""


def evaluate(workspace: Workspace, ask: Ask) -> Report:
    """Plan, run, score, compare and decide, in a new run folder."""
    plan = workspace.plan(ask.scope, ask.verdicts)
    config = workspace.config.model_copy(update={"verdicts": ask.verdicts})
    agents = open_agents(workspace.root, config, plan, workspace.sides)
    hold_quota(config, agents, ask.earlier or kept_runs(ask.runs or workspace.root / config.runs))
    with start(workspace, config, plan, agents, label=ask.label or "run", runs=ask.runs, of_fork=ask.of_fork) as folder:
        if ask.begun is not None:
            ask.begun(folder.path)
            return conduct(folder, agents, ask.shuffle)
        with way_on(folder, f"run --resume {folder.path}"):
            return conduct(folder, agents, ask.shuffle)


@contextmanager
def way_on(folder: RunFolder, command: str) -> Iterator[None]:
    """Where something breaks off that has trials already, say which command goes on without paying for them again.

    `command` is without the program's name; empty = none does.
    """
    try:
        yield
    except (GateError, KeyboardInterrupt) as fault:
        if (kept := folder.kept) and not isinstance(fault, StoreError):
            told = f"{kept} trial{'s are' if kept > 1 else ' is'} kept"
            on = f": `agent-gate {command}` goes on from there" if command else f" in {folder.path}"
            print(f"agent-gate: {told}{on}", file=sys.stderr)
        raise


def start(
    workspace: Workspace,
    config: Config,
    plan: Plan,
    agents: Mapping[str, Agent],
    *,
    label: str,
    runs: Path | None = None,
    of_fork: bool = False,
) -> RunFolder:
    """A new run folder that holds all a run is made of."""
    selected = {one.case for one in (plan.part.whole if plan.part else plan.selected)}
    started = datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    inputs = Inputs(
        gate_version=__version__,
        checks_version=CHECKS_VERSION,
        started=started,
        root=str(workspace.root),
        config=config,
        cases=tuple(case for case in workspace.head.cases if case.key in selected),
        capabilities={name: agent.capabilities for name, agent in agents.items()},
        baselines=workspace.baselines,
        measured=workspace.measured(),
        scripted=workspace.scripted,
        test_data=workspace.test_data,
        of_fork=of_fork,
    )
    folder = RunFolder.create(runs or workspace.root / config.runs, run_folder_name(started, label, plan.head.sha))
    folder.save_start(inputs, plan)
    return folder


def resume(path: Path) -> Report:
    """Go on with an interrupted run: kept trials and scores are used, missing and errored ones are made.

    Raises `StoreError` when the run was begun by a gate that scores otherwise.
    """
    with RunFolder.open(path) as folder:
        inputs = folder.inputs()
        if inputs.checks_version != CHECKS_VERSION:
            raise StoreError(
                f"{path} was begun with checks {inputs.checks_version}, this gate has {CHECKS_VERSION}",
                "score its transcripts again: `agent-gate score DIR`",
            )
        _refuse_other_judge(folder)
        root, plan = Path(inputs.root), folder.plan()
        with reopened(root, inputs.config, plan) as sides:
            agents = open_agents(root, inputs.config, plan, sides)
        with way_on(folder, f"run --resume {folder.path}"):
            return conduct(folder, agents)


def _refuse_other_judge(folder: RunFolder) -> None:
    judge = Setting.of(folder).scorers.judge
    if any(one.judge not in {"", judge} for one in folder.all_scores()):
        raise StoreError(
            f"{folder.path} was scored by another judge, or on other instructions, than this gate would ask now",
            f"score its transcripts again: `agent-gate score {folder.path}`",
        )


def noted(report: Report, notes: tuple[str, ...]) -> Report:
    """The report with more notes, which its run folder remembers."""
    with RunFolder.open(Path(report.folder)) as folder:
        inputs = folder.inputs()
        fresh = tuple(note for note in notes if note not in inputs.notes)
        folder.save_start(replace(inputs, notes=(*inputs.notes, *fresh)), report.plan)
        decision = replace(report.decision, notes=(*report.decision.notes, *fresh))
        folder.save_results(report.comparison, decision)
    return replace(report, decision=decision)


def conduct(
    folder: RunFolder, agents: Mapping[str, Agent] | None, shuffle: int | None = None, *, rescore: bool = False
) -> Report:
    """Everything after the plan. `agents` None = nothing is run, kept trials are all there is.

    `rescore`: kept trials are scored anew, so the judge may be asked although nothing is run.

    Raises `StoreError` when another process is at work in the folder.
    """
    began = time.monotonic()
    folder.claim()
    if agents is not None:
        folder.forget_errored()
    setting = Setting.of(folder)
    used = Meter()
    with watching(running=agents is not None) as display, RunLog(folder.path / "run.log", display) as watcher:
        stage = setting.stage(folder, agents, watcher, shuffle)
        judges = rescore or agents is not None
        try:
            findings = anyio.run(partial(setting.drive, folder, stage, agents, used, judges=judges))
        except VersionChangedError as change:
            void = f"{change.agent}/"
            folder.set_trials_aside(lambda one: one.case.startswith(void))
            findings = Findings(cases={}, environment=change.line)
    if mixed := mixed_words(used.answered):
        findings = Findings(cases={}, environment=mixed)
    if findings.broken != setting.inputs.broken:
        folder.save_start(replace(setting.inputs, broken=findings.broken), setting.plan)
    spend = setting.spend(used, time.monotonic() - began)
    people = (*standings(setting), *rates(folder, setting), *spot_check(folder, setting))
    report = setting.report(folder, findings, spend, used, notes=of_judge(folder, setting), about_judge=people)
    folder.save_results(report.comparison, report.decision)
    return report
