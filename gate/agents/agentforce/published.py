"""The driver `agentforce`: published agents, through the Agent API of their org.

The API always answers with the active version, so what the head changed must be published before the run; the base
runs beside it only where a second agent or org holds it.
"""

from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass

from gate.agents.agentforce.conversation import BASE, Conversation, Door, begin, start_body
from gate.config import AgentforceDriver
from gate.errors import CouldNotTellError, UsageError
from gate.model.case import Case, Json, Turn
from gate.model.problem import Problem
from gate.model.transcript import Captured
from gate.model.words import Arm, Dimension, Severity
from gate.network.call import Call
from gate.org.org import Org
from gate.ports import Capabilities, Session

_NAME_CHARACTERS = frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_")


@dataclass(frozen=True, slots=True, kw_only=True)
class Served:
    """An agent of an org and the version that answers."""

    org: Org
    agent: str
    id: str
    version: str


class AgentforceAgent:
    """One published agent per arm."""

    def __init__(
        self, name: str, driver: AgentforceDriver, fingerprints: Mapping[Arm, str], orgs: Mapping[Arm, Org]
    ) -> None:
        self._names = {Arm.HEAD: driver.agent or name}
        if driver.base_agent or driver.base_org:
            self._names[Arm.BASE] = driver.base_agent or driver.agent or name
        self._driver = driver
        self._fingerprints = dict(fingerprints)
        self._orgs = dict(orgs)
        self._served: dict[Arm, Served] = {}

    @property
    def capabilities(self) -> Capabilities:
        """The head; the base where another agent or org holds it. Tool calls as far as traces are read."""
        traced = self._driver.state == "trace"
        captured = Captured(tool_calls=traced, retrieval=traced, topic=traced)
        return Capabilities(arms=frozenset(self._names), deterministic=False, captured=captured)

    def fingerprint(self, arm: Arm) -> str:
        """The definition's fingerprint in this arm."""
        return self._fingerprints[arm]

    @asynccontextmanager
    async def open(self) -> AsyncIterator[Sequence[Problem]]:
        """Logged in, with the served versions known; when left, they are looked up again.

        Raises `CouldNotTellError` when another version is active then: nobody knows which one answered.
        """
        async with AsyncExitStack() as stack:
            for org in {id(org): org for org in self._orgs.values()}.values():
                await stack.enter_async_context(org.open())
            self._served = {arm: await _serving(self._orgs[arm], name) for arm, name in self._names.items()}
            if self._driver.state == "trace":
                await self._prove_capture()
            yield ()
            for served in self._served.values():
                now = await _serving(served.org, served.agent)
                if now.version != served.version:
                    raise CouldNotTellError(
                        f"{served.agent} was {served.version} when the run began and is {now.version} now: "
                        "nobody knows which one answered, so nothing of this run counts",
                        "run again while nobody publishes or activates",
                        again=False,
                    )

    @asynccontextmanager
    async def session(self, case: Case, arm: Arm, trial: int) -> AsyncIterator[Session]:
        """A session of its own, ended in any case."""
        del trial
        conversation = await begin(self._door(self._served[arm], case))
        try:
            yield conversation
        finally:
            await conversation.end()

    def _door(self, served: Served, case: Case) -> Door:
        path = f"{BASE}/v1/agents/{served.id}/sessions"
        body = start_body(served.org, case, self._driver.bypass_user)
        return Door(
            org=served.org,
            start=Call(method="POST", path=path, body=body, seconds=self._driver.turn_seconds),
            sessions=f"{BASE}/v1/sessions",
            traced=self._driver.state == "trace",
            ended=True,
            stream=self._driver.stream,
            seconds=self._driver.turn_seconds,
            aliases={},
        )

    async def _prove_capture(self) -> None:
        """One turn that shows whether traces can be read, before anything is concluded from their absence."""
        served = self._served[Arm.HEAD]
        conversation: Conversation = await begin(self._door(served, _PROBE))
        try:
            record = await conversation.send(_PROBE.turns[0])
        finally:
            await conversation.end()
        if not record.captured.tool_calls:
            raise UsageError(
                f"the org {served.org.instance_url} gives no trace of a turn of {served.agent}: "
                "tool calls would be invisible, not absent",
                "let the run-as user read traces, or set `state: none`: expectations of tools then stay unscored",
            )


async def _serving(org: Org, agent: str) -> Served:
    if not agent or not set(agent) <= _NAME_CHARACTERS:
        raise UsageError(f"{agent!r} is no developer name of an agent", "set `driver.agent` to the agent's API name")
    found = await org.query(f"SELECT Id, DeveloperName FROM BotDefinition WHERE DeveloperName = '{agent}'")  # noqa: S608 - checked above
    if not found:
        raise UsageError(f"the org {org.instance_url} has no agent {agent}", "correct `driver.agent`, or publish it")
    agent_id = _text(found[0].get("Id"))
    soql = f"SELECT DeveloperName FROM BotVersion WHERE BotDefinitionId = '{agent_id}' AND Status = 'Active'"  # noqa: S608 - an id of the org's
    versions = await org.query(soql)
    if not versions:
        raise UsageError(f"{agent} has no active version in {org.instance_url}", "activate the version to evaluate")
    return Served(org=org, agent=agent, id=agent_id, version=_text(versions[0].get("DeveloperName")))


def _text(value: Json) -> str:
    return value if isinstance(value, str) else ""


_PROBE = Case(
    id="capture-probe",
    agent="",
    topic="",
    dimensions=(Dimension.CORRECTNESS,),
    severity=Severity.P2,
    turns=(Turn(number=1, user="Hello"),),
)
