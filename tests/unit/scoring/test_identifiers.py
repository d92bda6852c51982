import pytest

from gate.redaction.personal import emails
from gate.scoring.identifiers import normal, normal_url, record_numbers, source_records, urls


def numbers_in(reply: str, source: str = "") -> list[str]:
    return sorted({number for _, number in record_numbers(reply, source_records(source)[1])})


@pytest.mark.parametrize(
    ("reply", "number"),
    [
        ("Your order A7842 is packed.", "A7842"),
        ("**Order number:** A-7842", "A7842"),
        ("ticket #100234", "100234"),
        ("The tracking number is 1Z999AA10123456784.", "1Z999AA10123456784"),
        ("case number 00231877", "231877"),
        ("order id: 2026", "2026"),
    ],
)
def test_a_record_word_makes_a_number_a_record_number(reply: str, number: str) -> None:
    assert numbers_in(reply) == [number]


@pytest.mark.parametrize(
    "reply",
    [
        "in case 3 items are missing",
        "you can order 1000 units",
        "order 1299.00 dollars worth",
        "return 2026-04-03",
        "order confirmation 10:30",
        "a return 30-day window",
        "since order 2026",
        "ISO9001 and SHA256",
        "see https://shop.example/order/A7842",
    ],
)
def test_other_figures_are_none(reply: str) -> None:
    assert numbers_in(reply) == []


def test_a_code_is_recognised_by_the_shape_of_those_its_sources_hold() -> None:
    assert numbers_in("I moved B1234 too.", source="A7842") == ["B1234"]
    assert numbers_in("I moved B12345 too.", source="A7842") == []


def test_marks_and_leading_zeros_do_not_matter() -> None:
    assert normal("rma-00-12") == normal("RMA0012")
    assert normal("00231877") == normal("231877")


def test_a_source_gives_each_piece_of_a_token_and_its_closing_digits() -> None:
    known, _ = source_records("order-A7842-2")
    assert {"A7842", "7842", "ORDERA78422"} <= known


def test_web_addresses_are_compared_without_scheme_and_closing_marks() -> None:
    assert [normal for _, normal in urls("See [here](https://Shop.example/Returns/).")] == ["shop.example/Returns"]
    assert normal_url("http://www.shop.example") == normal_url("https://SHOP.example/")


def test_email_addresses() -> None:
    assert emails("Mail a.b+c@post.example, not @handle or a@b.") == ["a.b+c@post.example"]
