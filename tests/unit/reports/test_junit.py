"""junit.xml: failed is the agent's, errored is ours, and nothing that did not pass looks as if it had."""

from dataclasses import replace
from pathlib import Path

import pytest
from lxml import etree

from gate.model.case import Json
from gate.model.report import Report
from gate.model.words import CaseVerdict, Conclusion, Severity, Status
from gate.reports.junit import junit
from tests.builders import (
    AGENT,
    case_comparison,
    decision,
    dimension,
    plan,
    regressed_case,
    report,
    selected_case,
)
from tests.unit.reports.scenarios import SCENARIOS

SCHEMA = etree.XMLSchema(etree.parse(str(Path(__file__).parents[2] / "data" / "junit.xsd")))


def parsed(of: Report) -> etree._Element:
    return etree.fromstring(junit(of).encode())


def outcome(of: Report, name: str) -> tuple[str, str]:
    """The element that says what a case came to, and its message; ("passed", "") when there is none."""
    [test] = [one for one in parsed(of).iter("testcase") if one.get("name") == name]
    found = [child for child in test if child.tag in ("failure", "error", "skipped")]
    return (str(found[0].tag), found[0].get("message") or "") if found else ("passed", "")


@pytest.mark.parametrize("scenario", SCENARIOS)
def test_it_satisfies_the_common_schema(scenario: str) -> None:
    SCHEMA.assertValid(parsed(SCENARIOS[scenario]))


@pytest.mark.parametrize("scenario", SCENARIOS)
def test_counts_are_those_of_the_cases(scenario: str) -> None:
    for group in (parsed(SCENARIOS[scenario]), *parsed(SCENARIOS[scenario]).iter("testsuite")):
        counted = {plural: len(list(group.iter(tag))) for plural, tag in (("failures", "failure"), ("errors", "error"))}
        assert counted == {plural: int(group.get(plural) or -1) for plural in counted}
        assert len(list(group.iter("testcase"))) == int(group.get("tests") or -1)


def test_a_regression_is_a_failure_with_its_reason() -> None:
    said = outcome(report([regressed_case("drops", reason="starts the wrong return")]), "drops")
    assert said == ("failure", "correctness was 2, now 1: starts the wrong return")


def test_a_regression_that_does_not_block_is_a_failure_too() -> None:
    assert outcome(report([regressed_case("drops", severity=Severity.P1)]), "drops")[0] == "failure"


def test_an_infrastructure_failure_is_an_error_never_a_failure() -> None:
    case = case_comparison("silent", CaseVerdict.INFRA_FAILURE, explanation="9 of 13 trials are missing")
    assert outcome(report([case]), "silent") == ("error", "9 of 13 trials are missing")


@pytest.mark.parametrize(("conclusion", "tag"), [(Conclusion.INCONCLUSIVE, "error"), (Conclusion.PASS, "skipped")])
def test_an_inconclusive_case_is_an_error_unless_the_run_passed(conclusion: Conclusion, tag: str) -> None:
    of = report([case_comparison("open", CaseVerdict.INCONCLUSIVE)], of_decision=decision(conclusion))
    assert outcome(of, "open")[0] == tag


@pytest.mark.parametrize("verdict", [CaseVerdict.QUARANTINED, CaseVerdict.NOT_COMPARABLE])
def test_a_case_that_stands_aside_is_skipped_and_says_why(verdict: CaseVerdict) -> None:
    case = case_comparison("aside", verdict, explanation="set aside", differs=("rubric",))
    assert outcome(report([case]), "aside") == ("skipped", "set aside")


@pytest.mark.parametrize("verdict", [CaseVerdict.UNCHANGED, CaseVerdict.IMPROVED, CaseVerdict.FLAKY])
def test_a_case_without_bad_news_passes(verdict: CaseVerdict) -> None:
    assert outcome(report([case_comparison("fine", verdict)]), "fine") == ("passed", "")


@pytest.mark.parametrize(("new", "tag"), [(2, "passed"), (0, "skipped")])
def test_a_new_case_passes_only_when_its_head_does(new: int, tag: str) -> None:
    case = case_comparison("first", CaseVerdict.NEW, [dimension(verdict=CaseVerdict.NEW, old=None, new=new)])
    assert outcome(report([case]), "first")[0] == tag


def test_an_exploratory_case_that_got_worse_is_skipped() -> None:
    tag, message = outcome(report([regressed_case("try-out", status=Status.EXPLORATORY)]), "try-out")
    assert (tag, message.partition(":")[0]) == ("skipped", "exploratory, never blocks")


def test_a_selected_case_without_a_result_is_an_error() -> None:
    of = report([case_comparison("ran")], of_plan=plan([selected_case("ran"), selected_case("left-out")]))
    assert outcome(of, "left-out") == ("error", "selected but not run")


@pytest.mark.parametrize(
    ("conclusion", "tag"),
    [
        (Conclusion.PASS, "passed"),
        (Conclusion.ACCEPTED, "passed"),
        (Conclusion.BLOCKED, "failure"),
        (Conclusion.INCONCLUSIVE, "error"),
        (Conclusion.INFRA_FAILURE, "error"),
    ],
)
def test_the_conclusion_itself_is_a_test(conclusion: Conclusion, tag: str) -> None:
    assert outcome(report(of_decision=decision(conclusion)), "conclusion")[0] == tag


def test_scores_and_severity_are_properties() -> None:
    [test] = [one for one in parsed(report([regressed_case("drops")])).iter("testcase") if one.get("name") == "drops"]
    facts: dict[str | None, Json] = {one.get("name"): one.get("value") for one in test.iter("property")}
    assert facts["severity"] == "P0"
    assert facts["score.correctness"] == "2 → 1"
    assert facts["passed.correctness"] == "base 4 of 4, head 0 of 4"


def test_cases_are_grouped_by_agent_and_topic() -> None:
    of = report([case_comparison("a", topic="Returns"), case_comparison("b", topic=""), case_comparison("c")])
    names = [suite.get("name") for suite in parsed(of).iter("testsuite")]
    assert names == ["agent-gate", f"{AGENT}/(any topic)", f"{AGENT}/Returns"]


def test_what_is_not_known_is_left_out() -> None:
    of = replace(report([replace(case_comparison("fine"), path="")]), started="just now")
    SCHEMA.assertValid(parsed(of))
    assert not [one for one in parsed(of).iter() if one.get("timestamp") or one.get("file") or one.get("line")]
