"""The Salesforce DX projects of a tree: package folders, ignored files, and the components found in them."""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from gate.model.agent_map import Unresolved
from gate.ports import Tree
from gate.salesforce.components import Component, Kind, component_of
from gate.salesforce.ignore import Ignored

PROJECT_FILE = "sfdx-project.json"


@dataclass(slots=True, kw_only=True)
class Project:
    """What the tree holds: `components` by path, `paths` by kind and name, `sources` the folders agents come from."""

    components: dict[str, Component] = field(default_factory=dict)
    paths: dict[Kind, dict[str, list[str]]] = field(default_factory=dict)
    sources: tuple[str, ...] = ()
    ignored: list[str] = field(default_factory=list)
    replacements: dict[str, str] = field(default_factory=dict)  # project file -> its replacements as text
    unresolved: list[Unresolved] = field(default_factory=list)

    def find(self, kind: Kind, name: str) -> list[str]:
        """The files of a component; names are compared without case, as the platform does."""
        return self.paths.get(kind, {}).get(name.lower(), [])

    def is_source(self, path: str) -> bool:
        """Whether agents may be defined in this file."""
        return not self.sources or _within(path, self.sources)


def read_project(tree: Tree, sources: Sequence[str] = ()) -> Project:
    """The components of every package folder, at any depth; the whole tree when no project file says otherwise.

    With `sources` (folders or files), agents come from there only, but what they use may lie in any package.
    """
    paths = sorted(tree.paths())
    project = Project(sources=tuple(source.strip("/").removeprefix("./") for source in sources if source.strip("/.")))
    roots, rules = _roots(tree, paths, project)
    wanted = (*roots, *project.sources) if roots else ()
    for path in paths:
        if wanted and not _within(path, wanted):
            continue
        component = component_of(path)
        if component is None:
            continue
        if _is_ignored(path, rules):
            project.ignored.append(path)
            continue
        project.components[path] = component
        project.paths.setdefault(component.kind, {}).setdefault(component.name.lower(), []).append(path)
    return project


def _roots(tree: Tree, paths: Iterable[str], project: Project) -> tuple[tuple[str, ...], Mapping[str, Ignored]]:
    files = [path for path in paths if path == PROJECT_FILE or path.endswith("/" + PROJECT_FILE)]
    folders = {path: path.removesuffix(PROJECT_FILE) for path in files}
    contents = tree.read_many([*files, *(folder + ".forceignore" for folder in folders.values())])
    roots: list[str] = []
    rules: dict[str, Ignored] = {}
    for path, folder in folders.items():
        roots += _packages(contents.get(path, b""), path, folder, project)
        ignore = Ignored(contents.get(folder + ".forceignore", b"").decode("utf-8", "replace"))
        if ignore:
            rules[folder] = ignore
    return tuple(roots), rules


def _packages(content: bytes, path: str, folder: str, project: Project) -> list[str]:
    try:
        value = json.loads(content)
        packages = [str(item["path"]) for item in value["packageDirectories"]]
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        what = f"is not a readable project file ({type(error).__name__}): every folder beside it is searched"
        project.unresolved.append(Unresolved(path=path, line=1, what=what))
        return [folder.rstrip("/")]
    if value.get("replacements"):
        project.replacements[path] = json.dumps(value["replacements"], sort_keys=True)
    return [(folder + package.replace("\\", "/").removeprefix("./")).strip("/") for package in packages]


def _is_ignored(path: str, rules: Mapping[str, Ignored]) -> bool:
    return any(path.startswith(folder) and rule.matches(path[len(folder) :]) for folder, rule in rules.items())


def _within(path: str, folders: Iterable[str]) -> bool:
    return any(not folder or path == folder or path.startswith(folder + "/") for folder in folders)
