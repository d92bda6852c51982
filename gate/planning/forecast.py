"""What a selection is expected to cost before anything runs: averages, rounded up.

Tokens are a rough guess from the fixtures' own text. What the agent is instructed with and what its tools return is
known only once it runs, so a constant stands for it.
"""

import math
from collections.abc import Mapping, Sequence

from gate.baselines.levels import CaseClass, classify
from gate.config import LIVE, Config
from gate.model.baseline import Baseline
from gate.model.case import Case
from gate.model.plan import Forecast

CONFIRMING_TRIALS = 1.6
"""Trials a case takes on average beyond its screening when nothing changed (simulated, noisy agents)."""
VOTES_PER_TRIAL = 1.1
"""Judge calls of a trial on average when a second and third vote are only asked below the level."""

CHARACTERS_PER_TOKEN = 4
"""English text, by the usual rule of thumb."""
INSTRUCTION_TOKENS = 1500
"""What an agent is sent ahead of the conversation, each turn."""
REPLY_TOKENS = 120
"""An agent's reply, where the fixture has no reference answer to tell."""
TOOL_TOKENS = 150
"""What tools answer in a turn, as a judge is shown it."""
JUDGE_TOKENS = 900
"""A judge's instructions, the anchors and the form of its answer."""
OPINION_TOKENS = 80
"""A reason, a quote and a score on one dimension."""


def forecast(cases: Sequence[Case], config: Config, baselines: Mapping[str, Baseline]) -> Forecast:
    """Expected trials, judge calls, tokens and money of these cases under the configured policy, judge and prices.

    Recordings are read, not paid. Money is None when another agent's or the judge's model has no price in the
    configuration; `unpriced` names those.
    """
    wanted = [(case, expected_trials(case, config, baselines.get(case.agent))) for case in cases]
    votes = (3.0 if config.judge.votes == 3 else VOTES_PER_TRIAL) if config.judge.provider != "none" else 0.0
    paid = {name for name in {case.agent for case in cases} if not config.agents[name].is_replayed}
    models = {name: config.agents[name].runs_on for name in sorted(paid)}
    asked = votes if config.judge.provider in LIVE else 0.0  # recorded verdicts are read, not paid
    models |= {"the judge": config.judge.model} if asked else {}
    unpriced = tuple(f"{name}: {_unpriced(model)}" for name, model in models.items() if model not in config.prices)
    spent = [
        (models[case.agent], trials, (*trial_tokens(case), len(case.turns)))
        for case, trials in wanted
        if case.agent in paid
    ]
    spent += [(config.judge.model, asked * trials, (*vote_tokens(case), 0)) for case, trials in wanted if asked]
    return Forecast(
        trials=_up(sum(trials for _, trials in wanted)),
        judge_calls=_up(votes * sum(trials for case, trials in wanted if case.dimensions)),
        tokens=_up(sum(times * (used[0] + used[1]) for _, times, used in spent)),
        money=None if unpriced else sum(times * config.prices[name].of(*used) for name, times, used in spent),
        unpriced=unpriced,
    )


def trial_tokens(case: Case) -> tuple[int, int]:
    """Input and output tokens of one trial: each turn is sent the instructions and everything said before."""
    said = [len(turn.user) // CHARACTERS_PER_TOKEN for turn in case.turns]
    reply = len(case.reference_answer) // CHARACTERS_PER_TOKEN // max(1, len(said)) or REPLY_TOKENS
    sent = sum(INSTRUCTION_TOKENS + sum(said[: turn + 1]) + turn * reply for turn in range(len(said)))
    return sent, reply * len(said)


def vote_tokens(case: Case) -> tuple[int, int]:
    """Input and output tokens of one vote: the question with what was said and called, and an opinion a dimension."""
    written = [case.reference_answer, *(one.text for one in case.behaviors), *(turn.user for turn in case.turns)]
    known = sum(map(len, written)) // CHARACTERS_PER_TOKEN
    happened = len(case.turns) * (REPLY_TOKENS + TOOL_TOKENS)
    return JUDGE_TOKENS + known + happened, OPINION_TOKENS * len(case.dimensions)


def _unpriced(model: str) -> str:
    return f"model {model} is not in `prices`" if model else "no `model` is configured"


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


def _up(amount: float) -> int:
    return math.ceil(amount - 1e-9)  # sums of 1.6 and 1.1 are not exact
