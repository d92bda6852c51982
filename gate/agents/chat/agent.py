"""A trial with a chat model: each turn goes on until the model answers without asking for a tool."""

import json
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from time import monotonic

import anyio

from gate.agents.chat.completion import Asked, Completion, Gathered, completion_of, no_answer
from gate.agents.chat.definition import ChatDefinition
from gate.agents.refusals import REFUSALS, Known
from gate.agents.tool_results import ToolResults
from gate.config import ChatDriver
from gate.errors import CouldNotTellError
from gate.model.case import Case, Json, Turn
from gate.model.problem import Problem
from gate.model.transcript import Captured, ModelCall, ToolCall, TurnRecord
from gate.model.words import Arm
from gate.network.call import Answer, Call
from gate.network.json_text import parse
from gate.network.limits import Limiter, together
from gate.network.wire import Service, Wire
from gate.ports import Capabilities, Session

_PATH = "/chat/completions"


class ChatAgent:
    """One definition per arm, run by the configured model. `key` empty = the endpoint wants none.

    `problems` are those of the head's definition, `fingerprints` those of each arm that can run.
    """

    def __init__(
        self,
        driver: ChatDriver,
        definitions: Mapping[Arm, ChatDefinition],
        fingerprints: Mapping[Arm, str],
        key: str = "",
        problems: Sequence[Problem] = (),
    ) -> None:
        self._driver = driver
        self._definitions = dict(definitions)
        self._fingerprints = dict(fingerprints)
        self._problems = tuple(problems)
        self._wire = Wire(_service(driver, key))
        self._known = Known()
        bears = driver.limits
        most = together(bears.at_once, bears.per_minute, requests=driver.max_rounds, seconds=driver.turn_seconds)
        self._sessions = Limiter(most, 0, monotonic, anyio.sleep)

    @property
    def capabilities(self) -> Capabilities:
        """Both arms, as far as they have a definition."""
        return Capabilities(arms=frozenset(self._definitions), deterministic=False, captured=_captured(self._driver))

    def fingerprint(self, arm: Arm) -> str:
        """The definition's fingerprint in this arm."""
        return self._fingerprints[arm]

    def version(self, arm: Arm) -> str:
        """None: the definition itself is run."""
        del arm
        return ""

    @asynccontextmanager
    async def open(self) -> AsyncIterator[Sequence[Problem]]:
        """Connections to the endpoint, kept while trials run."""
        async with self._wire:
            yield self._problems

    async def models(self) -> Answer:
        """What the endpoint says it serves, asked while it is open: free, and shows whether the key is taken."""
        return await self._wire.send(Call(method="GET", path="/models", query=self._driver.query, repeatable=True))

    @asynccontextmanager
    async def session(self, case: Case, arm: Arm, trial: int) -> AsyncIterator[Session]:
        """A new conversation: the endpoint remembers nothing between trials. It may be waited for, a turn may not."""
        del trial
        async with self._sessions.place():
            yield _Conversation(self._wire, self._driver, self._definitions[arm], case, self._known)


