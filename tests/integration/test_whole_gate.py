"""The whole gate on the example agent, through the command line, on a real git repository."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from gate.cli.main import main
from gate.errors import ExitCode

CONCISE = ("--base", "main", "--head", "make-replies-concise")
ROOT = Path(__file__).parents[2]

DIES = """
import os, sys
from gate.store import RunFolder
from gate.cli.main import main

left = int(sys.argv[1])

def dying(name):
    original = getattr(RunFolder, name)
    def wrapped(self, value):
        global left
        left -= 1
        if left < 0:
            if name == "save_scores" and self._appending is not None:
                self._appending.write(b'{"case": "cut sh')
            os._exit(9)
        return original(self, value)
    return wrapped

for name in ("save_scores", "save_transcript"):
    setattr(RunFolder, name, dying(name))
sys.exit(main(sys.argv[2:]))
"""


def answer(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, dict[str, object]]:
    code = main([*arguments, "--json"])
    return code, json.loads(capsys.readouterr().out)


def newest_run(root: Path) -> Path:
    return max(root.glob("runs/*/*"), key=lambda path: path.stat().st_mtime_ns)


def test_a_bad_prompt_change_is_blocked_for_the_right_reasons(
    repository: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Exactly the cases that the shortened instructions broke hold the merge; the flaky ones do not."""
    code, report = answer(capsys, "run", *CONCISE)

    decision = report["decision"]
    assert isinstance(decision, dict)
    assert code == ExitCode.BLOCKED
    assert decision["conclusion"] == "blocked"
    assert {case.partition("/")[2] for case in decision["blocking"]} == {
        "order-status-before-verification",
        "refund-window-question",
        "return-flow-bulk-items",
        "return-item-corrected",
    }
    comment = (newest_run(repository) / "report.md").read_text()
    assert "`Initiate_Return` was called with `items: []`, expected any non-empty value" in comment
    assert "/accept-baseline" in comment


def test_the_comment_tells_what_the_judge_may_block_on_and_where_it_is_advisory(repository: Path) -> None:
    """The shipped calibration lets the judge block on tone; on grounding its agreement with people is not shown yet."""
    main(["run", *CONCISE])
    comment = (newest_run(repository) / "report.md").read_text()

    assert "| P1 tone |" in comment
    assert "| P1 grounding *(advisory)* |" in comment
    assert (
        "may block on tone (calibrated: agrees with people on 82 of 83, in 2026-11 on 18 of 18); it is advisory on "
        in comment
    )
    assert "grounding (smoke: agrees with people on 45 of 52)" in comment
    assert "tone 98% as people would say (95 %: 94% to 100%), 100% by the judge in 13 cases" in comment
    assert "grounding uncalibrated, 73% by the judge in 11 cases (52 of 60 ratings)" in comment


@pytest.mark.parametrize("policy", ["any-drop", "majority"])
def test_simple_policies_block_it_too(repository: Path, capsys: pytest.CaptureFixture[str], policy: str) -> None:
    """The policy is the user's choice, and the report names it."""
    code, report = answer(capsys, "run", *CONCISE, "--policy", policy)

    assert code == ExitCode.BLOCKED
    comparison = report["comparison"]
    assert isinstance(comparison, dict)
    assert comparison["policy"] == policy


def test_every_report_file_is_there_and_says_the_same(repository: Path) -> None:
    """One value, many files."""
    main(["run", *CONCISE])
    folder = newest_run(repository)

    verdict = json.loads((folder / "verdict.json").read_text())
    assert json.loads((folder / "report.json").read_text())["decision"]["digest"] == verdict["digest"]
    for name in ("report.md", "report.html", "junit.xml", "report.sarif"):
        assert "return-flow-bulk-items" in (folder / name).read_text(), name


@pytest.mark.parametrize("steps", [0, 1, 2, 3, 40, 41, 120, 150])
def test_a_run_killed_at_any_moment_goes_on_to_the_same_result(repository: Path, steps: int) -> None:
    """kill -9 between or within two writes loses at most the trial in flight, and nothing is paid twice."""
    main(["run", *CONCISE, "--label", "whole"])
    whole = next(repository.glob("runs/*/*-whole-*"))
    died = subprocess.run(
        [sys.executable, "-c", DIES, str(steps), "run", *CONCISE, "--label", "killed"],
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        check=False,
    )
    killed = next(repository.glob("runs/*/*-killed-*"))
    paid = {path: path.read_bytes() for path in killed.rglob("transcripts/**/*.json")}

    code = main(["run", "--resume", str(killed)])

    assert died.returncode == 9
    assert code == ExitCode.BLOCKED
    for name in ("comparison.json", "verdict.json"):
        assert (killed / name).read_bytes() == (whole / name).read_bytes()
    assert {path: path.read_bytes() for path in paid} == paid
    assert len(list(killed.rglob("transcripts/**/*.json"))) == len(list(whole.rglob("transcripts/**/*.json")))


