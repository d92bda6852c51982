"""report.html is one closed file: nothing runs, nothing is fetched, and hostile text is only text."""

import re
from base64 import b64encode
from dataclasses import replace
from hashlib import sha256

import pytest
from lxml import html

from gate.model.report import Links
from gate.model.transcript import Captured, Passage, ToolCall, Transcript, TurnRecord
from gate.model.words import Arm
from gate.reports.html import page
from tests.builders import AGENT, regressed_case, report
from tests.unit.reports.scenarios import HOSTILE, SCENARIOS

ELEMENTS = {
    *("html", "head", "meta", "title", "style", "body", "main", "div", "section", "article", "header", "footer"),
    *("h1", "h2", "h3", "h4", "p", "span", "b", "code", "br", "a", "ul", "li", "blockquote", "details", "summary"),
    *("table", "thead", "tbody", "tr", "th", "td", "svg", "rect"),
}


def transcript(arm: Arm, text: str, *, error: str = "") -> Transcript:
    call = ToolCall(name=text, alias=text, arguments={text: text}, result={"order": text}, error=error)
    turn = TurnRecord(
        number=1, user=text, reply=text, tool_calls=(call,), topics=(text,), platform={text: text},
        retrieved=(Passage(source=text, text=text),),
    )  # fmt: skip
    return Transcript(case="x", arm=arm, trial=1, agent_fingerprint="f", turns=(turn,), error=error, version=text)


def hostile_page() -> str:
    of = SCENARIOS["hostile"]
    transcripts = [transcript(Arm.HEAD, HOSTILE, error=HOSTILE)]
    return page(of, {case.case: transcripts for case in of.comparison.cases})


@pytest.mark.parametrize("text", [*(page(one) for one in SCENARIOS.values()), hostile_page()])
def test_only_known_elements_and_harmless_attributes_stand_in_it(text: str) -> None:
    root = html.document_fromstring(text)
    assert {str(element.tag) for element in root.iter()} <= ELEMENTS
    for element in root.iter():
        assert not [name for name in element.attrib if str(name).startswith("on") or name in ("style", "src", "srcset")]
        href = str(element.get("href", "https://github.com/acme/support/"))
        assert href.startswith("https://github.com/acme/support/")


@pytest.mark.parametrize("scenario", SCENARIOS)
def test_its_policy_allows_its_own_style_and_nothing_else(scenario: str) -> None:
    root = html.document_fromstring(page(SCENARIOS[scenario]))
    [style] = root.iter("style")
    digest = b64encode(sha256((style.text or "").encode()).digest()).decode()
    [policy] = [one.get("content") for one in root.iter("meta") if one.get("http-equiv") == "Content-Security-Policy"]
    assert policy == f"default-src 'none'; style-src 'sha256-{digest}'; base-uri 'none'; form-action 'none'"
    assert "url(" not in (style.text or "")
    assert "@import" not in (style.text or "")


def test_hostile_text_is_shown_as_it_is_with_hidden_characters_written_out() -> None:
    shown = "".join(map(str, html.document_fromstring(hostile_page()).itertext()))
    assert "<script>alert(1)</script>" in shown
    assert "⟨U+202E⟩" in shown
    assert not re.search("[\x00\x1b\u202e]", shown)


def test_a_regressed_case_shows_its_fall_its_words_and_both_transcripts() -> None:
    case = regressed_case("drops", reason="starts the `wrong` return")
    transcripts = {case.case: [transcript(Arm.HEAD, "I did it."), transcript(Arm.BASE, "Which items?")]}
    [shown] = html.document_fromstring(page(report([case]), transcripts)).iter("article")
    text = " ".join("".join(map(str, shown.itertext())).split())
    assert "correctness 2 → 1: starts the wrong return" in text
    assert "turn 3: “I have started the return.”" in text
    assert text.index("base, trial 1") < text.index("this PR, trial 1")
    assert 'called Which items?(Which items?: "Which items?") as Which items? → {"order": "Which items?"}' in text


def test_a_tool_error_and_an_errored_trial_are_said() -> None:
    case = regressed_case("drops")
    text = page(report([case]), {case.case: [transcript(Arm.HEAD, "x", error="503")]})
    assert "error: 503" in text
    assert "errored: 503" in text


def test_a_transcript_says_what_was_not_seen_so_that_silence_is_no_absence() -> None:
    case = regressed_case()
    blind = Captured(tool_calls=False, topic=False)
    turn = TurnRecord(
        number=1, user="Hi", reply="Hello", captured=blind, unknown=({"type": "X"},), topics=("Router", "Orders"),
        platform={"groundedness": "UNGROUNDED", "safety_categories": {}},
    )  # fmt: skip
    kept = replace(transcript(Arm.HEAD, "x"), turns=(turn,), captured=blind, version="Support v3")
    shown = "".join(map(str, html.document_fromstring(page(report([case]), {case.case: [kept]})).itertext()))
    for words in (
        "not seen in this turn: tool calls, topics",
        "not seen in this trial, whatever happened: tool calls, topics",
        "topics: Router → Orders",
        "the platform says: groundedness UNGROUNDED",
        "not understood, see the transcript: 1",
        "answered by Support v3",
    ):
        assert words in shown, words


def test_without_transcripts_none_are_offered() -> None:
    assert "Transcripts" not in page(SCENARIOS["blocked"])


def test_every_case_of_the_run_is_listed() -> None:
    of = SCENARIOS["blocked"]
    text = page(of)
    assert f"All {len(of.comparison.cases)} cases of this run" in text
    assert all(case.id in text for case in of.comparison.cases)


@pytest.mark.parametrize("scenario", SCENARIOS)
def test_tables_name_their_rows_and_columns(scenario: str) -> None:
    for table in html.document_fromstring(page(SCENARIOS[scenario])).iter("table"):
        heads = [cell.get("scope") for cell in table.iter("th")]
        assert set(heads) == {"col", "row"}
        widths = {len(row) for row in table.iter("tr")}
        assert len(widths) == 1


def test_the_title_says_conclusion_and_agent() -> None:
    assert f"<title>Blocked: {AGENT}</title>" in page(SCENARIOS["blocked"])


def test_a_fixture_that_is_no_web_address_is_named_but_not_linked() -> None:
    text = page(report([regressed_case("drops")], links=Links(fixtures="javascript:alert(1)//")))
    assert "<code>javascript:alert(1)//fixtures/customer-support-agent/drops.md#L2</code>" in text
    assert "href" not in text
