"""Runs trials of one definition for a baseline: what `baseline record`, topping up and `aa` share.

A recording is a run folder with one file more, `recording.json`, that says which trials it is to hold. So one that was
interrupted goes on with `baseline record --resume DIR` and pays for no trial twice.
"""

import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import anyio
from pydantic import TypeAdapter

from gate.agents.open import open_agents
from gate.baselines.record import record, release
from gate.budget import Meter
from gate.cli.evaluate import start, way_on
from gate.cli.progress import RunLog, watching
from gate.cli.quota import hold_quota, kept_runs
from gate.cli.setting import Setting
from gate.cli.workspace import Workspace, reopened
from gate.errors import CouldNotTellError, StoreError
from gate.model.baseline import Baseline
from gate.model.counting import count
from gate.model.score import TrialScores
from gate.model.words import Arm, Tier
from gate.planning.sides import Scope
from gate.ports import Agent
from gate.reports.escape import terminal
from gate.scoring.checks import CHECKS_VERSION
from gate.store import RunFolder
from gate.verdicts.errored import errored_words
from gate.verdicts.filling import Filling
from gate.verdicts.fixed import Fixed

MISSING_SHARE = 0.05
"""Share of missing trials above which nothing is recorded."""
_FILE = "recording.json"


@dataclass(frozen=True, slots=True, kw_only=True)
class Task:
    """What a recording is to make: `trials` of every case, or (0) what stored counts lack.

    `stored` and `first` are as `Filling` takes them, by case key. A non-empty `release` also sets the drift anchor.
    """

    trials: int = 0
    stored: Mapping[str, tuple[float, float]] = field(default_factory=dict)
    first: Mapping[str, int] = field(default_factory=dict)
    release: str = ""

    @property
    def anew(self) -> bool:
        """Whether the rows begin anew with these trials."""
        return self.trials > 0


_TASK = TypeAdapter(Task)


@dataclass(frozen=True, slots=True, kw_only=True)
class Recorded:
    """A finished recording: its folder, its setting, what it was to make, and how many trials ran or are missing."""

    folder: RunFolder
    setting: Setting
    task: Task
    trials: int
    missing: int

    @property
    def again(self) -> str:
        """How to get the trials that are missing. Of recordings none comes by asking again: each is used once."""
        if all(one.recorded for one in self.setting.inputs.capabilities.values()):
            return "ask for as many trials as were recorded (`--trials`), or record more (docs/recordings.md)"
        go_on = f"`agent-gate {_resuming(self.folder.path)}`"
        return f"when the agent answers again, {go_on} makes what is missing; after a change, record anew"


@contextmanager
def recorded(workspace: Workspace, agents: Sequence[str], trials: int, label: str) -> Iterator[Recorded]:
    """Every case of these agents (none named = all), run `trials` times with the head definition, for no baseline."""
    with recording(workspace, agents, Task(trials=trials), label, goes_on="") as run:
        yield run


@contextmanager
def recording(
    workspace: Workspace,
    agents: Sequence[str],
    task: Task,
    label: str,
    *,
    runs: Path | None = None,
    goes_on: str | None = None,
) -> Iterator[Recorded]:
    """A new recording of the head definition, made. `runs`: where it lies; in a run's folder it is part of that.

    `goes_on`: the command that takes it up again when it breaks off, empty = none; None = `baseline record --resume`.

    Raises `CouldNotTellError` when the quota of a day is used up.
    """
    plan = workspace.plan(Scope(tier=Tier.FULL, agents=tuple(agents)))
    drivers = open_agents(workspace.root, workspace.config, plan, workspace.sides)
    hold_quota(workspace.config, drivers, kept_runs(runs or workspace.root / workspace.config.runs))
    with start(workspace, workspace.config, plan, drivers, label=label, runs=runs) as folder:
        folder.save_report(_FILE, _TASK.dump_json(task).decode())
        with way_on(folder, _resuming(folder.path) if goes_on is None else goes_on):
            made = _made(folder, drivers, task)
        yield made


