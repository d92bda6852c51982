"""The driver `agentforce-preview`: Agent Script of base and head, compiled by the platform and tried side by side.

Nothing is deployed, so pull requests do not collide. The interface is the one the platform's own command line uses
(forcedotcom/agents 2.0.5, `src/agents/scriptAgent.ts`); it is not documented and may change.
"""

from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager

from gate.agents.agentforce.conversation import BASE, LET_IN, Door, begin, start_body
from gate.config import AgentforcePreviewDriver
from gate.errors import CouldNotTellError, UsageError
from gate.model.case import Case, Json
from gate.model.problem import Problem
from gate.model.transcript import Captured
from gate.model.words import Arm
from gate.network.call import Call
from gate.org.org import Org
from gate.planning.patterns import within_any
from gate.ports import Capabilities, Session, Tree

_CLIENT = {"x-client-name": "afdx"}
"""The preview answers the platform's own client; https://github.com/forcedotcom/agents names itself so."""


class AgentforcePreviewAgent:
    """The scripts of both arms: `scripts` holds path and text of each arm that has one."""

    def __init__(
        self,
        driver: AgentforcePreviewDriver,
        fingerprints: Mapping[Arm, str],
        scripts: Mapping[Arm, tuple[str, str]],
        org: Org,
    ) -> None:
        self._driver, self._org = driver, org
        self._fingerprints = dict(fingerprints)
        self._scripts = dict(scripts)
        self._compiled: dict[Arm, dict[str, Json]] = {}

    @property
    def capabilities(self) -> Capabilities:
        """Both arms that have a script. In simulated mode what actions return is invented, so it is not captured."""
        captured = Captured(retrieval=self._driver.actions == "live")
        return Capabilities(arms=frozenset(self._scripts), deterministic=False, captured=captured)

    def fingerprint(self, arm: Arm) -> str:
        """The definition's fingerprint in this arm."""
        return self._fingerprints[arm]

    @asynccontextmanager
    async def open(self) -> AsyncIterator[Sequence[Problem]]:
        """Logged in, both scripts compiled. What does not compile of the head is given back, with file and line.

        Raises `CouldNotTellError` when the base's does not compile: that is nothing this change can mend.
        """
        async with self._org.open():
            problems: list[Problem] = []
            for arm, (path, text) in self._scripts.items():
                found = await self._compile(arm, path, text)
                if found and arm is Arm.BASE:
                    message = f"the base's {path} does not compile: {found[0].message} (line {found[0].line})"
                    raise CouldNotTellError(message, "mend it on the base branch", again=False)
                problems += found
            yield problems

    @asynccontextmanager
    async def session(self, case: Case, arm: Arm, trial: int) -> AsyncIterator[Session]:
        """A session on this arm's compiled definition."""
        del trial
        body: dict[str, Json] = {
            **start_body(self._org, case, self._driver.bypass_user),
            "agentDefinition": self._compiled[arm],
            "enableSimulationMode": self._driver.actions == "simulated",
            "parameters": {},
            "richContentCapabilities": {},
            "executionHistory": [],
            "conversationContext": [],
        }
        sessions = f"{BASE}/v1.1/preview/sessions"
        door = Door(
            org=self._org,
            start=Call(method="POST", path=sessions, body=body, headers=_CLIENT, seconds=self._driver.turn_seconds),
            sessions=sessions,
            traced=True,
            ended=False,
            seconds=self._driver.turn_seconds,
            aliases=tool_targets(self._compiled[arm]),
        )
        yield await begin(door)

    async def _compile(self, arm: Arm, path: str, text: str) -> list[Problem]:
        body: Json = {
            "assets": [{"type": "AFScript", "name": "AFScript", "content": text}],
            "afScriptVersion": "2.0.0",
        }
        call = Call(method="POST", path=f"{BASE}/v1.1/authoring/scripts", body=body, headers=_CLIENT, repeatable=True)
        value = (await self._org.ask_api(call)).expected("compile a script", LET_IN)
        answer = value if isinstance(value, dict) else {}
        artifact = answer.get("compiledArtifact")
        if answer.get("status") == "success" and isinstance(artifact, dict):
            self._compiled[arm] = self._versioned(artifact)
            return []
        errors = answer.get("errors")
        found = (
            [_problem(path, error) for error in errors if isinstance(error, dict)] if isinstance(errors, list) else []
        )
        return found or [
            Problem(
                path=path,
                message="the platform refuses the script without saying why",
                hint="compile it with `sf agent validate authoring-bundle`",
            )
        ]

    def _versioned(self, artifact: dict[str, Json]) -> dict[str, Json]:
        """The definition with the version's name, which the caller has to fill in."""
        version = artifact.get("agentVersion")
        known = version if isinstance(version, dict) else {}
        return {
            **artifact,
            "agentVersion": {**known, "developerName": known.get("developerName") or self._driver.version},
        }


def find_scripts(
    name: str, bundle: str, source: Sequence[str], sides: Mapping[Arm, Tree]
) -> Mapping[Arm, tuple[str, str]]:
    """Path and text of the script in each arm; `bundle` is its path, or empty for the only one below `source`.

    The base may have none. Raises `UsageError` when the head has none, or several and nothing says which.
    """
    found: dict[Arm, tuple[str, str]] = {}
    for arm, tree in sides.items():
        paths = (
            [bundle]
            if bundle
            else [path for path in tree.paths() if path.endswith(".agent") and within_any(path, tuple(source))]
        )
        texts = tree.read_many(paths)
        if len(paths) > 1:
            which = ", ".join(paths)
            raise UsageError(f"agent {name} has several scripts: {which}", "name the one to run: `driver.bundle`")
        if texts:
            path, content = next(iter(texts.items()))
            found[arm] = (path, content.decode("utf-8", "replace"))
    if Arm.HEAD not in found:
        where = bundle or ", ".join(source)
        raise UsageError(f"agent {name} has no Agent Script in {where}", "correct `driver.bundle` or `source`")
    return found


def tool_targets(definition: Mapping[str, Json]) -> dict[str, str]:
    """Each tool's alias in a compiled definition, to the name of the action it calls."""
    version = definition.get("agentVersion")
    nodes = version.get("nodes") if isinstance(version, dict) else None
    targets: dict[str, str] = {}
    for node in nodes if isinstance(nodes, list) else []:
        tools = node.get("tools") if isinstance(node, dict) else None
        for tool in tools if isinstance(tools, list) else []:
            name, target = (tool.get("name"), tool.get("target")) if isinstance(tool, dict) else (None, None)
            if isinstance(name, str) and isinstance(target, str) and target:
                targets[name] = target
    return targets


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
