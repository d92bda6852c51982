"""The chat driver over real sockets: conversations, tools, streams, and an endpoint that misbehaves."""

import json
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import replace
from typing import Any

import anyio
import anyio.lowlevel
import pytest

from gate.agents.chat.agent import ChatAgent
from gate.agents.chat.definition import ChatDefinition
from gate.agents.trial import Patience, run_trial
from gate.config import ChatDriver
from gate.errors import UsageError
from gate.model.case import Case, ToolResult, Turn, Variable
from gate.model.transcript import Transcript
from gate.model.words import Arm, Dimension, Severity
from tests.loopback.chat import Said, calls, endpoint, says, streamed, whole
from tests.loopback.server import RESET, Asked, Loopback, Reply, serving

CASE = Case(
    id="order",
    agent="a",
    topic="",
    dimensions=(Dimension.CORRECTNESS,),
    severity=Severity.P0,
    turns=(Turn(number=1, user="Where is A1?"), Turn(number=2, user="Thanks")),
    tool_results=(ToolResult(tool="Find", result={"state": "sent"}),),
    variables=(Variable(name="customer", type="Text", value="Kim"),),
)
DEFINITIONS = {
    Arm.BASE: ChatDefinition(system="Help {{customer}}; {{other}} stays."),
    Arm.HEAD: ChatDefinition(system="Help.", tools=({"type": "function", "function": {"name": "Find"}},)),
}


def shopkeeper(system: str, messages: Sequence[Said]) -> Said:
    last = messages[-1]
    if last["role"] == "tool":
        return says(f"It is {last['content']}")
    if "A1" in last["content"]:
        return calls(("Find", {"id": "A1"}))
    return says(f"{system} {len(messages)}")


async def no_wait(_: float) -> None:
    await anyio.lowlevel.checkpoint()


def trial(
    url: str,
    *,
    arm: Arm = Arm.HEAD,
    case: Case = CASE,
    key: str = "",
    sleep: Callable[[float], Awaitable[None]] = no_wait,
    **driver: Any,
) -> Transcript:
    settings = ChatDriver(type="chat", base_url=url, model="m", prompt=("p",), **driver)
    agent = ChatAgent(settings, DEFINITIONS, {Arm.BASE: "b" * 64, Arm.HEAD: "c" * 64}, key)

    async def one() -> Transcript:
        async with agent.open():
            patience = Patience(turn_seconds=settings.turn_seconds, sleep=sleep)
            return await run_trial(agent, case, arm, 1, patience)

    return anyio.run(one)


@pytest.mark.parametrize("stream", [False, True])
def test_a_turn_goes_on_until_the_model_answers_without_a_tool(stream: bool) -> None:
    with serving(endpoint(shopkeeper)) as server:
        transcript = trial(server.url, stream=stream)
        sent = server.asked[-1].json

    first, second = transcript.turns
    assert transcript.error == ""
    assert first.reply == 'It is {"state": "sent"}'
    assert [(call.name, call.arguments, call.result) for call in first.tool_calls] == [
        ("Find", {"id": "A1"}, {"state": "sent"})
    ]
    assert (first.input_tokens, first.output_tokens, len(first.model_calls)) == (22, 6, 2)
    assert first.model_calls[0].model == "rule-1"
    assert second.reply == "Help. 5"
    assert [message["role"] for message in sent["messages"]] == [
        "system", "user", "assistant", "tool", "assistant", "user",
    ]  # fmt: skip
    assert sent["messages"][2]["content"] == ""  # beside calls; null and nothing at all are not taken everywhere
    assert sent["tools"] == [{"type": "function", "function": {"name": "Find"}}]


@pytest.mark.parametrize(("asked", "requests"), [("120", 4), ("3600", 1)])
def test_an_endpoint_that_asks_for_a_long_pause_gets_it_or_is_not_asked_again(asked: str, requests: int) -> None:
    """A pause of some minutes is waited for; one that is longer than a run errs the trial, which may come again."""
    pauses: list[float] = []

    async def sleep(seconds: float) -> None:
        pauses.append(seconds)
        await anyio.lowlevel.checkpoint()

    with serving(endpoint(shopkeeper)) as server:
        server.faults.append(Reply(429, {"error": "slow down"}, {"Retry-After": asked}))
        transcript = trial(server.url, sleep=sleep)
        assert len(server.asked) == requests
    assert transcript.transient == bool(transcript.error) == (requests == 1)
    assert all(120 <= pause <= 150 for pause in pauses)


