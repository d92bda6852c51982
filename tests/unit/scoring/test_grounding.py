from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gate.model.case import AntiPattern, Case, Equals, ExpectedBehavior, ExpectedCall, Json, ToolResult, Variable
from gate.model.score import Finding
from gate.model.transcript import Captured, Passage, Transcript
from gate.model.words import Dimension
from gate.scoring.grounding import check_grounding_facts
from tests.conversations import a_call, a_case, a_transcript, a_turn

RESULT: Json = {
    "orderId": "A7842",
    "total": 1299.0,
    "feeCents": 599,
    "rate": 0.15,
    "eta": "2026-04-03",
    "items": [{"price": 29.99}, {"price": 59.980000000000004}],
    "link": "https://shop.example/o/A7842",
}


def grounded_case(**fields: Any) -> Case:
    return a_case(dimensions=(Dimension.GROUNDING,), **fields)


def invented(reply: str, case: Case | None = None, transcript: Transcript | None = None, user: str = "Hi") -> list[str]:
    said = transcript or a_transcript(a_turn(reply, a_call("Find", result=RESULT), user=user))
    seen = check_grounding_facts(case or grounded_case(), said)
    return [one.evidence.quote for one in seen if isinstance(one, Finding) and one.evidence]


@pytest.mark.parametrize(
    "reply",
    [
        "Order A7842 is $1,299.00, or 1.299,00 €.",
        "The fee is $5.99, that is 15%.",
        "It arrives April 3, on 3 April 2026, or 04/03/2026.",
        "$29.99 and $59.98.",
        "Follow it at https://shop.example/o/A7842.",
        "Allow 5-7 business days; you have 30 days; we are here 24/7; 2 items.",
        "I am 100% sure. Shipping is $0.",
    ],
)
def test_facts_from_a_tool_result_are_grounded_in_any_format(reply: str) -> None:
    assert invented(reply) == []


@pytest.mark.parametrize(
    ("reply", "fact"),
    [
        ("Order A7843 is on its way.", "A7843"),
        ("You get $25.00 back.", "$25.00"),
        ("There is a 20% fee.", "20%"),
        ("It arrives April 9.", "April 9"),
        ("It arrives on 2027-04-03.", "2027-04-03"),
        ("See https://shop.example/returns.", "https://shop.example/returns"),
        ('Our policy says: "Returns are free for sixty days."', "Returns are free for sixty days."),
    ],
)
def test_a_fact_without_a_source_is_found(reply: str, fact: str) -> None:
    assert invented(reply) == [fact]


def test_a_finding_caps_grounding_at_zero_and_says_where() -> None:
    (finding,) = check_grounding_facts(grounded_case(), a_transcript(a_turn("You get $25 back.")))
    assert isinstance(finding, Finding)
    assert (finding.dimension, finding.score) == (Dimension.GROUNDING, 0)
    assert finding.reason == (
        'turn 1: the reply states the amount "$25", which is in no tool result, retrieved text or user message'
    )


@pytest.mark.parametrize(
    "case",
    [
        grounded_case(variables=(Variable(name="credit", type="Number", value=25),)),
        grounded_case(tool_results=(ToolResult(tool="Refund", result={"amount": "25.00"}),)),
        grounded_case(expected_tool_calls=(ExpectedCall(turn=1, tool="Refund", args={"amount": Equals(25)}),)),
        grounded_case(must_include=("$25",)),
        grounded_case(reference_answer="Agent: You get $25 back."),
        grounded_case(behaviors=(ExpectedBehavior(text="Offers 25 dollars"),)),
        grounded_case(data={"testOrder.credit": "25"}),
    ],
)
def test_what_the_case_itself_holds_is_a_source(case: Case) -> None:
    assert invented("You get $25 back.", case) == []


@pytest.mark.parametrize(
    "case",
    [
        grounded_case(behaviors=(ExpectedBehavior(text="Should NOT promise $25", kind="negative"),)),
        grounded_case(anti_patterns=(AntiPattern(quote="$25 for you", why="", dimension=Dimension.TONE),)),
    ],
)
def test_what_must_not_be_said_is_no_source(case: Case) -> None:
    assert invented("You get $25 back.", case) == ["$25"]


def test_the_users_words_are_a_source_from_their_turn_on() -> None:
    told = a_transcript(
        a_turn("It was $80.", user="Hi"), a_turn("Yes, $80 and $90.", number=2, user="I paid 80, then $90")
    )
    assert invented("", transcript=told) == ["$80"]


def test_an_earlier_reply_is_no_source() -> None:
    repeated = a_transcript(a_turn("It was $80."), a_turn("As I said, $80 and $81.", number=2))
    assert invented("", transcript=repeated) == ["$80", "$81"]


def test_quotes_of_retrieved_text_may_leave_words_out() -> None:
    passage = Passage(source="returns", text="Items can be returned within 30 days of delivery, unused and with tags.")
    reply = 'The Returns article states: "Items can be returned … of delivery."\n> unused and with tags'
    assert invented("", transcript=a_transcript(a_turn(reply, retrieved=(passage,)))) == []


def test_quoted_words_that_are_no_policy_are_not_held_against_the_agent() -> None:
    assert invented('Just reply "yes, please start my return now" to go on.') == []


@pytest.mark.parametrize("captured", [Captured(retrieval=False), Captured(tool_calls=False)])
def test_nothing_is_called_invented_when_sources_were_not_captured(captured: Captured) -> None:
    transcript = a_transcript(a_turn("You get $25 back."), captured=captured)
    assert list(check_grounding_facts(grounded_case(), transcript)) == []


def test_only_cases_that_declare_grounding_are_checked() -> None:
    assert invented("You get $25 back.", a_case()) == []


@given(amount=st.decimals(1, 99999, places=2), extra=st.sampled_from(["$77,777.77", "order Z9999", "May 5, 2031"]))
def test_a_known_amount_is_never_invented_and_a_further_fact_never_helps(amount: object, extra: str) -> None:
    def count(reply: str) -> int:
        said = a_transcript(a_turn(reply, a_call("Find", result={"total": str(amount)})))
        return len(invented("", transcript=said))

    assert count(f"It is ${amount:,}.") == 0
    assert count(f"It is ${amount:,} and {extra}.") == 1
