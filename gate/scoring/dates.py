"""Calendar dates in running text: ISO, numeric with a year, and with English month names."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta

_MONTHS = (
    "January|Jan|February|Feb|March|Mar|April|Apr|May|June|Jun|July|Jul|August|Aug|September|Sept|Sep|October|Oct"
    "|November|Nov|December|Dec"
)
_ORDER = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_ISO = re.compile(
    r"(?<!\d)(?P<y>(?:19|20)\d\d)[-/](?P<m>\d{1,2})[-/](?P<d>\d{1,2})(?!\d)(?P<time>[T ]\d{2}:\d{2})?", re.IGNORECASE
)
_NUMERIC = re.compile(r"(?<![\d./-])(?P<a>\d{1,2})(?P<mark>[./-])(?P<b>\d{1,2})(?P=mark)(?P<y>(?:19|20)\d\d)(?!\d)")
_SHORT = re.compile(r"(?<![\d/])(?P<a>\d{1,2})/(?P<b>\d{1,2})/(?P<y>\d\d)(?![\d/])")
_MONTH_FIRST = re.compile(rf"\b(?P<m>{_MONTHS})\b\.?\s(?P<d>\d{{1,2}})(?:st|nd|rd|th)?(?!\w)(?:,?\s(?P<y>20\d\d)\b)?")
_DAY_FIRST = re.compile(
    rf"(?<![\w.,])(?P<d>\d{{1,2}})(?:st|nd|rd|th|\.)?(?:\sof)?\s(?P<m>{_MONTHS})\b\.?(?:,?\s(?P<y>20\d\d)\b)?"
)
_MONTH_ONLY = re.compile(rf"\b(?P<m>{_MONTHS})\b\.?,?\s(?P<y>20\d\d)\b")
_WITH_NAMES = (_MONTH_FIRST, _DAY_FIRST, _MONTH_ONLY)
_ANY_CASE = tuple(re.compile(form.pattern, re.IGNORECASE) for form in _WITH_NAMES)


@dataclass(frozen=True, slots=True)
class Day:
    """A date as far as the text gives it: `year` 0 = not said, `day` 0 = the whole month."""

    year: int
    month: int
    day: int

    def is_said_by(self, source: "Day") -> bool:
        """Whether the source says this date: same month and day; the year only where both give one."""
        return (
            self.month == source.month
            and self.day in {0, source.day}
            and (self.year == source.year or not self.year or not source.year)
        )


def dates(text: str) -> Iterator[tuple[str, frozenset[Day]]]:
    """Each date of a reply: its words and its readings (`03/04/2026` has two). Month names need their capital."""
    yield from ((words, days) for words, days, _ in _found(text, _WITH_NAMES))


def source_days(text: str) -> set[Day]:
    """Every date a source gives. A time stamp also gives the days next to it: time zones may move it there."""
    return {
        near
        for _, days, has_time in _found(text, _ANY_CASE)
        for day in days
        for near in ((day, *_neighbours(day)) if has_time else (day,))
    }


def without_dates(text: str) -> str:
    """The text with its dates blanked out."""
    for form in (_ISO, _NUMERIC, _SHORT, *_WITH_NAMES):
        text = form.sub(" ", text)
    return text


def _found(text: str, named: Iterable[re.Pattern[str]]) -> Iterator[tuple[str, frozenset[Day], bool]]:
    for match in _ISO.finditer(text):
        yield from _valid(match[0], [(match["y"], match["m"], match["d"])], has_time=bool(match["time"]))
    for form in (_NUMERIC, _SHORT):
        for match in form.finditer(text):
            year = match["y"] if len(match["y"]) == 4 else f"20{match['y']}"
            yield from _valid(match[0], [(year, match["a"], match["b"]), (year, match["b"], match["a"])])
    rest = text
    for form in named:  # the most exact form first: what it has read is not read again
        for match in form.finditer(rest):
            month = _ORDER.index(match["m"][:3].lower()) + 1
            yield from _valid(match[0], [(match["y"] or "0", str(month), match.groupdict().get("d") or "0")])
        rest = form.sub(" ", rest)


def _valid(
    words: str, readings: Iterable[tuple[str, str, str]], *, has_time: bool = False
) -> Iterator[tuple[str, frozenset[Day], bool]]:
    days = frozenset(Day(int(year), int(month), int(day)) for year, month, day in readings)
    days = frozenset(day for day in days if 1 <= day.month <= 12 and day.day <= 31)
    if days:
        yield words.strip(), days, has_time


def _neighbours(day: Day) -> list[Day]:
    try:
        exact = date(day.year, day.month, day.day)
    except ValueError:
        return []
    around = (exact - timedelta(days=1), exact + timedelta(days=1))
    return [Day(one.year, one.month, one.day) for one in around]
