"""What a published or previewed agent says in one turn, out of the messages of the Agent API. Pure.

Message types: https://developer.salesforce.com/docs/ai/agentforce/guide/agent-api-lifecycle.html. A type that is not
known is kept as it came.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass, field

from gate.errors import CouldNotTellError
from gate.model.case import Json
from gate.network.sse import ServerEvent

_SAID = frozenset({"Inform", "Inquire", "Confirm", "Failure"})
_ENDED = frozenset({"SessionEnded", "Escalate", "EscalateToConversationMessage"})
_SILENT = frozenset({"ProgressIndicator", "TextChunk", "ThoughtTextChunk", "ValidationFailureChunk", "EndOfTurn"})


@dataclass(slots=True)
class Spoken:
    """The agent's words, the key of its trace, and what else it did."""

    words: list[str] = field(default_factory=list)
    plan: str = ""
    ended: str = ""
    platform: dict[str, Json] = field(default_factory=dict)
    unknown: list[Json] = field(default_factory=list)

    @property
    def reply(self) -> str:
        """Everything it said, in order."""
        return "\n\n".join(self.words)


def read_messages(messages: Json, service: str) -> Spoken:
    """What the messages say. Raises `CouldNotTellError` for the platform's own faults, and for what are no messages."""
    if not isinstance(messages, list):
        raise CouldNotTellError(f"{service} answered without messages")
    spoken = Spoken()
    for message in messages:
        _take(message, spoken, service)
    return spoken


def read_events(events: Sequence[ServerEvent], service: str) -> Spoken:
    """The same of a stream. The whole text comes in one message at its end; pieces before it are left out.

    An event that comes twice, or in another order, changes nothing. Raises `CouldNotTellError` when the end is missing.
    """
    messages: dict[str, Json] = {}
    for event in events:
        try:
            value: Json = json.loads(event.data)
        except ValueError as error:
            raise CouldNotTellError(f"{service} sent an event that is no JSON: {event.data[:200]}") from error
        message = value.get("message") if isinstance(value, dict) else None
        if isinstance(message, dict):
            messages[json.dumps([message.get("type"), message.get("id"), message.get("message")])] = message
    whole = [message for message in messages.values() if isinstance(message, dict)]
    if not any(message.get("type") in _SAID | _ENDED for message in whole):
        raise CouldNotTellError(f"{service} ended its answer in the middle")
    return read_messages(list(whole), service)


def _take(message: Json, spoken: Spoken, service: str) -> None:
    if not isinstance(message, dict):
        spoken.unknown.append(message)
        return
    kind = message.get("type")
    plan = message.get("planId") or message.get("feedbackId")
    if isinstance(plan, str) and plan:
        spoken.plan = plan
    if kind == "Error":
        said = message.get("message") or message.get("error") or json.dumps(message)
        raise CouldNotTellError(f"{service} failed in the middle of the turn: {said}")
    if kind in _SAID:
        _words(message, spoken)
    elif kind in _ENDED:
        spoken.ended = "escalated" if kind != "SessionEnded" else str(message.get("reason") or "ended")
        spoken.platform["session"] = spoken.ended
    elif kind not in _SILENT:
        spoken.unknown.append(message)


def _words(message: dict[str, Json], spoken: Spoken) -> None:
    text = message.get("message")
    if isinstance(text, str) and text:
        spoken.words.append(text)
    if message.get("isContentSafe") is False:
        spoken.platform["content_safe"] = False
    if message.get("type") == "Failure":
        spoken.platform["failure"] = message.get("code") or message.get("errors") or True
    if cited := message.get("citedReferences"):
        spoken.platform["citations"] = cited
