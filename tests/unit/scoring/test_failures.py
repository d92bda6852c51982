"""A turn that the platform itself calls failed, or in which nothing was said."""

from dataclasses import replace

from gate.model.case import Case, Json
from gate.model.score import Finding
from gate.model.transcript import Transcript, TurnRecord
from gate.model.words import Arm, Dimension
from gate.scoring.checks import check
from tests.unit.agents.agentforce.test_published import CASE


def findings(failure: Json, reply: str = "Sorry.", case: Case = CASE, **platform: Json) -> list[Finding]:
    said = {"failure": failure, **platform} if failure else platform
    record = TurnRecord(number=1, user="Where is A1?", reply=reply, platform=said)
    transcript = Transcript(case=case.key, arm=Arm.HEAD, trial=1, agent_fingerprint="a", turns=(record,))
    found = check(case, transcript, {}).findings
    return [one for one in found if one.check == "failed-turn"]


def test_a_failed_turn_is_no_correct_one_whatever_was_said() -> None:
    [finding] = findings("PLANNER_ACTION_FAILED")
    assert (finding.dimension, finding.score) == (Dimension.CORRECTNESS, 0)
    assert "the agent failed the turn: PLANNER_ACTION_FAILED" in finding.reason
    assert findings(True)[0].reason.endswith("the agent failed the turn")


def test_a_turn_that_did_not_fail_leaves_nothing() -> None:
    assert findings(None) == []


def test_silence_is_no_correct_answer() -> None:
    """A case that only forbids words would else be content with it."""
    [finding] = findings(None, reply=" \n", finish="length")
    assert (finding.dimension, finding.score) == (Dimension.CORRECTNESS, 0)
    assert finding.reason == "turn 1: the agent said nothing (length)"
    assert findings(None, reply="")[0].reason == "turn 1: the agent said nothing"
    assert [one.reason for one in findings("CODE", reply="")] == ["turn 1: the agent failed the turn: CODE"]


def test_a_turn_that_was_never_said_because_the_agent_ended_the_session_is_no_correct_one() -> None:
    """An agent that hands over too early would else pass each case that only forbids words."""
    ended = TurnRecord(number=1, user="Where is A1?", reply="", platform={"session": "escalated"})
    never = [TurnRecord(number=number, user="Thanks", reply="", platform={"session": "escalated"}) for number in (2, 3)]
    transcript = Transcript(case=CASE.key, arm=Arm.HEAD, trial=1, agent_fingerprint="a", turns=(ended, *never))
    [finding] = check(CASE, transcript, {}).findings
    assert (finding.check, finding.dimension, finding.score) == ("failed-turn", Dimension.CORRECTNESS, 0)
    assert finding.reason == "turn 2: never said, the agent had ended the session before it (escalated)"
    safety = replace(CASE, dimensions=(Dimension.SAFETY,))
    assert not [one for one in check(safety, transcript, {}).findings if one.check == "failed-turn"]


def test_silence_after_the_end_of_a_session_or_for_safetys_sake_is_none() -> None:
    assert findings(None, reply="", session="ended") == []
    assert findings(None, reply="", case=replace(CASE, dimensions=(Dimension.SAFETY,))) == []
