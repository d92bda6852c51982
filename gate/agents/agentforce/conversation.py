"""A session of the Agent API or of its preview: messages in order, one at a time, and the trace of each turn."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from time import monotonic
from uuid import uuid4

import anyio

from gate.agents.agentforce.ending import ENDING_SECONDS, Endings, finished
from gate.agents.agentforce.messages import Spoken, is_answer, read_events, read_messages
from gate.agents.agentforce.trace import Aliases, Seen, joined, read_trace
from gate.agents.refusals import Known
from gate.errors import CouldNotTellError, GateError
from gate.model.case import Case, Json, Turn, Variable
from gate.model.transcript import Captured, TurnRecord
from gate.network.call import Answer, Call
from gate.network.json_text import mapping
from gate.network.sse import ServerEvent
from gate.org.org import Org

BASE = "/einstein/ai-agent"
SERVICE = "the Agentforce API"
LET_IN = "the token needs the scopes chatbot_api and sfap_api, and its user access to the agent (docs/drivers.md)"
NOTHING_CAPTURED = Captured(tool_calls=False, retrieval=False, topic=False)
_WITHOUT_MARKDOWN = {"x-attributed-client": "no-builder"}
PREVIEW_CLIENT = {"x-client-name": "afdx", **_WITHOUT_MARKDOWN}
"""The preview and its traces answer the platform's own client, which names itself so (forcedotcom/agents)."""
CLIENT = {"x-client-name": "agent-eval-gate", **_WITHOUT_MARKDOWN}
_TRACE_WAITS = (0.3, 0.6, 1.2, 2.4)
"""Seconds between the tries to read a trace, which may come a moment later than the answer."""
_TRACE_SECONDS = 30
_MOST_EVENTS = 20_000
_PLATFORM_SECONDS = 115
"""From here on a 500 is the platform's own time-out, which it says to be after 120 seconds."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Door:
    """How sessions of one definition are begun and spoken with. `sessions` is the path they lie below.

    `endings` is where sessions are ended; None: one of a preview is forgotten by itself. `simulated`: what actions
    return is meant to be invented. `feedback`: turns keep where the platform takes feedback on them.
    """

    org: Org
    known: Known
    start: Call
    sessions: str
    traced: bool
    endings: Endings | None = None
    stream: bool = False
    seconds: float = 120.0
    aliases: Aliases = field(default_factory=dict)
    simulated: bool = False
    variables: tuple[Variable, ...] = ()
    feedback: bool = False


def start_body(org: Org, case: Case, *, bypass_user: bool) -> dict[str, Json]:
    """What both kinds of sessions are begun with."""
    return {
        "externalSessionKey": str(uuid4()),
        "instanceConfig": {"endpoint": org.instance_url},
        "streamingCapabilities": {"chunkTypes": ["Text"]},
        "variables": [sent(variable) for variable in case.variables],
        "bypassUser": bypass_user,
    }


def sent(variable: Variable) -> Json:
    """A variable as the platform takes it."""
    return {"name": variable.name, "type": variable.type or "Text", "value": variable.value}


class Conversation:
    """One session. Turns are sent one after the other; a second message at once is refused by the platform."""

    def __init__(self, door: Door) -> None:
        self.given: Mapping[str, Json] = {}
        self._door = door
        self._session = ""
        self._number = 0
        self._ended = ""
        self._topic = ""

    async def begin(self) -> None:
        """Begin the session. Raises `UsageError` for what the org refuses all, `CouldNotTellError` otherwise.

        When this is cancelled the answer is still waited for a moment: a session nobody knows of could not be ended.
        """
        await finished(self._begin, seconds=ENDING_SECONDS)

    async def send(self, turn: Turn) -> TurnRecord:
        """What happened in this turn. Once the agent has ended the session nothing is sent, and the record says so."""
        if self._ended:
            return TurnRecord(number=turn.number, user=turn.user, reply="", platform={"session": self._ended})
        began = monotonic()
        spoken = await self._say(turn.user)
        took = monotonic() - began
        self._ended = spoken.ended
        seen = await self._trace(spoken)
        record = TurnRecord(
            number=turn.number,
            user=turn.user,
            reply=spoken.reply,
            latency_seconds=took,
            platform=spoken.platform,
            unknown=tuple(spoken.unknown),
            feedback=f"{self._session}/{spoken.feedback}" if self._door.feedback and spoken.feedback else "",
        )
        if seen is None:
            return replace(record, captured=NOTHING_CAPTURED, untraced=self._door.traced)
        if self._number == 1:
            self._prove_variables(seen)
        self._topic = seen.topic
        return _with_trace(record, seen, simulated=self._door.simulated)

    async def end(self) -> None:
        """End the session, whatever happened."""
        if self._session and self._door.endings:
            await self._door.endings.end(self._session)

    async def _begin(self) -> None:
        answer = await self._door.org.ask_api(self._door.start)
        if answer.status == 404:
            raise CouldNotTellError(
                f"{SERVICE} finds no agent to talk to: {answer.excerpt()}", "activate a version of it", again=False
            )
        value = self._door.known.expected(answer, "begin a session", LET_IN)
        session = value.get("sessionId") if isinstance(value, dict) else None
        if not isinstance(session, str) or not session:
            raise CouldNotTellError(f"{SERVICE} began a session without an id")
        self._session = session

    async def _say(self, text: str) -> Spoken:
        self._number += 1
        message: Json = {"sequenceId": self._number, "type": "Text", "text": text}
        path = f"{self._door.sessions}/{self._session}/messages"
        body: Json = {"message": message, "variables": []}
        call = Call(method="POST", path=path, body=body, headers=self._headers(), seconds=self._door.seconds)
        began = monotonic()
        if self._door.stream:
            return await self._streamed(replace(call, path=f"{path}/stream"), began)
        return self._spoken(await self._door.org.ask_api(call), began)

    async def _streamed(self, call: Call, began: float) -> Spoken:
        async with self._door.org.stream_api(call) as events:
            if isinstance(events, Answer):
                return self._spoken(events, began)
            heard: list[ServerEvent] = []
            over = answered = False
            async for event in events:
                heard.append(event)
                over = over or event.name == "END_OF_TURN"
                answered = answered or is_answer(event, SERVICE)
                if over and answered:
                    break
                if len(heard) > _MOST_EVENTS:
                    raise CouldNotTellError(
                        f"{SERVICE} sent more than {_MOST_EVENTS:,} events in one turn", again=False
                    )
        spoken = read_events(heard, SERVICE)
        self._door.known.good = True
        return spoken

    def _spoken(self, answer: Answer, began: float) -> Spoken:
        took = monotonic() - began
        if answer.status == 404:
            raise CouldNotTellError(f"{SERVICE} lost the session: {answer.excerpt()}")
        if answer.status == 500 and took > _PLATFORM_SECONDS:
            raise CouldNotTellError(
                f"{SERVICE} gave the turn up after {took:.0f} s: its own limit is 120 s",
                "see what takes so long in the agent's actions; `stream: true` may help",
            )
        value = self._door.known.expected(answer, "answer a message", LET_IN)
        self._door.known.good = True
        return read_messages(mapping(value).get("messages"), SERVICE)

    async def _trace(self, spoken: Spoken) -> Seen | None:
        """What the traces of the turn show, as much as there is in the end; None when there is nothing.

        Their loss never fails the turn. Where one of several is missing, what there is is not whole.
        """
        found = [await self._trace_of(plan, spoken) for plan in spoken.plans] if self._door.traced else []
        shown = [seen for seen in found if seen is not None]
        if not shown:
            return None
        seen = joined(shown)
        seen.whole = seen.whole and len(shown) == len(found)
        return seen

    async def _trace_of(self, plan: str, spoken: Spoken) -> Seen | None:
        path = f"{BASE}/v1.1/preview/sessions/{self._session}/plans/{plan}"
        call = Call(method="GET", path=path, headers=PREVIEW_CLIENT, repeatable=True, seconds=_TRACE_SECONDS)
        seen: Seen | None = None
        with anyio.move_on_after(_TRACE_SECONDS):
            for wait in (*_TRACE_WAITS, 0):
                seen = await self._read(call, plan) or seen
                if seen is not None and (seen.whole or not spoken.words):
                    break
                if wait:
                    await self._door.org.pause(wait)
        return seen

    async def _read(self, call: Call, plan: str) -> Seen | None:
        try:
            answer = await self._door.org.ask_api(call)
            value = answer.json() if answer.good else None
        except GateError:
            return None
        return read_trace(value, self._door.aliases, plan=plan, before=self._topic)

    def _prove_variables(self, seen: Seen) -> None:
        """Raises `CouldNotTellError` when the trace shows that a variable of the case did not take its value."""
        given = {one.name: one.value for one in self._door.variables if one.name in seen.held}
        if refused := [
            name for name, value in given.items() if not any(same(shown, value) for shown in seen.held[name])
        ]:
            raise not_taken(refused)

    def _headers(self) -> Mapping[str, str]:
        return CLIENT if self._door.endings else PREVIEW_CLIENT


def same(shown: Json, given: Json) -> bool:
    """Whether a variable's value is the one it was given, however it is spelled (`true` and `"True"`, 5 and 5.0)."""
    if isinstance(given, dict | list):
        return True  # the platform may add to it
    return shown == given or str(shown).casefold() == str(given).casefold()


