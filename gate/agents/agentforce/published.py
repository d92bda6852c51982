"""The driver `agentforce`: published agents, through the Agent API of their org or through its Evaluation API.

The Agent API always answers with the active version, so what the head changed must be published before the run; the
base runs beside it where a second agent, org or (through the Evaluation API) version holds it.
"""

from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager

from gate.agents.agentforce.conversation import BASE, CLIENT, Conversation, Door, start_body
from gate.agents.agentforce.ending import Endings
from gate.agents.agentforce.evaluation import Evaluated
from gate.agents.agentforce.probe import prove_capture
from gate.agents.agentforce.served import EMPLOYEE, Served, serving
from gate.agents.agentforce.trace import Aliases
from gate.agents.refusals import Known
from gate.config import AgentforceDriver
from gate.errors import UsageError, VersionChangedError
from gate.model.case import Case
from gate.model.problem import Problem
from gate.model.transcript import Captured
from gate.model.words import Arm
from gate.network.call import Call
from gate.org.org import Org
from gate.ports import Capabilities, Session

SESSIONS = f"{BASE}/v1/sessions"


class AgentforceAgent:
    """One published agent per arm. `aliases` by arm: what its topics call their tools."""

    def __init__(
        self,
        name: str,
        driver: AgentforceDriver,
        fingerprints: Mapping[Arm, str],
        orgs: Mapping[Arm, Org],
        aliases: Mapping[Arm, Aliases] | None = None,
    ) -> None:
        self._wanted = {Arm.HEAD: (driver.agent or name, driver.version)}
        if driver.runs_base:
            self._wanted[Arm.BASE] = (driver.base_agent or driver.agent or name, driver.base_version)
        self._name, self._driver = name, driver
        self._fingerprints = dict(fingerprints)
        self._orgs = {arm: orgs[arm] for arm in self._wanted}
        self._aliases = dict(aliases or {})
        self._served: dict[Arm, Served] = {}
        self._endings: dict[Arm, Endings] = {}
        self._known = Known()

    @property
    def capabilities(self) -> Capabilities:
        """The head; the base where something holds it. Tool calls as far as traces or states are read."""
        seen = self._driver.state != "none"
        captured = Captured(tool_calls=seen, retrieval=seen, topic=seen)
        return Capabilities(arms=frozenset(self._wanted), deterministic=False, captured=captured)

    def fingerprint(self, arm: Arm) -> str:
        """The definition's fingerprint in this arm."""
        return self._fingerprints[arm]

    def version(self, arm: Arm) -> str:
        """The version that answers, where, and as whom."""
        return f"{self._served[arm].words}, as {'its own user' if self._bypasses(arm) else 'the run-as user'}"

    @asynccontextmanager
    async def open(self) -> AsyncIterator[Sequence[Problem]]:
        """Logged in, with the served versions known; when left, they are looked up again.

        Raises `VersionChangedError` when another version is active then, or the same one again: nobody knows which one
        answered.
        """
        async with AsyncExitStack() as stack:
            for org in self._orgs.values():
                await stack.enter_async_context(org.open())
            for arm, (agent, version) in self._wanted.items():
                self._served[arm] = await _serving(self._orgs[arm], agent, version)
                self._endings[arm] = Endings(self._orgs[arm], SESSIONS)
            try:
                for arm in self._served if self._driver.state != "none" else ():
                    await prove_capture(self, arm, self._driver.turn_seconds, _OTHER_SOURCE[self._driver.state])
                yield ()
            finally:
                for endings in self._endings.values():
                    await endings.rest()
            await self._prove_version()

    @asynccontextmanager
    async def session(self, case: Case, arm: Arm, trial: int) -> AsyncIterator[Session]:
        """A session of its own, ended in any case."""
        del trial
        async with self._orgs[arm].place():
            session = self._conversation(self._served[arm], case, arm)
            try:
                await session.begin()
                yield session
            finally:
                await session.end()

    def _conversation(self, served: Served, case: Case, arm: Arm) -> Conversation | Evaluated:
        aliases = self._aliases.get(arm, {})
        if self._driver.state == "evaluation":
            return Evaluated(served, self._known, case, aliases, self._endings[arm], seconds=self._driver.case_seconds)
        body = start_body(served.org, case, bypass_user=self._bypasses(arm))
        path = f"{BASE}/v1/agents/{served.id}/sessions"
        seconds = self._driver.turn_seconds
        return Conversation(
            Door(
                org=served.org,
                known=self._known,
                start=Call(method="POST", path=path, body=body, headers=CLIENT, seconds=seconds),
                sessions=SESSIONS,
                traced=self._driver.state == "trace",
                endings=self._endings[arm],
                stream=self._driver.stream,
                seconds=seconds,
                aliases=aliases,
                variables=case.variables,
                feedback=self._driver.feedback,
            )
        )

    def _bypasses(self, arm: Arm) -> bool:
        told = self._driver.bypass_user
        return self._served[arm].kind != EMPLOYEE if told is None else told

    async def _prove_version(self) -> None:
        for arm, served in self._served.items():
            now = await serving(served.org, served.agent, self._wanted[arm][1])
            if now is None or (now.version_id, now.changed) != (served.version_id, served.changed):
                same = now is not None and now.version == served.version
                after = f"{now.version}{' again, activated anew,' if same else ''}" if now else "not there"
                raise VersionChangedError(
                    self._name,
                    f"{served.agent} was {served.version} when the run began and is {after} now: nobody knows which "
                    "one answered, so nothing of this run counts",
                    "run again while nobody publishes or activates",
                )


_OTHER_SOURCE = {
    "trace": "let the run-as user read traces, or read the Evaluation API instead: `state: evaluation`",
    "evaluation": "see whether the Evaluation API is on in this org; with `state: none` tools stay unscored",
}


async def _serving(org: Org, agent: str, version: str) -> Served:
    served = await serving(org, agent, version)
    if served is None:
        missing, remedy = ("no active version", "activate the version to evaluate")
        if version:
            missing, remedy = f"no version {version}", "correct `driver.version` or `base_version`, or publish it"
        raise UsageError(f"{agent} has {missing} in {org.instance_url}", remedy)
    return served
