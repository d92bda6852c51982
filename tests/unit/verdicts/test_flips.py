from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gate.model.words import Outcome
from gate.verdicts.confirm import ConfirmOptions
from gate.verdicts.flips import expected_cost, flip_report
from tests.procedures import suite

STEADY = [Outcome.PASSED] * 4
UNSTEADY = [Outcome.PASSED, Outcome.FAILED] * 2


@given(st.lists(st.booleans(), min_size=2, max_size=12))
def test_the_flip_rate_is_the_share_of_pairs_that_differ(passes: list[bool]) -> None:
    outcomes = [Outcome.PASSED if yes else Outcome.FAILED for yes in passes]
    pairs = [(a, b) for place, a in enumerate(passes) for other, b in enumerate(passes) if place != other]
    flips = flip_report({"a/b": outcomes}).cases[0]
    assert flips.rate == pytest.approx(sum(a != b for a, b in pairs) / len(pairs))
    assert flips.drop == pytest.approx(sum(a and not b for a, b in pairs) / len(pairs))


def test_simple_rules_block_unchanged_changes_by_luck() -> None:
    report = flip_report({"a/steady": STEADY, "a/one": UNSTEADY, "a/two": UNSTEADY})
    assert [one.case for one in report.cases] == ["a/one", "a/two", "a/steady"]
    assert report.one_against_one == pytest.approx(1 - (2 / 3) ** 2)
    assert report.majority_of_three == pytest.approx(1 - (3 / 4) ** 2)


def test_a_suite_that_never_flips_is_never_blocked() -> None:
    report = flip_report({"a/steady": STEADY, "a/once": [Outcome.FAILED]})
    assert (report.one_against_one, report.majority_of_three) == (0, 0)


def test_missing_trials_are_counted_and_left_out() -> None:
    report = flip_report({"a/b": [*STEADY, Outcome.ERRORED], "a/c": [Outcome.SKIPPED]})
    assert report.missing == 2
    assert {one.case: one.trials for one in report.cases} == {"a/b": 4, "a/c": 0}


def test_the_expected_cost_is_that_of_the_policy_itself() -> None:
    cases = suite(20)
    steady = flip_report({case.case: STEADY for case in cases})
    unsteady = flip_report({case.case: [*STEADY, Outcome.FAILED] for case in cases})
    cheap, dear = (expected_cost(cases, report, ConfirmOptions(), Random(1), prs=50) for report in (steady, unsteady))  # noqa: S311
    assert (cheap.mean, cheap.most) == (40, 40)
    assert dict(cheap.phases) == pytest.approx({"screen": 40})
    assert dear.mean > 2 * cheap.mean
    assert dear.most >= dear.mean
    assert cheap.blocked == 0


def test_a_case_nobody_ran_has_no_expected_cost() -> None:
    with pytest.raises(ValueError, match="no scored trials of agent/00"):
        expected_cost(suite(1), flip_report({}), ConfirmOptions(), Random(1))  # noqa: S311
