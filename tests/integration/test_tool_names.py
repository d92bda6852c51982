"""Names of tools in the fixtures of a chat agent, held against its tools files by every command that speaks of them."""

import json
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from gate.cli.main import main
from gate.errors import ExitCode
from tests.loopback.chat import endpoint, says
from tests.loopback.server import serving
from tests.trees import GitRepository

TOOLS = json.dumps(
    [
        {
            "type": "function",
            "function": {
                "name": "find_order",
                "parameters": {"type": "object", "properties": {"id": {}, "year": {}}, "required": ["id"]},
            },
        },
        {"name": "cancel_order"},
    ],
    indent=1,
)
FIXTURE = """\
---
id: where-is-it
dimensions: [correctness]
severity: P0
tool_results:
  - {tool: cancel_order, result: {}}
  - tool: RESULT
    result: {state: sent}
forbidden_tools: [FORBIDDEN]
---

## Input transcript

User: Where is A1?

## Expected tool calls

```yaml
- turn: 1
  tool: cancel_order
- turn: 1
  tool: EXPECTED
```
"""
Shop = Callable[..., GitRepository]


def fixture(expected: str = "find_order", result: str = "find_order", forbidden: str = "send_mail") -> str:
    return FIXTURE.replace("EXPECTED", expected).replace("RESULT", result).replace("FORBIDDEN", forbidden)


