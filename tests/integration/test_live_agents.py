"""Agents that answer over the network, through the command line: a chat endpoint, and an org that misbehaves."""

import json
import os
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest

from gate.cli.main import main
from gate.errors import ExitCode
from tests.loopback.chat import Said, calls, endpoint, says
from tests.loopback.org import SECRETS, FakeOrg, Step, moved, step
from tests.loopback.server import RESET, Asked, Reply, serving
from tests.trees import GitRepository

FIXTURE = """---
id: {name}
dimensions: [correctness]
severity: P0
expected_tool_calls:
  - {{turn: 1, tool: FindOrder, args: {{id: "A1"}}}}
must_include: [sent]
tool_results:
  - {{tool: FindOrder, result: {{state: sent}}}}
---

## Input transcript

Turn 1 (User): Where is A1?
Turn 2 (User): Thanks.
Turn 3 (User): Bye.
"""
TOOL = json.dumps({"name": "FindOrder", "parameters": {"type": "object", "properties": {"id": {"type": "string"}}}})


def fixtures(number: int) -> dict[str, str]:
    return {f"fixtures/case-{index:03}.md": FIXTURE.format(name=f"case-{index:03}") for index in range(number)}


def read_report(capsys: pytest.CaptureFixture[str]) -> dict[str, Any]:
    value = json.loads(capsys.readouterr().out)
    assert isinstance(value, dict)
    return value


def outcomes(folder: Path) -> Counter[str]:
    """Each kept trial once, by what it came to."""
    lines = [json.loads(line) for path in folder.glob("scores*.jsonl") for line in path.read_text().splitlines()]
    trials = {(one["case"], one["arm"], one["trial"]): one for one in lines}
    return Counter("errored" if one.get("error") else "scored" for one in trials.values())


def shopkeeper(system: str, messages: Sequence[Said]) -> Said:
    """Looks orders up, unless the prompt tells it to guess."""
    last = messages[-1]
    if last["role"] == "tool":
        return says(f"Your order is {json.loads(last['content'])['state']}.")
    if "A1" in last["content"]:
        return says("I guess it is sent.") if "guess" in system else calls(("FindOrder", {"id": "A1"}))
    return says("You are welcome.")


