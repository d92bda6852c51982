from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gate.network.sse import MOST_CHARACTERS, EventReader, EventTooLongError, ServerEvent


def read(*chunks: bytes) -> list[ServerEvent]:
    reader = EventReader()
    return [event for chunk in chunks for event in reader.feed(chunk)]


def test_an_event_has_a_name_and_its_data_lines_joined() -> None:
    assert read(b": hello\nevent: INFORM\nid: 1\ndata: one\ndata:two\nretry: 5\n\ndata: x\n\n") == [
        ServerEvent("INFORM", "one\ntwo"),
        ServerEvent("message", "x"),
    ]


def test_an_event_without_data_or_without_an_end_is_none() -> None:
    assert read(b"event: ping\n\ndata: cut off\n") == []


text = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\r\n\ufeff"), max_size=12)
events = st.lists(st.tuples(text, st.lists(text, min_size=1, max_size=3)), max_size=4)


@given(events, st.sampled_from(["\n", "\r\n", "\r"]), st.lists(st.integers(0, 200), max_size=6))
def test_however_it_is_cut_the_same_events_come_out(
    given_events: list[tuple[str, list[str]]], end: str, cuts: list[int]
) -> None:
    """Also in the middle of a character, and between CR and LF."""
    whole = "".join(
        f"event: {name}{end}" + "".join(f"data: {line}{end}" for line in lines) + end for name, lines in given_events
    )
    raw = (whole + f": the end{end}").encode()
    places = sorted({min(cut, len(raw)) for cut in cuts} | {0, len(raw)})
    chunks = [raw[start:stop] for start, stop in pairwise(places)]

    assert read(*chunks) == [ServerEvent(name or "message", "\n".join(lines)) for name, lines in given_events]


@given(st.lists(st.binary(max_size=40), max_size=5))
def test_no_bytes_break_it(chunks: list[bytes]) -> None:
    read(*chunks)


def test_an_event_without_bound_is_refused() -> None:
    with pytest.raises(EventTooLongError):
        read(b"data: " + b"x" * (MOST_CHARACTERS + 1))