class _Conversation:
    def __init__(self, wire: Wire, driver: ChatDriver, definition: ChatDefinition, case: Case, known: Known) -> None:
        self._wire, self._driver, self._definition, self._known = wire, driver, definition, known
        self._results = ToolResults(case.tool_results)
        self.given: Mapping[str, Json] = {}
        self._messages: list[Json] = [{"role": "system", "content": _filled(definition.system, case)}]

    async def send(self, turn: Turn) -> TurnRecord:
        """Everything from the user's words to the answer."""
        began = monotonic()
        self._messages.append({"role": "user", "content": turn.user})
        calls: list[ToolCall] = []
        model_calls: list[ModelCall] = []
        for _ in range(self._driver.max_rounds):
            said, took = await self._complete()
            model_calls.append(_model_call(said, took))
            self._messages.append(_assistant(said))
            if not said.calls:
                return self._record(turn, said, calls, model_calls, monotonic() - began)
            calls += [await self._carry_out(asked, turn) for asked in said.calls]
        given_up = Completion(text="", finish=f"still asked for tools after {self._driver.max_rounds} rounds")
        return self._record(turn, given_up, calls, model_calls, monotonic() - began)

    def _record(
        self, turn: Turn, said: Completion, calls: Sequence[ToolCall], model_calls: Sequence[ModelCall], took: float
    ) -> TurnRecord:
        platform: dict[str, Json] = {"finish": said.finish} if said.finish not in {"", "stop"} else {}
        return TurnRecord(
            number=turn.number,
            user=turn.user,
            reply=said.text or said.refusal,
            tool_calls=tuple(calls),
            latency_seconds=took,
            input_tokens=sum(call.input_tokens for call in model_calls),
            output_tokens=sum(call.output_tokens for call in model_calls),
            model_calls=tuple(model_calls),
            platform=platform,
            captured=_captured(self._driver),
        )

    async def _complete(self) -> tuple[Completion, float]:
        began = monotonic()
        body: dict[str, Json] = {**self._driver.parameters, "model": self._driver.model, "messages": [*self._messages]}
        if self._definition.tools:
            body["tools"] = list(self._definition.tools)
        if self._driver.stream:
            body |= {"stream": True, "stream_options": {"include_usage": True}}
        call = Call(
            method="POST", path=_PATH, body=body, query=self._driver.query, repeatable=True,
            seconds=self._driver.turn_seconds,
        )  # fmt: skip
        said = await (self._streamed(call) if self._driver.stream else self._whole(call))
        return said, monotonic() - began

    async def _whole(self, call: Call) -> Completion:
        return self._read(await self._wire.send(call))

    async def _streamed(self, call: Call) -> Completion:
        gathered = Gathered()
        async with self._wire.events(call) as events:
            if isinstance(events, Answer):
                return self._read(events)
            async for event in events:
                if event.data.strip() == "[DONE]":
                    break
                piece = _piece(event.data, self._wire.service.name)
                if isinstance(piece, dict) and piece.get("error") and (said := no_answer(event.data)):
                    return said
                gathered.piece(piece, self._wire.service.name)
        if not gathered.ended:
            raise CouldNotTellError(f"{self._wire.service.name} ended its answer in the middle")
        self._known.good = True
        return gathered.completion()

    def _read(self, answer: Answer) -> Completion:
        """The completion. Raises `UsageError` for what every conversation will meet, `CouldNotTellError` otherwise."""
        if answer.status in REFUSALS and (said := no_answer(answer.text)):
            return said
        let_in = f"see the key in the variable {self._driver.key}"
        value = self._known.expected(answer, "answer the conversation", let_in)
        self._known.good = True
        return completion_of(value, self._wire.service.name)

    async def _carry_out(self, asked: Asked, turn: Turn) -> ToolCall:
        """The call as it is kept; what it gives goes into the conversation."""
        began = monotonic()
        arguments = asked.parsed()
        if arguments is None:
            error = "the arguments are no JSON object"
            result: Json = None
            arguments = {"": asked.arguments}
        else:
            given = self._results.answer(asked.name, turn.number, arguments)
            await anyio.sleep(given.delay_seconds)
            result, error = given.result, given.error
        content = json.dumps({"error": error}) if error else result if isinstance(result, str) else json.dumps(result)
        self._messages.append({"role": "tool", "tool_call_id": asked.id, "content": content})
        took = monotonic() - began
        return ToolCall(name=asked.name, arguments=arguments, result=result, error=error, latency_seconds=took)


def _service(driver: ChatDriver, key: str) -> Service:
    header = {"authorization": f"Bearer {key}"} if driver.key_header == "authorization" else {"api-key": key}
    return Service(
        name=f"the agent's endpoint {driver.base_url}",
        url=driver.base_url,
        headers=header if key else {},
        secrets=(key,) if key else (),
        seconds=driver.turn_seconds,
        at_once=driver.limits.at_once,
        per_minute=driver.limits.per_minute,
    )


def _filled(system: str, case: Case) -> str:
    """The prompt with `{{name}}` of each session variable filled in; other braces stay as they are."""
    for variable in case.variables:
        shown = variable.value if isinstance(variable.value, str) else json.dumps(variable.value)
        system = system.replace(f"{{{{{variable.name}}}}}", shown)
    return system


def _assistant(said: Completion) -> Json:
    calls: list[Json] = [
        {
            "id": asked.id,
            "type": "function",
            "function": {"name": asked.name, "arguments": asked.arguments},
            **({"extra_content": dict(asked.extra)} if asked.extra else {}),
        }
        for asked in said.calls
    ]
    text = said.text or said.refusal  # never null or left out: llama-cpp-python takes neither beside `tool_calls`
    return {"role": "assistant", "content": text, **({"tool_calls": calls} if calls else {})}


def _model_call(said: Completion, took: float) -> ModelCall:
    return ModelCall(
        model=said.model, input_tokens=said.input_tokens, output_tokens=said.output_tokens, latency_seconds=took
    )


def _captured(driver: ChatDriver) -> Captured:
    """Chat completions know no topics; what an endpoint looks up by itself is not seen, unless it is said not to."""
    return Captured(tool_calls=True, retrieval=driver.retrieval == "none", topic=False)


def _piece(data: str, service: str) -> Json:
    try:
        return parse(data)
    except ValueError as error:
        raise CouldNotTellError(f"{service} sent a piece that is no JSON: {data[:200]}") from error
