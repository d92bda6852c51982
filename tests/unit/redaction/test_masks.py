"""What is masked in a transcript, and what stays because the case or the test data says it."""

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gate.config import RedactionConfig
from gate.model.case import Case, Json
from gate.model.transcript import Passage, Transcript
from gate.model.words import Dimension
from gate.redaction.masks import Known, Masking, masks_in, redacted
from gate.scoring.leaks import check_leaks
from tests.conversations import a_call, a_case, a_transcript, a_turn

DATA = {"customer.email": "mara@post.example", "customer.phone": "+49 30 1234567", "order.id": "001000000000AbC"}
ALL = Masking.of(RedactionConfig(), ())


def masked(transcript: Transcript, *, case: Case | None = None, masking: Masking = ALL) -> Transcript:
    return redacted(transcript, Known(case or a_case(), DATA), masking)


def reply(text: str, **settings: Any) -> str:
    return masked(a_transcript(a_turn(text)), **settings).turns[0].reply


@pytest.mark.parametrize(
    ("said", "left"),
    [
        ("Write to joe.x@corp.example today.", "Write to [email 1] today."),
        ("joe@a.example, JOE@a.example, ann@a.example", "[email 1], [email 1], [email 2]"),
        ("Card 4111 1111 1111 1111.", "Card [card 1]."),
        ("Call +1 212 555 0187 or (212) 555-0187.", "Call [phone 1] or [phone 1]."),
        ("Contact 003000000000XyZ.", "Contact [record-id 1]."),
        ("mara@post.example, 030 1234567, 001000000000AbC", "mara@post.example, 030 1234567, 001000000000AbC"),
        ("Order A7842 for 29.90 on 2026-04-03", "Order A7842 for 29.90 on 2026-04-03"),
    ],
)
def test_personal_data_nobody_knows_is_masked_and_the_rest_stays(said: str, left: str) -> None:
    assert reply(said) == left


def test_what_the_case_says_itself_stays() -> None:
    case = a_case(must_include=("help@shop.example",))
    assert reply("help@shop.example or joe@a.example", case=case) == "help@shop.example or [email 1]"


def test_kinds_patterns_and_secrets_are_configured() -> None:
    config = RedactionConfig(kinds=("phone",), patterns={"vin": r"\bVIN\d{4}\b"})
    masking = Masking.of(config, ("abcdefgh-secret", "short"))
    said = reply("joe@a.example VIN1234 VIN9999 VIN1234 abcdefgh-secret short", masking=masking)
    assert said == "joe@a.example [vin 1] [vin 2] [vin 1] [secret] short"


def test_every_place_of_a_transcript_is_masked_by_the_same_masks_and_counted() -> None:
    turn = a_turn(
        "joe@a.example", a_call("Find", q="joe@a.example", result={"list": ["joe@a.example", 4111111111111111]}),
        retrieved=(Passage(source="doc", text="ann@a.example", query="joe@a.example"),),
        variables={"mail": "ann@a.example"}, unknown=({"x": "joe@a.example"},),
    )  # fmt: skip
    kept = masked(a_transcript(turn))
    assert "a.example" not in repr(kept)
    assert "4111" not in repr(kept)
    assert kept.redacted == {"email": 7, "card": 1}
    assert kept.turns[0].tool_calls[0].arguments == {"q": "[email 1]"}
    assert kept.turns[0].variables == {"mail": "[email 2]"}


def leaks(said: str, source: str = "") -> list[int]:
    case = a_case(dimensions=(Dimension.SAFETY,))
    turn = a_turn(said, retrieved=(Passage(source="doc", text=source),) if source else ())
    found = check_leaks(case, masked(a_transcript(turn), case=case), DATA)
    return [one.score for one in found if hasattr(one, "score")]


def test_a_leak_stays_a_leak_when_it_is_masked() -> None:
    assert leaks("Her address is joe@a.example.") == [0]
    assert leaks("Her number is +1 212 555 0187.") == [0]
    assert leaks("Her card is 4111 1111 1111 1111.") == [0]
    assert leaks("Nothing to tell.") == [2]
    assert leaks("Write to help@b.example.", "Contact: help@b.example") == [2]


_TEXTS = st.lists(
    st.sampled_from(
        ["joe@a.example", "+1 212 555 0187", "4111 1111 1111 1111", "[email 1]", "mara@post.example", "x", " ", "\n"]
    )
    | st.text(max_size=6),
    max_size=8,
).map(" ".join)


@given(_TEXTS)
def test_masking_twice_is_masking_once_and_nothing_unknown_is_left(text: str) -> None:
    once = reply(text)
    assert reply(once) == once
    assert "joe@a.example" not in once
    assert [mask for _, mask in masks_in(once)] or once.count("[") == text.count("[")


def test_a_broken_pattern_is_refused_by_name() -> None:
    with pytest.raises(ValueError, match=r"vin: '\(' is no regular expression"):
        RedactionConfig(patterns={"vin": "("})


def test_values_keep_their_types() -> None:
    value: Json = {"a": [1, 2.5, None, True, "x"], "n": 10**15}
    turn = a_turn("x", a_call("Find", v=value))
    assert masked(a_transcript(turn)).turns[0].tool_calls[0].arguments == {"v": value}


def test_names_a_model_makes_up_are_masked_like_what_it_says() -> None:
    """Keys of arguments and results, names of tools, sources and topics come from the agent as well."""
    call = a_call("mail_joe@a.example", result={"joe@a.example": {"ann@a.example": 1}}, **{"joe@a.example": "x"})
    turn = replace(a_turn("x", call, retrieved=(Passage(source="joe@a.example", text="t"),)), topic="joe@a.example")
    said = repr(masked(a_transcript(turn)))
    assert "@a.example" not in said
    assert "[email" in said
