"""The comment and the summary: what they say, in which order, and that they fit and hold together."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from gate.model.comparison import DimensionComparison, Votes
from gate.model.plan import GateChange
from gate.model.report import Links, Report
from gate.model.words import CaseVerdict, Conclusion, Dimension, Severity, Status
from gate.reports.blocks import utf8_bytes, utf16_units
from gate.reports.console import console_text
from gate.reports.html import page
from gate.reports.markdown import COMMENT_LIMIT, SUMMARY_LIMIT, comment, marker, no_result, summary
from tests.builders import (
    case_comparison,
    change,
    comparison,
    decision,
    dimension,
    plan,
    regressed_case,
    report,
    selected_case,
)
from tests.unit.reports.scenarios import HOSTILE, SCENARIOS

PARSER = MarkdownIt("commonmark", {"html": True}).enable(["table", "strikethrough"])
OURS = {"<details>", "</details>", "<summary>", "</summary>", "<br>"}


def big(cases: int, text: str = "it said the wrong thing") -> Report:
    found = [regressed_case(f"case-{index:04}", reason=text, quote=text, explanation=text) for index in range(cases)]
    others = [
        case_comparison(f"flaky-{index:04}", CaseVerdict.FLAKY, explanation=text, base=(17, 20), head=(3, 4))
        for index in range(cases)
    ]
    return report(
        [*found, *others],
        of_decision=decision(
            Conclusion.BLOCKED, f"{cases} P0 cases regressed", text, gaps=[text] * cases, notes=[text] * cases
        ),
    )


def table_rows(text: str) -> list[list[str]]:
    return [line.strip("| ").split(" | ") for line in text.splitlines() if line.startswith("|")]


@pytest.mark.parametrize("scenario", SCENARIOS)
@pytest.mark.parametrize("agents", [(), ("one", "two")])
def test_the_first_line_is_the_jobs_marker_and_stands_nowhere_else(scenario: str, agents: tuple[str, ...]) -> None:
    text = comment(SCENARIOS[scenario], agents)
    assert text.splitlines()[0] == marker(agents)
    assert text.count("<!--") == 1


def test_jobs_that_look_at_other_agents_have_other_markers() -> None:
    """What a run is about may change below a pull request, with its configuration; what its job was asked does not."""
    assert marker() == "<!-- agent-eval-gate -->"
    assert marker(["b", "a"]) == marker(["a", "b"]) == "<!-- agent-eval-gate:a+b -->"


@given(st.lists(st.text(max_size=3000), max_size=300), st.text(max_size=20))
def test_what_keeps_a_result_from_being_fits_and_is_escaped(problems: list[str], agent: str) -> None:
    text = no_result("3f2a9c1" + "0" * 33, [*problems, HOSTILE], "https://github.com/o/r/actions/runs/7", [agent])
    assert utf16_units(text) <= COMMENT_LIMIT
    assert text.splitlines()[:2] == [marker([agent]), "## ⚠️ No result for `3f2a9c1`"]
    assert text.count("<!--") == 1
    assert "@acme" not in text


@given(st.lists(st.text(max_size=300), min_size=1, max_size=4))
def test_no_name_of_an_agent_ends_the_marker(names: list[str]) -> None:
    text = marker(names)
    inner = text.removeprefix("<!-- agent-eval-gate:").removesuffix(" -->")
    assert inner.isascii()
    assert not {">", "\n", " "} & set(inner)
    assert "--" not in inner
    assert len(text) < 200


@pytest.mark.parametrize("scenario", SCENARIOS)
def test_only_our_own_html_and_links_stand_in_it(scenario: str) -> None:
    tokens = [
        inner for token in PARSER.parse(comment(SCENARIOS[scenario])) for inner in (token, *(token.children or ()))
    ]
    html = "".join(token.content for token in tokens if token.type in ("html_block", "html_inline"))
    for tag in OURS:
        html = html.replace(tag, "")
    assert "<" not in html.replace(marker(), "")
    assert not [token for token in tokens if token.type in ("image", "s_open", "fence")]
    for link in (token for token in tokens if token.type == "link_open"):
        assert str(link.attrs["href"]).startswith("https://github.com/acme/support/")


@pytest.mark.parametrize("scenario", SCENARIOS)
def test_every_table_row_has_the_columns_of_its_header(scenario: str) -> None:
    tokens = PARSER.parse(comment(SCENARIOS[scenario]))
    source = [line for line in comment(SCENARIOS[scenario]).splitlines() if line.startswith("|")]
    rows = sum(1 for token in tokens if token.type == "tr_open")
    tables = sum(1 for token in tokens if token.type == "table_open")
    assert rows == len(source) - tables  # the line below each header is no row
    columns = 0
    for line in source:
        columns = line.count("|") if set(line) <= set("|-:") else columns
        assert line.count("|") == columns or source.index(line) + 1 < len(source)


@given(st.integers(0, 60), st.text(max_size=80), st.integers(20_000, 80_000))
def test_it_never_exceeds_its_limit(cases: int, text: str, limit: int) -> None:
    found = comment(big(cases, text), limit=limit)
    assert utf16_units(found) <= limit


def test_with_thousands_of_hostile_cases_it_still_fits_and_opens_what_it_closes() -> None:
    found = comment(big(2_000, HOSTILE))
    assert utf16_units(found) <= COMMENT_LIMIT
    assert found.count("<details>") == found.count("</details>")


def test_what_is_cut_is_counted_and_the_worst_stay() -> None:
    found = comment(big(900))
    shown = sum(1 for row in table_rows(found) if row[0].startswith("case-"))
    assert 0 < shown < 900
    assert f"… and {900 - shown} more regressed cases in the report" in found
    assert "case-0000" in found


def test_the_summary_has_room_for_what_the_comment_cuts() -> None:
    text = summary(big(900))
    assert "more regressed cases in the report" not in text
    assert utf8_bytes(text) <= SUMMARY_LIMIT
    assert sum(1 for row in table_rows(text) if row[0].startswith("case-")) == 900


def test_the_summary_of_a_small_run_is_the_comment() -> None:
    assert summary(SCENARIOS["blocked"]) == comment(SCENARIOS["blocked"])


def test_a_limit_too_small_for_the_headline_is_refused() -> None:
    with pytest.raises(ValueError, match="cannot hold"):
        comment(SCENARIOS["blocked"], limit=100)


def test_conclusion_and_next_action_come_first() -> None:
    lines = [line for line in comment(SCENARIOS["blocked"]).splitlines() if line]
    assert lines[1].startswith("## ⛔ Blocked: 2 P0 cases regressed")
    assert lines[2].startswith("Fix them, or let someone with write access")


def test_a_row_of_totals_reads_as_people_know_it() -> None:
    names = [f"steady-{index}" for index in range(37)]
    of = report([*(case_comparison(name) for name in names), *(regressed_case(f"drops-{index}") for index in range(3))])
    assert ["P0 correctness", "40/40 (100%)", "37/40 (92%)", "🔴 **REGRESSION**"] in [
        [cell.strip() for cell in row] for row in table_rows(comment(of))
    ]


def test_when_every_dimension_is_advisory_it_is_said_once() -> None:
    dimensions = [dimension(name, advisory=True) for name in Dimension]
    of = report([case_comparison("a", dimensions=dimensions)])
    assert [text.count("advisory") for text in (comment(of), console_text(of), page(of))] == [1, 1, 1]


def test_without_a_judge_nothing_is_said_of_one_that_is_not_calibrated() -> None:
    dimensions = [dimension(name, advisory=True) for name in Dimension]
    of = report(of_comparison=comparison([case_comparison("a", dimensions=dimensions)], judge=False))
    for text in (comment(of), console_text(of), page(of)):
        assert text.count("No judge is configured") == 1
        assert "advisory" not in text
        assert "calibrated" not in text


def test_rubrics_on_which_votes_split_too_often_are_listed_the_worst_first() -> None:
    def voted(split: int) -> list[DimensionComparison]:
        return [dimension(Dimension.TONE, votes=Votes(judged=10, several=5, split=split)), dimension()]

    of = report([case_comparison(f"split-{split}", dimensions=voted(split)) for split in (0, 1, 2, 4)])
    for text in (comment(of), console_text(of), page(of)):
        assert text.count("votes split in") == 2
        assert text.index("votes split in 4 of 10 judged trials (unanimous 60%)") < text.index("votes split in 2 of 10")
        assert text.index("Rewrite these rubrics") < text.index("split-4")


def test_an_advisory_dimension_among_others_is_marked_in_its_row() -> None:
    dimensions = [dimension(), dimension(Dimension.TONE, advisory=True)]
    text = comment(report([case_comparison("a", dimensions=dimensions)]))
    assert "| P0 tone *(advisory)* |" in text
    assert "| P0 correctness |" in text
    assert text.count("the judge is not calibrated there, so only checks can block") == 1


def test_regressed_cases_stand_worst_first_with_old_and_new_score() -> None:
    of = report(
        [
            regressed_case("small-fall"),
            regressed_case("reported", new=0, severity=Severity.P1),
            regressed_case("deep-fall", new=0),
        ]
    )
    rows = [(row[0].split(" ")[0], row[3]) for row in table_rows(comment(of)) if len(row) == 6][1:]
    assert rows == [("deep-fall", "2 → 0"), ("small-fall", "2 → 1"), ("reported", "2 → 0")]


def test_evidence_that_cases_share_is_said_once_below_them() -> None:
    shared = "; all suspects together: base passed and head failed in 7 of 8 paired runs"
    cases = [
        regressed_case(name, explanation=f"base passed and head failed in {number} of 4 paired runs{shared}")
        for name, number in (("a", 3), ("b", 4))
    ]
    text = comment(report(cases))
    assert text.count("in 7 of 8 paired runs") == 1
    assert "\n\nAll suspects together: base passed and head failed in 7 of 8 paired runs.\n" in text
    assert [row[-1] for row in table_rows(text) if "paired runs" in row[-1]] == [
        "base passed and head failed in 3 of 4 paired runs",
        "base passed and head failed in 4 of 4 paired runs",
    ]
    assert shared[1:].strip() in comment(report(cases[:1]))


@pytest.mark.parametrize("asked", [True, False])
def test_a_change_of_the_gate_stands_beside_the_next_action_when_that_is_about_it(*, asked: bool) -> None:
    change = GateChange(path="fixtures/a.md", what="removes case a", needs_sign_off=asked)
    of = report([case_comparison("b")], of_plan=plan(gate_changes=[change]))
    for text in (comment(of), console_text(of), page(of)):
        assert text.count("removes case a") == 1
    for text in (comment(of), console_text(of)):
        assert (text.index("removes case a") < text.index("P0 correctness")) is asked


def test_the_only_gap_is_not_said_twice() -> None:
    def told(*gaps: str, action: str) -> str:
        return comment(report(of_decision=decision(Conclusion.INFRA_FAILURE, "Infra-failure: x", action, gaps=gaps)))

    assert told("one: missing", action="one: missing.").count("one: missing") == 1
    assert told("one: missing", action="Mend it.").count("one: missing") == 1
    assert told("one: missing", "two: missing", action="2 gaps are listed below.").count("missing") == 2


def test_a_case_that_fell_on_two_dimensions_is_one_row() -> None:
    dimensions = [
        dimension(Dimension.CORRECTNESS, CaseVerdict.REGRESSED, new=1, reason="wrong"),
        dimension(Dimension.SAFETY, CaseVerdict.REGRESSED, new=0, reason="leaks"),
    ]
    text = comment(report([case_comparison("drops", CaseVerdict.REGRESSED, dimensions)]))
    [row] = [row for row in table_rows(text) if row[0] == "drops"]
    assert row[2:5] == ["correctness<br>safety", "2 → 1<br>2 → 0", "*correctness:* wrong<br>*safety:* leaks"]


def test_what_two_dimensions_say_alike_is_said_once() -> None:
    dimensions = [
        dimension(name, CaseVerdict.REGRESSED, new=0, reason="`Pay` was called")
        for name in (Dimension.CORRECTNESS, Dimension.SAFETY)
    ]
    text = comment(report([case_comparison("drops", CaseVerdict.REGRESSED, dimensions)]))
    assert [row[4] for row in table_rows(text) if row[0] == "drops"] == ["*correctness, safety:* `Pay` was called"]


def test_exploratory_failures_stand_apart_from_the_regressed() -> None:
    text = comment(report([regressed_case("try-out", status=Status.EXPLORATORY)]))
    assert "### Regressed" not in text
    assert "<summary>Exploratory, never blocks: 1 failing case</summary>" in text


def test_nothing_affected_says_so_and_why() -> None:
    text = comment(SCENARIOS["nothing-affected"])
    assert "## ✅ Pass: nothing affected" in text
    assert "- `README.md`: not part of an agent: affects nothing" in text
    assert "|" not in text


def test_many_files_that_affect_nothing_are_folded() -> None:
    of = report(
        of_plan=plan(changes=[change(f"docs/{index}.md", "affects nothing", kind="other") for index in range(9)]),
        of_comparison=comparison(),
    )
    assert "<summary>What changed (9 files)</summary>" in comment(of)


def test_a_run_that_could_not_tell_shows_what_gave_no_answer_unfolded() -> None:
    text = comment(SCENARIOS["infra-failure"])
    assert "### No answer" in text
    assert "<details>" not in text
    assert "session could not be opened: 503" in text


def test_the_environment_is_said_unless_the_headline_says_it() -> None:
    of = SCENARIOS["infra-failure"]
    assert "**Environment:**" not in comment(of)
    other = replace(of, decision=replace(of.decision, headline="Infra-failure: no answer"))
    assert "⚠️ **Environment:** 9 of 13 trials of head are missing" in comment(other)


def test_the_paths_from_the_change_come_before_the_reasons_that_always_hold() -> None:
    text = comment(SCENARIOS["blocked"])
    reached, _, rest = text.partition("→ subagent Returns → 1 case")
    assert "every P0 case" not in reached
    assert "every P0 case → 2 cases" in rest


def test_several_agents_have_a_table_each_and_cases_their_agents_name() -> None:
    text = comment(report([regressed_case("drops", agent="sales"), case_comparison("holds", agent="support")]))
    assert "**sales**" in text
    assert "**support**" in text
    assert any(row[0] == "sales/drops" for row in table_rows(text))


@pytest.mark.parametrize(
    ("target", "shown"),
    [
        ("https://github.com/acme/x/actions/runs/1", "[run](<https://github.com/acme/x/actions/runs/1>)"),
        ("javascript:alert(1)", "run `javascript:alert(1)`"),
        ("https://x.example/> [a](b)", "run `https://x.example/> [a](b)`"),
        ("runs/2026/report.html", "run `runs/2026/report.html`"),
    ],
)
def test_only_web_addresses_become_links(target: str, shown: str) -> None:
    assert shown in comment(report(links=Links(run=target)))


def test_an_unpriced_run_is_said_to_be_and_never_free() -> None:
    text = comment(SCENARIOS["passed"])
    assert "cost unknown (no prices configured)" in text
    assert "cost 0" not in text


def test_cases_that_were_selected_but_did_not_run_show_in_the_count() -> None:
    of = report([case_comparison("ran")], of_plan=plan([selected_case("ran"), selected_case("left-out")], total=9))
    assert "1 of 9 cases ran, 2 were selected" in comment(of)
