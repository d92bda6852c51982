"""The Salesforce DX projects of a tree: package folders, ignored files, and the components found in them."""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from gate.model.agent_map import Unresolved
from gate.ports import Tree
from gate.salesforce.components import Component, Kind, component_of, without_version
from gate.salesforce.ignore import Ignored

PROJECT_FILE = "sfdx-project.json"
IGNORE_FILE = ".forceignore"


@dataclass(slots=True, kw_only=True)
class Project:
    """What the tree holds: `components` by path, `paths` by kind and name, `sources` the folders agents come from."""

    components: dict[str, Component] = field(default_factory=dict)
    paths: dict[Kind, dict[str, list[str]]] = field(default_factory=dict)
    sources: "Folders | None" = None
    connected: set[str] = field(default_factory=set)  # agents the sources hand over to, lower case
    ignored: list[str] = field(default_factory=list)
    replacements: dict[str, str] = field(default_factory=dict)  # project file -> its replacements as text
    unresolved: list[Unresolved] = field(default_factory=list)

    def find(self, kind: Kind, name: str) -> list[str]:
        """The files of a component; names are compared without case, as the platform does."""
        return self.paths.get(kind, {}).get(name.lower(), [])

    def is_source(self, path: str) -> bool:
        """Whether agents may be defined in this file; one that a source hands over to may lie anywhere."""
        if self.sources is None or path in self.sources:
            return True
        name, _ = without_version(self.components[path].name)
        return name.lower() in self.connected


class Folders:
    """Folders and files as a set of everything beneath them; "" is the whole tree."""

    def __init__(self, folders: Iterable[str]) -> None:
        self._exact = frozenset(folders)
        self._beneath = tuple(folder and f"{folder}/" for folder in sorted(self._exact))

    def __contains__(self, path: str) -> bool:
        return path.startswith(self._beneath) or path in self._exact


def read_project(tree: Tree, sources: Sequence[str] = ()) -> Project:
    """The components of every package folder, at any depth; the whole tree when no project file says otherwise.

    With `sources` (folders or files), agents come from there only, but what they use may lie in any package of the
    projects around or beneath those sources, and what is in none of them in another project of the tree.
    """
    paths = sorted(tree.paths())
    files = [path for path in paths if path.endswith((PROJECT_FILE, IGNORE_FILE))]
    settings = tree.read_many(path for path in files if path.rpartition("/")[2] in {PROJECT_FILE, IGNORE_FILE})
    named = tuple(source.strip("/").removeprefix("./") for source in sources if source.strip("/."))
    project, lent = Project(sources=Folders(named) if named else None), Project()
    roots: dict[bool, list[str]] = {True: [], False: []}
    rules: dict[str, Ignored] = {}
    for path, content in settings.items():
        if path.endswith(PROJECT_FILE):
            folder = path.removesuffix(PROJECT_FILE)
            own = _concerns(path, named)
            roots[own] += _packages(content, path, folder, project if own else lent)
            rules[folder] = Ignored(settings.get(folder + IGNORE_FILE, b"").decode("utf-8-sig", "replace"))
    wanted, others = Folders((*roots[True], *named) if roots[True] else ("",)), Folders(roots[False])
    _collect((path for path in paths if path in wanted), rules, project)
    _collect((path for path in paths if path in others and path not in wanted), rules, lent)
    _lend(lent, project)
    return project


def _lend(lender: Project, project: Project) -> None:
    """Give a project what another one has and it lacks; a component of its own name is never another one's."""
    for kind, names in lender.paths.items():
        mine = project.paths.setdefault(kind, {})
        for name in names.keys() - mine.keys():
            mine[name] = names[name]
            project.components |= {path: lender.components[path] for path in names[name]}


def _collect(paths: Iterable[str], rules: Mapping[str, Ignored], project: Project) -> None:
    active = {folder: rule for folder, rule in rules.items() if rule}
    for path in paths:
        component = component_of(path)
        if component is None:
            continue
        if any(path.startswith(folder) and rule.matches(path[len(folder) :]) for folder, rule in active.items()):
            project.ignored.append(path)
            continue
        project.components[path] = component
        project.paths.setdefault(component.kind, {}).setdefault(component.name.lower(), []).append(path)


def package_folders(tree: Tree) -> tuple[str, ...]:
    """The package folders of every project of a tree; "" is the whole tree."""
    files = tree.read_many(path for path in tree.paths() if path.rpartition("/")[2] == PROJECT_FILE)
    found = (
        _packages(content, path, path.removesuffix(PROJECT_FILE), Project()) for path, content in sorted(files.items())
    )
    return tuple(dict.fromkeys(folder for folders in found for folder in folders))


def _concerns(path: str, sources: Sequence[str]) -> bool:
    """Whether a project holds a source, or lies in one."""
    folder = path.removesuffix(PROJECT_FILE)
    return not sources or any(f"{source}/".startswith(folder) or path in Folders([source]) for source in sources)


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