def test_the_arms_prompt_is_sent_with_the_sessions_variables() -> None:
    with serving(endpoint(shopkeeper)) as server:
        trial(server.url, arm=Arm.BASE, parameters={"temperature": 0})
        sent = server.asked[0].json

    assert sent["messages"][0] == {"role": "system", "content": "Help Kim; {{other}} stays."}
    assert (sent["model"], sent["temperature"], "tools" in sent) == ("m", 0, False)


def test_several_calls_at_once_errors_and_unreadable_arguments_are_data() -> None:
    def model(_: str, messages: Sequence[Said]) -> Said:
        if messages[-1]["role"] == "user":
            return calls(("Find", {"id": 1}), ("Find", "{not json"), ("Nothing", {}), ("Broken", {}))
        return says("; ".join(message["content"] for message in messages if message["role"] == "tool"))

    case = replace(
        CASE, turns=CASE.turns[:1], tool_results=(*CASE.tool_results, ToolResult(tool="Broken", error="503"))
    )
    with serving(endpoint(model)) as server:
        [turn] = trial(server.url, case=case).turns

    assert [(call.name, call.error) for call in turn.tool_calls] == [
        ("Find", ""),
        ("Find", "the arguments are no JSON object"),
        ("Nothing", "Nothing is not available here"),
        ("Broken", "503"),
    ]
    assert turn.reply.endswith('{"error": "503"}')


def test_a_model_that_never_stops_calling_is_stopped_and_that_is_an_answer() -> None:
    with serving(endpoint(lambda *_: calls(("Find", {"id": "A1"})))) as server:
        transcript = trial(server.url, max_rounds=3, case=replace(CASE, turns=CASE.turns[:1]))

    [turn] = transcript.turns
    assert (transcript.error, turn.reply, len(turn.tool_calls)) == ("", "", 3)
    assert turn.platform == {"finish": "still asked for tools after 3 rounds"}


@pytest.mark.parametrize(
    ("finish", "message", "reply"),
    [("length", says("It is on its w"), "It is on its w"), ("content_filter", says(""), ""),
     ("stop", {"role": "assistant", "content": None, "refusal": "I cannot."}, "I cannot.")],
)  # fmt: skip
def test_cut_off_filtered_and_refused_answers_are_the_agents(finish: str, message: Said, reply: str) -> None:
    with serving(lambda _: Reply(body=whole(message, finish))) as server:
        turn = trial(server.url).turns[0]

    assert turn.reply == reply
    assert turn.platform == ({} if finish == "stop" else {"finish": finish})


NO_ANSWERS = {
    "OpenAI": (400, {"error": {"message": "Your input is too long", "code": "context_length_exceeded"}}),
    "vLLM": (400, {"object": "error", "message": "This model's maximum context length is 2048 tokens.", "code": 400}),
    "llama.cpp": (400, {"error": {"code": 400, "message": "too large", "type": "exceed_context_size_error"}}),
    "LiteLLM": (400, {"error": {"message": "litellm.ContextWindowExceededError: too long", "code": "400"}}),
    "Azure": (400, {"error": {"message": "The response was filtered", "code": "content_filter", "status": 400}}),
}


@pytest.mark.parametrize("endpoint_of", NO_ANSWERS)
@pytest.mark.parametrize("stream", [False, True])
def test_a_conversation_that_is_too_long_or_filtered_is_answered_with_nothing(endpoint_of: str, stream: bool) -> None:
    """Users of the agent would get nothing as well: it is no fault of the network, and it ends no run."""
    with serving(lambda _: Reply(*NO_ANSWERS[endpoint_of])) as server:
        transcript = trial(server.url, stream=stream)
        asked = len(server.asked)

    assert (transcript.error, asked) == ("", 2)
    assert [turn.reply for turn in transcript.turns] == ["", ""]
    finish = "content_filter" if endpoint_of == "Azure" else "context length exceeded"
    assert transcript.turns[0].platform == {"finish": finish}


def test_a_refusal_within_a_stream_is_read_as_well() -> None:
    events = (b'data: {"error": {"message": "maximum context length is 2048 tokens"}}\n\n',)
    with serving(lambda _: Reply(events=events)) as server:
        transcript = trial(server.url, stream=True)

    assert transcript.turns[0].platform == {"finish": "context length exceeded"}


