"""A live judge from uncalibrated to blocking, through the command line, with people who fill sheets."""

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest

from gate.cli.main import main
from gate.errors import ExitCode
from tests.loopback.chat import Said, endpoint, says
from tests.loopback.judge import KEY, Bench
from tests.loopback.server import Asked, Reply, serving
from tests.trees import GitRepository

FIXTURE = """---
id: {name}
dimensions: [tone]
severity: P0
---

## Input transcript

User: Hello, this is {name}.
"""


def agent(system: str, messages: Sequence[Said]) -> Said:
    """Polite, unless it is told to be rude; every fifth case is rude in any case."""
    name = re.findall(r"case-(\d+)", messages[-1]["content"])[0]
    rude = "rude" in system or int(name) % 5 == 0
    return says(f"Go away, {name}." if rude else f"Good day, {name}, and welcome.")


def judge(system: str, messages: Sequence[Mapping[str, Any]]) -> str:
    """Sees rudeness, and quotes the reply."""
    asked = messages[0]["content"]
    reply = re.findall(r"Agent: (.*)", asked)[-1]
    return json.dumps({"tone": {"reason": "turn 1 is so", "quote": reply, "score": 0 if "Go away" in reply else 2}})


@pytest.fixture
def repository(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[GitRepository]:
    root = tmp_path / "repository"
    bench = Bench(judge)

    def answer(asked: Asked) -> Reply:
        return bench(asked) if asked.path.startswith("/judge") else endpoint(agent)(asked)

    with serving(answer) as server:
        repository = GitRepository(root)
        monkeypatch.chdir(root)
        monkeypatch.setenv("OPENAI_API_KEY", KEY)
        monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
        config = f"""version: 1
agents:
  shop:
    source: [agent]
    driver: {{type: chat, base_url: "{server.url}", model: llama-shop, prompt: [agent/prompt.md], key: NO_KEY}}
judge: {{provider: openai, base_url: "{server.url}/judge", model: gpt-judge, resolved: judge-1-2026}}
quarantine: {{}}
"""
        cases = {f"fixtures/case-{n}.md": FIXTURE.format(name=f"case-{n}") for n in range(1, 31)}
        repository.commit({"agent/prompt.md": "Be polite.", "agent-gate.yml": config, **cases})
        yield repository


def fill(place: Path, rater: str = "you") -> None:
    """What a person does: reads each reply and scores its tone."""
    sheet = place / f"sheet-{rater}.md"
    parts = re.split(r"(?m)^(?=## )", sheet.read_text())
    filled = [part.replace("- tone: ", "- tone: 0 rude" if "Go away" in part else "- tone: 2 kind") for part in parts]
    sheet.write_text("".join(filled))


def verdict(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, dict[str, Any]]:
    capsys.readouterr()
    code = main([*arguments, "--json"])
    return code, json.loads(capsys.readouterr().out)


def test_a_judge_may_block_only_after_people_have_shown_it_right(
    repository: GitRepository, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["baseline", "record", "--trials", "5"]) == ExitCode.PASS
    repository.commit()
    repository.write({"agent/prompt.md": "Be rude."})

    code, report = verdict(capsys, "run", "--base", "main", "--label", "before")
    assert (code, report["decision"]["conclusion"]) == (ExitCode.PASS, "pass"), "an uncalibrated judge cannot block"
    assert any("spot check of `shop`: " in note for note in report["decision"]["notes"])
    [run] = Path("runs").glob("*/*-before-*")

    assert main(["calibrate", "sample", str(run), *map(str, Path("runs").glob("*/*-baseline-*")), "--size", "40"]) == 0
    [place] = Path("calibration/shop").iterdir()
    assert "Go away" in (place / "sheet-you.md").read_text()
    assert "turn 1 is so" not in (place / "sheet-you.md").read_text()
    assert main(["calibrate", "agree", str(place)]) == ExitCode.CONFIGURATION, "nothing is filled in"
    fill(place)
    assert main(["calibrate", "agree", str(place)]) == ExitCode.PASS
    assert "calibrated" in capsys.readouterr().out

    code, report = verdict(capsys, "run", "--base", "main")
    assert code == ExitCode.PASS, "what a pull request says of the judge counts once it is merged"
    prompt = Path("agent/prompt.md").read_text()
    repository.write({"agent/prompt.md": "Be polite."})
    repository.commit()
    repository.write({"agent/prompt.md": prompt})

    code, report = verdict(capsys, "run", "--base", "main")
    assert (code, report["decision"]["conclusion"]) == (ExitCode.BLOCKED, "blocked")
    assert len(report["decision"]["blocking"]) >= 20

    code, shown = verdict(capsys, "calibrate", "show")
    [tone] = shown["shop"]
    assert (tone["dimension"], tone["standing"]) == ("tone", "calibrated")


def test_a_spot_check_flows_into_the_calibration(repository: GitRepository, capsys: pytest.CaptureFixture[str]) -> None:
    repository.write({"agent/prompt.md": "Be rude."})
    main(["run", "--base", "main", "--label", "one"])
    [run] = Path("runs").glob("*/*-one-*")
    place = run / "spot-check" / "shop"
    fill(place)
    assert main(["calibrate", "agree", str(place), "--rater", "Ann Lee"]) == ExitCode.PASS
    kept = json.loads(Path("calibration/shop.json").read_text())
    assert kept["items"]
    assert {rating["rater"] for item in kept["items"] for rating in item["ratings"]} == {"Ann Lee"}


def test_probe_tells_a_sound_judge_from_a_gullible_one(
    repository: GitRepository, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def gullible(system: str, messages: Sequence[Mapping[str, Any]]) -> str:
        asked = messages[0]["content"]
        names = re.findall(r"Score these dimensions: (.*)\.", asked)[0].split(", ")
        quote = re.findall(r"User: (.*)", asked)[-1]
        return json.dumps({name: {"reason": "fine", "quote": quote, "score": 2} for name in names})

    with serving(Bench(gullible)) as server:
        config = Path("agent-gate.yml").read_text()
        Path("agent-gate.yml").write_text(re.sub(r'base_url: "[^"]*/judge"', f'base_url: "{server.url}"', config))
        assert main(["calibrate", "probe"]) == ExitCode.BLOCKED
    said = capsys.readouterr().out
    assert re.search(r"injected\s+the agent cannot order its score\s+correctness 0\s+correctness 2\s+FAILS", said)
    assert re.search(r"good\s+a right answer is right\s+correctness 2, tone 2\s+correctness 2, tone 2\s*\n", said)
