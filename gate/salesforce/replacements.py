"""Replacements of a project file: text that is put into files at deploy, so a change of them changes those files."""

import json
from collections.abc import Iterable

from gate.model.agent_map import Element, Place, SourceFile
from gate.salesforce.backing import Backing
from gate.salesforce.graph import digest
from gate.salesforce.ignore import Ignored


def add_replacements(backing: Backing) -> None:
    """Tie each replacement to the elements of the files it changes. Call when every file has been read."""
    for project_file, text in sorted(backing.project.replacements.items()):
        folder = project_file.rpartition("/")[0]
        prefix = f"{folder}/" if folder else ""
        note = "its replacements are the same, and the same components are found with it"
        backing.graph.files[project_file] = SourceFile(object_id=backing.identity(project_file), note=note)
        for item in json.loads(text):
            pattern = str(item.get("filename") or item.get("glob") or "") if isinstance(item, dict) else ""
            if pattern:
                _tie(backing, project_file, prefix, pattern, json.dumps(item, sort_keys=True))


def add_unreadable(backing: Backing, agents: Iterable[str]) -> None:
    """Tie each project file that cannot be read to the agents as a whole: it may replace text in any file of theirs."""
    wholes = [backing.graph.place(Place(kind="agent", agent=name)) for name in agents]
    for found in backing.project.unresolved:
        identity = backing.identity(found.path)
        backing.graph.files[found.path] = SourceFile(object_id=identity)
        key = f"project:{found.path}"
        backing.graph.add(Element(id=key, digest=identity, path=found.path, unreadable=found.what), *wholes)


def _tie(backing: Backing, project_file: str, prefix: str, pattern: str, meaning: str) -> None:
    rule = Ignored("/" + pattern.removeprefix("./"))
    users = [
        element.id
        for element in backing.graph.elements.values()
        if element.path.startswith(prefix) and rule.matches(element.path[len(prefix) :])
    ]
    key = f"replacement:{project_file}/{pattern}"
    words = f"replacement in {pattern}"
    backing.graph.add(Element(id=key, digest=digest(meaning), words=words, path=project_file), *users)
