"""Judging endpoints of every provider, over one rule: what is asked, to the reply's text."""

import json
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

from tests.loopback.server import Asked, Reply

Rule = Callable[[str, Sequence[Mapping[str, Any]]], str]
"""Instructions and messages, to the text of the reply."""
KEY = "judge-key-0123456789"


def scores(value: int = 2, *, quote: str = "It is sent", dimensions: Sequence[str] = ("correctness",)) -> str:
    return json.dumps({name: {"reason": f"turn 1 is {value}", "quote": quote, "score": value} for name in dimensions})


@dataclass
class Bench:
    """`model` is the id it names itself, `finish` why it stopped, `unknown` the parts of requests it refuses."""

    rule: Rule
    model: str = "judge-1-2026"
    finish: str = ""
    refusal: str = ""
    unknown: Sequence[str] = ()
    refuses_with: int = 400
    key: str = KEY
    asked: list[Any] = field(default_factory=list)

    def __call__(self, asked: Asked) -> Reply:
        if asked.method == "GET" and asked.path.endswith("/models"):
            known = {asked.headers.get("x-api-key"), asked.headers.get("api-key"), asked.headers.get("authorization")}
            return Reply(body={"data": []}) if known & {self.key, f"Bearer {self.key}"} else Reply(401, {"error": {}})
        body = asked.json
        self.asked.append(body)
        for part in self.unknown:
            if part in body:
                return Reply(self.refuses_with, {"error": {"message": f"Unsupported parameter: '{part}'"}})
        if asked.path.endswith("/messages"):
            return self._anthropic(asked, body)
        if "/einstein/platform/" in asked.path:
            return self._salesforce(body)
        if asked.path.endswith("/chat/completions"):
            return self._openai(asked, body)
        return Reply(404, {"error": {"message": f"no such path {asked.path}"}})

    def _openai(self, asked: Asked, body: Any) -> Reply:
        if asked.headers.get("authorization") != f"Bearer {self.key}" and asked.headers.get("api-key") != self.key:
            return Reply(401, {"error": {"message": f"bad key {asked.headers.get('authorization')}"}})
        system, *messages = body["messages"]
        text = None if self.refusal else self.rule(system["content"], messages)
        message = {"role": "assistant", "content": text, "refusal": self.refusal or None}
        choice = {"index": 0, "message": message, "finish_reason": self.finish or "stop"}
        usage = {"prompt_tokens": 100, "completion_tokens": 20}
        return Reply(body={"model": self.model, "choices": [choice], "usage": usage})

    def _anthropic(self, asked: Asked, body: Any) -> Reply:
        if asked.headers.get("x-api-key") != self.key or not asked.headers.get("anthropic-version"):
            return Reply(401, {"error": {"message": "bad key"}})
        text = self.rule(body["system"], body["messages"])
        content: list[Any] = [{"type": "text", "text": text}]
        with suppress(ValueError):
            content = [{"type": "tool_use", "id": "t", "name": "give_scores", "input": json.loads(text)}]
        stop = "refusal" if self.refusal else {"length": "max_tokens"}.get(self.finish, "tool_use")
        usage = {"input_tokens": 100, "output_tokens": 20}
        return Reply(
            body={"model": self.model, "content": [] if self.refusal else content, "stop_reason": stop, "usage": usage}
        )

    def _salesforce(self, body: Any) -> Reply:
        system, *messages = body["messages"]
        own = {"finish_reason": self.finish or "stop", "refusal": self.refusal or None}
        generation = {"role": "assistant", "content": self.rule(system["content"], messages), "parameters": own}
        about = {"model": self.model, "usage": {"prompt_tokens": 100, "completion_tokens": 20}}
        return Reply(body={"generationDetails": {"generations": [generation], "parameters": about}})
