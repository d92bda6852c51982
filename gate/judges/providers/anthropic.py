"""Anthropic Messages; the reply comes as the input of a tool the model has to call.

https://docs.claude.com/en/api/messages, https://docs.claude.com/en/docs/agents-and-tools/tool-use/overview
"""

import json
from dataclasses import dataclass

from gate.judges.providers.ask import (
    Ask,
    Completed,
    no_choice,
    not_answered,
    value_of,
    why_stopped,
    words_of,
)
from gate.judges.reply import reply_schema
from gate.model.case import Json
from gate.network.call import Answer, Call
from gate.network.json_text import count_of, mapping

VERSION = "2023-06-01"
_TOOL, _TEMPERATURE = "give_scores", "temperature"


@dataclass(frozen=True, slots=True, kw_only=True)
class Anthropic:
    """One model of the Messages interface."""

    model: str
    max_tokens: int

    def call(self, ask: Ask, left_out: frozenset[str]) -> Call:
        """Asked to call the one tool there is."""
        tool: Json = {"name": _TOOL, "description": "Give the scores.", "input_schema": reply_schema(ask.dimensions)}
        body: dict[str, Json] = {
            "model": self.model,
            "max_tokens": self.max_tokens,
            "system": ask.system,
            "messages": [{"role": one.role, "content": one.text} for one in ask.messages],
            _TEMPERATURE: 0,
            "tools": [tool],
            "tool_choice": {"type": "tool", "name": _TOOL},
        }
        return Call(
            method="POST",
            path="/messages",
            body={key: value for key, value in body.items() if key not in left_out},
            headers={"anthropic-version": VERSION},
            repeatable=True,
        )

    def read(self, answer: Answer) -> Completed:
        """The tool's input, or the text where the model wrote one instead; two calls are no one answer."""
        if stopped := not_answered(answer):
            return Completed(text="", stopped=stopped)
        value = value_of(
            answer,
            "see whether the judge's key is valid and may use the model",
            "see whether `judge.model` and `judge.base_url` are right",
        )
        content, usage = value.get("content"), mapping(value.get("usage"))
        if not isinstance(content, list):
            raise no_choice(answer)
        called = [json.dumps(mapping(part).get("input")) for part in content if mapping(part).get("name") == _TOOL]
        return Completed(
            text="\n".join(called) or words_of(content),
            model=words_of(value.get("model")),
            stopped=why_stopped(words_of(value.get("stop_reason"))),
            input_tokens=count_of(usage.get("input_tokens")),
            output_tokens=count_of(usage.get("output_tokens")),
        )

    def greeting(self) -> Call | None:
        """The list of models."""
        return Call(method="GET", path="/models", headers={"anthropic-version": VERSION}, repeatable=True)

    def optional(self) -> frozenset[str]:
        """Models that think do not let the temperature be chosen, nor a tool be forced."""
        return frozenset({_TEMPERATURE, "tool_choice"})
