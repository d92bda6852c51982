"""What all providers share: a conversation to complete, and what came of it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, Protocol

from gate.errors import CouldNotTellError, UsageError
from gate.model.case import Json
from gate.model.words import Dimension
from gate.network.call import Answer, Call
from gate.network.json_text import mapping, text_of


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """One message of the conversation with the judge."""

    role: Literal["user", "assistant"]
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Ask:
    """What is asked: instructions, the conversation so far, and the dimensions the answer has to score."""

    system: str
    messages: Sequence[Message]
    dimensions: Sequence[Dimension]


@dataclass(frozen=True, slots=True, kw_only=True)
class Completed:
    """What the provider gave back. `stopped` non-empty = no answer at all, and why. `model` is the resolved one."""

    text: str
    model: str = ""
    stopped: str = ""
    input_tokens: int = 0
    output_tokens: int = 0


class Provider(Protocol):
    """A provider's requests and answers. `left_out` names optional parts of a request it has refused before."""

    def call(self, ask: Ask, left_out: frozenset[str]) -> Call:
        """The request."""
        ...

    def read(self, answer: Answer) -> Completed:
        """The answer to it. Raises `UsageError` or `CouldNotTellError` when there is none."""
        ...

    def optional(self) -> frozenset[str]:
        """Parts of a request that can be left out when the endpoint does not know them."""
        ...

    def greeting(self) -> Call | None:
        """A request that shows whether the key is taken and costs nothing; None = to connect shows it already."""
        ...


def first(value: Json) -> Mapping[str, Json]:
    """The first item of a list where it is an object, else an empty one."""
    return mapping(value[0]) if isinstance(value, list) and value else {}


def words_of(value: Json) -> str:
    """Text, also when it comes in parts."""
    if isinstance(value, list):
        return "".join(words_of(mapping(part).get("text")) for part in value)
    return text_of(value)


def value_of(answer: Answer, let_in: str, find: str) -> Mapping[str, Json]:
    """The object of a good answer. Raises `UsageError` with `let_in` or, for a 404, with `find` as what to do."""
    if answer.status == _NOT_FOUND:
        raise UsageError(f"{answer.service} is not there: HTTP 404: {answer.excerpt() or 'not found'}", find)
    return mapping(answer.expected("judge", let_in))


def no_choice(answer: Answer) -> CouldNotTellError:
    """The fault of an answer that holds nothing to read."""
    return CouldNotTellError(f"{answer.service} answered without an answer: {answer.excerpt()}")


def why_stopped(finish: str) -> str:
    """What a provider's word for the end of an answer says against reading it; empty = nothing."""
    word = finish.casefold()
    if word in _CUT_OFF:
        return CUT_OFF
    return f"{REFUSED}: {word.replace('_', ' ')}" if word in _REFUSED else ""


def not_answered(answer: Answer) -> str:
    """Why a provider takes this one question and no other amiss; empty = it does not, or not because of its text.

    A filter before the model (https://learn.microsoft.com/azure/ai-foundry/openai/concepts/content-filter) and a text
    longer than the model's context are refused with a 400 or 413, like a wrong configuration, but say nothing of it.
    """
    if answer.status not in {400, 413, 422}:
        return ""
    text = answer.text.casefold()
    if any(words in text for words in _FILTERED):
        return f"{REFUSED}: content filter"
    return "the conversation is too long for the model" if any(words in text for words in _TOO_LONG) else ""


_NOT_FOUND = 404
CUT_OFF = "its answer was cut off: raise `judge.max_tokens`"
REFUSED = "it refused to judge"
_CUT_OFF = frozenset({"length", "max_tokens", "model_context_window_exceeded", "model_length"})
_REFUSED = frozenset({"content_filter", "refusal", "safety", "prohibited_content", "blocklist", "recitation", "spii"})
_FILTERED = ("content_filter", "content_policy_violation", "responsibleaipolicyviolation")
_TOO_LONG = ("context_length_exceeded", "maximum context length", "prompt is too long", "request_too_large")
