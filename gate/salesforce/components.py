"""Which metadata component a path belongs to, by folder and suffix (names of the platform's metadata registry)."""

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

Kind = Literal[
    "script", "bundle-meta", "bot", "bot-version", "planner", "planner-part", "plugin", "function", "function-schema",
    "prompt", "prompt-activation", "flow", "apex", "service", "object", "definition-version", "surface",
    "apex-meta", "label", "resource", "metadata",
]  # fmt: skip


@dataclass(frozen=True, slots=True)
class Component:
    """A file of a component. `name` is the API name, `part` the path beneath the component's folder."""

    kind: Kind
    name: str
    part: str = ""


_FOLDER = re.compile(
    r"(?:^|/)(aiAuthoringBundles|bots|genAiPlannerBundles|genAiPlanners|genAiPlugins|genAiFunctions"
    r"|genAiPromptTemplates|genAiPromptTemplateActivations|classes|flows|externalServiceRegistrations|objects"
    r"|labels|aiAgents|aiAgentDefinitionVersions|aiSurfaces|aiResponseFormats|staticresources)(?=/)"
)
_SUFFIX = {
    "genAiPlanners": ("planner", ".genAiPlanner"),
    "genAiPlugins": ("plugin", ".genAiPlugin"),
    "genAiPromptTemplates": ("prompt", ".genAiPromptTemplate"),
    "genAiPromptTemplateActivations": ("prompt-activation", ".genAiPromptTemplateActivation"),
    "flows": ("flow", ".flow"),
    "classes": ("apex", ".cls"),
    "externalServiceRegistrations": ("service", ".externalServiceRegistration"),
    "labels": ("label", ".labels"),
    "aiSurfaces": ("surface", ".aiSurface"),
    "aiResponseFormats": ("surface", ".aiResponseFormat"),
}
AGENT_LIKE = re.compile(r"(?:^|/)(?:ai|genAi|bot|agent|conversation)[^/]*/(?:[^/]+/){0,2}[^/]+\Z", re.IGNORECASE)
"""Files of types that are, or may be, part of agents; those not known here count in full."""
TESTS = re.compile(r"(?:^|/)(?:aiEvaluationDefinitions|aiTestingDefinitions)/[^/]+\Z")
"""Files of agent tests, which only look at an agent."""
VISIBILITY = re.compile(
    r"(?:^|/)(?:permissionsets|permissionsetgroups|mutingpermissionsets|profiles|sharingRules|restrictionRules|settings)/"
)
"""Folders of what decides what the platform does for the agent, and which records its user may see."""
SHOWN = re.compile(
    r"(?:^|/)(?:lwc|aura|reports|dashboards)/"
    r"|(?:^|/)(?:pages|components|labels|layouts|tabs|applications|flexipages|reportTypes|pathAssistants)/[^/]+\Z"
)
"""Folders of what people look at and no agent runs."""
_FLOW_VERSION = re.compile(r"-\d+\Z")
_VERSION = re.compile(r"[#_]v?(\d+)\Z")


@lru_cache(maxsize=1 << 17)
def component_of(path: str) -> Component | None:
    """The component a file belongs to; None for a file that is no part of an agent or of what stands behind one."""
    if path.endswith(".agent"):
        folder, _, file = path.rpartition("/")
        name = folder.rpartition("/")[2] if "aiAuthoringBundles/" in path else file.removesuffix(".agent")
        return Component("script", name, file)
    for match in reversed(list(_FOLDER.finditer(path))):  # any folder above may be called like a type
        folder, rest = match[1], path[match.end() + 1 :]
        name, _, part = rest.partition("/")
        found = _by_suffix(folder, rest) if folder in _SUFFIX else _by_folder(folder, name, part)
        if found is not None:
            return found
    return _other(path)


def _other(path: str) -> Component | None:
    """A component that is only known by its name; a record of a custom metadata type is a part of that type."""
    if not path.endswith("-meta.xml") or any(other.search(path) for other in (AGENT_LIKE, VISIBILITY, SHOWN)):
        return None
    folder, _, file = path.rpartition("/")
    name = file.removesuffix("-meta.xml").rpartition(".")[0]
    if folder.rpartition("/")[2] == "customMetadata":
        kind, _, record = name.partition(".")
        return Component("object", f"{kind}__mdt", f"records/{record}.xml")
    return Component("metadata", name) if name else None


def _by_suffix(folder: str, rest: str) -> Component | None:
    kind, suffix = _SUFFIX[folder]
    file = rest.rpartition("/")[2]
    if kind == "apex" and file.endswith(".cls-meta.xml"):
        return Component("apex-meta", file.removesuffix(".cls-meta.xml"))
    name = file if kind == "apex" else file.removesuffix("-meta.xml").removesuffix(".xml")
    if not name.endswith(suffix):
        return Component("service", file.partition(".")[0], file) if kind == "service" else None
    name = name.removesuffix(suffix)
    name = _FLOW_VERSION.sub("", name) if kind == "flow" else name
    return Component(kind, name)  # type: ignore[arg-type]  # the values of _SUFFIX are kinds


def _by_folder(folder: str, name: str, part: str) -> Component | None:
    file = part.removesuffix("-meta.xml")
    kind: Kind
    match folder:
        case "aiAuthoringBundles":
            kind = "bundle-meta"
        case "bots" if file.endswith((".bot", ".botVersion")):
            kind = "bot" if file.endswith(".bot") else "bot-version"
        case "genAiPlannerBundles":
            kind = "planner" if file == f"{name}.genAiPlannerBundle" else "planner-part"
        case "genAiFunctions":
            kind = "function" if file.endswith(".genAiFunction") else "function-schema"
        case "objects" if part.endswith(".xml"):
            kind = "object"
        case "staticresources":
            return Component("resource", name.partition(".")[0], part)
        case "aiAgents" | "aiAgentDefinitionVersions":
            return Component("definition-version", name.partition(".")[0], part)
        case _:
            return None
    return Component(kind, name, part) if part else None


def without_version(name: str) -> tuple[str, int]:
    """A name without its version suffix (`Agent_v3`, `Agent_3`, `Agent#3`), and the version (0 = none)."""
    match = _VERSION.search(name)
    return (name[: match.start()], int(match[1])) if match and match.start() else (name, 0)
