"""A Salesforce org and the Agentforce API of it: login, SOQL, compile, sessions, messages, traces, evaluation.

It follows the platform in what it refuses: one message at a time, growing sequence ids, tokens that run out.
"""

import json
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from tests.loopback.evaluation import evaluated
from tests.loopback.server import Asked, Reply

Step = Mapping[str, Any]
Behaviour = Callable[[str, Sequence[str]], tuple[str, Sequence[Step]]]
"""The definition's name and what the user said so far, to the reply and the steps of the trace."""
TOKEN = "eyJ0.{}.x"  # noqa: S105 - made up
SECRET = "s3cret-of-the-app"  # noqa: S105 - made up
SESSION = "00D!session-of-the-sf-login"
SECRETS = {"SF_CLIENT_ID": "key", "SF_CLIENT_SECRET": SECRET}


def step(name: str, given: Mapping[str, Any], output: Mapping[str, Any], **more: Any) -> Step:
    """A call of an action, as Agent Script traces show it."""
    function = {"name": name, "input": given, "output": {"__action_execution_status__": "success", **output}}
    return {"type": "FunctionStep", "function": function, "executionLatency": 120, **more}


def moved(before: str, after: str) -> Step:
    return {"type": "TransitionStep", "data": {"from_agent": before, "to_agent": after, "transition_type": "handoff"}}


@dataclass
class Talk:
    """One session as the org keeps it."""

    definition: str
    variables: list[Any]
    simulated: bool = False
    bypass_user: bool = True
    said: list[str] = field(default_factory=list)
    sequence: int = 0
    ended: bool = False
    busy: threading.Lock = field(default_factory=threading.Lock)


