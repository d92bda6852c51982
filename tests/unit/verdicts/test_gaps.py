"""The floor for green."""

from dataclasses import replace

from gate.model.comparison import CaseFinding, Findings
from gate.model.words import CaseVerdict, Dimension, Severity, Status
from gate.verdicts.comparison import compare
from gate.verdicts.gaps import gaps
from tests.results import AGENT, SCORERS, Given, compare_by_majority, make_baseline, make_case, make_plan, make_trial

CORRECTNESS, GROUNDING, TONE, SAFETY = Dimension
CASE = make_case("bulk-items", CORRECTNESS, TONE)
BASELINE = make_baseline((CASE, [2] * 20))


def _gaps(*scores: Given) -> tuple[str, ...]:
    return gaps(make_plan([CASE]), compare_by_majority(BASELINE, (CASE, scores)))


def test_a_case_that_ran_and_was_scored_wholly_leaves_no_gap() -> None:
    assert _gaps(2, 2) == ()
    assert _gaps(0, 0) == ()


def test_a_case_that_did_not_run_is_a_gap_with_its_remedy() -> None:
    again = "run the job again, on a laptop `agent-gate run --resume DIR`, which pays only for what is missing"

    assert _gaps() == (f"support/bulk-items: it did not run: the run stopped before it; {again}",)


def test_a_case_whose_trials_all_errored_says_why_before_it_says_to_run_again() -> None:
    trials = [make_trial(CASE, None, trial=number, error="not recorded: record it") for number in (1, 2)]
    finding = CaseFinding(verdict=CaseVerdict.INFRA_FAILURE, explanation="all 2 head trials are missing", missing=2)
    plan = make_plan([CASE], BASELINE)
    found = Findings(cases={CASE.key: finding})
    compared = compare([CASE], plan, {AGENT: BASELINE}, trials, found, policy="confirm", scorers=SCORERS)

    [gap] = gaps(plan, compared)

    assert gap.startswith(
        "support/bulk-items: all 2 head trials are missing: not recorded: record it; once that is mended, run the job"
    )


def test_a_run_of_which_nothing_counts_is_one_gap() -> None:
    void = replace(compare_by_majority(BASELINE, (CASE, [])), environment="two versions answered")

    [gap] = gaps(make_plan([CASE]), void)

    assert gap.startswith("no trial of this run counts; run the job again")


def test_a_planned_case_that_was_not_compared_is_a_gap() -> None:
    compared = replace(compare_by_majority(BASELINE, (CASE, [2, 2])), cases=())

    assert "planned and not compared" in gaps(make_plan([CASE]), compared)[0]


def test_an_unscored_dimension_is_a_gap_that_says_why() -> None:
    found = _gaps(*[{CORRECTNESS: 2, TONE: None}] * 3)

    assert len(found) == 1
    assert found[0].startswith("support/bulk-items: tone was not scored (no verdict recorded); let a check or a judge")


def test_a_dimension_that_no_trial_speaks_of_is_a_gap() -> None:
    assert "tone was never scored" in _gaps({CORRECTNESS: 2}, {CORRECTNESS: 2})[0]


def test_one_scored_trial_closes_the_gap() -> None:
    assert _gaps({CORRECTNESS: 2, TONE: None}, 2, 2) == ()


def test_a_wrong_tool_call_explains_why_the_judge_was_not_asked() -> None:
    assert _gaps(*[{CORRECTNESS: 0, TONE: None}] * 2) == ()


def test_cases_that_do_not_decide_leave_no_gap() -> None:
    cases = [make_case("p1", severity=Severity.P1), make_case("draft", status=Status.EXPLORATORY)]

    assert gaps(make_plan(cases), compare_by_majority(BASELINE, suite=cases)) == ()


def test_a_case_in_quarantine_leaves_no_gap() -> None:
    compared = compare_by_majority(BASELINE, suite=[CASE], quarantined=frozenset({CASE.key}))

    assert gaps(make_plan([CASE]), compared) == ()
