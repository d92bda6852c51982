"""Keeps baselines by what ran on the default branch: counts trials, has missing ones run, proposes what fell.

A pull request never comes here: `require_default_branch` is asked first.
"""

from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, replace
from pathlib import Path

from gate.baselines.comparable import Scorers, differs
from gate.baselines.file import write_baseline
from gate.baselines.record import Origin, missing_runs, release
from gate.cli.recording import MISSING_SHARE, Recorded, Task, recording, resumed
from gate.cli.setting import Setting
from gate.cli.stored import baseline_path, keep_share, run_name, stored_baselines
from gate.cli.workspace import Workspace
from gate.errors import ExitCode
from gate.model.baseline import Baseline
from gate.model.case import Case
from gate.model.counting import count
from gate.model.report import Report
from gate.model.score import TrialScores
from gate.model.words import Arm, Conclusion, Outcome, Status
from gate.store import RunFolder
from gate.verdicts.renewal import Fall, Renewal, counted_trials, renew, watched

PROPOSED = "proposed-baseline"
"""Folder of a run that holds the baselines waiting for a person, by agent."""
TOP_UP = "top-up"
"""Folder of a run that holds the trials its cases lacked."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Upkeep:
    """What became of the baselines: the new ones by path, what is said of it, whether a person is asked for."""

    written: Mapping[Path, Baseline]
    notes: tuple[str, ...]
    exit_code: ExitCode = ExitCode.PASS


@dataclass(frozen=True, slots=True, kw_only=True)
class Ran:
    """Trials of the default branch, and the baselines (by agent) they are counted into."""

    workspace: Workspace
    folder: RunFolder
    setting: Setting
    stored: Mapping[str, Baseline]
    trials: Sequence[TrialScores]

    def renewal(self, agent: str) -> Renewal:
        """What these trials do to an agent's baseline."""
        previous, origin = self.stored.get(agent), self._origin(agent)
        return renew(
            previous,
            [case for case in self.workspace.head.cases if case.agent == agent],
            self.trials,
            origin,
            keep=keep_share(previous, origin),
            advisory=self.setting.advisory(agent),
            recorded=self._recorded(agent),
        )

    def counted_before(self, case: Case) -> int:
        """The number up to which recorded trials of the case are in its row already; 0 where the driver runs live."""
        if not self._recorded(case.agent):
            return 0
        return counted_trials(self.stored.get(case.agent), case, self._origin(case.agent))

    def missing(self) -> str:
        """Says so when too many trials errored to count any."""
        missing = sum(self.setting.outcome(one) is Outcome.ERRORED for one in self.trials)
        most = MISSING_SHARE * len(self.trials)
        of = count(len(self.trials), "head trial is", "head trials are")
        return f"{missing} of {of} missing" if missing > most else ""

    def _recorded(self, agent: str) -> bool:
        can = self.setting.inputs.capabilities.get(agent)
        return can is not None and can.recorded

    def _origin(self, agent: str) -> Origin:
        name = run_name(self.setting.inputs.started, self.folder.path.resolve().name)
        return replace(self.setting.origin(agent), run=name)


def keep_baselines(workspace: Workspace, report: Report) -> Upkeep:
    """Count the head trials of a finished run of the default branch, and have run what its cases still lack.

    `workspace` has the run's commit as head. Nothing is counted when too many trials are missing, or when a changed
    definition was seen to regress and nobody has accepted that. Rows that fell are not written: they are proposed,
    below the run's folder.
    """
    stored = stored_baselines(workspace.root, workspace.config)
    with ExitStack() as opened:
        folder = opened.enter_context(RunFolder.open(Path(report.folder)))
        setting = Setting.of(folder)
        name = run_name(setting.inputs.started, folder.path.resolve().name)
        if any(name in stored[one.name].counted for one in setting.plan.agents if one.name in stored):
            return _left("it holds this run already", ExitCode.PASS)
        ran = Ran(
            workspace=workspace, folder=folder, setting=setting, stored=stored, trials=head_trials(folder, setting)
        )
        refused = unsigned(report, workspace.baselines, stored) or ran.missing()
        if not refused and (filled := _fill(opened, ran)) is not None:
            ran = replace(ran, trials=[*ran.trials, *head_trials(filled.folder, filled.setting)])
            refused = ran.missing()
        return _left(refused, ExitCode.COULD_NOT_TELL) if refused else upkeep(ran)


def head_trials(folder: RunFolder, setting: Setting) -> list[TrialScores]:
    """Every head trial, without those of cases set aside by hand: their failures are known and not to be remembered."""
    return [one for one in folder.all_scores() if one.arm is Arm.HEAD and one.case not in setting.quarantined]


