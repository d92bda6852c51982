"""Sheets that people fill without knowing the judge's scores: one to read and fill in Markdown, one as CSV.

Both hold the same trials; a rater fills either. Text of others is indented: none of it passes for a line to fill.
"""

import csv
import io
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from gate.calibration.sample import Judged, Weights
from gate.model.calibration import Item, Rating
from gate.model.judge import JudgeQuestion
from gate.model.problem import Problem
from gate.model.words import Dimension

_DIMENSIONS = frozenset(one.value for one in Dimension)
_COLUMNS = ("trial", "case", "dimension", "score", "reason")
_HEADING = re.compile(r"^## (?P<trial>t[0-9a-f]{12}) \(")
_LINE = re.compile(r"^ {0,3}(?P<mark>[-*+][ \t]*)?(?P<dimension>\w+)[ \t]*:[ \t]*(?P<rest>.*)$")
"""A line to fill, also as another hand or an editor may have left it; four blanks are what others wrote."""
_FILLED = re.compile(r"^(?P<score>\d+)(?:[ \t]*[-:,;][ \t]*|[ \t]+|$)(?P<reason>.*)$")
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


@dataclass(frozen=True, slots=True, kw_only=True)
class Filled:
    """One score a person gave: the trial by its name in the sheet, the dimension, the score and why."""

    trial: str
    dimension: Dimension
    score: int
    reason: str
    line: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Sheet:
    """What was filled in, and every line that cannot be read."""

    path: str
    filled: tuple[Filled, ...]
    problems: tuple[Problem, ...] = ()


def trial_name(question: str) -> str:
    """A trial in a sheet, by its question's hash. The letter in front keeps spreadsheets from reading a number."""
    return f"t{question[:12]}"


def markdown_sheet(trials: Sequence[Judged], agent: str) -> str:
    """The sheet to read, with a line to fill for each dimension the judge scored."""
    lines = [
        f"# Trials of {agent} to score",
        "",
        "Score each dimension by its rubric alone: behind the colon 0, 1 or 2, and why: `- tone: 1 cold, but fine`.",
        "Leave a line empty when you cannot tell. Look at what the judge said (`sample.json`) only when you are done.",
        "",
    ]
    for one in trials:
        lines += [f"## {trial_name(one.question.hash)} ({one.case})", "", *shown(one.question), ""]
        lines += [f"- {dimension}: " for dimension in one.scores]
        lines.append("")
    return "\n".join(lines)


def csv_sheet(trials: Sequence[Judged]) -> str:
    """The same lines to fill, for a spreadsheet."""
    text = io.StringIO()
    table = csv.writer(text, lineterminator="\n")
    table.writerow(_COLUMNS)
    for one in trials:
        for dimension in one.scores:
            table.writerow([trial_name(one.question.hash), _cell(one.case), dimension.value, "", ""])
    return text.getvalue()


def read_markdown(text: str, path: str) -> Sheet:
    """What was filled in."""
    reader = _Reader(path)
    trial = ""
    for number, line in enumerate(text.splitlines(), start=1):
        if heading := _HEADING.match(line):
            trial = heading["trial"]
        elif line.startswith("#") and number > 1:
            trial = ""
            reader.wrong(number, f"{line[:60]!r} names no trial", "keep the headings as they were written")
        elif (asked := _LINE.match(line)) and (rest := asked["rest"].strip()):
            name = asked["dimension"].lower()
            if name not in _DIMENSIONS and not asked["mark"]:
                continue  # a note of the rater's own
            filled = _FILLED.match(rest)
            score, reason = (filled["score"], filled["reason"]) if filled else (rest, "")
            reader.take(number, (trial, name), score, reason)
    return reader.sheet()


