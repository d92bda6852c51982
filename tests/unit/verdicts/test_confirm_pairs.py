"""Confirmation and control: what blocks, what is cleared, what is said of it."""

from dataclasses import replace

from gate.model.comparison import Request
from gate.model.words import Arm, CaseVerdict, Outcome
from gate.verdicts.confirm import ConfirmOptions, confirm_procedure
from tests.procedures import breaking, known, passed, play, regressed, suite, trials

BROKEN = "agent/00"


def test_a_broken_case_is_blocked_by_pairs_alone_and_said_so_in_words() -> None:
    procedure = confirm_procedure(suite(40), ConfirmOptions())
    batches = play(procedure, breaking(BROKEN))
    finding = procedure.findings().cases[BROKEN]
    assert finding.verdict is CaseVerdict.REGRESSED
    assert finding.explanation == (
        "base passed and head failed in 10 of 10 paired runs (evidence 1 : 340; needed 1 : 333)"
    )
    assert (finding.base_passed, finding.base_trials, finding.head_passed, finding.head_trials) == (10, 10, 0, 15)
    assert procedure.findings().phases == {"screen": 80, "confirm": 3, "control": 20}
    assert trials(batches) == 103


def test_ten_suspects_need_thirteen_pairs() -> None:
    """The other nine fail once in screening and then pass, so the broken one is proved on its own."""
    procedure = confirm_procedure(suite(40), ConfirmOptions())
    unlucky = {f"agent/{number:02d}" for number in range(1, 10)}

    def answer(request: Request) -> Outcome:
        if request.arm is Arm.BASE or request.case > "agent/09":
            return Outcome.PASSED
        return passed(request.case in unlucky and request.trial != 1)

    play(procedure, answer)
    findings = procedure.findings()
    assert regressed(findings) == {BROKEN}
    assert findings.cases[BROKEN].explanation == (
        "base passed and head failed in 13 of 13 paired runs (evidence 1 : 2,336; needed 1 : 1,833)"
    )
    assert {findings.cases[case].verdict for case in unlucky} == {CaseVerdict.UNCHANGED}


def test_base_and_head_of_a_pair_stand_side_by_side_in_one_batch() -> None:
    batches = play(confirm_procedure(suite(5), ConfirmOptions()), breaking(BROKEN))
    for batch in batches:
        for place, request in enumerate(batch):
            if request.arm is Arm.BASE:
                assert batch[place + 1].arm is Arm.HEAD
                assert batch[place + 1].case == request.case


def test_a_case_that_fails_on_both_sides_is_not_this_change() -> None:
    procedure = confirm_procedure(suite(3), ConfirmOptions())
    play(procedure, lambda request: passed(request.case != BROKEN))
    findings = procedure.findings()
    assert findings.cases[BROKEN].verdict is CaseVerdict.UNCHANGED
    assert "base fails as well now, so it is not this change" in findings.cases[BROKEN].explanation
    assert "record the baseline anew" in findings.groups[0].explanation
    assert BROKEN in findings.groups[0].explanation
    assert sum(findings.phases.values()) < 30


def test_one_unlucky_trial_of_an_unsteady_case_is_flaky_and_of_a_clean_one_unchanged() -> None:
    cases = [known("agent/clean"), known("agent/unsteady", 18)]
    procedure = confirm_procedure(cases, ConfirmOptions())
    play(procedure, lambda request: passed(request.trial != 1))
    verdicts = {case: finding.verdict for case, finding in procedure.findings().cases.items()}
    assert verdicts == {"agent/clean": CaseVerdict.UNCHANGED, "agent/unsteady": CaseVerdict.FLAKY}


def test_many_broken_cases_are_proved_together_after_few_pairs() -> None:
    broken = {f"agent/{number:02d}" for number in range(10)}
    procedure = confirm_procedure(suite(40), ConfirmOptions())
    play(procedure, breaking(*broken))
    findings = procedure.findings()
    assert regressed(findings) == broken
    assert findings.phases["control"] <= 20 + 2 * 2 * 10  # the breaker's base trials, then two pairs each
    assert "all suspects together: base passed and head failed in 20 of 20" in findings.cases[BROKEN].explanation


