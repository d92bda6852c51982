"""A live judge in whole runs, through the command line: every provider, kills, splits, caps, what is said of it."""

import json
import os
import re
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from threading import Event
from typing import Any

import pytest

from gate.cli.main import main
from gate.errors import ExitCode
from gate.judges.probe import PROBES
from tests.loopback.chat import Said, endpoint, says
from tests.loopback.judge import KEY, Bench
from tests.loopback.org import SECRETS, FakeOrg
from tests.loopback.server import Asked, Reply, serving
from tests.trees import GitRepository

CASE = """---
id: {name}
dimensions: [tone]
severity: {severity}
---

## Input transcript

User: Hello, this is {name}. Write to ann@people.example.
"""


def agent(system: str, messages: Sequence[Said]) -> Said:
    name = re.findall(r"case-\d+", messages[-1]["content"])[0]
    return says(f"Good day, {name}, and welcome.")


def verdict(value: int, reply: str) -> str:
    return json.dumps({"tone": {"reason": "turn 1 is so", "quote": reply, "score": value}})


def reply_in(messages: Sequence[Mapping[str, Any]]) -> str:
    return str(re.findall(r"Agent: (.*)", messages[0]["content"])[-1])


class Courtroom:
    """Agent, judge and org behind one address. `scores` gives the value of a vote by the reply and its number."""

    def __init__(self) -> None:
        self.scores: Callable[[str, int], int] = lambda reply, number: 2
        self.votes: Counter[str] = Counter()
        self.answered = 0
        self.hangs_after = 0
        self.released = Event()
        self.bench = Bench(self._rule)
        self.org = FakeOrg(lambda definition, said: ("", []))
        self.chat = endpoint(agent)
        self.url = ""

    def __call__(self, asked: Asked) -> Reply:
        if asked.path.startswith("/services/"):
            return self.org(asked)
        return self.bench(asked) if asked.path.startswith(("/judge", "/einstein", "/openai")) else self.chat(asked)

    def _rule(self, system: str, messages: Sequence[Mapping[str, Any]]) -> str:
        reply = reply_in(messages)
        self.votes[reply] += 1
        number = self.votes[reply]
        if self.hangs_after and sum(self.votes.values()) > self.hangs_after:
            self.released.wait(30)
        else:
            self.answered += 1
        return verdict(self.scores(reply, number), reply)


def configured(court: Courtroom, judge: str = "", more: str = "") -> str:
    judge = judge or f"provider: openai, base_url: '{court.url}/judge', model: gpt-judge, resolved: judge-1-2026"
    return f"""version: 1
agents:
  shop:
    source: [agent]
    driver: {{type: chat, base_url: "{court.url}", model: llama-shop, prompt: [agent/prompt.md], key: NO_KEY}}
judge: {{{judge}}}
{more}
"""


@pytest.fixture
def court(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Courtroom]:
    court = Courtroom()
    with serving(court) as server:
        court.url = court.org.url = server.url
        for name in ("OPENAI_API_KEY", "ANTHROPIC_API_KEY", "AZURE_OPENAI_API_KEY"):
            monkeypatch.setenv(name, KEY)
        for name, value in SECRETS.items():
            monkeypatch.setenv(name, value)
        monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
        yield court
        court.released.set()


