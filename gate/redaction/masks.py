"""Masks instead of personal data: `[email 1]`, the same for the same value within a transcript. Pure.

What the test data or the case knows stays, so that checks can still compare it.
"""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from functools import cached_property, partial

from gate.config import RedactionConfig
from gate.fixtures.record_ids import CANDIDATE, is_record_id
from gate.model.case import Case, Json
from gate.model.transcript import Passage, ToolCall, Transcript, TurnRecord
from gate.redaction.personal import CARD, EMAIL, PHONE, PHONE_DIGITS, digits_of, is_card_number

SHORTEST_SECRET = 8
"""Shorter values of secret variables are not looked for: they would blank ordinary words."""
_SECRET = "[secret]"  # noqa: S105 - the mask, not a secret
_MASK = re.compile(r"\[(?P<kind>email|phone|card) \d+\]")
_NUMBERS = re.compile(r"\d[\d ().+/-]{5,}\d")
_LONG = 10**11
"""From here on a bare number may be a card."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Masking:
    """What is masked. `patterns`: a name to an expression; `secrets`: values that never stay, whoever knows them."""

    kinds: frozenset[str]
    patterns: Mapping[str, re.Pattern[str]]
    secrets: tuple[str, ...] = ()

    @classmethod
    def of(cls, config: RedactionConfig, secrets: Sequence[str]) -> "Masking":
        """As configured."""
        return cls(
            kinds=frozenset(config.kinds),
            patterns={name: re.compile(pattern) for name, pattern in config.patterns.items()},
            secrets=tuple(sorted({value for value in secrets if len(value) >= SHORTEST_SECRET}, key=len, reverse=True)),
        )


class Known:
    """What the test data and a case say themselves: it is made up for tests, and stays."""

    def __init__(self, case: Case, test_data: Mapping[str, str]) -> None:
        self._case, self._test_data = case, test_data

    def says(self, value: str) -> bool:
        """Whether the words occur in it, in any case."""
        return value.casefold() in self._words

    def says_number(self, digits: str) -> bool:
        """Whether a number ends in the same digits as one of its numbers."""
        return any(digits[-PHONE_DIGITS:] in number for number in self._numbers)

    @cached_property
    def _words(self) -> str:
        return "\n".join((*_strings(asdict(self._case)), *self._test_data.values())).casefold()

    @cached_property
    def _numbers(self) -> frozenset[str]:
        return frozenset(digits_of(match[0]) for match in _NUMBERS.finditer(self._words))


def redacted(transcript: Transcript, known: Known, masking: Masking) -> Transcript:
    """The transcript with what it must not hold masked; `redacted` counts the places by kind."""
    masker = _Masker(known, masking)
    turns = tuple(masker.turn(turn) for turn in transcript.turns)
    variables = masker.mapping(transcript.variables)
    error = masker.text(transcript.error)
    return replace(transcript, turns=turns, variables=variables, error=error, redacted=masker.counts)


def redacted_text(text: str, known: Known, masking: Masking) -> str:
    """Words about a transcript, masked like it; marks are numbered for this text alone."""
    return _Masker(known, masking).text(text)


def masks_in(text: str) -> Iterator[tuple[str, str]]:
    """Kind and words of each mask of personal data in a text."""
    for match in _MASK.finditer(text):
        yield match["kind"], match[0]


class _Masker:
    def __init__(self, known: Known, masking: Masking) -> None:
        self.counts: dict[str, int] = {}
        self._known, self._masking = known, masking
        self._masks: dict[tuple[str, str], str] = {}

    def turn(self, turn: TurnRecord) -> TurnRecord:
        return replace(
            turn,
            reply=self.text(turn.reply),
            topic=self.text(turn.topic),
            topics=tuple(map(self.text, turn.topics)),
            tool_calls=tuple(map(self._call, turn.tool_calls)),
            retrieved=tuple(map(self._passage, turn.retrieved)),
            platform=self.mapping(turn.platform),
            variables=self.mapping(turn.variables),
            unknown=tuple(map(self.value, turn.unknown)),
        )

    def value(self, value: Json) -> Json:
        if isinstance(value, str):
            return self.text(value)
        if isinstance(value, dict):
            return self.mapping(value)
        if isinstance(value, list):
            return [self.value(item) for item in value]
        if isinstance(value, int) and value > _LONG:
            masked = self.text(str(value))
            return value if masked == str(value) else masked
        return value

    def text(self, text: str) -> str:
        for secret in self._masking.secrets:
            if secret in text:
                self._count("secret", text.count(secret))
                text = text.replace(secret, _SECRET)
        for kind, pattern, personal in self._finders():
            if kind in self._masking.kinds:
                text = pattern.sub(partial(self._masked, kind, personal), text)
        for name, pattern in self._masking.patterns.items():
            text = pattern.sub(partial(self._masked, name, str), text)
        return text

    def _finders(self) -> Iterator[tuple[str, re.Pattern[str], Callable[[str], str]]]:
        yield "email", EMAIL, self._email
        yield "record-id", CANDIDATE, self._record
        yield "card", CARD, self._card
        yield "phone", PHONE, self._phone

    def _email(self, words: str) -> str:
        return "" if self._known.says(words) else words.casefold()

    def _record(self, words: str) -> str:
        return words[:15] if is_record_id(words) and not self._known.says(words) else ""

    def _card(self, words: str) -> str:
        digits = digits_of(words)
        return digits if is_card_number(digits) and not self._known.says_number(digits) else ""

    def _phone(self, words: str) -> str:
        digits = digits_of(words)
        fits = PHONE_DIGITS <= len(digits) <= 15
        return digits[-PHONE_DIGITS:] if fits and not self._known.says_number(digits) else ""

    def _masked(self, kind: str, identity: Callable[[str], str], match: re.Match[str]) -> str:
        same = identity(match[0])
        return self._mask(kind, same) if same else match[0]

    def _mask(self, kind: str, same: str) -> str:
        self._count(kind, 1)
        number = sum(1 for known, _ in self._masks if known == kind) + 1
        return self._masks.setdefault((kind, same), f"[{kind} {number}]")

    def _count(self, kind: str, times: int) -> None:
        self.counts[kind] = self.counts.get(kind, 0) + times

    def mapping(self, values: Mapping[str, Json]) -> dict[str, Json]:
        return {self.text(key): self.value(value) for key, value in values.items()}

    def _call(self, call: ToolCall) -> ToolCall:
        return replace(
            call,
            name=self.text(call.name),
            alias=self.text(call.alias),
            arguments=self.mapping(call.arguments),
            result=self.value(call.result),
            error=self.text(call.error),
        )

    def _passage(self, passage: Passage) -> Passage:
        return replace(
            passage, source=self.text(passage.source), text=self.text(passage.text), query=self.text(passage.query)
        )


def _strings(value: object) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping):
        for item in value.values():
            yield from _strings(item)
    elif isinstance(value, list | tuple):
        for item in value:
            yield from _strings(item)
