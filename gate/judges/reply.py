"""A judge's reply, read strictly: one JSON object with exactly what was asked, or a sentence on what is wrong. Pure.

Nothing is guessed: a reply in a code fence, with prose around it or with a number as a word is malformed. The judge is
shown the sentence once and may mend its answer.
"""

import json
from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet

from gate.model.case import Json
from gate.model.judge import Vote, VoteScore
from gate.model.words import Dimension

_KEYS = ("reason", "quote", "score")


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
    return f"{strange[:100]} was not asked" if strange else ""


def _score(value: Json) -> VoteScore | str:
    if not isinstance(value, dict):
        return "is no object"
    if wrong := _wrong_keys(set(_KEYS), set(value)):
        return wrong
    score, reason, quote = value["score"], value["reason"], value["quote"]
    if isinstance(score, bool) or not isinstance(score, int) or score not in {0, 1, 2}:
        return "the score is not the number 0, 1 or 2"
    if not isinstance(reason, str) or not reason.strip():
        return "the reason is no text"
    if not isinstance(quote, str):
        return "the quote is no text"
    return VoteScore(value=score, reason=reason.strip(), quote=quote.strip())


class _TwiceError(Exception):
    pass


def _unique(pairs: Sequence[tuple[str, Json]]) -> Mapping[str, Json]:
    found: dict[str, Json] = {}
    for key, value in pairs:
        if key in found:
            raise _TwiceError(key[:40])
        found[key] = value
    return found


def _no_number(name: str) -> Json:
    raise ValueError(name)
