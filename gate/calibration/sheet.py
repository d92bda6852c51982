"""Sheets that people fill without knowing the judge's scores: one to read and fill in Markdown, one as CSV.

Both hold the same trials; a rater fills either. Text of others is indented: none of it passes for a line to fill.
"""

import csv
import io
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from gate.calibration.sample import Judged
from gate.errors import ProblemsError
from gate.model.calibration import Item, Rating
from gate.model.judge import JudgeQuestion
from gate.model.problem import Problem
from gate.model.words import Dimension

ID_LENGTH = 12
_COLUMNS = ("trial", "case", "dimension", "score", "reason")
_HEADING = re.compile(r"^## (?P<trial>[0-9a-f]{12}) \(")
_LINE = re.compile(r"^- (?P<dimension>[a-z]+):[ \t]*(?P<rest>.*)$")
_FILLED = re.compile(r"^(?P<score>\d+)(?:[ \t]*[-:,;][ \t]*|[ \t]+|$)(?P<reason>.*)$")
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


@dataclass(frozen=True, slots=True, kw_only=True)
class Filled:
    """One score a person gave: the first characters of the question's hash, the dimension, the score and why."""

    trial: str
    dimension: Dimension
    score: int
    reason: str


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
        lines += [f"## {one.question.hash[:ID_LENGTH]} ({one.case})", "", *_shown(one.question), ""]
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
            table.writerow([one.question.hash[:ID_LENGTH], _cell(one.case), dimension.value, "", ""])
    return text.getvalue()


def read_markdown(text: str, path: str) -> list[Filled]:
    """What was filled in. Raises `ProblemsError` with every line that cannot be read."""
    reader = _Reader(path)
    trial = ""
    for number, line in enumerate(text.splitlines(), start=1):
        if heading := _HEADING.match(line):
            trial = heading["trial"]
        elif trial and (asked := _LINE.match(line)) and (rest := asked["rest"].strip()):
            filled = _FILLED.match(rest)
            score, reason = (filled["score"], filled["reason"]) if filled else (rest, "")
            reader.take(number, (trial, asked["dimension"]), score, reason)
    return reader.all()


def read_csv(text: str, path: str) -> list[Filled]:
    """What was filled in. Raises `ProblemsError` with every line that cannot be read."""
    reader = _Reader(path)
    plain = text.removeprefix("\ufeff")
    first = plain.partition("\n")[0]
    table = csv.DictReader(io.StringIO(plain), delimiter=";" if ";" in first else ",")
    absent = [name for name in _COLUMNS if name not in (table.fieldnames or ())]
    if absent:
        hint = "keep the first line of the sheet as it was written"
        raise ProblemsError([Problem(path=path, line=1, message=f"has no column {', '.join(absent)}", hint=hint)])
    for row in table:
        if score := (row["score"] or "").strip():
            reader.take(table.line_num, (row["trial"] or "", row["dimension"] or ""), score, row["reason"] or "")
    return reader.all()


class _Reader:
    """Gathers the scores of a sheet and everything that is wrong with them."""

    def __init__(self, path: str) -> None:
        self._path = path
        self._found: dict[tuple[str, Dimension], Filled] = {}
        self._problems: list[Problem] = []

    def take(self, line: int, what: tuple[str, str], score: str, reason: str) -> None:
        trial, name = what[0].strip(), what[1].strip()
        if name not in {one.value for one in Dimension}:
            self._wrong(line, f"{name[:40]!r} is no dimension", "keep the lines as they were written")
        elif score not in {"0", "1", "2"}:
            self._wrong(line, f"{score[:40]!r} is no score", "write 0, 1 or 2 and, behind it, why")
        else:
            dimension = Dimension(name)
            one = Filled(trial=trial, dimension=dimension, score=int(score), reason=" ".join(reason.split()))
            if self._found.setdefault((trial, dimension), one).score != one.score:
                self._wrong(line, f"{dimension} of trial {trial} has two scores", "keep one of them")

    def all(self) -> list[Filled]:
        if self._problems:
            raise ProblemsError(self._problems)
        return list(self._found.values())

    def _wrong(self, line: int, message: str, hint: str) -> None:
        self._problems.append(Problem(path=self._path, line=line, message=message, hint=hint))


def rated(items: Sequence[Item], filled: Sequence[Filled], rater: str, date: str, path: str) -> tuple[Item, ...]:
    """The sampled items with this rater's scores; those without one are left out.

    Raises `ProblemsError` for a score on a trial or dimension that was not sampled.
    """
    known = {(item.question[:ID_LENGTH], item.dimension): item for item in items}
    problems: list[Problem] = []
    found: list[Item] = []
    for one in filled:
        item = known.get((one.trial, one.dimension))
        if item is None:
            hint = "keep the sheet beside the sample.json it was written with"
            message = f"{one.dimension} of trial {one.trial} was not sampled"
            problems.append(Problem(path=path, message=message, hint=hint))
            continue
        rating = Rating(rater=rater, score=one.score, date=date, reason=one.reason)
        found.append(
            Item(
                case=item.case,
                question=item.question,
                dimension=item.dimension,
                judge=item.judge,
                rubric=item.rubric,
                score=item.score,
                reason=item.reason,
                ratings=(rating,),
            )
        )
    if problems:
        raise ProblemsError(problems)
    return tuple(found)


def items_of(trials: Sequence[Judged]) -> tuple[Item, ...]:
    """What the judge said of the sampled trials, before anybody rated them."""
    return tuple(
        Item(
            case=one.case,
            question=one.question.hash,
            dimension=dimension,
            judge=one.judge,
            rubric=one.rubric,
            score=score.value,
            reason=score.reason,
        )
        for one in trials
        for dimension, score in one.scores.items()
    )


def _shown(question: JudgeQuestion) -> Iterator[str]:
    for part in question.parts:
        yield f"**{part.title.capitalize()}**"
        yield ""
        yield from (f"    {line}" for line in part.text.splitlines())
        yield ""


def _cell(text: str) -> str:
    """Text that no spreadsheet takes for a formula."""
    return f"'{text}" if text.startswith(_FORMULA) else text
