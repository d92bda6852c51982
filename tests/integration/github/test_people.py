"""From a scheduled run's spot check over comments and reactions into the calibration, and into draft fixtures."""

import json
from pathlib import Path

import pytest

from gate.cli.main import main
from gate.errors import ExitCode
from gate.fixtures.parsing import parse
from gate.model.words import Status
from tests.integration.github.jobs import Step, git, open_pull, pull_request_event
from tests.integration.github.stub import BOT, REPOSITORY, Json, person

ISSUE = 57
AGENT = "customer-support-agent"


@pytest.fixture
def asking(step: Step, monkeypatch: pytest.MonkeyPatch) -> Step:
    """The example's repository with an issue in which people are asked, and a shell in it."""
    monkeypatch.chdir(step.root)
    config = step.root / "agent-gate.yml"
    config.write_text(config.read_text() + f"calibration: {{issue: {ISSUE}, comments: 4, spot_check: 0.2}}\n")
    git(step.root, "commit", "--quiet", "--all", "--message", "Ask people")
    step.environment |= {"GITHUB_SHA": git(step.root, "rev-parse", "main"), "GITHUB_REF": "refs/heads/main"}
    step.stub.state.add_pull(ISSUE, head="a" * 40, base="b" * 40)
    for name, value in {
        "GITHUB_TOKEN": "ghs_writer", "GITHUB_REPOSITORY": REPOSITORY, "GITHUB_API_URL": step.stub.url
    }.items():  # fmt: skip
        monkeypatch.setenv(name, value)
    return step


def comments(step: Step) -> list[Json]:
    return list(step.stub.state.comments[ISSUE])


def scheduled(step: Step) -> Path:
    assert step.run("schedule", {"schedule": "0 3 * * *"}) == ExitCode.PASS
    return step.root / step.outputs["run-folder"] / "spot-check" / AGENT


def test_people_rate_by_reactions_and_what_they_find_bad_becomes_a_draft(
    asking: Step, capsys: pytest.CaptureFixture[str]
) -> None:
    place = scheduled(asking)
    asked = comments(asking)
    assert len(asked) == 4
    assert all(one["user"] == BOT and "👎 for 0" in one["body"] for one in asked)
    assert f"4 judged trials wait for a reaction in issue {ISSUE}" in asking.summary

    state = asking.stub.state
    state.permissions |= {"ann": "write", "eve": "read"}
    state.react(asked[0]["id"], "-1", person("ann"))
    state.react(asked[1]["id"], "+1", person("ann"))
    state.react(asked[2]["id"], "+1", person("eve"))
    state.react(asked[3]["id"], "+1", {"login": "helper[bot]", "type": "Bot"})
    before = json.loads(Path(f"calibration/{AGENT}.json").read_text())
    capsys.readouterr()
    assert main(["calibrate", "agree", str(place), "--reactions"]) == ExitCode.PASS

    said = capsys.readouterr().err
    assert "2 reactions were taken from issue 57" in said
    assert "reactions of eve count for nothing" in said
    after = json.loads(Path(f"calibration/{AGENT}.json").read_text())
    rated = {one["rater"]: one for item in after["items"] for one in item["ratings"] if item not in before["items"]}
    assert {one["score"] for item in after["items"] for one in item["ratings"] if one["rater"] == "ann"} == {0, 2}
    assert rated["ann"]["date"].startswith("2026-11-")
    assert "eve" not in rated
    [draft] = Path("fixtures").rglob("from-people/*.md")
    case = parse(draft.read_text(), str(draft), agent=AGENT)
    assert (case.status, case.id) == (Status.EXPLORATORY, draft.stem)
    assert "A person said of trial" in draft.read_text()
    assert main(["lint"]) == ExitCode.PASS


def test_the_next_run_asks_about_other_trials_and_a_pull_request_about_none(asking: Step) -> None:
    scheduled(asking)
    first = {one["body"].partition("\n")[0] for one in comments(asking)}
    scheduled(asking)
    assert len({one["body"].partition("\n")[0] for one in comments(asking)}) == len(comments(asking))
    assert first < {one["body"].partition("\n")[0] for one in comments(asking)}

    known = len(comments(asking))
    open_pull(asking, "make-replies-concise")
    asking.run("pull_request", pull_request_event(asking.stub, "opened"))
    assert len(comments(asking)) == known


def test_without_the_permission_the_run_says_so_and_stands(asking: Step, capsys: pytest.CaptureFixture[str]) -> None:
    asking.stub.state.fail("POST", f"/issues/{ISSUE}/comments", 403, times=9)
    assert asking.run("schedule", {"schedule": "0 3 * * *"}) == ExitCode.PASS
    assert "`issues: write`" in asking.summary.replace("\\", "")
    assert comments(asking) == []


def test_where_nobody_is_asked_reactions_cannot_be_taken(
    step: Step, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(step.root)
    git(step.root, "checkout", "--quiet", "main")
    assert main(["calibrate", "agree", ".", "--reactions"]) == ExitCode.CONFIGURATION
    assert "holds no sample.json" in capsys.readouterr().err
    (step.root / "sample.json").write_text(f'{{"schema": 1, "agent": "{AGENT}", "items": []}}')
    assert main(["calibrate", "agree", ".", "--reactions"]) == ExitCode.CONFIGURATION
    assert "set `calibration.issue`" in capsys.readouterr().err
