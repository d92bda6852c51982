"""A session of the Agent API or of its preview: messages in order, one at a time, and the trace of each turn."""

from collections.abc import Mapping
from dataclasses import dataclass
from time import monotonic
from uuid import uuid4

import anyio

from gate.agents.agentforce.messages import Spoken, read_events, read_messages
from gate.agents.agentforce.trace import Seen, read_trace
from gate.errors import CouldNotTellError, GateError
from gate.model.case import Case, Json, Turn, Variable
from gate.model.transcript import Captured, TurnRecord
from gate.network.call import Answer, Call
from gate.network.sse import ServerEvent
from gate.org.org import Org

BASE = "/einstein/ai-agent"
SERVICE = "the Agentforce API"
LET_IN = "the token needs the scopes chatbot_api and sfap_api, and its user access to the agent (docs/drivers.md)"
_CLIENT = {"x-client-name": "agent-eval-gate", "x-attributed-client": "no-builder"}
_TRACE_TRIES = 3
_NOTHING_CAPTURED = Captured(tool_calls=False, retrieval=False, topic=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Door:
    """How sessions of one definition are begun and spoken with. `sessions` is the path they lie below."""

    org: Org
    start: Call
    sessions: str
    traced: bool
    ended: bool
    """Whether a session is ended by a request; one of a preview is forgotten by itself."""
    stream: bool = False
    seconds: float = 120.0
    aliases: Mapping[str, str]


def start_body(org: Org, case: Case, bypass_user: bool) -> dict[str, Json]:
    """What both kinds of sessions are begun with."""
    return {
        "externalSessionKey": str(uuid4()),
        "instanceConfig": {"endpoint": org.instance_url},
        "streamingCapabilities": {"chunkTypes": ["Text"]},
        "variables": [_variable(variable) for variable in case.variables],
        "bypassUser": bypass_user,
    }


async def begin(door: Door) -> "Conversation":
    """A session. Raises `UsageError` for what the org refuses, `CouldNotTellError` for what may pass."""
    answer = await door.org.ask_api(door.start)
    if answer.status == 404:
        raise CouldNotTellError(f"{SERVICE} finds no agent to talk to: {answer.excerpt()}", "activate a version of it")
    value = answer.expected("begin a session", LET_IN)
    session = value.get("sessionId") if isinstance(value, dict) else None
    if not isinstance(session, str):
        raise CouldNotTellError(f"{SERVICE} began a session without an id")
    return Conversation(door, session)


class Conversation:
    """An open session. Turns are sent one after the other; a second message at once is refused by the platform."""

    def __init__(self, door: Door, session: str) -> None:
        self._door, self._session = door, session
        self._number = 0
        self._ended = ""
        self.simulated = False

    async def send(self, turn: Turn) -> TurnRecord:
        """What happened in this turn. Once the agent has ended the session nothing is sent, and the record says so."""
        if self._ended:
            return TurnRecord(number=turn.number, user=turn.user, reply="", platform={"session": self._ended})
        began = monotonic()
        spoken = await self._say(turn.user)
        took = monotonic() - began
        self._ended = spoken.ended
        seen = await self._trace(spoken.plan)
        return _record(turn, spoken, seen, took)

    async def end(self) -> None:
        """End the session, whatever happened; a session that cannot be ended runs out by itself."""
        if not self._door.ended:
            return
        path = f"{self._door.sessions}/{self._session}"
        call = Call(
            method="DELETE", path=path, headers={"x-session-end-reason": "UserRequest"}, repeatable=True, seconds=10
        )
        with anyio.move_on_after(15, shield=True):
            try:
                await self._door.org.ask_api(call)
            except GateError:
                return

    async def _say(self, text: str) -> Spoken:
        self._number += 1
        message: Json = {"sequenceId": self._number, "type": "Text", "text": text}
        path = f"{self._door.sessions}/{self._session}/messages"
        body: Json = {"message": message, "variables": []}
        call = Call(method="POST", path=path, body=body, headers=_CLIENT, seconds=self._door.seconds)
        if self._door.stream:
            return await self._streamed(call)
        answer = await self._door.org.ask_api(call)
        return _spoken(answer)

    async def _streamed(self, call: Call) -> Spoken:
        wanted = Call(
            method="POST", path=f"{call.path}/stream", body=call.body, headers=call.headers, seconds=call.seconds
        )
        async with self._door.org.stream_api(wanted) as events:
            if isinstance(events, Answer):
                return _spoken(events)
            heard: list[ServerEvent] = []
            async for event in events:
                heard.append(event)
                if event.name == "END_OF_TURN":
                    break
        return read_events(heard, SERVICE)

    async def _trace(self, plan: str) -> Seen | None:
        """The turn's trace, which may come a moment later; None when there is none. Its loss never fails the turn."""
        if not self._door.traced or not plan:
            return None
        path = f"{BASE}/v1.1/preview/sessions/{self._session}/plans/{plan}"
        call = Call(method="GET", path=path, headers=_CLIENT, repeatable=True, seconds=30)
        for number in range(_TRACE_TRIES):
            try:
                answer = await self._door.org.ask_api(call)
                seen = read_trace(answer.json(), self._door.aliases) if answer.good else None
            except GateError:
                return None
            if seen is not None:
                self.simulated = self.simulated or seen.simulated
                return seen
            await anyio.sleep(0.2 * (number + 1))
        return None


def _spoken(answer: Answer) -> Spoken:
    if answer.status == 404:
        raise CouldNotTellError(f"{SERVICE} lost the session: {answer.excerpt()}")
    value = answer.expected("answer a message", LET_IN)
    return read_messages(value.get("messages") if isinstance(value, dict) else None, SERVICE)


def _record(turn: Turn, spoken: Spoken, seen: Seen | None, took: float) -> TurnRecord:
    if seen is None:
        return TurnRecord(
            number=turn.number,
            user=turn.user,
            reply=spoken.reply,
            latency_seconds=took,
            platform=spoken.platform,
            unknown=tuple(spoken.unknown),
            captured=_NOTHING_CAPTURED,
        )
    return TurnRecord(
        number=turn.number,
        user=turn.user,
        reply=spoken.reply,
        topic=seen.topics[-1] if seen.topics else "",
        topics=tuple(seen.topics),
        tool_calls=tuple(seen.tool_calls),
        retrieved=tuple(seen.retrieved),
        latency_seconds=took,
        input_tokens=sum(call.input_tokens for call in seen.model_calls),
        output_tokens=sum(call.output_tokens for call in seen.model_calls),
        model_calls=tuple(seen.model_calls),
        platform={**seen.platform, **spoken.platform},
        variables=seen.variables,
        unknown=(*spoken.unknown, *seen.unknown),
    )


def _variable(variable: Variable) -> Json:
    return {"name": variable.name, "type": variable.type or "Text", "value": variable.value}
