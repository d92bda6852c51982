"""What a judge is kept from seeing, and that its answer is held against the transcript all the same."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gate.config import RedactionConfig
from gate.judges.veil import Veil
from gate.model.judge import JudgeQuestion, Vote, VoteScore
from gate.model.words import Dimension
from gate.scoring.checks import check
from gate.scoring.question import question
from tests.conversations import a_call, a_case, a_transcript, a_turn

DATA = {"customer.name": "Mara Lindqvist", "customer.email": "mara@post.example", "product.name": "Blue Scarf"}
CARD, RECORD, PHONE = "4111 1111 1111 1111", "0035g00000ABCDEAA4", "+46 70 123 45 67"


def asked_about(reply: str, reference: str = "", result: str = "") -> JudgeQuestion:
    case = a_case(reference_answer=reference)
    transcript = a_transcript(a_turn(reply, a_call("Look_Up", result=result)))
    asked = question(case, transcript, check(case, transcript, {}))
    assert asked is not None
    return asked


def seen(reply: str, reference: str = "", config: RedactionConfig | None = None) -> str:
    veiled = Veil(DATA, config or RedactionConfig()).over(asked_about(reply, reference))
    return "\n".join(part.text for part in veiled.question.parts)


@pytest.mark.parametrize(
    "words",
    [
        *("Mara Lindqvist", "MARA LINDQVIST", "Lindqvist", "mara@post.example", "someone@else.example", RECORD),
        *(CARD, CARD.replace(" ", ""), PHONE, "0046 70 123 45 67"),
    ],
)
def test_no_personal_words_reach_the_judge(words: str) -> None:
    assert words not in seen(f"I wrote to {words}, as you asked.", reference=f"Writes to {words}.")


@pytest.mark.parametrize(
    "words", ["Blue Scarf", "order 100245", "30 days", "49.90", "2026-12-03", "maraschino", "0012345678"]
)
def test_what_says_nothing_of_people_stays(words: str) -> None:
    assert words in seen(f"It is {words}.")


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("Mara Lindqvist", "Mara\n Lindqvist"), ("Mara Lindqvist", "LINDQVIST"), ("Sean O'Brien", "O\u2019Brien"),
        ("Vincent van Gogh", "Gogh"), ("\u674e\u660e", "\u60a8\u597d\u674e\u660e\u5148\u751f"),
    ],
)  # fmt: skip
def test_a_name_is_hidden_however_it_is_written(name: str, said: str) -> None:
    veiled = Veil({"customer.name": name}, RedactionConfig()).over(asked_about(f"Dear {said}, it is sent."))
    assert veiled.places == {"name": 1}
    assert said not in veiled.question.turns[1]


@pytest.mark.parametrize(
    "key", ["customerProfile.firstName", "testShop.customerName", "restoredUser.fullName", "order.recipient", "x.name"]
)
def test_the_name_of_a_person_is_known_by_its_key(key: str) -> None:
    veiled = Veil({key: "Mara"}, RedactionConfig()).over(asked_about("Dear Mara, it is sent."))
    assert veiled.places == {"name": 1}


@pytest.mark.parametrize(
    "key", ["product.name", "testShop.name", "customer.itemName", "order.fileName", "user.userName", "user.renamedAt"]
)
def test_names_of_things_stay(key: str) -> None:
    assert not Veil({key: "Mara"}, RedactionConfig()).over(asked_about("Dear Mara, it is sent.")).places


@pytest.mark.parametrize("value", ["42", "4711", "---", "Bo", "..."])
def test_a_value_without_the_letters_of_a_name_is_none(value: str) -> None:
    veiled = Veil({"customer.name": value}, RedactionConfig()).over(asked_about(f"Order 14207, {value}: it is sent."))
    assert not veiled.places


def test_equal_values_have_equal_marks_however_they_are_written() -> None:
    text = seen(f"Card {CARD} and {CARD.replace(' ', '-')}, mail A@b.example", reference="Names card 5555555555554444.")
    assert "Card [their card 1] and [their card 1b], mail [their email 1]" in text
    assert "Names card [their card 2]." in text


def test_the_configuration_says_what_is_masked() -> None:
    config = RedactionConfig(kinds=("email",), patterns={"badge": r"B-\d+"})
    text = seen(f"Call {PHONE} about B-17.", config=config)
    assert PHONE in text
    assert "[their badge 1]" in text


def test_a_mark_the_agent_wrote_itself_is_not_taken_for_one_of_ours() -> None:
    asked = asked_about("Dear [their name 1], I mean Mara Lindqvist")
    veiled = Veil(DATA, RedactionConfig()).over(asked)
    assert set(veiled.marks.values()) == {"Mara Lindqvist"}
    assert "[their name 1]" not in veiled.marks


def test_questions_that_differ_in_what_is_hidden_alone_are_one_question() -> None:
    veil = Veil(DATA, RedactionConfig())
    one, other, third = (veil.over(asked_about(f"Sent to {who}.")) for who in ("a@b.example", "c@d.example", "nobody"))
    assert one.question.hash == other.question.hash != third.question.hash
    assert one.question.hash != asked_about("Sent to a@b.example.").hash


@given(
    st.lists(st.sampled_from(["Mara Lindqvist", "Lindqvist", CARD, PHONE, RECORD, "a@b.example", "hello", "[their"]))
)
def test_marks_are_taken_back_to_the_words_as_they_were_written(words: list[str]) -> None:
    reply = " and ".join(["I told", *words])
    veiled = Veil(DATA, RedactionConfig()).over(asked_about(reply))
    shown = veiled.question.turns[1].rpartition("Agent: ")[2]
    vote = Vote(scores={Dimension.CORRECTNESS: VoteScore(value=2, reason=shown, quote=shown)})
    assert veiled.lifted(vote).scores[Dimension.CORRECTNESS].quote == reply
