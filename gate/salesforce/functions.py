"""Library actions (GenAiFunction): description, schemas and target, shared by every topic that names them."""

from dataclasses import dataclass, field

from gate.model.agent_map import Element, SourceFile, Unresolved
from gate.salesforce.backing import SCHEMES, Backing
from gate.salesforce.facts import Use
from gate.salesforce.graph import digest
from gate.salesforce.metadata_xml import Tag, labels_of, xml_meaning
from gate.salesforce.sources import Unreadable

ELSEWHERE = frozenset(
    {"api", "auraEnabled", "createCatalogItemRequest", "executeIntegrationProcedure", "mcpTool", "namedQuery",
     "quickAction", "runExpressionSet", "slack", "standardInvocableAction", "stub"}
)  # fmt: skip
"""Target types whose target is not a file this map reads."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Function:
    """A library action and where it leads."""

    name: str
    path: str
    line: int
    target: str
    target_type: str
    inputs: tuple[str, ...] = ()


@dataclass(slots=True)
class Functions:
    """Puts library actions on the graph, each once."""

    backing: Backing
    found: dict[str, Function] = field(default_factory=dict)

    def get(self, name: str) -> Function | None:
        """The library action of a name; None when the project does not hold it. Of several packages, all count."""
        key = name.lower()
        if key not in self.found:
            found = [self._read(name, path) for path in self.backing.project.find("function", name)]
            if not found:
                return None
            self.found[key] = found[0]
        return self.found[key]

    def _read(self, name: str, path: str) -> Function:
        backing = self.backing
        key = f"function:{name.lower()}"
        document = backing.known.documents.read(backing.tree, [path])[path]
        identity = backing.identity(path)
        inputs = self._add_schemas(name, key)
        if isinstance(document, Unreadable):
            backing.graph.files[path] = SourceFile(object_id=identity)
            backing.graph.add(
                Element(id=key, digest=identity, words=f"function {name}", path=path, unreadable=document.what)
            )
            what = f"cannot be followed: {document.what}"
            backing.graph.unresolved.append(Unresolved(path=path, line=document.line, what=what))
            backing.use_everything(key)
            return Function(name=name, path=path, line=document.line, target="", target_type="")
        root = document.root
        backing.graph.files[path] = SourceFile(
            object_id=identity, labels=digest(labels_of(root)), comments=digest("\n".join(document.comments))
        )
        backing.graph.add(Element(id=key, digest=digest(xml_meaning(root)), words="", path=path))
        link_target(backing, root, key, path)
        return Function(
            name=name,
            path=path,
            line=root.line,
            target=root.value("invocationTarget"),
            target_type=root.value("invocationTargetType"),
            inputs=inputs,
        )

    def _add_schemas(self, name: str, key: str) -> tuple[str, ...]:
        """Put the schemas on the graph; gives the inputs that they ask for."""
        inputs: tuple[str, ...] = ()
        for path in self.backing.project.find("function-schema", name):
            part = self.backing.project.components[path].part
            add_json(self.backing, path, f"{key}/{part}", f"schema {part} of function {name}", key)
            inputs += inputs_of(self.backing, path)
        return inputs


def link_target(backing: Backing, tag: Tag, key: str, path: str) -> None:
    """Follow `invocationTarget` of an action; a target that is not in the project is unresolved."""
    target, kind = tag.value("invocationTarget"), tag.value("invocationTargetType")
    line = next((child.line for child in tag.all("invocationTarget")), tag.line)
    present = bool(target) and backing.use_target(kind, Use(kind="metadata", name=target, line=line), key)
    what = f"target {target} ({kind}) is not in the project"
    if kind not in SCHEMES:
        present = kind in ELSEWHERE or (not kind and bool(tag.value("source")))
        what = f"target type {kind!r} is not known" if kind else "has no target"
    if not present:
        backing.graph.unresolved.append(Unresolved(path=path, line=line, what=what))


def inputs_of(backing: Backing, path: str) -> tuple[str, ...]:
    """The arguments that an action's input schema asks for; none of any other schema."""
    if path.split("/")[-2:-1] != ["input"]:
        return ()
    facts = backing.known.json.read(backing.tree, [path])[path]
    value = None if isinstance(facts, Unreadable) else facts.value
    if not isinstance(value, dict):
        return ()
    properties, required = value.get("properties"), value.get("required")
    names = required if isinstance(required, list) else list(properties) if isinstance(properties, dict) else []
    return tuple(name for name in names if isinstance(name, str))


def add_json(backing: Backing, path: str, key: str, words: str, *users: str) -> Unreadable | None:
    """Put a schema on the graph; gives why it cannot be read, if so."""
    facts = backing.known.json.read(backing.tree, [path])[path]
    identity = backing.identity(path)
    if isinstance(facts, Unreadable):
        backing.graph.files[path] = SourceFile(object_id=identity)
        backing.graph.add(Element(id=key, digest=identity, words=words, path=path, unreadable=facts.what), *users)
        return facts
    backing.graph.files[path] = SourceFile(object_id=identity, labels=facts.labels)
    backing.graph.add(Element(id=key, digest=facts.digest, words=words, path=path), *users)
    return None
