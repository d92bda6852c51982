"""The driver `chat` and the provider `openai` against llama-cpp-python: answers, tools, limits; not what it says."""

import json
from pathlib import Path
from typing import Any

import anyio
import pytest

from gate.agents.chat.agent import ChatAgent
from gate.agents.chat.definition import ChatDefinition
from gate.agents.trial import Patience, run_trial
from gate.cli.main import main
from gate.config import ChatDriver
from gate.model.case import Case, ToolResult, Turn
from gate.model.judge import NoVote, Vote
from gate.model.transcript import Transcript
from gate.model.words import Arm, Dimension, Severity
from tests.trees import GitRepository
from tests.unit.judges.test_live import judge_of, the_question

TOOL: dict[str, Any] = {
    "type": "function",
    "function": {"name": "FindOrder", "parameters": {"type": "object", "properties": {"id": {"type": "string"}}}},
}


def trial(url: str, *said: str, tools: tuple[dict[str, Any], ...] = (), **driver: Any) -> Transcript:
    parameters = {"temperature": 0, "max_tokens": 16, **driver.pop("parameters", {})}
    settings = ChatDriver(type="chat", base_url=url, model="smollm2", prompt=("p",), parameters=parameters, **driver)
    definition = ChatDefinition(system="You sell shoes. Be brief.", tools=tools)
    agent = ChatAgent(settings, {Arm.HEAD: definition}, {Arm.HEAD: "c" * 64})
    case = Case(
        id="shoes",
        agent="shop",
        topic="",
        dimensions=(Dimension.CORRECTNESS,),
        severity=Severity.P0,
        turns=tuple(Turn(number=number, user=words) for number, words in enumerate(said, start=1)),
        tool_results=(ToolResult(tool="FindOrder", result={"state": "sent"}),),
    )

    async def one() -> Transcript:
        async with agent.open():
            return await run_trial(agent, case, Arm.HEAD, 1, Patience(turn_seconds=300))

    return anyio.run(one)


@pytest.mark.parametrize("stream", [False, True])
def test_a_conversation_is_answered_turn_by_turn(llm: str, stream: bool) -> None:
    transcript = trial(llm, "Hello, do you sell boots?", "Thanks, bye.", stream=stream)
    assert transcript.error == ""
    assert all(turn.reply for turn in transcript.turns)
    assert [turn.input_tokens > 0 for turn in transcript.turns] == [not stream] * 2  # it tells no usage of a stream


@pytest.mark.parametrize("stream", [False, True])
def test_a_model_that_always_calls_a_tool_is_stopped(llm: str, stream: bool) -> None:
    choice = {"type": "function", "function": {"name": "FindOrder"}}
    parameters = {"tool_choice": choice, "max_tokens": 40}
    transcript = trial(llm, "Where is A1?", tools=(TOOL,), max_rounds=2, parameters=parameters, stream=stream)
    [turn] = transcript.turns
    assert transcript.error == ""
    assert [call.name for call in turn.tool_calls] == ["FindOrder"] * 2
    assert turn.platform == {"finish": "still asked for tools after 2 rounds"}


def test_a_conversation_too_long_for_the_model_has_no_answer(llm: str) -> None:
    transcript = trial(llm, "word " * 3000)
    assert transcript.error == ""
    assert (transcript.turns[0].reply, transcript.turns[0].platform) == ("", {"finish": "context length exceeded"})


def test_a_stream_that_ends_without_a_word_of_why_errors(llm: str) -> None:
    """So this server answers a conversation that is too long when it is asked for a stream."""
    transcript = trial(llm, "word " * 3000, stream=True)
    assert "ended its answer in the middle" in transcript.error


def test_a_judge_that_knows_no_schema_is_asked_without_one(llm: str, tmp_path: Path) -> None:
    judge = judge_of(llm, tmp_path, max_tokens=100, seconds=300)

    async def one() -> Vote | NoVote:
        async with judge.open():
            return await judge.vote(the_question(), 0)

    vote = anyio.run(one)  # so small a model gives no readable one
    assert isinstance(vote, Vote) or "judge" in vote.reason
    assert judge.ledger.calls >= 2


FIXTURE = "---\nid: boots\nagent: shop\ndimensions: [correctness]\nseverity: P0\nmust_include: [zebra]\n---\n"


def test_a_live_run_is_replayed_bit_for_bit(
    llm: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    repository = GitRepository(tmp_path)
    driver = {"type": "chat", "base_url": llm, "model": "smollm2", "prompt": ["agent/prompt.md"]}
    live = {"source": ["agent"], "driver": {**driver, "parameters": {"max_tokens": 8}, "turn_seconds": 300}}
    replay = {"source": ["agent"], "driver": {"type": "replay", "recordings": "recordings"}}
    files = {
        "agent/prompt.md": "You sell shoes.",
        "fixtures/boots.md": f"{FIXTURE}## Input transcript\nUser: Do you sell boots?\n",
    }
    replies = []
    for agent in (live, replay):
        config = {"version": 1, "agents": {"shop": agent}, "verdicts": {"policy": "any-drop"}}
        repository.commit({**files, "agent-gate.yml": json.dumps(config)})
        main(["run", "--full", "--json", *(["--record", "recordings"] if agent is live else [])])
        said = capsys.readouterr()
        assert said.out, said.err
        folder = Path(json.loads(said.out)["folder"])
        kept = [json.loads(path.read_text()) for path in sorted(folder.glob("transcripts/*/*/*.json"))]
        replies.append([transcript["turns"] for transcript in kept])
    assert replies[0]
    assert replies[0] == replies[1]
