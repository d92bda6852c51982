"""What people say of a spot check reaches the org that answered, where its driver is configured to give it."""

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest

from gate.cli.main import main
from gate.errors import ExitCode
from tests.loopback.judge import KEY, Bench
from tests.loopback.org import SECRETS, FakeOrg, Step, moved
from tests.loopback.server import serving
from tests.trees import GitRepository

FIXTURE = """---
id: {name}
dimensions: [tone]
severity: P0
---

## Input transcript

User: Hello, this is {name}.
"""


def clerk(definition: str, said: Sequence[str]) -> tuple[str, Sequence[Step]]:
    """Rude to every second case."""
    found = re.findall(r"case-(\d)", said[-1])
    rude = bool(found) and int(found[0]) % 2 == 1
    return ("Go away." if rude else "Good day and welcome."), [moved("Router", "Orders")]


def judge(system: str, messages: Sequence[Mapping[str, Any]]) -> str:
    reply = re.findall(r"Agent: (.*)", messages[0]["content"])[-1]
    return json.dumps({"tone": {"reason": "turn 1 is so", "quote": reply, "score": 2}})


@pytest.fixture
def org(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[FakeOrg]:
    root = tmp_path / "repository"
    org = FakeOrg(clerk)
    with serving(org) as server, serving(Bench(judge)) as bench:
        org.url = server.url
        repository = GitRepository(root)
        monkeypatch.chdir(root)
        monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
        for name, value in {**SECRETS, "SF_INSTANCE_URL": server.url, "OPENAI_API_KEY": KEY}.items():
            monkeypatch.setenv(name, value)
        config = f"""version: 1
agents:
  shop:
    source: [agent]
    driver: {{type: agentforce, agent: Support, feedback: true}}
judge: {{provider: openai, base_url: "{bench.url}", model: gpt-judge, resolved: judge-1-2026}}
calibration: {{spot_check: 1.0}}
"""
        cases = {f"fixtures/case-{n}.md": FIXTURE.format(name=f"case-{n}") for n in range(4)}
        repository.commit({"agent/prompt.md": "x", "agent-gate.yml": config, **cases})
        repository.write({"agent/prompt.md": "y"})
        yield org


def spot_check() -> Path:
    main(["run", "--base", "main"])
    [run] = Path("runs").glob("*/*")
    return run / "spot-check" / "shop"


def fill(place: Path) -> None:
    sheet = place / "sheet-you.md"
    parts = re.split(r"(?m)^(?=## )", sheet.read_text())
    sheet.write_text("".join(re.sub(r"(?m)^- tone: $", _said(part), part) for part in parts))


def _said(part: str) -> str:
    if "case-2" in part:
        return "- tone: 1 so-so"
    return "- tone: 0 rude" if "Go away" in part else "- tone: 2"


def test_good_and_bad_are_told_once_each_with_the_session_they_are_of(
    org: FakeOrg, capsys: pytest.CaptureFixture[str]
) -> None:
    place = spot_check()
    fill(place)
    assert main(["calibrate", "agree", str(place), "--rater", "ann"]) == ExitCode.PASS

    assert sorted((given["feedback"], given.get("text", "")) for _, given in org.feedback) == [
        ("BAD", "tone: rude"), ("BAD", "tone: rude"), ("GOOD", "")
    ]  # fmt: skip
    assert len({session for session, _ in org.feedback}) == 3
    assert all(session in org.sessions and given["feedbackId"] for session, given in org.feedback)
    assert "was told what people said of 3 trials" in capsys.readouterr().err

    assert main(["calibrate", "agree", str(place), "--rater", "ann"]) == ExitCode.PASS
    assert len(org.feedback) == 3, "what was told before is not told again"


def test_an_org_that_takes_no_feedback_changes_nothing_else(org: FakeOrg, capsys: pytest.CaptureFixture[str]) -> None:
    place = spot_check()
    fill(place)
    org.sessions.clear()
    assert main(["calibrate", "agree", str(place), "--rater", "ann"]) == ExitCode.PASS
    assert "did not take all feedback: 404" in capsys.readouterr().err
    assert json.loads(Path("calibration/shop.json").read_text())["items"]


def test_without_the_setting_nothing_is_told(org: FakeOrg) -> None:
    config = Path("agent-gate.yml")
    config.write_text(config.read_text().replace(", feedback: true", ""))
    GitRepository(Path.cwd()).commit()
    Path("agent/prompt.md").write_text("z")
    place = spot_check()
    fill(place)
    assert main(["calibrate", "agree", str(place), "--rater", "ann"]) == ExitCode.PASS
    assert org.feedback == []
