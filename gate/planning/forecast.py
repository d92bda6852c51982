"""What a selection is expected to cost before anything runs: trials and judge calls, as averages rounded up."""

import math
from collections.abc import Mapping, Sequence

from gate.baselines.levels import CaseClass, classify
from gate.config import Config
from gate.model.baseline import Baseline
from gate.model.case import Case
from gate.model.plan import Forecast

CONFIRMING_TRIALS = 1.6
"""Trials a case takes on average beyond its screening when nothing changed (simulated, noisy agents)."""
VOTES_PER_TRIAL = 1.1
"""Judge calls of a trial on average when a second and third vote are only asked below the level."""


def forecast(cases: Sequence[Case], config: Config, baselines: Mapping[str, Baseline]) -> Forecast:
    """Expected trials and judge calls of these cases under the configured policy and judge."""
    wanted = [expected_trials(case, config, baselines.get(case.agent)) for case in cases]
    judged = sum(trials for case, trials in zip(cases, wanted, strict=True) if _asks_judge(case, config))
    votes = 3.0 if config.judge.votes == 3 else VOTES_PER_TRIAL
    return Forecast(trials=_up(sum(wanted)), judge_calls=_up(judged * votes))


def expected_trials(case: Case, config: Config, baseline: Baseline | None) -> float:
    """Trials one case takes on average: the fixture's own wish, else what the policy takes of such a case."""
    if case.trials:
        return case.trials
    match config.verdicts.policy:
        case "any-drop":
            return 1
        case "majority":
            return 3
        case "confirm":
            return _screening(case, baseline) + CONFIRMING_TRIALS


def _screening(case: Case, baseline: Baseline | None) -> int:
    row = baseline.cases.get(case.id) if baseline is not None else None
    return 2 if row is not None and classify(row.runs, row.ok) is CaseClass.CLEAN else 3


def _asks_judge(case: Case, config: Config) -> bool:
    return config.judge.provider != "none" and bool(case.dimensions)


def _up(amount: float) -> int:
    return math.ceil(amount - 1e-9)  # sums of 1.6 and 1.1 are not exact
