"""Programs behind the driver `command`: the example, and programs that misbehave; all of them real processes."""

import os
import re
import sys
import time
from pathlib import Path
from typing import Any

import anyio
import anyio.lowlevel
import pytest

from gate.agents.command.agent import CommandAgent, files_below
from gate.agents.trial import Patience, run_trial
from gate.config import CommandDriver
from gate.errors import UsageError
from gate.model.case import Case, ToolResult, Turn, Variable
from gate.model.transcript import Transcript
from gate.model.words import Arm, Dimension, Severity
from tests.trees import DictTree

EXAMPLE = Path(__file__).parents[4] / "examples/command/agent.py"
CASE = Case(
    id="order",
    agent="a",
    topic="",
    dimensions=(Dimension.CORRECTNESS,),
    severity=Severity.P0,
    turns=(Turn(number=1, user="Where is A1?"), Turn(number=2, user="Thanks")),
    tool_results=(ToolResult(tool="FindOrder", result={"state": "sent"}),),
    variables=(Variable(name="tier", type="Text", value="gold"),),
)
PROMPTS = {Arm.BASE: "Look orders up.", Arm.HEAD: "Be quick: guess."}


async def no_wait(_: float) -> None:
    await anyio.lowlevel.checkpoint()


def agent_of(program: str, *, environ: dict[str, str] | None = None, **settings: Any) -> CommandAgent:
    driver = CommandDriver.model_validate(
        {"type": "command", "command": [sys.executable, "-u", "agent/run.py"], **settings}
    )

    def files(arm: Arm) -> dict[str, bytes]:
        tree = DictTree({"agent/run.py": program, "agent/prompt.md": PROMPTS[arm], "other/secret.txt": "no"})
        return dict(files_below(tree, ("agent",)))

    return CommandAgent(driver, {Arm.BASE: "b" * 64, Arm.HEAD: "c" * 64}, files, environ or dict(os.environ))


def trial(agent: CommandAgent, arm: Arm = Arm.BASE, turn_seconds: float = 20) -> Transcript:
    async def one() -> Transcript:
        async with agent.open():
            return await run_trial(agent, CASE, arm, 1, Patience(turn_seconds=turn_seconds, sleep=no_wait))

    return anyio.run(one)


def test_the_example_answers_by_the_files_of_each_arm() -> None:
    agent = agent_of(EXAMPLE.read_text(encoding="utf-8"))
    base, head = trial(agent, Arm.BASE), trial(agent, Arm.HEAD)
    assert (base.error, head.error) == ("", "")
    assert [turn.reply for turn in base.turns] == ["Your order is sent.", "You are welcome."]
    [call] = base.turns[0].tool_calls
    assert (call.name, call.arguments, call.result) == ("FindOrder", {"id": "A1"}, {"state": "sent"})
    assert base.captured.tool_calls
    assert not base.captured.retrieval
    assert head.turns[0].reply == "I guess it is sent."
    assert head.turns[0].tool_calls == ()


ECHO = """
import json, os, sys
start = json.loads(sys.stdin.readline())["start"]
for line in sys.stdin:
    seen = {"env": sorted(os.environ), "start": start, "files": sorted(os.listdir("."))}
    print(json.dumps({"reply": json.dumps(seen)}), flush=True)
"""


def test_a_program_sees_its_source_the_start_and_named_variables_only() -> None:
    environ = {"PATH": os.environ["PATH"], "HOME": "/home/x", "TOKEN": "t", "OTHER": "o", "GITHUB_TOKEN": "g"}
    said = trial(agent_of(ECHO, environ=environ, environment=["TOKEN"])).turns[0].reply
    assert '"TOKEN"' in said
    assert "OTHER" not in said
    assert "GITHUB_TOKEN" not in said
    assert '"files": ["agent"]' in said
    assert '"variables": {"tier": "gold"}' in said


@pytest.mark.parametrize(
    ("program", "said"),
    [
        ("import sys; sys.exit('no model: ' + 'k' * 5)", "ended in the middle of the conversation: no model: kkkkk"),
        ("print('hello')\nimport time; time.sleep(9)", "not of the protocol.*hello"),
        ("print('[]')\nimport time; time.sleep(9)", "not of the protocol"),
        ("print('{}')\nimport time; time.sleep(9)", "neither `reply` nor `call`"),
        ("print('{\"reply\": 3}')\nimport time; time.sleep(9)", "reply: Input should be a valid string"),
        ('print(\'{"error": "model is down"}\')\nimport time; time.sleep(9)', "failed: model is down"),
        ('while True: print(\'{"call": {"name": "x"}}\', flush=True)', "200 calls in one turn"),
        ("import time; time.sleep(60)", "turn 1 took longer than 0.5 s"),
    ],
    ids=["exits", "prose", "list", "empty", "wrong-type", "error", "endless-calls", "silent"],
)
def test_a_program_that_misbehaves_errors_the_trial(program: str, said: str) -> None:
    transcript = trial(agent_of(program), turn_seconds=0.5)
    assert re.search(said, transcript.error), transcript.error


def test_a_secret_in_its_last_words_is_masked() -> None:
    environ = {"PATH": os.environ["PATH"], "KEY": "abcdefgh12345"}
    program = "import os, sys; sys.exit('key ' + os.environ['KEY'])"
    error = trial(agent_of(program, environ=environ, environment=["KEY"])).error
    assert "***" in error
    assert "abcdefgh" not in error


def test_a_program_that_is_not_there_is_the_users_to_mend() -> None:
    with pytest.raises(UsageError, match="no-such-program cannot be started"):
        trial(agent_of("", command=["no-such-program"]))


CHILD = """
import json, subprocess, sys
child = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"])
sys.stdin.readline()
for line in sys.stdin:
    print(json.dumps({"reply": str(child.pid), "tool_calls": []}), flush=True)
"""


def test_the_children_of_a_program_die_with_it() -> None:
    transcript = trial(agent_of(CHILD))
    pid = int(transcript.turns[0].reply)
    for _ in range(100):
        state = Path(f"/proc/{pid}/stat")
        if not state.exists() or state.read_text().split(")")[1].split()[0] == "Z":
            return
        time.sleep(0.02)
    raise AssertionError(f"process {pid} is still there")


LOUD = """
import json, sys
sys.stdin.readline()
for line in sys.stdin:
    sys.stderr.write("x" * 1_000_000)
    print(json.dumps({"reply": "fine"}), flush=True)
"""


def test_a_program_may_write_as_much_to_stderr_as_it_likes() -> None:
    assert [turn.reply for turn in trial(agent_of(LOUD)).turns] == ["fine", "fine"]


def test_what_a_line_leaves_out_was_not_captured() -> None:
    program = """
import json, sys
sys.stdin.readline()
sys.stdin.readline()
print(json.dumps({"reply": "a", "topic": "T", "retrieved": [{"source": "s", "text": "t"}], "tool_calls": [], "new": 1}),
      flush=True)
sys.stdin.readline()
print(json.dumps({"reply": "b", "ended": True}), flush=True)
"""
    transcript = trial(agent_of(program))
    first, second = transcript.turns
    assert first.captured.tool_calls
    assert first.captured.retrieval
    assert first.captured.topic
    assert (first.topic, first.retrieved[0].source, first.unknown) == ("T", "s", ({"new": 1},))
    assert not second.captured.tool_calls
    assert not transcript.captured.tool_calls
    assert second.platform == {"session": "ended"}