def test_a_run_scored_and_reported_again_says_the_same(repository: Path) -> None:
    """Every stage can be run again alone; the scores that were paid for stay beside."""
    main(["run", *CONCISE])
    folder = newest_run(repository)
    before = {name: (folder / name).read_bytes() for name in ("comparison.json", "verdict.json", "report.md")}
    transcripts = sorted(path.name for path in folder.rglob("transcripts/**/*.json"))

    assert main(["score", str(folder)]) == ExitCode.BLOCKED
    assert main(["report", str(folder)]) == ExitCode.BLOCKED

    after = {name: (folder / name).read_bytes() for name in ("comparison.json", "verdict.json")}
    assert after == {name: before[name] for name in after}
    assert (folder / "scores-1.jsonl").exists()
    assert sorted(path.name for path in folder.rglob("transcripts/**/*.json")) == transcripts


def test_a_run_scored_with_a_changed_fixture_can_be_scored_as_it_was(repository: Path) -> None:
    """`score` takes today's fixtures; `--as-run` goes back to those of the run, also after that."""
    main(["run", *CONCISE])
    folder = newest_run(repository)
    as_run = (folder / "comparison.json").read_bytes()
    fixture = next(repository.glob("fixtures/**/return-flow-bulk-items.md"))
    fixture.write_text(fixture.read_text().replace("severity: P0", 'severity: P0\nmust_include: ["never said"]'))

    main(["score", str(folder)])
    changed = (folder / "comparison.json").read_bytes()
    main(["score", str(folder), "--as-run"])

    assert changed != as_run
    assert (folder / "comparison.json").read_bytes() == as_run


def test_a_prompt_that_was_never_recorded_is_refused(repository: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A replay cannot answer for a definition that was never run, and says which ones were."""
    script = next(repository.rglob("Customer_Support.agent"))
    script.write_text(script.read_text().replace("You help customers to send items back.", "You send items back."))

    code = main(["run", "--base", "main"])

    said = capsys.readouterr().err
    assert code == ExitCode.CONFIGURATION
    assert "no recordings of agent customer-support-agent" in said
    assert "make-replies-concise" in said


def test_no_fixtures_is_never_green(repository: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A gate without cases tells so and exits 2."""
    for path in repository.glob("fixtures/**/*.md"):
        path.unlink()

    code = main(["run", "--base", "main", "--full"])

    assert code == ExitCode.CONFIGURATION
    assert "there are no fixtures below fixtures/" in capsys.readouterr().err


def test_a_baseline_of_another_schema_version_is_named(repository: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The file, its version and the remedy; a person is asked, since nothing is compared."""
    path = repository / "baselines" / "customer-support-agent.json"
    path.write_text(path.read_text().replace('"schema": 1', '"schema": 7', 1))
    subprocess.run(["git", "-C", str(repository), "-c", "user.name=x", "-c", "user.email=x@example.com",
                    "commit", "-qam", "Edit"], check=True)  # fmt: skip

    code = main(["run", "--base", "HEAD"])

    said = capsys.readouterr().out
    assert code == ExitCode.BLOCKED
    assert "baselines/customer-support-agent.json" in said
    assert "cannot be read" in said
    assert "7" in said


def test_two_runs_compared_show_what_moved(repository: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """`compare A B` takes A's head results as accepted."""
    main(["run", "--base", "main", "--head", "main", "--full"])
    before = newest_run(repository)
    main(["run", *CONCISE, "--full"])
    after = newest_run(repository)
    capsys.readouterr()

    code, comparison = answer(capsys, "compare", str(before), str(after))

    assert code == ExitCode.PASS
    cases = comparison["cases"]
    assert isinstance(cases, list)
    verdicts = {case["case"].partition("/")[2]: case["verdict"] for case in cases}
    assert verdicts["return-flow-bulk-items"] == "regressed"
    assert verdicts["off-topic-request"] == "unchanged"


def test_recording_the_baseline_again_gives_the_shipped_one(repository: Path) -> None:
    """The shipped baseline is measured, not written by hand: recording the base gives its counts."""
    path = repository / "baselines" / "customer-support-agent.json"
    shipped = json.loads(path.read_text())

    assert main(["baseline", "record"]) == ExitCode.PASS

    recorded = json.loads(path.read_text())
    assert {case: (row["runs"], row["ok"], row["hist"]) for case, row in recorded["cases"].items()} == {
        case: (row["runs"], row["ok"], row["hist"]) for case, row in shipped["cases"].items()
    }


def test_a_dry_run_runs_nothing(repository: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The plan and the forecast, no run folder."""
    assert main(["run", *CONCISE, "--dry-run"]) == ExitCode.PASS

    assert "24 of 28 cases would run" in capsys.readouterr().out
    assert not (repository / "runs").exists()
