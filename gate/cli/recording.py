"""Runs one definition a fixed number of times a case: what `baseline record` and `aa` share."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import anyio

from gate.agents.open import open_agents
from gate.baselines.record import record, release
from gate.budget import Meter
from gate.cli.evaluate import start
from gate.cli.progress import RunLog, watching
from gate.cli.setting import ADVISORY, Setting
from gate.cli.workspace import Workspace
from gate.errors import CouldNotTellError
from gate.model.baseline import Baseline
from gate.model.words import Tier
from gate.pipeline import drive
from gate.planning.sides import Scope
from gate.store import RunFolder
from gate.verdicts.fixed import Fixed

MISSING_SHARE = 0.05
"""Share of missing trials above which nothing is recorded."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Recorded:
    """A finished recording run: its folder, its setting, and how many trials came to nothing."""

    folder: RunFolder
    setting: Setting
    trials: int
    missing: int


@contextmanager
def recorded(workspace: Workspace, agents: Sequence[str], trials: int, label: str) -> Iterator[Recorded]:
    """Every case of these agents (none named = all), run `trials` times with the head definition."""
    plan = workspace.plan(Scope(tier=Tier.FULL, agents=tuple(agents)))
    drivers = open_agents(workspace.root, workspace.config, plan)
    with start(workspace, workspace.config, plan, drivers, label=label) as folder:
        setting = Setting.of(folder)
        procedure = Fixed(dict.fromkeys(setting.cases, trials))
        with watching() as display, RunLog(folder.path / "run.log", display) as watcher:
            anyio.run(drive, procedure, setting.stage(folder, drivers, watcher), Meter())
        yield Recorded(folder=folder, setting=setting, trials=trials * len(setting.cases), missing=procedure.missing)


def record_baselines(
    workspace: Workspace, agents: Sequence[str], trials: int, release_name: str
) -> dict[Path, Baseline]:
    """New baselines of the head definition, by the path they belong to; earlier sign-offs are kept.

    A non-empty `release_name` also anchors them. Raises `CouldNotTellError` when more than 5 % of the trials are
    missing: a baseline must be measured.
    """
    with recorded(workspace, agents, trials, "baseline") as run:
        if run.missing > MISSING_SHARE * run.trials:
            raise CouldNotTellError(
                f"{run.missing} of {run.trials} trials are missing, so no baseline was written",
                f"see {run.folder.path / 'run.log'}; record fewer trials, or run again when the agent answers",
            )
        made = [_baseline(workspace, run, agent.name) for agent in run.setting.plan.agents]
    anchored = [release(one, release_name) for one in made] if release_name else made
    return {workspace.root / workspace.config.baselines / f"{one.agent}.json": one for one in anchored}


def _baseline(workspace: Workspace, run: Recorded, agent: str) -> Baseline:
    setting = run.setting
    suite = [case for case in setting.inputs.cases if case.agent == agent]
    trials = (item for item in run.folder.all_scores() if item.case.startswith(f"{agent}/"))
    return record(workspace.baselines.get(agent), suite, trials, setting.origin(agent), keep=0.0, advisory=ADVISORY)
