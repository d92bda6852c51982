"""report.sarif puts each regression at its fixture's line."""

import json
from dataclasses import replace
from typing import Any

import pytest

from gate.model.words import CaseVerdict, Severity
from gate.reports.sarif import sarif
from tests.builders import case_comparison, dimension, regressed_case, report
from tests.unit.reports.scenarios import SCENARIOS


def run_of(text: str) -> dict[str, Any]:
    value = json.loads(text)
    assert value["version"] == "2.1.0"
    [run] = value["runs"]
    return dict(run)


@pytest.mark.parametrize("scenario", SCENARIOS)
def test_what_code_scanning_asks_for_is_there(scenario: str) -> None:
    run = run_of(sarif(SCENARIOS[scenario], "1.2.3"))
    driver = run["tool"]["driver"]
    assert (driver["name"], driver["semanticVersion"]) == ("agent-gate", "1.2.3")
    for result in run["results"]:
        assert driver["rules"][result["ruleIndex"]]["id"] == result["ruleId"]
        assert result["level"] in ("error", "warning")
        assert result["message"]["text"]
        place = result["locations"][0]["physicalLocation"]
        assert place["region"]["startLine"] >= 1
        assert place["artifactLocation"]["uri"].isascii()
        assert not place["artifactLocation"]["uri"].startswith("/")


def test_a_blocking_regression_is_an_error_at_its_fixture_and_line() -> None:
    [result] = run_of(sarif(report([regressed_case("drops", path="fixtures/a b.md")]), "1"))["results"]
    place = result["locations"][0]["physicalLocation"]
    assert result["level"] == "error"
    assert (place["artifactLocation"]["uri"], place["region"]["startLine"]) == ("fixtures/a%20b.md", 2)
    assert result["message"]["text"].startswith("drops: correctness was 2, now 1: `Initiate_Return`")


def test_a_reported_regression_is_a_warning() -> None:
    [result] = run_of(sarif(report([regressed_case("drops", severity=Severity.P1)]), "1"))["results"]
    assert result["level"] == "warning"


def test_a_regression_that_no_dimension_shows_is_the_cases() -> None:
    case = case_comparison("drops", CaseVerdict.REGRESSED, [dimension()], explanation="passes less often")
    [result] = run_of(sarif(report([case]), "1"))["results"]
    assert (result["ruleId"], result["message"]["text"]) == ("regressed/case", "drops regressed. passes less often")


def test_one_regression_keeps_its_fingerprint_when_its_words_change() -> None:
    first, second = (
        run_of(sarif(report([regressed_case("drops", reason=reason)]), "1"))["results"][0] for reason in ("one", "two")
    )
    assert first["partialFingerprints"] == second["partialFingerprints"]


def test_a_green_run_has_no_results() -> None:
    assert run_of(sarif(SCENARIOS["passed"], "1"))["results"] == []


def test_a_case_whose_fixture_is_not_known_has_no_place() -> None:
    [result] = run_of(sarif(report([replace(regressed_case("drops"), path="")]), "1"))["results"]
    assert result["locations"] == []
