"""Every driver, each answering the same two turns, for the tests of what all of them promise."""

import os
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path

import anyio
import anyio.lowlevel

from gate.agents.agentforce.preview import AgentforcePreviewAgent
from gate.agents.agentforce.published import AgentforceAgent
from gate.agents.agentforce.script import ScriptText
from gate.agents.chat.agent import ChatAgent
from gate.agents.chat.definition import ChatDefinition
from gate.agents.command.agent import CommandAgent
from gate.agents.replay import ReplayAgent
from gate.config import AgentforceDriver, AgentforcePreviewDriver, ChatDriver, CommandDriver, OrgConfig
from gate.model.words import Arm
from gate.network.wire import Pace
from gate.org.org import Org
from gate.ports import Agent
from tests.fakes import FakeAgent
from tests.loopback.chat import endpoint, says
from tests.loopback.org import SECRETS, FakeOrg, Step
from tests.loopback.server import serving

FINGERPRINTS = {Arm.BASE: "b" * 64, Arm.HEAD: "c" * 64}
ECHO = """
import json, sys
sys.stdin.readline()
for line in sys.stdin:
    print(json.dumps({"reply": json.loads(line)["user"], "tool_calls": []}), flush=True)
"""


async def no_wait(_: float) -> None:
    await anyio.lowlevel.checkpoint()


def _echo(definition: str, said: Sequence[str]) -> tuple[str, Sequence[Step]]:
    return f"{definition}: {said[-1]}", []


@contextmanager
def fake(recordings: Path) -> Iterator[Agent]:
    yield FakeAgent()


@contextmanager
def replay(recordings: Path) -> Iterator[Agent]:
    yield ReplayAgent("a", recordings, FINGERPRINTS)


@contextmanager
def chat(recordings: Path) -> Iterator[Agent]:
    with serving(endpoint(lambda system, messages: says(f"{system} {len(messages)}"))) as server:
        driver = ChatDriver(type="chat", base_url=server.url, model="m", prompt=("p",))
        yield ChatAgent(driver, {arm: ChatDefinition(system=arm) for arm in Arm}, FINGERPRINTS)


@contextmanager
def command(recordings: Path) -> Iterator[Agent]:
    driver = CommandDriver(type="command", command=(sys.executable, "run.py"))
    files: Mapping[str, bytes] = {"run.py": ECHO.encode()}
    yield CommandAgent(driver, FINGERPRINTS, lambda arm: files, os.environ)


@contextmanager
def agentforce(recordings: Path) -> Iterator[Agent]:
    with _org() as (place, org):
        place.agents = {"Head": "v2", "Base": "v1"}
        driver = AgentforceDriver(type="agentforce", agent="Head", base_agent="Base")
        yield AgentforceAgent("a", driver, FINGERPRINTS, {Arm.HEAD: org, Arm.BASE: org})


@contextmanager
def preview(recordings: Path) -> Iterator[Agent]:
    with _org() as (_, org):
        driver = AgentforcePreviewDriver(type="agentforce-preview")
        scripts = {arm: ScriptText(path="x.agent", text=f"script of {arm}") for arm in Arm}
        yield AgentforcePreviewAgent(driver, FINGERPRINTS, scripts, org)


@contextmanager
def _org() -> Iterator[tuple[FakeOrg, Org]]:
    place = FakeOrg(_echo)
    with serving(place) as server:
        place.url = server.url
        yield place, Org(OrgConfig(instance_url=server.url), SECRETS, pace=Pace(sleep=no_wait))


DRIVERS: Mapping[str, Callable[[Path], AbstractContextManager[Agent]]] = {
    "fake": fake, "replay": replay, "chat": chat, "command": command, "agentforce": agentforce, "preview": preview,
}  # fmt: skip


def is_gone(pid: int) -> bool:
    """Whether a process has ended, some time allowed for it."""
    for _ in range(100):
        state = Path(f"/proc/{pid}/stat")
        if not state.exists() or state.read_text().split(")")[1].split()[0] == "Z":
            return True
        time.sleep(0.02)
    return False