def not_taken(names: Sequence[str]) -> CouldNotTellError:
    """What is said of variables that a session ignores, which the platform does without a word."""
    return CouldNotTellError(
        f"the session does not take the variable {', '.join(names)}: the agent does not declare it, or does not let "
        "the API set it, so the case would not begin where it says",
        "declare it and let the API set it, or take it off the fixture's `variables`",
        again=False,
    )


def _with_trace(record: TurnRecord, seen: Seen, *, simulated: bool) -> TurnRecord:
    """What the trace shows. Of one that is not whole nothing can be concluded from what is not there.

    Where actions should have run and were invented, what they returned says nothing of the agent's data.
    """
    invented = seen.simulated and not simulated
    whole = seen.whole or not record.reply
    return replace(
        record,
        topic=seen.topic,
        topics=tuple(seen.topics),
        tool_calls=tuple(seen.tool_calls),
        retrieved=tuple(seen.retrieved),
        input_tokens=sum(call.input_tokens for call in seen.model_calls),
        output_tokens=sum(call.output_tokens for call in seen.model_calls),
        model_calls=tuple(seen.model_calls),
        platform={**seen.platform, **record.platform},
        variables=seen.variables,
        unknown=(*record.unknown, *seen.unknown),
        captured=Captured(retrieval=not invented) if whole else NOTHING_CAPTURED,
        untraced=not whole,
    )
