"""Accepting results into a baseline: named rows only, with who, why and when."""

from collections.abc import Sequence
from dataclasses import replace

import pytest

from gate.baselines.accept import accept
from gate.baselines.levels import CaseClass, classify
from gate.errors import UsageError
from gate.model.baseline import Baseline, SignOff
from gate.model.case import Case
from gate.model.comparison import Comparison
from gate.model.words import Dimension
from tests.results import Given, compare_by_majority, make_baseline, make_case

CORRECTNESS, TONE = Dimension.CORRECTNESS, Dimension.TONE
BROKEN, STEADY = make_case("broken", CORRECTNESS, TONE), make_case("steady")
BASELINE = make_baseline((BROKEN, [2] * 20), (STEADY, [2] * 20))
SIGN_OFF = SignOff(at="2026-11-22T14:00:00Z", by="ana", reason="shorter", commit="9ab", digest="d1", cases=("broken",))


def _compare(*head: tuple[Case, Sequence[Given]]) -> Comparison:
    return compare_by_majority(BASELINE, *head)


def _accept(comparison: Comparison, sign_off: SignOff = SIGN_OFF, baseline: Baseline = BASELINE) -> Baseline:
    return accept(baseline, comparison, "2026-11-22", sign_off)


def test_the_named_row_becomes_what_the_head_did() -> None:
    row = _accept(_compare((BROKEN, [{CORRECTNESS: 1, TONE: 2}] * 2), (STEADY, [2, 2]))).cases["broken"]

    assert (row.runs, row.ok, row.level) == (2, 2, {CORRECTNESS: 1, TONE: 2})
    assert row.hist == {CORRECTNESS: (0, 2, 0), TONE: (0, 0, 2)}
    assert (row.fingerprints, row.judge, row.checks, row.last) == (BROKEN.fingerprints, "judge-1", "1", "2026-11-22")


def test_other_rows_stay_even_when_they_regressed() -> None:
    after = _accept(_compare((BROKEN, [0, 0]), (STEADY, [0, 0])))

    assert after.cases["steady"] == BASELINE.cases["steady"]


def test_the_sign_off_stands_in_the_history() -> None:
    assert _accept(_compare((BROKEN, [0, 0]))).history == (SIGN_OFF,)


def test_accepting_the_same_result_again_changes_nothing() -> None:
    comparison = _compare((BROKEN, [0, 0]))
    once = _accept(comparison)

    assert _accept(comparison, replace(SIGN_OFF, at="later", reason="again"), once) is once


def test_a_case_accepted_as_broken_cannot_block_again() -> None:
    row = _accept(_compare((BROKEN, [0, 0]))).cases["broken"]

    assert (row.ok, row.level[CORRECTNESS], classify(row.runs, row.ok)) == (0, 2, CaseClass.QUARANTINED)


@pytest.mark.parametrize(("seen_by_checks", "ok", "stands"), [(2, 0, "quarantined"), (0, 20, "clean")])
def test_in_an_advisory_dimension_only_what_the_checks_saw_counts_against_the_row(
    seen_by_checks: int, ok: float, stands: str
) -> None:
    """Broken by the word of the checks stays broken in the row, or it would be missed in every later pull request."""
    comparison = compare_by_majority(BASELINE, (BROKEN, [{CORRECTNESS: 0, TONE: 2}] * 2), advisory=frozenset(Dimension))
    case = comparison.cases[0]
    failing = 10 * seen_by_checks
    correctness, tone = case.dimensions
    assert correctness.head is not None
    head = replace(correctness.head, checked=(20 - failing, 20), histogram=(20.0, 0.0, 0.0))
    finding = replace(case.finding, head_passed=20 - failing, head_trials=20)
    one = replace(case, finding=finding, dimensions=(replace(correctness, head=head), tone))

    row = _accept(replace(comparison, cases=(one,))).cases["broken"]

    assert (row.ok, classify(row.runs, row.ok)) == (ok, CaseClass(stands))


def test_a_trial_that_fails_two_dimensions_is_never_counted_as_passed() -> None:
    head = [{CORRECTNESS: 0, TONE: 1}, {CORRECTNESS: 0, TONE: 1}, {CORRECTNESS: 2, TONE: 1}]
    row = _accept(_compare((BROKEN, head))).cases["broken"]

    assert row.level[TONE] == 1
    assert row.ok <= 1


def test_keys_and_ids_both_name_a_case_and_other_agents_are_left_to_their_own_baseline() -> None:
    named = replace(SIGN_OFF, cases=("support/broken", "sales/quote"))

    assert _accept(_compare((BROKEN, [0, 0])), named).history == (SIGN_OFF,)


def test_naming_no_case_accepts_all_that_block() -> None:
    after = _accept(_compare((BROKEN, [0, 0]), (STEADY, [2, 2])), replace(SIGN_OFF, cases=()))

    assert after.history[0].cases == ("broken",)


def test_a_case_without_a_result_cannot_be_accepted() -> None:
    with pytest.raises(UsageError) as raised:
        _accept(_compare((BROKEN, [0, 0])), replace(SIGN_OFF, cases=("broken", "stedy")))

    assert "stedy" in raised.value.message
    assert "broken" in raised.value.hint


def test_a_row_of_checks_alone_stays_one() -> None:
    row = replace(BASELINE.cases["broken"], judge="")
    baseline = replace(BASELINE, cases={**BASELINE.cases, "broken": row})

    assert _accept(_compare((BROKEN, [0, 0])), baseline=baseline).cases["broken"].judge == ""
