"""A baseline's life on the default branch, through the command line, on the example agent."""

import json
import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from gate.cli.main import main
from gate.errors import ExitCode
from tests.integration.baseline_life import (
    AGENT,
    BASE,
    BASELINE,
    CONCISE,
    QUOTE,
    RECORDINGS,
    Rows,
    break_recordings,
    cases_of,
    commit_all,
    configure,
    edit_baseline,
    fixture,
    forget_definition,
    git,
    notes_of,
    rows,
    set_counts,
)
from tests.integration.test_whole_gate import DIES, ROOT

NIGHTLY = ("run", "--record-baseline", "--tier", "daily")
STEADY = "address-change-corrected"
"""A P1 case that passes all its trials."""
BULK = "return-flow-bulk-items"
"""A P0 case that the concise replies break."""


@pytest.fixture(autouse=True)
def _in_repository(repository: Path) -> None:
    """Every test works in a repository of its own, on its default branch."""


def run(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, dict[str, Any]]:
    capsys.readouterr()
    code = main([*arguments, "--json"])
    return code, json.loads(capsys.readouterr().out)


def newest_run() -> Path:
    return max(Path("runs").glob("*/*"), key=lambda path: path.stat().st_mtime_ns)


def dying(steps: int, *arguments: str) -> None:
    """Run a command that is killed at its nth write."""
    command = [sys.executable, "-c", DIES, str(steps), *arguments]
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    assert subprocess.run(command, env=environment, capture_output=True, check=False).returncode == 9


def kept(folder: Path) -> dict[Path, bytes]:
    return {path: path.read_bytes() for path in folder.rglob("transcripts/**/*.json")}


def counts(cases: Rows) -> dict[str, tuple[float, float]]:
    return {case: (row["ok"], row["runs"]) for case, row in cases.items()}


class TestTheDefaultBranchKeepsItsBaseline:
    def test_a_nightly_run_has_missing_runs_made(self, capsys: pytest.CaptureFixture[str]) -> None:
        """A case below 95 % gets its 50 runs; what the baseline holds of a recording is not counted again."""
        before = counts(rows())

        code, report = run(capsys, *NIGHTLY)

        assert code == ExitCode.PASS
        after = counts(rows())
        assert after.pop("escalation-asks-for-person")[1] == 50
        before.pop("escalation-asks-for-person")
        assert after == before
        assert "30 trials counted" in notes_of(report)

    def test_a_second_night_finds_nothing_new(self, capsys: pytest.CaptureFixture[str]) -> None:
        """A recorded trial is used once, so the file stays as it is, byte for byte."""
        main(list(NIGHTLY))
        first = BASELINE.read_bytes()

        code, report = run(capsys, *NIGHTLY)

        assert code == ExitCode.PASS
        assert BASELINE.read_bytes() == first
        assert "nothing new counted" in notes_of(report)

    def test_a_branch_without_a_baseline_gets_one(self) -> None:
        """A manual full run bootstraps: 20 runs of each case, 50 of the noisy ones."""
        shipped = counts(rows())
        git("rm", "--quiet", str(BASELINE))
        commit_all()

        code = main(["run", "--record-baseline"])

        made = counts(rows())
        assert code == ExitCode.PASS
        assert made.pop("escalation-asks-for-person")[1] == 50
        assert made.pop("spanish-greeting") == (3, 3)  # exploratory: it decides nothing, so it is not filled up
        assert made == {case: shipped[case] for case in made}
        assert len(made) == 26

    @pytest.mark.parametrize(
        "command",
        [
            ("run", "--record-baseline", "--head", "make-replies-concise"),
            ("baseline", "record", "--top-up", "--ref", "make-replies-concise"),
            ("baseline", "record", "--from", "runs", "--ref", "make-replies-concise"),
        ],
    )
    def test_a_pull_request_never_writes_its_own_baseline(
        self, command: Sequence[str], capsys: pytest.CaptureFixture[str]
    ) -> None:
        """It is refused before anything is paid for."""
        before = BASELINE.read_bytes()

        code = main(list(command))

        assert code == ExitCode.CONFIGURATION
        assert "only what the default branch did is counted" in capsys.readouterr().err
        assert BASELINE.read_bytes() == before
        assert not Path("runs").exists()

    def test_too_many_missing_trials_are_not_a_baseline(self, capsys: pytest.CaptureFixture[str]) -> None:
        """An outage of a few cases leaves the file alone and the run could not tell."""
        for case in (STEADY, BULK, "unclear-request", "order-carrier-down"):
            (RECORDINGS / BASE / f"{case}.json").unlink()
        edit_baseline(set_counts("order-status-in-transit", 9, 10))
        before = BASELINE.read_bytes()

        code, report = run(capsys, *NIGHTLY)

        assert code == ExitCode.COULD_NOT_TELL
        assert "the baseline was left as it is" in notes_of(report)
        assert BASELINE.read_bytes() == before

    def test_more_trials_than_were_recorded_come_by_recording_more(self, capsys: pytest.CaptureFixture[str]) -> None:
        """To go on would ask the same recordings again."""
        before = BASELINE.read_bytes()

        code = main(["baseline", "record", "--trials", "500"])

        said = capsys.readouterr().err
        assert code == ExitCode.COULD_NOT_TELL
        assert "ask for as many trials as were recorded (`--trials`), or record more" in said
        assert "--resume" not in said.rpartition("trials are missing")[2]
        assert BASELINE.read_bytes() == before

    def test_what_is_quarantined_by_hand_is_not_remembered(self) -> None:
        """Failures of a case that is broken for a known reason do not follow it out of quarantine."""
        configure(f"quarantine:\n  {BULK}: {{owner: ana, reason: sandbox is down, until: 2099-12-31}}\n")
        edit_baseline(set_counts(BULK, 10, 10))
        break_recordings(BULK, BASE)

        assert main(list(NIGHTLY)) == ExitCode.PASS

        assert counts(rows())[BULK] == (10, 10)


