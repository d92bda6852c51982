"""The Agent Script of an arm: where it lies in a tree, and what its compiled definition declares."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from gate.agents.agentforce.trace import Aliases
from gate.errors import UsageError
from gate.model.case import Case, Json
from gate.model.words import Arm
from gate.planning.patterns import within_any
from gate.ports import Tree

_TARGET = re.compile(rb"<target>[^<]*\.(v\d+)</target>")


@dataclass(frozen=True, slots=True, kw_only=True)
class ScriptText:
    """An arm's script. `version` is what its bundle is published as, `v0` where it never was."""

    path: str
    text: str
    version: str = "v0"


def find_scripts(name: str, bundle: str, source: Sequence[str], sides: Mapping[Arm, Tree]) -> Mapping[Arm, ScriptText]:
    """The script of each arm; `bundle` is its path, or empty for the only one below `source`.

    The base may have none. Raises `UsageError` when the head has none, or several and nothing says which.
    """
    found: dict[Arm, ScriptText] = {}
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
            text = content.decode("utf-8", "replace")
            found[arm] = ScriptText(path=path, text=text, version=_published_as(tree, path))
    if Arm.HEAD not in found:
        where = bundle or ", ".join(source)
        raise UsageError(f"agent {name} has no Agent Script in {where}", "correct `driver.bundle` or `source`")
    return found


def _published_as(tree: Tree, path: str) -> str:
    """`vN` of the target in the bundle's metadata; `v0` when it has none: it was never published."""
    beside = f"{path.removesuffix('.agent')}.bundle-meta.xml"
    target = _TARGET.search(tree.read_many([beside]).get(beside, b""))
    return target[1].decode() if target else "v0"


def tool_targets(definition: Mapping[str, Json]) -> Aliases:
    """By topic, each tool's alias in a compiled definition to the name of the action it calls."""
    version = definition.get("agentVersion")
    targets: dict[str, dict[str, str]] = {}
    for node in objects(version, "nodes"):
        for tool in objects(node, "tools"):
            name, target = tool.get("name"), tool.get("target")
            if isinstance(name, str) and isinstance(target, str) and target:
                targets.setdefault(str(node.get("developerName") or ""), {})[name] = target
    return targets


def undeclared(definition: Mapping[str, Json], case: Case) -> list[str]:
    """Variables of the case that the compiled definition does not know; none where it does not tell of any.

    What the script declares is seeded by its bare name; `$Context.…` are the platform's own.
    """
    version = definition.get("agentVersion")
    if not isinstance(version, dict) or not isinstance(version.get("stateVariables"), list):
        return []
    linked = objects(definition.get("globalConfiguration"), "contextVariables")
    declared = {str(one.get("developerName")) for one in (*objects(version, "stateVariables"), *linked)}
    return [one.name for one in case.variables if not one.name.startswith("$") and one.name not in declared]


def objects(value: Json, key: str) -> list[dict[str, Json]]:
    """The mappings in a list of foreign JSON."""
    items = value.get(key) if isinstance(value, dict) else None
    return [item for item in items if isinstance(item, dict)] if isinstance(items, list) else []
