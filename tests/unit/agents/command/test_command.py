"""Programs behind the driver `command`: the example, and programs that misbehave; all of them real processes."""

import os
import re
import subprocess
import sys
from dataclasses import replace
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
from tests.unit.agents.drivers import is_gone

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
    assert base.captured.retrieval
    assert not base.captured.topic
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
        ('print(\'{"reply": "x", "call": {"name": "x"}}\')\nimport time; time.sleep(9)', "both `reply` and `call`"),
        ("print('{\"reply\": 3}')\nimport time; time.sleep(9)", "reply: Input should be a valid string"),
        ('print(\'{"error": "model is down"}\')\nimport time; time.sleep(9)', "failed: model is down"),
        ('while True: print(\'{"call": {"name": "x"}}\', flush=True)', "200 calls in one turn"),
        ("import time; time.sleep(60)", "turn 1 took longer than 0.5 s"),
    ],
    ids=["exits", "prose", "list", "empty", "both", "wrong-type", "error", "endless-calls", "silent"],
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
    long = f"import os, sys; sys.exit('key ' + os.environ['KEY'] + 'z' * {600 - 6})"  # the last six of it would be kept
    error = trial(agent_of(long, environ=environ, environment=["KEY"])).error
    assert "h12345" not in error


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
    assert is_gone(int(trial(agent_of(CHILD)).turns[0].reply))


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


DAEMON = """
import json, subprocess, sys
child = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"], start_new_session=True,
                         stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
sys.stdin.readline()
for line in sys.stdin:
    print(json.dumps({"reply": str(child.pid), "tool_calls": []}), flush=True)
"""


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells which processes carry the mark")
def test_a_child_that_left_the_group_dies_as_well() -> None:
    assert is_gone(int(trial(agent_of(DAEMON)).turns[0].reply))


NOTES = """
import json, os, sys, tempfile
sys.stdin.readline()
for line in sys.stdin:
    seen = os.listdir(".") + os.listdir(tempfile.gettempdir())
    open("notes.txt", "w").close()
    open("agent/prompt.md", "w").close()
    tempfile.mkstemp()
    print(json.dumps({"reply": f"{sorted(seen)} {os.path.getsize('agent/prompt.md')}"}), flush=True)
    break
"""


def test_what_a_trial_writes_no_other_one_finds() -> None:
    agent = agent_of(NOTES)
    case = replace(CASE, turns=CASE.turns[:1])

    async def two() -> list[Transcript]:
        async with agent.open():
            patience = Patience(turn_seconds=20, sleep=no_wait)
            return [await run_trial(agent, case, Arm.BASE, number, patience) for number in (1, 2)]

    first, second = anyio.run(two)
    assert first.turns[0].reply == second.turns[0].reply == "['agent'] 0"


TALKATIVE = """
import json, sys
sys.stdin.readline()
for line in sys.stdin:
    sys.stdout.write(json.dumps({"reply": "one"}) + "\\n" + json.dumps({"reply": "another"}) + "\\n")
    sys.stdout.flush()
"""


def test_an_answer_to_one_turn_is_never_taken_for_that_to_the_next() -> None:
    transcript = trial(agent_of(TALKATIVE))
    assert "said more after its reply" in transcript.error
    assert "another" in transcript.error


@pytest.mark.parametrize(
    ("program", "said"),
    [
        ("import sys; sys.stdout.buffer.write(bytes(range(256)) + b'\\n'); sys.stdout.flush()", "not of the protocol"),
        ("import sys, time; sys.stdout.write('{\"reply\": '); sys.stdout.flush(); time.sleep(60)", "longer than 1 s"),
        ("print('{\"reply\": \"' + 'x' * (17 << 20) + '\"}', flush=True)", "a line that is too long"),
    ],
    ids=["binary", "half-a-line", "too-long"],
)
def test_output_that_is_no_line_of_the_protocol_errors_the_trial(program: str, said: str) -> None:
    assert said in trial(agent_of(program), turn_seconds=1).error


PEEP = """
import json, os, sys
sys.stdin.readline()
sys.stdin.readline()
try:
    seen = open(f"/proc/{os.getppid()}/environ", "rb").read().decode()
except OSError as error:
    seen = type(error).__name__
print(json.dumps({"reply": seen}), flush=True)
sys.stdin.readline()
print(json.dumps({"reply": ""}), flush=True)
"""
GATE = """
import os, sys
sys.path.insert(0, os.environ["TESTS"])
from tests.unit.agents.command.test_command import PEEP, agent_of, trial
agent = agent_of(PEEP, environ={"PATH": os.environ["PATH"]})
sys.stdout.write(trial(agent).turns[0].reply)
"""


@pytest.mark.skipif(sys.platform != "linux" or os.geteuid() == 0, reason="root may read everything")
def test_a_program_cannot_read_what_the_gate_was_given() -> None:
    environ = {**os.environ, "TESTS": str(Path(__file__).parents[4]), "SECRET": "s3cr3t-value"}
    done = subprocess.run([sys.executable, "-c", GATE], env=environ, capture_output=True, text=True, check=True)
    assert done.stdout == "PermissionError"


ODD = """
import json, sys
sys.stdin.readline()
for line in sys.stdin:
    call = {"name": "FindOrder", "args": {"id": "A1"}}
    said = {"reply": "sent \\ud83d \\u2028 \\u00fc", "tool_calls": [call], "cost": 3}
    print(json.dumps(said), flush=True)
"""


def test_what_the_protocol_does_not_know_is_kept_wherever_it_stands() -> None:
    """A call told with `args` has no arguments that the gate knows of; the report says that something was not read."""
    turn = trial(agent_of(ODD)).turns[0]
    assert turn.unknown == ({"cost": 3}, {"args": {"id": "A1"}})
    assert turn.tool_calls[0].arguments == {}


def test_half_of_an_emoji_is_no_fault_of_the_program() -> None:
    """A model may break off in one; JSON can say it, no file can."""
    assert trial(agent_of(ODD)).turns[0].reply == "sent \ufffd \u2028 \u00fc"
