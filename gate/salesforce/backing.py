"""What stands behind actions: flows, classes, templates, services, objects; read only when an action reaches them."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from gate.model.agent_map import Element, SourceFile, Unresolved
from gate.ports import Tree
from gate.salesforce.apex import ApexFacts
from gate.salesforce.components import Kind
from gate.salesforce.facts import Facts, Use, UseKind
from gate.salesforce.graph import Graph, digest
from gate.salesforce.project import Project
from gate.salesforce.sources import Known, Unreadable, identity_of

SCHEMES: Mapping[str, UseKind] = {
    "apex": "apex",
    "flow": "flow",
    "prompt": "prompt",
    "generatePromptResponse": "prompt",
    "retriever": "retriever",
    "externalService": "service",
}
"""Target types whose target lies in the repository (a retriever lies in Data 360 and is only named)."""

_WORDS: Mapping[UseKind, str] = {
    "apex": "class",
    "flow": "flow",
    "prompt": "prompt template",
    "retriever": "retriever",
    "service": "external service",
    "object": "object",
    "label": "custom label",
    "resource": "static resource",
    "metadata": "metadata",
}
_CODE: tuple[Kind, ...] = ("apex", "flow", "prompt", "service")
_DATA = ("fields/", "validationRules/", "recordTypes/", "records/")  # parts of an object that code reads or writes by


@dataclass(slots=True)
class Backing:
    """Follows uses level by level; every file is read once, however many actions reach it."""

    tree: Tree
    project: Project
    known: Known
    graph: Graph
    waiting: dict[str, Use] = field(default_factory=dict)
    done: set[str] = field(default_factory=set)
    connected: dict[str, list[str]] = field(default_factory=dict)  # agent, lower case -> topics that hand over to it

    def use(self, used: Use, user: str) -> bool:
        """Say that `user` (an element or place) uses a component; False when the repository does not hold it."""
        if used.kind == "service":
            used = Use(kind="service", name=used.name.partition(".")[0], line=used.line)
        key = f"{used.kind}:{used.name.lower()}"
        match used.kind:
            case "retriever" | "label":  # no file of its own
                present = True
            case kind:
                present = bool(self.project.find(kind, used.name))
        if present:
            self.graph.link(key, user)
            if key not in self.done:
                self.waiting[key] = used
        return present or is_packaged(used.name)

    def use_target(self, scheme: str, used: Use, user: str) -> bool:
        """Say that `user` uses the target of an action; False when its type lies in the repository and it does not.

        A target of any other type may still have a file here: the class of a method or a REST resource, a quick action,
        a named query. What carries its name counts.
        """
        kind = SCHEMES.get(scheme)
        if kind:
            return self.use(Use(kind=kind, name=used.name, line=used.line), user)
        self.use(Use(kind="apex", name=used.name.partition(".")[0]), user)
        self.use(Use(kind="metadata", name=used.name), user)
        return True

    def use_everything(self, user: str) -> None:
        """Say that what `user` uses is not known: any class, flow, template or service may be among it."""
        for kind in _CODE:
            for name, paths in self.project.paths.get(kind, {}).items():
                for path in paths:
                    identity = self.identity(path)
                    self.graph.files.setdefault(path, SourceFile(object_id=identity))
                    self.graph.add(Element(id=f"{kind}-file:{name}", digest=identity, path=path), user)

    def follow_connected(self) -> None:
        """Tie every agent that is handed over to, to the topics that do so. Call when every agent has been read."""
        for key, place in list(self.graph.places.items()):
            if place.kind != "action":  # an action is part of its topic, or of the agent
                for topic in self.connected.get(place.agent.lower(), ()):
                    self.graph.link(key, topic)

    def identity(self, path: str) -> str:
        """An identifier equal for equal contents; one of its own for a content that cannot be had."""
        return identity_of(self.tree, path)

    def follow(self) -> None:
        """Read everything that was said to be used, and what that uses, until nothing is left."""
        while self.waiting:
            level, self.waiting = self.waiting, {}
            self.done.update(level)
            for kind in _WORDS:
                self._read(kind, {key: use for key, use in level.items() if use.kind == kind})

    def _read(self, kind: UseKind, level: Mapping[str, Use]) -> None:
        if kind == "retriever":
            for key, use in level.items():
                self.graph.add(Element(id=key, digest="", words=f"retriever {use.name}"))
        elif kind == "label":
            self._read_labels(level)
        else:
            self._read_files(kind, {path: k for k, use in level.items() for path in self.project.find(kind, use.name)})

    def _read_files(self, kind: UseKind, owners: Mapping[str, str]) -> None:
        if kind == "object":
            self._read_objects(owners)
        elif kind == "metadata":
            self._read_metadata(owners)
        elif kind == "resource":
            self._read_resources(owners)
        elif kind == "apex":
            for path, found in self.known.classes.read(self.tree, sorted(owners)).items():
                self._add_class(owners[path], path, found)
        else:
            memo = {"flow": self.known.flows, "prompt": self.known.prompts, "service": self.known.metadata}[kind]
            for path, facts in memo.read(self.tree, sorted(owners)).items():
                self._add(kind, owners[path], path, facts)

    def _add(self, kind: UseKind, key: str, path: str, found: Facts | Unreadable) -> None:
        if isinstance(found, Unreadable):
            self._add_unreadable(kind, key, path, found)
            return
        self._keep(kind, key, path, found.digest, labels=found.labels, comments=found.comments)
        for use in found.uses:
            if not self.use(use, key) and use.certain:
                what = f"{_WORDS[use.kind]} {use.name} is not in the project"
                self.graph.unresolved.append(Unresolved(path=path, line=use.line, what=what))
        name = self.project.components[path].name
        if kind == "prompt":
            self._add_activations(key, name)
        elif kind == "flow":  # a definition beside it says which version is active
            self.use(Use(kind="metadata", name=name), key)

    def _add_class(self, key: str, path: str, found: ApexFacts | Unreadable) -> None:
        if isinstance(found, Unreadable):
            self._add_unreadable("apex", key, path, found)
            return
        self._keep("apex", key, path, found.digest, comments=found.comments)
        for label in found.labels:
            self.use(Use(kind="label", name=label), key)
        name = self.project.components[path].name
        for meta, facts in self.known.plain.read(self.tree, self.project.find("apex-meta", name)).items():
            self._add_part(f"settings/{key}", key, meta, facts, f"settings of class {name}")
        for kind in ("apex", "object", "resource", "metadata"):
            names = self.project.paths.get(kind, {})
            for name in [word for word in found.words if word in names]:
                if f"{kind}:{name}" != key:
                    display = self.project.components[names[name][0]].name
                    self.use(Use(kind=kind, name=display), key)

    def _add_activations(self, key: str, name: str) -> None:
        paths = self.project.find("prompt-activation", name)
        for path, facts in self.known.plain.read(self.tree, paths).items():
            words = f"activation of prompt template {name}"
            self._add_part(f"activation:{name.lower()}", key, path, facts, words)

    def _read_labels(self, level: Iterable[str]) -> None:
        """The custom labels of every label file, as soon as one of them is used: a file holds many."""
        paths = sorted(path for found in self.project.paths.get("label", {}).values() for path in found)
        for path, document in self.known.documents.read(self.tree, paths).items():
            identity = self.identity(path)
            if isinstance(document, Unreadable):
                self.graph.files[path] = SourceFile(object_id=identity)
                for key in level:
                    self.graph.add(Element(id=key, digest=identity, path=path, unreadable=document.what))
                continue
            shown = digest("\n".join(tag.value("shortDescription") for tag in document.root.all("labels")))
            self.graph.files[path] = SourceFile(object_id=identity, labels=shown)
            for tag in document.root.all("labels"):
                name = tag.value("fullName")
                element = Element(
                    id=f"label:{name.lower()}",
                    digest=digest(tag.value("value")),
                    words=f"custom label {name}",
                    path=path,
                    lines=(tag.line, tag.last_line),
                )
                if element.id not in self.graph.elements:
                    self.graph.add(element)

    def _read_objects(self, owners: Mapping[str, str]) -> None:
        paths = [path for path in owners if _is_data(self.project.components[path].part)]
        for key in sorted(set(owners.values())):
            name = next(self.project.components[path].name for path in owners if owners[path] == key)
            self.graph.add(Element(id=key, digest="", words=f"object {name}"))
        for path, facts in self.known.object_parts.read(self.tree, sorted(paths)).items():
            key = owners[path]
            self._add_part(f"{key}/{self.project.components[path].part.lower()}", key, path, facts, "")
            self._use_all(facts, key)

    def _read_metadata(self, owners: Mapping[str, str]) -> None:
        for path, facts in self.known.metadata.read(self.tree, sorted(owners)).items():
            key = owners[path]
            self.graph.add(Element(id=key, digest=""))
            self._add_part(f"{key}/{path}", key, path, facts, "")
            self._use_all(facts, key)

    def _use_all(self, facts: Facts | Unreadable, user: str) -> None:
        for use in () if isinstance(facts, Unreadable) else facts.uses:
            if f"{use.kind}:{use.name.lower()}" != user:
                self.use(use, user)

    def _read_resources(self, owners: Mapping[str, str]) -> None:
        """The files of static resources, compared byte by byte whatever they are."""
        for path, key in sorted(owners.items()):
            identity = self.identity(path)
            self.graph.files[path] = SourceFile(object_id=identity)
            words = f"static resource {self.project.components[path].name}"
            self.graph.add(Element(id=key, digest="", words=words))
            self.graph.add(Element(id=f"{key}/{path}", digest=identity, path=path), key)

    def _add_part(self, key: str, owner: str, path: str, found: Facts | Unreadable, words: str) -> None:
        identity = self.identity(path)
        if isinstance(found, Unreadable):
            self.graph.files[path] = SourceFile(object_id=identity)
            self.graph.add(Element(id=key, digest=identity, words=words, path=path, unreadable=found.what), owner)
            return
        self.graph.files[path] = SourceFile(object_id=identity, labels=found.labels, comments=found.comments)
        self.graph.add(Element(id=key, digest=found.digest, words=words, path=path), owner)

    def _keep(self, kind: UseKind, key: str, path: str, meaning: str, *, labels: str = "", comments: str = "") -> None:
        self.graph.files[path] = SourceFile(object_id=self.identity(path), labels=labels, comments=comments)
        words = f"{_WORDS[kind]} {self.project.components[path].name}"
        self.graph.add(Element(id=key, digest=meaning, words=words, path=path))

    def _add_unreadable(self, kind: UseKind, key: str, path: str, found: Unreadable) -> None:
        identity = self.identity(path)
        words = f"{_WORDS[kind]} {self.project.components[path].name}"
        self.graph.files[path] = SourceFile(object_id=identity)
        self.graph.add(Element(id=key, digest=digest(identity), words=words, path=path, unreadable=found.what))
        self.graph.unresolved.append(Unresolved(path=path, line=found.line, what=f"cannot be followed: {found.what}"))
        self.use_everything(key)


def is_packaged(name: str) -> bool:
    """Whether a name carries a namespace: a standard or packaged component, which has no file in the repository."""
    return "__" in name.removesuffix("__c")


def _is_data(part: str) -> bool:
    return part.endswith(".xml") and (part.startswith(_DATA) or ".object" in part)