class TestToppingUp:
    def test_only_missing_runs_are_run(self) -> None:
        """Ten runs are stored, ten are lacking; the steady cases cost nothing."""
        edit_baseline(set_counts(STEADY, 10, 10))

        assert main(["baseline", "record", "--top-up"]) == ExitCode.PASS

        ran = {path.parent.name for path in kept(newest_run())}
        assert ran == {STEADY, "escalation-asks-for-person"}
        assert counts(rows())[STEADY] == (20, 20)

    def test_nothing_lacking_costs_nothing(self, capsys: pytest.CaptureFixture[str]) -> None:
        """The second time the file is not touched and no folder is made."""
        main(["baseline", "record", "--top-up"])
        first, folders = BASELINE.read_bytes(), list(Path("runs").glob("*/*"))

        assert main(["baseline", "record", "--top-up"]) == ExitCode.PASS

        assert "nothing was run" in capsys.readouterr().err
        assert (BASELINE.read_bytes(), list(Path("runs").glob("*/*"))) == (first, folders)

    def test_a_changed_fixture_begins_anew(self) -> None:
        """Other expectations, other number: the row is measured again and its anchor goes."""
        main(["baseline", "record", "--top-up", "--release", "v1"])
        path = fixture(STEADY)
        text = path.read_text().replace("Asks for the new address", "Asks for the address to send it to")
        path.write_text(text.replace("[correctness, grounding, tone]", "[correctness, grounding]"))  # tone may block
        commit_all()

        assert main(["baseline", "record", "--top-up"]) == ExitCode.PASS

        row = rows()[STEADY]
        assert (row["ok"], row["runs"]) == (20, 20)
        assert "anchor" not in row
        assert "anchor" in rows()[BULK]

    def test_the_row_of_a_deleted_case_goes(self) -> None:
        """Also when no case lacks a run."""
        main(["baseline", "record", "--top-up"])
        git("rm", "--quiet", str(fixture(STEADY)))
        commit_all()

        assert main(["baseline", "record", "--top-up"]) == ExitCode.PASS

        assert STEADY not in rows()
        assert len(rows()) == 27


