"""What every report shows: every case in exactly one place, the worst first."""

from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gate.model.comparison import CaseComparison, GroupFinding
from gate.model.score import Evidence
from gate.model.words import CaseVerdict, Conclusion, Severity, Status
from gate.reports import view
from tests.builders import AGENT, case_comparison, comparison, decision, dimension, plan, report, selected_case

cases = st.lists(
    st.builds(
        case_comparison,
        st.integers(0, 999).map("case-{:03}".format),
        st.sampled_from(CaseVerdict),
        severity=st.sampled_from(Severity),
        status=st.sampled_from(Status),
        head=st.tuples(st.integers(0, 4), st.just(4)),
    ),
    max_size=12,
    unique_by=lambda case: case.case,
)


@given(cases, st.sampled_from(Conclusion))
def test_every_frozen_case_that_changed_stands_in_exactly_one_place(
    found: list[CaseComparison], conclusion: Conclusion
) -> None:
    of = report(found, of_decision=decision(conclusion))
    verdicts = (*view.open_verdicts(of), *view.aside_verdicts(of))
    shown = [*view.regressed(of), *(case for verdict in verdicts for case in view.aside(of, verdict))]
    changed = [c.case for c in found if c.status is Status.FROZEN and c.verdict is not CaseVerdict.UNCHANGED]
    assert sorted(case.case for case in shown) == sorted(changed)


@given(cases)
def test_the_order_of_cases_does_not_change_what_comes_first(found: list[CaseComparison]) -> None:
    assert view.worst_first(found) == view.worst_first(reversed(found))


@given(cases)
def test_what_holds_the_merge_comes_first_then_the_severer(found: list[CaseComparison]) -> None:
    order = [(not case.blocks, case.severity) for case in view.worst_first(found)]
    assert order == sorted(order)


def reasons(name: str, *paths: Sequence[str]) -> list[tuple[tuple[str, ...], int]]:
    of = plan([selected_case(name, *(tuple(path) for path in paths))])
    return list(view.reaching(of, [case_comparison(name)]))


def test_paths_end_before_the_case_they_lead_to() -> None:
    assert reasons("a", ("x.cls", "topic T", "case a"), ("x.cls", "topic T", f"{AGENT}/a"), ("x.cls", "topic T")) == [
        (("x.cls", "topic T"), 1)
    ]


def test_a_path_of_one_step_stays() -> None:
    assert reasons("a", ("a",)) == [(("a",), 1)]


@pytest.mark.parametrize(
    ("evidence", "said"),
    [
        (None, ""),
        (Evidence(turn=2, quote=" "), ""),
        (Evidence(turn=2, quote="hi"), "turn 2: “hi”"),
        (Evidence(turn=0, quote="hi"), "“hi”"),
    ],
)
def test_evidence_is_quoted_with_its_turn(evidence: Evidence | None, said: str) -> None:
    assert view.quote(evidence) == said


def test_without_an_explanation_the_differing_fingerprints_are_named() -> None:
    case = case_comparison("a", CaseVerdict.NOT_COMPARABLE, differs=("rubric", "data"))
    assert view.rows(report([case]), [case])[0].note == "the rubric changed and its test data changed"


def test_a_quote_does_not_repeat_the_turn_its_reason_names() -> None:
    named = dimension(verdict=CaseVerdict.REGRESSED, new=1, reason="turn 3: wrong call", quote="x()", turn=3)
    other = dimension(verdict=CaseVerdict.REGRESSED, new=1, reason="turn 1: wrong call", quote="x()", turn=3)
    parts = view.rows(report(), [case_comparison("a", CaseVerdict.REGRESSED, [named, other])])[0].parts
    assert [part.quote for part in parts] == ["“x()”", "turn 3: “x()”"]


@pytest.mark.parametrize(("severity", "said"), [(Severity.P0, False), (Severity.P1, True)])
def test_a_dimension_is_called_advisory_only_where_it_holds_no_merge(severity: Severity, *, said: bool) -> None:
    one = dimension(verdict=CaseVerdict.REGRESSED, new=1, advisory=True)
    case = case_comparison("a", CaseVerdict.REGRESSED, [one], severity=severity)
    assert view.rows(report([case]), [case])[0].parts[0].advisory is said


def test_a_regression_that_no_dimension_carries_is_told_by_those_that_fell() -> None:
    fell, steady = dimension(old=2, new=1), dimension()
    case = case_comparison("a", CaseVerdict.REGRESSED, [steady, fell])
    assert view.telling(case) == (fell,)


def test_missing_trials_are_counted_beside_those_that_passed() -> None:
    assert view.counts(case_comparison("a", base=(4, 4), head=(0, 0), missing=4)) == "base 4 of 4, 4 missing"


def test_the_whole_suite_is_a_group_without_a_name() -> None:
    fell = GroupFinding(group="", verdict=CaseVerdict.REGRESSED, explanation="x")
    held = GroupFinding(group="Returns", verdict=CaseVerdict.UNCHANGED, explanation="x")
    of = report(of_comparison=comparison(groups=[held, fell]))
    assert [view.group_name(group) for group in view.regressed_groups(of)] == ["the whole suite"]
