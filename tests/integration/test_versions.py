"""Which version answered: proven before and after, kept with each trial, never mixed."""

import json
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest

from gate.cli.main import main
from gate.errors import ExitCode
from tests.integration.test_live_agents import clerk, fixtures, org_config, read_report
from tests.loopback.org import SECRETS, FakeOrg, Step, moved, step
from tests.loopback.server import serving
from tests.shop_project import BUNDLE, FILES, SCRIPT
from tests.trees import GitRepository


@pytest.fixture
def org(monkeypatch: pytest.MonkeyPatch) -> Iterator[FakeOrg]:
    for name, value in SECRETS.items():
        monkeypatch.setenv(name, value)
    org = FakeOrg(clerk)
    with serving(org) as server:
        org.url = server.url
        monkeypatch.setenv("SF_INSTANCE_URL", server.url)
        yield org


@pytest.fixture
def repository(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, org: FakeOrg) -> GitRepository:
    monkeypatch.chdir(tmp_path)
    repository = GitRepository(tmp_path)
    repository.commit({"agent/prompt.md": "x", "agent-gate.yml": org_config(), **fixtures(2)})
    repository.write({"agent/prompt.md": "y"})
    return repository


def publish_after(org: FakeOrg, turns: int) -> None:
    """Another version is published while the run is going on."""

    def busy(definition: str, said: Sequence[str]) -> tuple[str, Sequence[Step]]:
        if org.messages == turns:
            org.agents["Support"] = "v4"
        return clerk(definition, said)

    org.behaviour = busy


def run(capsys: pytest.CaptureFixture[str], *more: str) -> tuple[int, dict[str, Any]]:
    code = main([*more, "--json"] if more[0] != "run" else ["run", "--base", "main", *more[1:], "--json"])
    return code, read_report(capsys)


def trials(folder: Path) -> set[str]:
    return {json.loads(path.read_text())["version"] for path in folder.glob("transcripts/*/*/*.json")}


def test_a_version_published_in_the_middle_voids_the_run_for_good(
    repository: GitRepository, capsys: pytest.CaptureFixture[str], org: FakeOrg
) -> None:
    """No later command takes the trials of it for results; `--resume` makes them again."""
    publish_after(org, 5)
    code, report = run(capsys, "run")
    assert (code, report["decision"]["conclusion"]) == (ExitCode.COULD_NOT_TELL, "infra-failure")
    assert "was v3 when the run began and is v4 now" in report["decision"]["headline"]

    [folder] = Path("runs").glob("*/*")
    assert trials(folder) == set()
    assert len(list(folder.glob("void/transcripts/*/*/*.json"))) > 0
    for again in (["report", str(folder)], ["score", str(folder)]):
        code, report = run(capsys, *again)
        assert code == ExitCode.COULD_NOT_TELL, again

    code = main(["run", "--resume", str(folder), "--json"])
    report = read_report(capsys)
    assert (code, report["decision"]["conclusion"]) == (ExitCode.PASS, "pass")
    [version] = trials(folder)
    assert "Support v4" in version
    assert any("`shop` head answered: Support v4 in" in note for note in report["decision"]["notes"])


def test_trials_of_a_version_that_is_gone_are_made_again(
    repository: GitRepository, capsys: pytest.CaptureFixture[str], org: FakeOrg
) -> None:
    """A run that was stopped goes on after somebody published: what is kept is of another agent."""
    code, _ = run(capsys, "run")
    assert code == ExitCode.PASS
    [folder] = Path("runs").glob("*/*")
    before = len(org.sessions)
    org.agents["Support"] = "v4"

    code = main(["run", "--resume", str(folder), "--json"])
    read_report(capsys)

    assert code == ExitCode.PASS
    assert len(org.sessions) > before + 2  # the probe's, and the trials of both cases
    [version] = trials(folder)
    assert "Support v4" in version


def test_trials_of_several_versions_are_never_counted_together(
    repository: GitRepository, capsys: pytest.CaptureFixture[str]
) -> None:
    """As when shards of one run met different versions, each of them all along."""
    run(capsys, "run")
    [folder] = Path("runs").glob("*/*")
    path = min(folder.glob("transcripts/*/*/*.json"))
    path.write_text(path.read_text().replace("Support v3", "Support v2"))

    code, report = run(capsys, "report", str(folder))

    assert (code, report["decision"]["conclusion"]) == (ExitCode.COULD_NOT_TELL, "infra-failure")
    assert "several versions of shop answered as head" in report["decision"]["headline"]


