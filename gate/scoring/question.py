"""What a judge is asked about one trial: complete, fenced, and named by the hash of everything it shows."""

import hashlib
import json
import re
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from importlib.resources import files

from gate.model.anchors import STANDARD_ANCHORS
from gate.model.case import Case, ExpectedBehavior
from gate.model.judge import JudgeQuestion, Part
from gate.model.transcript import Transcript, TurnRecord
from gate.model.words import Dimension
from gate.scoring.checks import Checked
from gate.scoring.expectation import rendered_call
from gate.scoring.wording import shown

PROMPT_VERSION = "1"
_HIDDEN = re.compile(
    "[\x00-\x08\x0e-\x1b\x7f\u202a-\u202e\u2061-\u206f\ufff9-\ufffb\U000e0000-\U000e007f\U000e0100-\U000e01ef]+"
)
"""Characters nobody sees but a model reads: controls, overridden direction, tags.

https://www.unicode.org/charts/PDF/UE0000.pdf, https://www.unicode.org/reports/tr36/#Bidirectional_Text_Spoofing
"""


@cache
def instructions() -> str:
    """The fixed part of every question, the packaged template of this version."""
    return files("gate.scoring").joinpath(f"prompts/judge-v{PROMPT_VERSION}.md").read_text(encoding="utf-8")


@cache
def prompt_fingerprint() -> str:
    """SHA-256 (hex) of the fixed part; belongs into every judge's fingerprint beside its model."""
    return hashlib.sha256(instructions().encode()).hexdigest()


def question(case: Case, transcript: Transcript, checked: Checked) -> JudgeQuestion | None:
    """What is left for a judge: the declared dimensions that the checks leave open. None when nothing is.

    Nothing is left after a wrong tool, for an errored trial, on a dimension the checks have put at 0, and on one with
    an expectation that could not be checked, because no judge could make that a pass.
    """
    if checked.stopped or transcript.error or not transcript.turns:
        return None
    dimensions = tuple(
        dimension
        for dimension in Dimension
        if dimension in case.dimensions and checked.cap(dimension) > 0 and not checked.not_looked_at(dimension)
    )
    if not dimensions:
        return None
    turns = {record.number: _turn(record, transcript) for record in transcript.turns}
    parts = tuple(Part(title=title, text=text) for title, text in _parts(case, transcript, dimensions, turns) if text)
    return JudgeQuestion(
        hash=hash_of(dimensions, parts),
        case=case.key,
        dimensions=dimensions,
        instructions=instructions(),
        parts=parts,
        turns=turns,
    )


def prompt(asked: JudgeQuestion, nonce: str) -> str:
    """The text that follows the instructions: each part fenced with the nonce, which no part can contain.

    `nonce` is random and new for each vote, at least 16 characters; it is no part of the question's hash.
    """
    fenced = (f"<<<{nonce} {part.title}\n{part.text.replace(nonce, ' ')}\n{nonce}>>>" for part in asked.parts)
    dimensions = ", ".join(asked.dimensions)
    return "\n\n".join([*fenced, f"Score these dimensions: {dimensions}."])


def _parts(
    case: Case, transcript: Transcript, dimensions: Sequence[Dimension], turns: Mapping[int, str]
) -> Iterator[tuple[str, str]]:
    yield "RUBRIC", "\n".join(_anchors(case, dimension) for dimension in dimensions)
    yield "EXPECTED BEHAVIOUR", _bullets(case.behaviors, "expected")
    yield "NEGATIVE CRITERIA", _bullets(case.behaviors, "negative")
    if Dimension.TONE in dimensions:
        yield "EXPECTED TONE", _bullets(case.behaviors, "tone")
    yield "ANTI-PATTERNS", _anti_patterns(case, dimensions)
    yield "REFERENCE ANSWER", case.reference_answer.strip()
    yield "SESSION VARIABLES", _variables(case, transcript)
    yield "TRANSCRIPT", transcript_text(turns)


def _anchors(case: Case, dimension: Dimension) -> str:
    own = (rubric.anchors for rubric in case.rubrics if rubric.dimension is dimension)
    anchors = next(own, STANDARD_ANCHORS[dimension])
    return "\n".join([f"{dimension}:", *(f"  {score} = {anchor}" for score, anchor in enumerate(anchors))])


def _bullets(behaviors: Sequence[ExpectedBehavior], kind: str) -> str:
    return "\n".join(
        f"- turn {behavior.turn}: {behavior.text}" if behavior.turn else f"- every turn: {behavior.text}"
        for behavior in behaviors
        if behavior.kind == kind
    )


def _anti_patterns(case: Case, dimensions: Sequence[Dimension]) -> str:
    lines = []
    for pattern in case.anti_patterns:
        if pattern.dimension in dimensions:
            what = " - ".join(filter(None, [f'"{pattern.quote}"' if pattern.quote else "", pattern.why]))
            lines.append(f"- {what}: {pattern.dimension} at most {pattern.cap}")
    return "\n".join(lines)


def _variables(case: Case, transcript: Transcript) -> str:
    values = {**{one.name: one.value for one in case.variables}, **transcript.variables}
    return "\n".join(_indented(f"{name} = {shown(value)}") for name, value in sorted(values.items()))


def _turn(record: TurnRecord, transcript: Transcript) -> str:
    lines = [("User", record.user)]
    if not transcript.captured.tool_calls:
        lines.append(("Tool calls", "(not captured)"))
    for call in record.tool_calls:
        lines.append(("Tool call", rendered_call(call)))
        lines.append(("Tool error", call.error) if call.error else ("Tool result", shown(call.result)))
    if not transcript.captured.retrieval:
        lines.append(("Retrieved text", "(not captured)"))
    lines += [(f"Retrieved from {_indented(passage.source)}", passage.text) for passage in record.retrieved]
    lines.append(("Agent", record.reply if record.reply.strip() else "(said nothing)"))
    return "\n".join([f"Turn {record.number}", *(f"{who}: {_indented(text)}" for who, text in lines)])


def _indented(text: str) -> str:
    """The text with further lines indented, so that none of them can pass for a line of the transcript's own.

    Characters that people would not see are named: whoever rates the judge has to see what it saw.
    """
    return "\n  ".join(_HIDDEN.sub(lambda found: f"[{len(found[0])} hidden characters]", text).splitlines())


def transcript_text(turns: Mapping[int, str]) -> str:
    """The part of a question that is made of its turns."""
    return "\n\n".join(turns.values())


def hash_of(dimensions: Sequence[Dimension], parts: Sequence[Part]) -> str:
    """SHA-256 (hex) of all a judge sees: the instructions, the dimensions and every part."""
    seen = [prompt_fingerprint(), list(dimensions), [[part.title, part.text] for part in parts]]
    return hashlib.sha256(json.dumps(seen, ensure_ascii=True).encode()).hexdigest()
