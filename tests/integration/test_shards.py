"""One run split over several jobs and joined again, through the command line."""

import json
import shutil
from pathlib import Path

import pytest

from gate.cli.main import main
from gate.errors import ExitCode

CONCISE = ("--base", "main", "--head", "make-replies-concise")
SAME = ("--base", "main", "--head", "main")


def run_shards(count: int, *arguments: str) -> list[Path]:
    """Run every shard in its own folder, as separate jobs do."""
    places = [Path(f"shards/{number}-of-{count}") for number in range(1, count + 1)]
    for number, place in enumerate(places, start=1):
        main(["run", *arguments, "--shard", f"{number}/{count}", "--runs", str(place)])
    return places


def merge(places: list[Path], capsys: pytest.CaptureFixture[str]) -> tuple[int, dict[str, object], str]:
    """The exit code of a merge, its report, and what it said to people."""
    capsys.readouterr()
    code = main(["merge", *map(str, places), "--json"])
    said = capsys.readouterr()
    return code, json.loads(said.out), said.err


def verdicts(report: dict[str, object]) -> dict[str, str]:
    """Verdict by case id."""
    comparison = report["comparison"]
    assert isinstance(comparison, dict)
    return {case["case"].partition("/")[2]: case["verdict"] for case in comparison["cases"]}


def decision(report: dict[str, object]) -> dict[str, object]:
    """The decision of a report."""
    found = report["decision"]
    assert isinstance(found, dict)
    return found


def test_merged_shards_decide_as_one_run_would(repository: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The same cases block, and every case that one run has is there."""
    places = run_shards(3, *CONCISE)
    main(["run", *CONCISE, "--runs", "whole"])
    whole = json.loads(next(Path("whole").rglob("report.json")).read_text())

    code, report, _ = merge(places, capsys)

    assert code == ExitCode.BLOCKED
    assert decision(report)["blocking"] == whole["decision"]["blocking"]
    assert verdicts(report).keys() == verdicts(whole).keys()


def test_a_merge_reported_again_says_the_same(repository: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The merged folder is a run folder like any other."""
    _, report, _ = merge(run_shards(2, *CONCISE), capsys)
    folder = next((repository / "runs").glob("*/*-merged-*"))

    assert main(["report", str(folder), "--json"]) == ExitCode.BLOCKED

    again = json.loads(capsys.readouterr().out)
    assert again["decision"] == report["decision"]
    assert again["comparison"] == report["comparison"]


def test_more_shards_than_cases_are_no_gap(repository: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """An empty shard has nothing to do and says so by passing."""
    places = run_shards(3, *SAME, "--case", "off-topic-request")

    code, report, _ = merge(places, capsys)

    assert code == ExitCode.PASS
    assert set(verdicts(report)) == {"off-topic-request"}


@pytest.mark.parametrize("absent", [0, 1, 2])
def test_a_missing_shard_is_never_green(repository: Path, capsys: pytest.CaptureFixture[str], absent: int) -> None:
    """Its cases were planned and never ran, and the report names the shard."""
    places = run_shards(3, *SAME, "--full")
    del places[absent]

    code, report, said = merge(places, capsys)

    assert code == ExitCode.COULD_NOT_TELL
    assert decision(report)["conclusion"] == "infra-failure"
    missing = f"shard {absent + 1} of 3 is missing"
    assert missing in said
    assert missing in next((repository / "runs").rglob("report.md")).read_text()


def test_a_missing_shard_of_cases_that_cannot_block_is_not_green(
    repository: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Planned is planned, whatever the severity."""
    places = run_shards(2, *SAME, "--case", "off-topic-request", "--case", "spanish-greeting")
    plans = {place: json.loads(next(place.rglob("plan.json")).read_text()) for place in places}
    kept = [place for place, plan in plans.items() if plan["selected"][0]["severity"] == "P0"]
    assert len(kept) == 1

    code, report, _ = merge(kept, capsys)

    assert code == ExitCode.COULD_NOT_TELL
    assert decision(report)["conclusion"] == "inconclusive"


def test_a_regression_blocks_although_a_shard_is_missing(repository: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """What was seen to regress blocks, whatever else went wrong."""
    places = run_shards(3, *CONCISE)
    regressed = next(
        place
        for place in places
        if "customer-support-agent/return-flow-bulk-items"
        in json.loads(next(place.rglob("verdict.json")).read_text())["blocking"]
    )

    code, report, said = merge([regressed], capsys)

    assert code == ExitCode.BLOCKED
    assert "return-flow-bulk-items" in str(decision(report)["blocking"])
    assert said.count("is missing: its") >= 2


def test_a_shard_cut_short_is_not_green(repository: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A job that died half-way leaves a run folder with fewer trials than were asked for."""
    places = run_shards(2, *SAME, "--full")
    for transcript in sorted(places[0].rglob("transcripts/*/*/head-1.json"))[:6]:
        shutil.rmtree(transcript.parent)

    code, report, _ = merge(places, capsys)

    assert code == ExitCode.COULD_NOT_TELL
    assert decision(report)["conclusion"] == "infra-failure"


@pytest.mark.parametrize(
    ("other", "why"),
    [
        ((*CONCISE, "--shard", "2/2"), "head commits differ"),
        ((*SAME, "--full", "--shard", "2/3"), "numbers of shards differ"),
        ((*SAME, "--full", "--shard", "2/2", "--policy", "any-drop"), "configurations differ"),
        ((*SAME, "--shard", "2/2", "--case", "off-topic-request"), "fixtures differ"),
    ],
)
def test_shards_of_different_runs_are_refused(
    repository: Path, capsys: pytest.CaptureFixture[str], other: tuple[str, ...], why: str
) -> None:
    """Nothing is merged that was not one plan."""
    main(["run", *SAME, "--full", "--shard", "1/2", "--runs", "one"])
    main(["run", *other, "--runs", "other"])
    capsys.readouterr()

    assert main(["merge", "one", "other"]) == ExitCode.CONFIGURATION

    assert why in capsys.readouterr().err


def test_what_is_no_shard_or_there_twice_is_refused(repository: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A whole run, a folder without one, the same shard again: each with its own words."""
    main(["run", *SAME, "--case", "off-topic-request", "--runs", "whole"])
    for name in ("once", "again"):
        main(["run", *SAME, "--case", "off-topic-request", "--shard", "1/2", "--runs", name])
    Path("empty").mkdir()
    capsys.readouterr()

    for places, words in (
        (["whole"], "is no shard but a run of its own"),
        (["empty"], "there is no run folder in empty"),
        (["once", "again"], "shard 1 is there twice"),
    ):
        assert main(["merge", *places]) == ExitCode.CONFIGURATION
        assert words in capsys.readouterr().err


@pytest.mark.parametrize("text", ["0/2", "3/2", "1", "a/b", "1/0", "1/2/3"])
def test_a_shard_that_cannot_be_is_refused(repository: Path, capsys: pytest.CaptureFixture[str], text: str) -> None:
    """Shards count from 1."""
    with pytest.raises(SystemExit) as stopped:
        main(["run", "--shard", text])

    assert stopped.value.code == ExitCode.CONFIGURATION
    assert text in capsys.readouterr().err
