from dataclasses import fields, replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gate.model.case import Case
from gate.model.judge import Judgement
from gate.model.score import DimensionScore, Finding, Scored, Unscored, outcome
from gate.model.transcript import Captured, ModelCall, Passage, ToolCall, Transcript, TurnRecord
from gate.model.words import Arm, Dimension, Outcome
from gate.scoring.checks import Checked
from gate.scoring.trial import score_trial, transcript_digest
from tests.conversations import a_call, a_case, a_transcript, a_turn

C, T = Dimension.CORRECTNESS, Dimension.TONE


def finding(score: int, dimension: Dimension = C) -> Finding:
    return Finding(check="must-include", dimension=dimension, score=score, reason=f"check says {score}")


def judge_says(value: int | None, dimension: Dimension = C) -> Judgement:
    score: DimensionScore = Unscored(dimension=dimension, reason="no verdict recorded", by="judge:f")
    if value is not None:
        score = Scored(dimension=dimension, value=value, reason=f"judge says {value}", by="judge:f")
    return Judgement(fingerprint="f", calls=1, scores={dimension: score})


def scored(checked: Checked, judgement: Judgement | None, levels: dict[Dimension, int] | None = None) -> DimensionScore:
    (score,) = score_trial(a_case(), a_transcript(), checked, judgement, levels or {}).scores
    return score


@given(cap=st.integers(0, 2), value=st.integers(0, 2))
def test_the_lower_of_check_and_judge_is_the_score(cap: int, value: int) -> None:
    score = scored(Checked(findings=(finding(2), finding(cap))), judge_says(value))
    assert isinstance(score, Scored)
    assert score.value == min(cap, value)
    assert score.by == ("check:must-include@1" if cap <= value and cap < 2 else "judge:f")


@given(caps=st.lists(st.integers(0, 2), max_size=4), more=st.integers(0, 2), value=st.integers(0, 2))
def test_a_further_finding_never_raises_the_score(caps: list[int], more: int, value: int) -> None:
    before = scored(Checked(findings=tuple(map(finding, caps))), judge_says(value))
    after = scored(Checked(findings=tuple(map(finding, [*caps, more]))), judge_says(value))
    assert isinstance(before, Scored)
    assert isinstance(after, Scored)
    assert after.value <= before.value


def test_a_clean_check_alone_is_no_score() -> None:
    assert scored(Checked(findings=(finding(2),)), None) == Unscored(dimension=C, reason="no judge configured", by="")
    missing = scored(Checked(findings=(finding(2),)), judge_says(None))
    assert isinstance(missing, Unscored)
    assert missing.reason == "no verdict recorded"


@pytest.mark.parametrize(
    ("captured", "unseen"),
    [
        (Captured(), ""),
        (Captured(retrieval=False), "retrieval"),
        (Captured(tool_calls=False), "tool calls"),
    ],
)
def test_grounding_that_nobody_scored_says_what_the_check_lacked(captured: Captured, unseen: str) -> None:
    """Without a judge the driver is what can be mended."""
    case, transcript = a_case(dimensions=(Dimension.GROUNDING,)), a_transcript(captured=captured)

    [score] = score_trial(case, transcript, Checked(), None).scores

    more = f", and {unseen} not captured, so that no check could look" if unseen else ""
    assert score.reason == f"no judge configured{more}"


@pytest.mark.parametrize("judgement", [None, judge_says(None)])
def test_a_fault_below_the_level_is_known_without_a_judge(judgement: Judgement | None) -> None:
    score = scored(Checked(findings=(finding(1),)), judgement)
    assert isinstance(score, Scored)
    assert (score.value, score.reason) == (1, "check says 1")


def test_a_cap_at_the_level_is_no_pass_without_a_judge() -> None:
    assert isinstance(scored(Checked(findings=(finding(1),)), judge_says(None), {C: 1}), Unscored)


