"""What a published or previewed agent says in one turn, out of the messages of the Agent API. Pure.

Message types: https://developer.salesforce.com/docs/ai/agentforce/guide/agent-api-lifecycle.html. A type that is not
known is kept as it came.
"""

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from gate.errors import CouldNotTellError
from gate.model.case import Json
from gate.network.json_text import mapping, parse
from gate.network.sse import ServerEvent

_SAID = frozenset({"Inform", "Inquire", "Confirm", "Failure"})
_HANDED_OVER = frozenset({"Escalate", "EscalateToConversationMessage"})
_ENDED = frozenset({"SessionEnded", *_HANDED_OVER})
_SILENT = frozenset({"ProgressIndicator", "TextChunk", "ThoughtTextChunk", "EndOfTurn"})
_PIECES = frozenset({"PROGRESS_INDICATOR", "TEXT_CHUNK"})
_KEPT = {
    "citedReferences": "citations", "result": "result", "collect": "asks_for", "confirm": "asks_to_confirm",
    "targets": "escalated_to",
}  # fmt: skip
"""Parts of a message that a transcript keeps beside its words, and their names there."""
_PASSES = re.compile(r"_(TIMEOUT|RATE_LIMIT|SERVICE_UNAVAILABLE|NETWORK_ERROR|STREAM_ERROR|CONFLICT)\b")
_REPEATS = re.compile(r"_(BAD_REQUEST|NOT_FOUND|VALIDATION_ERROR)\b")
"""Codes of the planner that pass, and that come again identically."""


@dataclass(slots=True)
class Spoken:
    """The agent's words, the keys of its trace and of feedback on it, and what else it did. `ended`: why it is over."""

    words: list[str] = field(default_factory=list)
    plans: list[str] = field(default_factory=list)
    feedback: str = ""
    ended: str = ""
    platform: dict[str, Json] = field(default_factory=dict)
    unknown: list[Json] = field(default_factory=list)

    @property
    def reply(self) -> str:
        """Everything it said, in order."""
        return "\n\n".join(self.words)


def read_messages(messages: Json, service: str) -> Spoken:
    """What the messages say.

    Raises `CouldNotTellError` for the platform's own faults, for what are no messages, and where the agent neither said
    anything nor ended the session: nobody knows whether it would have.
    """
    if not isinstance(messages, list):
        raise CouldNotTellError(f"{service} answered without messages")
    spoken = Spoken()
    for message in messages:
        _take(message, spoken, service)
    if not (spoken.words or spoken.ended or "failure" in spoken.platform):
        kinds = ", ".join(sorted({str(one.get("type")) for one in messages if isinstance(one, dict)}))
        raise CouldNotTellError(f"{service} gave an answer without a word in it ({kinds or 'no message'})")
    return spoken


def read_events(events: Sequence[ServerEvent], service: str) -> Spoken:
    """The same of a stream. The whole text comes in one message at its end; pieces before it are left out.

    An event that comes twice, or in another order, changes nothing. Raises `CouldNotTellError` when the end is missing.
    """
    messages: dict[str, Json] = {}
    for event in events:
        if message := _message(event, service):
            messages[json.dumps([message.get("type"), message.get("id"), message.get("message")])] = message
    if not any(_answers(mapping(message)) for message in messages.values()):
        raise CouldNotTellError(f"{service} ended its answer in the middle")
    return read_messages(list(messages.values()), service)


def is_answer(event: ServerEvent, service: str) -> bool:
    """Whether the event holds what the turn was waited for. Raises `CouldNotTellError` when it cannot be read."""
    return event.name not in _PIECES and _answers(_message(event, service))


def _message(event: ServerEvent, service: str) -> dict[str, Json]:
    try:
        return mapping(mapping(parse(event.data)).get("message"))
    except ValueError as error:
        raise CouldNotTellError(f"{service} sent an event that is no JSON: {event.data[:200]}") from error


def _answers(message: Mapping[str, Json]) -> bool:
    return message.get("type") in {*_SAID, *_ENDED, "Error"}


def _take(message: Json, spoken: Spoken, service: str) -> None:
    if not isinstance(message, dict):
        spoken.unknown.append(message)
        return
    kind = message.get("type")
    plan = message.get("planId") or message.get("feedbackId")
    if isinstance(plan, str) and plan and plan not in spoken.plans:
        spoken.plans.append(plan)
    feedback = message.get("feedbackId")
    if isinstance(feedback, str) and feedback:
        spoken.feedback = feedback
    if kind == "Error":
        raise _fault(message, service)
    if kind in _SAID:
        _words(message, spoken, service)
    elif kind in _ENDED:
        spoken.ended = "escalated" if kind in _HANDED_OVER else str(message.get("reason") or "ended")
        spoken.platform["session"] = spoken.ended
        _keep(message, spoken)
    elif kind == "ValidationFailureChunk":
        spoken.platform["withdrawn"] = message.get("reason") or True
    elif kind not in _SILENT:
        spoken.unknown.append(message)


def _words(message: dict[str, Json], spoken: Spoken, service: str) -> None:
    text = message.get("message")
    if isinstance(text, str) and text.strip():
        spoken.words.append(text)
    if message.get("isContentSafe") is False:
        spoken.platform["content_safe"] = False
    if message.get("type") == "Failure":
        if _PASSES.search(json.dumps([message.get("code"), message.get("errors")])):
            raise _fault(message, service)
        spoken.platform["failure"] = message.get("code") or message.get("errors") or True
    _keep(message, spoken)


def _keep(message: dict[str, Json], spoken: Spoken) -> None:
    for key, name in _KEPT.items():
        if held := message.get(key):
            spoken.platform[name] = held


def _fault(message: dict[str, Json], service: str) -> CouldNotTellError:
    """What the platform says of its own fault, and whether asking again may help."""
    said = " ".join(str(message[key]) for key in ("code", "error", "message") if message.get(key))
    told = json.dumps(message)
    again = not _REPEATS.search(told) and message.get("httpStatus") not in {400, 404}
    return CouldNotTellError(f"{service} failed in the middle of the turn: {said or told}", again=again)
