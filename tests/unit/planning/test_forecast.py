"""What a run is expected to cost."""

from dataclasses import replace

import pytest

from gate.config import Config
from gate.model.baseline import Baseline, BaselineCase
from gate.model.case import Case, Fingerprints
from gate.model.plan import Forecast
from gate.model.words import Severity
from gate.planning.forecast import forecast, trial_tokens, vote_tokens
from tests.plans import agent_config, config, plan_case

LIVE: dict[str, object] = {"type": "command", "command": ["./agent"]}
CASES = tuple(plan_case(f"c{n}") for n in range(10))


def _stored(runs: float, ok: float) -> Baseline:
    row = BaselineCase(
        fingerprints=Fingerprints(fixture="", rubric="", data=""),
        topic="",
        severity=Severity.P0,
        level={},
        runs=runs,
        ok=ok,
        hist={},
    )
    rows = {case.id: row for case in CASES}
    return Baseline(agent="shop", agent_fingerprint="", commit="", gate_version="", cases=rows)


def _of(settings: Config, baseline: Baseline | None = None, cases: tuple[Case, ...] = CASES) -> Forecast:
    return forecast(cases, settings, {"shop": baseline} if baseline else {})


@pytest.mark.parametrize(
    ("policy", "stored", "trials"),
    [
        ("any-drop", None, 10),
        ("majority", None, 30),
        ("confirm", None, 46),
        ("confirm", _stored(20, 20), 36),
        ("confirm", _stored(20, 17), 46),
        ("confirm", _stored(20, 2), 46),
    ],
)
def test_trials_follow_the_policy_and_the_stored_counts(policy: str, stored: Baseline | None, trials: int) -> None:
    assert _of(config(verdicts={"policy": policy}), stored).trials == trials


def test_a_fixtures_own_wish_counts() -> None:
    assert _of(config(), cases=(replace(CASES[0], trials=12),)).trials == 12


@pytest.mark.parametrize(
    ("judge", "calls"),
    [
        ({"provider": "none"}, 0),
        ({"provider": "recorded", "verdicts": "v"}, 33),
        ({"provider": "recorded", "verdicts": "v", "votes": 3}, 90),
    ],
)
def test_judge_calls_follow_the_votes(judge: dict[str, object], calls: int) -> None:
    assert _of(config(verdicts={"policy": "majority"}, judge=judge)).judge_calls == calls


def test_credits_are_a_price_for_each_user_message() -> None:
    agents = {"shop": agent_config(driver=LIVE, model="agentforce")}
    settings = config(agents=agents, verdicts={"policy": "any-drop"}, prices={"agentforce": {"turn": 20}})
    assert _of(settings).money == 20 * sum(len(case.turns) for case in CASES)


def test_money_comes_from_the_users_prices() -> None:
    agents = {"shop": agent_config(model="m-1", driver=LIVE)}
    settings = config(agents=agents, verdicts={"policy": "any-drop"}, prices={"m-1": {"input": 2, "output": 10}})
    sent, received = trial_tokens(CASES[0])
    found = _of(settings)
    assert found.tokens == 10 * (sent + received)
    assert found.money == pytest.approx(10 * (2 * sent + 10 * received) / 1_000_000)
    assert found.unpriced == ()


def test_a_paid_judge_is_part_of_what_a_run_costs() -> None:
    judge = {"provider": "openai", "model": "j-1"}
    prices = {"m-1": {"input": 2, "output": 10}, "j-1": {"input": 1, "output": 4}}
    agents = {"shop": agent_config(model="m-1", driver=LIVE)}
    free = _of(config(agents=agents, verdicts={"policy": "majority"}, prices=prices))
    paid = _of(config(agents=agents, verdicts={"policy": "majority"}, prices=prices, judge=judge))
    sent, received = vote_tokens(CASES[0])
    assert free.money is not None
    assert paid.money == pytest.approx(free.money + 33 * (sent + 4 * received) / 1_000_000)
    assert paid.tokens - free.tokens == pytest.approx(33 * (sent + received), abs=1)
    unknown = _of(config(agents=agents, prices={"m-1": prices["m-1"]}, judge=judge))
    assert (unknown.money, unknown.unpriced) == (None, ("the judge: model j-1 is not in `prices`",))


@pytest.mark.parametrize(
    ("model", "words"),
    [("", "shop: no `model` is configured"), ("m-2", "shop: model m-2 is not in `prices`")],
)
def test_an_unpriced_model_is_said_and_is_never_free(model: str, words: str) -> None:
    found = _of(
        config(agents={"shop": agent_config(model=model, driver=LIVE)}, prices={"m-1": {"input": 1, "output": 1}})
    )
    assert (found.money, found.unpriced) == (None, (words,))


def test_recordings_cost_nothing_whatever_their_model() -> None:
    agents = {"shop": agent_config(model="m-1")}
    found = _of(config(agents=agents, prices={"m-1": {"input": 2, "output": 10}}))
    assert (found.money, found.tokens, found.unpriced) == (0, 0, ())


def test_longer_conversations_cost_more_than_proportionally() -> None:
    one = plan_case("one")
    three = replace(one, turns=one.turns * 3)
    assert trial_tokens(three)[0] > 3 * trial_tokens(one)[0]


def test_nothing_selected_costs_nothing() -> None:
    assert _of(config(), cases=()) == Forecast(trials=0, judge_calls=0, money=0)