@pytest.fixture
def shop(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Shop:
    """A repository with a chat agent and one fixture, as the current folder."""
    monkeypatch.chdir(tmp_path)

    def make(
        text: str, *, tools: str = TOOLS, url: str = "http://127.0.0.1:9", more: Mapping[str, str] | None = None
    ) -> GitRepository:
        driver = f"{{type: chat, base_url: '{url}', model: m, prompt: [agent/p.md], tools: [agent/tools.json]}}"
        repository = GitRepository(tmp_path)
        files = {
            "agent/p.md": "Help.",
            "agent/tools.json": tools,
            "agent-gate.yml": f"version: 1\nagents:\n  shop:\n    source: [agent]\n    driver: {driver}\n",
        }
        repository.commit({**files, **({"fixtures/x.md": text} if text else {}), **(more or {})})
        return repository

    return make


def linted(capsys: pytest.CaptureFixture[str], *paths: str) -> list[tuple[str, str, str]]:
    """What lint says: place, key and level, and what is to be done; none of it stops anybody."""
    capsys.readouterr()
    assert main(["lint", "--json", *paths]) == ExitCode.PASS
    problems = json.loads(capsys.readouterr().out)["problems"]
    assert {one["level"] for one in problems} <= {"warning"}
    return [(f"{one['path']}:{one['line']}", one["key"], one["hint"]) for one in problems]


def audited(capsys: pytest.CaptureFixture[str], rule: str) -> list[tuple[str, str, int]]:
    capsys.readouterr()
    assert main(["audit", "--json"]) == ExitCode.PASS
    [found] = json.loads(capsys.readouterr().out)
    return [(gap["about"], gap["message"], gap["line"]) for gap in found["gaps"] if gap["rule"] == rule]


def diagnosed(capsys: pytest.CaptureFixture[str], about: str) -> list[tuple[str, str, str]]:
    capsys.readouterr()
    main(["doctor", "--json"])
    found = json.loads(capsys.readouterr().out)
    return [(one["state"], one["says"], one["remedy"]) for one in found if one["about"] == about]


def test_lint_says_where_a_tool_is_misspelt_and_how_it_is_called(
    shop: Shop, capsys: pytest.CaptureFixture[str]
) -> None:
    """In results, in the block of expected calls and among the forbidden ones."""
    shop(fixture("find_ordr", "find_ordr", "cancel_ordr"))

    told = linted(capsys)

    assert told == [
        ("fixtures/x.md:7", "tool_results.1.tool", "did you mean 'find_order'?"),
        ("fixtures/x.md:9", "forbidden_tools.0", "did you mean 'cancel_order'?"),
        ("fixtures/x.md:22", "expected_tool_calls.1.tool", "did you mean 'find_order'?"),
    ]
    assert linted(capsys, "fixtures/x.md") == told
    assert main(["lint"]) == ExitCode.PASS
    assert "1 usable case, 0 errors, 3 warnings" in capsys.readouterr().err


def test_a_suite_that_names_tools_as_they_are_called_is_told_nothing(
    shop: Shop, capsys: pytest.CaptureFixture[str]
) -> None:
    """What is far from every tool may be forbidden: the agent once had it, or must never get it."""
    shop(fixture())

    assert linted(capsys) == []
    assert audited(capsys, "unknown-action") == []
    assert audited(capsys, "action") == []
    assert diagnosed(capsys, "actions of shop") == [("fine", "2 actions, and no case names another", "")]


@pytest.mark.parametrize("written", ["FindOrder", "find-order", "FIND_ORDER"])
def test_another_spelling_of_a_tool_is_another_name(
    shop: Shop, capsys: pytest.CaptureFixture[str], written: str
) -> None:
    """A call is answered and counted by its exact name, so such a case could never be green."""
    shop(fixture(expected=written))

    assert linted(capsys) == [("fixtures/x.md:22", "expected_tool_calls.1.tool", "did you mean 'find_order'?")]
    assert [about for about, _, _ in audited(capsys, "action")] == ["find_order"]


def test_what_is_close_to_no_tool_comes_with_all_there_are(shop: Shop, capsys: pytest.CaptureFixture[str]) -> None:
    shop(fixture("issue_voucher"))

    assert [hint for _, _, hint in linted(capsys)] == ["it has find_order, cancel_order"]


def test_the_audit_counts_the_tools_and_names_those_there_are_not(
    shop: Shop, capsys: pytest.CaptureFixture[str]
) -> None:
    shop(fixture("find_ordr"))

    assert [about for about, _, _ in audited(capsys, "action")] == ["find_order"]
    [(about, message, line)] = audited(capsys, "unknown-action")
    assert (about, line) == ("find_ordr", 22)
    assert message.endswith("did you mean find_order?")
    assert main(["audit"]) == ExitCode.PASS
    shown = capsys.readouterr().out
    assert "did you mean find_order?  (fixtures/x.md:22)" in shown
    assert {"find_order": "0", "cancel_order": "1"}.items() <= dict(_pairs(shown)).items()


def _pairs(table: str) -> list[tuple[str, str]]:
    rows = [line.split() for line in table.splitlines()]
    return [(row[0], row[1]) for row in rows if len(row) == 2]


def test_the_doctor_tells_the_first_name_the_agent_does_not_have(
    shop: Shop, capsys: pytest.CaptureFixture[str]
) -> None:
    """Such a case can never be green, so it is a problem; how many more there are is said."""
    shop(fixture("find_ordr", "find_ordr"))

    [(state, says_, remedy)] = diagnosed(capsys, "actions of shop")

    assert state == "problem"
    assert says_.startswith("fixtures/x.md:22: case where-is-it expects a call of find_ordr")
    assert says_.endswith("(and 1 more)")
    assert "did you mean 'find_order'?" in remedy


@pytest.mark.parametrize("tools", ['[{"nome": "find_order"}]', "{", "3", '{"tools": [{"name": "find_order"}, 1]}'])
def test_broken_tools_are_told_by_the_doctor_alone(shop: Shop, capsys: pytest.CaptureFixture[str], tools: str) -> None:
    """What they would define is not known, so no name is called unknown; also where nobody answers."""
    shop(fixture("find_ordr"), tools=tools)

    assert linted(capsys) == []
    assert audited(capsys, "unknown-action") == []
    assert diagnosed(capsys, "actions of shop") == []
    [(state, told, _)] = diagnosed(capsys, "driver of shop")
    assert state == "problem"
    assert "agent/tools.json" in told


def test_without_tools_files_nothing_is_known_of_tools(shop: Shop, capsys: pytest.CaptureFixture[str]) -> None:
    repository = shop(fixture("anything"))
    config = repository.root / "agent-gate.yml"
    config.write_text(config.read_text().replace(", tools: [agent/tools.json]", ""))

    assert linted(capsys) == []
    assert audited(capsys, "unknown-action") == []
    assert diagnosed(capsys, "actions of shop") == []


def test_drafts_expect_the_tools_with_the_arguments_they_need(shop: Shop, capsys: pytest.CaptureFixture[str]) -> None:
    repository = shop("")

    assert main(["init"]) == ExitCode.PASS

    assert "agent shop in agent: 0 topics, 2 actions" in capsys.readouterr().err
    drafts = {path.stem: path.read_text() for path in (repository.root / "fixtures/shop").rglob("*.md")}
    assert "- turn: 1\n  tool: find_order\n  args: {id: any}\n- {turn: 1, tool: cancel_order}" in drafts["happy-path"]
    assert "forbidden_tools: [find_order, cancel_order]" in drafts["refusal"]
    assert linted(capsys) == []


def test_a_tool_that_is_renamed_reaches_the_whole_agent_and_leaves_its_cases_behind(
    shop: Shop, capsys: pytest.CaptureFixture[str]
) -> None:
    """What a change of the file reaches is as it was: the configuration names no topics or actions for it."""
    with serving(endpoint(lambda _system, _messages: says("Sent."))) as server:
        repository = shop(fixture(), url=server.url)
        repository.git("checkout", "--quiet", "-b", "change")
        repository.write({"agent/tools.json": TOOLS.replace("find_order", "look_up_order")})
        assert main(["plan", "--json"]) == ExitCode.PASS
        plan = json.loads(capsys.readouterr().out)

    assert [one["effect"] for one in plan["changes"]] == ["affects agent shop"]
    assert [one["case"] for one in plan["selected"]] == ["shop/where-is-it"]
    assert [place for place, _, _ in linted(capsys)] == ["fixtures/x.md:7", "fixtures/x.md:22"]