class FakeOrg:
    """Used as the answer of a loopback server: `serving(org)`. `url` is set to the server's address."""

    def __init__(self, behaviour: Behaviour) -> None:
        self.behaviour = behaviour
        self.url = ""
        self.record: dict[str, Any] = {"IsSandbox": True, "OrganizationType": "Enterprise Edition"}
        self.agents = {"Support": "v3"}
        self.versions: dict[str, str] = {}
        """Of the versions that are not active: its name, to the definition it holds."""
        self.kind = "ExternalCopilot"
        self.users = {"agent@example.com"}
        self.changed = "2026-11-01T00:00:00Z"
        self.tokens = 1
        self.sessions: dict[str, Talk] = {}
        self.traces: dict[str, Any] = {}
        self.compiled: list[str] = []
        self.declared: list[str] | None = None
        self.traced = True
        self.trace_late = 0
        self.spoil: Callable[[dict[str, Any]], dict[str, Any]] = lambda trace: trace
        self.messages_of: Callable[[dict[str, Any]], list[dict[str, Any]]] = lambda said: [said]
        self.evaluates = True
        self.evaluated: Callable[[FakeOrg], Reply] | None = None
        self.spoil_state: Callable[[dict[str, Any]], dict[str, Any]] = lambda last: last
        self.takes_variables = True
        self.shuffled = False
        self.message_faults: list[Reply] = []
        self.start_faults: list[Reply] = []
        self.end_faults: list[Reply] = []
        self.start_seconds = 0.0
        self.per_message: Callable[[int], Reply | None] = lambda number: None
        self.messages = 0
        self.feedback: list[tuple[str, dict[str, Any]]] = []
        self.most_open = 0
        self.lock = threading.Lock()

    @property
    def open_sessions(self) -> list[str]:
        return [name for name, talk in self.sessions.items() if not talk.ended]

    def __call__(self, asked: Asked) -> Reply:  # noqa: PLR0911 - one for each path
        if asked.path == "/services/oauth2/token":
            return self._login(asked)
        if asked.path == "/agentforce/bootstrap/nameduser":
            return self._exchange(asked)
        of_org = asked.path.startswith(("/services/", "/einstein/evaluation/"))
        known = {TOKEN.format(self.tokens), *([SESSION] if of_org else [])}
        if asked.headers.get("authorization", "").removeprefix("Bearer ") not in known:
            said = f"token expired: {asked.headers.get('authorization')}"  # careless servers quote what they are sent
            return Reply(401, {"error": "Unauthorized", "message": said})
        if asked.path.endswith("/query"):
            return self._query(asked.query["q"])
        if asked.path == "/services/oauth2/userinfo":
            return Reply(body={"user_id": "005u"})
        if asked.path == "/einstein/evaluation/v1/tests":
            return self.evaluated(self) if self.evaluated else evaluated(self, asked)
        return self._api(asked, asked.path.removeprefix("/einstein/ai-agent").strip("/").split("/"))

    def _login(self, asked: Asked) -> Reply:
        if asked.form.get("client_secret") != SECRET:
            return Reply(400, {"error": "invalid_client", "error_description": "invalid client credentials"})
        return Reply(
            body={
                "access_token": TOKEN.format(self.tokens), "token_format": "jwt", "api_instance_url": self.url,
                "instance_url": self.url,
            }
        )  # fmt: skip

    def _exchange(self, asked: Asked) -> Reply:
        """A token for agents, for who shows the session of a login by the sf command line."""
        if asked.headers.get("cookie") != f"sid={SESSION}" or "authorization" in asked.headers:
            return Reply(401, {"message": f"no such session: {asked.headers.get('cookie')}"})
        return Reply(body={"access_token": TOKEN.format(self.tokens), "api_instance_url": self.url})

    def _query(self, soql: str) -> Reply:
        if "FROM Organization" in soql:
            return Reply(body={"records": [{"Id": "00D", **self.record}]})
        if "FROM User" in soql:
            return Reply(body={"records": [{"Id": "005a"} for user in self.users if f"'{user}'" in soql]})
        for number, (name, version) in enumerate(self.agents.items()):
            agent_id = f"0Xx{number}"
            if f"DeveloperName = '{name}'" in soql:
                return Reply(body={"records": [{"Id": agent_id, "DeveloperName": name, "AgentType": self.kind}]})
            if f"'{agent_id}'" in soql:
                wanted = [one for one in self.versions if f"DeveloperName = '{one}'" in soql]
                found = wanted or ([version] if version and "Active" in soql else [])
                stamp = {"SystemModstamp": self.changed}
                return Reply(body={"records": [{"Id": f"0X9{one}", "DeveloperName": one, **stamp} for one in found]})
        return Reply(body={"records": []})

    def _api(self, asked: Asked, path: list[str]) -> Reply:  # noqa: PLR0911 - one for each path
        match path:
            case ["v1.1", "authoring", "scripts"]:
                return self._compile(asked.json["assets"][0]["content"])
            case ["v1", "agents", agent_id, "sessions"]:
                return self._start(asked, [*self.agents][int(agent_id.removeprefix("0Xx"))])
            case ["v1.1", "preview", "sessions"]:
                return self._start(asked, asked.json["agentDefinition"]["text"])
            case [*_, "sessions", session, "messages"]:
                return self._message(session, asked, stream=False)
            case [*_, "sessions", session, "messages", "stream"]:
                return self._message(session, asked, stream=True)
            case [*_, "sessions", _, "plans", plan]:
                return self._trace(plan)
            case ["v1", "sessions", session]:
                return self._end(session)
            case ["v1", "sessions", session, "feedback"]:
                return self._feedback(session, asked.json)
        return Reply(404, {"message": f"no such path {asked.path}"})

    def _feedback(self, session: str, given: Mapping[str, Any]) -> Reply:
        if session not in self.sessions or set(given) - {"feedbackId", "feedback", "text"}:
            return Reply(404, {"message": "no such session"})
        self.feedback.append((session, dict(given)))
        return Reply(201, {})

    def _compile(self, text: str) -> Reply:
        self.compiled.append(text)
        if "BROKEN" in text:
            line = text[: text.index("BROKEN")].count("\n") + 1
            error = {"errorType": "SyntaxError", "description": "unexpected BROKEN", "lineStart": line, "lineEnd": line}
            return Reply(body={"status": "failure", "compiledArtifact": None, "errors": [error]})
        node = {"type": "subagent", "developerName": "Main", "tools": [{"name": "look_up", "target": "FindOrder"}]}
        version: dict[str, Any] = {"nodes": [node]}
        if self.declared is not None:
            version["stateVariables"] = [{"developerName": name} for name in self.declared]
        about = {"agentType": self.kind, "defaultAgentUser": "agent@example.com"}
        artifact = {"schemaVersion": "2.0", "globalConfiguration": about, "agentVersion": version, "text": text}
        return Reply(body={"status": "success", "compiledArtifact": artifact, "errors": []})

    def _start(self, asked: Asked, definition: str) -> Reply:
        if self.start_faults:
            return self.start_faults.pop(0)
        session = self.begun(definition, asked.json["variables"])
        talk = self.sessions[session]
        talk.simulated = asked.json.get("enableSimulationMode", False)
        talk.bypass_user = asked.json["bypassUser"]
        if "agentDefinition" in asked.json:
            talk.ended = True  # sessions of a preview are never ended
        greeting = {"type": "Inform", "id": "g", "message": "Hi", "planId": "", "feedbackId": ""}
        return Reply(body={"sessionId": session, "messages": [greeting]}, seconds=self.start_seconds)

    def begun(self, definition: str, variables: list[Any]) -> str:
        """A new session's id."""
        with self.lock:
            session = f"s{len(self.sessions) + 1}"
            self.sessions[session] = Talk(definition, variables)
            self.most_open = max(self.most_open, len(self.open_sessions))
        return session

    def _end(self, session: str) -> Reply:
        with self.lock:
            fault = self.end_faults.pop(0) if self.end_faults else None
        if fault:
            return fault
        talk = self.sessions[session]
        if talk.busy.locked():
            return Reply(423, {"message": "another request of this session is running"})
        talk.ended = True
        return Reply(body={"messages": [{"type": "SessionEnded", "reason": "ClientRequest"}]})

    def _message(self, session: str, asked: Asked, *, stream: bool) -> Reply:
        talk = self.sessions.get(session)
        if talk is None or (talk.ended and "/preview/" not in asked.path):
            return Reply(404, {"message": "V6Session not found for sessionId"})
        if not talk.busy.acquire(blocking=False):
            return Reply(423, {"message": "another request of this session is running"})
        try:
            with self.lock:
                self.messages += 1
                fault = self.message_faults.pop(0) if self.message_faults else self.per_message(self.messages)
            if fault:
                time.sleep(fault.seconds)  # the session is busy for as long as it takes
                return Reply(fault.status, fault.body, fault.headers, fault.events, cut=fault.cut)
            number = asked.json["message"]["sequenceId"]
            if number <= talk.sequence:
                return Reply(400, {"message": "sequenceId must grow"})
            talk.sequence = number
            talk.said.append(asked.json["message"]["text"])
            return self._said(session, talk, stream=stream)
        finally:
            talk.busy.release()

    def _said(self, session: str, talk: Talk, *, stream: bool) -> Reply:
        reply, steps = self.behaviour(talk.definition, talk.said)
        plan = f"p-{session}-{len(talk.said)}"
        shown = {one["name"]: one["value"] for one in talk.variables} if self.takes_variables else {"isVip": False}
        first = {"type": "SessionInitialStateStep", "data": {"variable_values": shown}}
        last = {"type": "PlannerResponseStep", "message": reply, "responseType": "Inform"}
        plans = [*([first] if shown else []), *steps, last]
        self.traces[plan] = {"type": "PlanSuccessResponse", "planId": plan, "topic": "x", "plan": plans}
        said = {
            "type": "Inform", "id": "m", "feedbackId": plan, "planId": plan, "isContentSafe": True, "message": reply,
        }  # fmt: skip
        messages = self.messages_of(said)
        if reply == "BYE":
            talk.ended = True
            messages = [said, {"type": "SessionEnded", "reason": "AgentEnded"}]
        return self._streamed(messages, reply) if stream else Reply(body={"messages": messages, "_links": {}})

    def _streamed(self, messages: list[dict[str, Any]], reply: str) -> Reply:
        chunks = [{"type": "TextChunk", "id": f"c{index}", "message": reply[:2], "offset": index} for index in range(2)]
        whole = [_event(message["type"], message) for message in messages]
        events = [
            _event("PROGRESS_INDICATOR", {"type": "ProgressIndicator", "message": "…"}),
            *(_event("TEXT_CHUNK", chunk) for chunk in chunks),
            *whole,
        ]
        end = _event("END_OF_TURN", {"type": "EndOfTurn"})
        if self.shuffled:
            events = [events[0], end, *events[::-1], *events]
        sent = b"".join([*events, end])
        return Reply(events=tuple(sent[start : start + 61] for start in range(0, len(sent), 61)))

    def _trace(self, plan: str) -> Reply:
        if self.trace_late:
            self.trace_late -= 1
            return Reply(404, {"message": "not yet"})
        if not self.traced or plan not in self.traces:
            return Reply(404, {"message": "no trace"})
        return Reply(body=self.spoil(self.traces[plan]))


def _event(name: str, message: Mapping[str, Any]) -> bytes:
    data = {"timestamp": 1, "originEventId": "1-REQ", "offset": 0, "message": message}
    return f"event: {name}\ndata: {json.dumps(data)}\n\n".encode()