def read_csv(text: str, path: str) -> Sheet:
    """What was filled in; columns may be parted by commas, semicolons or tabs, as spreadsheets save them."""
    reader = _Reader(path)
    plain = text.removeprefix("\ufeff")
    first = plain.partition("\n")[0]
    delimiter = next((mark for mark in (";", "\t") if mark in first), ",")
    table = csv.DictReader(io.StringIO(plain), delimiter=delimiter)
    try:
        absent = [name for name in _COLUMNS if name not in (table.fieldnames or ())]
        if absent:
            hint = "keep the first line of the sheet as it was written, and save it as CSV in UTF-8"
            reader.wrong(1, f"has no column {', '.join(absent)}", hint)
            return reader.sheet()
        for row in table:
            if score := (row["score"] or "").strip():
                what = (row["trial"] or "", row["dimension"] or "")
                reader.take(table.line_num, what, score, row["reason"] or "")
    except csv.Error as error:
        reader.wrong(table.line_num, f"is no CSV from here on: {error}", "write the sheet anew, or fill the Markdown")
    return reader.sheet()


class _Reader:
    """Gathers the scores of a sheet and everything that is wrong with them."""

    def __init__(self, path: str) -> None:
        self._path = path
        self._found: dict[tuple[str, Dimension], Filled] = {}
        self._problems: list[Problem] = []

    def take(self, line: int, what: tuple[str, str], score: str, reason: str) -> None:
        trial, name = what[0].strip(), what[1].strip()
        if name not in _DIMENSIONS:
            self.wrong(line, f"{name[:40]!r} is no dimension", "keep the lines as they were written")
        elif score not in {"0", "1", "2"}:
            self.wrong(line, f"{score[:40]!r} is no score", "write 0, 1 or 2 and, behind it, why")
        elif not trial:
            self.wrong(line, f"a score for {name} stands below no trial", "keep the headings as they were written")
        else:
            dimension = Dimension(name)
            why = " ".join(reason.split())
            one = Filled(trial=trial, dimension=dimension, score=int(score), reason=why, line=line)
            if self._found.setdefault((trial, dimension), one).score != one.score:
                self.wrong(line, f"{dimension} of trial {trial} has two scores", "keep one of them")

    def wrong(self, line: int, message: str, hint: str) -> None:
        self._problems.append(Problem(path=self._path, line=line, message=message, hint=hint))

    def sheet(self) -> Sheet:
        return Sheet(path=self._path, filled=tuple(self._found.values()), problems=tuple(self._problems))


def not_sampled(items: Sequence[Item], sheet: Sheet) -> tuple[Problem, ...]:
    """The scores of a sheet on trials or dimensions that were never drawn, e.g. because a name was edited."""
    known = {(trial_name(item.question), item.dimension) for item in items}
    return tuple(
        Problem(
            path=sheet.path,
            line=one.line,
            message=f"{one.dimension} of trial {one.trial[:40]} was not sampled",
            hint="keep the names of the trials, and the sheet beside the sample.json it was written with",
        )
        for one in sheet.filled
        if (one.trial, one.dimension) not in known
    )


def rated(items: Sequence[Item], filled: Sequence[Filled], rater: str, date: str) -> tuple[Item, ...]:
    """The sampled items with this rater's scores; those without one are left out."""
    scores = {(one.trial, one.dimension): one for one in filled}
    return tuple(
        replace(item, ratings=(Rating(rater=rater, score=one.score, date=date, reason=one.reason),))
        for item in items
        if (one := scores.get((trial_name(item.question), item.dimension))) is not None
    )


_AT_RANDOM: Weights = {}


def items_of(trials: Sequence[Judged], weights: Weights = _AT_RANDOM) -> tuple[Item, ...]:
    """What the judge said of the sampled trials, before anybody rated them; without weights drawn at random."""
    return tuple(
        Item(
            case=one.case,
            question=one.question.hash,
            dimension=dimension,
            judge=one.judge,
            rubric=one.rubric,
            score=score.value,
            reason=score.reason,
            weight=weights.get((dimension, score.value), 1.0),
        )
        for one in trials
        for dimension, score in one.scores.items()
    )


def shown(question: JudgeQuestion) -> Iterator[str]:
    """What the judge saw, as Markdown: titles of ours, and all that others wrote as indented code."""
    for part in question.parts:
        yield f"**{part.title.capitalize()}**"
        yield ""
        yield from (f"    {line}" for line in part.text.splitlines())
        yield ""


def _cell(text: str) -> str:
    """Text that no spreadsheet takes for a formula."""
    return f"'{text}" if text.startswith(_FORMULA) else text
