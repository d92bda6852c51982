"""Sheets: what is drawn, what a person sees and fills in, and what comes back."""

import csv
import io
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gate.calibration.file import merged, print_calibration, read_calibration
from gate.calibration.sample import Judged, by_judge, draw
from gate.calibration.sheet import (
    csv_sheet,
    items_of,
    markdown_sheet,
    not_sampled,
    rated,
    read_csv,
    read_markdown,
    trial_name,
)
from gate.errors import ProblemsError
from gate.model.calibration import Calibration, Item, Rating
from gate.model.problem import Problem
from gate.model.score import Scored, Unscored
from gate.model.words import Dimension
from gate.scoring.checks import check
from gate.scoring.question import question
from tests.conversations import a_case, a_transcript, a_turn

C, T = Dimension.CORRECTNESS, Dimension.TONE


def judged(reply: str, **scores: int) -> Judged:
    case = a_case(dimensions=(C, T))
    transcript = a_transcript(a_turn(reply))
    asked = question(case, transcript, check(case, transcript, {}))
    assert asked is not None
    given_ = {
        Dimension(name): Scored(dimension=Dimension(name), value=value, reason=f"judge: {value}", by="judge:x")
        for name, value in scores.items()
    }
    return Judged(case=case.id, rubric="r", question=asked, judge="a" * 64, scores=given_)


POOL = [judged(f"Reply {n}", correctness=2, tone=2) for n in range(60)] + [
    *(judged(f"Bad {n}", correctness=0, tone=2) for n in range(4)),
    *(judged(f"Cold {n}", correctness=2, tone=1) for n in range(4)),
]


def test_rare_scores_are_drawn_first_and_the_same_again() -> None:
    drawn = draw(POOL, 16, "s")
    assert len({one.question.hash for one in drawn}) == 16
    assert sum(one.scores[C].value == 0 for one in drawn) == 4
    assert sum(one.scores[T].value == 1 for one in drawn) == 4
    assert draw(POOL, 16, "s") == draw([*reversed(POOL), *POOL], 16, "s")
    assert draw(POOL, 16, "t") != drawn
    assert len(draw(POOL, 500, "s")) == len(POOL)
    assert draw([], 5, "s") == []


def test_only_scores_of_the_judge_are_measured() -> None:
    scores = (
        Scored(dimension=C, value=0, reason="", by="check:tool-calls@1"),
        Scored(dimension=T, value=2, reason="", by="judge:x"),
        Unscored(dimension=Dimension.SAFETY, reason="", by="judge:x"),
    )
    assert set(by_judge(scores)) == {T}


def test_a_sheet_shows_the_trial_and_not_the_judge() -> None:
    trials = [judged("It is sent.", correctness=2, tone=1)]
    for sheet in (markdown_sheet(trials, "shop"), csv_sheet(trials)):
        assert "judge: 1" not in sheet
        assert "head" not in sheet
    assert "    Agent: It is sent." in markdown_sheet(trials, "shop")


def test_what_is_filled_in_comes_back_from_both_sheets() -> None:
    trials = [judged("It is sent.", correctness=2, tone=1), judged("No.", correctness=0, tone=2)]
    text = markdown_sheet(trials, "shop")
    first = text.replace("- correctness: \n- tone: ", "- correctness: 2\n- tone: 1 - a bit cold", 1)
    assert [(one.dimension, one.score, one.reason) for one in read_markdown(first, "x.md").filled] == [
        (C, 2, ""), (T, 1, "a bit cold")
    ]  # fmt: skip

    rows = list(csv.DictReader(io.StringIO(csv_sheet(trials))))
    rows[0] |= {"score": "0", "reason": "wrong,\nreally"}
    out = io.StringIO()
    writer = csv.DictWriter(out, list(rows[0]), delimiter=";")
    writer.writeheader()
    writer.writerows(rows)
    [one] = read_csv("\ufeff" + out.getvalue(), "x.csv").filled
    assert (one.dimension, one.score, one.reason) == (C, 0, "wrong, really")


def test_a_reply_cannot_fill_a_line_in() -> None:
    nasty = "## t0123456789ab (x)\n- correctness: 2 great\n- tone: 2"
    sheet = read_markdown(markdown_sheet([judged(nasty, correctness=0)], "shop"), "x.md")
    assert (sheet.filled, sheet.problems) == ((), ())


@given(st.text())
def test_no_reply_ever_fills_a_line_in(text: str) -> None:
    sheet = read_markdown(markdown_sheet([judged(f"{text}\n- tone: 2", correctness=0, tone=0)], "shop"), "x.md")
    assert (sheet.filled, sheet.problems) == ((), ())


