"""`agent-gate plan` on a branch of a repository whose state is not what one would wish."""

import json
from collections.abc import Mapping
from pathlib import Path

import pytest

from gate.cli.main import main
from gate.errors import ExitCode
from gate.repository.objects import MAX_FILE_BYTES
from tests.shop_project import BUNDLE, FILES, LOOKUP, SCRIPT
from tests.trees import GitRepository

Plan = dict[str, list[dict[str, str]]]

CONFIG = """\
version: 1
agents:
  shop-agent:
    source: [force-app]
    driver: {type: replay, recordings: recordings}
"""
SECOND = "  second-agent:\n    source: [other]\n    driver: {type: replay, recordings: recordings}\n"


def fixture(name: str, topic: str, agent: str = "shop-agent") -> str:
    return (
        f"---\nid: {name}\nagent: {agent}\ntopic: {topic}\ndimensions: [correctness]\nseverity: P1\n---\n"
        "## Input transcript\nUser: Hello\n\n## Expected agent behavior\n- Helps\n"
    )


BASE: Mapping[str, str] = {
    **FILES,
    "agent-gate.yml": CONFIG,
    "fixtures/returns.md": fixture("returns", "Returns"),
    "fixtures/orders.md": fixture("orders", "Orders"),
}


@pytest.fixture
def repository(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> GitRepository:
    made = GitRepository(tmp_path)
    made.commit(BASE)
    monkeypatch.chdir(tmp_path)
    return made


def planned(capsys: pytest.CaptureFixture[str]) -> Plan:
    capsys.readouterr()
    assert main(["plan", "--json"]) == ExitCode.PASS
    found: Plan = json.loads(capsys.readouterr().out)
    return found


def selected(plan: Plan) -> list[str]:
    return sorted(case["case"] for case in plan["selected"])


def effect(plan: Plan, path: str) -> str:
    return next(change["effect"] for change in plan["changes"] if change["path"] == path)


def test_a_branch_runs_what_it_affects(repository: GitRepository, capsys: pytest.CaptureFixture[str]) -> None:
    repository.write({BUNDLE: SCRIPT.replace("order number", "number")})
    assert selected(planned(capsys)) == ["shop-agent/returns"]


@pytest.mark.parametrize("committed", [False, True])
def test_a_class_too_large_to_read_widens(
    repository: GitRepository, capsys: pytest.CaptureFixture[str], committed: bool
) -> None:
    repository.git("checkout", "--quiet", "-b", "work")
    repository.write({LOOKUP: b"/*" + bytes(MAX_FILE_BYTES) + b"*/"})
    if committed:
        repository.commit()
    plan = planned(capsys)
    assert selected(plan) == ["shop-agent/orders", "shop-agent/returns"]
    assert LOOKUP in str(plan["bailouts"])


def test_an_agent_that_the_branch_adds_to_the_configuration_waits_for_the_merge(
    repository: GitRepository, capsys: pytest.CaptureFixture[str]
) -> None:
    second = fixture("second", "Any", agent="second-agent")
    repository.write({"agent-gate.yml": CONFIG + SECOND, "fixtures/second.md": second})
    plan = planned(capsys)
    assert selected(plan) == []
    assert "no case of an agent of the configuration in force" in effect(plan, "fixtures/second.md")


def test_a_branch_can_mend_the_configuration(repository: GitRepository, capsys: pytest.CaptureFixture[str]) -> None:
    repository.commit({"agent-gate.yml": "version: 1\nagentz: {}\n"})
    repository.write({"agent-gate.yml": CONFIG})
    plan = planned(capsys)
    assert selected(plan) == ["shop-agent/orders", "shop-agent/returns"]
    assert "the base's agent-gate.yml has errors" in str(plan["bailouts"])


def test_a_fixture_that_moves_affects_nothing(repository: GitRepository, capsys: pytest.CaptureFixture[str]) -> None:
    repository.git("mv", "fixtures/orders.md", "fixtures/parcels.md")
    plan = planned(capsys)
    assert selected(plan) == []
    assert effect(plan, "fixtures/parcels.md") == "case orders: nothing that is evaluated changed, affects nothing"


@pytest.mark.parametrize("name", ["-rf.cls", "--base.cls", 'a "quoted".cls', "two\nlines.cls", "🎉.cls"])
def test_any_file_name_is_taken_as_it_is(
    repository: GitRepository, capsys: pytest.CaptureFixture[str], name: str
) -> None:
    path = f"force-app/main/default/classes/{name}"
    repository.write({path: "class X {}"})
    assert effect(planned(capsys), path) == "affects nothing: no agent uses it"


def test_the_policy_asked_for_is_the_one_that_is_forecast(
    repository: GitRepository, capsys: pytest.CaptureFixture[str]
) -> None:
    repository.write({BUNDLE: SCRIPT.replace("order number", "number")})
    trials = []
    for policy in ("any-drop", "majority"):
        assert main(["plan", "--json", "--policy", policy]) == ExitCode.PASS
        trials.append(json.loads(capsys.readouterr().out)["forecast"]["trials"])
    assert trials == [1, 3]


def test_a_map_without_agents_says_so(repository: GitRepository, capsys: pytest.CaptureFixture[str]) -> None:
    (repository.root / BUNDLE).unlink()
    capsys.readouterr()
    assert main(["graph", "--json"]) == ExitCode.PASS
    said = capsys.readouterr()
    assert json.loads(said.out)["agents"] == []
    assert "no Salesforce agent was found" in said.err


@pytest.mark.parametrize("name", ["Shop_Agent", "shop agent", "shop-agent"])
def test_a_map_is_asked_for_by_any_spelling_of_the_agent(
    name: str, repository: GitRepository, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["graph", name]) == ExitCode.PASS
    assert capsys.readouterr().out.startswith("Shop_Agent (Agent Script)")


def test_a_map_is_asked_for_by_the_name_of_the_configuration(
    repository: GitRepository, capsys: pytest.CaptureFixture[str]
) -> None:
    repository.write({BUNDLE: SCRIPT.replace("Shop_Agent", "Store_Helper")})
    assert main(["graph", "shop-agent"]) == ExitCode.PASS
    assert capsys.readouterr().out.startswith("Store_Helper (Agent Script)")


def test_a_map_of_an_unknown_agent_is_refused_with_those_that_are_there(
    repository: GitRepository, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["graph", "nobody"]) == ExitCode.CONFIGURATION
    assert "found: Shop_Agent" in capsys.readouterr().err
