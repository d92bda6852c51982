"""Two runs side by side: the head results of one are taken as accepted, those of the other are held against them."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace
from itertools import groupby

from gate.baselines.record import record
from gate.cli.setting import Setting
from gate.model.baseline import Baseline
from gate.model.comparison import Comparison, Findings, Request
from gate.model.score import TrialScores
from gate.model.words import Arm
from gate.store import RunFolder
from gate.verdicts.comparison import compare
from gate.verdicts.inputs import case_inputs
from gate.verdicts.majority import Majority
from gate.verdicts.procedure import feed


def versus(base: RunFolder, head: RunFolder) -> Comparison:
    """Every case of `head`'s run against the head trials of `base`'s; most trials of a case decide it."""
    setting = Setting.of(head)
    accepted = _as_baselines(base)
    trials = _head_trials(head)
    return compare(
        setting.inputs.cases,
        setting.plan,
        accepted,
        trials,
        _most_of(setting, accepted, trials),
        policy="majority, over all trials of two runs",
        scorers=setting.scorers,
        advisory=setting.advisory,
    )


def _head_trials(folder: RunFolder) -> list[TrialScores]:
    return [item for item in folder.all_scores() if item.arm is Arm.HEAD]


def _as_baselines(folder: RunFolder) -> dict[str, Baseline]:
    setting = Setting.of(folder)
    trials = _head_trials(folder)
    suites = groupby(sorted(setting.inputs.cases, key=lambda case: case.key), key=lambda case: case.agent)
    return {
        agent: record(None, list(suite), trials, setting.origin(agent), advisory=setting.advisory(agent))
        for agent, suite in suites
    }


def _most_of(setting: Setting, accepted: Mapping[str, Baseline], trials: Sequence[TrialScores]) -> Findings:
    inputs = case_inputs(setting.inputs.cases, setting.plan, accepted, setting.scorers, advisory=setting.advisory)
    had = Counter(item.case for item in trials)
    procedure = Majority([replace(one, trials=had[one.case]) for one in inputs])
    outcomes = {Request(case=item.case, arm=item.arm, trial=item.trial): setting.outcome(item) for item in trials}
    return feed(procedure, outcomes)
