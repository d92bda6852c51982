"""Drivers that answer the same every time: one trial, a drop is a drop."""

from dataclasses import replace

import pytest

from gate.model.comparison import CaseInput, Request
from gate.model.words import Arm, CaseVerdict, Outcome, Severity
from gate.verdicts.confirm import ConfirmOptions, confirm_procedure
from tests.procedures import breaking, known, passed, play, suite, trials

WITH_BASE = ConfirmOptions(deterministic=True)
WITHOUT_BASE = ConfirmOptions(deterministic=True, has_base_arm=False)


@pytest.mark.parametrize("options", [WITH_BASE, WITHOUT_BASE])
def test_a_drop_is_a_drop_after_one_trial(options: ConfirmOptions) -> None:
    procedure = confirm_procedure([*suite(5), known("agent/strange", 3, 3)], options)
    batches = play(procedure, breaking("agent/00", "agent/strange"))
    verdicts = {case: finding.verdict for case, finding in procedure.findings().cases.items()}
    assert {case for case, verdict in verdicts.items() if verdict is CaseVerdict.REGRESSED} == {
        "agent/00",
        "agent/strange",
    }
    assert trials(batches, Arm.HEAD) == 6
    assert trials(batches, Arm.BASE) == (2 if options.has_base_arm else 0)


def test_the_fixtures_wish_for_more_trials_is_not_needed() -> None:
    batches = play(confirm_procedure([replace(known("a/b"), trials=4)], WITH_BASE), breaking())
    assert trials(batches) == 1


def test_what_fails_on_base_as_well_is_unchanged() -> None:
    procedure = confirm_procedure(suite(2), WITH_BASE)
    play(procedure, lambda request: passed(request.case != "agent/00"))
    finding = procedure.findings().cases["agent/00"]
    assert finding.verdict is CaseVerdict.UNCHANGED
    assert "base failed as well in this run" in finding.explanation


@pytest.mark.parametrize("options", [WITH_BASE, WITHOUT_BASE])
def test_a_stored_failure_that_passes_now_has_improved(options: ConfirmOptions) -> None:
    procedure = confirm_procedure([known("a/b", 0, 5)], options)
    play(procedure, lambda request: passed(request.arm is Arm.HEAD))
    assert procedure.findings().cases["a/b"].verdict is CaseVerdict.IMPROVED


@pytest.mark.parametrize(
    ("case", "expected"),
    [
        (replace(known("a/b", 0, 0), comparable=False), CaseVerdict.NEW),
        (replace(known("a/b", severity=Severity.P1), comparable=False), CaseVerdict.NOT_COMPARABLE),
        (replace(known("a/b"), quarantined=True, may_block=False), CaseVerdict.QUARANTINED),
        (known("a/b", severity=Severity.P1), CaseVerdict.REGRESSED),
    ],
)
def test_cases_that_cannot_be_compared_are_reported(case: CaseInput, expected: CaseVerdict) -> None:
    procedure = confirm_procedure([case], WITH_BASE)
    play(procedure, breaking("a/b"))
    assert procedure.findings().cases["a/b"].verdict is expected


def test_missing_trials_are_an_infra_failure() -> None:
    def answer(request: Request) -> Outcome:
        if request.case == "agent/00" or request.arm is Arm.BASE:
            return Outcome.ERRORED
        return passed(request.case != "agent/01")

    procedure = confirm_procedure(suite(30), WITH_BASE)
    play(procedure, answer)
    findings = procedure.findings()
    assert findings.cases["agent/00"].verdict is CaseVerdict.INFRA_FAILURE
    assert findings.cases["agent/01"].verdict is CaseVerdict.INFRA_FAILURE
    assert findings.environment == ""  # one of 30 and one of one: a single missing trial is never the environment


def test_an_arm_that_is_down_is_the_environment() -> None:
    procedure = confirm_procedure(suite(10), WITH_BASE)
    play(procedure, lambda request: Outcome.ERRORED)
    assert "10 of 10 head trials are missing" in procedure.findings().environment


def test_fail_fast_leaves_out_what_cannot_block() -> None:
    cases = [*suite(2), known("agent/p1", severity=Severity.P1)]
    procedure = confirm_procedure(cases, replace(WITH_BASE, fail_fast=True))
    play(procedure, breaking("agent/00"))
    assert procedure.findings().cases["agent/p1"].verdict is CaseVerdict.INCONCLUSIVE


def test_it_says_what_it_is() -> None:
    assert confirm_procedure([], WITH_BASE).findings().guarantee.startswith("Deterministic driver")


@pytest.mark.parametrize(
    ("case", "expected"),
    [
        (known("a/b"), CaseVerdict.REGRESSED),
        (known("a/b", 1, 1), CaseVerdict.REGRESSED),
        (known("a/b", 0, 5), CaseVerdict.NOT_COMPARABLE),
        (known("a/b", severity=Severity.P1), CaseVerdict.NOT_COMPARABLE),
    ],
)
def test_editing_a_case_that_could_block_is_no_way_past_the_gate(case: CaseInput, expected: CaseVerdict) -> None:
    edited = replace(case, comparable=False, changed=True)
    procedure = confirm_procedure([edited], WITHOUT_BASE)
    play(procedure, breaking("a/b"))
    assert procedure.findings().cases["a/b"].verdict is expected
    mended = confirm_procedure([edited], WITHOUT_BASE)
    play(mended, breaking())
    assert mended.findings().cases["a/b"].verdict is CaseVerdict.NOT_COMPARABLE


@pytest.mark.parametrize(
    ("options", "base_passes", "expected"),
    [
        (WITH_BASE, True, CaseVerdict.REGRESSED),
        (WITH_BASE, False, CaseVerdict.UNCHANGED),
        (WITHOUT_BASE, True, CaseVerdict.NOT_COMPARABLE),
    ],
)
def test_a_changed_case_that_fails_is_told_by_the_base_of_this_run(
    options: ConfirmOptions, base_passes: bool, expected: CaseVerdict
) -> None:
    procedure = confirm_procedure([replace(known("a/b"), comparable=False)], options)
    play(procedure, lambda request: passed(request.arm is Arm.BASE and base_passes))
    assert procedure.findings().cases["a/b"].verdict is expected