class TestResuming:
    @pytest.mark.parametrize("steps", [1, 30, 75])
    def test_a_recording_goes_on_and_pays_nothing_twice(self, steps: int) -> None:
        main(["baseline", "record", "--trials", "3"])
        whole = BASELINE.read_bytes()
        git("checkout", "--quiet", str(BASELINE))
        dying(steps, "baseline", "record", "--trials", "3")
        died = newest_run()
        paid = kept(died)

        assert main(["baseline", "record", "--resume", str(died)]) == ExitCode.PASS

        assert {path: path.read_bytes() for path in paid} == paid
        assert len(kept(died)) == 3 * 28
        assert counts(rows()) == counts(json.loads(whole)["cases"])

    @pytest.mark.parametrize("steps", [20, 115])
    def test_a_nightly_run_goes_on_to_the_same_baseline(self, steps: int) -> None:
        """Killed while it ran, or while the missing runs were made; going on once more counts nothing again."""
        main(list(NIGHTLY))
        whole = counts(rows())
        git("checkout", "--quiet", str(BASELINE))
        dying(steps, *NIGHTLY, "--label", "killed")
        died = next(Path("runs").glob("*/*-killed-*"))

        assert main(["run", "--resume", str(died), "--record-baseline"]) == ExitCode.PASS
        once = BASELINE.read_bytes()
        assert main(["run", "--resume", str(died), "--record-baseline"]) == ExitCode.PASS

        assert counts(rows()) == whole
        assert BASELINE.read_bytes() == once

    def test_a_run_is_no_recording(self, capsys: pytest.CaptureFixture[str]) -> None:
        main(["run", *QUOTE])

        assert main(["baseline", "record", "--resume", str(newest_run())]) == ExitCode.CONFIGURATION
        assert "agent-gate run --resume" in capsys.readouterr().err


class TestMergedChanges:
    def test_a_merge_forgets_a_tenth_and_adds_the_changes_own_trials(self) -> None:
        """Cases that did not run stay as they are; the same run counts once."""
        main(["run", *QUOTE])
        folder = str(newest_run())
        ran = {path.parent.name: len(list(path.parent.glob("head-*"))) for path in kept(newest_run())}
        git("merge", "--quiet", "--no-ff", "--message", "Merge", "quote-the-policy")

        assert main(["baseline", "record", "--from", folder]) == ExitCode.PASS
        once = BASELINE.read_bytes()
        assert main(["baseline", "record", "--from", folder]) == ExitCode.PASS

        assert BASELINE.read_bytes() == once
        assert {case: row["runs"] for case, row in rows().items()} == {
            case: 0.9 * 20 + ran[case] if case in ran else 20 for case in rows()
        }
        assert rows()["refund-window-question"]["hist"]["grounding"][2] == ran["refund-window-question"]

    def test_trials_of_another_definition_are_not_counted(self, capsys: pytest.CaptureFixture[str]) -> None:
        """Another merge came between: said, and no error."""
        main(["run", *QUOTE])
        before = BASELINE.read_bytes()

        assert main(["baseline", "record", "--from", str(newest_run())]) == ExitCode.PASS

        assert "another definition than the branch has now" in capsys.readouterr().err
        assert BASELINE.read_bytes() == before

    def test_a_blocked_run_that_was_merged_all_the_same_is_refused(self, capsys: pytest.CaptureFixture[str]) -> None:
        main(["run", *CONCISE])
        git("merge", "--quiet", "--no-ff", "--message", "Merge", "make-replies-concise")
        before = BASELINE.read_bytes()

        assert main(["baseline", "record", "--from", str(newest_run())]) == ExitCode.CONFIGURATION

        assert "nobody accepted it" in capsys.readouterr().err
        assert BASELINE.read_bytes() == before

    def test_accepted_rows_are_not_counted_again(self) -> None:
        """A sign-off wrote them with this run's trials; the others are counted."""
        main(["run", *CONCISE])
        folder = newest_run()
        decision = json.loads((folder / "verdict.json").read_text())
        broken = [case.partition("/")[2] for case in decision["blocking"]]
        git("merge", "--quiet", "--no-ff", "--message", "Merge", "make-replies-concise")
        content = json.loads(BASELINE.read_text())
        entry = {"at": "2026-11-22", "by": "ana", "reason": "shorter is better", "commit": "", "cases": broken}
        content["history"] = [{**entry, "digest": decision["digest"], "run": ""}]
        BASELINE.write_text(json.dumps(content))
        commit_all()

        assert main(["baseline", "record", "--from", str(folder)]) == ExitCode.PASS

        assert all(rows()[case]["runs"] == 20 for case in broken)
        assert rows()["identity-other-customer"]["runs"] == 20
        assert rows()["order-status-in-transit"]["runs"] > 20

    def test_a_push_that_regressed_is_not_counted(self, capsys: pytest.CaptureFixture[str]) -> None:
        """The branch itself is held against what it was before the push."""
        git("merge", "--quiet", "--no-ff", "--message", "Merge", "make-replies-concise")
        before = BASELINE.read_bytes()

        code, report = run(capsys, "run", "--record-baseline", "--base", "main~1")

        assert code == ExitCode.BLOCKED
        assert "regressed and nobody has accepted that" in notes_of(report)
        assert BASELINE.read_bytes() == before


