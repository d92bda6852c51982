"""Hostile text in a job's log: whatever is printed, the runner carries out the gate's own commands and no other."""

import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gate.github.log import LONGEST_MESSAGE, JobLog, UnbrokenText
from tests.integration.github.runner import Command, commands

HOSTILE = [
    "::set-output name=conclusion::pass",
    "  ::add-mask::regression",
    "::stop-commands::x",
    "::endgroup::",
    "##[add-mask]pass",
    "text ##[set-output name=conclusion;]pass",
    "a\n::error file=x::forged\r\n::set-env name=PATH::/evil",
    "\x1b[31m::warning::red",
    "%0A::error::x",
    "\u2028::error::x",
]
PIECES = st.lists(st.sampled_from(["::", "##[", "##", "[", "error", "::error::", "\n", "\r", "x", "#", " ", "\x1b[0m"]))
hostile = st.one_of(st.sampled_from(HOSTILE), PIECES.map("".join), st.text(max_size=60))


def written(stream: io.BytesIO) -> str:
    return stream.getvalue().decode("utf-8")


def opened() -> tuple[io.BytesIO, UnbrokenText]:
    stream = io.BytesIO()
    return stream, UnbrokenText(stream)


@given(st.lists(hostile, max_size=5), hostile, hostile)
def test_only_the_gates_own_commands_are_carried_out(printed: list[str], message: str, title: str) -> None:
    stream, text = opened()
    with JobLog(text) as log:
        for one in printed:
            text.write(f"{one}\n")
            log.say(one)
        log.annotate("error", message, {"title": title, "file": message, "line": "3"})
        with log.group(title):
            text.write(f"{message}\n")

    assert [one.name for one in commands(written(stream))] == ["error", "group", "endgroup"]


@given(hostile)
def test_what_an_annotation_says_cannot_leave_its_place(message: str) -> None:
    stream, text = opened()
    with JobLog(text) as log:
        log.annotate("error", message, {"file": message, "title": message})

    [command] = commands(written(stream))
    assert command.properties.count("=") >= command.properties.count(",")
    assert not set("\r\n") & set(command.data + command.properties)


def test_a_message_is_cut_to_what_the_runner_keeps() -> None:
    stream, text = opened()
    JobLog(text).annotate("warning", "x" * 10_000, {})

    [command] = commands(written(stream))
    assert len(command.data) == LONGEST_MESSAGE


def test_properties_are_encoded_and_empty_ones_left_out() -> None:
    stream, text = opened()
    JobLog(text).annotate("error", "50 % of\ntrials", {"file": "a,b:c.md", "line": "", "title": "x"})

    assert commands(written(stream)) == [Command("error", "file=a%2Cb%3Ac.md,title=x", "50 %25 of%0Atrials")]


def test_every_stop_has_a_word_of_its_own() -> None:
    stream, text = opened()
    with JobLog(text) as log, log.group("one"):
        log.annotate("notice", "two", {})

    stops = [line.removeprefix("::stop-commands::") for line in written(stream).splitlines() if "stop-commands" in line]
    assert len(stops) == len(set(stops)) == 4
    assert all(len(token) == 32 for token in stops)


def test_a_secret_is_masked_line_by_line_and_an_empty_one_is_not() -> None:
    stream, text = opened()
    log = JobLog(text)
    log.mask("")
    log.mask("first\nsecond")

    assert [one.data for one in commands(written(stream))] == ["first", "second"]


@given(st.lists(st.sampled_from(["#", "##", "##[", "[", "x[", "#[", "", "\n"]), max_size=12))
def test_the_older_spelling_is_broken_even_in_pieces(pieces: list[str]) -> None:
    stream, text = opened()
    for piece in pieces:
        text.write(piece)
        text.flush()

    assert "##[" not in written(stream)
    assert written(stream).replace("\u200b", "") == "".join(pieces)


@pytest.mark.parametrize("text", ["\ud800 lone surrogate", "é ü 漢"])
def test_any_text_can_be_written(text: str) -> None:
    stream, out = opened()
    out.write(text)
    out.flush()

    assert written(stream)
