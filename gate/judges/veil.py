"""What a judge need not know of the people in the test data: names, addresses and numbers become marks. Pure."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace

from gate.model.judge import JudgeQuestion, Part, Vote
from gate.redaction.personal import CARD, EMAIL, PHONE, digits_of, is_card_number

_NAME = re.compile(r"name|holder|contact$|person", re.IGNORECASE)
_NOT_OF_PEOPLE = re.compile(r"product|item|topic|company|shop|store|brand|file|user_?name|article", re.IGNORECASE)
_SHORTEST = 3


@dataclass(frozen=True, slots=True)
class Veil:
    """What each personal value of the test data is shown as."""

    marks: Mapping[str, str]

    @classmethod
    def of(cls, test_data: Mapping[str, str]) -> "Veil":
        """The veil over a manifest; a value's key or its form says what it is."""
        marks: dict[str, str] = {}
        numbers: dict[str, int] = {}
        for key, value in sorted(test_data.items()):
            kind = _kind(key, value)
            if kind and value not in marks and len(value) >= _SHORTEST:
                numbers[kind] = numbers.get(kind, 0) + 1
                marks[value] = f"[{kind} {numbers[kind]}]" if kind == "name" else f"[their {kind} {numbers[kind]}]"
        return cls(dict(sorted(marks.items(), key=lambda item: -len(item[0]))))

    def over(self, question: JudgeQuestion) -> tuple[JudgeQuestion, int]:
        """The question with marks for the values, and in how many places there were any."""
        places = 0
        parts: list[Part] = []
        for part in question.parts:
            text = part.text
            for value, mark in self.marks.items():
                text, times = re.subn(_whole(value), lambda _, mark=mark: mark, text)  # type: ignore[misc]
                places += times
            parts.append(Part(title=part.title, text=text))
        return replace(question, parts=tuple(parts)), places

    def lifted(self, vote: Vote) -> Vote:
        """The vote with the values back in its quotes and reasons, so that they can be held against the transcript."""
        scores = {
            dimension: replace(one, quote=self._back(one.quote), reason=self._back(one.reason))
            for dimension, one in vote.scores.items()
        }
        return replace(vote, scores=scores)

    def _back(self, text: str) -> str:
        for value, mark in self.marks.items():
            text = text.replace(mark, value)
        return text


def _whole(value: str) -> str:
    return rf"(?<!\w){re.escape(value)}(?!\w)"


def _kind(key: str, value: str) -> str:
    if EMAIL.fullmatch(value):
        return "e-mail"
    if CARD.fullmatch(value) and is_card_number(digits_of(value)):
        return "card"
    if PHONE.fullmatch(value):
        return "phone"
    last = key.rsplit(".", 1)[-1]
    return "name" if _NAME.search(last) and not _NOT_OF_PEOPLE.search(key) else ""