@pytest.fixture
def repository(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> GitRepository:
    root = tmp_path / "repository"
    repository = GitRepository(root)
    monkeypatch.chdir(root)
    return repository


def suite(cases: int, severity: str = "P0") -> dict[str, str]:
    names = [f"case-{number}" for number in range(1, cases + 1)]
    return {f"fixtures/{name}.md": CASE.format(name=name, severity=severity) for name in names}


def begin(repository: GitRepository, config: str, cases: int = 3, severity: str = "P0") -> None:
    """A repository whose working tree changes the prompt, which reaches every case."""
    repository.commit({"agent/prompt.md": "Be polite.", "agent-gate.yml": config, **suite(cases, severity)})
    repository.write({"agent/prompt.md": "Be very polite."})


def report_of(capsys: pytest.CaptureFixture[str], *arguments: str) -> dict[str, Any]:
    capsys.readouterr()
    main([*arguments, "--json"])
    found: dict[str, Any] = json.loads(capsys.readouterr().out)
    return found


PROVIDERS = {
    "openai": "provider: openai, base_url: '{url}/judge', model: gpt-judge",
    "anthropic": "provider: anthropic, base_url: '{url}/judge', model: claude-judge",
    "azure": "provider: azure, base_url: '{url}', model: our-judge",
    "salesforce": "provider: salesforce, model: sfdc_ai__DefaultBedrockAnthropicClaude45Sonnet, boundary: salesforce, "
    "org: {{instance_url: '{url}'}}",
}


@pytest.mark.parametrize("provider", PROVIDERS)
def test_every_provider_judges_a_run_and_is_named_in_every_score(
    provider: str, court: Courtroom, repository: GitRepository, capsys: pytest.CaptureFixture[str]
) -> None:
    judge = PROVIDERS[provider].format(url=court.url) + ", resolved: judge-1-2026"
    begin(repository, configured(court, judge))
    report = report_of(capsys, "run", "--base", "main")
    assert report["decision"]["conclusion"] == "pass"
    lines = Path(report["folder"], "scores.jsonl").read_text().splitlines()
    scores = [json.loads(line) for line in lines]
    assert len(scores) == report["spend"]["trials"]
    assert {one["judge_models"][0] for one in scores if one["judge_calls"]} == {"judge-1-2026"}
    assert len({one["judge"] for one in scores}) == len({one["judge_prompt"] for one in scores}) == 1
    assert sum(one["judge_input_tokens"] for one in scores) == 100 * report["spend"]["judge_calls"]
    assert report["spend"]["judge_calls"] <= 1.2 * report["spend"]["trials"]
    assert "ann@people.example" not in json.dumps(court.bench.asked)
    assert any("masked in what it saw: email" in note for note in report["decision"]["notes"])


@pytest.mark.parametrize(
    ("judge", "words"),
    [
        (
            "provider: openai, base_url: '{url}/judge', model: llama-judge",
            "same family as agent shop's model llama-shop",
        ),
        (
            "provider: openai, base_url: '{url}/judge', model: our-judge, resolved: llama-4-70b",
            "judge.model our-judge, which is llama-4-70b, is of the same family",
        ),
        ("provider: openai, model: gpt-judge, boundary: salesforce", "may not"),
    ],
)
def test_a_judge_that_may_not_judge_is_a_configuration_error(
    judge: str, words: str, court: Courtroom, repository: GitRepository, capsys: pytest.CaptureFixture[str]
) -> None:
    begin(repository, configured(court, judge.format(url=court.url)))
    assert main(["run", "--base", "main"]) == ExitCode.CONFIGURATION
    assert words in " ".join(capsys.readouterr().err.split())
    assert not court.votes


def test_a_deployment_that_turns_out_to_be_the_agents_own_model_ends_the_run(
    court: Courtroom, repository: GitRepository, capsys: pytest.CaptureFixture[str]
) -> None:
    court.bench.model = "llama-4-maverick"
    begin(repository, configured(court, f"provider: openai, base_url: '{court.url}/judge', model: our-judge"))
    assert main(["run", "--base", "main"]) == ExitCode.CONFIGURATION
    assert "which is llama-4-maverick" in " ".join(capsys.readouterr().err.split())


def test_a_kill_in_the_middle_loses_no_paid_verdict(
    court: Courtroom, repository: GitRepository, tmp_path: Path
) -> None:
    """SIGKILL while votes are under way: what was answered is never asked again."""
    begin(repository, configured(court, more="concurrency: 8"), cases=40)
    court.hangs_after = 25
    command = [sys.executable, "-m", "gate.cli", "run", "--base", "main", "--label", "killed"]
    running = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, env=dict(os.environ))
    kept = tmp_path / "cache" / "agent-eval-gate" / "verdicts"
    for _ in range(600):
        if len(list(kept.rglob("*.json"))) >= 25 or running.poll() is not None:
            break
        time.sleep(0.05)
    running.send_signal(signal.SIGKILL)
    running.wait()
    assert court.answered == 25
    paid = Counter(dict(court.votes.most_common()))
    court.hangs_after = 0
    court.released.set()

    [folder] = Path("runs").glob("*/*-killed-*")
    assert main(["run", "--resume", str(folder)]) == ExitCode.PASS
    again = court.votes - paid
    assert set(court.votes) == {f"Good day, case-{number}, and welcome." for number in range(1, 41)}
    assert sum(again.values()) == 40 - 25, "only what was under way or not begun is asked"
    before = court.votes.total()
    assert main(["run", "--resume", str(folder)]) == ExitCode.PASS
    assert court.votes.total() == before, "a run that is whole is not paid for again"


def test_a_run_is_not_taken_up_again_under_another_judge(
    court: Courtroom, repository: GitRepository, capsys: pytest.CaptureFixture[str]
) -> None:
    begin(repository, configured(court))
    report = report_of(capsys, "run", "--base", "main")
    scores = Path(report["folder"], "scores.jsonl")
    fingerprint = json.loads(scores.read_text().splitlines()[0])["judge"]
    scores.write_text(scores.read_text().replace(fingerprint, "0" * 64))
    before = court.votes.total()
    assert main(["run", "--resume", report["folder"]]) != ExitCode.PASS
    assert "was scored by another judge" in " ".join(capsys.readouterr().err.split())
    assert court.votes.total() == before


def test_a_model_that_moves_while_a_run_is_interrupted_is_noticed(
    court: Courtroom, repository: GitRepository, capsys: pytest.CaptureFixture[str]
) -> None:
    begin(
        repository, configured(court, f"provider: openai, base_url: '{court.url}/judge', model: gpt-judge, cache: ''")
    )
    report = report_of(capsys, "run", "--base", "main")
    assert any("set `judge.resolved: judge-1-2026`" in note for note in report["decision"]["notes"])
    scores = Path(report["folder"], "scores.jsonl")
    lines = scores.read_text().splitlines(keepends=True)
    scores.write_text("".join(line for line in lines if "case-1" not in line))  # as a kill before them leaves it
    court.bench.model = "judge-1-2027"
    report = report_of(capsys, "run", "--resume", report["folder"])
    assert any(
        "changed meanwhile: answered as judge-1-2026, judge-1-2027" in note for note in report["decision"]["notes"]
    )


