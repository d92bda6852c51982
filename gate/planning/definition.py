"""What a change of an agent's definition reaches. Always an `AgentDiff`, whichever way the definition is read.

The ways, in this order: a Salesforce project is read into a map and compared by meaning; `topics:` and `actions:` of
the configuration say by path patterns what a file is; otherwise any file of the definition is the whole agent.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from gate.model.agent_map import AgentDiff
from gate.repository.changes import ChangedPath


@dataclass(frozen=True, slots=True, kw_only=True)
class Impact:
    """What the changed files of one agent come to.

    `effects` has a sentence for each of them; `topics` are the topics the agent has on either side, empty = unknown;
    `bailouts` say why more is taken as affected than the files themselves show.
    """

    diff: AgentDiff | None
    effects: Mapping[str, str] = field(default_factory=dict)
    topics: frozenset[str] = frozenset()
    bailouts: tuple[str, ...] = ()


def whole_agent(agent: str, changes: Sequence[ChangedPath]) -> Impact:
    """Every changed file reaches every case of the agent."""
    reasons = tuple((change.path, f"agent {agent}") for change in changes)
    effects = {change.path: f"definition of {agent}: every case" for change in changes}
    return Impact(diff=AgentDiff(agent=agent, whole=reasons) if reasons else None, effects=effects)