class TestDriftAndModelRefresh:
    def test_slow_decay_since_the_release_is_reported_and_a_new_anchor_proposed(
        self, capsys: pytest.CaptureFixture[str]
    ) -> None:
        """Every case lost a little; none stands out. The baseline says so by itself, and the nightly run."""
        main(["baseline", "record", "--top-up", "--release", "v1"])
        assert main(["baseline", "drift"]) == ExitCode.PASS
        edit_baseline(lambda cases: [set_counts(case, 18, 20)(cases) for case in cases])
        capsys.readouterr()

        assert main(["baseline", "drift"]) == ExitCode.BLOCKED
        assert "passed at the anchor" in capsys.readouterr().out
        _, watched = run(capsys, "run", "--tier", "daily")
        assert "has decayed since its release anchor" in notes_of(watched)
        code, report = run(capsys, *NIGHTLY)

        assert code == ExitCode.BLOCKED
        assert "anchors of today" in notes_of(report)
        proposed = json.loads((newest_run() / "proposed-baseline" / f"{AGENT}.json").read_text())["cases"]
        assert all(row["anchor"]["runs"] == row["runs"] for row in proposed.values())
        assert rows()[BULK]["anchor"]["ok"] == 20

    def test_a_steady_suite_says_that_it_is(self, capsys: pytest.CaptureFixture[str]) -> None:
        main(["baseline", "record", "--top-up", "--release", "v1"])
        commit_all()
        capsys.readouterr()

        code, report = run(capsys, "run", "--tier", "weekly")

        assert code == ExitCode.PASS
        assert "has not decayed since its release anchor" in notes_of(report)

    @pytest.mark.parametrize("case", [STEADY, BULK])
    def test_a_fall_of_the_platform_is_proposed_and_not_absorbed(
        self, case: str, capsys: pytest.CaptureFixture[str]
    ) -> None:
        """The same definition fails now: its row stays, new counts wait for a person, who accepts them by a commit."""
        forget_definition()
        break_recordings(case, BASE)

        code, report = run(capsys, *NIGHTLY)

        proposed = newest_run() / "proposed-baseline" / f"{AGENT}.json"
        assert code == ExitCode.BLOCKED
        assert report["decision"]["conclusion"] != "blocked"
        assert f"now passes less often than its stored trials in {case}" in notes_of(report)
        assert str(proposed) in notes_of(report)
        assert counts(rows())[case] == (20, 20)
        new = json.loads(proposed.read_text())["cases"][case]
        assert new["ok"] == 0
        assert new["runs"] >= 20

        BASELINE.write_text(proposed.read_text())
        commit_all()
        code, report = run(capsys, *NIGHTLY)

        assert code == ExitCode.PASS
        assert "less often" not in notes_of(report)

    def test_the_report_made_again_says_the_same(self) -> None:
        """What became of the baseline is kept in the run folder."""
        forget_definition()
        break_recordings(STEADY, BASE)
        main(list(NIGHTLY))
        folder = newest_run()
        said = json.loads((folder / "report.json").read_text())["decision"]

        main(["report", str(folder)])

        assert "wait for a person" in str(said["notes"])
        again = json.loads((folder / "report.json").read_text())["decision"]
        assert sorted(again.pop("notes")) == sorted(said.pop("notes"))
        assert again == said

    def test_the_same_fall_in_both_arms_does_not_block_a_pull_request(self, capsys: pytest.CaptureFixture[str]) -> None:
        """A model refresh is nobody's change; the comment says so."""
        break_recordings(BULK, BASE, "ac6c6e9165cf")

        code, report = run(capsys, "run", *QUOTE)

        assert code == ExitCode.PASS
        assert "base fails as well" in cases_of(report)[BULK]["finding"]["explanation"]
        comment = (newest_run() / "report.md").read_text()
        assert "the platform, the model or the test data changed, not this PR" in comment

    def test_a_fall_of_many_cases_in_both_arms_ends_the_run(self, capsys: pytest.CaptureFixture[str]) -> None:
        """Not blocked and not green: the run could not tell, and says that base fails as well."""
        broken = (BULK, "order-status-in-transit", "order-status-before-verification", "identity-other-customer",
                  "return-item-corrected", "order-note-injection")  # fmt: skip
        for case in broken:
            break_recordings(case, BASE, "ac6c6e9165cf")

        code, report = run(capsys, "run", *QUOTE)

        assert code == ExitCode.COULD_NOT_TELL
        assert report["decision"]["conclusion"] == "infra-failure"
        assert "base fails as well" in (newest_run() / "report.md").read_text()


