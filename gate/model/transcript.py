"""Everything one trial said, called, retrieved, and how long it took."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from gate.model.case import Json
from gate.model.words import Arm


@dataclass(frozen=True, slots=True, kw_only=True)
class ToolCall:
    """A call the agent made. `name` is the definition's API name, `alias` what the topic calls it."""

    name: str
    arguments: Mapping[str, Json] = field(default_factory=dict)
    result: Json = None
    error: str = ""
    alias: str = ""
    latency_seconds: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Passage:
    """A retrieved piece of text and where it came from."""

    source: str
    text: str
    query: str = ""
    score: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class TurnRecord:
    """What happened between one user message and the agent's answer."""

    number: int
    user: str
    reply: str
    topic: str = ""
    tool_calls: tuple[ToolCall, ...] = ()
    retrieved: tuple[Passage, ...] = ()
    latency_seconds: float = 0.0
    input_tokens: int = 0
    output_tokens: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Captured:
    """What the driver could see. A thing not captured is unknown, never empty."""

    tool_calls: bool = True
    retrieval: bool = True
    topic: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Transcript:
    """One trial of one case. A non-empty `error` means the trial errored (ours or the network's)."""

    case: str  # the case's key
    arm: Arm
    trial: int
    agent_fingerprint: str
    turns: tuple[TurnRecord, ...] = ()
    variables: Mapping[str, Json] = field(default_factory=dict)
    captured: Captured = Captured()
    error: str = ""
