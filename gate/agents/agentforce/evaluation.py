"""A conversation held by the Evaluation API, and the state of the agent after each turn: a second source of tool calls.

The whole conversation is one request of steps: a session on one version of the agent, active or not, then a message and
a look at the state for each turn. Step types and answers as in forcedotcom/agents 2.0.5 (`src/agentEvalRunner.ts`) and
salesforcecli/plugin-agent 1.44.5 (`agent test run-eval`, in beta).
"""

from collections.abc import Mapping

from gate.agents.agentforce.conversation import LET_IN, NOTHING_CAPTURED, not_taken, same
from gate.agents.agentforce.ending import Endings
from gate.agents.agentforce.messages import read_messages
from gate.agents.agentforce.served import Served
from gate.agents.agentforce.trace import Aliases, Seen, is_internal, read_calls
from gate.agents.refusals import Known
from gate.errors import CouldNotTellError
from gate.model.case import Case, Json, Turn
from gate.model.transcript import Captured, ModelCall, TurnRecord
from gate.network.call import Call
from gate.network.json_text import mapping, text_of

PATH = "/einstein/evaluation/v1/tests"
SERVICE = "the Evaluation API"
_KINDS = {"InformResponseMessage": "Inform", "FailureResponseMessage": "Failure"}
"""Kinds of answers here, and what the Agent API calls them."""
_TOLD = ("code", "errors", "citedReferences")
_PEOPLE = ("__human__", "human")
"""The topic of a turn that was handed over to a person, which comes as an answer that failed."""


class Evaluated:
    """One conversation, held as it begins; each turn then gives what was said and seen in it."""

    def __init__(
        self, served: Served, known: Known, case: Case, aliases: Aliases, endings: Endings, *, seconds: float
    ) -> None:
        self._served, self._known, self._case, self._aliases = served, known, case, aliases
        self._endings, self._seconds = endings, seconds
        self.given: Mapping[str, Json] = {}
        self._outputs: Mapping[str, Mapping[str, Json]] = {}

    async def begin(self) -> None:
        """Hold the conversation. Raises `CouldNotTellError` for what may pass, or where another version answered."""
        org = self._served.org
        headers = {
            "x-sfdc-core-tenant-id": f"core/prod/{org.id}",
            "x-org-id": org.id,
            "x-sfdc-core-instance-url": org.instance_url,
            "x-sfdc-user-id": await org.user(),
            "x-client-feature-id": "AIPlatformEvaluation",
            "x-sfdc-app-context": "EinsteinGPT",
        }
        body: Json = {"tests": [{"id": self._case.id, "steps": self._steps()}]}
        call = Call(method="POST", path=PATH, body=body, headers=headers, seconds=self._seconds)
        value = self._known.expected(await org.ask_api(call, as_org=True), "hold a conversation", LET_IN)
        self._outputs = _outputs(value)
        self._known.good = True
        self._prove_variables()

    async def send(self, turn: Turn) -> TurnRecord:
        """What happened in this turn."""
        said, shown = self._outputs.get(f"say{turn.number}", {}), self._outputs.get(f"see{turn.number}", {})
        response = mapping(shown.get("response"))
        planner = mapping(response.get("planner_response"))
        last = mapping(planner.get("lastExecution"))
        self._prove_version(planner)
        record = _spoken(turn, said, last)
        steps = _actions(last)
        if steps is None or last.get("userUtterance", turn.user) != turn.user:
            return record
        seen = Seen(self._aliases)
        seen.topics = [topic] if (topic := text_of(last.get("topic"))) else []
        read_calls(steps, seen)
        return TurnRecord(
            number=turn.number,
            user=turn.user,
            reply=record.reply,
            topic=seen.topic,
            topics=tuple(seen.topics),
            tool_calls=tuple(seen.tool_calls),
            retrieved=tuple(seen.retrieved),
            latency_seconds=record.latency_seconds,
            model_calls=tuple(_model_calls(last)),
            platform=record.platform,
            variables=_state(planner),
            unknown=(*record.unknown, *seen.unknown),
            captured=Captured(),
        )

    async def end(self) -> None:
        """End the session that the API began, where it says which one it is."""
        session = self._outputs.get("begin", {}).get("session_id")
        if isinstance(session, str) and session:
            await self._endings.end(session)

    def _steps(self) -> list[Json]:
        session = "$.outputs[0].session_id"
        begin: dict[str, Json] = {
            "type": "agent.create_session",
            "id": "begin",
            "agent_id": self._served.id,
            "agent_version_id": self._served.version_id,
            "use_agent_api": True,
        }
        if self._case.variables:
            begin["context_variables"] = {one.name: one.value for one in self._case.variables}
        steps: list[Json] = [begin]
        for turn in self._case.turns:
            say = {"type": "agent.send_message", "id": f"say{turn.number}", "session_id": session}
            steps.append({**say, "utterance": turn.user})
            steps.append({"type": "agent.get_state", "id": f"see{turn.number}", "session_id": session})
        return steps

    def _prove_variables(self) -> None:
        """Raises `CouldNotTellError` when the first state shows a variable of the case without its value."""
        first = self._outputs.get(f"see{self._case.turns[0].number}", {})
        state = _state(mapping(mapping(first.get("response")).get("planner_response")))
        names = {one.name: one.name.rpartition(".")[2] for one in self._case.variables}
        if refused := [one.name for one in self._case.variables if not same(state.get(names[one.name]), one.value)]:
            raise not_taken(refused)

    def _prove_version(self, planner: Mapping[str, Json]) -> None:
        tags = mapping(mapping(planner.get("sessionContext")).get("tags"))
        answered = text_of(tags.get("bot_version_id"))
        if answered and answered[:15] != self._served.version_id[:15]:
            name = tags.get("agent_version_api_name") or answered
            raise CouldNotTellError(
                f"another version than {self._served.version} answered: {name}",
                "run again while nobody publishes or activates",
                again=False,
            )


