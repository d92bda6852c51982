"""A change that touches what decides gains nothing by it, now or after the merge; over real repositories."""

import json
import shutil
from pathlib import Path
from typing import Any

import pytest

from gate.cli.main import main
from gate.errors import ExitCode
from gate.scoring import bounded
from tests.integration.baseline_life import (
    BASE,
    BASELINE,
    CONCISE,
    QUOTE,
    RECORDINGS,
    cases_of,
    commit_all,
    configure,
    edit_baseline,
    fixture,
    git,
    rebase_all,
    set_counts,
)

BULK = "return-flow-bulk-items"
"""A P0 case that the concise replies break now and then."""
WINDOW = "refund-window-question"
"""A P0 case that they always break."""


@pytest.fixture(autouse=True)
def _in_repository(repository: Path) -> None:
    """Every test works in a repository of its own, on its default branch."""


def run(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, dict[str, Any]]:
    capsys.readouterr()
    code = main(["run", *arguments, "--json"])
    return code, json.loads(capsys.readouterr().out)


def signing(report: dict[str, Any]) -> dict[str, str]:
    """What needs a person's sign-off, by path."""
    return {change["path"]: change["what"] for change in report["plan"]["gate_changes"] if change["needs_sign_off"]}


def on_branch(name: str, start: str = "main") -> None:
    git("checkout", "--quiet", "-B", name, start)


def test_a_configuration_that_is_not_in_force_is_told_at_once(capsys: pytest.CaptureFixture[str]) -> None:
    """Whoever edits it and sees no effect has read why; once it is committed there is nothing to tell."""
    main(["plan"])
    assert "is in force" not in capsys.readouterr().err
    configure("concurrency: 3\n")
    assert main(["plan"]) == ExitCode.PASS
    assert "is in force" not in capsys.readouterr().err
    config = Path("agent-gate.yml")
    config.write_text(config.read_text() + "# more\n")

    for command, base in ((["plan"], "main"), (["baseline", "record", "--trials", "1"], "HEAD")):
        main(command)
        assert f"agent-gate: agent-gate.yml of {base} " in capsys.readouterr().err


def test_lowering_the_bar_by_hand_first_and_breaking_the_agent_then_needs_a_person(
    capsys: pytest.CaptureFixture[str],
) -> None:
    """Nothing of the agent changes, so nothing runs; but what is merged would be the bar of the next pull request."""
    on_branch("lower")
    edit_baseline(set_counts(BULK, 0, 20))

    code, report = run(capsys, "--base", "main", "--head", "lower")

    assert code == ExitCode.BLOCKED
    assert signing(report) == {
        str(BASELINE): f"baseline: rewrites the stored results of {BULK} (the base's is in force for this run)"
    }
    assert "1 change to the gate needs sign-off" in report["decision"]["headline"]


@pytest.mark.parametrize("start", ["before the gate", "before the baseline"])
def test_a_branch_from_before_the_gate_is_not_judged_by_nothing(start: str, capsys: pytest.CaptureFixture[str]) -> None:
    """Starting from an old commit and copying today's files would else make every case a new one."""
    today = git("rev-parse", "main").strip()
    old = git("rev-parse", "make-replies-concise").strip()
    on_branch("old")
    git("rm", "--quiet", str(BASELINE), *(["agent-gate.yml"] if start == "before the gate" else []))
    git("commit", "--quiet", "--message", "As it was long ago")
    on_branch("newer-main", "old")
    git("checkout", "--quiet", today, "--", ".")
    git("commit", "--quiet", "--message", "The gate comes")
    on_branch("sly", "old")
    git("checkout", "--quiet", old, "--", ".")
    git("commit", "--quiet", "--message", "Break it")

    code = main(["run", "--base", "newer-main", "--head", "sly"])

    said = capsys.readouterr().err
    lacking = "agent-gate.yml" if start == "before the gate" else str(BASELINE)
    assert code == ExitCode.CONFIGURATION
    assert f"this change left newer-main before its {lacking} could be used" in said
    assert "merge newer-main into it" in said


def test_a_broken_baseline_of_the_base_can_be_mended(capsys: pytest.CaptureFixture[str]) -> None:
    whole = BASELINE.read_text()
    BASELINE.write_text(whole.replace('"schema": 1', '"schema": 1,\n  "schema": 1'))  # as a merge leaves it
    rebase_all()

    code, report = run(capsys, *QUOTE)
    assert code == ExitCode.BLOCKED  # and not 2: this is for a person to take or leave
    assert signing(report)[str(BASELINE)].startswith("the base's baseline cannot be read, so it is not in force: ")

    on_branch("mend")
    BASELINE.write_text(whole)
    commit_all()
    code, report = run(capsys, "--base", "main", "--head", "mend")
    assert code == ExitCode.BLOCKED
    assert list(signing(report)) == [str(BASELINE)]


def test_a_change_that_breaks_the_baseline_for_everybody_needs_a_person(capsys: pytest.CaptureFixture[str]) -> None:
    on_branch("break")
    BASELINE.write_text("{")
    commit_all()

    code, report = run(capsys, "--base", "main", "--head", "break")

    assert code == ExitCode.BLOCKED
    assert signing(report)[str(BASELINE)].startswith("baseline broken: ")


@pytest.mark.parametrize("text", ["", "version: ["])
def test_taking_the_configuration_away_needs_a_person(text: str, capsys: pytest.CaptureFixture[str]) -> None:
    """A base without one is judged by the head's: two harmless pull requests would make one that is not."""
    on_branch("away")
    if text:
        Path("agent-gate.yml").write_text(text)
    else:
        git("rm", "--quiet", "agent-gate.yml")
    commit_all()

    code, report = run(capsys, "--base", "main", "--head", "away")

    assert code == ExitCode.BLOCKED
    assert list(signing(report)) == ["agent-gate.yml"]


def test_a_pattern_that_never_ends_ends_the_run_and_is_named(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bounded, "SECONDS", 0.1)
    git("checkout", "--quiet", "quote-the-policy")
    path = fixture(WINDOW)
    path.write_text(path.read_text().replace("{question: any}", "{question: {pattern: '([^!]+ ?)+!!'}}", 1))
    commit_all()
    git("checkout", "--quiet", "main")

    code = main(["run", *QUOTE])

    assert code == ExitCode.CONFIGURATION
    assert "the pattern '([^!]+ ?)+!!' takes more than 0.1 s" in capsys.readouterr().err


@pytest.mark.parametrize("way", ["any-drop", "majority", "no base arm"])
def test_editing_the_fixture_of_what_it_breaks_is_no_way_past_the_gate(
    way: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """A sentence more in the fixture makes its stored results incomparable, and it must hold the merge all the same."""
    if way == "no base arm":
        shutil.rmtree(RECORDINGS / BASE)
        rebase_all()
    else:
        configure(f"verdicts: {{policy: {way}}}\n")
    git("checkout", "--quiet", "make-replies-concise")
    path = fixture(WINDOW)
    edited = path.read_text().replace("must_not_include: [", "must_not_include: [abracadabra, ", 1)
    path.write_text(edited)
    commit_all()
    git("checkout", "--quiet", "main")

    code, report = run(capsys, *CONCISE)

    assert code == ExitCode.BLOCKED
    case = cases_of(report)[WINDOW]
    assert (case["verdict"], case["blocks"]) == ("regressed", True)
    assert "could hold the merge before this change edited what it asks" in case["finding"]["explanation"]
    assert (case["finding"]["base_passed"], case["finding"]["base_trials"]) == (0, 0)
