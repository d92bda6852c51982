"""The driver `agentforce-preview`: Agent Script of base and head, compiled by the platform and tried side by side.

Nothing is deployed, so pull requests do not collide. The interface is the one the platform's own command line uses
(forcedotcom/agents 2.0.5, `src/agents/scriptAgent.ts`); it is not documented and may change.
"""

import hashlib
import re
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager

from gate.agents.agentforce.conversation import (
    BASE,
    LET_IN,
    PREVIEW_CLIENT,
    SERVICE,
    Conversation,
    Door,
    not_taken,
    start_body,
)
from gate.agents.agentforce.probe import prove_capture
from gate.agents.agentforce.script import ScriptText, objects, tool_targets, undeclared
from gate.agents.agentforce.served import EMPLOYEE
from gate.agents.refusals import Known
from gate.config import AgentforcePreviewDriver
from gate.errors import CouldNotTellError, UsageError
from gate.model.case import Case, Json
from gate.model.problem import Problem
from gate.model.transcript import Captured
from gate.model.words import Arm
from gate.network.call import Call
from gate.network.json_text import mapping
from gate.org.org import Org
from gate.ports import Capabilities, Session

SESSIONS = f"{BASE}/v1.1/preview/sessions"
_MEND_BASE = "mend it on the base branch; a change that mends it has nothing to be held against, and passes by hand"
_BUILDER = "give the run-as user the permission set Agent Platform Builder"
_USER_NAME = re.compile(r"[\w.+@-]+")


class AgentforcePreviewAgent:
    """The scripts of both arms, as far as they have one."""

    def __init__(
        self,
        driver: AgentforcePreviewDriver,
        fingerprints: Mapping[Arm, str],
        scripts: Mapping[Arm, ScriptText],
        org: Org,
    ) -> None:
        self._driver, self._org = driver, org
        self._fingerprints = dict(fingerprints)
        self._scripts = dict(scripts)
        self._compiled: dict[Arm, dict[str, Json]] = {}
        self._bypass: dict[Arm, bool] = {}
        self._known = Known()

    @property
    def capabilities(self) -> Capabilities:
        """Both arms that have a script. In simulated mode what actions return is invented, so it is not captured."""
        captured = Captured(retrieval=self._driver.actions == "live")
        return Capabilities(arms=frozenset(self._scripts), deterministic=False, captured=captured)

    def fingerprint(self, arm: Arm) -> str:
        """The definition's fingerprint in this arm."""
        return self._fingerprints[arm]

    def version(self, arm: Arm) -> str:
        """What was compiled, where it runs, as whom, and whether actions do what they do there."""
        script = self._scripts[arm]
        text = hashlib.sha256(script.text.encode()).hexdigest()[:12]
        who = "its own user" if self._bypass[arm] else "the run-as user"
        return f"{script.path} ({text}) in {self._org.words}, as {who}, actions {self._driver.actions}"

    @asynccontextmanager
    async def open(self) -> AsyncIterator[Sequence[Problem]]:
        """Logged in, both scripts compiled. What does not compile of the head is given back, with file and line.

        Raises `CouldNotTellError` when the base's alone does not compile: that is nothing this change can mend.
        """
        async with self._org.open():
            problems = await self._compile(Arm.HEAD, self._scripts[Arm.HEAD])
            if not problems:
                await self._compile_base()
                for arm, definition in self._compiled.items():
                    self._bypass[arm] = await self._bypasses(definition)
                await prove_capture(self, Arm.HEAD, self._driver.turn_seconds, _BUILDER)
            yield problems

    @asynccontextmanager
    async def session(self, case: Case, arm: Arm, trial: int) -> AsyncIterator[Session]:
        """A session on this arm's compiled definition.

        Raises `CouldNotTellError` for variables of the case that the definition does not declare.
        """
        del trial
        definition = self._compiled[arm]
        if strange := undeclared(definition, case):
            raise not_taken(strange)
        body: dict[str, Json] = {
            **start_body(self._org, case, bypass_user=self._bypass[arm]),
            "agentDefinition": definition,
            "enableSimulationMode": self._driver.actions == "simulated",
            "parameters": {},
            "richContentCapabilities": {},
            "executionHistory": [],
            "conversationContext": [],
        }
        seconds = self._driver.turn_seconds
        async with self._org.place():
            conversation = Conversation(
                Door(
                    org=self._org,
                    known=self._known,
                    start=Call(method="POST", path=SESSIONS, body=body, headers=PREVIEW_CLIENT, seconds=seconds),
                    sessions=SESSIONS,
                    traced=True,
                    seconds=seconds,
                    aliases=tool_targets(definition),
                    simulated=self._driver.actions == "simulated",
                    variables=case.variables,
                )
            )
            await conversation.begin()
            yield conversation

    async def _bypasses(self, definition: Mapping[str, Json]) -> bool:
        """Whether sessions run as the agent's own user, which the org has to have; so the platform's client decides."""
        if self._driver.bypass_user is not None:
            return self._driver.bypass_user
        known = mapping(definition.get("globalConfiguration"))
        user = known.get("defaultAgentUser")
        if known.get("agentType") == EMPLOYEE or not isinstance(user, str) or not _USER_NAME.fullmatch(user):
            return False
        return bool(await self._org.query(f"SELECT Id FROM User WHERE Username = '{user}'"))  # noqa: S608 - checked above

    async def _compile_base(self) -> None:
        script = self._scripts.get(Arm.BASE)
        if script and (found := await self._compile(Arm.BASE, script)):
            where = f" (line {found[0].line})" if found[0].line else ""
            message = f"the base's {script.path} does not compile: {found[0].message}{where}"
            raise CouldNotTellError(message, _MEND_BASE, again=False)

    async def _compile(self, arm: Arm, script: ScriptText) -> list[Problem]:
        body: Json = {
            "assets": [{"type": "AFScript", "name": "AFScript", "content": script.text}],
            "afScriptVersion": "2.0.0",
        }
        path = f"{BASE}/v1.1/authoring/scripts"
        call = Call(method="POST", path=path, body=body, headers=PREVIEW_CLIENT, repeatable=True)
        said = await self._org.ask_api(call)
        if said.status == 404:
            raise UsageError(
                f"the platform compiles no scripts for {self._org.instance_url}: {said.excerpt()}",
                f"turn on Agentforce in the org's Setup, and {_BUILDER}",
            )
        answer = mapping(said.expected("compile a script", LET_IN))
        artifact = answer.get("compiledArtifact")
        if answer.get("status") == "success" and isinstance(artifact, dict):
            self._compiled[arm] = _versioned(artifact, self._driver.version or script.version)
            return []
        if answer.get("status") != "failure":
            raise CouldNotTellError(f"{SERVICE} answered with neither a definition nor what is wrong with the script")
        found = [_problem(script.path, error) for error in objects(answer, "errors")]
        return found or [
            Problem(
                path=script.path,
                message="the platform refuses the script without saying why",
                hint="compile it with `sf agent validate authoring-bundle`",
            )
        ]


def _versioned(artifact: dict[str, Json], name: str) -> dict[str, Json]:
    """The definition with the version's name, which the caller has to fill in."""
    return {**artifact, "agentVersion": {**mapping(artifact.get("agentVersion")), "developerName": name}}


def _problem(path: str, error: Mapping[str, Json]) -> Problem:
    line = error.get("lineStart")
    said = error.get("description") or error.get("errorType") or "does not compile"
    return Problem(
        path=path,
        line=line if isinstance(line, int) else 0,
        key=str(error.get("errorType") or ""),
        message=str(said),
        hint="mend the script: no trial can be run",
    )
