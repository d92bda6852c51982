"""From configuration and plan to the drivers that will run."""

from collections.abc import Mapping
from pathlib import Path

from gate.agents.replay import ReplayAgent
from gate.config import AgentConfig, Config
from gate.model.plan import AgentPlan, Plan
from gate.model.words import Arm
from gate.ports import Agent


def open_agents(root: Path, config: Config, plan: Plan) -> Mapping[str, Agent]:
    """A driver per agent that has a selected case. `root` is the repository that paths of the configuration start at.

    Raises `RecordingError` when a replayed agent was never recorded as it is now.
    """
    needed = {selected.case.partition("/")[0] for selected in plan.selected}
    return {agent.name: _open(root, config.agents[agent.name], agent) for agent in plan.agents if agent.name in needed}


def _open(root: Path, config: AgentConfig, agent: AgentPlan) -> Agent:
    fingerprints = {Arm.BASE: agent.base_fingerprint, Arm.HEAD: agent.head_fingerprint}
    return ReplayAgent(agent.name, root / config.driver.recordings, fingerprints)
