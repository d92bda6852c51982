"""What a procedure is told of each case."""

from dataclasses import replace

import pytest

from gate.baselines.comparable import Scorers
from gate.errors import StoreError
from gate.model.case import Case
from gate.model.comparison import CaseInput
from gate.model.words import Dimension, Severity, Status
from gate.verdicts.inputs import case_inputs, committed_levels, levels_of
from tests.results import SCORERS, make_baseline, make_case, make_plan

CASE = make_case("bulk-items", trials=5)
BASELINES = {"support": make_baseline((CASE, [2, 2, 2, 2, 0]))}


def _input(case: Case = CASE, scorers: Scorers = SCORERS, quarantined: frozenset[str] = frozenset()) -> CaseInput:
    return case_inputs([case], make_plan([case]), BASELINES, scorers, quarantined=quarantined)[0]


def test_a_known_case_brings_its_stored_counts() -> None:
    assert _input() == CaseInput(
        case="support/bulk-items",
        topic="Returns",
        severity=Severity.P0,
        stored_ok=4,
        stored_runs=5,
        comparable=True,
        may_block=True,
        trials=5,
    )


def test_a_case_without_a_row_is_not_comparable_and_has_no_counts() -> None:
    known = _input(make_case("new"))

    assert (known.comparable, known.stored_ok, known.stored_runs) == (False, 0, 0)


def test_an_agent_without_a_baseline_has_only_new_cases() -> None:
    assert _input(make_case("bulk-items", agent="sales")).stored_runs == 0


def test_a_changed_fixture_or_scorer_makes_a_case_not_comparable() -> None:
    assert not _input(make_case("bulk-items", rubric="r2")).comparable
    assert not _input(scorers=Scorers(judge="judge-2", checks="1")).comparable
    assert not _input(scorers=Scorers(judge="judge-1", checks="2")).comparable


@pytest.mark.parametrize(
    ("case", "scorers", "edited", "expected"),
    [
        (make_case("bulk-items", rubric="r2"), SCORERS, True, True),
        (make_case("bulk-items", rubric="r2"), SCORERS, False, False),  # the stored row is of an older fixture
        (CASE, SCORERS, True, False),  # only words that nothing depends on
        (make_case("bulk-items", rubric="r2"), Scorers(judge="judge-2", checks="1"), True, False),
    ],
)
def test_a_case_is_edited_when_the_change_alone_makes_it_another(
    case: Case, scorers: Scorers, edited: bool, expected: bool
) -> None:
    plan = replace(make_plan([case]), changed=(case.key,) if edited else ())

    assert case_inputs([case], plan, BASELINES, scorers)[0].changed is expected


@pytest.mark.parametrize("case", [replace(CASE, severity=Severity.P1), replace(CASE, status=Status.EXPLORATORY)])
def test_only_frozen_p0_cases_may_block(case: Case) -> None:
    assert not _input(case).may_block


def test_a_case_in_quarantine_may_not_block() -> None:
    known = _input(quarantined=frozenset({"support/bulk-items"}))

    assert (known.may_block, known.quarantined) == (False, True)


def test_only_selected_cases_are_asked_for_in_the_order_of_their_keys() -> None:
    cases = [make_case(name) for name in ("c", "a", "b")]
    inputs = case_inputs(cases, make_plan([cases[0], cases[1]]), {}, SCORERS)

    assert [one.case for one in inputs] == ["support/a", "support/c"]


def test_a_plan_of_other_fixtures_is_refused() -> None:
    with pytest.raises(StoreError, match="support/gone"):
        case_inputs([CASE], make_plan([CASE, make_case("gone")]), BASELINES, SCORERS)


def test_levels_are_two_unless_the_baseline_commits_to_less() -> None:
    case = make_case("a", Dimension.CORRECTNESS, Dimension.TONE)
    new = make_case("new", Dimension.TONE, Dimension.SAFETY)
    stored = make_baseline((case, [{Dimension.CORRECTNESS: 2, Dimension.TONE: 1}] * 5))
    levels = committed_levels([case, new], {"support": stored})

    assert levels == {"support/a": {"correctness": 2, "tone": 1}, "support/new": {"tone": 2, "safety": 2}}
    assert levels_of(make_plan([case], stored), case) == {Dimension.CORRECTNESS: 2, Dimension.TONE: 1}
    assert levels_of(make_plan([]), case) == {Dimension.CORRECTNESS: 2, Dimension.TONE: 2}


def test_safety_is_held_to_two_whatever_is_written() -> None:
    case = make_case("a", Dimension.SAFETY)
    plan = replace(make_plan([case]), levels={case.key: {"safety": 1}})

    assert levels_of(plan, case) == {Dimension.SAFETY: 2}
