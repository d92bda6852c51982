"""Drivers without a base arm: stored counts prove hard breaks only, at an exactly calibrated threshold."""

from itertools import product
from math import ceil

import pytest
from scipy.stats import binom

from gate.model.comparison import Request
from gate.model.words import Arm, CaseVerdict, Outcome
from gate.verdicts.confirm import ConfirmOptions, confirm_procedure
from gate.verdicts.confirm.screening import GATEABLE_SHARE
from gate.verdicts.confirm.stored_only import StoredTest, needed_evidence
from tests.procedures import breaking, known, passed, play, regressed, suite, trials

OPTIONS = ConfirmOptions(has_base_arm=False)
RATES = [0.3, 0.4, 0.5, 0.55, 0.6, 0.65, 0.7, 0.75, 0.8, 0.85, 0.9, 0.95]


def test_a_hard_break_is_blocked_without_a_single_base_trial() -> None:
    procedure = confirm_procedure(suite(40), OPTIONS)
    batches = play(procedure, breaking("agent/00"))
    findings = procedure.findings()
    assert regressed(findings) == {"agent/00"}
    assert "hard break, judged on stored counts" in findings.cases["agent/00"].explanation
    assert trials(batches, Arm.BASE) == 0


def test_a_half_broken_case_cannot_be_proved() -> None:
    procedure = confirm_procedure([*suite(99), known("agent/half", 18)], OPTIONS)
    play(procedure, lambda request: passed(request.case != "agent/half" or request.trial % 2))
    finding = procedure.findings().cases["agent/half"]
    assert finding.verdict is CaseVerdict.INCONCLUSIVE
    assert "stored counts alone cannot prove it" in finding.explanation


@pytest.mark.parametrize(("ok", "expected"), [(18, CaseVerdict.FLAKY), (20, CaseVerdict.UNCHANGED)])
def test_one_unlucky_trial_is_cleared(ok: int, expected: CaseVerdict) -> None:
    procedure = confirm_procedure([known("a/b", ok)], OPTIONS)
    play(procedure, lambda request: passed(request.trial != 1))
    assert procedure.findings().cases["a/b"].verdict is expected


def test_topics_are_advisory() -> None:
    cases = [known(f"a/{number:02d}", topic="refunds") for number in range(20)]

    def answer(request: Request) -> Outcome:
        return passed((request.trial + int(request.case[-2:])) % 4)

    procedure = confirm_procedure(cases, OPTIONS)
    play(procedure, answer)
    groups = procedure.findings().groups
    assert [(group.group, group.verdict) for group in groups] == [("refunds", CaseVerdict.INCONCLUSIVE)]
    assert "advisory" in groups[0].explanation


def test_a_driver_that_is_down_is_the_environment() -> None:
    procedure = confirm_procedure(suite(20), OPTIONS)
    play(procedure, lambda request: Outcome.ERRORED)
    assert procedure.findings().environment


def test_a_run_that_breaks_down_during_confirmation_is_inconclusive() -> None:
    procedure = confirm_procedure(suite(4), OPTIONS)
    play(procedure, lambda request: Outcome.ERRORED if request.trial > 2 else breaking("agent/00")(request))
    findings = procedure.findings()
    assert findings.cases["agent/00"].verdict is CaseVerdict.INCONCLUSIVE
    assert findings.environment


def test_fail_fast_stops_at_the_first_hard_break() -> None:
    cases = [*suite(3), known("agent/half", 18)]
    procedure = confirm_procedure(cases, ConfirmOptions(has_base_arm=False, fail_fast=True))
    play(procedure, lambda request: passed(request.case == "agent/half" and request.trial % 2))
    assert regressed(procedure.findings())
    assert procedure.findings().cases["agent/half"].verdict is CaseVerdict.INCONCLUSIVE


@pytest.mark.parametrize(
    ("stored", "alpha", "expected"),
    [
        (0, 0.01, "hard breaks only, and no case has enough stored runs to block"),
        (5, 1e-9, "hard breaks only; smallest drop seen reliably: none"),
        (20, 0.01, "hard breaks only; smallest drop seen reliably: 100 % → "),
    ],
)
def test_the_smallest_drop_is_printed(stored: int, alpha: float, expected: str) -> None:
    cases = [known(f"a/{number}", stored, stored) for number in range(1000)]
    findings = confirm_procedure(cases, ConfirmOptions(alpha=alpha, has_base_arm=False)).findings()
    assert findings.detectable.startswith(expected)
    assert "hard breaks only" in findings.guarantee


def test_more_stored_runs_show_smaller_drops() -> None:
    powers = [StoredTest(runs, runs, needed_evidence(100, OPTIONS), 27).power(0.3, 2) for runs in (10, 20, 50)]
    assert powers == sorted(powers)


@pytest.mark.slow
@pytest.mark.parametrize(("runs", "alpha"), list(product((5, 6, 8, 20, 50), (0.001, 0.01, 0.05))))
def test_the_threshold_holds_exactly_for_every_true_rate(runs: int, alpha: float) -> None:
    """The chance that any of N unchanged cases is blocked stays within alpha, by dynamic programming."""
    options = ConfirmOptions(alpha=alpha, has_base_arm=False)
    for cases in (1, 3, 40, 1000):
        needed = needed_evidence(cases, options)
        screening = {
            ok: options.screening_trials(known("a/b", ok, runs)) for ok in range(ceil(GATEABLE_SHARE * runs), runs + 1)
        }
        tests = {ok: StoredTest(ok, runs, needed, trials + 25) for ok, trials in screening.items()}
        for rate in RATES:
            one = sum(binom.pmf(ok, runs, rate) * test.power(rate, screening[ok]) for ok, test in tests.items())
            assert cases * one <= options.alpha_case