@pytest.mark.parametrize("stream", [False, True])
def test_what_every_request_would_meet_is_the_users_and_what_one_meets_errors_its_trial(stream: bool) -> None:
    def picky(system: str, messages: Sequence[Said]) -> Said:
        return says("fine")

    refused = Reply(400, {"error": {"message": "Unknown parameter: temprature"}})
    with serving(endpoint(picky)) as server:
        server.faults = [refused]
        with pytest.raises(UsageError, match="temprature"):
            trial(server.url, stream=stream)
        answer = server.answer
        server.answer = lambda asked: refused if "Thanks" in asked.body.decode() else answer(asked)
        transcript = trial(server.url, stream=stream)

    assert [turn.reply for turn in transcript.turns] == ["fine"]
    assert "see what is special in this case" in transcript.error
    assert not transcript.transient


FAULTS = {
    "429": Reply(429, {"error": {"message": "slow down"}}, {"Retry-After": "0"}),
    "503": Reply(503, {"error": {"message": "down"}}),
    "reset": RESET,
    "truncated": Reply(body=b'{"choices": [{"mess', cut=True),
    "no JSON": Reply(body=b"<html>"),
    "an error": Reply(body={"error": {"message": "overloaded"}}),
    "no choice": Reply(body={"choices": []}),
    "strange": Reply(body={"choices": 3}),
}


@pytest.mark.parametrize("fault", FAULTS)
@pytest.mark.parametrize("stream", [False, True])
def test_one_fault_costs_nothing_but_time(fault: str, stream: bool) -> None:
    with serving(endpoint(shopkeeper)) as server:
        server.faults = [FAULTS[fault]]
        transcript = trial(server.url, stream=stream)

    assert transcript.error == ""
    assert len(transcript.turns) == 2


STREAMS = {
    "cut": (b'data: {"choices": [{"delta": {"content": "He"}}]}\n\n',),
    "no JSON": (b"data: {nope\n\n",),
    "empty": (b": nothing\n\n",),
}


@pytest.mark.parametrize("fault", STREAMS)
def test_a_stream_that_ends_in_the_middle_is_no_answer(fault: str) -> None:
    with serving(lambda _: Reply(events=STREAMS[fault])) as server:
        transcript = trial(server.url, stream=True)

    assert transcript.turns == ()
    assert transcript.transient
    assert "the agent's endpoint" in transcript.error


def test_an_endpoint_that_stays_away_makes_the_trial_errored_not_failed() -> None:
    with serving(lambda _: Reply(503, {"error": "down"})) as server:
        transcript = trial(server.url)

    assert "HTTP 503" in transcript.error
    assert transcript.transient


def test_an_answer_that_takes_too_long_is_errored_with_its_limit() -> None:
    with serving(lambda _: Reply(seconds=0.5)) as server:
        transcript = trial(server.url, turn_seconds=0.1)

    assert "0.1 s" in transcript.error


def test_a_wrong_key_is_the_users_and_is_never_shown() -> None:
    with serving(endpoint(shopkeeper, key="right")) as server, pytest.raises(UsageError) as error:
        trial(server.url, key="wrong-secret")

    assert "HTTP 401" in error.value.message
    assert "wrong-secret" not in str(error.value)
    assert "OPENAI_API_KEY" in error.value.hint


def test_azure_takes_its_key_and_version_its_own_way() -> None:
    with serving(endpoint(shopkeeper)) as server:
        trial(server.url, key="k", key_header="api-key", query={"api-version": "2024-10-21"})
        asked = server.asked[0]

    assert (asked.headers["api-key"], asked.query) == ("k", {"api-version": "2024-10-21"})
    assert "authorization" not in asked.headers


def test_trials_share_nothing() -> None:
    def conversations(server: Loopback) -> set[str]:
        return {json.dumps(asked.json["messages"][:2]) for asked in server.asked}

    seen: list[int] = []

    def model(_: str, messages: Sequence[Said]) -> Said:
        seen.append(len(messages))
        return says("ok")

    with serving(endpoint(model)) as server:
        trial(server.url)
        trial(server.url)
        assert len(conversations(server)) == 1

    assert seen == [1, 3, 1, 3]


