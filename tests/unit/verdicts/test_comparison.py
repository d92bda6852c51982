"""Base against head: verdicts of cases and dimensions, their tallies, reasons and evidence."""

from collections.abc import Iterable, Sequence
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gate.errors import StoreError
from gate.model.case import Case
from gate.model.comparison import (
    CaseComparison,
    CaseFinding,
    Comparison,
    DimensionComparison,
    Findings,
    GroupFinding,
)
from gate.model.score import Evidence, Finding, Scored, TrialScores
from gate.model.words import Arm, CaseVerdict, Dimension, Severity, Status
from gate.verdicts.comparison import compare
from tests.results import (
    SCORERS,
    Given,
    compare_by_majority,
    make_baseline,
    make_case,
    make_plan,
    make_trial,
    make_trials,
)

CORRECTNESS, GROUNDING, TONE, SAFETY = Dimension
CASE = make_case("bulk-items", CORRECTNESS, TONE)
BASELINE = make_baseline((CASE, [2] * 20))
TONE_ADVISORY = frozenset({TONE})


def _only(comparison: Comparison) -> CaseComparison:
    assert len(comparison.cases) == 1
    return comparison.cases[0]


def _dimensions(case: CaseComparison) -> dict[Dimension, DimensionComparison]:
    return {one.dimension: one for one in case.dimensions}


def _head(*scores: Given, case: Case = CASE, advisory: frozenset[Dimension] = frozenset()) -> CaseComparison:
    return _only(compare_by_majority(BASELINE, (case, scores), advisory=advisory))


def _compare(
    trials: Iterable[TrialScores],
    verdict: CaseVerdict,
    *,
    case: Case = CASE,
    advisory: frozenset[Dimension] = frozenset(),
) -> CaseComparison:
    findings = Findings(cases={case.key: CaseFinding(verdict=verdict, explanation="said so", head_trials=4)})
    return _only(
        compare(
            [case],
            make_plan([case], BASELINE),
            {"support": BASELINE},
            trials,
            findings,
            policy="confirm",
            scorers=SCORERS,
            advisory=lambda _: advisory,
        )
    )


def test_a_regression_blocks_and_names_the_dimension_the_scores_and_the_reason() -> None:
    case = _head({CORRECTNESS: 1, TONE: 2}, {CORRECTNESS: 1, TONE: 2})
    worse, same = _dimensions(case)[CORRECTNESS], _dimensions(case)[TONE]

    assert (case.verdict, case.blocks) == (CaseVerdict.REGRESSED, True)
    assert worse.base is not None
    assert worse.head is not None
    assert (worse.verdict, worse.base.score, worse.head.score) == (CaseVerdict.REGRESSED, 2, 1)
    assert (worse.reason, worse.evidence) == ("correctness is 1", Evidence(turn=1, quote="correctness is 1"))
    assert (same.verdict, same.reason) == (CaseVerdict.UNCHANGED, "")


@pytest.mark.parametrize(
    "change", [{"severity": Severity.P1}, {"severity": Severity.P2}, {"status": Status.EXPLORATORY}]
)
def test_only_frozen_p0_cases_hold_the_merge(change: dict[str, Severity | Status]) -> None:
    case = Case(**{**{name: getattr(CASE, name) for name in CASE.__slots__}, **change})
    compared = _head(0, 0, case=case)

    assert (compared.verdict, compared.blocks) == (CaseVerdict.REGRESSED, False)


def test_a_score_above_the_committed_one_is_an_improvement_even_when_both_pass() -> None:
    baseline = make_baseline((CASE, [{CORRECTNESS: 2, TONE: 1}] * 20))
    case = _only(compare_by_majority(baseline, (CASE, [2, 2])))

    assert case.verdict is CaseVerdict.IMPROVED
    assert _dimensions(case)[TONE].verdict is CaseVerdict.IMPROVED
    assert _dimensions(case)[TONE].reason == "tone is 2"
    assert _dimensions(case)[CORRECTNESS].verdict is CaseVerdict.UNCHANGED


def test_a_lower_score_that_still_reaches_the_level_is_no_regression() -> None:
    baseline = make_baseline((CASE, [2] * 11 + [{CORRECTNESS: 2, TONE: 1}] * 9))

    assert (
        _only(compare_by_majority(baseline, (CASE, [{CORRECTNESS: 2, TONE: 1}] * 2))).verdict is CaseVerdict.UNCHANGED
    )


def test_mixed_trials_are_flaky_and_say_why_the_failing_one_failed() -> None:
    case = _head(2, {CORRECTNESS: 0, TONE: 2}, 2)

    assert (case.verdict, case.blocks) == (CaseVerdict.FLAKY, False)
    assert _dimensions(case)[CORRECTNESS].verdict is CaseVerdict.FLAKY
    assert _dimensions(case)[CORRECTNESS].reason == "correctness is 0"
    assert _dimensions(case)[TONE].verdict is CaseVerdict.UNCHANGED


def test_a_new_case_has_no_base_and_does_not_block() -> None:
    case = _head(0, 0, case=make_case("new"))

    assert (case.verdict, case.blocks, case.differs) == (CaseVerdict.NEW, False, ())
    assert _dimensions(case)[CORRECTNESS].base is None