@pytest.fixture
def repository(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> GitRepository:
    monkeypatch.chdir(tmp_path)
    return GitRepository(tmp_path)


def chat_config(url: str) -> str:
    driver = f"{{type: chat, base_url: {url}, model: m, prompt: [agent/prompt.md], tools: [agent/tools.json]}}"
    return f"version: 1\nagents:\n  shop:\n    source: [agent]\n    driver: {driver}\n"


def test_a_prompt_change_of_a_chat_agent_is_blocked_and_its_repair_is_not(
    repository: GitRepository, capsys: pytest.CaptureFixture[str]
) -> None:
    with serving(endpoint(shopkeeper)) as server:
        files = {
            "agent/prompt.md": "Look orders up.",
            "agent/tools.json": TOOL,
            "agent-gate.yml": chat_config(server.url),
        }
        repository.commit({**files, **fixtures(3)})
        assert main(["baseline", "record", "--trials", "5"]) == ExitCode.PASS
        repository.commit()
        capsys.readouterr()
        repository.write({"agent/prompt.md": "Be quick: guess."})
        code = main(["run", "--base", "main", "--json"])
        report = read_report(capsys)
        assert (code, report["decision"]["conclusion"]) == (ExitCode.BLOCKED, "blocked")
        assert len(report["decision"]["blocking"]) == 3

        repository.write({"agent/prompt.md": "Please look orders up."})
        code = main(["run", "--base", "main", "--json"])
        report = read_report(capsys)
    assert (code, report["decision"]["conclusion"]) == (ExitCode.PASS, "pass")
    assert report["spend"]["tokens"] > 0


@pytest.mark.parametrize(
    ("key", "expected"),
    [("right\n", ExitCode.PASS), ("le clé", ExitCode.CONFIGURATION), ("ri\nght", ExitCode.CONFIGURATION)],
)
def test_a_key_is_sent_without_the_line_break_it_was_stored_with_and_else_is_the_users_to_mend(
    key: str, expected: ExitCode, repository: GitRepository, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", key)
    with serving(endpoint(shopkeeper, key="right")) as server:
        files = {"agent/prompt.md": "Look orders up.", "agent/tools.json": TOOL}
        repository.commit({**files, "agent-gate.yml": chat_config(server.url), **fixtures(1)})
        repository.write({"agent/prompt.md": "Please look orders up."})
        assert main(["run", "--base", "main"]) == expected
        assert bool(server.asked) == (expected is ExitCode.PASS)


def test_credits_of_a_run_are_counted_by_user_message(
    repository: GitRepository, capsys: pytest.CaptureFixture[str]
) -> None:
    with serving(endpoint(shopkeeper)) as server:
        config = chat_config(server.url) + "prices: {m: {turn: 0.5}}\nverdicts: {policy: any-drop}\n"
        repository.commit({"agent/prompt.md": "x", "agent/tools.json": TOOL, "agent-gate.yml": config, **fixtures(2)})
        repository.write({"agent/prompt.md": "y"})
        main(["run", "--base", "main", "--json"])
    spend = read_report(capsys)["spend"]
    assert spend["money"] == 0.5 * 3 * spend["trials"]


def test_a_chat_agent_whose_tools_are_broken_does_not_compile(
    repository: GitRepository, capsys: pytest.CaptureFixture[str]
) -> None:
    with serving(endpoint(shopkeeper)) as server:
        files = {"agent/prompt.md": "Look up.", "agent/tools.json": TOOL, "agent-gate.yml": chat_config(server.url)}
        repository.commit({**files, **fixtures(2)})
        repository.write({"agent/tools.json": '[{"nome": "FindOrder"}]'})
        code = main(["run", "--base", "main", "--json"])
        asked = len(server.asked)
    report = read_report(capsys)
    assert code == ExitCode.BLOCKED
    assert asked == 0
    assert "agent/tools.json" in report["decision"]["headline"]
    assert "does not compile" in report["decision"]["headline"]
    [folder] = Path("runs").glob("*/*")
    assert main(["report", str(folder)]) == ExitCode.BLOCKED


def test_a_dead_endpoint_is_an_infra_failure_that_says_why(
    repository: GitRepository, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("gate.agents.trial.ATTEMPTS", 1)
    monkeypatch.setattr("gate.network.wire.ATTEMPTS", 1)
    with serving(endpoint(shopkeeper)) as server:
        files = {"agent/prompt.md": "Look up.", "agent/tools.json": TOOL, "agent-gate.yml": chat_config(server.url)}
    repository.commit({**files, **fixtures(1)})  # the server is gone by now
    repository.write({"agent/prompt.md": "Please look up."})
    assert main(["run", "--base", "main", "--json"]) == ExitCode.COULD_NOT_TELL
    decision = read_report(capsys)["decision"]
    assert decision["conclusion"] == "infra-failure"
    assert any("errored: the agent's endpoint" in note and "see whether it is up" in note for note in decision["notes"])


def clerk(definition: str, said: Sequence[str]) -> tuple[str, Sequence[Step]]:
    if said[-1].startswith("Where"):
        return "It is sent.", [moved("Router", "Orders"), step("FindOrder", {"id": "A1"}, {"state": "sent"})]
    return "Welcome.", []


@pytest.fixture
def org(monkeypatch: pytest.MonkeyPatch) -> Iterator[FakeOrg]:
    for name, value in SECRETS.items():
        monkeypatch.setenv(name, value)
    org = FakeOrg(clerk)
    with serving(org) as server:
        org.url = server.url
        monkeypatch.setenv("SF_INSTANCE_URL", server.url)
        yield org


def org_config(driver: str = "{type: agentforce, agent: Support}") -> str:
    return f"version: 1\nconcurrency: 10\nagents:\n  shop:\n    source: [agent]\n    driver: {driver}\n"


def _lost_traces(org: FakeOrg) -> None:
    """The probe's trace is there, those of the trials are not."""
    whole = org._trace
    org._trace = lambda plan: whole(plan) if plan == "p-s1-1" else Reply(404, {})  # type: ignore[method-assign]


def test_missing_traces_leave_tool_expectations_unscored_and_the_case_is_not_green(
    repository: GitRepository, capsys: pytest.CaptureFixture[str], org: FakeOrg
) -> None:
    repository.commit({"agent/prompt.md": "x", "agent-gate.yml": org_config(), **fixtures(2)})
    repository.write({"agent/prompt.md": "y"})
    _lost_traces(org)
    code = main(["run", "--base", "main", "--json"])
    report = read_report(capsys)
    assert code == ExitCode.COULD_NOT_TELL
    assert len(report["decision"]["gaps"]) == 2
    assert all("have the driver show them" in gap for gap in report["decision"]["gaps"])
    assert org.open_sessions == []


def test_a_script_that_does_not_compile_blocks_with_its_line(
    repository: GitRepository, capsys: pytest.CaptureFixture[str], org: FakeOrg
) -> None:
    config = org_config("{type: agentforce-preview}")
    repository.commit({"agent/Support.agent": "fine", "agent-gate.yml": config, **fixtures(1)})
    repository.write({"agent/Support.agent": "one\nBROKEN"})
    assert main(["run", "--base", "main"]) == ExitCode.BLOCKED
    said = capsys.readouterr().out
    assert "does not compile" in said
    assert "line 2" in said

    repository.write({"agent/Support.agent": "mended"})
    code = main(["run", "--base", "main", "--json"])
    report = read_report(capsys)
    assert (code, report["decision"]["conclusion"]) == (ExitCode.PASS, "pass")
    assert {talk.definition for talk in org.sessions.values()} == {"mended"}
    assert org.compiled[-2:] in (["mended", "fine"], ["fine", "mended"])


FAULTS = (
    Reply(429, {"message": "slow down"}, {"Retry-After": "0"}), Reply(503, {"message": "busy"}), RESET,
    Reply(500, {"message": "late"}), Reply(body=b"<html>"), Reply(body={"messages": [{"type": "Inform"}]}, cut=True),
)  # fmt: skip


def every_tenth(number: int) -> Reply | None:
    return FAULTS[number // 10 % len(FAULTS)] if number % 10 == 0 else None


def _command(*arguments: str) -> list[str]:
    return [sys.executable, "-m", "gate.cli", *arguments]


def test_a_trial_whose_trace_was_lost_is_made_once_more(
    repository: GitRepository, capsys: pytest.CaptureFixture[str], org: FakeOrg
) -> None:
    """What the platform did not show once it may show the next time; a trial without it counts for nothing."""
    repository.commit({"agent/prompt.md": "x", "agent-gate.yml": org_config(), **fixtures(2)})
    repository.write({"agent/prompt.md": "y"})
    whole = org._trace
    lost = {"p-s3-1"}
    org._trace = lambda plan: Reply(404, {}) if plan in lost else whole(plan)  # type: ignore[method-assign]
    code = main(["run", "--base", "main", "--json"])
    report = read_report(capsys)
    assert (code, report["decision"]["conclusion"]) == (ExitCode.PASS, "pass")
    trials = sum(case["finding"]["head_trials"] for case in report["comparison"]["cases"])
    assert len(org.sessions) == 1 + trials + len(lost)  # the probe's, the trials', and that of the one made again
    assert org.open_sessions == []


def tried(report: Any) -> dict[str, tuple[int, int]]:
    """Trials of head and base by case, the missing ones with them."""
    found = {case["case"]: case["finding"] for case in report["comparison"]["cases"]}
    return {key: (one["head_trials"] + one["missing"], one["base_trials"]) for key, one in found.items()}


@pytest.mark.slow
@pytest.mark.parametrize("driver", ["{type: agentforce, agent: Support}", "{type: agentforce-preview, actions: live}"])
def test_no_trial_is_lost_or_doubled_under_faults_and_kill(
    repository: GitRepository, org: FakeOrg, driver: str
) -> None:
    """100 cases of 3 turns, every tenth message met by a fault; killed in the middle and taken up again.

    The totals are those of a run that nothing disturbed.
    """
    repository.commit({"agent/Support.agent": "x", "agent-gate.yml": org_config(driver), **fixtures(100)})
    repository.write({"agent/Support.agent": "y"})
    org.per_message = every_tenth
    environ = {**os.environ, "SF_INSTANCE_URL": org.url, **SECRETS}
    running = subprocess.Popen(
        _command("run", "--base", "main", "--label", "killed"),
        env=environ,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    for _ in range(600):
        if org.messages > 120 or running.poll() is not None:
            break
        time.sleep(0.05)
    running.send_signal(signal.SIGKILL)
    running.wait()
    [folder] = Path("runs").glob("*/*-killed-*")
    before = sum(outcomes(folder).values())
    assert 0 < before < 100
    left_open = set(org.open_sessions)  # those of the process that died

    done = subprocess.run(
        _command("run", "--resume", str(folder)), env=environ, capture_output=True, text=True, check=False
    )

    trials = tried(json.loads((folder / "report.json").read_text()))
    assert len(trials) == 100, done.stderr
    kept = outcomes(folder)
    assert sum(kept.values()) == sum(map(sum, trials.values()))
    assert kept["errored"] <= 0.05 * sum(kept.values())
    assert set(org.open_sessions) <= left_open
    assert all(len(talk.said) <= 3 for talk in org.sessions.values())

    org.per_message = lambda number: None
    whole = subprocess.run(
        _command("run", "--base", "main", "--json"), env=environ, capture_output=True, text=True, check=False
    )
    undisturbed = json.loads(whole.stdout)
    assert tried(undisturbed) == trials
    assert (whole.returncode, undisturbed["decision"]["conclusion"]) == (done.returncode, "pass")


def test_a_run_that_is_stopped_ends_its_sessions(repository: GitRepository, org: FakeOrg) -> None:
    """By a person or by a runner that cancels the job."""
    repository.commit({"agent/prompt.md": "x", "agent-gate.yml": org_config(), **fixtures(20)})
    repository.write({"agent/prompt.md": "y"})
    environ = {**os.environ, "SF_INSTANCE_URL": org.url, **SECRETS}
    for stop in (signal.SIGINT, signal.SIGTERM):
        before = org.messages
        org.per_message = lambda number: Reply(503, {}, {"Retry-After": "1"}) if number % 5 == 0 else None
        running = subprocess.Popen(
            _command("run", "--base", "main"), env=environ, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        for _ in range(600):
            if org.messages > before + 12 or running.poll() is not None:
                break
            time.sleep(0.02)
        assert org.open_sessions
        running.send_signal(stop)
        assert running.wait() == ExitCode.INTERRUPTED
        assert org.open_sessions == []


def test_a_live_run_is_recorded_and_replayed_without_the_agent(
    repository: GitRepository, capsys: pytest.CaptureFixture[str]
) -> None:
    """The same replies, calls and scores, from a driver that asks nobody, with what hooks had given then."""
    given = json.dumps({"variables": {"customer": "Kim"}})
    hooks = f"    hooks: {{before_case: [{{command: {json.dumps([sys.executable, '-c', f'print({given!r})'])}}}]}}\n"
    with serving(endpoint(shopkeeper)) as server:
        config = chat_config(server.url) + hooks
        files = {"agent/prompt.md": "Look up.", "agent/tools.json": TOOL, "agent-gate.yml": config}
        repository.commit({**files, **fixtures(2)})
        repository.write({"agent/prompt.md": "Be quick: guess."})
        main(["run", "--base", "main", "--record", "recordings", "--label", "live"])
    assert "trials recorded in recordings" in capsys.readouterr().out
    replayed = "version: 1\nagents:\n  shop:\n    source: [agent]\n    driver: {type: replay, recordings: recordings}\n"
    repository.git("stash", "--include-untracked", "--", "agent")
    repository.commit({"agent-gate.yml": replayed})
    repository.git("stash", "pop")
    main(["run", "--base", "main", "--label", "again"])

    [live], [again] = (list(Path("runs").glob(f"*/*-{name}-*")) for name in ("live", "again"))
    kept = {path.relative_to(live): json.loads(path.read_text()) for path in live.glob("transcripts/*/*/*.json")}
    assert kept
    for path, transcript in kept.items():
        played = json.loads((again / path).read_text())
        assert played["turns"] == transcript["turns"]
        assert played["variables"] == transcript["variables"] == {"customer": "Kim"}
        assert played["captured"] == transcript["captured"]


def test_recordings_of_what_the_fixture_gave_before_are_not_replayed(
    repository: GitRepository, capsys: pytest.CaptureFixture[str]
) -> None:
    """What is expected may change, as it is not told to the agent; what tools return may not. No hook is run for it."""
    with serving(endpoint(shopkeeper)) as server:
        config = chat_config(server.url) + "verdicts: {policy: any-drop}\n"
        files = {"agent/prompt.md": "Look up.", "agent/tools.json": TOOL, "agent-gate.yml": config}
        repository.commit({**files, **fixtures(1)})
        repository.write({"agent/prompt.md": "Please look up."})
        assert main(["run", "--base", "main", "--record", "recordings"]) == ExitCode.PASS
    replayed = "version: 1\nagents:\n  shop:\n    source: [agent]\n    driver: {type: replay, recordings: recordings}\n"
    case = fixtures(1)["fixtures/case-000.md"]
    replayed += "    hooks: {before_case: [{command: ['false']}]}\nverdicts: {policy: any-drop}\n"
    repository.commit({"agent-gate.yml": replayed})
    repository.write({"fixtures/case-000.md": case.replace("must_include: [sent]", "must_include: [order]")})
    main(["run", "--base", "main", "--label", "expected"])
    repository.write({"fixtures/case-000.md": case.replace("{state: sent}", "{state: sent, late: true}")})
    main(["run", "--base", "main", "--label", "given"])
    for label, outcome in (("expected", "scored"), ("given", "errored")):
        [folder] = Path("runs").glob(f"*/*-{label}-*")
        assert set(outcomes(folder)) == {outcome}
    assert "with other session variables" in " ".join(capsys.readouterr().out.split())


def test_recorded_trials_are_not_lost_to_a_run_that_makes_fewer(
    repository: GitRepository, capsys: pytest.CaptureFixture[str]
) -> None:
    with serving(endpoint(shopkeeper)) as server:
        files = {"agent/prompt.md": "Look up.", "agent/tools.json": TOOL, "agent-gate.yml": chat_config(server.url)}
        repository.commit({**files, **fixtures(1)})
        repository.write({"agent/prompt.md": "Please look up."})
        command = ["run", "--base", "main", "--record", "recordings", "--policy"]
        main([*command, "majority"])
        before = {path: path.read_text() for path in Path("recordings").glob("*/case-*.json")}
        assert any(len(json.loads(text)["order"]) > 1 for text in before.values())
        main([*command, "any-drop"])
    assert "that were there stay" in capsys.readouterr().out
    assert {path: path.read_text() for path in Path("recordings").glob("*/case-*.json")} == before


def test_where_nothing_can_be_recorded_nobody_is_asked(repository: GitRepository) -> None:
    with serving(endpoint(shopkeeper)) as server:
        files = {"agent/prompt.md": "Look up.", "agent/tools.json": TOOL, "agent-gate.yml": chat_config(server.url)}
        repository.commit({**files, **fixtures(1)})
        repository.write({"agent/prompt.md": "Please look up.", "taken": ""})
        assert main(["run", "--base", "main", "--record", "taken"]) == ExitCode.CONFIGURATION
        assert server.asked == []


def test_the_order_of_trials_changes_nothing(repository: GitRepository, capsys: pytest.CaptureFixture[str]) -> None:
    with serving(endpoint(shopkeeper)) as server:
        files = {"agent/prompt.md": "Look up.", "agent/tools.json": TOOL, "agent-gate.yml": chat_config(server.url)}
        repository.commit({**files, **fixtures(4)})
        repository.write({"agent/prompt.md": "Be quick: guess."})
        found = []
        for seed in ("1", "2", "3"):
            main(["run", "--base", "main", "--shuffle", seed, "--json"])
            found.append(read_report(capsys)["comparison"])
    assert found[0] == found[1] == found[2]


HOOK = """
import json, os, sys
with open("hooks.log", "a") as log:
    about = [os.environ.get(f"AGENT_GATE_{name}", "-") for name in ("CASE", "ARM")]
    log.write(" ".join([sys.argv[1], *about]) + "\\n")
print(json.dumps({"variables": {"customer": "Kim"}}))
"""


def test_hooks_set_up_and_tidy_up_around_the_run_and_each_trial(
    repository: GitRepository, capsys: pytest.CaptureFixture[str]
) -> None:
    def greeter(system: str, messages: Sequence[Said]) -> Said:
        return says(f"{system} It is sent.")

    with serving(endpoint(greeter)) as server:
        hooks = "".join(
            f"      {name}: [{{command: [{sys.executable}, hook.py, {name}]}}]\n"
            for name in ("before_suite", "after_suite", "before_case", "after_case")
        )
        config = f"{chat_config(server.url)}    hooks:\n{hooks}"
        files = {
            "agent/prompt.md": "Hi {{customer}}.",
            "agent/tools.json": TOOL,
            "agent-gate.yml": config,
            "hook.py": HOOK,
        }
        repository.commit({**files, **fixtures(1)})
        repository.write({"agent/prompt.md": "Hello {{customer}}."})
        main(["run", "--base", "main", "--label", "hooked"])
    lines = Path("hooks.log").read_text().splitlines()
    assert (lines[0], lines[-1]) == ("before_suite - -", "after_suite - -")
    assert lines.count("before_case case-000 head") == lines.count("after_case case-000 head") > 0
    kept = json.loads(next(Path("runs").glob("*/*-hooked-*/transcripts/*/*/*.json")).read_text())
    assert kept["variables"] == {"customer": "Kim"}
    assert kept["turns"][0]["reply"] == "Hello Kim. It is sent."


def test_a_hook_that_fails_is_no_verdict_on_the_agent(
    repository: GitRepository, capsys: pytest.CaptureFixture[str]
) -> None:
    with serving(endpoint(shopkeeper)) as server:
        hooks = (
            f"    hooks:\n      before_suite: [{{command: [{sys.executable}, -c, 'raise SystemExit(\"no data\")']}}]\n"
        )
        files = {"agent/prompt.md": "x", "agent/tools.json": TOOL, "agent-gate.yml": chat_config(server.url) + hooks}
        repository.commit({**files, **fixtures(1)})
        repository.write({"agent/prompt.md": "y"})
        assert main(["run", "--base", "main"]) == ExitCode.COULD_NOT_TELL
        assert server.asked == []
    assert "the hook before_suite" in capsys.readouterr().err


STUBBORN = """
import os, sys, time
with open(sys.argv[1], "a") as file:
    file.write(f"{os.getpid()}\\n")
time.sleep(60)
"""


@pytest.mark.parametrize("told", [signal.SIGTERM, signal.SIGINT])
@pytest.mark.parametrize("aside", [False, True])
def test_a_run_that_is_told_to_end_leaves_no_program_behind(
    repository: GitRepository, tmp_path: Path, told: signal.Signals, aside: bool
) -> None:
    """Also one that a shell started aside, which then has it ignore SIGINT."""
    pids = tmp_path / "pids"
    program = json.dumps([sys.executable, "agent/run.py", str(pids)])
    config = f"version: 1\nagents:\n  shop:\n    source: [agent]\n    driver: {{type: command, command: {program}}}\n"
    repository.commit({"agent/run.py": STUBBORN, "agent-gate.yml": config, **fixtures(1)})
    repository.write({"agent/run.py": f"{STUBBORN}\n"})
    command = _command("run", "--base", "main")
    command = ["sh", "-c", 'trap "" INT; exec "$@"', "sh", *command] if aside else command
    running = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
    for _ in range(600):
        if pids.exists() and pids.read_text().endswith("\n"):
            break
        time.sleep(0.05)
    running.send_signal(told)
    _, said = running.communicate(timeout=30)
    assert running.returncode == ExitCode.INTERRUPTED, said
    for _ in range(100):
        if not any(map(_runs, pids.read_text().split())):
            return
        time.sleep(0.05)
    raise AssertionError(said)


def _runs(pid: str) -> bool:
    """Whether a process is there, and not only its exit code for whoever asks for it."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


def test_runs_of_a_day_are_held_to_their_quota(repository: GitRepository, capsys: pytest.CaptureFixture[str]) -> None:
    """Here the run folders count: those of the last 24 hours in which a live agent was asked."""
    with serving(endpoint(shopkeeper)) as server:
        quota = "budget: {runs_per_day: 2}\nverdicts: {policy: any-drop}\n"
        config = chat_config(server.url) + quota
        repository.commit({"agent/prompt.md": "x", "agent/tools.json": TOOL, "agent-gate.yml": config, **fixtures(1)})
        repository.write({"agent/prompt.md": "y"})
        assert main(["run", "--base", "main"]) == ExitCode.PASS
        [first] = Path("runs").glob("*/*")
        assert main(["score", str(first)]) == ExitCode.PASS
        assert main(["run", "--base", "main"]) == ExitCode.PASS
        asked = len(server.asked)
        capsys.readouterr()
        assert main(["run", "--base", "main"]) == ExitCode.COULD_NOT_TELL
        assert len(server.asked) == asked
    assert "2 runs began within 24 hours, `budget.runs_per_day` is 2" in capsys.readouterr().err
    assert len(list(Path("runs").glob("*/*"))) == 2


def test_sessions_of_an_org_wait_for_its_rate_before_they_begin(repository: GitRepository, org: FakeOrg) -> None:
    """No more are open than can each have their turn in time: with 1,200 a minute, 1 s and 6 requests a turn, three."""
    driver = "{type: agentforce, agent: Support, turn_seconds: 1, limits: {per_minute: 1200}}"
    config = org_config(driver) + "verdicts: {policy: any-drop}\n"
    repository.commit({"agent/prompt.md": "x", "agent-gate.yml": config, **fixtures(6)})
    repository.write({"agent/prompt.md": "y"})
    assert main(["run", "--base", "main"]) == ExitCode.PASS
    assert org.most_open == 3


def test_a_run_that_breaks_off_says_how_it_goes_on(
    repository: GitRepository, capsys: pytest.CaptureFixture[str]
) -> None:
    """A key that runs out in the middle: what was answered before is paid for, and kept."""
    answered = 0

    def answer(asked: Asked) -> Reply:
        nonlocal answered
        answered += 1
        return Reply(401, {"error": "expired"}) if answered == 5 else shop(asked)

    shop = endpoint(shopkeeper)
    with serving(answer) as server:
        config = f"concurrency: 1\n{chat_config(server.url)}verdicts: {{policy: any-drop}}\n"
        repository.commit({"agent/prompt.md": "x", "agent/tools.json": TOOL, "agent-gate.yml": config, **fixtures(3)})
        repository.write({"agent/prompt.md": "y"})
        assert main(["run", "--base", "main"]) == ExitCode.CONFIGURATION
        told = capsys.readouterr().err
        [folder] = Path("runs").resolve().glob("*/*")
        assert f"1 trial is kept: `agent-gate run --resume {folder}` goes on from there" in told
        before = len(server.asked)
        assert main(["run", "--resume", str(folder)]) == ExitCode.PASS
        assert len(server.asked) - before == 2 * 4


def test_a_recording_that_is_stopped_says_how_it_goes_on_and_is_no_run(
    repository: GitRepository, capsys: pytest.CaptureFixture[str]
) -> None:
    """What is in it was paid for; gone on with as a run it would say `pass` of nothing."""

    def slowly(system: str, messages: Sequence[Said]) -> Said:
        time.sleep(0.02)
        return shopkeeper(system, messages)

    with serving(endpoint(slowly)) as server:
        files = {"agent/prompt.md": "Look up.", "agent/tools.json": TOOL, "agent-gate.yml": chat_config(server.url)}
        repository.commit({**files, **fixtures(3)})
        running = subprocess.Popen(
            _command("baseline", "record", "--trials", "20"), stdout=subprocess.DEVNULL, stderr=subprocess.PIPE
        )
        for _ in range(600):
            if list(Path("runs").glob("*/*/transcripts/*/*/*.json")) or running.poll() is not None:
                break
            time.sleep(0.02)
        running.send_signal(signal.SIGTERM)
        said = running.communicate()[1].decode()
        assert running.returncode == ExitCode.INTERRUPTED
        [folder] = Path("runs").glob("*/*")
        assert f"`agent-gate baseline record --resume {folder.resolve()}` goes on from there" in said

        for more in ([], ["--record-baseline"]):
            assert main(["run", *more, "--resume", str(folder)]) == ExitCode.CONFIGURATION
            assert f"`agent-gate baseline record --resume {folder}` goes on with it" in capsys.readouterr().err
        assert not (folder / "verdict.json").exists()
        kept = len(list(folder.glob("transcripts/*/*/*.json")))
        asked = len(server.asked)
        assert main(["baseline", "record", "--resume", str(folder)]) == ExitCode.PASS
    assert (len(server.asked) - asked) < 4 * (60 - kept + 1)
    assert f"run folder: {folder}" in capsys.readouterr().err


def test_a_case_that_cannot_block_is_named_when_its_baseline_is_written_and_by_the_doctor(
    repository: GitRepository, capsys: pytest.CaptureFixture[str]
) -> None:
    """Else the first sign of it would be a change that breaks it and passes."""
    with serving(endpoint(shopkeeper)) as server:
        prompt = "Be quick: guess."
        files = {"agent/prompt.md": prompt, "agent/tools.json": TOOL, "agent-gate.yml": chat_config(server.url)}
        repository.commit({**files, **fixtures(2)})
        main(["baseline", "record", "--trials", "5"])
        said = capsys.readouterr().err
        head = repository.git("rev-parse", "HEAD").strip()
        assert json.loads(Path("baselines/shop.json").read_text())["commit"] == head
        repository.commit()
        main(["doctor", "--json"])
        [found] = [one for one in json.loads(capsys.readouterr().out) if one["about"] == "baseline of shop"]

    assert "case-000, 0 of 5: " in said
    assert (found["state"], found["says"].partition(",")[0]) == ("problem", "2 of 2 frozen P0 cases cannot block")


def test_the_prompt_of_a_chat_agent_is_renamed_by_way_of_the_configuration(
    repository: GitRepository, capsys: pytest.CaptureFixture[str]
) -> None:
    """The base's configuration names the file, so its new name is merged there first; the remedy says so."""
    with serving(endpoint(shopkeeper)) as server:
        config = chat_config(server.url)
        files = {"agent/prompt.md": "Look up.", "agent/tools.json": TOOL, "agent-gate.yml": config}
        repository.commit({**files, **fixtures(1)})
        repository.git("mv", "agent/prompt.md", "agent/system.md")
        assert main(["run", "--base", "main"]) == ExitCode.BLOCKED
        said = " ".join(capsys.readouterr().out.split())
        assert "merge its new name in driver.prompt of agent-gate.yml first" in said.replace("`", "")

        repository.git("mv", "agent/system.md", "agent/prompt.md")
        repository.commit({"agent-gate.yml": config.replace("agent/prompt.md", "agent/system.md")})
        asked = len(server.asked)
        assert main(["run", "--base", "main", "--full"]) == ExitCode.CONFIGURATION
        assert "base and head have no such file" in capsys.readouterr().err
        assert len(server.asked) == asked
        repository.git("mv", "agent/prompt.md", "agent/system.md")
        main(["run", "--base", "main", "--full", "--json"])
        report = read_report(capsys)
    assert report["decision"]["conclusion"] != "blocked"
    assert report["spend"]["trials"] > 0
