import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gate.network.json_text import parse, whole

values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(st.characters(exclude_categories=[])),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=8,
)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ('"\\ud83d"', "\ufffd"),
        ('"\\uD83D\\uDE00"', "\U0001f600"),
        ('{"\\udc00": ["a\\ud800b"]}', {"\ufffd": ["a\ufffdb"]}),
        (b'"\xf0\x9f\x98\x80"', "\U0001f600"),
    ],
)
def test_half_a_pair_of_surrogates_becomes_the_mark_for_what_is_unreadable(text: str | bytes, value: object) -> None:
    assert parse(text) == value


@given(values)
def test_what_was_parsed_can_always_be_written(value: object) -> None:
    parsed = parse(json.dumps(value))
    json.dumps(parsed, ensure_ascii=False).encode("utf-8")


@given(st.text())
def test_whole_text_stays(text: str) -> None:
    assert whole(text) == text
    assert parse(json.dumps(text)) == text


@pytest.mark.parametrize("text", ["", "{", "[" * 200_000, "nul"])
def test_what_is_no_json_is_a_value_error(text: str) -> None:
    with pytest.raises(ValueError):  # noqa: PT011 - JSON's own words differ between versions
        parse(text)
