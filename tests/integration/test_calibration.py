"""A live judge from uncalibrated to blocking, through the command line, with people who fill sheets."""

import json
import re
import shutil
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
    assert any("spot check of `shop`: " in note for note in report["decision"]["about_judge"])
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


def calibrated(repository: GitRepository) -> Path:
    """The way of somebody who does it for the first time, up to a judge that may block; the run it began with."""
    assert main(["baseline", "record", "--trials", "5"]) == ExitCode.PASS
    repository.commit()
    repository.write({"agent/prompt.md": "Be rude."})
    main(["run", "--base", "main", "--label", "before"])
    [run] = Path("runs").glob("*/*-before-*")
    runs = [str(run), *map(str, Path("runs").glob("*/*-baseline-*"))]
    assert main(["calibrate", "sample", *runs, "--size", "40", "--rater", "ann", "--rater", "ben"]) == ExitCode.PASS
    [place] = Path("calibration/shop").iterdir()
    fill(place, "ann")
    fill(place, "ben")
    assert main(["calibrate", "agree", str(place)]) == ExitCode.PASS
    repository.write({"agent/prompt.md": "Be polite."})
    repository.commit()
    repository.write({"agent/prompt.md": "Be rude."})
    return run


def test_another_judge_is_stale_until_it_has_scored_what_people_rated(
    repository: GitRepository, capsys: pytest.CaptureFixture[str]
) -> None:
    """What people said stays true; only the judge's own scores have to be made anew."""
    run = calibrated(repository)
    config = Path("agent-gate.yml").read_text()
    repository.write({"agent/prompt.md": "Be polite.", "agent-gate.yml": config.replace("gpt-judge", "gpt-judge-2")})
    repository.commit()
    repository.write({"agent/prompt.md": "Be rude."})

    code, report = verdict(capsys, "run", "--base", "main", "--label", "stale")
    assert (code, report["decision"]["conclusion"]) == (ExitCode.PASS, "pass")
    assert any("advisory on tone (stale" in note for note in report["decision"]["about_judge"])
    _, shown = verdict(capsys, "calibrate", "show")
    assert [one["standing"] for one in shown["shop"]] == ["stale"]

    assert main(["calibrate", "sample", str(run)]) == ExitCode.CONFIGURATION, "nobody should score what counts no more"
    assert "that the judge of today scored" in capsys.readouterr().err

    [stale] = Path("runs").glob("*/*-stale-*")
    assert main(["calibrate", "renew", str(run)]) == ExitCode.PASS, "scored by the judge of then"
    assert main(["calibrate", "renew", str(stale)]) == ExitCode.PASS
    assert "tone: calibrated" not in capsys.readouterr().out, "only the rude half was scored anew"
    assert main(["aa", "--trials", "2"]) in {ExitCode.PASS, ExitCode.COULD_NOT_TELL}
    [polite] = Path("runs").glob("*/*-aa-*")
    capsys.readouterr()
    assert main(["calibrate", "renew", str(stale), str(polite)]) == ExitCode.PASS
    assert "tone: calibrated" in capsys.readouterr().out
    assert main(["calibrate", "renew", str(Path("runs"))]) == ExitCode.CONFIGURATION


def test_runs_scored_again_by_the_judge_of_today_renew_what_people_said(
    repository: GitRepository, capsys: pytest.CaptureFixture[str]
) -> None:
    run = calibrated(repository)
    config = Path("agent-gate.yml").read_text()
    repository.write({"agent/prompt.md": "Be polite.", "agent-gate.yml": config.replace("gpt-judge", "gpt-judge-2")})
    runs = [str(run), *map(str, Path("runs").glob("*/*-baseline-*"))]
    for one in runs:
        main(["score", one])
    capsys.readouterr()
    assert main(["calibrate", "renew", *runs]) == ExitCode.PASS
    said = capsys.readouterr()
    assert "tone: calibrated" in said.out
    assert "40 of 40 rated lines of shop have scores of the judge of today" in said.err
    before = (run / "scores.jsonl").read_text()
    main(["score", str(run), "--as-run"])
    assert (run / "scores.jsonl").read_text() != before, "as it was run: by the judge of then"


def test_a_pull_request_cannot_raise_its_own_judge(
    repository: GitRepository, capsys: pytest.CaptureFixture[str]
) -> None:
    """Neither a calibration nor a lower bar of its own counts; both are named beside the result."""
    main(["run", "--base", "main", "--label", "before"])
    [run] = Path("runs").glob("*/*-before-*")
    items = [
        {
            "case": f"case-{number}", "dimension": "tone", "question": f"{number:064x}", "rubric": "r",
            "judge": "a" * 64, "score": number % 2 * 2, "reason": "",
            "ratings": [{"rater": "me", "score": number % 2 * 2, "date": "2026-11-23", "reason": ""}],
        }
        for number in range(1, 60)
    ]  # fmt: skip
    config = Path("agent-gate.yml").read_text() + "calibration: {agreement: 0.01}\n"
    repository.write(
        {
            "agent/prompt.md": "Be rude.",
            "agent-gate.yml": config,
            "calibration/shop.json": json.dumps({"schema": 1, "agent": "shop", "items": items}),
        }
    )
    code, report = verdict(capsys, "run", "--base", "main")
    assert (code, report["decision"]["conclusion"]) == (ExitCode.PASS, "pass")
    changed = {change["path"] for change in report["plan"]["gate_changes"]}
    assert {"calibration/shop.json", "agent-gate.yml"} <= changed
    assert run.is_dir()