def _outputs(value: Json) -> Mapping[str, Mapping[str, Json]]:
    """What each step gave, by its id. Raises `CouldNotTellError` when the conversation was not held."""
    results = mapping(value).get("results")
    result = mapping(results[0]) if isinstance(results, list) and results else {}
    outputs = result.get("outputs")
    if errors := result.get("errors"):
        raise CouldNotTellError(f"{SERVICE} could not hold the conversation: {str(errors)[:300]}")
    if not isinstance(outputs, list) or not outputs:
        raise CouldNotTellError(f"{SERVICE} answered without results")
    return {text_of(one.get("id")): one for one in outputs if isinstance(one, dict)}


def _spoken(turn: Turn, said: Mapping[str, Json], last: Mapping[str, Json]) -> TurnRecord:
    """The agent's words, read as the messages of the Agent API are."""
    message = mapping(last.get("message"))
    kind = _KINDS.get(text_of(message.get("messageType")), "Inform")
    told: dict[str, Json] = {key: message[key] for key in _TOLD if key in message}
    told |= {"type": kind, "message": said.get("response") or message.get("message")}
    handed_over = last.get("topic") in _PEOPLE
    spoken = read_messages([{**told, "type": "Inform"}, {"type": "Escalate"}] if handed_over else [told], SERVICE)
    return TurnRecord(
        number=turn.number,
        user=turn.user,
        reply=spoken.reply,
        latency_seconds=_seconds(said.get("duration_ms")),
        platform=spoken.platform,
        captured=NOTHING_CAPTURED,
    )


def _actions(last: Mapping[str, Json]) -> list[Json] | None:
    """The calls of the turn, told in groups; None when the state does not tell of any."""
    groups = last.get("invokedActions")
    if not isinstance(groups, list):
        return None
    return [step for group in groups for step in (group if isinstance(group, list) else [group])]


def _model_calls(last: Mapping[str, Json]) -> list[ModelCall]:
    groups = last.get("llmEvents")
    flat = groups if isinstance(groups, list) else []
    events = [one for group in flat for one in (group if isinstance(group, list) else [group])]
    return [ModelCall(prompt=text_of(one.get("prompt_name"))) for one in events if isinstance(one, dict)]


def _state(planner: Mapping[str, Json]) -> dict[str, Json]:
    context = mapping(planner.get("sessionContext"))
    values = {**mapping(context.get("contextVariables")), **mapping(context.get("stateVariables"))}
    return {name: value for name, value in values.items() if not is_internal(name)}


def _seconds(value: Json) -> float:
    return value / 1000 if isinstance(value, int | float) and not isinstance(value, bool) and value > 0 else 0.0
