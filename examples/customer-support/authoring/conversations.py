"""From the conversations written in `cases/*.yml` to the trials of a case.

A case lists conversations. Each says which definitions hold it (default: all), in how many of the recorded trials
(`trials`; one conversation a definition has none and takes what is left), what happens in each turn, how a judge scores
it, and where people see it differently. Those of the definition `curt` are no trials: they serve calibration.
`like` begins with a copy of another conversation. The user's words come from the fixture, what actions return from its
`tool_results`, retrieved passages from the articles. Wordings take turns.
"""

import hashlib
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from definitions import RECORDED
from pydantic import BaseModel, ConfigDict, Field, TypeAdapter

from gate.documents import load_yaml
from gate.model.case import Case, Json, ToolResult
from gate.model.transcript import Passage, ToolCall, TurnRecord
from gate.model.words import Dimension
from gate.scoring.arguments import matches

TRIALS = 60
"""Recorded trials per case and definition."""


class _Written(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class WrittenTurn(_Written):
    """One turn: the topic that handles it, the calls in order, what is retrieved, and one or more wordings."""

    topic: str = ""
    calls: tuple[dict[str, dict[str, Json]], ...] = ()
    retrieves: dict[str, str] = {}
    says: tuple[str, ...] = ()


class WrittenScore(_Written):
    """A judge's score on one dimension; the quote is the first sentence of the reply in `turn` unless it is given."""

    why: str
    score: int | None = Field(default=None, ge=0, le=2)
    votes: tuple[int, ...] = ()
    turn: int = 0
    quote: str = ""


class WrittenRating(_Written):
    """What a person says of a conversation on one dimension."""

    score: int = Field(ge=0, le=2)
    why: str = ""


class Conversation(_Written):
    """One way a case goes. `people` holds what each rater says where that is not what the judge says."""

    name: str
    like: str = ""
    definitions: tuple[str, ...] = RECORDED
    trials: int = 0
    turns: dict[int, WrittenTurn]
    judge: dict[Dimension, WrittenScore] = {}
    people: dict[Dimension, dict[str, WrittenRating]] = {}


class _File(_Written):
    case: str
    conversations: tuple[Conversation, ...]


@dataclass(frozen=True)
class Recorded:
    """One distinct transcript: which trials went this way, what happened, and who wrote it."""

    conversation: Conversation
    turns: tuple[TurnRecord, ...]
    count: int


_JSON = TypeAdapter(dict[str, Json])


@dataclass(frozen=True)
class Author:
    """Reads the files of `cases/` and expands them. `data` resolves placeholders, `aliases` names actions in topics."""

    folder: Path
    articles: Path
    data: Mapping[str, str]
    aliases: Mapping[str, str]

    def conversations(self, case: Case) -> dict[str, Conversation]:
        """The conversations of a case by name, `like` resolved."""
        path = self.folder / f"{case.id}.yml"
        text = path.read_text(encoding="utf-8")
        for key, value in self.data.items():
            text = text.replace("{{" + key + "}}", value)
        value = _JSON.validate_python(load_yaml(text, str(path)).value)
        named: dict[str, Json] = {}
        for item in TypeAdapter(list[dict[str, Json]]).validate_python(value["conversations"]):
            named[str(item["name"])] = _like(named[str(item["like"])], item) if "like" in item else item
        file = _File.model_validate({**value, "conversations": list(named.values())})
        return {conversation.name: conversation for conversation in file.conversations}

    def record(self, case: Case, definition: str) -> tuple[list[int], list[Recorded]]:
        """For each trial the index of its transcript, and the distinct transcripts in order of first appearance."""
        held = [one for one in self.conversations(case).values() if definition in one.definitions]
        spread = _spread(case.id, definition, held)
        keys = [(one.name, _wording(case.id, definition, trial, one)) for trial, one in enumerate(spread, start=1)]
        distinct = list(dict.fromkeys(keys))
        counts = Counter(keys)
        by_name = {one.name: one for one in held}
        transcripts = [
            Recorded(by_name[name], self._turns(case, by_name[name], wording), counts[name, wording])
            for name, wording in distinct
        ]
        return [distinct.index(key) for key in keys], transcripts

    def unrecorded(self, case: Case, definition: str) -> list[Recorded]:
        """Every wording of the conversations of a definition that has no recordings."""
        held = [one for one in self.conversations(case).values() if definition in one.definitions]
        return [
            Recorded(one, self._turns(case, one, wording), 0)
            for one in held
            for wording in range(max(len(turn.says) for turn in one.turns.values()))
        ]

    def _turns(self, case: Case, conversation: Conversation, wording: int) -> tuple[TurnRecord, ...]:
        if sorted(conversation.turns) != [turn.number for turn in case.turns]:
            raise SystemExit(f"{case.id}: {conversation.name}: the turns are not those of the fixture")
        return tuple(
            self._turn(case, turn.number, turn.user, conversation.turns[turn.number], wording) for turn in case.turns
        )

    def _turn(self, case: Case, number: int, user: str, written: WrittenTurn, wording: int) -> TurnRecord:
        calls = [(tool, arguments) for call in written.calls for tool, arguments in call.items()]
        return TurnRecord(
            number=number,
            user=user,
            reply=written.says[wording % len(written.says)],
            topic=written.topic,
            tool_calls=tuple(self._call(case, number, tool, arguments) for tool, arguments in calls),
            retrieved=tuple(
                Passage(source=source, text=self._passage(source, words), query=_query(calls))
                for source, words in written.retrieves.items()
            ),
        )

    def _call(self, case: Case, turn: int, tool: str, arguments: dict[str, Json]) -> ToolCall:
        found = next((one for one in case.tool_results if _answers(one, turn, tool, arguments)), None)
        if found is None:
            raise SystemExit(f"{case.id}: turn {turn}: the fixture has no result for {tool} with {arguments}")
        return ToolCall(
            name=tool, alias=self.aliases[tool], arguments=arguments, result=found.result, error=found.error
        )

    def _passage(self, source: str, words: str) -> str:
        paragraphs = self._articles[source]
        return next(paragraph for paragraph in paragraphs if words in paragraph)

    @cached_property
    def _articles(self) -> dict[str, list[str]]:
        return {path.stem: path.read_text(encoding="utf-8").split("\n\n") for path in self.articles.glob("*.md")}


def _like(original: Json, item: dict[str, Json]) -> dict[str, Json]:
    """A copy of a conversation with what `item` says in its place; turns and judge scores are replaced one by one."""
    first = _JSON.validate_python(original)
    merged = {**{key: value for key, value in first.items() if key not in ("trials", "definitions", "people")}, **item}
    for key in ("turns", "judge"):
        old, new = _JSON.validate_python(first.get(key, {})), _JSON.validate_python(item.get(key, {}))
        merged[key] = {**old, **{name: _over(old.get(name), value) for name, value in new.items()}}
    return merged


def _over(old: Json, new: Json) -> Json:
    if not (isinstance(old, dict) and isinstance(new, dict)):
        return new
    kept = {key: value for key, value in old.items() if not ("votes" in new and key == "score")}
    return {**kept, **new}


def _spread(case: str, definition: str, held: list[Conversation]) -> list[Conversation]:
    """Which conversation each trial is: the written numbers, in an order that is fixed and has no pattern."""
    rest = [one for one in held if not one.trials]
    if len(rest) != 1:
        raise SystemExit(f"{case}: {definition}: one conversation must have no `trials`, {len(rest)} have none")
    given = [one for one in held if one.trials for _ in range(one.trials)]
    slots = sorted(range(TRIALS), key=lambda trial: _digest(case, definition, str(trial)))
    order = dict(zip(slots, given + rest * (TRIALS - len(given)), strict=True))
    return [order[trial] for trial in range(TRIALS)]


def _wording(case: str, definition: str, trial: int, conversation: Conversation) -> int:
    most = max(len(turn.says) for turn in conversation.turns.values())
    return int(_digest(case, definition, str(trial), "wording")[:8], 16) % most


def _digest(*parts: str) -> str:
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()


def _answers(result: ToolResult, turn: int, tool: str, arguments: Mapping[str, Json]) -> bool:
    return (
        result.tool == tool
        and result.turn in (0, turn)
        and all(matches(matcher, name, arguments) for name, matcher in result.args.items())
    )


def _query(calls: list[tuple[str, dict[str, Json]]]) -> str:
    return next((str(arguments["question"]) for _, arguments in calls if "question" in arguments), "")
