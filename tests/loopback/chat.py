"""An OpenAI-compatible endpoint whose model is a rule: it reads the prompt and the conversation, and answers."""

import json
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from tests.loopback.server import Asked, Reply

Said = Mapping[str, Any]
Model = Callable[[str, Sequence[Said]], Said]
"""System prompt and the messages after it, to the message that follows."""


def says(text: str) -> Said:
    return {"role": "assistant", "content": text}


def calls(*wanted: tuple[str, Mapping[str, Any] | str]) -> Said:
    """Asks for tools; arguments given as text go out as they are."""
    return {
        "role": "assistant",
        "content": None,
        "tool_calls": [
            {
                "id": f"c{number}",
                "type": "function",
                "function": {"name": name, "arguments": given if isinstance(given, str) else json.dumps(given)},
            }
            for number, (name, given) in enumerate(wanted)
        ],
    }


def endpoint(model: Model, key: str = "") -> Callable[[Asked], Reply]:
    """Answers `/chat/completions`, whole or streamed as it is asked, and says what it serves."""

    def answer(asked: Asked) -> Reply:
        if key and asked.headers.get("authorization") != f"Bearer {key}":
            return Reply(401, {"error": {"message": f"wrong key {asked.headers.get('authorization')}"}})
        if asked.path == "/models":
            return Reply(body={"object": "list", "data": [{"id": "rule-1", "object": "model"}]})
        if asked.path != "/chat/completions":
            return Reply(404, {"error": {"message": "no such path"}})
        system, *messages = asked.json["messages"]
        message = model(system["content"], messages)
        return streamed(message) if asked.json.get("stream") else Reply(body=whole(message))

    return answer


def whole(message: Said, finish: str = "") -> dict[str, Any]:
    finish = finish or ("tool_calls" if message.get("tool_calls") else "stop")
    return {
        "object": "chat.completion",
        "model": "rule-1",
        "choices": [{"index": 0, "message": message, "finish_reason": finish}],
        "usage": {"prompt_tokens": 11, "completion_tokens": 3, "total_tokens": 14},
    }


def streamed(message: Said) -> Reply:
    """The message cut into small pieces, as an endpoint sends it."""
    deltas: list[dict[str, Any]] = [{"role": "assistant", "content": ""}]
    deltas += [{"content": piece} for piece in _cut(message.get("content") or "")]
    for index, call in enumerate(message.get("tool_calls", [])):
        head = {"index": index, "id": call["id"], "type": "function"}
        deltas.append({"tool_calls": [{**head, "function": {"name": call["function"]["name"], "arguments": ""}}]})
        deltas += [
            {"tool_calls": [{"index": index, "function": {"arguments": piece}}]}
            for piece in _cut(call["function"]["arguments"])
        ]
    finish = "tool_calls" if message.get("tool_calls") else "stop"
    chunks: list[dict[str, Any]] = [
        {"model": "rule-1", "choices": [{"index": 0, "delta": delta, "finish_reason": None}]} for delta in deltas
    ]
    chunks.append({"model": "rule-1", "choices": [{"index": 0, "delta": {}, "finish_reason": finish}]})
    chunks.append({"model": "rule-1", "choices": [], "usage": {"prompt_tokens": 11, "completion_tokens": 3}})
    sent = b"".join(b"data: " + json.dumps(chunk).encode() + b"\n\n" for chunk in chunks) + b"data: [DONE]\n\n"
    return Reply(events=tuple(sent[start : start + 37] for start in range(0, len(sent), 37)))


def _cut(text: str) -> list[str]:
    return [text[start : start + 4] for start in range(0, len(text), 4)]