def test_a_changed_rubric_is_named_and_no_unlike_numbers_are_shown() -> None:
    case = _head(0, 0, case=make_case("bulk-items", CORRECTNESS, TONE, rubric="r2"))

    assert (case.verdict, case.blocks, case.differs) == (CaseVerdict.NOT_COMPARABLE, False, ("rubric",))
    assert case.finding.explanation == "not comparable: the rubric changed"
    assert [one.base for one in case.dimensions] == [None, None]


def test_a_changed_case_whose_pairs_show_a_regression_blocks_with_the_numbers_of_this_run() -> None:
    """Both arms ran the changed fixture, so their numbers are alike; the stored ones still are not shown."""
    changed = make_case("bulk-items", CORRECTNESS, TONE, rubric="r2")
    trials = [*make_trials(changed, 2, 2, arm=Arm.BASE), *make_trials(changed, 0, 0)]
    case = _compare(trials, CaseVerdict.REGRESSED, case=changed)
    tally = _dimensions(case)[CORRECTNESS].base

    assert (case.verdict, case.blocks, case.differs) == (CaseVerdict.REGRESSED, True, ("rubric",))
    assert tally is not None
    assert (tally.passed, tally.scored) == (2, 2)


def test_a_case_in_quarantine_is_shown_and_does_not_block() -> None:
    case = _only(compare_by_majority(BASELINE, (CASE, [0, 0]), quarantined=frozenset({CASE.key})))

    assert (case.verdict, case.blocks) == (CaseVerdict.QUARANTINED, False)


def test_a_case_that_did_not_run_is_inconclusive() -> None:
    case = _only(compare_by_majority(BASELINE, suite=[CASE]))

    assert (case.verdict, case.blocks) == (CaseVerdict.INCONCLUSIVE, False)
    assert {one.head for one in case.dimensions} == {None}


def test_a_case_the_procedure_never_heard_of_did_not_run() -> None:
    plan = make_plan([CASE], BASELINE)
    compared = compare([CASE], plan, {}, [], Findings(cases={}), policy="confirm", scorers=SCORERS)

    assert _only(compared).finding.explanation == "it did not run: the run stopped before it"


def test_trials_that_errored_count_for_nothing() -> None:
    errored = [make_trial(CASE, 2, error="timeout", trial=number) for number in range(3)]
    case = _compare(errored, CaseVerdict.INFRA_FAILURE)

    assert (case.verdict, [one.head for one in case.dimensions]) == (CaseVerdict.INFRA_FAILURE, [None, None])


def test_base_trials_of_this_run_stand_in_place_of_the_stored_counts() -> None:
    base = make_trials(CASE, 2, 2, 1, arm=Arm.BASE)
    one = _dimensions(_compare([*base, *make_trials(CASE, 2, 2)], CaseVerdict.UNCHANGED))[CORRECTNESS]

    assert one.base is not None
    assert (one.base.passed, one.base.scored, one.base.histogram) == (2, 3, (0, 1, 2))


def test_stored_counts_stand_where_base_did_not_run() -> None:
    one = _dimensions(_head(2, 2))[CORRECTNESS]

    assert one.base is not None
    assert (one.base.passed, one.base.scored, one.base.score) == (20, 20, 2)


def test_a_partial_drop_is_laid_to_the_dimension_that_fell_most() -> None:
    """No dimension fails most of its trials, yet the procedure saw the case regress."""
    head = make_trials(CASE, {CORRECTNESS: 0, TONE: 2}, {CORRECTNESS: 2, TONE: 2}, {CORRECTNESS: 2, TONE: 2})
    case = _compare(head, CaseVerdict.REGRESSED)

    assert {one.dimension for one in case.dimensions if one.verdict is CaseVerdict.REGRESSED} == {CORRECTNESS}


def test_what_base_fails_in_this_run_as_well_is_not_laid_to_the_head() -> None:
    base = make_trials(CASE, {CORRECTNESS: 2, TONE: 0}, {CORRECTNESS: 2, TONE: 0}, arm=Arm.BASE)
    case = _compare([*base, *make_trials(CASE, 0, 0)], CaseVerdict.REGRESSED)

    assert {one.dimension for one in case.dimensions if one.verdict is CaseVerdict.REGRESSED} == {CORRECTNESS}


def test_the_most_frequent_failure_is_told_with_its_evidence() -> None:
    def failed(number: int, reason: str) -> TrialScores:
        score = Scored(
            dimension=CORRECTNESS, value=0, reason=reason, by="tools", evidence=Evidence(turn=number, quote=reason)
        )
        return TrialScores(case=CASE.key, arm=Arm.HEAD, trial=number, scores=(score,))

    trials = [failed(1, "wrong tool"), failed(2, "empty list"), failed(3, "empty list"), *make_trials(CASE, 2)]
    one = _dimensions(_compare(trials, CaseVerdict.REGRESSED))[CORRECTNESS]

    assert (one.reason, one.evidence) == ("empty list", Evidence(turn=2, quote="empty list"))


