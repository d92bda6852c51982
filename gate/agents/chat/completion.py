"""What a chat completions endpoint says, whole or in pieces, as one value. Pure.

Format: https://platform.openai.com/docs/api-reference/chat/object and …/chat-streaming/streaming
"""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from pydantic import BaseModel, ConfigDict, TypeAdapter, ValidationError

from gate.errors import CouldNotTellError
from gate.model.case import Json
from gate.network.json_text import parse


class _Part(BaseModel):
    model_config = ConfigDict(extra="ignore", frozen=True)


class _Function(_Part):
    name: str | None = None
    arguments: str | Mapping[str, Json] | None = None


class _ToolCall(_Part):
    index: int | None = None
    id: str | None = None
    function: _Function = _Function()
    extra_content: Mapping[str, Json] | None = None


class _Message(_Part):
    content: str | list[Mapping[str, Json]] | None = None
    refusal: str | None = None
    tool_calls: list[_ToolCall] | None = None


class _Choice(_Part):
    message: _Message = _Message()
    delta: _Message = _Message()
    finish_reason: str | None = None


class _Usage(_Part):
    prompt_tokens: int | None = None
    completion_tokens: int | None = None


class _Completion(_Part):
    model: str | None = None
    choices: list[_Choice] = []
    usage: _Usage | None = None


_COMPLETION = TypeAdapter(_Completion)


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """A tool call the model asks for; `arguments` as it wrote them, JSON or not.

    `extra` is what some endpoints want back with the call, as they gave it: Gemini's thought signatures
    (https://ai.google.dev/gemini-api/docs/thought-signatures).
    """

    id: str = ""
    name: str = ""
    arguments: str = ""
    extra: Mapping[str, Json] = field(default_factory=dict)

    def parsed(self) -> Mapping[str, Json] | None:
        """The arguments; None when they are no JSON object."""
        try:
            value = parse(self.arguments or "{}")
        except ValueError:
            return None
        return value if isinstance(value, dict) else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Completion:
    """What the model said in one go. `finish` is the endpoint's word for why it stopped."""

    text: str = ""
    refusal: str = ""
    calls: tuple[Asked, ...] = ()
    finish: str = ""
    model: str = ""
    input_tokens: int = 0
    output_tokens: int = 0


_FINAL = {
    "context length exceeded": re.compile(
        r"context_length_exceeded|exceed_context_size|ContextWindowExceeded|context (?:length|size|window)",
        re.IGNORECASE,
    ),
    "content_filter": re.compile(r"content_filter|ContentPolicyViolation|content management policy", re.IGNORECASE),
}
"""What endpoints (OpenAI, Azure, vLLM, llama.cpp, LiteLLM) say when there is no answer to this conversation."""


def no_answer(refusal: str) -> Completion | None:
    """The completion that a refusal amounts to, where the conversation itself is what is refused; else None.

    That it is too long for the model or filtered is what users of this agent would meet: data, and no fault.
    """
    finish = next((word for word, pattern in _FINAL.items() if pattern.search(refusal)), "")
    return Completion(finish=finish) if finish else None


def completion_of(value: Json, service: str) -> Completion:
    """The completion of a whole answer. Raises `CouldNotTellError` when it is none."""
    answer = _read(value, service)
    if not answer.choices:
        raise CouldNotTellError(f"{service} answered without a choice")
    message = answer.choices[0].message
    gathered = Gathered()
    gathered.add(answer, message)
    return gathered.completion()


class Gathered:
    """A completion as its pieces come in."""

    def __init__(self) -> None:
        self.ended = False
        self._text: list[str] = []
        self._refusal: list[str] = []
        self._calls: list[Asked] = []
        self._places: dict[int, int] = {}
        self._finish = ""
        self._model = ""
        self._usage = _Usage()

    def piece(self, value: Json, service: str) -> None:
        """Take the data of one event."""
        answer = _read(value, service)
        self.add(answer, answer.choices[0].delta if answer.choices else _Message())

    def add(self, answer: _Completion, message: _Message) -> None:
        """Take one message or delta."""
        self._model = answer.model or self._model
        self._usage = answer.usage or self._usage
        self._text.append(_text(message))
        self._refusal.append(message.refusal or "")
        for place, call in enumerate(message.tool_calls or []):
            self._call(place if call.index is None else call.index, call)
        if answer.choices and answer.choices[0].finish_reason:
            self._finish = answer.choices[0].finish_reason
            self.ended = True

    def completion(self) -> Completion:
        """What came together."""
        return Completion(
            text="".join(self._text),
            refusal="".join(self._refusal),
            calls=tuple(replace(call, id=call.id or f"call_{place}") for place, call in enumerate(self._calls)),
            finish=self._finish,
            model=self._model,
            input_tokens=self._usage.prompt_tokens or 0,
            output_tokens=self._usage.completion_tokens or 0,
        )

    def _call(self, index: int, call: _ToolCall) -> None:
        """Take a piece of a call.

        A new id begins a new one, also at an index that was there: some count none up. Where they give no ids either,
        one that is whole is followed by another.
        """
        place = self._places.get(index)
        if place is None or (call.id and self._calls[place].id not in {"", call.id}) or self._follows(place, call):
            place = self._places[index] = len(self._calls)
            self._calls.append(Asked())
        known = self._calls[place]
        written = call.function.arguments or ""
        arguments = written if isinstance(written, str) else json.dumps(written)
        self._calls[place] = Asked(
            id=known.id or call.id or "",
            name=known.name or call.function.name or "",
            arguments=known.arguments + arguments,
            extra={**known.extra, **(call.extra_content or {})},
        )

    def _follows(self, place: int, call: _ToolCall) -> bool:
        known = self._calls[place]
        anew = bool(call.function.name and call.function.arguments)
        return anew and not (call.id or known.id) and bool(known.arguments) and known.parsed() is not None


def _text(message: _Message) -> str:
    if isinstance(message.content, list):
        return "".join(text for part in message.content if isinstance(text := part.get("text"), str))
    return message.content or ""


def _read(value: Json, service: str) -> _Completion:
    if isinstance(value, dict) and value.get("error"):
        raise CouldNotTellError(f"{service} answered with an error: {json.dumps(value['error'])[:300]}")
    try:
        return _COMPLETION.validate_python(value)
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(map(str, first["loc"])) or "the answer"
        raise CouldNotTellError(f"{service} answered in a form that is not known: {where}: {first['msg']}") from error
