"""`init`, `doctor` and `audit` as people type them, on the example agent and on a project that never saw the gate."""

import json
import shutil
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from gate.cli.main import main
from gate.errors import ExitCode
from gate.network import wire
from tests.integration.github.stub import REPOSITORY, Stub, running
from tests.loopback.chat import endpoint, says
from tests.loopback.judge import KEY, Bench
from tests.loopback.org import SECRETS, FakeOrg
from tests.loopback.server import Reply, serving
from tests.trees import GitRepository

PROJECTS = Path(__file__).parents[1] / "data" / "salesforce"
EXAMPLE = Path(__file__).parents[2] / "examples" / "customer-support"
RELEASE = "1f3c2aa0" * 5
GITHUB_VARIABLES = ("GITHUB_TOKEN", "GH_TOKEN", "GITHUB_REPOSITORY", "GITHUB_API_URL", "GH_HOST")


@pytest.fixture(autouse=True)
def _no_github(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in GITHUB_VARIABLES:
        monkeypatch.delenv(name, raising=False)


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[str], GitRepository]:
    """A repository with one of the small projects, as the current folder."""

    def make(name: str) -> GitRepository:
        root = tmp_path / name
        source = EXAMPLE if name == EXAMPLE.name else PROJECTS / name
        shutil.copytree(source, root, ignore=shutil.ignore_patterns("recordings", "verdicts", "authoring"))
        repository = GitRepository(root)
        repository.commit(message="base")
        monkeypatch.chdir(root)
        return repository

    return make


@pytest.fixture
def set_up(repository: Path) -> Path:
    """The example's repository with the shipped workflows, a release of the gate named in them."""
    assert main(["init"]) == ExitCode.PASS
    for path in (repository / ".github" / "workflows").glob("*.yml"):
        path.write_text(path.read_text().replace("@" + "0" * 40, f"@{RELEASE}"))
    return repository


def files_below(root: Path) -> dict[str, bytes]:
    return {
        str(path.relative_to(root)): path.read_bytes()
        for path in sorted(root.rglob("*"))
        if path.is_file() and ".git" not in path.relative_to(root).parts
    }


def diagnoses(capsys: pytest.CaptureFixture[str]) -> tuple[int, dict[str, dict[str, str]]]:
    """What the doctor answers, and its diagnoses by what they are about (the last one of each)."""
    capsys.readouterr()
    code = main(["doctor", "--json"])
    return code, {one["about"]: one for one in json.loads(capsys.readouterr().out)}


def problems(capsys: pytest.CaptureFixture[str]) -> dict[str, str]:
    return {
        about: f"{one['says']} → {one['remedy']}"
        for about, one in diagnoses(capsys)[1].items()
        if one["state"] == "problem"
    }


@pytest.mark.parametrize("name", ["lantern", "harbor", EXAMPLE.name])
def test_a_new_repository_is_ready_to_lint_and_plan(
    name: str, project: Callable[[str], GitRepository], capsys: pytest.CaptureFixture[str]
) -> None:
    """Classic metadata and Agent Script, several packages: every draft lints, every case is planned."""
    project(name)

    assert main(["init"]) == ExitCode.PASS
    assert main(["lint", "--json"]) == ExitCode.PASS
    found = json.loads(capsys.readouterr().out)
    assert found["problems"] == []
    assert main(["plan", "--json"]) == ExitCode.PASS
    plan = json.loads(capsys.readouterr().out)
    assert len(plan["selected"]) == len(found["cases"]) > 5
    assert main(["audit"]) == ExitCode.PASS
    assert main(["audit", "--strict"]) == ExitCode.CONFIGURATION


def test_after_the_set_up_a_change_of_one_topic_is_traced_to_its_cases(
    project: Callable[[str], GitRepository], capsys: pytest.CaptureFixture[str]
) -> None:
    """The configuration that was written traces changes, topic by topic."""
    repository = project("harbor")
    assert main(["init"]) == ExitCode.PASS
    repository.commit(message="set up")
    repository.git("checkout", "--quiet", "-b", "change")
    _edit("apps/shared/main/flows/Book_Pickup.flow-meta.xml", "String", "Number")(repository.root)
    capsys.readouterr()

    assert main(["plan", "--json"]) == ExitCode.PASS

    plan = json.loads(capsys.readouterr().out)
    assert {agent["name"]: agent["topics"] for agent in plan["agents"]} == {
        "Harbor_Care": ["Pickup"],
        "Harbor_Staff": [],
    }
    assert "Harbor_Care/pickup-happy-path" in {one["case"] for one in plan["selected"]}
    assert all(one["case"].startswith("Harbor_Care/") for one in plan["selected"])


