"""Counts a merged change's own trials, from the run folder its pull request left behind."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

from gate.baselines.comparable import Scorers
from gate.baselines.record import KEEP_AT_MERGE, Origin, record
from gate.calibration.standing import advisory_from
from gate.cli.recording import refuse_missing
from gate.cli.stored import require_default_branch, run_name, stored_baselines
from gate.cli.topping import changed, origin_of, scorers_now
from gate.cli.upkeep import Upkeep
from gate.cli.workspace import Workspace
from gate.errors import UsageError
from gate.model.baseline import Baseline
from gate.model.case import Case
from gate.model.counting import count
from gate.model.plan import AgentPlan, Plan
from gate.model.report import Report
from gate.model.score import TrialScores
from gate.model.words import Arm, Conclusion, Dimension, Tier
from gate.planning.sides import Scope
from gate.reports.machine import parse_report
from gate.scoring.checks import CHECKS_VERSION
from gate.store import Inputs, RunFolder
from gate.verdicts.quarantine import quarantine
from gate.verdicts.renewal import counted_trials


def count_merged(workspace: Workspace, folders: Sequence[Path], release_name: str) -> Upkeep:
    """Count the head trials of merged changes, from their run folders: a tenth of the old counts is forgotten at each.

    What a folder says is believed, so take only folders of runs you trust. Trials count when they are of the
    definition, the fixtures and the scorers that the default branch has now. Raises `UsageError` unless the
    workspace's head is a commit of the default branch, and for a run that was blocked and that nobody accepted.
    """
    require_default_branch(workspace.root, workspace.head.revision.sha)
    plan = workspace.plan(Scope(tier=Tier.FULL))
    stored = stored_baselines(workspace.root, workspace.config)
    before = dict(stored)
    notes: list[str] = []
    for path in folders:
        with RunFolder.open(path) as folder:
            merged = _Merged.of(folder, workspace, plan)
            notes += merged.count_into(stored)
    kept = changed(workspace, before, stored, release_name)
    return replace(kept, notes=(*notes, *kept.notes))


@dataclass(frozen=True, slots=True, kw_only=True)
class _Merged:
    """A kept run of a change that is now on the default branch, and what the branch is now."""

    path: Path
    inputs: Inputs
    report: Report
    trials: Sequence[TrialScores]
    suite: Mapping[str, Case]
    plan: Plan
    scorers: Scorers

    @classmethod
    def of(cls, folder: RunFolder, workspace: Workspace, plan: Plan) -> "_Merged":
        return cls(
            path=folder.path,
            inputs=folder.inputs(),
            report=parse_report(folder.report_text("report.json"), str(folder.path / "report.json")),
            trials=[one for one in folder.all_scores() if one.arm is Arm.HEAD],
            suite={case.key: case for case in workspace.head.cases},
            plan=plan,
            scorers=scorers_now(workspace),
        )

    def count_into(self, stored: dict[str, Baseline]) -> list[str]:
        """Count its trials into the baselines; what is said of each agent."""
        name = run_name(self.inputs.started, self.report.run)
        accepted = self._accepted(stored)
        self._refuse_blocked(accepted)
        missing = sum(1 for one in self.trials if one.error or not one.scores)
        again = f"leave {self.path} out; the next scheduled run measures what it lacks"
        refuse_missing(missing, len(self.trials), self.trials, again)
        notes = []
        for now in self.plan.agents:
            then = next((one for one in self.report.plan.agents if one.name == now.name), None)
            previous = stored.get(now.name)
            if then is None or not any(one.case.startswith(f"{now.name}/") for one in self.trials):
                continue
            if why := self._not_countable(then, now, previous, name):
                notes.append(f"baseline of `{now.name}`: nothing of {self.path} counted: {why}")
                continue
            origin = replace(origin_of(then, self.report.plan, self.scorers), run=name, date=self.inputs.started[:10])
            fresh = self._fresh(previous, origin, accepted)
            suite = [case for case in self.suite.values() if case.agent == now.name]
            stored[now.name] = record(
                previous, suite, fresh, origin, keep=KEEP_AT_MERGE, advisory=self._advisory(now.name)
            )
            notes.append(f"baseline of `{now.name}`: {count(len(fresh), 'trial')} of {self.path} counted")
        return notes

    def _accepted(self, stored: Mapping[str, Baseline]) -> frozenset[str]:
        """Cases whose rows a person accepted as this run has them: its trials are in those rows."""
        return frozenset(
            f"{agent}/{case}"
            for agent, baseline in stored.items()
            for entry in baseline.history
            if entry.digest == self.report.decision.digest
            for case in entry.cases
        )

    def _advisory(self, agent: str) -> frozenset[Dimension]:
        return advisory_from(self.inputs.measured, self.scorers.judge)(agent)

    def _refuse_blocked(self, accepted: frozenset[str]) -> None:
        left = [case for case in self.report.decision.blocking if case not in accepted]
        if self.report.decision.conclusion is Conclusion.BLOCKED and (left or not accepted):
            raise UsageError(
                f"{self.path} is not counted: nobody accepted it ({self.report.decision.headline})",
                "measure the branch as it is now: `agent-gate baseline record`",
            )

    def _not_countable(self, then: AgentPlan, now: AgentPlan, previous: Baseline | None, name: str) -> str:
        if then.head_fingerprint != now.head_fingerprint:
            return "it ran another definition than the branch has now"
        if self.inputs.checks_version != CHECKS_VERSION:
            return f"it was scored by checks {self.inputs.checks_version}, now they are {CHECKS_VERSION}"
        return "it is counted already" if previous and name in previous.counted else ""

    def _same_cases(self, accepted: frozenset[str]) -> dict[str, Case]:
        """The cases whose trials are the same number as trials of today, by key, without those set aside by hand."""
        ran = {case.key: case for case in self.inputs.cases}
        day = date.fromisoformat(self.inputs.started[:10])
        aside = quarantine(self.inputs.config.quarantine, tuple(ran), day).cases
        return {
            key: case
            for key, case in self.suite.items()
            if key in ran and case.fingerprints == ran[key].fingerprints and key not in accepted | aside
        }

    def _fresh(self, previous: Baseline | None, origin: Origin, accepted: frozenset[str]) -> list[TrialScores]:
        """The trials of an agent that count, and are not in the counts yet."""
        cases = {key: case for key, case in self._same_cases(accepted).items() if case.agent == origin.agent}
        can = self.inputs.capabilities.get(origin.agent)
        done = {
            key: counted_trials(previous, case, origin) if can is not None and can.recorded else 0
            for key, case in cases.items()
        }
        return [
            one
            for one in self.trials
            if one.case in done and one.trial > done[one.case] and one.judge in ("", self.scorers.judge)
        ]
