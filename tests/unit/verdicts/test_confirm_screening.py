"""The first look: how many trials, and what it says of cases that cannot block."""

from collections import Counter
from dataclasses import replace

import pytest

from gate.model.comparison import CaseInput, Request
from gate.model.words import Arm, CaseVerdict, Outcome, Severity
from gate.verdicts.confirm import ConfirmOptions, Mode, confirm_procedure
from tests.procedures import blocks, breaking, known, passed, play, regressed, suite

CASE = "agent/case"


def verdict_of(case: CaseInput, options: ConfirmOptions = ConfirmOptions()) -> CaseVerdict:  # noqa: B008
    procedure = confirm_procedure([case], options)
    play(procedure, breaking(case.case))
    return procedure.findings().cases[case.case].verdict


@pytest.mark.parametrize(
    ("mode", "stored_ok", "wish", "expected"),
    [
        ("fast", 20, 0, 1),
        ("fast", 17, 0, 1),
        ("standard", 20, 0, 2),
        ("standard", 19, 0, 3),
        ("strict", 20, 0, 3),
        ("strict", 19, 0, 4),
        ("standard", 20, 5, 5),
        ("standard", 20, 1, 2),
    ],
)
def test_screening_size_follows_mode_stored_counts_and_the_fixtures_wish(
    mode: Mode, stored_ok: int, wish: int, expected: int
) -> None:
    case = replace(known(CASE, stored_ok), trials=wish)
    batches = play(confirm_procedure([case], ConfirmOptions(mode=mode)), breaking())
    assert batches == [tuple(Request(case=CASE, arm=Arm.HEAD, trial=number + 1) for number in range(expected))]


def test_a_change_that_breaks_nothing_costs_only_the_screening() -> None:
    procedure = confirm_procedure(suite(10), ConfirmOptions())
    play(procedure, breaking())
    findings = procedure.findings()
    assert {finding.verdict for finding in findings.cases.values()} == {CaseVerdict.UNCHANGED}
    assert findings.phases == {"screen": 20}


@pytest.mark.parametrize(
    ("case", "expected"),
    [
        (replace(known(CASE, 0, 0), comparable=False), CaseVerdict.NEW),
        (replace(known(CASE, 14, 20), comparable=False), CaseVerdict.NOT_COMPARABLE),
        (replace(known(CASE, severity=Severity.P1), comparable=False), CaseVerdict.NOT_COMPARABLE),
        (known(CASE, 4, 4), CaseVerdict.NEW),
        (known(CASE, 14, 20), CaseVerdict.QUARANTINED),
        (replace(known(CASE), quarantined=True, may_block=False), CaseVerdict.QUARANTINED),
        (known(CASE, 20, 20, Severity.P1), CaseVerdict.INCONCLUSIVE),
        (known(CASE, 10, 20, Severity.P2), CaseVerdict.FLAKY),
        (known(CASE), CaseVerdict.REGRESSED),
    ],
)
def test_only_admitted_steady_p0_cases_regress(case: CaseInput, expected: CaseVerdict) -> None:
    assert verdict_of(case) is expected


def test_a_changed_case_that_fails_is_told_by_pairs_alone() -> None:
    """Or editing a fixture, the test data or the judge would be a way past the gate."""
    cases = [*suite(10), *[replace(known(f"agent/changed-{number}"), comparable=False) for number in range(3)]]
    changed = {case.case for case in cases if not case.comparable}

    broken = confirm_procedure(cases, ConfirmOptions())
    play(broken, breaking("agent/changed-0"))
    finding = broken.findings().cases["agent/changed-0"]
    assert regressed(broken.findings()) == {"agent/changed-0"}
    assert "paired runs" in finding.explanation
    assert "stored" not in finding.explanation

    harder = confirm_procedure(cases, ConfirmOptions())
    play(harder, lambda request: passed(request.case not in changed))  # base fails the changed fixtures as well
    assert not blocks(harder.findings())
    assert not harder.findings().groups  # the fixtures changed, so this is no drift of the platform


def test_a_changed_case_without_a_base_arm_is_not_compared() -> None:
    procedure = confirm_procedure([replace(known(CASE), comparable=False)], ConfirmOptions(has_base_arm=False))
    play(procedure, breaking(CASE))
    assert procedure.findings().cases[CASE].verdict is CaseVerdict.NOT_COMPARABLE


@pytest.mark.parametrize(
    ("case", "fails", "expected"),
    [
        (known(CASE), set(range(1, 40)), CaseVerdict.REGRESSED),
        (known(CASE), {1}, CaseVerdict.NOT_COMPARABLE),
        (known(CASE), set(), CaseVerdict.NOT_COMPARABLE),
        (known(CASE, 18, 20), set(range(2, 40)), CaseVerdict.REGRESSED),
        (known(CASE, 14, 20), set(range(1, 40)), CaseVerdict.NOT_COMPARABLE),
        (known(CASE, severity=Severity.P1), set(range(1, 40)), CaseVerdict.NOT_COMPARABLE),
    ],
)
def test_editing_a_case_that_could_block_is_no_way_past_a_driver_without_base(
    case: CaseInput, fails: set[int], expected: CaseVerdict
) -> None:
    edited = replace(case, comparable=False, changed=True)
    procedure = confirm_procedure([edited], ConfirmOptions(has_base_arm=False))
    play(procedure, lambda request: passed(request.trial not in fails))
    finding = procedure.findings().cases[CASE]
    assert finding.verdict is expected
    assert "stored 20" not in finding.explanation or expected is not CaseVerdict.REGRESSED