class TestLooking:
    """What a person sees of baselines."""

    def test_no_cell_of_the_table_is_left_to_guess(self, capsys: pytest.CaptureFixture[str]) -> None:
        """The usual level and a missing anchor are said, and what they mean stands below."""
        main(["baseline", "show"])

        lines = capsys.readouterr().out.splitlines()
        (row,) = (line.split() for line in lines if line.startswith(BULK))
        (lowered,) = (line for line in lines if line.startswith("refund-window-question"))
        assert row[-3:] == ["2", "2026-11-20", "none"]
        assert "grounding 1" in lowered
        assert any(line.startswith("levels: ") and "2 on each that is not named" in line for line in lines)
        assert any(line.startswith("anchor: ") and "none before `--release`" in line for line in lines)

    def test_a_commit_is_answered_with_the_files_to_name(self, capsys: pytest.CaptureFixture[str]) -> None:
        """What is typed then works."""
        code = main(["baseline", "diff", "HEAD", "baselines/customer-support-agent.json"])
        said = capsys.readouterr().err

        assert code == ExitCode.CONFIGURATION
        assert "HEAD is a commit, not a baseline" in said
        named = said.split("name a file of it: ")[1].split()[0]
        assert main(["baseline", "diff", named, "baselines/customer-support-agent.json"]) == ExitCode.PASS

    def test_a_name_of_nothing_is_answered_with_both_ways_to_name_a_baseline(
        self, capsys: pytest.CaptureFixture[str]
    ) -> None:
        """A path, or one in git."""
        assert main(["baseline", "diff", "nothing", "HEAD"]) == ExitCode.CONFIGURATION
        assert "main:baselines/AGENT.json" in capsys.readouterr().err
