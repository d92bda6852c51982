"""The simple policies, driven as the runner drives them."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gate.model.comparison import CaseInput, Findings
from gate.model.words import Arm, CaseVerdict, Outcome
from gate.verdicts.any_drop import AnyDrop
from gate.verdicts.majority import Majority
from tests.results import make_input

PASSED, FAILED, ERRORED, SKIPPED = Outcome
ONE = "support/return-flow"

_outcomes = st.lists(st.sampled_from((PASSED, FAILED, ERRORED)), min_size=5, max_size=5)


def _drive(procedure: Majority, outcomes: Mapping[str, Sequence[Outcome]]) -> Findings:
    while batch := procedure.wanted():
        for request in batch:
            assert request.arm is Arm.HEAD
            procedure.observe(request, outcomes[request.case][request.trial - 1])
    return procedure.findings()


def _verdict(case: CaseInput, *outcomes: Outcome) -> CaseVerdict:
    return _drive(Majority([case], infra_missing=1), {case.case: outcomes}).cases[case.case].verdict


@pytest.mark.parametrize(
    ("stored", "may_block", "outcomes", "verdict"),
    [
        (20, True, [FAILED, FAILED], CaseVerdict.REGRESSED),
        (20, True, [PASSED, PASSED], CaseVerdict.NOT_COMPARABLE),
        (20, True, [ERRORED, ERRORED, FAILED], CaseVerdict.INCONCLUSIVE),
        (20, False, [FAILED, FAILED], CaseVerdict.NOT_COMPARABLE),
        (10, True, [FAILED, FAILED], CaseVerdict.NOT_COMPARABLE),
    ],
)
def test_editing_a_case_that_could_block_is_no_way_past_the_gate(
    stored: int, may_block: bool, outcomes: list[Outcome], verdict: CaseVerdict
) -> None:
    case = replace(make_input(ONE, stored, 20, comparable=False, may_block=may_block), changed=True)

    found = _drive(Majority([case], infra_missing=1), {ONE: outcomes}).cases[ONE]

    assert found.verdict is verdict
    assert (found.base_passed, found.base_trials) == (0, 0)  # never the numbers of another fixture


@pytest.mark.parametrize(
    ("stored", "outcomes", "verdict"),
    [
        (20, [PASSED, PASSED], CaseVerdict.UNCHANGED),
        (20, [FAILED, FAILED], CaseVerdict.REGRESSED),
        (20, [PASSED, FAILED, FAILED], CaseVerdict.REGRESSED),
        (20, [PASSED, FAILED, PASSED], CaseVerdict.FLAKY),
        (0, [PASSED, PASSED], CaseVerdict.IMPROVED),
        (0, [FAILED, FAILED], CaseVerdict.UNCHANGED),
        (0, [FAILED, PASSED, FAILED], CaseVerdict.FLAKY),
        (10, [FAILED, FAILED], CaseVerdict.UNCHANGED),
        (11, [FAILED, FAILED], CaseVerdict.REGRESSED),
        (20, [ERRORED, FAILED, FAILED], CaseVerdict.REGRESSED),
        (20, [ERRORED, FAILED, PASSED], CaseVerdict.INCONCLUSIVE),
        (20, [ERRORED, ERRORED, PASSED], CaseVerdict.INCONCLUSIVE),
        (20, [ERRORED, ERRORED, ERRORED], CaseVerdict.INFRA_FAILURE),
        (20, [PASSED, SKIPPED], CaseVerdict.INCONCLUSIVE),
        (20, [SKIPPED, SKIPPED], CaseVerdict.INCONCLUSIVE),
    ],
)
def test_most_of_three_trials_decide(stored: float, outcomes: list[Outcome], verdict: CaseVerdict) -> None:
    assert _verdict(make_input(ok=stored), *outcomes) is verdict


def test_a_tie_is_no_regression() -> None:
    assert _verdict(make_input(trials=2), PASSED, FAILED) is CaseVerdict.FLAKY


@pytest.mark.parametrize(
    ("case", "verdict"),
    [
        (make_input(ok=0, runs=0, comparable=False), CaseVerdict.NEW),
        (make_input(comparable=False), CaseVerdict.NOT_COMPARABLE),
        (make_input(quarantined=True), CaseVerdict.QUARANTINED),
    ],
)
@given(outcomes=_outcomes)
def test_a_case_that_stands_aside_runs_and_never_regresses(
    case: CaseInput, verdict: CaseVerdict, outcomes: list[Outcome]
) -> None:
    assert _verdict(case, *outcomes) in {verdict, CaseVerdict.INFRA_FAILURE}


def test_no_more_trials_are_asked_for_than_could_still_matter() -> None:
    findings = _drive(Majority([make_input(trials=5)]), {ONE: [FAILED, FAILED, FAILED]})

    assert findings.cases[ONE].head_trials == 3
    assert findings.phases == {"head": 3}


def test_the_finding_carries_the_numbers_and_says_them() -> None:
    finding = _drive(Majority([make_input(ok=19)]), {ONE: [FAILED, PASSED, FAILED]}).cases[ONE]

    assert (finding.base_passed, finding.base_trials, finding.head_passed, finding.head_trials) == (19, 20, 1, 3)
    assert finding.explanation == "base passed 19 of 20 stored trials, head passed 1 of 3"


def test_numbers_of_something_else_are_not_set_beside_the_heads() -> None:
    finding = _drive(Majority([make_input(comparable=False)]), {ONE: [PASSED, PASSED]}).cases[ONE]

    assert (finding.base_passed, finding.base_trials) == (0, 0)


def test_cases_that_may_block_run_first() -> None:
    cases = [make_input("support/a", may_block=False), make_input("support/b")]

    assert [request.case for request in AnyDrop(cases).wanted()] == ["support/b", "support/a"]


def test_more_than_five_percent_missing_is_said_of_the_environment() -> None:
    cases = [make_input(f"support/{number}") for number in range(20)]
    one = {case.case: [ERRORED if case.case.endswith("/7") else PASSED] for case in cases}
    two = {**one, "support/3": [ERRORED]}

    assert _drive(AnyDrop(cases), one).environment == ""
    assert _drive(AnyDrop(cases), two).environment.startswith("2 of 20 trials are missing")


def test_trials_left_out_by_a_budget_are_not_missing() -> None:
    findings = _drive(AnyDrop([make_input()]), {ONE: [SKIPPED]})

    assert (findings.environment, findings.phases) == ("", {"head": 0})
    assert findings.cases[ONE].explanation == "it did not run: the run stopped before it"


def test_a_case_in_quarantine_does_not_fail_the_environment() -> None:
    assert _drive(AnyDrop([make_input(quarantined=True)]), {ONE: [ERRORED]}).environment == ""


def test_failing_fast_leaves_open_cases_inconclusive() -> None:
    cases = [make_input("support/a", trials=1), make_input("support/b", trials=5)]
    outcomes = {"support/a": [FAILED], "support/b": [PASSED, FAILED, PASSED, PASSED, PASSED]}
    stopped = _drive(Majority(cases, fail_fast=True), outcomes)

    assert stopped.cases["support/a"].verdict is CaseVerdict.REGRESSED
    assert stopped.cases["support/b"].verdict is CaseVerdict.INCONCLUSIVE


def test_any_drop_takes_one_trial_whatever_the_fixture_wishes() -> None:
    findings = _drive(AnyDrop([make_input(trials=3)]), {ONE: [FAILED]})

    assert findings.cases[ONE].verdict is CaseVerdict.REGRESSED


@given(st.integers(0, 7), st.lists(st.booleans(), min_size=3, max_size=3))
def test_swapping_the_arms_turns_regressed_into_improved(stored: int, head: list[bool]) -> None:
    """What is stored of base is what head does when the arms are swapped; the trial count is odd, so nothing ties."""
    base = [one < stored for one in range(7)]
    forth = _verdict(make_input(ok=sum(base), runs=7, trials=3), *_of(head))
    back = _verdict(make_input(ok=sum(head), runs=3, trials=7), *_of(base))
    mirrored = {CaseVerdict.REGRESSED: CaseVerdict.IMPROVED, CaseVerdict.IMPROVED: CaseVerdict.REGRESSED}

    assert mirrored.get(forth) == (back if forth in mirrored else None)
    assert (back in mirrored) == (forth in mirrored)


@given(st.lists(st.booleans(), min_size=1, max_size=7))
def test_a_case_compared_with_itself_neither_regresses_nor_improves(outcomes: list[bool]) -> None:
    case = make_input(ok=sum(outcomes), runs=len(outcomes), trials=len(outcomes))

    assert _verdict(case, *_of(outcomes)) in {CaseVerdict.UNCHANGED, CaseVerdict.FLAKY}


@given(st.integers(0, 20), _outcomes, st.integers(0, 4))
def test_one_more_failure_never_takes_a_regression_back(stored: int, outcomes: list[Outcome], which: int) -> None:
    case = make_input(ok=stored, trials=5)
    worse = [*outcomes[:which], FAILED, *outcomes[which + 1 :]]

    if _verdict(case, *outcomes) is CaseVerdict.REGRESSED:
        assert _verdict(case, *worse) is CaseVerdict.REGRESSED
    if _verdict(case, *worse) is CaseVerdict.IMPROVED:
        assert _verdict(case, *outcomes) is not CaseVerdict.REGRESSED


@given(st.permutations(range(6)), st.lists(_outcomes, min_size=6, max_size=6))
def test_the_order_of_cases_is_irrelevant(order: list[int], outcomes: list[list[Outcome]]) -> None:
    cases = [make_input(f"support/{number}") for number in range(6)]
    said = {case.case: outcome for case, outcome in zip(cases, outcomes, strict=True)}

    assert _drive(Majority([cases[one] for one in order]), said) == _drive(Majority(cases), said)


@given(st.lists(_outcomes, min_size=3, max_size=3), st.booleans())
def test_every_drive_ends_and_feeding_it_again_gives_the_same(outcomes: list[list[Outcome]], fail_fast: bool) -> None:
    cases = [make_input(f"support/{number}") for number in range(3)]
    said = {case.case: outcome for case, outcome in zip(cases, outcomes, strict=True)}
    first = _drive(Majority(cases, fail_fast=fail_fast), said)

    assert _drive(Majority(cases, fail_fast=fail_fast), said) == first
    assert sum(first.phases.values()) <= 9


def _of(outcomes: Sequence[bool]) -> list[Outcome]:
    return [PASSED if passed else FAILED for passed in outcomes]
