"""What a reply may draw its facts from, gathered turn by turn."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache

from gate.model.case import Case, Equals, ExpectedCall, Json, Number, OneOf
from gate.model.transcript import Transcript, TurnRecord
from gate.scoring.amounts import numbers, percentages
from gate.scoring.dates import Day, source_days, without_dates
from gate.scoring.identifiers import normal_url, source_records, urls
from gate.scoring.wording import fold

_HUNDRED = Decimal(100)
_IN_CENTS = re.compile(r"cents?\b|minor", re.IGNORECASE)
_DIGIT = re.compile(r"\d")
_FIGURE = re.compile(r"\s*[-+]?\d+(?:\.\d+)?\s*")


@dataclass(frozen=True, slots=True, kw_only=True)
class _Known:
    """What one text makes known."""

    folded: str
    numbers: frozenset[Decimal] = frozenset()
    percentages: frozenset[Decimal] = frozenset()
    days: frozenset[Day] = frozenset()
    records: frozenset[str] = frozenset()
    shapes: frozenset[str] = frozenset()
    urls: frozenset[str] = frozenset()


@lru_cache(maxsize=8192)  # trials of a case repeat most of their texts
def _read(text: str) -> _Known:
    addresses = frozenset(normal for _, normal in urls(text))
    if not _DIGIT.search(text):
        return _Known(folded=fold(text), urls=addresses)
    records, shapes = source_records(text)
    return _Known(
        folded=fold(text),
        numbers=frozenset(numbers(without_dates(text))),
        percentages=frozenset(value for _, values in percentages(text) for value in values),
        days=frozenset(source_days(text)),
        records=frozenset(records),
        shapes=frozenset(shapes),
        urls=addresses,
    )


class Sources:
    """The numbers, dates, addresses and texts known so far. Grows only: nothing once known is forgotten."""

    def __init__(self) -> None:
        self.numbers: set[Decimal] = set()
        self.percentages: set[Decimal] = set()
        self.days: set[Day] = set()
        self.records: set[str] = set()
        self.shapes: set[str] = set()
        self.urls: set[str] = set()
        self.texts: list[str] = []

    def add_value(self, value: Json, name: str = "") -> None:
        """A value of any depth; `name` is its key (a count of cents is known in whole units as well)."""
        if isinstance(value, dict):
            for key, item in value.items():
                self.add_value(item, key)
        elif isinstance(value, list):
            for item in value:
                self.add_value(item, name)
        elif value is not None and not isinstance(value, bool):
            self._add_leaf(str(value), name)

    def _add_leaf(self, text: str, name: str) -> None:
        self.add_text(text)
        if _FIGURE.fullmatch(text):
            figure = abs(Decimal(text.strip()))
            self.numbers |= {figure, round(figure, 2)}  # sums of binary fractions carry a tail
            if _IN_CENTS.search(name):
                self.numbers.add(figure / _HUNDRED)
            self.percentages |= {figure, figure * _HUNDRED} if figure < 1 else {figure}

    def add_text(self, text: str) -> None:
        """Running text."""
        known = _read(text)
        self.numbers |= known.numbers
        self.percentages |= known.percentages
        self.days |= known.days
        self.records |= known.records
        self.shapes |= known.shapes
        self.urls |= known.urls
        self.texts.append(known.folded)

    def has_url(self, url: str) -> bool:
        """Whether an address in normal form is known, written with or without its scheme."""
        bounded = re.compile(rf"(?<![\w.-]){re.escape(fold(url))}(?![\w/-])")
        return normal_url(url) in self.urls or any(bounded.search(text) for text in self.texts)


def known_beforehand(case: Case, transcript: Transcript) -> Sources:
    """What is known before the first turn: session variables, and the expected and mock data of the case.

    Negative criteria and anti-patterns are left out: they name what must not be said.
    """
    sources = Sources()
    for variable in case.variables:
        sources.add_value(variable.value, variable.name)
    for name, value in (*transcript.variables.items(), *case.data.items()):
        sources.add_value(value, name)
    for mock in case.tool_results:
        sources.add_value(mock.result)
        sources.add_text(mock.error)
    for value in _expected_values(case.expected_tool_calls or ()):
        sources.add_value(value)
    for text in _author_texts(case):
        sources.add_text(text)
    return sources


def add_turn(sources: Sources, record: TurnRecord) -> None:
    """What a turn makes known before its reply: the user's words, tool results, retrieved text. Never the reply."""
    sources.add_text(record.user)
    for call in record.tool_calls:
        sources.add_value(call.result)
        sources.add_text(call.error)
    for passage in record.retrieved:
        sources.add_text(passage.source)
        sources.add_text(passage.text)


def _expected_values(calls: Iterable[ExpectedCall]) -> Iterator[Json]:
    for call in calls:
        for matcher in call.args.values():
            if isinstance(matcher, Equals):
                yield matcher.value
            elif isinstance(matcher, OneOf):
                yield from matcher.values
            elif isinstance(matcher, Number):
                yield matcher.value


def _author_texts(case: Case) -> Iterator[str]:
    yield case.reference_answer
    yield from case.must_include
    yield from (behavior.text for behavior in case.behaviors if behavior.kind == "expected")
    yield from (turn.context for turn in case.turns)
