"""`agent-gate lint` in a configured repository, and on files that lie anywhere."""

import json
from pathlib import Path

import pytest

from gate.cli.main import main
from gate.errors import ExitCode

GOOD = """---
id: late-parcel
agent: shop
topic: Orders
dimensions: [correctness, tone]
severity: P0
---
## Input transcript
User: Where is {{order.number}}?

## Expected agent behavior
- Says where the parcel is
"""


def linted(capsys: pytest.CaptureFixture[str], *paths: str) -> tuple[int, dict[str, list[dict[str, object]]]]:
    code = main(["lint", *paths, "--json"])
    return code, json.loads(capsys.readouterr().out)


def test_the_shipped_suite_has_no_problem(repository: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Every case is printed with what it expects."""
    code, found = linted(capsys)

    assert code == ExitCode.PASS
    assert found["problems"] == []
    assert len(found["cases"]) == 28
    case = next(case for case in found["cases"] if case["id"] == "return-flow-bulk-items")
    assert {"id", "agent", "topic", "dimensions", "severity", "turns", "expected_tool_calls", "rubric"} <= set(case)


def test_a_folder_without_configuration_is_linted_by_itself(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Test data is the nearest manifest at or above the file; paths are those the person gave."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "cases" / "deep").mkdir(parents=True)
    (tmp_path / "cases" / "test-data.yml").write_text("order: {number: A1}\n")
    (tmp_path / "cases" / "deep" / "good.md").write_text(GOOD)
    (tmp_path / "cases" / "deep" / "bad.md").write_text(GOOD.replace("P0", "P9").replace("late-parcel", "other"))

    code, found = linted(capsys, "cases")

    assert code == ExitCode.CONFIGURATION
    assert [case["id"] for case in found["cases"]] == ["late-parcel"]
    assert found["cases"][0]["turns"] == [{"turn": 1, "user": "Where is A1?"}]
    assert [(problem["path"], problem["line"], problem["key"]) for problem in found["problems"]] == [
        ("cases/deep/bad.md", 6, "severity")
    ]


def test_a_path_without_fixtures_is_an_error(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Nothing linted is never green."""
    monkeypatch.chdir(tmp_path)

    code, found = linted(capsys, ".")

    assert code == ExitCode.CONFIGURATION
    assert "no fixture found" in str(found["problems"])


def test_names_the_agent_does_not_have_are_told_beside_the_errors_of_the_same_fixture(
    repository: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """And a tool that is no text is one problem, not also a name that nobody knows."""
    keys = "severity: P9\nexpected_tool_calls:\n  - {turn: 1, tool: 7}\n  - {turn: 4, tool: Serch_Orders}\n"
    wrong = GOOD.replace("shop", "customer-support-agent").replace("Orders", "Ordes").replace("severity: P0\n", keys)
    (repository / "fixtures" / "wrong.md").write_text(wrong)

    code, found = linted(capsys)

    assert code == ExitCode.CONFIGURATION
    assert [(problem["line"], problem["key"], problem["level"]) for problem in found["problems"]] == [
        (4, "topic", "warning"),
        (6, "severity", "error"),
        (8, "expected_tool_calls.0.tool", "error"),
        (9, "expected_tool_calls.1", "error"),
        (9, "expected_tool_calls.1.tool", "warning"),
        (12, "order.number", "error"),
    ]
