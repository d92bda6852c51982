"""The promises of the confirm policy, by seeded simulation through the product's own procedure."""

from dataclasses import replace
from random import Random

import pytest

from gate.model.words import Severity
from gate.verdicts.confirm import ConfirmOptions, Mode
from gate.verdicts.statistics import clopper_pearson_upper
from tests.simulation.worlds import Tally, World, case_key, draw_world, first_falls, simulate, world_of

pytestmark = pytest.mark.slow

PRS = 2000
BOUND = 0.01


@pytest.mark.parametrize("mix", ["stable", "typical"])
@pytest.mark.parametrize("size", [40, 100])
def test_unchanged_pull_requests_are_hardly_ever_blocked_and_cost_little(mix: str, size: int) -> None:
    tally = simulate(lambda random: draw_world(random, mix, size), prs=PRS, options=ConfirmOptions())
    assert clopper_pearson_upper(tally.blocked, tally.prs) <= BOUND
    assert tally.trials_per_case <= 4.5
    assert tally.environment <= 0.005 * tally.prs


def broken(mode: Mode, size: int, was: float, now: float, prs: int = PRS) -> float:
    """How often the one broken case of a typical suite is named."""
    tally = simulate(
        lambda random: draw_world(random, "typical", size, first=was),
        prs=prs,
        options=ConfirmOptions(mode=mode),
        change=first_falls(now),
    )
    return tally.named / tally.prs


@pytest.mark.parametrize(
    ("mode", "size", "was", "now", "at_least"),
    [
        ("standard", 40, 0.995, 0.1, 0.98),
        ("standard", 100, 0.995, 0.1, 0.98),
        ("standard", 40, 0.9, 0.4, 0.87),
        ("standard", 100, 0.9, 0.4, 0.87),
        ("standard", 100, 0.995, 0.0, 0.995),
        ("fast", 100, 0.995, 0.1, 0.87),
        ("strict", 100, 0.9, 0.4, 0.92),
    ],
)
def test_one_broken_case_is_named(mode: Mode, size: int, was: float, now: float, at_least: float) -> None:
    assert broken(mode, size, was, now) >= at_least


@pytest.mark.parametrize(("mode", "now"), [("fast", 0.10), ("standard", 0.31), ("strict", 0.43)])
def test_the_smallest_drop_that_is_printed_is_seen_in_nine_of_ten(mode: Mode, now: float) -> None:
    assert f"→ {now:.0%}".replace("%", " %") in ConfirmOptions(mode=mode).detectable
    assert broken(mode, 100, 1.0, now) >= 0.88  # 0.9 within the simulation's noise


@pytest.mark.parametrize("size", [40, 100])
def test_drift_of_thirty_percent_in_both_arms_is_never_blamed_on_the_change(size: int) -> None:
    tally = simulate(
        lambda random: draw_world(random, "typical", size),
        prs=PRS,
        options=ConfirmOptions(),
        drift=0.3,
    )
    assert clopper_pearson_upper(tally.blocked, tally.prs) <= BOUND
    assert tally.environment >= 0.8 * tally.prs


@pytest.mark.parametrize("rate", [0.5, 0.7, 0.85, 0.95])
def test_a_stale_baseline_that_claims_perfection_blocks_nothing(rate: float) -> None:
    tally = simulate(lambda _: world_of([(rate, 20)] * 40), prs=1000, options=ConfirmOptions())
    assert clopper_pearson_upper(tally.blocked, tally.prs) <= BOUND


@pytest.mark.parametrize(("size", "at_least"), [(40, 0.78), (100, 0.97)])
def test_a_topic_that_falls_by_twenty_points_is_blocked(size: int, at_least: float) -> None:
    def change(rates: dict[str, float]) -> dict[str, float]:
        topic = {case_key(number) for number in range(0, size, 5)}
        return {case: max(0.0, rate - 0.2) if case in topic else rate for case, rate in rates.items()}

    tally = simulate(
        lambda random: draw_world(random, "typical", size),
        prs=1000,
        options=ConfirmOptions(),
        change=change,
    )
    assert tally.blocked >= at_least * tally.prs


def test_cases_that_cannot_block_do_not_change_what_blocks() -> None:
    """Unsteady P1 cases beside a suite neither block it nor cost a confirmation."""

    def draw(random: Random) -> World:
        world = draw_world(random, "stable", 40)
        noise = [
            replace(case, case=f"agent/p1-{place}", severity=Severity.P1, may_block=False, stored_ok=10)
            for place, case in enumerate(world.cases)
        ]
        return World([*world.cases, *noise], {**world.base, **{case.case: 0.5 for case in noise}})

    tally: Tally = simulate(draw, prs=300, options=ConfirmOptions())
    assert clopper_pearson_upper(tally.blocked, tally.prs) <= 0.02
    assert tally.trials_per_case <= 4
