"""The life of a baseline: recording, forgetting, topping up, resetting, anchoring."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gate.baselines.comparable import Scorers, differs
from gate.baselines.file import read_baseline, write_baseline
from gate.baselines.record import KEEP_AT_MERGE, missing_runs, record, release
from gate.model.baseline import Anchor, SignOff
from gate.model.case import Fingerprints
from gate.model.score import Finding
from gate.model.words import Arm, Dimension, Severity
from tests.results import ORIGIN, SCORERS, make_baseline, make_case, make_trial, make_trials

CORRECTNESS, TONE, SAFETY = Dimension.CORRECTNESS, Dimension.TONE, Dimension.SAFETY
TODAY = replace(ORIGIN, date="2026-11-23", commit="9ab21d0")


def test_a_first_record_counts_runs_passes_and_scores() -> None:
    case = make_case("bulk-items", CORRECTNESS, SAFETY)
    row = make_baseline((case, [2, 2, 2, {CORRECTNESS: 1, SAFETY: 2}, 2])).cases["bulk-items"]

    assert (row.runs, row.ok) == (5, 4)
    assert row.hist == {CORRECTNESS: (0, 1, 4), SAFETY: (0, 0, 5)}
    assert row.level == {CORRECTNESS: 2, SAFETY: 2}
    assert (row.fingerprints, row.judge, row.checks) == (case.fingerprints, "judge-1", "1")
    assert (row.topic, row.severity, row.last, row.anchor) == ("Returns", Severity.P0, "2026-11-22", None)


def test_passes_are_counted_against_the_level_the_case_commits_to() -> None:
    row = make_baseline((make_case("bulk-items", TONE), [1, 1, 1, 1, 2])).cases["bulk-items"]

    assert (row.level, row.ok) == ({TONE: 1}, 5)


def test_trials_without_an_answer_are_missing_and_not_counted() -> None:
    case = make_case("bulk-items", CORRECTNESS, TONE)
    trials = [
        make_trial(case, 2),
        make_trial(case, 2, error="timeout"),
        make_trial(case, {CORRECTNESS: 2, TONE: None}),
        make_trial(case, {CORRECTNESS: 0, TONE: None}),
    ]
    row = record(None, [case], trials, ORIGIN).cases["bulk-items"]

    assert (row.runs, row.ok, row.infra_missing) == (2, 1, 2)
    assert row.hist == {CORRECTNESS: (1, 0, 1), TONE: (0, 0, 1)}


def test_a_case_of_which_nothing_is_known_has_no_row() -> None:
    one, other = make_case("one"), make_case("other")

    assert record(None, [one, other], [make_trial(other, 2, error="timeout")], ORIGIN).cases == {}


def test_in_an_advisory_dimension_only_checks_cost_a_pass() -> None:
    case = make_case("bulk-items", TONE)
    seen = Finding(check="must-not-include", dimension=TONE, score=0, reason="swears")
    trials = [make_trial(case, 0), make_trial(case, 0, findings=[seen]), *make_trials(case, 2, 2, 2, 2, 2, 2)]
    row = record(None, [case], trials, ORIGIN, advisory=frozenset({TONE})).cases["bulk-items"]

    assert (row.runs, row.ok, row.hist) == (8, 7, {TONE: (2, 0, 6)})


def test_a_merge_forgets_a_tenth_and_adds_the_merged_trials() -> None:
    case = make_case("bulk-items")
    before = make_baseline((case, [2] * 20))
    after = record(before, [case], make_trials(case, 2, 2, 0), TODAY, keep=KEEP_AT_MERGE).cases["bulk-items"]

    assert (after.runs, after.ok, after.hist, after.last) == (21, 20, {CORRECTNESS: (1, 0, 20)}, "2026-11-23")


def test_topping_up_forgets_nothing() -> None:
    case = make_case("bulk-items")
    after = record(make_baseline((case, [2] * 20)), [case], make_trials(case, 2, 2), TODAY).cases["bulk-items"]

    assert (after.runs, after.ok) == (22, 22)


def test_recording_anew_keeps_the_sign_offs_and_no_count() -> None:
    case = make_case("bulk-items")
    sign_off = SignOff(at="t", by="ana", reason="r", commit="c", digest="d", cases=("bulk-items",))
    before = replace(make_baseline((case, [2] * 20)), history=(sign_off,))
    after = record(before, [case], make_trials(case, 1, 1), TODAY, keep=0)

    assert (after.cases["bulk-items"].runs, after.cases["bulk-items"].level) == (2, {CORRECTNESS: 1})
    assert after.history == (sign_off,)


def test_a_case_that_did_not_run_keeps_its_counts_at_a_merge() -> None:
    ran, idle = make_case("ran"), make_case("idle")
    before = make_baseline((ran, [2] * 20), (idle, [2] * 20))
    after = record(before, [ran, idle], make_trials(ran, 2), TODAY, keep=KEEP_AT_MERGE)

    assert after.cases["idle"] == before.cases["idle"]


def test_missing_trials_alone_leave_the_counts_alone() -> None:
    case = make_case("bulk-items")
    before = make_baseline((case, [2] * 20))
    after = record(before, [case], [make_trial(case, 2, error="503")], TODAY, keep=KEEP_AT_MERGE)

    assert after.cases["bulk-items"] == replace(before.cases["bulk-items"], infra_missing=1)


def test_a_case_that_left_the_suite_leaves_the_baseline() -> None:
    stays, goes = make_case("stays"), make_case("goes")
    before = make_baseline((stays, [2] * 5), (goes, [2] * 5))

    assert list(record(before, [stays], [], TODAY).cases) == ["stays"]


@pytest.mark.parametrize("changed", ["fixture", "rubric", "data"])
def test_a_changed_fingerprint_resets_the_case(changed: str) -> None:
    case = make_case("bulk-items")
    before = release(make_baseline((case, [1] * 20)), "v1")
    prints = {"fixture": case.fingerprints.fixture, "rubric": "r1", "data": "d1", changed: "other"}
    edited = replace(case, fingerprints=Fingerprints(**prints))
    after = record(before, [edited], make_trials(edited, 2, 2), TODAY).cases["bulk-items"]

    assert (after.runs, after.level, after.anchor) == (2, {CORRECTNESS: 2}, None)
    assert record(before, [edited], [], TODAY).cases == {}


@pytest.mark.parametrize("scorers", [Scorers(judge="judge-2", checks="1"), Scorers(judge="judge-1", checks="2")])
def test_another_judge_or_other_checks_reset_every_case(scorers: Scorers) -> None:
    case = make_case("bulk-items")

    assert record(make_baseline((case, [2] * 20)), [case], [], replace(TODAY, scorers=scorers)).cases == {}


def test_another_judge_leaves_what_only_checks_scored() -> None:
    case = make_case("bulk-items")
    before = record(None, [case], [make_trial(case, 2, judge="", trial=n) for n in range(5)], ORIGIN)
    other = replace(TODAY, scorers=Scorers(judge="judge-2", checks="1"))

    assert record(before, [case], [], other).cases == before.cases


def test_another_agent_definition_carries_the_counts_over() -> None:
    case = make_case("bulk-items")
    before = make_baseline((case, [2] * 20))
    after = record(before, [case], [], replace(TODAY, agent_fingerprint="b" * 64))

    assert (after.agent_fingerprint, after.commit) == ("b" * 64, "9ab21d0")
    assert after.cases == before.cases


def test_topic_and_severity_follow_the_fixture() -> None:
    case = make_case("bulk-items")
    before = make_baseline((case, [2] * 20))
    after = record(before, [replace(case, topic="Orders", severity=Severity.P1)], [], TODAY).cases["bulk-items"]

    assert (after.topic, after.severity, after.runs) == ("Orders", Severity.P1, 20)


def test_a_slow_decline_does_not_lower_its_own_bar() -> None:
    case = make_case("bulk-items")
    baseline = make_baseline((case, [2] * 20))
    for _ in range(4):
        baseline = record(baseline, [case], make_trials(case, 1), TODAY)

    assert baseline.cases["bulk-items"].level == {CORRECTNESS: 2}
    assert (baseline.cases["bulk-items"].runs, baseline.cases["bulk-items"].ok) == (24, 20)


def test_an_improvement_raises_the_bar_and_recounts_the_passes() -> None:
    case = make_case("bulk-items")
    baseline = make_baseline((case, [1] * 5))
    after = record(baseline, [case], make_trials(case, *[2] * 20), TODAY).cases["bulk-items"]

    assert (after.level, after.runs, after.ok) == ({CORRECTNESS: 2}, 25, 20)


def test_a_quarantined_case_may_commit_to_less() -> None:
    case = make_case("bulk-items")
    baseline = make_baseline((case, [0] * 5))
    after = record(baseline, [case], make_trials(case, *[1] * 40), TODAY).cases["bulk-items"]

    assert after.level == {CORRECTNESS: 1}


def test_a_release_anchors_every_row_until_it_is_reset() -> None:
    case = make_case("bulk-items")
    anchored = release(make_baseline((case, [2] * 20)), "v1")
    after = record(anchored, [case], make_trials(case, 0), TODAY, keep=KEEP_AT_MERGE)

    assert after.cases["bulk-items"].anchor == Anchor(commit="v1", runs=20, ok=20)


def test_the_runs_to_top_up_are_twenty_and_fifty_for_unsteady_cases() -> None:
    clean, noisy, new, full = (make_case(name) for name in ("clean", "noisy", "new", "full"))
    baseline = make_baseline((clean, [2] * 12), (noisy, [2, 2, 2, 2, 2, 2, 2, 2, 2, 0]), (full, [2] * 20))

    assert missing_runs(baseline, [clean, noisy, new, full], SCORERS) == {"clean": 8, "noisy": 40, "new": 20}
    assert missing_runs(None, [clean], SCORERS) == {"clean": 20}
    assert missing_runs(baseline, [full], Scorers(judge="judge-2", checks="1")) == {"full": 20}


_scores = st.lists(st.lists(st.sampled_from((0, 1, 2, None)), min_size=1, max_size=6), min_size=1, max_size=8)


@given(_scores, st.sampled_from((0.0, 0.9, 1.0)))
def test_counts_hang_together_through_any_life_and_survive_the_file(lives: list[list[int | None]], keep: float) -> None:
    case = make_case("bulk-items", CORRECTNESS, TONE)
    baseline = None
    for scores in lives:
        trials = [make_trial(case, {CORRECTNESS: 2, TONE: score}, arm=Arm.HEAD) for score in scores]
        baseline = record(baseline, [case], trials, TODAY, keep=keep)
        for row in baseline.cases.values():
            assert 0 <= row.ok <= row.runs
            assert sum(row.hist[TONE]) <= row.runs + 0.05
            assert row.level[TONE] in {1, 2}
        assert read_baseline(write_baseline(baseline), "b.json") == baseline


@given(st.permutations([2, 2, 1, 0, 2, None]))
def test_the_order_of_trials_is_irrelevant(scores: list[int | None]) -> None:
    case = make_case("bulk-items")

    assert make_baseline((case, scores)) == make_baseline((case, [2, 2, 1, 0, 2, None]))


def test_every_difference_is_named() -> None:
    case = make_case("bulk-items")
    row = make_baseline((case, [2])).cases["bulk-items"]
    other = replace(case, fingerprints=Fingerprints(fixture="x", rubric="x", data="x"))

    assert differs(case, row, SCORERS) == ()
    assert differs(other, row, Scorers(judge="", checks="2")) == ("fixture", "rubric", "data", "judge", "checks")


def test_topping_up_fades_what_is_beyond_memory() -> None:
    """Fifty runs are remembered, the newest of them wholly: years of old counts would hide a fall."""
    case = make_case("bulk-items")
    before = make_baseline((case, [2] * 50))

    row = record(before, [case], make_trials(case, *[0] * 10), TODAY).cases["bulk-items"]

    assert (row.runs, row.ok) == (50, 40)
    assert row.hist == {CORRECTNESS: (10, 0, 40)}


def test_the_newest_runs_are_remembered_by_name() -> None:
    """Twenty of them, and none twice when trials of no run are recorded."""
    case = make_case("bulk-items")
    baseline = make_baseline((case, [2]))
    for number in range(25):
        baseline = record(baseline, [case], [], replace(TODAY, run=f"run {number}"))

    assert baseline.counted == tuple(f"run {number}" for number in range(5, 25))
    assert record(baseline, [case], [], TODAY).counted == baseline.counted
    assert read_baseline(write_baseline(baseline), "b.json").counted == baseline.counted
