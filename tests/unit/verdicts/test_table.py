"""The severity by dimension table."""

from hypothesis import given
from hypothesis import strategies as st

from gate.model.words import CaseVerdict, Dimension, Severity, Status
from gate.verdicts.table import SeverityRow, loudest, table
from tests.results import compare_by_majority, make_baseline, make_case

CORRECTNESS, GROUNDING, TONE, SAFETY = Dimension


def _row(base: tuple[int, int], head: tuple[int, int], verdict: CaseVerdict) -> SeverityRow:
    return SeverityRow(
        severity=Severity.P0,
        dimension=CORRECTNESS,
        advisory=False,
        base_passing=base[0],
        base_total=base[1],
        head_passing=head[0],
        head_total=head[1],
        verdict=verdict,
    )


def test_cases_that_pass_are_counted_on_both_sides() -> None:
    good, broken, weak = make_case("good"), make_case("broken"), make_case("weak")
    baseline = make_baseline((good, [2] * 5), (broken, [2] * 5), (weak, [0] * 5))
    rows = table(compare_by_majority(baseline, (good, [2, 2]), (broken, [1, 1]), (weak, [0, 0])))

    assert rows == (_row((2, 3), (1, 3), CaseVerdict.REGRESSED),)


def test_rows_come_by_severity_then_dimension() -> None:
    cases = [make_case("a", SAFETY, CORRECTNESS, severity=Severity.P1), make_case("b", TONE)]
    baseline = make_baseline(*[(case, [2] * 5) for case in cases])
    rows = table(compare_by_majority(baseline, *[(case, [2, 2]) for case in cases]))

    assert [(row.severity, row.dimension) for row in rows] == [
        (Severity.P0, TONE),
        (Severity.P1, CORRECTNESS),
        (Severity.P1, SAFETY),
    ]


def test_cases_that_cannot_be_compared_stand_aside() -> None:
    good, changed, new = make_case("good"), make_case("changed", rubric="r2"), make_case("new")
    baseline = make_baseline((good, [2] * 5), (make_case("changed"), [2] * 5))
    rows = table(compare_by_majority(baseline, (good, [2, 2]), (changed, [0, 0]), (new, [0, 0])))

    assert rows == (_row((1, 1), (1, 1), CaseVerdict.UNCHANGED),)


def test_a_row_of_new_cases_shows_the_heads_numbers_alone() -> None:
    good, bad = make_case("good"), make_case("bad")
    rows = table(compare_by_majority(make_baseline(), (good, [2, 2]), (bad, [0, 0])))

    assert rows == (_row((0, 0), (1, 2), CaseVerdict.NEW),)


def test_exploratory_cases_are_not_counted() -> None:
    case = make_case("a", status=Status.EXPLORATORY)

    assert table(compare_by_majority(make_baseline((case, [2] * 5)), (case, [0, 0]))) == ()


def test_a_dimension_that_a_failure_elsewhere_left_unscored_is_not_counted_and_not_doubted() -> None:
    good, broken = make_case("good", CORRECTNESS, TONE), make_case("broken", CORRECTNESS, TONE)
    baseline = make_baseline((good, [2] * 5), (broken, [2] * 5))
    compared = compare_by_majority(baseline, (good, [2, 2]), (broken, [{CORRECTNESS: 0, TONE: None}] * 2))
    tone = table(compared)[1]

    assert (tone.base_passing, tone.base_total, tone.head_passing, tone.head_total) == (1, 1, 1, 1)
    assert tone.verdict is CaseVerdict.UNCHANGED


def test_an_advisory_dimension_is_marked() -> None:
    case = make_case("a", TONE)
    compared = compare_by_majority(make_baseline((case, [2] * 5)), (case, [0, 0]), advisory=frozenset({TONE}))

    assert [(row.advisory, row.verdict) for row in table(compared)] == [(True, CaseVerdict.REGRESSED)]


@given(st.lists(st.sampled_from(CaseVerdict), min_size=1))
def test_a_regression_is_louder_than_anything(verdicts: list[CaseVerdict]) -> None:
    assert loudest([*verdicts, CaseVerdict.REGRESSED]) is CaseVerdict.REGRESSED
    assert loudest(verdicts) in verdicts


@given(st.lists(st.lists(st.sampled_from((0, 1, 2)), min_size=3, max_size=3), min_size=1, max_size=6))
def test_both_sides_count_the_same_cases(heads: list[list[int]]) -> None:
    suite = [(make_case(f"c{number}", CORRECTNESS, TONE), scores) for number, scores in enumerate(heads)]
    baseline = make_baseline(*[(case, [2] * 5) for case, _ in suite])

    for row in table(compare_by_majority(baseline, *suite)):
        assert row.base_total == row.head_total == len(suite)
        assert row.head_passing <= row.base_passing == len(suite)