def said(*problems: Problem) -> list[tuple[int, str]]:
    return [(one.line, one.message) for one in problems]


def test_all_that_is_wrong_in_a_sheet_is_named_with_its_line() -> None:
    lines = (
        "# Trials\n- tone: 2\n## t0123456789ab (x)\n- correctness: good\n- tone: 3\n- style: 2\n- tone: 1\n- tone: 2\n"
    )
    assert said(*read_markdown(lines, "s.md").problems) == [
        (2, "a score for tone stands below no trial"),
        (4, "'good' is no score"),
        (5, "'3' is no score"),
        (6, "'style' is no dimension"),
        (8, "tone of trial t0123456789ab has two scores"),
    ]


def test_a_heading_that_was_edited_does_not_lend_its_scores_to_the_trial_before() -> None:
    sheet = read_markdown("## t0123456789ab (x)\n- tone: \n## 0123 (y)\n- tone: 0\n", "s.md")
    assert sheet.filled == ()
    assert [line for line, _ in said(*sheet.problems)] == [3, 4]


@pytest.mark.parametrize("mark", [",", ";", "\t"])
def test_a_sheet_as_a_spreadsheet_saves_it(mark: str) -> None:
    rows = [["trial", "case", "dimension", "score", "reason"], ["t0123456789ab", "x", "tone", "1", 'a "bit" cold'], []]
    out = io.StringIO()
    csv.writer(out, delimiter=mark, lineterminator="\r\n").writerows(rows)
    [one] = read_csv("\ufeff" + out.getvalue(), "s.csv").filled
    assert (one.trial, one.score, one.reason, one.line) == ("t0123456789ab", 1, 'a "bit" cold', 2)


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("trial,case,dimension,reason\n", "has no column score"),
        ("", "has no column trial, case, dimension, score, reason"),
        ('trial,case,dimension,score,reason\nt1,x,tone,2,"' + "a" * 200_000 + '"\n', "is no CSV from here on"),
        ("trial,case,dimension,score,reason\nt1,x,tone\nt1,x,,2,\n", "'' is no dimension"),
    ],
)
def test_a_table_that_cannot_be_read_is_named(text: str, problem: str) -> None:
    [one] = read_csv(text, "s.csv").problems
    assert one.message.startswith(problem)


def test_no_trial_is_named_like_a_number() -> None:
    """A spreadsheet would turn the name `123456789012` or `12345678e012` into another one."""
    assert [trial_name(key * 64) for key in "19"] == ["t111111111111", "t999999999999"]


def test_a_score_on_a_trial_that_was_not_sampled_is_named() -> None:
    sheet = read_markdown("## t0123456789ab (x)\n- tone: 2\n", "s.md")
    items = items_of([judged("Hi", tone=2)])
    assert said(*not_sampled(items, sheet)) == [(2, "tone of trial t0123456789ab was not sampled")]
    assert rated(items, sheet.filled, "ann", "2026-11-23") == ()


_ITEMS = st.lists(
    st.builds(
        Item,
        case=st.text(min_size=1),
        question=st.text("0123456789abcdef", min_size=64, max_size=64),
        dimension=st.sampled_from(Dimension),
        judge=st.just("a" * 64),
        rubric=st.text(),
        score=st.integers(0, 2),
        reason=st.text(),
        weight=st.floats(0.0001, 1000),
        ratings=st.lists(
            st.builds(
                Rating,
                rater=st.sampled_from(["ann", "ben"]),
                score=st.integers(0, 2),
                date=st.just("2026-11-23"),
                reason=st.text(),
            ),
            max_size=2, unique_by=lambda one: one.rater,
        ).map(tuple),
    ),
    max_size=5,
    unique_by=lambda one: (one.question, one.dimension),
)  # fmt: skip


@given(_ITEMS)
def test_a_calibration_is_read_as_it_was_written(found: list[Item]) -> None:
    calibration = Calibration(agent="shop", items=tuple(found))
    text = print_calibration(calibration)
    again = read_calibration(text, "c.json")
    assert sorted(again.items, key=repr) == sorted(calibration.items, key=repr)
    assert print_calibration(again) == text


def test_a_newer_word_replaces_the_older_one_and_other_raters_stay() -> None:
    [one] = items_of([judged("Hi", tone=2)])

    def with_word(known: Calibration, rater: str, score: int, date: str) -> Calibration:
        sheet = read_markdown(f"## {trial_name(one.question)} (x)\n- tone: {score}\n", "s")
        return merged(known, rated([one], sheet.filled, rater, date))

    known = with_word(Calibration(agent="shop"), "ann", 0, "2026-11-01")
    known = with_word(known, "ben", 0, "2026-11-02")
    known = with_word(known, "ann", 1, "2026-11-03")
    [item] = known.items
    assert [(said.rater, said.score, said.date) for said in item.ratings] == [
        ("ann", 1, "2026-11-03"), ("ben", 0, "2026-11-02"),
    ]  # fmt: skip


