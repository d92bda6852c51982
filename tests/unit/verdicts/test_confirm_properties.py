"""What holds whatever the cases, the stored counts and the outcomes are."""

from collections.abc import Mapping
from dataclasses import replace
from random import Random

from hypothesis import given, settings
from hypothesis import strategies as st

from gate.model.comparison import CaseInput, Findings, Request
from gate.model.words import Arm, CaseVerdict, Outcome, Severity
from gate.verdicts.confirm import ConfirmOptions, confirm_procedure
from gate.verdicts.confirm.screening import suspects
from tests.procedures import Answer, blocks, known, passed, play, suite, trials

OUTCOMES = [Outcome.PASSED, Outcome.FAILED, Outcome.ERRORED, Outcome.SKIPPED]


@st.composite
def cases(draw: st.DrawFn) -> list[CaseInput]:
    found = []
    for number in range(draw(st.integers(1, 12))):
        runs = draw(st.sampled_from([0.0, 3.0, 5.0, 20.0, 23.4]))
        severity = draw(st.sampled_from([Severity.P0, Severity.P0, Severity.P0, Severity.P1, Severity.P2]))
        case = known(f"agent/{number:02d}", runs * draw(st.sampled_from([1, 1, 0.9, 0.5, 0])), runs, severity)
        comparable = runs > 0 and draw(st.booleans() | st.just(True))
        topic = draw(st.sampled_from(["", "orders", "refunds"]))
        found.append(replace(case, comparable=comparable, topic=topic, trials=draw(st.sampled_from([0, 0, 4]))))
    return found


@st.composite
def answers(draw: st.DrawFn) -> Answer:
    """Any world: each case and arm has its own rates of passing, failing, erring and being skipped."""
    seed = draw(st.integers(0, 2**32))
    worlds = [[1, 0, 0, 0], [0, 1, 0, 0], [2, 1, 0, 0], [1, 4, 0, 0], [20, 5, 1, 0], [0, 0, 1, 0], [3, 3, 0, 1]]
    mix: Mapping[int, list[int]] = {slot: draw(st.sampled_from(worlds)) for slot in range(6)}

    def answer(request: Request) -> Outcome:
        weights = mix[(int(request.case[-2:]) % 3) * 2 + (request.arm is Arm.HEAD)]
        return Random(f"{seed} {request.case} {request.arm} {request.trial}").choices(OUTCOMES, weights)[0]  # noqa: S311

    return answer


options = st.builds(
    ConfirmOptions,
    mode=st.sampled_from(["fast", "standard", "strict"]),
    cap=st.sampled_from([3, 20, 100]),
    fail_fast=st.booleans(),
    infra_missing=st.sampled_from([0.05, 1.0]),
    deterministic=st.sampled_from([False, False, False, True]),
    has_base_arm=st.sampled_from([True, True, False]),
)


@given(cases(), answers(), options, st.randoms())
def test_the_order_of_the_cases_changes_nothing(
    known_cases: list[CaseInput], answer: Answer, chosen: ConfirmOptions, random: Random
) -> None:
    shuffled = random.sample(known_cases, len(known_cases))
    first, second = confirm_procedure(known_cases, chosen), confirm_procedure(shuffled, chosen)
    assert play(first, answer) == play(second, answer)
    assert first.findings() == second.findings()


@given(cases(), answers(), options)
def test_every_course_ends_with_a_verdict_for_every_case(
    known_cases: list[CaseInput], answer: Answer, chosen: ConfirmOptions
) -> None:
    procedure = confirm_procedure(known_cases, chosen)
    spent = trials(play(procedure, answer))
    confirmed = sum(5 + 2 * chosen.cap for case in known_cases if case.may_block)
    per_group = 2 * 12 * 32  # twelve rounds of at most 20 + 12 pairs
    assert spent <= 4 * len(known_cases) + confirmed + 20 + 3 * per_group
    findings = procedure.findings()
    assert set(findings.cases) == {case.case for case in known_cases}
    assert all(finding.explanation != "not finished" for finding in findings.cases.values())


@given(cases(), answers(), options)
def test_only_cases_that_may_regress_do(known_cases: list[CaseInput], answer: Answer, chosen: ConfirmOptions) -> None:
    procedure = confirm_procedure(known_cases, chosen)
    play(procedure, answer)
    for case in known_cases:
        unlike = not case.comparable and (case.stored_runs <= 0 or not chosen.has_base_arm)
        if unlike or (not case.may_block and not chosen.deterministic):
            assert procedure.findings().cases[case.case].verdict is not CaseVerdict.REGRESSED


@given(cases(), answers(), options, st.data())
def test_resuming_in_the_middle_gives_the_same_findings(
    known_cases: list[CaseInput], answer: Answer, chosen: ConfirmOptions, data: st.DataObject
) -> None:
    whole = confirm_procedure(known_cases, chosen)
    stored = {request: answer(request) for batch in play(whole, answer) for request in batch}
    kept = data.draw(st.integers(0, len(stored)))
    interrupted = confirm_procedure(known_cases, chosen)
    for request in list(stored)[:kept]:
        interrupted.observe(request, stored[request])
    resumed = confirm_procedure(known_cases, chosen)
    play(resumed, lambda request: stored[request] if request in stored else answer(request))
    play(interrupted, answer)
    assert interrupted.findings() == resumed.findings() == whole.findings()


@given(cases(), answers(), options)
def test_phases_add_up_to_the_trials_that_ran(
    known_cases: list[CaseInput], answer: Answer, chosen: ConfirmOptions
) -> None:
    procedure = confirm_procedure(known_cases, chosen)
    batches = play(procedure, answer)
    ran = sum(answer(request) is not Outcome.SKIPPED for batch in batches for request in batch)
    assert sum(procedure.findings().phases.values()) == ran


@given(st.sets(st.integers(1, 40)), st.sets(st.integers(1, 40)), st.integers(1, 8))
@settings(max_examples=300)
def test_more_failures_of_a_suspect_never_turn_its_red_to_green(failing: set[int], more: set[int], size: int) -> None:
    """With a steady base and the same suspects: one case fails these head trials, then some more of them.

    Of the case alone: what a topic came to rests on trials made after the suspects are settled, and one that settles
    later leaves other trials for that.
    """
    failing |= {1}

    def world(failures: set[int]) -> Findings:
        procedure = confirm_procedure(suite(size), ConfirmOptions())
        play(procedure, lambda one: passed(one.arm is Arm.BASE or one.case != "agent/00" or one.trial not in failures))
        return procedure.findings()

    if world(failing).cases["agent/00"].verdict is CaseVerdict.REGRESSED:
        assert blocks(world(failing | more))


@given(st.integers(1, 60))
def test_only_gateable_cases_that_failed_are_suspects(size: int) -> None:
    procedure = confirm_procedure(suite(size), ConfirmOptions())
    play(procedure, lambda request: passed(request.case[-1] != "3" or request.trial != 1))
    ledger = procedure._ledger
    assert {standing.case.case for standing in suspects(ledger)} == {
        case.case for case in suite(size) if case.case[-1] == "3"
    }
