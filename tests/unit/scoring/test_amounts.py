from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gate.scoring.amounts import money, numbers, percentages, readings


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("1,299.00", {"1299"}),
        ("1.299,00", {"1299"}),
        ("1 299,00", {"1299"}),
        ("1'299.50", {"1299.5"}),
        ("29,99", {"29.99"}),
        ("1.299", {"1.299", "1299"}),
        ("1,299,000", {"1299000"}),
        ("1299", {"1299"}),
    ],
)
def test_numbers_are_read_as_people_write_them(written: str, meant: set[str]) -> None:
    assert readings(written) == {Decimal(number) for number in meant}


@given(cents=st.integers(1, 10**9))
def test_both_ways_to_group_digits_mean_the_same(cents: int) -> None:
    english = f"{cents / 100:,.2f}"
    continental = english.translate(str.maketrans(",.", ".,"))
    assert readings(english) == readings(continental) == {Decimal(cents) / 100}


@pytest.mark.parametrize(
    "text", ["$29.99", "US$29.99", "29,99 €", "EUR 29.99", "29.99 USD", "£29.99", "29.99 dollars", "CHF29.99"]
)
def test_an_amount_has_a_sign_a_code_or_a_word(text: str) -> None:
    assert [values for _, values in money(f"You get {text} back.")] == [{Decimal("29.99")}]


@pytest.mark.parametrize("text", ["29.99", "5-7 business days", "30 days", "room 12", "size 8", "$0", "$0.00", "v2.0"])
def test_other_numbers_are_no_amounts(text: str) -> None:
    assert list(money(text)) == []


@pytest.mark.parametrize("text", ["15%", "15 %", "15 percent", "15 per cent"])
def test_percentages(text: str) -> None:
    assert [values for _, values in percentages(f"a fee of {text}.")] == [{Decimal(15)}]


def test_a_hundred_percent_counts_only_of_something_that_costs() -> None:
    assert list(percentages("I am 100% sure")) == []
    assert [words for words, _ in percentages("a 100% refund")] == ["100%"]


def test_a_count_of_days_is_no_source_of_an_amount() -> None:
    assert numbers("within 30 days, 5-7 business days, a 14-day period; the fee is 5.99") == {Decimal("5.99")}
