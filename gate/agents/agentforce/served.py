"""Which agent of an org and which version of it answers, as the org's own records say."""

from dataclasses import dataclass

from gate.errors import UsageError
from gate.network.json_text import text_of
from gate.org.org import Org

_NAME_CHARACTERS = frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_")
EMPLOYEE = "AgentforceEmployeeAgent"
"""The type of agents that answer only as the user who asks."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Served:
    """An agent and the version that answers; `changed` is when its record last changed, e.g. by being activated."""

    org: Org
    agent: str
    id: str
    kind: str
    version: str
    version_id: str
    changed: str

    @property
    def words(self) -> str:
        """The version as a report names it; different whenever something else may have answered."""
        since = f", record of {self.changed}" if self.changed else ""
        return f"{self.agent} {self.version} in {self.org.words}{since}"


async def serving(org: Org, agent: str, version: str = "") -> Served | None:
    """What answers; None when that version is not there. `version` empty = the active one.

    Raises `UsageError` when the org has no such agent.
    """
    if not agent or not set(agent) <= _NAME_CHARACTERS:
        raise UsageError(f"{agent!r} is no developer name of an agent", "set `driver.agent` to the agent's API name")
    found = await org.query(f"SELECT Id, DeveloperName, AgentType FROM BotDefinition WHERE DeveloperName = '{agent}'")  # noqa: S608 - checked above
    if not found:
        raise UsageError(f"the org {org.instance_url} has no agent {agent}", "correct `driver.agent`, or publish it")
    which = f"DeveloperName = '{version}'" if version else "Status = 'Active'"
    agent_id = text_of(found[0].get("Id"))
    versions = await org.query(
        "SELECT Id, DeveloperName, Status, SystemModstamp FROM BotVersion "  # noqa: S608 - an id of the org's, a name that was checked
        f"WHERE BotDefinitionId = '{agent_id}' AND {which}"
    )
    if not versions:
        return None
    return Served(
        org=org,
        agent=agent,
        id=agent_id,
        kind=text_of(found[0].get("AgentType")),
        version=text_of(versions[0].get("DeveloperName")),
        version_id=text_of(versions[0].get("Id")),
        changed=text_of(versions[0].get("SystemModstamp")),
    )
