"""What the check families share: where a finding counts, and how it is written."""

from gate.model.case import Case
from gate.model.score import Evidence, Finding, Unscored
from gate.model.transcript import ToolCall, Transcript
from gate.model.words import Dimension
from gate.scoring.wording import shortened, shown

CHECKS_VERSION = "1"
"""Changes when any check could score a transcript differently; scores of different versions are not compared."""

Seen = Finding | Unscored
"""What a check says: what it found, or that it could not look."""

_ORDER = (Dimension.CORRECTNESS, Dimension.SAFETY, Dimension.GROUNDING, Dimension.TONE)


def by(check: str) -> str:
    """A check as the author of a score."""
    return f"check:{check}@{CHECKS_VERSION}"


def home(case: Case, wanted: Dimension) -> Dimension:
    """The dimension on which an expectation counts.

    A declared expectation always counts: where the case leaves out its dimension, it counts on the first declared one.
    """
    return next((dimension for dimension in (wanted, *_ORDER) if dimension in case.dimensions), wanted)


def found_nothing(check: str, dimension: Dimension, reason: str) -> Finding:
    """The finding of a check that ran and has nothing against the trial."""
    return Finding(check=check, dimension=dimension, score=2, reason=reason)


def found(check: str, dimension: Dimension, score: int, reason: str, *, turn: int, quote: str) -> Finding:
    """A finding that caps the dimension at `score`; the quote is shortened."""
    evidence = Evidence(turn=turn, quote=shortened(quote))
    return Finding(check=check, dimension=dimension, score=score, reason=reason, evidence=evidence)


def rendered_call(call: ToolCall) -> str:
    """A call as a reader sees it: `Look_Up_Order(orderNumber="A7842")`."""
    arguments = ", ".join(f"{name}={shown(value)}" for name, value in sorted(call.arguments.items()))
    return f"{call.name}({arguments})"


def rendered_calls(transcript: Transcript, turn: int) -> str:
    """All calls of a turn, in order, or the words that there was none."""
    calls = [rendered_call(call) for record in transcript.turns if record.number == turn for call in record.tool_calls]
    return "; ".join(calls) or "(no tool was called)"
