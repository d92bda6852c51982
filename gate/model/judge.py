"""What a judge is asked, what it answers, and what the answers come to."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from gate.model.score import DimensionScore
from gate.model.words import Dimension


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """A stretch of the question with a title of ours; the text was written by others and is fenced when asked."""

    title: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class JudgeQuestion:
    """Everything a judge sees of one trial. `hash` (SHA-256, hex) is equal when all of it is equal.

    `case` (the key) only says where a recorded answer is kept and is no part of the hash; neither are trial, arm and
    latency, so identical transcripts share one verdict. `turns` holds what the transcript part shows of each turn:
    a quote given as evidence must occur there.
    """

    hash: str
    case: str
    dimensions: tuple[Dimension, ...]
    instructions: str
    parts: tuple[Part, ...]
    turns: Mapping[int, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class VoteScore:
    """One vote on one dimension: 0, 1 or 2, why in one sentence, and the words of the transcript that show it."""

    value: int
    reason: str
    quote: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Vote:
    """A judge's answer to one question. `calls` is what it took: 0 when `cached`, 2 after a repair.

    `model` is the id the model gave itself when it answered; empty = it gave none. `masked`: places of the question
    that were hidden from it, by kind.
    """

    scores: Mapping[Dimension, VoteScore]
    model: str = ""
    calls: int = 1
    input_tokens: int = 0
    output_tokens: int = 0
    cached: bool = False
    masked: Mapping[str, int] = field(default_factory=dict)
    kind: Literal["vote"] = "vote"


@dataclass(frozen=True, slots=True, kw_only=True)
class NoVote:
    """No usable answer, and why. Never a score."""

    reason: str
    model: str = ""
    calls: int = 1
    input_tokens: int = 0
    output_tokens: int = 0
    masked: Mapping[str, int] = field(default_factory=dict)
    kind: Literal["no-vote"] = "no-vote"


@dataclass(frozen=True, slots=True, kw_only=True)
class Judgement:
    """What the votes on one trial come to, per asked dimension. `calls` counts the requests they took.

    `prompt` is the hash of the instructions, `models` the ids of the models that answered, in the order of the votes,
    `masked` counts places that were hidden from them, by kind. `outage` non-empty = a vote could not be had, and why;
    there are no scores then, but what the others cost is counted. `transient`: it may be had later.
    """

    fingerprint: str
    prompt: str = ""
    models: tuple[str, ...] = ()
    masked: Mapping[str, int] = field(default_factory=dict)
    calls: int
    input_tokens: int = 0
    output_tokens: int = 0
    scores: Mapping[Dimension, DimensionScore] = field(default_factory=dict)
    outage: str = ""
    transient: bool = False
