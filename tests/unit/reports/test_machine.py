"""report.json holds the whole report, and its schema is the published one."""

import json
import os
from pathlib import Path

import jsonschema
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gate.errors import StoreError
from gate.reports.machine import parse_report, report_json, report_schema
from tests.builders import decision, regressed_case, report
from tests.unit.reports.scenarios import SCENARIOS

PUBLISHED = Path(__file__).parents[3] / "docs" / "schemas" / "report.schema.json"


@pytest.mark.parametrize("scenario", SCENARIOS)
def test_a_report_reads_back_as_it_was(scenario: str) -> None:
    assert parse_report(report_json(SCENARIOS[scenario])) == SCENARIOS[scenario]


@given(st.text(max_size=60))
def test_any_text_reads_back_as_it_was(text: str) -> None:
    of = report([regressed_case("drops", reason=text, quote=text)], of_decision=decision(headline=text))
    assert parse_report(report_json(of)) == of


@pytest.mark.parametrize("scenario", SCENARIOS)
def test_a_report_satisfies_the_published_schema(scenario: str) -> None:
    schema = json.loads(PUBLISHED.read_text(encoding="utf-8"))
    jsonschema.Draft202012Validator.check_schema(schema)
    jsonschema.validate(json.loads(report_json(SCENARIOS[scenario])), schema)


def test_the_published_schema_is_current() -> None:
    if os.environ.get("GOLDEN") == "write":
        PUBLISHED.write_text(report_schema(), encoding="utf-8")
    assert report_schema() == PUBLISHED.read_text(encoding="utf-8")


def test_keys_are_sorted_and_the_version_stands_in_it() -> None:
    text = report_json(report())
    value = json.loads(text)
    assert text.endswith("}\n")
    assert list(value) == sorted(value)
    assert value["schema"] == 1


def test_printed_to_a_workflow_log_it_runs_no_command() -> None:
    lines = report_json(SCENARIOS["hostile"]).splitlines()
    assert not any("##[" in line or line.lstrip().startswith("::") for line in lines)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("{", "not JSON"),
        ("[]", "schema version 1"),
        ("{}", "schema version 1"),
        ('{"schema": 2}', "schema version 1"),
        ('{"schema": 1, "run": 3}', "run"),
    ],
)
def test_an_unreadable_report_says_what_is_wrong_and_what_to_do(text: str, said: str) -> None:
    with pytest.raises(StoreError, match=said) as caught:
        parse_report(text, "runs/x/report.json")
    assert "runs/x/report.json" in caught.value.message
    assert "agent-gate report" in caught.value.hint
