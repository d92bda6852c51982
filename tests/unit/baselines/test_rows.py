"""Baselines as rows for a person."""

from dataclasses import replace

from gate.baselines.levels import CaseClass
from gate.baselines.record import record, release
from gate.baselines.rows import describe_baseline, diff_baselines
from gate.model.words import Dimension, Severity
from tests.results import ORIGIN, make_baseline, make_case, make_trials


def test_cases_are_listed_by_severity_then_id() -> None:
    cases = [make_case("b"), make_case("a", severity=Severity.P1), make_case("c")]
    rows = describe_baseline(make_baseline(*[(case, [2]) for case in cases]))

    assert [row.case for row in rows] == ["b", "c", "a"]


def test_a_row_says_what_is_not_ordinary() -> None:
    case = make_case("a", Dimension.TONE)
    row = describe_baseline(release(make_baseline((case, [1] * 20)), "3f2a9c1d"))[0]

    assert (row.levels, row.anchor, row.case_class, row.note) == ("tone 1", "20 of 20 at 3f2a9c1", CaseClass.CLEAN, "")


def test_a_case_that_cannot_block_says_why() -> None:
    few, weak = make_case("few"), make_case("weak")
    notes = {row.case: row.note for row in describe_baseline(make_baseline((few, [2, 2]), (weak, [2, 0, 2, 0, 0])))}

    assert notes == {"few": "too few runs to block: 3 more", "weak": "passes 40%, below 75%: shown, cannot block"}


def test_a_baseline_does_not_differ_from_itself() -> None:
    baseline = make_baseline((make_case("a"), [2, 1]))

    assert diff_baselines(baseline, baseline) == ()


def test_added_removed_and_changed_cases_are_told_apart() -> None:
    old, new, both = make_case("old"), make_case("new"), make_case("both")
    before = make_baseline((old, [2] * 5), (both, [2] * 5))
    after = record(before, [new, both], [*make_trials(new, 2), *make_trials(both, 0, 0)], ORIGIN)

    changes = {change.case: change for change in diff_baselines(before, after)}
    assert {case: change.kind for case, change in changes.items()} == {
        "both": "changed",
        "new": "added",
        "old": "removed",
    }
    assert (changes["both"].before, changes["both"].after) == ("5 of 5", "5 of 7")
    assert changes["both"].what == "clean → quarantined"


def test_counts_of_another_fixture_are_called_a_reset() -> None:
    case = make_case("a")
    edited = make_case("a", rubric="r2")
    before = make_baseline((case, [2] * 5))
    change = diff_baselines(before, make_baseline((edited, [1] * 5)))[0]

    assert (change.kind, change.what) == ("reset", "rubric changed; level of correctness 2 → 1")


def test_every_other_change_is_said() -> None:
    before = make_baseline((make_case("a"), [2] * 5))
    row = replace(before.cases["a"], severity=Severity.P1, topic="")
    after = release(replace(before, cases={"a": row}), "v1")

    assert diff_baselines(before, after)[0].what == "severity P0 → P1; topic Returns → none; anchored"
