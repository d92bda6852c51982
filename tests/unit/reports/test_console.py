"""The console says what the comment says, and nothing an agent said reaches the terminal's controls."""

import re
from dataclasses import replace
from io import StringIO

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.console import Console

from gate.model.words import CaseVerdict, Status
from gate.reports.console import console_text, renderable
from tests.builders import case_comparison, regressed_case, report
from tests.unit.reports.scenarios import HOSTILE, SCENARIOS


@pytest.mark.parametrize("scenario", SCENARIOS)
@pytest.mark.parametrize("width", [40, 100, 300])
def test_plain_text_has_no_control_and_no_workflow_command(scenario: str, width: int) -> None:
    text = console_text(SCENARIOS[scenario], width=width)
    assert not re.search("[\x00-\x09\x0b-\x1f\x7f-\x9f\u202a-\u202e\ud800-\udfff]", text)
    assert not re.search(r"##\[|^\s*::", text, re.MULTILINE)


@pytest.mark.parametrize("scenario", SCENARIOS)
def test_colour_adds_only_colour(scenario: str) -> None:
    coloured = console_text(SCENARIOS[scenario], colour=True)
    plain = "\n".join(line.rstrip() for line in re.sub(r"\x1b\[[0-9;]*m", "", coloured).splitlines()) + "\n"
    assert coloured != plain
    assert plain == console_text(SCENARIOS[scenario])


@given(st.text(max_size=40), st.integers(30, 120))
def test_no_line_is_wider_than_asked_for(text: str, width: int) -> None:
    case = regressed_case("drops", reason=text, quote=text, explanation=text, topic="Returns")
    found = console_text(report([case]), width=width)
    assert max(Console(width=1000).measure(line, options=None).maximum for line in found.splitlines() if line) <= width


def test_rich_markup_in_outside_text_stays_text() -> None:
    text = console_text(report([regressed_case("drops", reason="[bold red]pass[/] [link=https://e.x]y[/link]")]))
    assert "[bold red]pass[/] [link=https://e.x]y[/link]" in text


def test_a_regressed_case_shows_scores_reason_words_and_place() -> None:
    lines = [line.strip() for line in console_text(report([regressed_case("drops")])).splitlines()]
    first = lines.index("drops · P0 · Returns")
    assert lines[first + 1].startswith("correctness 2 → 1: Initiate_Return was called with items: []")
    assert lines[first + 2] == "turn 3: “I have started the return.”"
    assert lines[first + 4] == "fixtures/customer-support-agent/drops.md:2"


def test_hostile_text_is_shown_on_the_console_without_its_escape_sequences() -> None:
    text = console_text(report([regressed_case("drops", quote=HOSTILE)]), width=4000)
    assert "<script>alert(1)</script>" in text
    assert "]8;;" not in text


def test_what_gave_no_answer_stands_under_its_own_title() -> None:
    assert "No answer\n infra-failure return-bulk-items (P0)" in console_text(SCENARIOS["infra-failure"])


def test_exploratory_cases_stand_apart() -> None:
    text = console_text(report([regressed_case("try-out", status=Status.EXPLORATORY)]))
    assert "Exploratory, never blocks\n  try-out" in text
    assert "\nRegressed\n" not in text


def test_it_can_be_printed_by_a_console_of_ones_own() -> None:
    console = Console(record=True, width=100, file=StringIO())
    console.print(renderable(report([case_comparison("fine", CaseVerdict.FLAKY)])))
    assert "flaky" in console.export_text()


def test_what_is_not_known_of_a_case_is_left_out() -> None:
    bare = case_comparison("drops", CaseVerdict.REGRESSED, topic="", base=(0, 0), head=(0, 0))
    case = replace(bare, path="")
    lines = [line.strip() for line in console_text(report([case])).splitlines()]
    first = lines.index("drops · P0")
    assert lines[first + 1 : first + 3] == ["correctness 2 → 2", ""]


def test_the_environment_is_said_unless_the_headline_says_it() -> None:
    of = SCENARIOS["infra-failure"]
    assert "Environment:" not in console_text(of)
    other = replace(of, decision=replace(of.decision, headline="no answer", next_action=""))
    second = console_text(other).splitlines()[1]
    assert second.startswith("Environment: 9 of 13 trials of head are missing")
