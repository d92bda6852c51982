"""A draft fixture from a trial that a person scored 0: the same conversation, and what must not be said again.

The transcript must be redacted before. The draft is exploratory: it holds no merge before somebody has looked at it.
"""

import re
from collections.abc import Mapping
from dataclasses import replace

from gate.model.case import AntiPattern, Case
from gate.model.transcript import Transcript
from gate.model.words import Dimension, Status
from gate.reports.escape import clip, one_line
from gate.scaffold.files import draft_text
from gate.scaffold.scenarios import Draft

_LONGEST_QUOTE, _LONGEST_REASON = 200, 300
_SENTENCE = re.compile(r"[^.!?\n]+[.!?]?")
_ORIGIN = "made from a trial that a person scored 0"


def draft_from_trial(case: Case, transcript: Transcript, said: Mapping[Dimension, str], *, name: str, day: str) -> str:
    """The text of the draft `name`.

    `case` is the trial's, with its placeholders in place; `said` holds the reason, which may be empty, of each
    dimension that was scored 0.
    """
    quote = _quote(transcript)
    patterns = [
        AntiPattern(quote=quote, why=_plain(why) or "a person scored this 0", dimension=dimension)
        for dimension, why in said.items()
        if quote and dimension in case.dimensions
    ]
    reasons = "; ".join(f"{dimension} 0{f' ({_plain(why)})' if _plain(why) else ''}" for dimension, why in said.items())
    advice = (
        f"A person said of trial {transcript.trial} of {case.id}: {reasons}.",
        "Keep of the quoted reply only the words that must not be said again, or remove the anti-pattern.",
        f"Where {case.id} should have caught this, sharpen its rubric instead and remove this file.",
        "Remove `status: exploratory` when the case says what you mean: from then on it can hold a merge.",
    )
    draft = replace(
        case,
        id=name,
        status=Status.EXPLORATORY,
        created=day,
        updated="",
        reviewed="",
        anti_patterns=(*case.anti_patterns, *patterns),
    )
    return draft_text(Draft(case=draft, advice=advice), _ORIGIN)


def _quote(transcript: Transcript) -> str:
    """The longest sentence of the last reply; one that only stands for data, or cannot be written, is left out."""
    reply = transcript.turns[-1].reply if transcript.turns else ""
    sentences = [one.strip() for one in _SENTENCE.findall(reply) if not set('"\\{}[]') & set(one)]
    return max((one for one in sentences if 3 <= len(one) <= _LONGEST_QUOTE), key=len, default="")


def _plain(text: str) -> str:
    """Outside words on one line, without what would end a comment, begin a placeholder or point to a dimension."""
    return re.sub(r"-{2,}|[{}<>→⇒=]+", " ", clip(one_line(text), _LONGEST_REASON)).strip()