def _resuming(path: Path) -> str:
    return f"baseline record --resume {path}"


def refuse_recording(path: Path) -> None:
    """Raise `StoreError` when a folder is that of a recording: as a run it would decide about nothing."""
    if (path / _FILE).is_file():
        hint = f"`agent-gate {_resuming(path)}` goes on with it"
        raise StoreError(f"{path} is the folder of a recording, not of a run", hint)


@contextmanager
def resumed(path: Path) -> Iterator[Recorded]:
    """A recording that was interrupted, made whole.

    Raises `StoreError` when the folder is none, or was begun by a gate that scores otherwise.
    """
    with RunFolder.open(path) as folder:
        if not (path / _FILE).is_file():
            hint = "name one that `agent-gate baseline record` began; a run goes on with `agent-gate run --resume DIR`"
            raise StoreError(f"{path} is the folder of a run, not of a recording", hint)
        inputs = folder.inputs()
        if inputs.checks_version != CHECKS_VERSION:
            raise StoreError(
                f"{path} was begun with checks {inputs.checks_version}, this gate has {CHECKS_VERSION}", "record anew"
            )
        task = _TASK.validate_json(folder.report_text(_FILE))
        root, plan = Path(inputs.root), folder.plan()
        with reopened(root, inputs.config, plan) as sides:
            drivers = open_agents(root, inputs.config, plan, sides)
        with way_on(folder, _resuming(path)):
            made = _made(folder, drivers, task)
        yield made


def new_baselines(run: Recorded, previous: Mapping[str, Baseline]) -> dict[Path, Baseline]:
    """The baselines of a finished recording that begins anew, by the path they belong to; earlier sign-offs are kept.

    Raises `CouldNotTellError` when more than 5 % of its trials are missing: a baseline must be measured.
    """
    refuse_missing(run.missing, run.trials, run.folder.all_scores(), run.again)
    inputs = run.setting.inputs
    made = [_baseline(run, agent.name, previous.get(agent.name)) for agent in run.setting.plan.agents]
    anchored = [release(one, run.task.release) for one in made] if run.task.release else made
    return {Path(inputs.root) / inputs.config.baselines / f"{one.agent}.json": one for one in anchored}


def refuse_missing(missing: int, trials: int, scores: Iterable[TrialScores], hint: str) -> None:
    """Raise `CouldNotTellError` with what they errored by when more than 5 % of the trials are missing."""
    if missing > MISSING_SHARE * trials:
        reasons = "".join(f"\n  {terminal(reason)}" for reason in errored_words(scores))
        raise CouldNotTellError(
            f"{missing} of {count(trials, 'trial is', 'trials are')} missing, so no baseline was written{reasons}",
            hint,
        )


def _made(folder: RunFolder, drivers: Mapping[str, Agent], task: Task) -> Recorded:
    setting = Setting.of(folder)
    procedure: Fixed | Filling = (
        Fixed(dict.fromkeys(setting.cases, task.trials)) if task.anew else Filling(task.stored, task.first)
    )
    if not task.anew:
        cases = count(len(task.stored), "case")
        print(f"agent-gate: too few runs are stored of {cases}: running what is lacking", file=sys.stderr)
    used = Meter()
    with watching() as display, RunLog(folder.path / "run.log", display) as watcher:
        anyio.run(setting.follow, procedure, setting.stage(folder, drivers, watcher), drivers, used)
    return Recorded(folder=folder, setting=setting, task=task, trials=used.trials, missing=procedure.missing)


def _baseline(run: Recorded, agent: str, previous: Baseline | None) -> Baseline:
    setting = run.setting
    suite = [case for case in setting.inputs.cases if case.agent == agent]
    trials = (item for item in run.folder.all_scores() if item.case.startswith(f"{agent}/") and item.arm is Arm.HEAD)
    return record(previous, suite, trials, setting.origin(agent), keep=0.0, advisory=setting.advisory(agent))