def test_an_uncalibrated_judge_reports_a_drop_and_blocks_nothing() -> None:
    case = _head({CORRECTNESS: 2, TONE: 0}, {CORRECTNESS: 2, TONE: 0}, advisory=TONE_ADVISORY)
    tone = _dimensions(case)[TONE]

    assert (case.verdict, case.blocks) == (CaseVerdict.UNCHANGED, False)
    assert (tone.verdict, tone.advisory, tone.reason) == (CaseVerdict.REGRESSED, True, "tone is 0")


def test_a_check_blocks_in_an_advisory_dimension_and_gives_its_own_reason() -> None:
    seen = Finding(check="must-not-include", dimension=TONE, score=0, reason="says 'whatever'")
    trials = [make_trial(CASE, {CORRECTNESS: 2, TONE: 1}, findings=[seen], trial=number) for number in (1, 2)]
    case = _compare(trials, CaseVerdict.REGRESSED, advisory=TONE_ADVISORY)

    assert case.blocks
    assert _dimensions(case)[TONE].reason == "says 'whatever'"
    assert _dimensions(case)[CORRECTNESS].verdict is CaseVerdict.UNCHANGED


def test_a_dimension_left_unscored_says_why() -> None:
    one = _dimensions(_compare(make_trials(CASE, {CORRECTNESS: 2, TONE: None}), CaseVerdict.UNCHANGED))[TONE]

    assert (one.verdict, one.reason) == (CaseVerdict.INCONCLUSIVE, "no verdict recorded")


def test_what_the_procedure_says_of_the_run_is_passed_on() -> None:
    findings = Findings(
        cases={},
        groups=(GroupFinding(group="Returns", verdict=CaseVerdict.UNCHANGED, explanation="steady"),),
        environment="too many missing",
        phases={"screen": 2},
        guarantee="1 %",
        detectable="big ones",
    )
    compared = compare([], make_plan([]), {}, [], findings, policy="confirm", scorers=SCORERS)

    assert compared == Comparison(
        policy="confirm",
        cases=(),
        groups=findings.groups,
        environment="too many missing",
        phases={"screen": 2},
        guarantee="1 %",
        detectable="big ones",
    )


def test_a_plan_of_other_fixtures_is_refused() -> None:
    with pytest.raises(StoreError, match="support/bulk-items"):
        compare([], make_plan([CASE]), {}, [], Findings(cases={}), policy="confirm", scorers=SCORERS)


_scores = st.lists(st.sampled_from((0, 1, 2)), min_size=1, max_size=7)


@given(st.lists(st.tuples(*[st.sampled_from((0, 1, 2))] * 2), min_size=1, max_size=7))
def test_a_case_compared_with_itself_is_unchanged(scores: list[tuple[int, int]]) -> None:
    given_scores = [dict(zip((CORRECTNESS, TONE), one, strict=True)) for one in scores]
    baseline = make_baseline((CASE, given_scores))
    findings = Findings(cases={CASE.key: CaseFinding(verdict=CaseVerdict.UNCHANGED, explanation="", head_trials=1)})
    compared = compare(
        [CASE],
        make_plan([CASE], baseline),
        {"support": baseline},
        make_trials(CASE, *given_scores),
        findings,
        policy="majority",
        scorers=SCORERS,
    )

    assert _only(compared).verdict is CaseVerdict.UNCHANGED
    for one in _only(compared).dimensions:
        assert one.verdict is CaseVerdict.UNCHANGED
        assert one.base == one.head


@given(st.permutations(range(4)), st.lists(_scores, min_size=4, max_size=4))
def test_the_order_of_cases_and_trials_is_irrelevant(order: list[int], scores: list[list[int]]) -> None:
    suite = [(make_case(f"c{number}", trials=3), one) for number, one in enumerate(scores)]
    baseline = make_baseline(*[(case, [2] * 5) for case, _ in suite])
    shuffled = [suite[number] for number in order]

    assert compare_by_majority(baseline, *shuffled) == compare_by_majority(baseline, *suite)


@given(st.lists(st.booleans(), min_size=3, max_size=3), st.lists(st.booleans(), min_size=5, max_size=5))
def test_swapping_the_arms_turns_regressed_into_improved(base: Sequence[bool], head: Sequence[bool]) -> None:
    """At level 2, with an odd number of trials that score 2 or 0."""
    forth, back = _verdict(base, head), _verdict(head, base)
    mirrored = {CaseVerdict.REGRESSED: CaseVerdict.IMPROVED, CaseVerdict.IMPROVED: CaseVerdict.REGRESSED}

    assert mirrored.get(forth) == (back if back in mirrored else None)


def _verdict(base: Sequence[bool], head: Sequence[bool]) -> CaseVerdict:
    case = make_case("a", trials=len(head))
    baseline = make_baseline((case, [2 * passed for passed in base]))
    row = replace(baseline.cases["a"], level={CORRECTNESS: 2})
    held = replace(baseline, cases={"a": row})
    return _only(compare_by_majority(held, (case, [2 * passed for passed in head]))).verdict
