"""What counts towards the quota of a day."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from gate.cli.quota import begun_before, hold_quota, kept_runs, workflow_runs
from gate.config import Config
from gate.errors import NotFoundError, UsageError
from gate.github.host import WorkflowRun
from tests.fakes_github import FakeHost

NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)


def run(run_id: int, hours: float, attempts: int = 1, *, skipped: bool = False, workflow: int = 5) -> WorkflowRun:
    began = NOON + timedelta(hours=hours)
    return WorkflowRun(id=run_id, workflow=workflow, began=began, attempts=attempts, skipped=skipped)


@pytest.mark.parametrize(
    ("listed", "count"),
    [
        ([run(77, 0)], 0),
        ([run(77, 0), run(76, -1), run(75, -2)], 2),
        ([run(77, 0), run(76, -1, attempts=3)], 3),
        ([run(77, 0, attempts=3), run(76, -1)], 3),
        ([run(77, 0), run(76, -1, skipped=True)], 0),
        ([run(78, 1), run(77, 0)], 0),
        ([run(78, 0), run(77, 0), run(76, 0)], 1),
    ],
    ids=["alone", "others", "their attempts", "its own attempts", "skipped", "later ones", "at the same second"],
)
def test_each_attempt_that_began_before_counts(listed: list[WorkflowRun], count: int) -> None:
    """Two runs that begin together do not stop each other: one of them is the first."""
    [own] = [one for one in listed if one.id == 77]
    assert begun_before(own, listed) == count


def test_trying_an_old_run_again_is_no_way_around() -> None:
    """A run of last week that is tried again now began now: all that ran since yesterday counts."""
    assert begun_before(run(7, 1, attempts=2), [run(77, 0), run(76, -1)]) == 2


def test_runs_of_the_own_workflow_are_asked_for() -> None:
    host = FakeHost(runs=[run(75, -30), run(74, -1, workflow=6), run(76, -1), run(77, 0)])
    assert workflow_runs(host, 77)(NOON - timedelta(hours=24)) == 1
    with pytest.raises(NotFoundError):
        workflow_runs(host, 99)(NOON)


def test_a_quota_that_nobody_can_hold_is_not_left_out() -> None:
    with pytest.raises(UsageError, match="without a token"):
        workflow_runs(None, 77)(NOON)


def test_money_that_cannot_be_counted_is_no_cap_either() -> None:
    shop: dict[str, object] = {"source": ["agent"], "driver": {"type": "agentforce"}}
    capped: dict[str, object] = {"version": 1, "agents": {"shop": shop}, "budget": {"money": 5000}}
    with pytest.raises(UsageError, match="what agent shop costs cannot be counted: it names no `model`"):
        hold_quota(Config.model_validate(capped), ["shop"], lambda _: 0)
    shop["model"] = "agentforce"
    with pytest.raises(UsageError, match="its model agentforce has no price"):
        hold_quota(Config.model_validate(capped), ["shop"], lambda _: 0)
    capped["prices"] = {"agentforce": {"turn": 20}}
    hold_quota(Config.model_validate(capped), ["shop"], lambda _: 0)


def test_only_folders_of_runs_that_asked_a_live_agent_count(tmp_path: Path) -> None:
    """What cannot be read counts when there are trials in it; what is no run folder, or older, does not."""
    assert kept_runs(tmp_path / "runs")(NOON) == 0
    day = tmp_path / "2026-11-22"
    for name in ("130000Z-run-a", "110000Z-run-b", "999999Z-run-c", "notes"):
        (day / name / "transcripts/shop").mkdir(parents=True)
    (day / "140000Z-run-d").mkdir()
    assert kept_runs(tmp_path)(NOON) == 1
