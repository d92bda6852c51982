"""The maps of affected agents for the summary of a job."""

from dataclasses import replace

from gate.cli.workspace import Workspace
from gate.model.plan import Plan
from gate.planning.ground import Ground
from gate.planning.maps import Maps
from gate.reports.escape import markdown, one_line
from gate.salesforce.drawing import mermaid

LONGEST_CHART, MOST_EDGES = 50_000, 500
"""Characters and edges of a diagram that Mermaid draws: https://mermaid.js.org/config/schema-docs/config.html."""


def charts(workspace: Workspace, plan: Plan) -> tuple[str, ...]:
    """The head's map of every affected Salesforce agent, folded, as markdown."""
    maps = Maps(Ground(workspace.config), workspace.head.tree)
    found = ((agent.name, _drawn(agent.name, workspace, maps)) for agent in plan.agents if agent.affected)
    return tuple(_folded(name, chart) for name, chart in found if chart)


def _drawn(name: str, workspace: Workspace, maps: Maps) -> str:
    source = workspace.config.agents[name].source
    if not maps.defines_agents(source):
        return ""
    found = maps.of(source)
    own = maps.own(name, found)
    agents = tuple(agent for agent in found.agents if agent.name in own)
    return mermaid(replace(found, agents=agents)) if agents else ""


def _folded(name: str, chart: str) -> str:
    edges = chart.count("--> ") + chart.count(".-> ")
    fits = len(chart) <= LONGEST_CHART and edges <= MOST_EDGES
    shown = f"```mermaid\n{chart}```" if fits else "Too large to draw; `agent-gate graph` prints it."
    return f"\n<details><summary>Map of {markdown(one_line(name))}</summary>\n\n{shown}\n\n</details>\n"
