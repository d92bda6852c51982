"""What a changed file comes to, in a sentence, for every file of a repository."""

from gate.model.agent_map import MapDiff
from gate.salesforce.components import Kind, component_of

_UNUSED: dict[Kind, str] = {
    "apex": "class",
    "apex-meta": "class",
    "flow": "flow",
    "prompt": "prompt template",
    "prompt-activation": "prompt template",
    "service": "external service",
    "object": "object",
    "label": "custom label",
    "function": "action",
    "function-schema": "action",
    "plugin": "topic",
    "surface": "surface",
}


def effect_of(path: str, diff: MapDiff) -> str:
    """The sentence for a changed file: from the difference, or why no map had to read the file."""
    if path in diff.effects:
        return diff.effects[path]
    component = component_of(path)
    if component is None:
        return "affects nothing: it is no part of an agent's definition"
    if component.kind in _UNUSED:
        return f"affects nothing: no agent uses this {_UNUSED[component.kind]}"
    return "affects nothing: it lies outside the agents' sources or the project's package folders"