def test_a_dry_run_names_the_same_files_and_writes_none(
    project: Callable[[str], GitRepository], capsys: pytest.CaptureFixture[str]
) -> None:
    """What it says is what is then done."""
    root = project("lantern").root
    before = files_below(root)

    assert main(["init", "--dry-run"]) == ExitCode.PASS
    told = {line.split()[-1] for line in capsys.readouterr().err.splitlines() if "would write" in line}
    assert files_below(root) == before
    assert main(["init"]) == ExitCode.PASS

    assert set(files_below(root)) - set(before) == told


def test_no_file_is_ever_overwritten(repository: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A repository that is set up keeps every byte; what exists is said, and a second time nothing is written."""
    workflow = repository / ".github" / "workflows" / "agent-gate.yml"
    workflow.parent.mkdir(parents=True)
    workflow.write_text("name: mine\n")
    before = files_below(repository)

    assert main(["init"]) == ExitCode.PASS

    after = files_below(repository)
    assert {path: after[path] for path in before} == before
    assert not [path for path in set(after) - set(before) if path.endswith(".md")]
    told = capsys.readouterr().err
    assert "exists, left alone  agent-gate.yml" in told
    assert "exists, left alone  .github/workflows/agent-gate.yml" in told
    assert main(["init"]) == ExitCode.PASS
    assert "wrote" not in capsys.readouterr().err


def test_prompt_files_make_an_agent(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Without any Salesforce metadata: topics by file, and a change of one selects its cases."""
    repository = GitRepository(tmp_path / "shop")
    repository.commit({"prompts/returns.md": "Help with returns.\n", "prompts/pay.md": "Help.\n", "tools/find.py": ""})
    monkeypatch.chdir(repository.root)
    assert main(["init"]) == ExitCode.PASS
    repository.commit(message="set up")
    repository.git("checkout", "--quiet", "-b", "change")
    repository.write({"prompts/pay.md": "Help with payments.\n"})
    capsys.readouterr()

    assert main(["plan", "--json"]) == ExitCode.PASS

    plan = json.loads(capsys.readouterr().out)
    assert [agent["topics"] for agent in plan["agents"]] == [["pay"]]


def test_a_prompt_file_that_came_later_is_told_with_the_line_to_add(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Once the configuration names it, its drafts are written and nothing is told."""
    repository = GitRepository(tmp_path / "shop")
    repository.commit({"prompts/pay.md": "Help.\n", "prompts/system.md": "Be kind.\n", "tools/find.py": ""})
    monkeypatch.chdir(repository.root)
    assert main(["init"]) == ExitCode.PASS
    assert "does not name a part" not in capsys.readouterr().err
    repository.write({"prompts/returns.md": "Help.\n", "tools/send.py": ""})

    assert main(["init"]) == ExitCode.PASS

    told = capsys.readouterr().err
    assert "add agents.shop.topics.returns: [prompts/returns.md], and run" in told
    assert "add agents.shop.actions.send: [tools/send.py], and run" in told
    config = repository.root / "agent-gate.yml"
    named = config.read_text().replace("    topics:\n", "    topics:\n      returns: [prompts/returns.md]\n")
    config.write_text(named.replace("    actions:\n", "    actions:\n      send: [tools/send.py]\n"))
    assert main(["init"]) == ExitCode.PASS
    told = capsys.readouterr().err
    assert "does not name a part" not in told
    assert "fixtures/shop/returns/returns-happy-path.md" in told


def test_a_repository_without_an_agent_is_told_what_to_do(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Nothing is written."""
    repository = GitRepository(tmp_path / "plain")
    repository.commit({"notes.md": "nothing\n"})
    monkeypatch.chdir(repository.root)

    assert main(["init"]) == ExitCode.CONFIGURATION
    assert "--source" in capsys.readouterr().err
    assert set(files_below(repository.root)) == {"notes.md"}


def test_a_repository_in_good_order_has_no_problem(set_up: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Exit 0; what could not be asked without a network is unknown, not a problem."""
    code, found = diagnoses(capsys)

    assert code == ExitCode.PASS
    assert {about for about, one in found.items() if one["state"] == "unknown"} == {"GitHub"}
    assert found["workflows"]["state"] == "fine"


def test_people_read_a_line_for_each(set_up: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """With the remedy beneath a problem."""
    (set_up / ".github" / "workflows" / "agent-gate-sign-off.yml").unlink()
    capsys.readouterr()

    assert main(["doctor"]) == ExitCode.CONFIGURATION

    out = capsys.readouterr().out.splitlines()
    [at] = [number for number, line in enumerate(out) if line.startswith("PROBLEM workflows: ")]
    assert out[at + 1].startswith("        → `agent-gate init`")


def _edit(path: str, old: str, new: str) -> Callable[[Path], None]:
    def edit(root: Path) -> None:
        text = (root / path).read_text()
        assert old in text
        (root / path).write_text(text.replace(old, new, 1))

    return edit


def _a_file_instead_of_runs(root: Path) -> None:
    shutil.rmtree(root / "runs")
    (root / "runs").write_text("")


SCRIPT = "examples/customer-support/force-app/main/default/aiAuthoringBundles/Customer_Support/Customer_Support.agent"
FIXTURE = "fixtures/customer-support-agent/routing/unclear-request.md"


@pytest.mark.parametrize(
    ("harm", "about", "remedy"),
    [
        (_edit("agent-gate.yml", "version: 1", "version: 1\nbaseline: x"), "configuration", "did you mean 'baselines'"),
        (_edit(FIXTURE, "severity: P0", "severity: P9"), "fixtures", "agent-gate lint"),
        (
            lambda root: (root / "baselines/customer-support-agent.json").unlink(),
            "baseline of customer-support-agent",
            "baseline record",
        ),
        (_edit(FIXTURE, "it's still", "still"), "baseline of customer-support-agent", "baseline record"),
        (_edit("baselines/customer-support-agent.json", "{", "{,"), "baselines", "baseline record"),
        (_edit(SCRIPT, "description:", "description :"), "recordings of customer-support-agent", "undo the change"),
        (lambda root: shutil.rmtree(root / "examples/customer-support/verdicts"), "judge", "judge.verdicts"),
        (_edit("agent-gate.yml", "source: [", "source: [a] # ["), "agent customer-support-agent", "source"),
        (_a_file_instead_of_runs, "run folders", "runs"),
        (_edit(".github/workflows/agent-gate.yml", "fetch-depth: 0", "fetch-depth: 1"), "workflows", "fetch-depth: 0"),
    ],
)
def test_each_harm_is_told_with_its_remedy(
    harm: Callable[[Path], object], about: str, remedy: str, set_up: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """One thing broken is the problem that is told."""
    harm(set_up)

    assert remedy in problems(capsys)[about]


def test_a_shallow_clone_is_told(set_up: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The remedy is the checkout's depth."""
    clone = tmp_path / "clone"
    subprocess.run(["git", "clone", "--quiet", "--depth=1", f"file://{set_up}", str(clone)], check=True)
    monkeypatch.chdir(clone)

    assert main(["doctor"]) == ExitCode.CONFIGURATION


def test_outside_of_a_repository_only_git_is_looked_at(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """No traceback, one problem."""
    monkeypatch.chdir(tmp_path)

    assert list(problems(capsys)) == ["repository"]


@pytest.fixture
def on_github(set_up: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Stub]:
    """The same with a repository on GitHub and a token."""
    monkeypatch.setenv("GITHUB_REPOSITORY", REPOSITORY)
    monkeypatch.setenv("GITHUB_TOKEN", "ghs_writer")
    with running() as stub:
        monkeypatch.setenv("GITHUB_API_URL", stub.url)
        yield stub


def test_github_is_asked_when_there_is_a_token(on_github: Stub, capsys: pytest.CaptureFixture[str]) -> None:
    """Rights, label, required check; nothing is changed there."""
    on_github.state.labels.add("accept-baseline")
    on_github.state.required.add("agent-eval-gate")
    on_github.state.rights = {"push": True}

    code, found = diagnoses(capsys)

    assert code == ExitCode.PASS
    assert (found["token"]["state"], found["label"]["state"]) == ("fine", "fine")
    assert {method for method, _ in on_github.state.requests} == {"GET"}


@pytest.mark.parametrize(("by", "state"), [("required", "fine"), ("required_by_rule", "fine"), ("", "problem")])
def test_a_status_that_nothing_requires_is_told(
    by: str, state: str, on_github: Stub, capsys: pytest.CaptureFixture[str]
) -> None:
    """By branch protection or by a ruleset; other checks do not count."""
    on_github.state.required.add("build")
    if by:
        getattr(on_github.state, by).add("agent-eval-gate")

    assert diagnoses(capsys)[1]["required check"]["state"] == state


@pytest.mark.parametrize("label", ["accept-baseline", "/accept-baseline"])
def test_either_spelling_of_the_label_is_enough(
    label: str, on_github: Stub, capsys: pytest.CaptureFixture[str]
) -> None:
    """As sign-off takes both."""
    on_github.state.labels.add(label)

    assert diagnoses(capsys)[1]["label"]["state"] == "fine"


def test_a_missing_label_and_a_token_that_only_reads_are_told(
    on_github: Stub, capsys: pytest.CaptureFixture[str]
) -> None:
    """With the command that makes the label."""
    on_github.state.rights = {"push": False, "pull": True}

    found = problems(capsys)

    assert "gh label create accept-baseline" in found["label"]
    assert "may only read" in found["token"]


def test_a_token_github_does_not_know_is_a_problem(on_github: Stub, capsys: pytest.CaptureFixture[str]) -> None:
    """Not an unknown: the person can do something about it."""
    on_github.state.fail("GET", ".*", 401)

    assert "does not know the token" in problems(capsys)["token"]


def test_an_outage_of_github_is_no_problem_of_the_repository(
    on_github: Stub, capsys: pytest.CaptureFixture[str]
) -> None:
    """It is said that it could not be looked at, and soon."""
    on_github.state.fail("GET", ".*", 503, times=100)

    code, found = diagnoses(capsys)

    assert code == ExitCode.PASS
    assert found["GitHub"]["state"] == "unknown"


def test_the_action_that_is_named_is_written_and_the_doctor_has_nothing_to_say(
    project: Callable[[str], GitRepository], capsys: pytest.CaptureFixture[str]
) -> None:
    """Without one the zeros are written, and said to be."""
    root = project("lantern").root
    assert main(["init", "--dry-run"]) == ExitCode.PASS
    assert "name no copy of the gate yet" in capsys.readouterr().err

    assert main(["init", "--action", f"acme/agent-eval-gate@{RELEASE}"]) == ExitCode.PASS

    assert "name no copy of the gate yet" not in capsys.readouterr().err
    assert f"uses: acme/agent-eval-gate@{RELEASE}\n" in (root / ".github/workflows/agent-gate.yml").read_text()
    assert diagnoses(capsys)[1]["workflows"]["state"] == "fine"


CHAT = "version: 1\nagents:\n  shop:\n    source: [agent]\n    driver: {type: chat, model: m, prompt: [agent/p.md]"
JUDGED = "}\njudge: {provider: openai, model: claude-x, base_url: '%s', key: JUDGE_KEY}\n"


@pytest.fixture
def live(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[str], GitRepository]:
    """A repository with this configuration of a live agent, set up for GitHub, without any key."""
    for name in (*SECRETS, "SF_INSTANCE_URL", "OPENAI_API_KEY", "JUDGE_KEY"):
        monkeypatch.delenv(name, raising=False)

    def make(config: str) -> GitRepository:
        repository = GitRepository(tmp_path / "live")
        repository.commit({"agent-gate.yml": config, "agent/p.md": "Help.\n", "agent/Shop.agent": "fine"})
        monkeypatch.chdir(repository.root)
        assert main(["init", "--action", f"acme/agent-eval-gate@{RELEASE}"]) == ExitCode.PASS
        return repository

    return make


def test_a_prompt_where_the_docs_put_it_is_led_to_a_chat_agent_that_answers(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """The line of the written comment, with a model and an address, is a driver that runs."""
    tool = {"name": "FindOrder", "description": "Finds it.", "parameters": {"type": "object", "properties": {}}}
    repository = GitRepository(tmp_path / "shop")
    repository.commit({"agent/system.md": "Help.\n", "agent/tools.json": json.dumps([tool])})
    monkeypatch.chdir(repository.root)
    monkeypatch.setenv("OPENAI_API_KEY", "key")

    assert main(["init"]) == ExitCode.PASS
    said = capsys.readouterr().err
    written = Path("agent-gate.yml").read_text()
    (line,) = (line for line in written.splitlines() if "type: chat" in line)
    with serving(endpoint(lambda *_: says("hello"), key="key")) as server:
        driver = line.lstrip("# ").replace("MODEL", "m").replace("}", f", base_url: '{server.url}'}}")
        Path("agent-gate.yml").write_text(written.replace("{type: replay, recordings: recordings/agent}", driver))
        _, found = diagnoses(capsys)

    assert "prompt: [agent/system.md], tools: [agent/tools.json]" in line
    assert "base_url" in written
    assert "name the one that runs the agent, as agent-gate.yml shows" in said
    assert found["driver of agent"]["state"] == "fine"


def test_secrets_that_are_not_set_are_told_with_the_lines_a_workflow_needs(
    live: Callable[[str], GitRepository], capsys: pytest.CaptureFixture[str]
) -> None:
    """Nobody is asked then; the workflow that was written has them already."""
    live(f"{CHAT}{JUDGED % 'http://127.0.0.1:9'}")

    code, found = diagnoses(capsys)

    assert code == ExitCode.CONFIGURATION
    assert found["secrets of agent shop"]["says"] == "not set here: OPENAI_API_KEY"
    assert "`JUDGE_KEY: ${{ secrets.JUDGE_KEY }}`" in found["secrets of the judge"]["remedy"]
    assert (found["driver of shop"]["state"], found["judge"]["state"]) == ("unknown", "unknown")
    assert found["workflows"]["state"] == "fine"


@pytest.mark.parametrize(("key", "state"), [("right", "fine"), ("wrong", "problem")])
def test_a_chat_endpoint_is_asked_whether_it_takes_the_key(
    key: str,
    state: str,
    live: Callable[[str], GitRepository],
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """No conversation is paid for, and the key is not shown."""
    monkeypatch.setenv("OPENAI_API_KEY", key)
    monkeypatch.setenv("JUDGE_KEY", "sesame")
    with serving(endpoint(lambda *_: says("hello"), key="right")) as server:
        live(f"{CHAT}, base_url: '{server.url}'{JUDGED % 'http://127.0.0.1:9'}")
        monkeypatch.setattr(wire, "ATTEMPTS", 1)
        _, found = diagnoses(capsys)
        asked = [one.path for one in server.asked]

    assert asked == ["/models"]
    assert found["driver of shop"]["state"] == state
    assert ("OPENAI_API_KEY" in found["driver of shop"]["remedy"]) == (state == "problem")


@pytest.mark.parametrize("provider", ["openai", "anthropic", "azure"])
@pytest.mark.parametrize("key", [KEY, "wrong"])
def test_a_judge_is_asked_whether_it_takes_the_key_and_held_against_the_agents(
    key: str,
    provider: str,
    live: Callable[[str], GitRepository],
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """No vote is paid for; what cannot be compared, and who answers, is told with what to set."""
    monkeypatch.setenv("OPENAI_API_KEY", "key")
    monkeypatch.setenv("JUDGE_KEY", key)
    bench = Bench(lambda system, messages: "")
    with serving(bench) as server:
        live(f"{CHAT}{JUDGED % server.url}".replace("openai", provider))
        _, found = diagnoses(capsys)

    assert bench.asked == []
    assert found["judge"]["state"] == ("fine" if key == KEY else "problem")
    assert server.url in found["judge"]["says"]
    assert ("JUDGE_KEY" in found["judge"]["remedy"]) == (key != KEY)
    assert (found["judge's family"]["state"], found["judge's family"]["says"]) == ("fine", "anthropic")
    assert "judge.resolved" in found["judge's model"]["remedy"]


def test_an_address_that_does_not_say_what_it_serves_is_named_be_it_an_agents_or_the_judges(
    live: Callable[[str], GitRepository], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """It was asked, and not whoever the provider is named for."""
    monkeypatch.setenv("OPENAI_API_KEY", "key")
    monkeypatch.setenv("JUDGE_KEY", "sesame")
    with serving(lambda _: Reply(404)) as server:
        live(f"{CHAT}, base_url: '{server.url}'{JUDGED % server.url}")
        _, found = diagnoses(capsys)

    for about in ("driver of shop", "judge"):
        assert found[about]["state"] == "unknown"
        assert f"{server.url} does not say what it serves (HTTP 404)" in found[about]["says"]


def test_a_key_that_is_missing_is_asked_for_here_and_in_a_workflow(
    live: Callable[[str], GitRepository], capsys: pytest.CaptureFixture[str]
) -> None:
    """A run says it as well on a laptop as on GitHub."""
    live(f"{CHAT}}}\n")

    assert main(["baseline", "record"]) == ExitCode.CONFIGURATION
    said = capsys.readouterr().err
    assert "agent shop: the variable OPENAI_API_KEY holds no key" in said
    assert "export OPENAI_API_KEY=" in said
    assert "`env: OPENAI_API_KEY: ${{ secrets.OPENAI_API_KEY }}`" in said


@pytest.mark.parametrize(
    ("model", "told"),
    [
        ("m", {"judge": "name a judge of another family"}),
        ("j", {"judge": "cannot be reached", "judge's family": "judge.family"}),
    ],
)
def test_a_judge_that_cannot_be_used_is_told_with_its_remedy(
    model: str,
    told: dict[str, str],
    live: Callable[[str], GitRepository],
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """The same model, a name that tells no family, an address where nobody is."""
    monkeypatch.setenv("OPENAI_API_KEY", "key")
    monkeypatch.setattr(wire, "ATTEMPTS", 1)
    live(f"{CHAT}}}\njudge: {{provider: openai, model: {model}, base_url: 'http://127.0.0.1:9'}}\n")
    _, found = diagnoses(capsys)
    for about, words in told.items():
        assert words in found[about]["says"] + found[about]["remedy"]


def test_an_endpoint_that_is_not_there_is_told(
    live: Callable[[str], GitRepository], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """With what to look at."""
    monkeypatch.setenv("OPENAI_API_KEY", "key")
    monkeypatch.setattr(wire, "ATTEMPTS", 1)
    live(f"{CHAT}, base_url: 'http://127.0.0.1:9'}}\n")

    assert "driver of shop" in problems(capsys)


@pytest.mark.parametrize("driver", ["agentforce, agent: Support", "agentforce-preview"])
def test_an_org_is_logged_in_to_and_a_production_org_is_refused(
    driver: str,
    live: Callable[[str], GitRepository],
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """As a run would do it; sessions are ended."""
    for name, value in SECRETS.items():
        monkeypatch.setenv(name, value)
    org = FakeOrg(lambda *_: ("Hello.", []))
    with serving(org) as server:
        org.url = server.url
        monkeypatch.setenv("SF_INSTANCE_URL", server.url)
        live(f"version: 1\nagents:\n  shop:\n    source: [agent]\n    driver: {{type: {driver}}}\n")
        _, found = diagnoses(capsys)
        assert found["driver of shop"]["state"] == "fine"
        assert org.open_sessions == []
        org.record["IsSandbox"] = False
        assert "production" in problems(capsys)["driver of shop"]


def test_what_a_case_expects_and_no_driver_or_judge_can_show_is_told(
    live: Callable[[str], GitRepository], capsys: pytest.CaptureFixture[str]
) -> None:
    """Such a case can never be green, whatever the agent does."""
    with serving(endpoint(lambda *_: says("hello"))) as server:
        root = live(f"{CHAT}, base_url: '{server.url}'}}\n").root
        assert "cannot be green" not in "".join(problems(capsys).values())
        case = "---\nid: one\ndimensions: [correctness, tone]\nseverity: P0\nexpected_topic: orders\n---\n\n"
        (root / "fixtures/one.md").write_text(f"{case}## Input transcript\n\nUser: Hello.\n")

        found = problems(capsys)

    assert "1 frozen case expects a topic, which chat does not show here, first one" in found["driver of shop"]
    assert "asks for tone, which no check scores, first one" in found["judge"]


@pytest.mark.parametrize(("program", "state"), [("git", "fine"), ("no-such-program-here", "problem")])
def test_the_program_of_a_command_agent_has_to_be_there(
    program: str, state: str, live: Callable[[str], GitRepository], capsys: pytest.CaptureFixture[str]
) -> None:
    """It is not started."""
    driver = f"{{type: command, command: [{program}]}}"
    live(f"version: 1\nagents:\n  shop:\n    source: [agent]\n    driver: {driver}\n")

    assert diagnoses(capsys)[1]["driver of shop"]["state"] == state


@pytest.mark.parametrize(
    ("source", "says"),
    [
        ("[agent]", "scripts/run.sh is not one of them → add scripts/run.sh, or its folder, to `agents.shop.source`"),
        ("[agent, scripts]", ""),
    ],
)
def test_what_the_command_of_an_agent_names_has_to_be_in_its_source(
    source: str, says: str, live: Callable[[str], GitRepository], capsys: pytest.CaptureFixture[str]
) -> None:
    """The program starts among those files and no others."""
    driver = "{type: command, command: [git, ./scripts/run.sh]}"
    root = live(f"version: 1\nagents:\n  shop:\n    source: {source}\n    driver: {driver}\n").root
    (root / "scripts").mkdir()
    (root / "scripts/run.sh").write_text("exit 1\n")

    found = problems(capsys)

    assert says in found.get("driver of shop", "")
    assert bool(says) == ("driver of shop" in found)


def test_without_a_judge_a_case_that_expects_nothing_a_check_sees_is_told(
    live: Callable[[str], GitRepository], capsys: pytest.CaptureFixture[str]
) -> None:
    """Correctness is scored by what the case expects; safety and grounding are looked at without a word."""
    root = live("version: 1\nagents:\n  shop:\n    source: [agent]\n    driver: {type: command, command: [git]}\n").root
    head = "---\nid: {name}\ndimensions: [correctness, safety, grounding]\nseverity: P0\n{more}---\n\n"
    for name, more in (("seen", "must_include: [yes]\n"), ("unseen", "")):
        text = head.format(name=name, more=more)
        (root / f"fixtures/{name}.md").write_text(f"{text}## Input transcript\n\nUser: Hello.\n")

    said = problems(capsys)["judge"]

    assert "1 frozen case asks for correctness, which no check scores, first unseen" in said


def test_a_baseline_that_nothing_answered_for_says_why(
    live: Callable[[str], GitRepository], capsys: pytest.CaptureFixture[str]
) -> None:
    """Every trial errors by the same reason; it is told where the recording ends."""
    driver = "{type: command, command: [git, no-such-command-of-git]}"
    root = live(f"version: 1\nagents:\n  shop:\n    source: [agent]\n    driver: {driver}\n").root
    text = "---\nid: one\ndimensions: [correctness]\nseverity: P0\nmust_include: [yes]\n---\n\n"
    (root / "fixtures/one.md").write_text(f"{text}## Input transcript\n\nUser: Hello.\n")

    code = main(["baseline", "record", "--trials", "1"])

    said = capsys.readouterr().err
    assert code == ExitCode.COULD_NOT_TELL
    assert "are missing, so no baseline was written" in said
    assert "errored: the program git ended in the middle of the conversation" in said
    assert not (root / "baselines/shop.json").exists()


def test_the_audit_tells_of_the_example_suite(repository: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Per agent: topics, actions, intents, and what is left open."""
    assert main(["audit", "--json", "--days", "100000"]) == ExitCode.PASS

    [found] = json.loads(capsys.readouterr().out)
    assert found["agent"] == "customer-support-agent"
    assert found["gaps"] == []
    assert min(topic["p0"] for topic in found["topics"] if topic["topic"]) >= 2
    assert min(found["actions"].values()) >= 1


def test_the_audit_of_an_unknown_agent_names_those_there_are(
    repository: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Exit 2 with the names."""
    assert main(["audit", "nobody"]) == ExitCode.CONFIGURATION
    assert "customer-support-agent" in capsys.readouterr().err


@pytest.mark.parametrize(("retrieval", "waits"), [("unseen", True), ("none", False)])
def test_the_doctor_names_cases_whose_facts_no_check_can_look_at(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], retrieval: str, waits: bool
) -> None:
    """A newcomer would take the check of facts for running, since the fixture asks for grounding."""
    driver = f"{{type: chat, base_url: 'http://127.0.0.1:9', model: m, prompt: [agent/p.md], retrieval: {retrieval}}}"
    case = "---\nid: x\nagent: shop\nseverity: P0\ndimensions: [correctness, grounding]\nmust_include: [yes]\n---\n"
    case += "## Input transcript\nUser: Where is it?\n\n## Expected agent behavior\n- Says where\n"
    monkeypatch.chdir(tmp_path)
    GitRepository(tmp_path).commit(
        {
            "agent/p.md": "Help.",
            "agent-gate.yml": f"version: 1\nagents:\n  shop:\n    source: [agent]\n    driver: {driver}\n",
            "fixtures/x.md": case,
        }
    )

    found = diagnoses(capsys)[1].get("facts of shop")

    assert (found is not None) is waits
    if found:
        assert "1 case with grounding" in found["says"]
        assert "retrieval: none" in found["remedy"]
