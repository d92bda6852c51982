"""Takes in what people said of drawn trials: every filled sheet of a folder, with all that is wrong in them at once."""

import re
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from gate.calibration.file import merged, read_calibration
from gate.calibration.sheet import Filled, Sheet, not_sampled, rated, read_csv, read_markdown
from gate.cli.judged import ANYBODY, SAMPLE
from gate.errors import ProblemsError, UsageError
from gate.github.host import Host
from gate.github.spot_check import answers
from gate.model.calibration import Calibration, Item
from gate.model.counting import count
from gate.model.problem import Problem

_SHEET = re.compile(r"sheet-(?P<rater>[^/]+)\.(?P<kind>md|csv)")


@dataclass(frozen=True, slots=True, kw_only=True)
class Taken:
    """The trials of one folder with the ratings found for them; `told` says how much each rater filled in."""

    agent: str
    items: tuple[Item, ...]
    told: tuple[str, ...] = ()


def read_sample(place: Path) -> Calibration:
    """What the judge said of the trials drawn into a folder. Raises `UsageError` when it holds no sample."""
    path = place / SAMPLE
    if not path.is_file():
        hint = "name the folder that `agent-gate calibrate sample` or a run's spot check made"
        raise UsageError(f"{place} holds no {SAMPLE}", hint)
    return read_calibration(path.read_text(encoding="utf-8"), str(path))


def read_sheets(place: Path, rater: str, date: str) -> Taken:
    """Every rated trial of a folder of sheets; `rater` is who filled the sheets that carry nobody's name.

    Raises `ProblemsError` with all that is wrong in all of its sheets, `UsageError` when nobody says who filled one.
    """
    sampled = read_sample(place)
    by_rater: dict[str, list[Sheet]] = defaultdict(list)
    names: dict[str, str] = {}
    for path in sorted(place.iterdir()):
        if name := _SHEET.fullmatch(path.name):
            text = path.read_text(encoding="utf-8", errors="replace")
            read = read_markdown if name["kind"] == "md" else read_csv
            who = rater if name["rater"] == ANYBODY and rater else name["rater"]
            who = names.setdefault(who.casefold(), who)
            by_rater[who].append(read(text, str(path)))
    problems = [
        problem
        for sheets in by_rater.values()
        for sheet in sheets
        for problem in (*sheet.problems, *not_sampled(sampled.items, sheet))
    ]
    problems += [problem for sheets in by_rater.values() for problem in _contradicting(sheets)]
    if problems:
        raise ProblemsError(problems, "nothing was taken in: mend the sheets and run it again")
    filled = {who: [one for sheet in sheets for one in sheet.filled] for who, sheets in by_rater.items()}
    if filled.get(ANYBODY):
        hint = "name them: `--rater NAME`, or `git config user.name NAME`"
        raise UsageError(f"who filled sheet-{ANYBODY} of {place} is not known", hint)
    items = [item for who, found in sorted(filled.items()) for item in rated(sampled.items, found, who, date)]
    lines = count(len(sampled.items), "line")
    told = tuple(
        f"{who} scored {len({(one.trial, one.dimension) for one in found})} of {lines} of {place}"
        for who, found in sorted(filled.items())
        if found
    )
    return Taken(agent=sampled.agent, items=joined(items), told=told)


def read_reactions(place: Path, host: Host, number: int, account: str) -> Taken:
    """Every trial of a folder that people rated by reacting to its comment below an issue."""
    sampled = read_sample(place)
    found = answers(host, number, account, sampled.agent, sampled.items)
    given = sum(len(item.ratings) for item in found.items)
    told = (f"{count(given, 'reaction was', 'reactions were')} taken from issue {number} for {place}", *found.told)
    return Taken(agent=sampled.agent, items=found.items, told=told)


def joined(items: Sequence[Item]) -> tuple[Item, ...]:
    """One item a trial and dimension, with the ratings of all raters."""
    together = Calibration(agent="")
    for item in items:
        together = merged(together, (item,))
    return together.items


def _contradicting(sheets: Sequence[Sheet]) -> Iterator[Problem]:
    """The scores of one rater that differ between the Markdown and the CSV."""
    first: dict[tuple[str, str], Filled] = {}
    for sheet in sheets:
        for one in sheet.filled:
            before = first.setdefault((one.trial, one.dimension), one)
            if before.score != one.score:
                message = f"{one.dimension} of trial {one.trial} has another score than in the other sheet"
                yield Problem(path=sheet.path, line=one.line, message=message, hint="fill one of the two sheets")
