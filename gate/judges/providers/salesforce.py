"""The Models API of a Salesforce org: the transcript stays within the trust boundary.

https://developer.salesforce.com/docs/ai/agentforce/guide/access-models-api-with-rest.html. The interface documents no
schema, temperature or limit, so none is sent, and the reply is held to its form by reading alone.
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
from gate.model.case import Json
from gate.network.call import Answer, Call
from gate.network.json_text import count_of, mapping

_LOCALE: Json = {
    "defaultLocale": "en_US",
    "inputLocales": [{"locale": "en_US", "probability": 1}],
    "expectedLocales": ["en_US"],
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Salesforce:
    """One model of the org, e.g. `sfdc_ai__DefaultBedrockAnthropicClaude45Sonnet`."""

    model: str

    def call(self, ask: Ask, left_out: frozenset[str]) -> Call:
        """A chat generation."""
        del left_out
        messages: list[Json] = [{"role": "system", "content": ask.system}]
        messages += [{"role": one.role, "content": one.text} for one in ask.messages]
        return Call(
            method="POST",
            path=f"/einstein/platform/v1/models/{self.model}/chat-generations",
            body={"messages": messages, "localization": _LOCALE, "tags": {}},
            headers={
                "x-sfdc-app-context": "EinsteinGPT",
                "x-client-feature-id": "ai-platform-models-connected-app",
            },
            repeatable=True,
        )

    def read(self, answer: Answer) -> Completed:
        """The first generation."""
        if stopped := not_answered(answer):
            return Completed(text="", stopped=stopped)
        let_in = "the token needs the scope sfap_api, and the org the Models API (docs/judge.md)"
        find = f"see whether the org has a model {self.model}; {let_in}"
        details = mapping(value_of(answer, let_in, find).get("generationDetails"))
        generation, about = first(details.get("generations")), mapping(details.get("parameters"))
        if not generation:
            raise no_choice(answer)
        own, usage = mapping(generation.get("parameters")), mapping(about.get("usage"))
        refusal = words_of(own.get("refusal"))
        return Completed(
            text=words_of(generation.get("content")),
            model=words_of(about.get("model")),
            stopped=f"{REFUSED}: {refusal[:200]}" if refusal else why_stopped(words_of(own.get("finish_reason"))),
            input_tokens=count_of(usage.get("prompt_tokens")),
            output_tokens=count_of(usage.get("completion_tokens")),
        )

    def greeting(self) -> Call | None:
        """None: the org is logged in to when it is opened."""
        return None

    def optional(self) -> frozenset[str]:
        """Nothing: only what is documented is sent."""
        return frozenset()
