"""What the configuration can ask of a run, end to end: who may block, floors, budgets, an early end."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from gate.cli.main import main
from gate.errors import ExitCode
from tests.integration.baseline_life import (
    BASE,
    CONCISE,
    QUOTE,
    RECORDINGS,
    cases_of,
    commit_all,
    configure,
    fixture,
    git,
    notes_of,
    rebase_all,
    rows,
    set_counts,
    store,
)
from tests.integration.test_whole_gate import DIES, ROOT

BULK = "return-flow-bulk-items"
"""A P0 case that the concise replies break."""


@pytest.fixture(autouse=True)
def _in_repository(repository: Path) -> None:
    """Every test works in a repository of its own, on its default branch."""


def run(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, dict[str, Any]]:
    capsys.readouterr()
    code = main([*arguments, "--json"])
    return code, json.loads(capsys.readouterr().out)


def comment() -> str:
    folder = max(Path("runs").glob("*/*"), key=lambda path: path.stat().st_mtime_ns)
    return (folder / "report.md").read_text()


def blocking(report: dict[str, Any]) -> set[str]:
    return {case.partition("/")[2] for case in report["decision"]["blocking"]}


class TestWhoMayBlock:
    def test_a_case_with_fewer_than_five_stored_runs_does_not_block(self, capsys: pytest.CaptureFixture[str]) -> None:
        """It is shown as new, with what it takes."""
        store(set_counts(BULK, 4, 4))

        _, report = run(capsys, "run", *CONCISE)

        assert BULK not in blocking(report)
        assert cases_of(report)[BULK]["verdict"] == "new"
        assert "a case may block from 5 stored runs" in comment()

    def test_an_unsteady_case_is_quarantined_and_shown(self, capsys: pytest.CaptureFixture[str]) -> None:
        """Below 75 % of its stored runs a failure says nothing of the change."""
        store(set_counts(BULK, 13, 20))

        _, report = run(capsys, "run", *CONCISE)

        assert BULK not in blocking(report)
        assert cases_of(report)[BULK]["verdict"] == "quarantined"
        assert "passes 65 % on base, too unsteady to block (75 % is needed)" in comment()

    def test_a_case_set_aside_by_hand_is_shown_with_owner_and_reason(self, capsys: pytest.CaptureFixture[str]) -> None:
        configure(f"quarantine:\n  {BULK}: {{owner: ana, reason: sandbox is down, until: 2099-12-31}}\n")

        _, report = run(capsys, "run", *CONCISE)

        assert BULK not in blocking(report)
        assert cases_of(report)[BULK]["verdict"] == "quarantined"
        assert f"{BULK} is quarantined until 2099-12-31 by ana: sandbox is down" in notes_of(report)

    def test_after_its_last_day_it_counts_again_and_that_is_said(self, capsys: pytest.CaptureFixture[str]) -> None:
        configure(f"quarantine:\n  {BULK}: {{owner: ana, reason: sandbox is down, until: 2020-01-31}}\n")

        _, report = run(capsys, "run", *CONCISE)

        assert BULK in blocking(report)
        assert f"quarantine of {BULK} expired on 2020-01-31: it counts again (ana owned it)" in notes_of(report)

    def test_a_pull_request_cannot_quarantine_what_it_breaks(self, capsys: pytest.CaptureFixture[str]) -> None:
        """Configuration is read from the base."""
        git("checkout", "--quiet", "make-replies-concise")
        path = Path("agent-gate.yml")
        path.write_text(path.read_text() + f"quarantine:\n  {BULK}: {{owner: me, reason: hush, until: 2099-12-31}}\n")
        commit_all()
        git("checkout", "--quiet", "main")

        _, report = run(capsys, "run", *CONCISE)

        assert BULK in blocking(report)


class TestWithoutABaseArm:
    def test_only_hard_breaks_are_judged_and_the_report_says_so(self, capsys: pytest.CaptureFixture[str]) -> None:
        """The base definition cannot be run: its stored counts are all there is."""
        shutil.rmtree(RECORDINGS / BASE)

        code, report = run(capsys, "run", *CONCISE)

        assert code == ExitCode.BLOCKED
        assert BULK in blocking(report)
        assert "no base arm, so hard breaks only" in comment()
        assert "hard breaks only; smallest drop seen reliably: 100 % → " in comment()
        assert "judged on stored counts" in comment()

    def test_a_change_that_breaks_nothing_passes(self, capsys: pytest.CaptureFixture[str]) -> None:
        shutil.rmtree(RECORDINGS / BASE)

        code, report = run(capsys, "run", *QUOTE)

        assert code == ExitCode.PASS
        assert "if only the PR has changed since the baseline" in report["comparison"]["guarantee"]


class TestAcceptance:
    def floors(self, text: str) -> None:
        path = Path("agent-gate.yml")
        path.write_text(path.read_text().replace("P0: {correctness: 0.7, tone: 0.9}", text))
        rebase_all()

    def test_a_floor_that_is_met_is_shown_with_its_interval(self, capsys: pytest.CaptureFixture[str]) -> None:
        """The example asks for two."""
        code, report = run(capsys, "run", *QUOTE)

        assert code == ExitCode.PASS
        assert {row["verdict"] for row in report["decision"]["acceptance"]} == {"met"}
        assert "| at least 70 % | 98.6 % of 14 cases, between 94.7 % and 99.8 % | 🟢 met |" in comment()

    def test_a_missed_floor_blocks_beside_the_regressions(self, capsys: pytest.CaptureFixture[str]) -> None:
        """And says by how much, since nobody can sign it off."""
        self.floors("P0: {correctness: 0.95}")

        code, report = run(capsys, "run", *CONCISE)

        assert code == ExitCode.BLOCKED
        assert "P0 correctness of `customer-support-agent` is below its floor" in report["decision"]["headline"]
        assert "to its floor of 0.95" in report["decision"]["next_action"]
        assert "🔴 missed" in comment()

    def test_a_floor_too_near_to_tell_is_said_and_does_not_block(self, capsys: pytest.CaptureFixture[str]) -> None:
        self.floors("P0: {correctness: 0.97}")

        code, report = run(capsys, "run", *QUOTE)

        assert code == ExitCode.PASS
        assert [row["verdict"] for row in report["decision"]["acceptance"]] == ["not yet decidable"]


class TestTheBudget:
    def test_p2_goes_first_then_p1_repeats_never_p0(self, capsys: pytest.CaptureFixture[str]) -> None:
        """What did not run is listed, and no case of it is green."""
        configure("budget: {trials: 20}\n")

        code, report = run(capsys, "run", *QUOTE, "--full")

        cases = cases_of(report)
        assert code == ExitCode.PASS
        assert {case["verdict"] for case in cases.values() if case["severity"] == "P2"} == {"inconclusive"}
        assert all(case["finding"]["head_trials"] == 1 for case in cases.values() if case["severity"] == "P1")
        assert all(case["finding"]["head_trials"] >= 2 for case in cases.values() if case["severity"] == "P0")
        for case in ("refund-status-unavailable", "return-fuel-refused"):
            assert "left out by the budget" in cases[case]["finding"]["explanation"]
            assert case in comment()
        assert "the budget left out 17 trials, which count for nothing" in notes_of(report)
        assert "P1 repeats: customer-support-agent/address-change-corrected" in notes_of(report)

    def test_a_broken_p0_case_is_proved_whatever_it_takes(self, capsys: pytest.CaptureFixture[str]) -> None:
        """The same P0 verdicts as without a cap."""
        _, free = run(capsys, "run", *CONCISE)
        configure("budget: {trials: 1}\n")

        code, capped = run(capsys, "run", *CONCISE)

        assert code == ExitCode.BLOCKED
        assert blocking(capped) == blocking(free)

    def test_the_report_made_again_lists_it_too(self, capsys: pytest.CaptureFixture[str]) -> None:
        configure("budget: {trials: 20}\n")
        _, first = run(capsys, "run", *QUOTE, "--full")

        _, again = run(capsys, "report", first["folder"])

        assert again["decision"] == first["decision"]


class TestAnEarlyEnd:
    def test_fail_fast_stops_at_the_first_confirmed_regression(self, capsys: pytest.CaptureFixture[str]) -> None:
        """Blocked with fewer trials; what was not run is said, and is not green."""
        for case in ("return-item-corrected", "order-status-before-verification", "refund-window-question"):
            store(set_counts(case, 4, 4))
        _, whole = run(capsys, "run", *CONCISE)

        code, report = run(capsys, "run", *CONCISE, "--fail-fast")

        assert code == ExitCode.BLOCKED
        assert blocking(report) == {BULK}
        assert report["spend"]["trials"] < whole["spend"]["trials"]
        left = [case for case in cases_of(report).values() if case["severity"] != "P0"]
        assert {case["verdict"] for case in left} == {"inconclusive"}
        assert {case["finding"]["explanation"] for case in left} == {"not run: the run stopped before it"}


class TestPolicies:
    @pytest.mark.parametrize("policy", ["any-drop", "majority", "confirm"])
    def test_every_policy_resumes_to_the_same_verdict(self, policy: str) -> None:
        """Killed in the middle of the run."""
        command = ("run", *CONCISE, "--policy", policy, "--label")
        main([*command, "whole"])
        dying = [sys.executable, "-c", DIES, "25", *command, "killed"]
        environment = {**os.environ, "PYTHONPATH": str(ROOT)}
        assert subprocess.run(dying, env=environment, capture_output=True, check=False).returncode == 9
        whole, killed = (next(Path("runs").glob(f"*/*-{name}-*")) for name in ("whole", "killed"))

        code = main(["run", "--resume", str(killed)])

        assert code == ExitCode.BLOCKED
        for name in ("comparison.json", "verdict.json"):
            assert (killed / name).read_bytes() == (whole / name).read_bytes()


class TestBaseAgainstBase:
    def test_it_tells_this_suites_own_flips_and_costs(self, capsys: pytest.CaptureFixture[str]) -> None:
        """Only the two noisy cases flip; the simple rule would block most unchanged pull requests for them."""
        code, found = run(capsys, "aa", "--trials", "30")

        flipping = {case["case"].partition("/")[2] for case in found["cases"] if 0 < case["passed"] < case["trials"]}
        assert code == ExitCode.PASS
        assert flipping == {"escalation-asks-for-person", "order-status-in-transit"}
        assert found["one_against_one"] > 0.1
        assert found["cost"]["blocked"] <= 0.01
        assert 28 * 2 <= found["cost"]["mean"] <= found["cost"]["most"]

    def test_its_page_says_it_in_words(self, capsys: pytest.CaptureFixture[str]) -> None:
        assert main(["aa", "--trials", "5"]) == ExitCode.PASS

        page = capsys.readouterr().out
        assert "An unchanged pull request would be blocked" in page
        assert "one trial against one (any-drop)" in page
        assert "It costs" in page


def test_the_example_is_what_these_tests_take_it_for() -> None:
    """The case they break is a clean P0 case."""
    assert (rows()[BULK]["severity"], rows()[BULK]["class"]) == ("P0", "clean")
    assert fixture(BULK).is_file()