def test_everything_wrong_in_all_sheets_is_said_at_once_and_nothing_is_taken(
    repository: GitRepository, capsys: pytest.CaptureFixture[str]
) -> None:
    main(["run", "--base", "main", "--full", "--label", "one"])
    [run] = Path("runs").glob("*/*-one-*")
    assert main(["calibrate", "sample", str(run), "--rater", "ann", "--rater", "ben"]) == ExitCode.PASS
    [place] = Path("calibration/shop").iterdir()
    fill(place, "ann")
    sheet = place / "sheet-ann.md"
    intro, first, second, third, fourth, *rest = sheet.read_text().split("- tone: 2 kind")
    sheet.write_text(
        intro + first + "- tone: good" + second + "- tone: 7" + third.replace("## t", "## x", 1) + "- tone: 2" + fourth
        + "- tone: 2 kind" + "- tone: 2 kind".join(rest)
    )  # fmt: skip
    rows = (place / "sheet-ben.csv").read_text("utf-8-sig").splitlines()
    rows[1:4] = [f"{rows[1].rstrip(',')},2,", f"{rows[1].rstrip(',')},0,", "t000000000000,case-1,tone,2,typed by hand"]
    (place / "sheet-ben.csv").write_text("\ufeff" + "\r\n".join(rows).replace(",", ";"), encoding="utf-8")
    capsys.readouterr()

    assert main(["calibrate", "agree", str(place)]) == ExitCode.CONFIGURATION

    said = capsys.readouterr().err
    for problem in (
        "'good' is no score",
        "'7' is no score",
        "names no trial",
        "stands below no trial",
        "has two scores",
        "tone of trial t000000000000 was not sampled",
        "nothing was taken in",
    ):
        assert problem in said, said
    assert len(re.findall(r"sheet-(?:ann\.md|ben\.csv):\d+: ", said)) == 6
    assert not Path("calibration/shop.json").exists()


def test_sheets_may_be_taken_in_as_often_as_anybody_likes(
    repository: GitRepository, capsys: pytest.CaptureFixture[str]
) -> None:
    """Neither the day a score was given nor who gave it changes by it, and nobody is counted who is not known."""
    main(["run", "--base", "main", "--full", "--label", "one"])
    [run] = Path("runs").glob("*/*-one-*")
    assert main(["calibrate", "sample", str(run), "--rater", "ann", "--rater", "Ann"]) == ExitCode.CONFIGURATION
    assert main(["calibrate", "sample", str(run), "--rater", "ann"]) == ExitCode.PASS
    [place] = Path("calibration/shop").iterdir()
    fill(place, "ann")
    assert main(["calibrate", "agree", str(place)]) == ExitCode.PASS
    kept = Path("calibration/shop.json")
    long_ago = re.sub(r'"date": "[^"]*"', '"date": "2025-01-31"', kept.read_text())
    kept.write_text(long_ago)
    (place / "sheet-Ann.md").write_text((place / "sheet-ann.md").read_text())
    assert main(["calibrate", "agree", str(place)]) == ExitCode.PASS
    assert kept.read_text() == long_ago

    (place / "sheet-ann.md").rename(place / "sheet-you.md")
    repository.git("config", "user.name", "")
    capsys.readouterr()
    assert main(["calibrate", "agree", str(place)]) == ExitCode.CONFIGURATION
    assert "who filled sheet-you of" in capsys.readouterr().err
    assert main(["calibrate", "show"]) == ExitCode.PASS


def test_a_filled_sheet_outlives_another_report_of_its_run(
    repository: GitRepository, capsys: pytest.CaptureFixture[str]
) -> None:
    repository.write({"agent/prompt.md": "Be rude."})
    main(["run", "--base", "main", "--label", "one"])
    [run] = Path("runs").glob("*/*-one-*")
    place = run / "spot-check" / "shop"
    fill(place)
    filled = (place / "sheet-you.md").read_text().replace("0 rude", "0 rude to ben@people.example")
    (place / "sheet-you.md").write_text(filled)
    main(["report", str(run)])
    assert (place / "sheet-you.md").read_text() == filled
    assert main(["calibrate", "agree", str(place), "--rater", "ann"]) == ExitCode.PASS
    [*drafts] = Path("fixtures").rglob("from-people/*.md")
    assert len(drafts) >= 1, "what somebody scored 0 is drafted"
    assert "Go away" in drafts[0].read_text()
    assert "tone 0 (rude to [email 1])" in drafts[0].read_text()
    assert main(["lint"]) == ExitCode.PASS
    for draft in drafts:
        draft.unlink()
    assert main(["calibrate", "agree", str(place), "--rater", "Ann"]) == ExitCode.PASS
    assert not [*Path("fixtures").rglob("from-people/*.md")], "what somebody removed was looked at"


def test_a_spot_check_is_a_tenth_and_the_same_however_often_it_is_drawn(repository: GitRepository) -> None:
    repository.write({"agent/prompt.md": "Be rude."})
    main(["run", "--base", "main", "--label", "one"])
    [run] = Path("runs").glob("*/*-one-*")
    place = run / "spot-check" / "shop"
    drawn = (place / "sample.json").read_text()
    judged = [line for line in (run / "scores.jsonl").read_text().splitlines() if '"head"' in line and "judge:" in line]
    assert 1 <= len(json.loads(drawn)["items"]) <= round(len(judged) / 10)
    shutil.rmtree(place)
    main(["report", str(run)])
    assert (place / "sample.json").read_text() == drawn
    [note] = [line for line in (run / "report.md").read_text().splitlines() if "spot check of" in line]
    assert all(item["case"] in note for item in json.loads(drawn)["items"])
