"""Absolute floors: met, missed, or not yet decidable."""

from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gate.model.comparison import Comparison
from gate.model.report import AcceptanceRow
from gate.model.score import Finding, outcome
from gate.model.words import CaseVerdict, Dimension, Severity, Status, Tier
from gate.verdicts.acceptance import acceptance
from gate.verdicts.comparison import compare
from gate.verdicts.inputs import case_inputs
from gate.verdicts.majority import Majority
from tests.results import SCORERS, Given, compare_by_majority, make_baseline, make_case, make_plan, make_trial

CORRECTNESS, GROUNDING, TONE, SAFETY = Dimension
FLOORS = {Severity.P0: {CORRECTNESS: 0.95}}


def _suite(
    number: int, head: Sequence[Given], stored: Sequence[int] = (), severity: Severity = Severity.P0
) -> Comparison:
    cases = [make_case(f"c{index}", severity=severity) for index in range(number)]
    baseline = make_baseline(*[(case, stored) for case in cases])
    return compare_by_majority(baseline, *[(case, head) for case in cases])


def _one(comparison: Comparison, tier: Tier = Tier.PULL_REQUEST, *, deterministic: bool = False) -> AcceptanceRow:
    rows = acceptance(FLOORS, tier, comparison, deterministic=deterministic)
    assert len(rows) == 1
    return rows[0]


def test_a_suite_that_is_surely_good_enough_meets_its_floor() -> None:
    row = _one(_suite(40, [2, 2]))

    assert (row.verdict, row.rate, row.cases, row.blocks) == ("met", 1.0, 40, False)
    assert 0.95 <= row.low < row.high == 1.0


def test_a_suite_that_is_surely_too_weak_misses_it_and_blocks() -> None:
    row = _one(_suite(10, [0, 0]))

    assert (row.verdict, row.rate, row.blocks) == ("missed", 0.0, True)


def test_too_few_trials_decide_nothing() -> None:
    row = _one(_suite(10, [2, 2]))

    assert (row.verdict, row.rate, row.blocks) == ("not yet decidable", 1.0, False)


def test_the_stored_trials_of_an_unchanged_case_count_with_the_heads() -> None:
    assert _one(_suite(10, [2, 2], stored=[2] * 20)).verdict == "met"


def test_the_stored_trials_of_a_regressed_case_do_not() -> None:
    row = _one(_suite(10, [0, 0], stored=[2] * 20))

    assert (row.verdict, row.rate) == ("missed", 0.0)


def test_an_agent_that_never_was_good_enough_does_not_pass_by_not_getting_worse() -> None:
    compared = _suite(10, [0, 0], stored=[0] * 20)

    assert {case.verdict for case in compared.cases} == {CaseVerdict.UNCHANGED}
    assert _one(compared).blocks


def test_the_share_of_a_deterministic_agent_is_exact() -> None:
    row = _one(_suite(10, [2, 2]), deterministic=True)

    assert (row.verdict, row.low, row.high) == ("met", 1.0, 1.0)


def test_a_case_counts_once_however_often_it_was_asked() -> None:
    often, seldom = make_case("often", trials=19), make_case("seldom", trials=1)
    row = _one(compare_by_majority(make_baseline(), (often, [0] * 19), (seldom, [2])))

    assert row.rate == 0.5


def test_a_case_without_a_score_is_allowed_for_on_both_sides() -> None:
    cases = [make_case(f"c{index}") for index in range(4)]
    compared = compare_by_majority(make_baseline(), *[(case, [2, 2]) for case in cases[:3]], suite=cases)
    row = _one(compared, deterministic=True)

    assert (row.cases, row.missing, row.low, row.high, row.verdict) == (4, 1, 0.75, 1.0, "not yet decidable")


def test_nothing_scored_leaves_everything_open() -> None:
    row = _one(compare_by_majority(make_baseline(), suite=[make_case("a")]))

    assert (row.rate, row.low, row.high, row.verdict) == (0.0, 0.0, 1.0, "not yet decidable")


