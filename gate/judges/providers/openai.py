"""OpenAI-compatible chat completions, and Azure OpenAI, which differs in its address.

https://platform.openai.com/docs/api-reference/chat/create, https://platform.openai.com/docs/guides/structured-outputs,
https://learn.microsoft.com/azure/ai-foundry/openai/reference
"""

from dataclasses import dataclass

from gate.judges.providers.ask import (
    REFUSED,
    Ask,
    Completed,
    first,
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

_STRUCTURED, _TEMPERATURE = "response_format", "temperature"


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenAI:
    """`limit` is the name the endpoint has for the longest answer: newer models want `max_completion_tokens`."""

    model: str
    max_tokens: int
    limit: str
    path: str = "/chat/completions"
    api_version: str = ""

    def call(self, ask: Ask, left_out: frozenset[str]) -> Call:
        """Asked for a reply by schema, at temperature 0 where the model lets it be chosen."""
        messages: list[Json] = [{"role": "system", "content": ask.system}]
        messages += [{"role": one.role, "content": one.text} for one in ask.messages]
        schema: Json = {"name": "scores", "strict": True, "schema": reply_schema(ask.dimensions)}
        body: dict[str, Json] = {
            "model": self.model,
            "messages": messages,
            self.limit: self.max_tokens,
            _TEMPERATURE: 0,
            _STRUCTURED: {"type": "json_schema", "json_schema": schema},
        }
        return Call(
            method="POST",
            path=self.path,
            query={"api-version": self.api_version} if self.api_version else {},
            body={key: value for key, value in body.items() if key not in left_out},
            repeatable=True,
        )

    def read(self, answer: Answer) -> Completed:
        """The first choice."""
        if stopped := not_answered(answer):
            return Completed(text="", stopped=stopped)
        value = value_of(
            answer,
            "see whether the judge's key is valid and may use the model",
            "see whether `judge.model` and `judge.base_url` are right",
        )
        choice = first(value.get("choices"))
        message, usage = mapping(choice.get("message")), mapping(value.get("usage"))
        if not message:
            raise no_choice(answer)
        refusal = words_of(message.get("refusal"))
        return Completed(
            text=words_of(message.get("content")),
            model=words_of(value.get("model")),
            stopped=f"{REFUSED}: {refusal[:200]}" if refusal else why_stopped(words_of(choice.get("finish_reason"))),
            input_tokens=count_of(usage.get("prompt_tokens")),
            output_tokens=count_of(usage.get("completion_tokens")),
        )

    def greeting(self) -> Call | None:
        """The list of models, which Azure has below its own folder."""
        path, query = ("/openai/models", {"api-version": self.api_version}) if self.api_version else ("/models", {})
        return Call(method="GET", path=path, query=query, repeatable=True)

    def optional(self) -> frozenset[str]:
        """Not every endpoint knows schemas, not every model a temperature."""
        return frozenset({_STRUCTURED, _TEMPERATURE, self.limit})