def test_votes_that_split_are_never_more_than_three_and_name_the_rubric_to_rewrite(
    court: Courtroom, repository: GitRepository, capsys: pytest.CaptureFixture[str]
) -> None:
    court.scores = lambda reply, number: 2 if "case-1," not in reply else (1, 2, 2)[number - 1]
    begin(repository, configured(court))
    report = report_of(capsys, "run", "--base", "main")
    assert court.votes["Good day, case-1, and welcome."] == 3
    assert court.votes["Good day, case-2, and welcome."] == 1
    text = Path(report["folder"], "report.md").read_text()
    assert "**Rewrite these rubrics**" in text
    assert re.search(r"`case-1` tone: unstable, the judge's votes split in (\d) of \1 judged trials", text)
    assert "`case-2` tone" not in text
    votes = {case["case"]: case["dimensions"][0]["votes"] for case in report["comparison"]["cases"]}
    assert votes["shop/case-1"]["split"] == votes["shop/case-1"]["several"] > 0
    assert votes["shop/case-2"]["several"] == 0


def test_a_cap_on_judge_calls_holds_from_the_first_batch(
    court: Courtroom, repository: GitRepository, capsys: pytest.CaptureFixture[str]
) -> None:
    begin(repository, configured(court, more="budget: {judge_calls: 10}"), cases=20, severity="P2")
    report = report_of(capsys, "run", "--base", "main", "--full")
    assert 0 < court.votes.total() <= 10
    assert any("the budget left out" in note for note in report["decision"]["notes"])


def test_what_the_judge_cost_is_said_before_and_after(
    court: Courtroom, repository: GitRepository, capsys: pytest.CaptureFixture[str]
) -> None:
    prices = "prices: {llama-shop: {input: 1, output: 1}, gpt-judge: {input: 1000, output: 1000}}"
    begin(repository, configured(court, more=prices))
    plan = report_of(capsys, "plan", "--base", "main")
    assert plan["forecast"]["money"] > 3
    report = report_of(capsys, "run", "--base", "main")
    assert report["spend"]["judge_money"] == pytest.approx(0.12 * report["spend"]["judge_calls"])
    assert re.search(r"cost [\d.]+, [\d.]+ a case, of it the judge", Path(report["folder"], "report.md").read_text())


def test_probe_asks_a_sound_judge_anew_each_time_and_says_what_it_cost(
    court: Courtroom, repository: GitRepository, capsys: pytest.CaptureFixture[str]
) -> None:
    """A judge that gives every probe its right score passes; another answer to one of them is shown."""
    right = {probe.question().turns[1]: probe.right for probe in PROBES}
    wrong = set[str]()

    def sound(system: str, messages: Sequence[Mapping[str, Any]]) -> str:
        turn = max((text for text in right if text in messages[0]["content"]), key=len)
        scores = {name: 2 - min(value) if turn in wrong else min(value) for name, value in right[turn].items()}
        quote = " ".join(turn.rpartition("Agent: ")[2].split()[:9])
        return json.dumps({name: {"reason": "it is so", "quote": quote, "score": one} for name, one in scores.items()})

    court.bench.rule = sound
    repository.commit({"agent/prompt.md": "x", "agent-gate.yml": configured(court), **suite(1)})
    assert main(["calibrate", "probe"]) == ExitCode.PASS
    said = capsys.readouterr().out
    assert f"{len(PROBES)} of {len(PROBES)} probes passed" in said
    assert f"asked {len(PROBES)} times, {len(PROBES) * 100:,} tokens in" in said
    wrong.add(PROBES[0].question().turns[1])
    assert main(["calibrate", "probe", "--json"]) == ExitCode.BLOCKED
    found = json.loads(capsys.readouterr().out)
    assert [one["probe"] for one in found["probes"] if not one["passed"]] == [PROBES[0].name]
    assert len(court.bench.asked) == 2 * len(PROBES)


def test_half_an_emoji_of_agent_or_judge_ends_no_run(
    court: Courtroom, repository: GitRepository, capsys: pytest.CaptureFixture[str]
) -> None:
    """A model that is cut off may leave half of a surrogate pair, which no file can hold."""
    court.chat = endpoint(lambda system, messages: says("Good day, you \ud83d and welcome."))
    court.bench.rule = lambda system, messages: verdict(2, "Good day, you").replace("turn 1", "turn 1 \\ud83d")
    begin(repository, configured(court))
    report = report_of(capsys, "run", "--base", "main")
    assert report["decision"]["conclusion"] == "pass"
    assert "Good day, you \ufffd and" in court.bench.asked[0]["messages"][1]["content"]
