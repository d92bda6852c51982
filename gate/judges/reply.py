"""A judge's reply, read strictly: one JSON object with exactly what was asked, or a sentence on what is wrong. Pure.

Nothing is guessed: a reply in a code fence, with prose around it or with a number as a word is malformed. The judge is
shown the sentence once and may mend its answer.
"""

import json
from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet

from gate.model.case import Json
from gate.model.judge import JudgeQuestion, Vote, VoteScore
from gate.model.words import Dimension
from gate.network.json_text import whole
from gate.scoring.votes import turn_of
from gate.scoring.wording import fold

_KEYS = ("reason", "quote", "score")
_LEAST_WORDS, _MOST_WORDS = 3, 60
_LEAST_CHARACTERS = 8
"""Letters and digits of a quote that need not be three words: an order number, a sentence in Chinese."""


def read_reply(text: str, dimensions: Sequence[Dimension]) -> Vote | str:
    """The vote of a reply on all of `dimensions`, or what is wrong with it."""
    try:
        value: Json = json.loads(text, object_pairs_hook=_unique, parse_constant=_no_number)
    except _TwiceError as error:
        return f"the key {error} stands twice"
    except (ValueError, RecursionError):
        return "it is not one JSON object and nothing else"
    if not isinstance(value, dict):
        return "it is no JSON object"
    names = {dimension.value for dimension in dimensions}
    if wrong := _wrong_keys(names, set(value)):
        return wrong
    scores: dict[Dimension, VoteScore] = {}
    for dimension in dimensions:
        score = _score(value[dimension.value])
        if isinstance(score, str):
            return f"{dimension}: {score}"
        scores[dimension] = score
    return Vote(scores=scores)


def unproved(vote: Vote, question: JudgeQuestion) -> str:
    """Why a vote's quotes are no evidence: made up, a word that occurs anywhere, or half the transcript.

    Empty = they are evidence. A reply shorter than three words may be quoted whole.
    """
    wrong = ((dimension, _no_evidence(score.quote, question)) for dimension, score in vote.scores.items())
    return "; ".join(f"{dimension}: {why}" for dimension, why in wrong if why)


def _no_evidence(quote: str, question: JudgeQuestion) -> str:
    how = f"copy {_LEAST_WORDS} to 30 words exactly as they stand there"
    if turn_of(quote, question) is None:
        return f"the quote does not occur in the TRANSCRIPT; {how}"
    words = fold(quote).split()
    if len(words) > _MOST_WORDS:
        return f"the quote is too long to show anything; {how}"
    telling = any(map(_tells, fold(quote).split("...")))
    return "" if telling or _is_whole_line(quote, question) else f"the quote is too short to show anything; {how}"


def _tells(piece: str) -> bool:
    return len(piece.split()) >= _LEAST_WORDS or sum(map(str.isalnum, piece)) >= _LEAST_CHARACTERS


def _is_whole_line(quote: str, question: JudgeQuestion) -> bool:
    lines = (line for text in question.turns.values() for line in text.splitlines())
    return any(fold(quote) == fold(line.partition(": ")[2]) for line in lines)


def reply_schema(dimensions: Sequence[Dimension]) -> Json:
    """A JSON Schema of the reply, for providers that hold a model to one. The reason stands before the score."""
    one: Json = {
        "type": "object",
        "properties": {
            "reason": {"type": "string"},
            "quote": {"type": "string"},
            "score": {"type": "integer", "enum": [0, 1, 2]},
        },
        "required": list(_KEYS),
        "additionalProperties": False,
    }
    return {
        "type": "object",
        "properties": {dimension.value: one for dimension in dimensions},
        "required": [dimension.value for dimension in dimensions],
        "additionalProperties": False,
    }


def repair_request(wrong: str) -> str:
    """What a judge is told of a malformed reply."""
    return (
        f"Your answer cannot be read: {wrong}. Give the same judgement again, as one JSON object and nothing around it."
    )


def _wrong_keys(wanted: AbstractSet[str], found: AbstractSet[str]) -> str:
    if missing := sorted(wanted - found):
        return f"{', '.join(missing)} is missing"
    strange = ", ".join(sorted(found - wanted))
    return f"{whole(strange[:100])} was not asked" if strange else ""


def _wrong_order(keys: Sequence[str]) -> str:
    return "the reason stands behind the score" if keys.index("reason") > keys.index("score") else ""


def _score(value: Json) -> VoteScore | str:
    if not isinstance(value, dict):
        return "is no object"
    if wrong := _wrong_keys(set(_KEYS), set(value)) or _wrong_order(list(value)):
        return wrong
    score, reason, quote = value["score"], value["reason"], value["quote"]
    if isinstance(score, bool) or not isinstance(score, int) or score not in {0, 1, 2}:
        return "the score is not the number 0, 1 or 2"
    if not isinstance(reason, str) or not reason.strip():
        return "the reason is no text"
    if not isinstance(quote, str):
        return "the quote is no text"
    return VoteScore(value=score, reason=whole(reason).strip(), quote=whole(quote).strip())


class _TwiceError(Exception):
    pass


def _unique(pairs: Sequence[tuple[str, Json]]) -> Mapping[str, Json]:
    found: dict[str, Json] = {}
    for key, value in pairs:
        if key in found:
            raise _TwiceError(whole(key[:40]))
        found[key] = value
    return found


def _no_number(name: str) -> Json:
    raise ValueError(name)