def test_a_quarantined_case_that_always_passes_now_has_improved() -> None:
    procedure = confirm_procedure([known(CASE, 1, 20)], ConfirmOptions())
    play(procedure, breaking())
    finding = procedure.findings().cases[CASE]
    assert finding.verdict is CaseVerdict.IMPROVED
    assert finding.explanation.startswith("head passed 3 of 3 trials; stored 1 of 20")


def test_p0_is_answered_before_p1_is_asked_and_p2_repeats_come_last() -> None:
    cases = [known("a/p2", severity=Severity.P2), known("a/p1", severity=Severity.P1), known("a/p0")]
    batches = play(confirm_procedure(cases, ConfirmOptions()), breaking("a/p0"))
    assert {request.case for batch in batches[:-1] for request in batch} == {"a/p0"}
    assert [request.case for request in batches[-1]] == ["a/p1", "a/p1", "a/p2", "a/p2"]
    assert [request.trial for request in batches[-1]] == [1, 2, 1, 2]


def test_a_case_without_a_scored_trial_is_an_infra_failure() -> None:
    procedure = confirm_procedure(suite(40), ConfirmOptions())
    play(procedure, lambda request: Outcome.ERRORED if request.case == "agent/00" else Outcome.PASSED)
    findings = procedure.findings()
    assert findings.cases["agent/00"].verdict is CaseVerdict.INFRA_FAILURE
    assert findings.cases["agent/00"].missing == 2
    assert not findings.environment  # 2 of 80 are within 5 %


def test_more_missing_trials_than_allowed_is_the_environment() -> None:
    procedure = confirm_procedure(suite(20), ConfirmOptions(infra_missing=0.05))
    batches = play(procedure, lambda request: Outcome.ERRORED if request.case < "agent/02" else Outcome.PASSED)
    assert "4 of 40 head trials are missing" in procedure.findings().environment
    assert len(batches) == 1


def test_a_single_missing_trial_is_never_the_environment() -> None:
    procedure = confirm_procedure(suite(1), ConfirmOptions())
    play(procedure, lambda request: Outcome.ERRORED if request.trial == 1 else Outcome.PASSED)
    findings = procedure.findings()
    assert findings.environment == ""
    assert findings.cases["agent/00"].verdict is CaseVerdict.UNCHANGED


def test_missing_p1_trials_say_nothing_of_the_environment() -> None:
    cases = [*suite(5), known("agent/p1", severity=Severity.P1)]
    procedure = confirm_procedure(cases, ConfirmOptions())
    play(procedure, lambda request: Outcome.ERRORED if request.case == "agent/p1" else Outcome.PASSED)
    assert procedure.findings().environment == ""
    assert procedure.findings().cases["agent/p1"].verdict is CaseVerdict.INFRA_FAILURE


def test_what_a_budget_left_out_is_never_green_and_not_counted_as_spent() -> None:
    procedure = confirm_procedure([known("a/p0"), known("a/p2", severity=Severity.P2)], ConfirmOptions())
    play(procedure, lambda request: Outcome.SKIPPED if request.case == "a/p2" else Outcome.PASSED)
    findings = procedure.findings()
    assert findings.cases["a/p2"].verdict is CaseVerdict.INCONCLUSIVE
    assert "not run" in findings.cases["a/p2"].explanation
    assert findings.phases == {"screen": 2}


def test_before_the_end_a_case_is_inconclusive() -> None:
    procedure = confirm_procedure(suite(1), ConfirmOptions())
    assert procedure.findings().cases["agent/00"].verdict is CaseVerdict.INCONCLUSIVE


def test_a_batch_may_be_answered_in_any_order_and_asked_for_again() -> None:
    procedure = confirm_procedure(suite(3), ConfirmOptions())
    first, *rest = procedure.wanted()
    procedure.observe(first, Outcome.PASSED)
    assert list(procedure.wanted()) == rest
    for request in reversed(rest):
        procedure.observe(request, Outcome.PASSED)
    assert procedure.wanted() == ()


def test_an_unasked_trial_is_refused() -> None:
    procedure = confirm_procedure(suite(1), ConfirmOptions())
    with pytest.raises(ValueError, match="not asked for"):
        procedure.observe(Request(case="agent/00", arm=Arm.BASE, trial=1), Outcome.PASSED)


def test_two_cases_of_one_name_are_refused() -> None:
    with pytest.raises(ValueError, match="share one key"):
        confirm_procedure([known(CASE), known(CASE)], ConfirmOptions())


@pytest.mark.parametrize("changes", [{"alpha": 0.0}, {"alpha": 1.0}, {"cap": 0}, {"infra_missing": 1.5}])
def test_options_out_of_range_are_refused(changes: dict[str, float]) -> None:
    with pytest.raises(ValueError, match="out of range"):
        ConfirmOptions(**changes)  # type: ignore[arg-type]


def test_nothing_selected_is_answered_at_once() -> None:
    procedure = confirm_procedure([], ConfirmOptions())
    assert procedure.wanted() == ()
    assert procedure.findings().cases == {}


def test_no_trial_is_asked_for_twice() -> None:
    procedure = confirm_procedure(suite(8), ConfirmOptions())
    batches = play(procedure, lambda request: passed(request.arm is Arm.BASE or request.trial % 3))
    assert max(Counter(request for batch in batches for request in batch).values()) == 1