def test_a_missing_trial_is_missing_for_its_pair() -> None:
    def answer(request: Request) -> Outcome:
        if request.arm is Arm.BASE and request.trial == 1:
            return Outcome.ERRORED
        return breaking(BROKEN)(request)

    procedure = confirm_procedure(suite(40), ConfirmOptions())
    play(procedure, answer)
    finding = procedure.findings().cases[BROKEN]
    assert finding.verdict is CaseVerdict.REGRESSED
    assert "10 of 10 paired runs" in finding.explanation
    assert (finding.base_trials, finding.head_trials, finding.missing) == (10, 16, 1)


def test_a_base_arm_that_cannot_run_is_the_environment_not_a_verdict() -> None:
    procedure = confirm_procedure(suite(40), ConfirmOptions())
    play(procedure, lambda request: Outcome.ERRORED if request.arm is Arm.BASE else breaking(BROKEN)(request))
    findings = procedure.findings()
    assert "base trials are missing" in findings.environment
    assert findings.cases[BROKEN].verdict is CaseVerdict.INCONCLUSIVE


def test_pairs_that_disagree_both_ways_end_at_the_cap() -> None:
    """Base and head pass by turns, each as seldom as "fell" foretells, so nothing is ever proved or cleared."""
    procedure = confirm_procedure(suite(1), ConfirmOptions(cap=30))
    play(procedure, lambda request: passed(request.arm is Arm.BASE and request.trial % 3 == 0))
    findings = procedure.findings()
    assert findings.cases[BROKEN].verdict is CaseVerdict.INCONCLUSIVE
    assert findings.phases["confirm"] + findings.phases["control"] / 2 == 30


def test_a_cap_too_low_to_prove_anything_is_inconclusive() -> None:
    procedure = confirm_procedure(suite(1), ConfirmOptions(cap=8))
    play(procedure, breaking(BROKEN))
    finding = procedure.findings().cases[BROKEN]
    assert finding.verdict is CaseVerdict.INCONCLUSIVE
    assert "not decided after 8 trials, the cap" in finding.explanation


def test_a_budget_that_ends_during_confirmation_is_inconclusive() -> None:
    procedure = confirm_procedure(suite(1), ConfirmOptions())
    play(procedure, lambda request: Outcome.SKIPPED if request.trial > 3 else breaking(BROKEN)(request))
    finding = procedure.findings().cases[BROKEN]
    assert finding.verdict is CaseVerdict.INCONCLUSIVE
    assert "budget" in finding.explanation


def test_fail_fast_stops_at_the_first_confirmed_regression() -> None:
    cases = [*suite(3), replace(known("agent/later", 18)), known("agent/p1", severity=known("x").severity)]

    def answer(request: Request) -> Outcome:
        unsteady = request.case == "agent/later" and request.arm is Arm.HEAD and request.trial % 2 == 0
        return passed(not unsteady) if request.case == "agent/later" else breaking(BROKEN)(request)

    whole, quick = (confirm_procedure(cases, ConfirmOptions(fail_fast=flag)) for flag in (False, True))
    spent = [trials(play(procedure, answer)) for procedure in (whole, quick)]
    assert regressed(quick.findings()) == {BROKEN}
    assert spent[1] <= spent[0]


def test_fewer_false_blocks_need_more_pairs() -> None:
    pairs = []
    for alpha in (0.05, 0.01, 0.001):
        procedure = confirm_procedure(suite(1), ConfirmOptions(alpha=alpha))
        play(procedure, breaking(BROKEN))
        pairs.append(procedure.findings().cases[BROKEN].worse)
    assert pairs == sorted(pairs)
    assert pairs[0] < pairs[2]


def test_the_guarantee_and_the_smallest_drop_are_printed() -> None:
    findings = confirm_procedure([], ConfirmOptions(alpha=0.005)).findings()
    assert findings.guarantee == "False blocks ≤ 0.5 % of unchanged PRs"
    assert findings.detectable == "smallest drop seen reliably: 100 % → 31 % of trials"