def upkeep(ran: Ran, release_name: str = "") -> Upkeep:
    """The new baselines after these trials; what fell is proposed in the folder of the run."""
    workspace, written, notes, asked = ran.workspace, {}, [], False
    for agent in (one.name for one in ran.setting.plan.agents):
        found = ran.renewal(agent)
        path = baseline_path(workspace.root, workspace.config, agent)
        new = release(found.baseline, release_name) if release_name else found.baseline
        if agent not in ran.stored or new.cases != ran.stored[agent].cases:
            written[path] = new
        notes.append(_counted(agent, found))
        if found.proposed is not None:
            asked = True
            ran.folder.save_report(f"{PROPOSED}/{agent}.json", write_baseline(found.proposed))
            notes += watched(agent, found)
            notes.append(_proposal(agent, found, path.relative_to(workspace.root), ran.folder.path))
    return Upkeep(written=written, notes=tuple(notes), exit_code=ExitCode.BLOCKED if asked else ExitCode.PASS)


def lacking(cases: Sequence[Case], baselines: Mapping[str, Baseline], scorers: Scorers) -> Task:
    """The recording that brings every frozen case to the runs it should have; `stored` is empty when none lacks any."""
    stored: dict[str, tuple[float, float]] = {}
    for case in cases:
        baseline = baselines.get(case.agent)
        if case.status is Status.FROZEN and missing_runs(baseline, [case], scorers):
            row = baseline.cases.get(case.id) if baseline else None
            known = row is not None and not differs(case, row, scorers)
            stored[case.key] = (row.ok, row.runs) if row and known else (0.0, 0.0)
    return Task(stored=stored)


def unsigned(report: Report, before: Mapping[str, Baseline], stored: Mapping[str, Baseline]) -> str:
    """Says so when a changed definition regressed and no sign-off that came with it names the cases."""
    if report.decision.conclusion is not Conclusion.BLOCKED:
        return ""
    changed = {one.name for one in report.plan.agents if one.base_fingerprint != one.head_fingerprint}
    signed = {
        f"{agent}/{case}"
        for agent, baseline in stored.items()
        for entry in baseline.history
        if agent not in before or entry not in before[agent].history
        for case in entry.cases
    }
    fell = [one.case for one in report.comparison.cases if one.blocks and one.agent in changed]
    left = [case for case in fell if case not in signed]
    return f"{', '.join(left)} regressed and nobody has accepted that" if left else ""


def _left(why: str, code: ExitCode) -> Upkeep:
    return Upkeep(written={}, notes=(f"the baseline was left as it is: {why}",), exit_code=code)


def _fill(opened: ExitStack, ran: Ran) -> Recorded | None:
    """The trials that the selected cases lack after this run, made in a folder of their own; None when none is."""
    begun = sorted((ran.folder.path / TOP_UP).glob("*/*/recording.json"))
    if begun:
        return opened.enter_context(resumed(begun[0].parent))
    setting = ran.setting
    selected = {one.case for one in setting.plan.selected} - setting.quarantined
    cases = [case for case in setting.inputs.cases if case.key in selected]
    counts = {one.name: ran.renewal(one.name).counts for one in setting.plan.agents}
    task = lacking(cases, counts, setting.scorers)
    if not task.stored:
        return None
    used = {case.key: ran.counted_before(case) for case in cases}
    for trial in ran.trials:
        used[trial.case] = max(used[trial.case], trial.trial)
    task = replace(task, first={key: used[key] + 1 for key in task.stored})
    agents = sorted({case.partition("/")[0] for case in task.stored})
    goes_on = f"run --record-baseline --resume {ran.folder.path}"
    runs = ran.folder.path / TOP_UP
    return opened.enter_context(recording(ran.workspace, agents, task, TOP_UP, runs=runs, goes_on=goes_on))


def _counted(agent: str, found: Renewal) -> str:
    trials = f"{found.added} trial{'' if found.added == 1 else 's'}" if found.added else "nothing new"
    return f"baseline of `{agent}`: {trials} counted"


def _proposal(agent: str, found: Renewal, path: Path, folder: Path) -> str:
    proposed = folder / PROPOSED / f"{agent}.json"
    what = [f"{one.case} {_words(one)}" for one in found.fell] + (["anchors of today"] if found.drift.flagged else [])
    return (
        f"new counts of `{agent}` wait for a person, {', '.join(what)}: look with `agent-gate baseline diff {path} "
        f"{proposed}`, and accept them by a reviewed commit that copies {proposed} over {path}"
    )


def _words(fall: Fall) -> str:
    of = count(fall.trials, "trial passes", "trials pass")
    return f"({fall.passed} of {of}, stored {fall.stored_ok:g} of {fall.stored_runs:g})"
