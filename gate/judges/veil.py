"""What a judge need not know: names of the test data, addresses, card and phone numbers, record ids become marks. Pure.

Equal values get equal marks in all parts of a question, so what the reference says can still be held against the reply;
the marks of an answer are taken back before anybody reads it.
"""

import re
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace

from gate.config import RedactionConfig
from gate.fixtures.record_ids import CANDIDATE, is_record_id
from gate.judges.people import Finder, Identity, names_in
from gate.model.judge import JudgeQuestion, Vote
from gate.redaction.personal import CARD, EMAIL, PHONE, PHONE_DIGITS, digits_of, is_card_number
from gate.scoring.question import hash_of, transcript_text

_LETTERS = "abcdefghijklmnopqrstuvwxyz"


@dataclass(frozen=True, slots=True, kw_only=True)
class Veiled:
    """A question as a judge sees it: `marks` to the words behind each, `places` masked by kind.

    Its hash is of what is seen, so questions that differ in what is hidden alone are the same to a judge.
    """

    question: JudgeQuestion
    marks: Mapping[str, str]
    places: Mapping[str, int]

    def lifted(self, vote: Vote) -> Vote:
        """The vote with the words back in its quotes and reasons."""
        scores = {
            dimension: replace(one, quote=self._back(one.quote), reason=self._back(one.reason))
            for dimension, one in vote.scores.items()
        }
        return replace(vote, scores=scores)

    def _back(self, text: str) -> str:
        for mark, words in self.marks.items():
            text = text.replace(mark, words)
        return text


class Veil:
    """Made once of the test data and of what the configuration masks; laid over one question at a time."""

    def __init__(self, test_data: Mapping[str, str], config: RedactionConfig) -> None:
        self._kinds = list(_kinds(config))
        self._names = list(names_in(test_data))

    def over(self, question: JudgeQuestion) -> Veiled:
        """The question with marks in its parts and turns."""
        hand = _Hand(taken="\n".join(part.text for part in question.parts))
        turns = {number: self._masked(text, hand) for number, text in question.turns.items()}
        told = transcript_text(question.turns)  # a part of its own: masked already
        parts = tuple(
            replace(part, text=transcript_text(turns) if part.text == told else self._masked(part.text, hand))
            for part in question.parts
        )
        seen = replace(question, hash=hash_of(question.dimensions, parts), parts=parts, turns=turns)
        return Veiled(question=seen, marks={mark: words for words, mark in hand.marks.items()}, places=hand.places)

    def _masked(self, text: str, hand: "_Hand") -> str:
        folded = text.casefold()
        names = [finder for word, finder in self._names if word in folded]
        for kind, pattern, identity in (*self._kinds, *names):
            text = pattern.sub(lambda found, kind=kind, of=identity: hand.mark(kind, found[0], of(found[0])), text)  # type: ignore[misc]
        return text


@dataclass(slots=True, kw_only=True)
class _Hand:
    """Deals marks for one question, none of which occurs in it (`taken`)."""

    taken: str
    marks: dict[str, str] = field(default_factory=dict)
    places: Counter[str] = field(default_factory=Counter)
    _numbers: dict[tuple[str, str], tuple[str, int]] = field(default_factory=dict)
    _last: Counter[str] = field(default_factory=Counter)

    def mark(self, kind: str, words: str, same: str) -> str:
        if not same:
            return words
        self.places[kind] += 1
        if words not in self.marks:
            self.marks[words] = self._new(kind, same)
        return self.marks[words]

    def _new(self, kind: str, same: str) -> str:
        """`[their phone 1]`, and `[their phone 1b]` where the same number is written in another way."""
        if (kind, same) not in self._numbers:
            self._last[kind] += 1
            while f"[their {kind} {self._last[kind]}" in self.taken:
                self._last[kind] += 1
            self._numbers[kind, same] = (f"[their {kind} {self._last[kind]}", 0)
        begun, ways = self._numbers[kind, same]
        self._numbers[kind, same] = (begun, ways + 1)
        return f"{begun}{_LETTERS[min(ways, 25)] if ways else ''}]"


def _kinds(config: RedactionConfig) -> Iterator[Finder]:
    """The repository's own expressions first, then what the configuration has masked everywhere."""
    known: dict[str, tuple[re.Pattern[str], Identity]] = {
        "email": (EMAIL, str.casefold),
        "record-id": (CANDIDATE, lambda words: words[:15] if is_record_id(words) else ""),
        "card": (CARD, lambda words: digits_of(words) if is_card_number(digits_of(words)) else ""),
        "phone": (PHONE, _phone),
    }
    for kind, expression in config.patterns.items():
        yield kind, re.compile(expression), str
    for kind, (pattern, identity) in known.items():
        if kind in config.kinds:
            yield kind, pattern, identity


def _phone(words: str) -> str:
    digits = digits_of(words)
    return digits[-PHONE_DIGITS:] if PHONE_DIGITS <= len(digits) <= 15 else ""