@pytest.mark.parametrize(
    "settings",
    [{"limits": {"at_once": 1}}, {"limits": {"per_minute": 600}, "turn_seconds": 4, "max_rounds": 50}],
    ids=["at-once", "rate"],
)
def test_trials_wait_for_the_endpoints_limits_before_they_begin(settings: dict[str, Any]) -> None:
    """And not within a turn, whose time would run out: each request would wait until all other trials had theirs."""

    async def all_of_them(url: str) -> list[str]:
        driver = ChatDriver(type="chat", base_url=url, model="m", prompt=("p",), **settings)
        agent = ChatAgent(driver, DEFINITIONS, {Arm.HEAD: "c" * 64})
        errors: list[str] = []

        async def one(number: int) -> None:
            errors.append((await run_trial(agent, CASE, Arm.HEAD, number, Patience(sleep=no_wait))).error)

        async with agent.open(), anyio.create_task_group() as tasks:
            for number in range(5):
                tasks.start_soon(one, number)
        return errors

    with serving(endpoint(lambda _system, _messages: says("ok"))) as server:
        assert anyio.run(all_of_them, server.url) == [""] * 5
        assert [len(asked.json["messages"]) for asked in server.asked] == [2, 4] * 5


@pytest.mark.parametrize("index", [{"index": 0}, {}], ids=["always-0", "none"])
@pytest.mark.parametrize("ids", [("a", "b"), ("", "")], ids=["ids", "no ids"])
def test_streamed_calls_that_are_not_counted_up_are_told_apart(index: dict[str, int], ids: tuple[str, str]) -> None:
    """By their ids, else because the one before was whole."""

    def piece(given: str | None, name: str | None, arguments: str) -> bytes:
        head = {"id": given, "type": "function"} if given else {}
        call = {**index, **head, "function": {"name": name, "arguments": arguments}}
        chunk = {"choices": [{"index": 0, "delta": {"tool_calls": [call]}, "finish_reason": None}]}
        return b"data: " + json.dumps(chunk).encode() + b"\n\n"

    wanted = (
        piece(ids[0], "Find", '{"id": '), piece(None, None, '"A1"}'), piece(ids[1], "Find", '{"id": "B2"}'),
        b'data: {"choices": [{"index": 0, "delta": {}, "finish_reason": "tool_calls"}]}\n\ndata: [DONE]\n\n',
    )  # fmt: skip

    def answer(asked: Asked) -> Reply:
        return streamed(says("ok")) if asked.json["messages"][-1]["role"] == "tool" else Reply(events=wanted)

    with serving(answer) as server:
        calls = trial(server.url, stream=True).turns[0].tool_calls
        told = server.asked[1].json["messages"][-2:]

    assert [call.arguments for call in calls] == [{"id": "A1"}, {"id": "B2"}]
    assert [one["tool_call_id"] for one in told] == ["a" if ids[0] else "call_0", "b" if ids[1] else "call_1"]


@pytest.mark.parametrize("stream", [False, True])
def test_what_an_endpoint_put_beside_a_call_goes_back_with_it(stream: bool) -> None:
    """Some refuse the next request without it."""
    extra = {"google": {"thought_signature": "c2ln"}}
    call = {"id": "a", "type": "function", "function": {"name": "Find", "arguments": "{}"}, "extra_content": extra}
    message = {"role": "assistant", "content": "", "tool_calls": [call]}
    chunk = {"choices": [{"index": 0, "delta": message, "finish_reason": "tool_calls"}]}
    events = (b"data: " + json.dumps(chunk).encode() + b"\n\ndata: [DONE]\n\n",)

    def answer(asked: Asked) -> Reply:
        if asked.json["messages"][-1]["role"] == "tool":
            return streamed(says("ok")) if stream else Reply(body=whole(says("ok")))
        return Reply(events=events) if stream else Reply(body=whole(message))

    with serving(answer) as server:
        trial(server.url, stream=stream)
        [sent] = server.asked[1].json["messages"][-2]["tool_calls"]

    assert sent == call


@pytest.mark.parametrize(("retrieval", "seen"), [("unseen", False), ("none", True)])
def test_an_endpoint_that_looks_nothing_up_is_known_to_have_retrieved_nothing(retrieval: str, seen: bool) -> None:
    """So that a fact without a source can be called invented; of any other endpoint that is not known."""
    with serving(endpoint(shopkeeper)) as server:
        transcript = trial(server.url, retrieval=retrieval)

    assert transcript.captured.retrieval is seen
    assert [(turn.captured.retrieval, turn.retrieved) for turn in transcript.turns] == [(seen, ())] * 2
