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
class ModelCall:
    """A call of a language model inside a turn: which prompt and model, what it used, how long it took."""

    prompt: str = ""
    model: str = ""
    input_tokens: int = 0
    output_tokens: int = 0
    latency_seconds: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Captured:
    """What the driver could see. A thing not captured is unknown, never empty."""

    tool_calls: bool = True
    retrieval: bool = True
    topic: bool = True

    def also(self, other: "Captured") -> "Captured":
        """What was seen by this and by the other."""
        return Captured(
            tool_calls=self.tool_calls and other.tool_calls,
            retrieval=self.retrieval and other.retrieval,
            topic=self.topic and other.topic,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class TurnRecord:
    """What happened between one user message and the agent's answer.

    `topics` is the way through the topics, `topic` where it ended. `platform` holds what the platform itself said of
    the turn (safety, groundedness, adherence), by name. `variables` is the session's state after the turn.
    `unknown` keeps, raw, what the driver was told and did not understand. `captured` is set where this turn shows
    less than the driver declares, e.g. when its trace is missing; `untraced`: that may be otherwise another time.
    `feedback` is where the platform takes what people say of the turn, `SESSION/FEEDBACK-ID`; empty = nowhere.
    """

    number: int
    user: str
    reply: str
    topic: str = ""
    tool_calls: tuple[ToolCall, ...] = ()
    retrieved: tuple[Passage, ...] = ()
    latency_seconds: float = 0.0
    input_tokens: int = 0
    output_tokens: int = 0
    topics: tuple[str, ...] = ()
    model_calls: tuple[ModelCall, ...] = ()
    platform: Mapping[str, Json] = field(default_factory=dict)
    variables: Mapping[str, Json] = field(default_factory=dict)
    unknown: tuple[Json, ...] = ()
    captured: Captured = Captured()
    feedback: str = ""
    untraced: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Transcript:
    """One trial of one case. A non-empty `error` means the trial errored (ours or the network's).

    `transient`: the error, or a lack of traces, may be gone when the trial is made again later. `version` names what
    answered, as the platform does; `redacted` counts what was masked, by kind.
    """

    case: str  # the case's key
    arm: Arm
    trial: int
    agent_fingerprint: str
    turns: tuple[TurnRecord, ...] = ()
    variables: Mapping[str, Json] = field(default_factory=dict)
    captured: Captured = Captured()
    error: str = ""
    transient: bool = False
    version: str = ""
    redacted: Mapping[str, int] = field(default_factory=dict)
