"""The workflow files to copy, and this repository's own: least rights, pinned, never skipping the gate."""

import re
from pathlib import Path
from typing import Any

import pytest
import yaml

ROOT = Path(__file__).parents[3]
EXAMPLES = sorted((ROOT / "examples" / "workflows").rglob("*.yml"))
OWN = sorted((ROOT / ".github" / "workflows").glob("*.yml"))
ACTION = yaml.safe_load((ROOT / "action.yml").read_text(encoding="utf-8"))
MAY_SKIP = {"sign-off"}
"""Jobs that are asked for by a comment; no check depends on them."""


def known_as(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def parsed(path: Path) -> dict[Any, Any]:
    found = yaml.safe_load(path.read_text(encoding="utf-8"))
    assert isinstance(found, dict)
    return found


def steps(path: Path) -> list[dict[str, Any]]:
    return [step for job in parsed(path)["jobs"].values() for step in job["steps"]]


def gates(path: Path) -> list[dict[str, Any]]:
    return [step for step in steps(path) if "agent-eval-gate@" in step.get("uses", "") or step.get("uses") == "./"]


every_file = pytest.mark.parametrize("path", [*EXAMPLES, *OWN], ids=known_as)


@every_file
def test_rights_are_none_but_for_what_a_job_names(path: Path) -> None:
    """A right that nobody asked for is one that hostile code gets."""
    workflow = parsed(path)

    assert workflow["permissions"] == {}
    assert all(job["permissions"] for job in workflow["jobs"].values())


@every_file
def test_what_runs_is_pinned_by_commit(path: Path) -> None:
    """A tag can be moved to other code."""
    used = [step["uses"] for step in steps(path) if "uses" in step]

    assert used
    assert [one for one in used if one != "./" and not re.search(r"@[0-9a-f]{40}\Z", one)] == []


@every_file
def test_one_action_has_one_commit_everywhere(path: Path) -> None:
    """And the version beside it is the same too."""
    pins = {line.split("@")[0]: line for one in (*EXAMPLES, *OWN) for line in _pins(one)}

    assert [line for line in _pins(path) if line != pins[line.split("@")[0]]] == []


def _pins(path: Path) -> list[str]:
    return re.findall(r"uses: (actions/\S+@[0-9a-f]{40} # v\S+)", path.read_text(encoding="utf-8"))


@every_file
def test_a_checkout_keeps_no_token(path: Path) -> None:
    """What is evaluated could read it from the git configuration."""
    checkouts = [step for step in steps(path) if step.get("uses", "").startswith("actions/checkout@")]

    assert all(step["with"]["persist-credentials"] is False for step in checkouts)


@pytest.mark.parametrize("path", EXAMPLES, ids=known_as)
def test_the_gate_gets_the_history_and_inputs_it_knows(path: Path) -> None:
    """A shallow clone has no merge base; an input that is not there would be refused."""
    assert gates(path)
    for job in parsed(path)["jobs"].values():
        checkouts = [step for step in job["steps"] if step.get("uses", "").startswith("actions/checkout@")]
        assert all(step["with"]["fetch-depth"] == 0 for step in checkouts)
    assert {name for step in gates(path) for name in step.get("with", {})} <= set(ACTION["inputs"])


@every_file
def test_no_job_that_decides_is_ever_skipped(path: Path) -> None:
    """GitHub takes a skipped job for one that passed."""
    workflow = parsed(path)
    conditions = {name: job["if"] for name, job in workflow["jobs"].items() if "if" in job and name not in MAY_SKIP}
    waiting = [name for name, job in workflow["jobs"].items() if "needs" in job]

    assert set(conditions.values()) <= {"${{ always() }}"}
    assert set(waiting) <= set(conditions)
    assert [name for name, job in workflow["jobs"].items() if name == "agent-eval-gate"] == []


def test_the_stage_with_rights_runs_nothing_of_a_pull_request() -> None:
    """No checkout, no command: one step, the gate."""
    assert [list(step) for step in steps(ROOT / "examples/workflows/fork-safe/2-report.yml")] == [["uses"]]


def test_shards_are_as_many_as_the_matrix_has() -> None:
    """Two places in one file say it."""
    job = parsed(ROOT / "examples/workflows/shards.yml")["jobs"]["shard"]
    (gate,) = gates(ROOT / "examples/workflows/shards.yml")[:1]

    count = len(job["strategy"]["matrix"]["shard"])
    assert gate["with"]["shard"] == f"${{{{ matrix.shard }}}}/{count}"


def test_what_is_kept_for_the_next_job_is_what_it_begins_with() -> None:
    """The same folder under the same name; it is kept of a blocked run too, and lies where the container's home is."""
    kept = [step for step in steps(ROOT / "examples/workflows/live.yml") if "actions/cache" in step.get("uses", "")]
    (restored, saved) = kept

    assert restored["with"]["path"] == saved["with"]["path"]
    assert saved["with"]["path"] == "${{ runner.temp }}/_github_home/.cache/agent-eval-gate"
    assert saved["with"]["key"] == restored["with"]["key"]
    assert restored["with"]["key"].startswith(restored["with"]["restore-keys"])
    assert saved["if"].startswith("${{ always()")