@pytest.mark.parametrize(
    ("tier", "judged"),
    [
        (Tier.PULL_REQUEST, [Severity.P0]),
        (Tier.NAMED, []),
        (Tier.DAILY, [Severity.P0, Severity.P1]),
        (Tier.WEEKLY, list(Severity)),
        (Tier.FULL, list(Severity)),
    ],
)
def test_only_severities_that_the_tier_runs_wholly_are_judged(tier: Tier, judged: list[Severity]) -> None:
    cases = [make_case(severity.value.lower(), severity=severity) for severity in Severity]
    compared = compare_by_majority(make_baseline(), *[(case, [0, 0]) for case in cases])
    rows = acceptance({severity: {CORRECTNESS: 0.9} for severity in Severity}, tier, compared)

    assert [row.severity for row in rows] == judged
    assert [row.blocks for row in rows] == [
        severity is Severity.P0 and row.verdict == "missed" for severity, row in zip(judged, rows, strict=True)
    ]


def test_exploratory_cases_and_other_dimensions_are_left_out() -> None:
    cases = [make_case("a", status=Status.EXPLORATORY), make_case("b", TONE)]

    assert (
        acceptance(FLOORS, Tier.FULL, compare_by_majority(make_baseline(), *[(case, [0, 0]) for case in cases])) == ()
    )


def test_each_agent_has_its_own_floor() -> None:
    cases = [make_case("a", agent="one"), make_case("a", agent="two")]
    compared = compare_by_majority(make_baseline(), (cases[0], [2, 2]), (cases[1], [0, 0]))

    assert [(row.agent, row.rate) for row in acceptance(FLOORS, Tier.FULL, compared)] == [("one", 1.0), ("two", 0.0)]


def _advisory(number: int, cap: int) -> AcceptanceRow:
    """A suite whose judge gives 0 throughout, with a check that caps at `cap`."""
    advisory = frozenset({CORRECTNESS})
    cases = [make_case(f"c{index}", trials=1) for index in range(number)]
    plan = make_plan(cases)
    seen = Finding(check="tools", dimension=CORRECTNESS, score=cap, reason="")
    trials = [make_trial(case, 0, findings=[seen]) for case in cases]
    procedure = Majority(case_inputs(cases, plan, {}, SCORERS, advisory=lambda _: advisory))
    for request, trial in zip(procedure.wanted(), sorted(trials, key=lambda one: one.case), strict=True):
        procedure.observe(request, outcome(trial, {}, advisory))
    compared = compare(
        cases, plan, {}, trials, procedure.findings(), policy="majority", scorers=SCORERS, advisory=lambda _: advisory
    )
    return _one(compared)


def test_an_uncalibrated_judge_cannot_miss_a_floor_with_consequences() -> None:
    row = _advisory(10, cap=2)

    assert (row.verdict, row.advisory, row.blocks) == ("missed", True, False)


def test_checks_can_miss_a_floor_in_an_advisory_dimension() -> None:
    row = _advisory(10, cap=0)

    assert (row.verdict, row.advisory, row.blocks) == ("missed", True, True)


@given(st.lists(st.lists(st.sampled_from((0, 2)), min_size=3, max_size=3), min_size=1, max_size=12), st.floats(0, 1))
def test_the_interval_holds_the_rate_and_the_verdict_follows_from_it(heads: list[list[int]], floor: float) -> None:
    suite = [(make_case(f"c{number}", trials=3), scores) for number, scores in enumerate(heads)]
    compared = compare_by_majority(make_baseline(), *suite)
    row = acceptance({Severity.P0: {CORRECTNESS: floor}}, Tier.FULL, compared)[0]

    assert 0 <= row.low <= row.rate <= row.high <= 1
    assert (row.verdict == "met") == (row.low >= floor)
    assert (row.verdict == "missed") == (row.high < floor)