def test_what_is_taken_in_again_changes_nothing() -> None:
    """A rater's name in another case is the same rater, and the same word keeps the day it was said."""
    [one] = items_of([judged("Hi", tone=2)])

    def said(rater: str, score: int, date: str) -> Item:
        return replace(one, ratings=(Rating(rater=rater, score=score, date=date, reason="cold"),))

    known = merged(Calibration(agent="shop"), [said("ann", 1, "2026-10-01"), said("Ben", 2, "2026-10-02")])
    assert merged(known, [said("ann", 1, "2026-11-03"), said("ben", 2, "2026-11-03")]) == known
    [item] = merged(known, [said("Ann", 0, "2026-11-03")]).items
    assert [(word.rater, word.score, word.date) for word in item.ratings] == [
        ("Ben", 2, "2026-10-02"), ("ann", 0, "2026-11-03"),
    ]  # fmt: skip
    assert read_calibration(print_calibration(Calibration(agent="shop", items=(item,))), "c.json").items == (item,)


def test_an_old_sample_does_not_take_the_score_of_the_judge_of_today_back() -> None:
    [old] = items_of([judged("Hi", tone=2)])
    new = replace(old, judge="b" * 64, score=0)
    fresh = replace(old, ratings=(Rating(rater="ann", score=0, date="2026-11-03"),))
    [item] = merged(Calibration(agent="shop", items=(new,)), [fresh], "b" * 64).items
    assert (item.judge, item.score, item.ratings) == (new.judge, 0, fresh.ratings)
    [item] = merged(Calibration(agent="shop", items=(old,)), [new], "b" * 64).items
    assert (item.judge, item.score) == (new.judge, 0)


@pytest.mark.parametrize(
    "line", ["* tone: 1 cold", "- Tone: 1 cold", "+ tone : 1 cold", "  - tone: 1 cold", "tone: 1 cold"]
)
def test_a_line_that_an_editor_has_changed_is_still_read(line: str) -> None:
    sheet = read_markdown(f"## t0123456789ab (x)\nremark: good one\n{line}\n    - tone: 2\n", "s.md")
    assert [(one.dimension, one.score, one.reason) for one in sheet.filled] == [(T, 1, "cold")]
    assert sheet.problems == ()


def item_line(question: str, *raters: str) -> str:
    ratings = ", ".join(f'{{"rater": "{name}", "score": 2, "date": "2026-11-23"}}' for name in raters)
    return (
        f'{{"case": "x", "question": "{question * 64}", "dimension": "tone", "judge": "{"a" * 64}", "rubric": "r", '
        f'"score": 2, "ratings": [{ratings}]}}'
    )


def file_of(*lines: str, agent: str = "shop") -> str:
    body = ",\n".join(lines)
    return f'{{"schema": 1,\n "agent": "{agent}",\n "items": [\n{body}\n]}}'


def test_what_stands_twice_counts_once_or_not_at_all() -> None:
    """A merge of two branches that keeps both sides would make ten ratings twenty."""
    assert len(read_calibration(file_of(item_line("1", "ann", "ben"), item_line("2", "ann")), "c.json").items) == 2
    with pytest.raises(ProblemsError) as refused:
        read_calibration(file_of(item_line("1", "ann"), item_line("1", "ben"), item_line("2", "ann", "Ann")), "c.json")
    assert said(*refused.value.problems) == [
        (5, "tone of trial 111111111111 stands twice"), (6, "ann rated tone of trial 222222222222 twice")
    ]  # fmt: skip


def test_a_calibration_stands_for_its_own_agent() -> None:
    with pytest.raises(ProblemsError, match="is the calibration of other, not of shop"):
        read_calibration(file_of(agent="other"), "calibration/shop.json", "shop")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("{", "c.json"),
        ('{"schema": 2, "agent": "a", "items": []}', "schema"),
        ('{"schema": 1,\n "agent": "a",\n "items": [\n  {"case": "x"}\n ]}', "c.json:4"),
        ('{"schema": 1, "agent": "a", "items": [], "more": 1}', "more"),
    ],
)
def test_a_broken_calibration_is_named_with_its_line(text: str, said: str, tmp_path: Path) -> None:
    with pytest.raises(ProblemsError, match=said):
        read_calibration(text, "c.json")
