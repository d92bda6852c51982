"""A turn that the platform itself calls failed."""

from gate.model.case import Json
from gate.model.score import Finding
from gate.model.transcript import Transcript, TurnRecord
from gate.model.words import Arm, Dimension
from gate.scoring.checks import check
from tests.unit.agents.agentforce.test_published import CASE


def findings(failure: Json) -> list[Finding]:
    record = TurnRecord(number=1, user="Where is A1?", reply="Sorry.", platform={"failure": failure} if failure else {})
    transcript = Transcript(case=CASE.key, arm=Arm.HEAD, trial=1, agent_fingerprint="a", turns=(record,))
    found = check(CASE, transcript, {}).findings
    return [one for one in found if one.check == "failed-turn"]


def test_a_failed_turn_is_no_correct_one_whatever_was_said() -> None:
    [finding] = findings("PLANNER_ACTION_FAILED")
    assert (finding.dimension, finding.score) == (Dimension.CORRECTNESS, 0)
    assert "the agent failed the turn: PLANNER_ACTION_FAILED" in finding.reason
    assert findings(True)[0].reason.endswith("the agent failed the turn")


def test_a_turn_that_did_not_fail_leaves_nothing() -> None:
    assert findings(None) == []
