"""A report fits its limit whatever it holds, and says what it left out."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gate.reports.blocks import Block, Measure, fit, utf8_bytes, utf16_units

rows = st.lists(st.text(alphabet="aé😀", max_size=30), max_size=30).map(tuple)
blocks = st.lists(
    st.builds(Block, head=st.just(("Title",)), rows=rows, importance=st.integers(0, 3), noun=st.just(("row", "rows"))),
    max_size=6,
)


@given(blocks, st.integers(0, 900), st.sampled_from([utf16_units, utf8_bytes]))
def test_the_text_never_exceeds_its_limit(parts: list[Block], extra: int, measure: Measure) -> None:
    least = sum(40 + measure(part.head[0]) for part in parts) + 1
    assert measure(fit(parts, least + extra, measure)) <= least + extra


@given(blocks)
def test_with_room_enough_every_row_stands_in_order(parts: list[Block]) -> None:
    lines = fit(parts, 1_000_000, utf16_units).splitlines()
    assert [line for line in lines if line and line != "Title"] == [row for part in parts for row in part.rows if row]


def test_the_least_important_rows_go_first_and_the_cut_is_counted() -> None:
    important = Block(head=("A",), rows=("a" * 20,) * 3, importance=1, noun=("case", "cases"))
    other = Block(head=("B",), rows=("b" * 20,) * 3, importance=2, noun=("note", "notes"))
    text = fit([other, important], 130, utf16_units)
    assert text.count("a" * 20) == 3
    assert text.count("b" * 20) == 1
    assert "… and 2 more notes in the report" in text


def test_a_block_without_room_for_any_row_is_one_line() -> None:
    block = Block(head=("Title",), rows=("x" * 500,), noun=("case", "cases"))
    assert fit([block], 100, utf16_units) == "… and 1 more case in the report\n"


def test_a_limit_below_the_fixed_part_is_refused() -> None:
    with pytest.raises(ValueError, match="cannot hold"):
        fit([Block(head=("x" * 50,))], 20, utf16_units)


def test_characters_beyond_the_basic_plane_count_twice() -> None:
    assert utf16_units("a😀") == 3
