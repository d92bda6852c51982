"""What is left out when a cap is reached."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gate.budget import Caps, Meter, affordable, left_out_words
from gate.model.comparison import Request
from gate.model.words import Arm, Severity

requests = st.lists(
    st.builds(
        Request, case=st.sampled_from(["P0/x", "P1/x", "P2/x"]), arm=st.sampled_from(Arm), trial=st.integers(1, 4)
    ),
    unique=True,
    max_size=12,
)


def severity(case: str) -> Severity:
    return Severity(case[:2])


@given(requests, st.integers(0, 12), st.integers(0, 12))
def test_a_batch_is_split_in_order_and_p0_always_runs(batch: list[Request], cap: int, used: int) -> None:
    """Nothing is lost or invented, P0 and first P1 trials run, and a cap is only passed by them."""
    runs, left_out = affordable(batch, Meter(trials=used), Caps(trials=cap), severity, Meter())

    assert sorted(runs + left_out, key=batch.index) == batch
    assert all(severity(item.case) is not Severity.P0 for item in left_out)
    assert all(severity(item.case) is Severity.P2 or item.trial > 1 for item in left_out)
    if cap and used + len(runs) > cap:
        assert all(severity(item.case) is Severity.P0 or item.trial == 1 for item in runs)
        assert all(severity(item.case) is not Severity.P2 for item in runs)


def test_p1_repeats_go_only_when_dropping_p2_is_not_enough() -> None:
    """The order of what is given up is part of the contract."""
    batch = [Request(case=case, arm=Arm.HEAD, trial=trial) for case, trial in [("P1/x", 2), ("P2/x", 1), ("P0/x", 1)]]

    runs, left_out = affordable(batch, Meter(), Caps(trials=2), severity, Meter())

    assert left_out == [batch[1]]
    assert runs == [batch[0], batch[2]]


def test_a_token_cap_expects_trials_to_cost_what_they_did_so_far() -> None:
    """100 tokens a trial and 250 left make room for two more."""
    batch = [Request(case="P2/x", arm=Arm.HEAD, trial=number) for number in range(1, 6)]
    used = Meter(trials=2, input_tokens=150, output_tokens=50)

    runs, left_out = affordable(batch, used, Caps(tokens=450), severity, Meter())

    assert len(runs) == 2
    assert len(left_out) == 3


@pytest.mark.parametrize(
    ("caps", "run"), [(Caps(judge_calls=3), 2), (Caps(tokens=450), 4), (Caps(money=0.5), 5), (Caps(money=0), 8)]
)
def test_the_first_batch_is_held_to_what_the_forecast_expects(caps: Caps, run: int) -> None:
    """Before a trial is done there is no average, and the first batch is the largest."""
    batch = [Request(case="P2/x", arm=Arm.HEAD, trial=number) for number in range(1, 9)]
    expected = Meter(trials=10, judge_calls=11, input_tokens=1000, money=1.0)

    runs, _ = affordable(batch, Meter(), caps, severity, expected)

    assert len(runs) == run


@given(trials=st.integers(0, 50), tokens=st.integers(0, 50), money=st.integers(0, 50), shards=st.integers(1, 9))
def test_the_shares_of_all_shards_reach_the_caps(trials: int, tokens: int, money: int, shards: int) -> None:
    """A cap stays one in every shard, and together the shards may use no less than the run."""
    share = Caps(trials=trials, tokens=tokens, money=money).share(shards)

    assert (share.trials > 0, share.tokens > 0, share.money > 0) == (trials > 0, tokens > 0, money > 0)
    assert trials <= share.trials * shards < trials + shards
    assert tokens <= share.tokens * shards < tokens + shards
    assert share.money * shards == pytest.approx(money)


def test_what_was_left_out_is_told_by_severity() -> None:
    """Whole P2 cases, and repeats of P1 cases, each named once."""
    left_out = [
        Request(case=case, arm=Arm.HEAD, trial=trial) for case, trial in [("P2/x", 1), ("P2/x", 2), ("P1/y", 2)]
    ]

    said = left_out_words(left_out, severity)

    assert said == ("the budget left out 3 trials, which count for nothing (P2: P2/x; P1 repeats: P1/y)",)
    assert left_out_words([], severity) == ()
