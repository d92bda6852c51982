"""Loosened: something that failed the base's expectations may pass the head's."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pytest

from gate.model.anchors import STANDARD_ANCHORS
from gate.model.case import (
    Absent,
    AntiPattern,
    AnyValue,
    ArgumentMatcher,
    Case,
    Equals,
    ExpectedBehavior,
    ExpectedCall,
    ExpectedRetrieval,
    Number,
    OneOf,
    Pattern,
    Rubric,
    ToolResult,
    Turn,
    Variable,
)
from gate.model.words import Dimension, Severity, Status, ToolMatch
from gate.planning.loosening import loosened

CALL = ExpectedCall(turn=1, tool="Find", args={"id": Equals("A1")})
RUBRIC = Rubric(dimension=Dimension.TONE, anchors=("rude", "cold", "kind"))
BASE = Case(
    id="one",
    agent="shop",
    topic="Returns",
    dimensions=(Dimension.CORRECTNESS, Dimension.TONE),
    severity=Severity.P0,
    turns=(Turn(number=1, user="hello"), Turn(number=2, user="bye")),
    variables=(Variable(name="v", type="Text", value="x"),),
    expected_topic="Returns",
    expected_tool_calls=(CALL,),
    tool_match=ToolMatch.UNORDERED,
    forbidden_tools=("Delete",),
    tool_results=(ToolResult(tool="Find", result="found"),),
    expected_retrieval=(ExpectedRetrieval(sources=("Policy", "FAQ")),),
    must_include=("A1",),
    must_not_include=("refund",),
    behaviors=(ExpectedBehavior(text="asks for the number", turn=1),),
    rubrics=(RUBRIC,),
    reference_answer="Agent: hi",
    anti_patterns=(AntiPattern(quote="no", why="rude", dimension=Dimension.TONE, cap=0),),
    trials=5,
)


def test_a_case_is_not_looser_than_itself() -> None:
    assert loosened(BASE, BASE) == ()


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"severity": Severity.P1}, "severity lowered from P0 to P1"),
        ({"status": Status.EXPLORATORY}, "made exploratory"),
        ({"dimensions": (Dimension.CORRECTNESS,)}, "dimension tone dropped"),
        ({"trials": 2}, "trials lowered to 2"),
        ({"turns": (Turn(number=1, user="an easier question"), *BASE.turns[1:])}, "the user says something else"),
        ({"turns": BASE.turns[:1]}, "the user says something else"),
        ({"variables": ()}, "session variables changed"),
        ({"tool_results": ()}, "tool results changed"),
        ({"expected_topic": ""}, "expected topic Returns removed or changed"),
        ({"expected_tool_calls": None}, "expected tool calls no longer declared"),
        ({"expected_tool_calls": ()}, "expected call of Find in turn 1 removed or relaxed"),
        ({"expected_tool_calls": (replace(CALL, turn=2),)}, "expected call of Find in turn 1 removed or relaxed"),
        ({"expected_tool_calls": (replace(CALL, args={}),)}, "expected call of Find in turn 1 removed or relaxed"),
        (
            {"expected_tool_calls": (CALL, ExpectedCall(turn=2, tool="Delete"))},
            "call of Delete in turn 2 is now expected, was not allowed",
        ),
        ({"tool_match": ToolMatch.SUPERSET}, "tool match relaxed from unordered to superset"),
        ({"forbidden_tools": ()}, "forbidden tool 'Delete' removed"),
        ({"must_include": ()}, "must include 'A1' removed"),
        ({"must_not_include": ("other",)}, "must not include 'refund' removed"),
        (
            {"expected_retrieval": (ExpectedRetrieval(sources=("Policy",)),)},
            "expected retrieval 'FAQ (turn 0)' removed",
        ),
        ({"behaviors": ()}, "expected behaviour removed or reworded: 'asks for the number'"),
        ({"rubrics": (replace(RUBRIC, anchors=("a", "b", "c")),)}, "rubric of tone changed"),
        ({"rubrics": ()}, "rubric of tone changed"),
        ({"reference_answer": "Agent: go away"}, "reference answer changed"),
        ({"anti_patterns": ()}, "anti-pattern 'no' removed or relaxed"),
        ({"anti_patterns": (replace(BASE.anti_patterns[0], cap=1),)}, "anti-pattern 'no' removed or relaxed"),
    ],
)
def test_what_asks_less_is_told(changed: Mapping[str, Any], words: str) -> None:
    assert loosened(BASE, replace(BASE, **changed)) == (words,)


@pytest.mark.parametrize(
    "changed",
    [
        {"dimensions": (*BASE.dimensions, Dimension.SAFETY)},
        {"trials": 9},
        {"turns": (*BASE.turns, Turn(number=3, user="one more"))},
        {"expected_tool_calls": (replace(CALL, args={**CALL.args, "more": Absent()}),)},
        {"tool_match": ToolMatch.STRICT},
        {"forbidden_tools": ("Delete", "Pay")},
        {"must_include": ("A1", "B2")},
        {"behaviors": (*BASE.behaviors, ExpectedBehavior(text="is brief"))},
        {"rubrics": (RUBRIC, Rubric(dimension=Dimension.CORRECTNESS, standard=True, anchors=("", "", "")))},
        {"anti_patterns": (*BASE.anti_patterns, AntiPattern(quote="x", why="y", dimension=Dimension.TONE))},
        {"owner": "ada", "updated": "2026-01-01", "path": "fixtures/moved.md", "topic": "Orders"},
    ],
)
def test_what_asks_as_much_or_more_is_not_loosened(changed: Mapping[str, Any]) -> None:
    assert loosened(BASE, replace(BASE, **changed)) == ()


@pytest.mark.parametrize(
    "changed",
    [
        {"behaviors": (ExpectedBehavior(text="asks  for the\nnumber.", turn=1),)},
        {"reference_answer": "Agent:  hi\n"},
        {"rubrics": (replace(RUBRIC, anchors=("rude;", "cold", "kind.")),)},
    ],
)
def test_line_breaks_and_a_mark_at_the_end_are_no_other_words(changed: Mapping[str, Any]) -> None:
    assert loosened(BASE, replace(BASE, **changed)) == ()


@pytest.mark.parametrize("text", ["asks for a number", "asks for the number", "does not ask for the number"])
def test_other_words_are(text: str) -> None:
    head = replace(BASE, behaviors=(ExpectedBehavior(text=text, turn=1),))
    assert bool(loosened(BASE, head)) is (text != BASE.behaviors[0].text)


def test_a_case_that_raises_its_severity_or_is_frozen_is_not_loosened() -> None:
    weak = replace(BASE, severity=Severity.P2, status=Status.EXPLORATORY)
    assert loosened(weak, BASE) == ()


def test_an_extra_call_is_allowed_before_and_after_under_superset() -> None:
    base = replace(BASE, tool_match=ToolMatch.SUPERSET)
    assert loosened(base, replace(base, expected_tool_calls=(CALL, ExpectedCall(turn=2, tool="Pay")))) == ()


def test_another_order_of_calls_is_looser_only_where_order_counts() -> None:
    calls = (CALL, ExpectedCall(turn=1, tool="Pay"))
    for match, words in ((ToolMatch.STRICT, ("order of expected calls changed",)), (ToolMatch.UNORDERED, ())):
        base = replace(BASE, tool_match=match, expected_tool_calls=calls)
        assert loosened(base, replace(base, expected_tool_calls=calls[::-1])) == words


def test_a_spelled_out_standard_rubric_is_the_standard_rubric() -> None:
    anchors = STANDARD_ANCHORS[Dimension.CORRECTNESS]
    assert (
        loosened(BASE, replace(BASE, rubrics=(RUBRIC, Rubric(dimension=Dimension.CORRECTNESS, anchors=anchors)))) == ()
    )


@pytest.mark.parametrize(
    ("base", "head", "looser"),
    [
        (AnyValue(), Equals("x"), False),
        (AnyValue(), Equals(""), True),
        (AnyValue(), Absent(), True),
        (Equals("x"), AnyValue(), True),
        (Equals("x"), Equals("y"), True),
        (OneOf(("a", "b")), Equals("a"), False),
        (OneOf(("a", "b")), Equals("c"), True),
        (OneOf(("a", "b")), OneOf(("b",)), False),
        (OneOf(("a",)), OneOf(("a", "b")), True),
        (Number(10.0, 1.0), Number(10.0, 0.5), False),
        (Number(10.0, 1.0), Number(10.5, 0.5), False),
        (Number(10.0, 1.0), Number(10.0, 2.0), True),
        (Number(10.0, 1.0), Number(11.0, 0.5), True),
        (Pattern("a+"), Pattern("a*"), True),
    ],
)
def test_arguments(base: ArgumentMatcher, head: ArgumentMatcher, looser: bool) -> None:
    before, after = (replace(BASE, expected_tool_calls=(replace(CALL, args={"id": m}),)) for m in (base, head))
    assert bool(loosened(before, after)) is looser
