"""Nothing that an agent, a fixture or a branch name says breaks out of the place it is shown in."""

import re
from collections.abc import Callable, Iterator
from xml.etree import ElementTree as ET

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from markdown_it import MarkdownIt
from markdown_it.token import Token

from gate.reports.escape import (
    clip,
    code,
    log_safe,
    markdown,
    one_line,
    prose,
    terminal,
    terminal_lines,
    visible,
    workflow_data,
    workflow_property,
    xml,
)
from tests.unit.reports.scenarios import HOSTILE

Escape = Callable[[str], str]
PARSER = MarkdownIt("commonmark").enable(["table", "strikethrough"])
PIECES = [
    "`", "``", "```", "|", "\\", "\\|", "*", "**", "_", "~~", "[", "](", ")", "![", "<", ">", "<!--", "-->", "<b>", "&",
    "&lt;", "@", "@acme", "#", "#1", "\n", "\n\n", "\r", "\t", " ", "- ", "1. ", "> ", "===", "---", "$", ":", "::",
    "$`", "##[", "https://e.x", "www.e.x", "a@b.cd", ":tada:", "GH-1", "\x1b[31m", "\x1b]0;t\x07", "\x9b2J", "\u202e",
    "\u200b", "\ud800", "\x00", "a", "B2", "é", "👨‍👩‍👧", "]]>", "</details>", HOSTILE,
]  # fmt: skip
nasty = st.one_of(st.lists(st.sampled_from(PIECES), max_size=12).map("".join), st.text(max_size=40))


def inline(text: str) -> Iterator[Token]:
    for token in PARSER.parse(text):
        yield token
        yield from token.children or ()


def shown(text: str) -> str:
    return "".join(token.content for token in inline(text) if token.type in ("text", "text_special", "code_inline"))


@given(nasty)
@example(HOSTILE)
def test_escaped_markdown_is_one_paragraph_of_plain_text(text: str) -> None:
    types = {token.type for token in inline(f"x {markdown(text)} y")}
    assert types <= {"paragraph_open", "inline", "paragraph_close", "text", "text_special"}


@given(nasty)
@example(HOSTILE)
def test_escaped_markdown_at_the_start_of_a_line_opens_no_block(text: str) -> None:
    types = {token.type for token in inline(markdown(text))}
    assert types <= {"paragraph_open", "inline", "paragraph_close", "text", "text_special"}


@given(nasty)
@example(HOSTILE)
def test_escaped_markdown_shows_the_text(text: str) -> None:
    seen = shown(f"x{markdown(text)}y").replace("\u200b", "")
    assert seen == f"x{one_line(text)}y"


@given(nasty)
@example(HOSTILE)
def test_nothing_is_left_that_github_links_after_parsing(text: str) -> None:
    seen = shown(markdown(text))
    assert not re.search(r"@\w|#\d|gh-\d|://|www\.|:[\w+-]+:", seen, re.IGNORECASE | re.ASCII)


@given(st.lists(nasty, min_size=3, max_size=3), st.sampled_from([markdown, code, prose]))
@example([HOSTILE, "\\|", "`|`"], code)
@example([HOSTILE, "`a``b|`", "`|` `x`"], prose)
def test_a_table_keeps_its_columns_and_rows(texts: list[str], escape: Escape) -> None:
    row = "| " + " | ".join(escape(text) for text in texts) + " |"
    tokens = PARSER.parse(f"| a | b | c |\n| --- | --- | --- |\n{row}\n| 1 | 2 | 3 |\n")
    types = [token.type for token in tokens]
    assert (types.count("table_open"), types.count("tr_open"), types.count("td_open")) == (1, 3, 6)
    assert [token.content for token in tokens if token.type == "inline"][-3:] == ["1", "2", "3"]


@given(nasty, st.sampled_from([code, prose]))
@example(HOSTILE, prose)
@example("`a``<img src=x>`", prose)
@example("`a` `` `b`", prose)
def test_code_and_prose_hold_nothing_but_text_and_code(text: str, escape: Escape) -> None:
    types = {token.type for token in inline(f"x {escape(text)} y")}
    assert types <= {"paragraph_open", "inline", "paragraph_close", "text", "text_special", "code_inline"}