def test_an_expectation_that_could_not_be_checked_is_unscored_but_hides_no_fault() -> None:
    blind = (Unscored(dimension=C, reason="tool calls were not captured", by="check:tool-calls@1"),)
    assert scored(Checked(unscored=blind), None) == blind[0]
    assert isinstance(scored(Checked(unscored=blind, findings=(finding(0),)), None), Scored)


def test_after_a_wrong_tool_the_trial_failed_and_the_rest_is_unscored() -> None:
    case = a_case(dimensions=(C, T))
    trial = score_trial(case, a_transcript(), Checked(findings=(finding(0),), stopped="wrong tool in turn 2"), None)
    first, second = trial.scores
    assert isinstance(first, Scored)
    assert isinstance(second, Unscored)
    assert second.reason == "not judged: wrong tool in turn 2"
    assert (outcome(trial, {}), trial.judge_calls) == (Outcome.FAILED, 0)


def test_an_errored_trial_has_no_scores() -> None:
    trial = score_trial(a_case(), a_transcript(error="503"), Checked(), None)
    assert (trial.error, trial.scores, outcome(trial, {})) == ("503", (), Outcome.ERRORED)


@given(dimensions=st.sets(st.sampled_from(Dimension), min_size=1))
def test_each_declared_dimension_has_exactly_one_score(dimensions: set[Dimension]) -> None:
    case: Case = a_case(dimensions=tuple(dimensions))
    findings = tuple(finding(1, dimension) for dimension in Dimension)
    scores = score_trial(case, a_transcript(), Checked(findings=findings), judge_says(2)).scores
    assert [score.dimension for score in scores] == [one for one in Dimension if one in dimensions]


TRANSCRIPT = a_transcript(a_turn("Done.", a_call("Find", tokens=5)))
OTHER: dict[type, dict[str, Any]] = {
    Transcript: {"case": "x/y", "turns": (), "variables": {"a": 1}, "captured": Captured(topic=False), "error": "503"},
    TurnRecord: {
        "number": 2,
        "user": "x",
        "reply": "x",
        "topic": "x",
        "tool_calls": (),
        "retrieved": (Passage(source="s", text="t"),),
        "topics": ("x",),
        "platform": {"failure": "PLANNER_ACTION_FAILED"},
        "variables": {"a": 1},
        "captured": Captured(tool_calls=False),
    },
    ToolCall: {"name": "x", "arguments": {"tokens": 6}, "result": 1, "error": "x", "alias": "x"},
}
NOT_CONTENT: dict[type, dict[str, Any]] = {
    Transcript: {
        "arm": Arm.BASE,
        "trial": 9,
        "agent_fingerprint": "z",
        "version": "v2",
        "redacted": {"email": 1},
        "transient": True,
    },
    TurnRecord: {
        "latency_seconds": 9.0,
        "input_tokens": 9,
        "output_tokens": 9,
        "model_calls": (ModelCall(),),
        "unknown": ("x",),
        "untraced": True,
        "feedback": "s/f",
    },
    ToolCall: {"latency_seconds": 9.0},
}


def changed(kind: type, name: str, value: Any) -> Transcript:
    if kind is Transcript:
        return replace(TRANSCRIPT, **{name: value})
    (turn,) = TRANSCRIPT.turns
    if kind is TurnRecord:
        return replace(TRANSCRIPT, turns=(replace(turn, **{name: value}),))
    return replace(TRANSCRIPT, turns=(replace(turn, tool_calls=(replace(turn.tool_calls[0], **{name: value}),)),))


@pytest.mark.parametrize("kind", OTHER)
def test_the_digest_covers_all_content_and_nothing_of_the_attempt(kind: type) -> None:
    assert {field.name for field in fields(kind)} == {*OTHER[kind], *NOT_CONTENT[kind]}
    for name, value in OTHER[kind].items():
        assert transcript_digest(changed(kind, name, value)) != transcript_digest(TRANSCRIPT), name
    for name, value in NOT_CONTENT[kind].items():
        assert transcript_digest(changed(kind, name, value)) == transcript_digest(TRANSCRIPT), name