def test_steps_that_are_not_understood_are_counted_in_the_report(
    repository: GitRepository, capsys: pytest.CaptureFixture[str], org: FakeOrg
) -> None:
    def odd(definition: str, said: Sequence[str]) -> tuple[str, Sequence[Step]]:
        reply, steps = clerk(definition, said)
        return reply, [*steps, {"type": "BrandNewStep"}]

    org.behaviour = odd
    run(capsys, "run")
    [folder] = Path("runs").glob("*/*")
    for name in ("report.md", "report.html"):
        assert "not understood, and kept as it came in the transcripts" in (folder / name).read_text(), name
    assert "BrandNewStep" in (folder / "report.md").read_text()


@pytest.mark.parametrize("where", ["variables", "test data", "turn"])
def test_ids_of_real_records_are_sent_nowhere(
    repository: GitRepository, capsys: pytest.CaptureFixture[str], org: FakeOrg, where: str
) -> None:
    record = "003000000000001AAA"
    fixture = fixtures(1)["fixtures/case-000.md"]
    files = {"fixtures/test-data.yml": f"contact: {record}\n"}
    if where == "turn":
        files["fixtures/case-000.md"] = fixture.replace("Where is A1?", "Where is A1 of {{contact}}?")
    elif where == "variables":
        files["fixtures/case-000.md"] = fixture.replace("severity:", f"variables: {{who: {record}}}\nseverity:")
    else:
        files["fixtures/case-000.md"] = fixture.replace("severity:", 'variables: {who: "{{contact}}"}\nseverity:')
    repository.write(files)
    assert main(["run", "--base", "main"]) == ExitCode.CONFIGURATION
    said = capsys.readouterr().err
    assert record in said
    assert org.sessions == {}


def test_agents_of_one_org_share_its_login_and_its_limit(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], org: FakeOrg
) -> None:
    """What the org bears, it bears of all of them together."""
    monkeypatch.chdir(tmp_path)
    repository = GitRepository(tmp_path)
    driver = "{type: agentforce, agent: Support, limits: {at_once: 2}}"
    agents = "".join(f"  {name}:\n    source: [{name}]\n    driver: {driver}\n" for name in ("one", "two"))
    cases = {
        path.replace("case", name): text.replace("id: case", f"agent: {name}\nid: {name}")
        for name in ("one", "two")
        for path, text in fixtures(3).items()
    }
    config = f"version: 1\nconcurrency: 8\nagents:\n{agents}"
    repository.commit({"one/x.md": "x", "two/x.md": "x", "agent-gate.yml": config, **cases})
    repository.write({"one/x.md": "y", "two/x.md": "y"})
    logins = []
    login = org._login
    org._login = lambda asked: (logins.append(asked), login(asked))[1]  # type: ignore[method-assign,func-returns-value]

    code, report = run(capsys, "run")

    assert (code, len(report["comparison"]["cases"])) == (ExitCode.PASS, 6)
    assert (len(logins), org.most_open) == (1, 2)


def test_tools_of_a_published_agent_are_named_as_its_source_defines_them(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], org: FakeOrg
) -> None:
    """Traces tell the name a topic calls a tool by; the fixture names the definition, or that name."""
    monkeypatch.chdir(tmp_path)
    repository = GitRepository(tmp_path)
    org.behaviour = lambda definition, said: (
        "It is sent.", [moved("router", "Returns"), step("find_order", {"id": "A1"}, {"state": "sent"})]
    )  # fmt: skip
    case = fixtures(1)["fixtures/case-000.md"].split("Turn 2")[0]
    both = {
        f"fixtures/{tool}.md": case.replace("tool: FindOrder, args", f"tool: {name}, args").replace("case-000", tool)
        for tool, name in (("by-definition", "Look_Up_Order"), ("by-alias", "find_order"))
    }
    driver = "{type: agentforce, agent: Support}"
    config = f"version: 1\nagents:\n  Shop_Agent:\n    source: [force-app]\n    driver: {driver}\n"
    repository.commit({**FILES, "agent-gate.yml": config, **both})
    repository.write({BUNDLE: SCRIPT.replace("You help shoppers", "You help every shopper")})

    code, report = run(capsys, "run")

    assert code == ExitCode.PASS
    assert [case["dimensions"][0]["head"]["score"] for case in report["comparison"]["cases"]] == [2, 2]
    [folder] = Path("runs").glob("*/*")
    kept = json.loads(min(folder.glob("transcripts/*/*/*.json")).read_text())
    call = kept["turns"][0]["tool_calls"][0]
    assert (call["name"], call["alias"]) == ("Look_Up_Order", "find_order")
