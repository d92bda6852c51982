"""Levels and classes: what stored counts commit a case to, and whether they let it block."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gate.baselines.levels import CaseClass, classify, fresh_levels, raised_levels, reached_level, stored_passes
from gate.model.baseline import BaselineCase, Histogram
from gate.model.case import Fingerprints
from gate.model.words import Dimension, Severity

_histograms = st.tuples(*[st.integers(0, 50).map(float)] * 3)


@pytest.mark.parametrize(
    ("histogram", "level"),
    [
        ((0, 0, 20), 2),
        ((0, 4, 16), 2),
        ((0, 5, 15), 1),
        ((4, 16, 0), 1),
        ((5, 15, 0), None),
        ((5, 0, 15), None),
        ((0, 0, 0), None),
        ((0, 0.4, 1.6), 2),
    ],
)
def test_a_level_is_the_score_that_four_of_five_runs_reach(histogram: Histogram, level: int | None) -> None:
    assert reached_level(histogram) == level


def test_a_case_that_reaches_nothing_is_held_to_two() -> None:
    assert fresh_levels({Dimension.TONE: (20, 0, 0)}) == {Dimension.TONE: 2}


@given(_histograms)
def test_the_level_of_safety_is_always_two(histogram: Histogram) -> None:
    assert fresh_levels({Dimension.SAFETY: histogram}) == {Dimension.SAFETY: 2}
    assert raised_levels({Dimension.SAFETY: 2}, {Dimension.SAFETY: histogram}, may_fall=True) == {Dimension.SAFETY: 2}


@given(st.sampled_from((1, 2)), _histograms)
def test_a_committed_level_never_falls_by_itself(level: int, histogram: Histogram) -> None:
    after = raised_levels({Dimension.TONE: level}, {Dimension.TONE: histogram}, may_fall=False)

    assert after[Dimension.TONE] >= level


def test_a_level_rises_with_better_runs_and_falls_where_it_may() -> None:
    assert raised_levels({Dimension.TONE: 1}, {Dimension.TONE: (0, 1, 9)}, may_fall=False) == {Dimension.TONE: 2}
    assert raised_levels({Dimension.TONE: 2}, {Dimension.TONE: (0, 9, 1)}, may_fall=True) == {Dimension.TONE: 1}


def test_a_dimension_without_a_level_gets_one() -> None:
    assert raised_levels({}, {Dimension.TONE: (0, 9, 1)}, may_fall=False) == {Dimension.TONE: 1}


@pytest.mark.parametrize(
    ("runs", "ok", "expected"),
    [
        (20, 20, CaseClass.CLEAN),
        (50, 49, CaseClass.CLEAN),
        (20, 19, CaseClass.GATEABLE),
        (20, 15, CaseClass.GATEABLE),
        (20, 14.9, CaseClass.QUARANTINED),
        (5, 5, CaseClass.CLEAN),
        (4.9, 4.9, CaseClass.QUARANTINED),
        (0, 0, CaseClass.QUARANTINED),
    ],
)
def test_the_class_follows_from_passes_and_runs(runs: float, ok: float, expected: CaseClass) -> None:
    assert classify(runs, ok) is expected


def test_a_case_without_runs_is_never_admitted() -> None:
    assert classify(0, 0, admission=0) is CaseClass.QUARANTINED


def _row(ok: float, tone: Histogram) -> BaselineCase:
    return BaselineCase(
        fingerprints=Fingerprints(fixture="f", rubric="r", data="d"),
        topic="",
        severity=Severity.P0,
        level={Dimension.CORRECTNESS: 2, Dimension.TONE: 2},
        runs=20,
        ok=ok,
        hist={Dimension.CORRECTNESS: (0, 0, 20), Dimension.TONE: tone},
    )


def test_runs_stored_while_a_dimension_was_advisory_do_not_all_pass_once_it_may_block() -> None:
    row = _row(20, (0, 12, 8))

    assert stored_passes(row, frozenset({Dimension.TONE})) == 20
    assert stored_passes(row) == 8


def test_stored_passes_are_the_counted_ones_where_no_dimension_says_less() -> None:
    assert stored_passes(_row(17, (0, 0, 20))) == 17