@given(nasty)
@example(HOSTILE)
def test_a_code_span_shows_the_text(text: str) -> None:
    if "|" not in text:
        assert shown(f"x {code(text)} y").replace("\u200b", "") == f"x {one_line(text)} y"


def test_prose_keeps_code_and_the_blanks_around_it() -> None:
    assert prose("use `a_b` or *c*") == "use `a_b` or \\*c\\*"
    assert prose("`a``b`") == "`a` `b`"
    assert prose("odd ` tick") == "odd \\` tick"


@given(nasty)
@example(HOSTILE)
def test_no_escape_lets_our_own_marker_through(text: str) -> None:
    for escape in (markdown, code, prose):
        assert "<!--" not in escape(text)


@given(nasty)
@example(HOSTILE)
def test_xml_text_can_be_parsed_and_read_back(text: str) -> None:
    element = ET.Element("a", {"b": xml(text)})
    element.text = xml(text)
    back = ET.fromstring(ET.tostring(element, encoding="utf-8"))  # noqa: S314 - our own text
    assert (back.text or "") == xml(text)


@given(nasty)
@example(HOSTILE)
def test_a_terminal_gets_one_line_of_printable_text_and_no_command(text: str) -> None:
    seen = terminal(text)
    assert not re.search("[\x00-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]", seen)
    assert "::" not in seen
    assert "##[" not in seen


@given(st.lists(nasty, max_size=4))
def test_several_lines_stay_as_many_and_each_is_safe(texts: list[str]) -> None:
    lines = [text.replace("\n", " ") for text in texts] or [""]
    assert terminal_lines("\n".join(lines)).split("\n") == [
        f"{' ' * (len(line) - len(line.lstrip(' ')))}{terminal(line)}" for line in lines
    ]


def test_a_terminal_shows_no_leftover_of_escape_sequences() -> None:
    assert terminal("\x1b[31mred\x1b[0m \x1b]8;;https://e.x\x07link\x1b]8;;\x07") == "red link"
    assert terminal("\x1b\x1b[31m[2J") == "⟨U+001B⟩[2J"


@given(nasty)
@example(HOSTILE)
def test_a_workflow_command_stays_one_line_with_its_own_properties(text: str) -> None:
    line = f"::error file={workflow_property(text)},line=1::{workflow_data(text)}"
    head, _, _ = line.removeprefix("::error ").partition("::")
    assert len(line.splitlines()) == 1
    assert [part.partition("=")[0] for part in head.split(",")] == ["file", "line"]
    assert "##[" not in line


def test_workflow_data_keeps_percent_signs_and_newlines_readable() -> None:
    assert workflow_data("100%\r\nof it") == "100%25%0Aof it"
    assert workflow_property("a:b,c") == "a%3Ab%2Cc"


@given(nasty)
def test_log_safe_text_holds_no_workflow_command(text: str) -> None:
    assert not re.search(r"##\[|^\s*::", log_safe(text), re.MULTILINE)


def test_hidden_characters_are_written_out() -> None:
    assert visible("a\u202eb\x00\ufeff\U000e0041") == "a⟨U+202E⟩b⟨U+0000⟩⟨U+FEFF⟩⟨U+E0041⟩"


def test_joiners_stay_in_emoji_and_are_written_out_in_words() -> None:
    assert visible("👨\u200d👩") == "👨\u200d👩"
    assert visible("pay\u200dpal") == "pay⟨U+200D⟩pal"


@given(nasty)
def test_showing_hidden_characters_twice_changes_nothing(text: str) -> None:
    assert visible(visible(text)) == visible(text)


@pytest.mark.parametrize(("text", "cut"), [("abc", "abc"), ("abcd", "ab…"), ("a bcd", "a…")])
def test_a_cut_text_ends_in_an_ellipsis(text: str, cut: str) -> None:
    assert clip(text, 3) == cut
