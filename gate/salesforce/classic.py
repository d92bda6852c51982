"""Classic agents: bots, their versions and planners, told apart from what Agent Script has generated."""

from collections.abc import Collection, Iterator
from dataclasses import dataclass, field

from gate.model.agent_map import Element, MappedAgent, Place, SourceFile, Unresolved
from gate.salesforce.components import Kind, without_version
from gate.salesforce.functions import Functions
from gate.salesforce.graph import digest
from gate.salesforce.metadata_xml import Document, Tag, labels_of, xml_meaning
from gate.salesforce.planner import Planner

_OLD_BOT = "Bot"  # the type of a bot that has dialogs and no planner


@dataclass(slots=True)
class _Candidate:
    """What a repository holds of one agent: bot files, versions with their number, planners with their name."""

    name: str
    bots: list[str] = field(default_factory=list)
    versions: list[tuple[int, str]] = field(default_factory=list)
    planners: list[tuple[str, str]] = field(default_factory=list)

    def paths(self) -> list[str]:
        """All its files."""
        return [*self.bots, *(path for _, path in self.versions), *(path for _, path in self.planners)]


def classic_agents(functions: Functions, scripted: Collection[str]) -> dict[str, MappedAgent]:
    """The agents of bots and planners, by name. Those that Agent Script generates are noted, not mapped again."""
    agents: dict[str, MappedAgent] = {}
    for candidate in _candidates(functions):
        if candidate.name in scripted:
            _note_generated(functions, candidate)
            continue
        agent = _Classic(candidate, functions).mapped()
        if agent:
            agents[candidate.name] = agent
    return agents


def _candidates(functions: Functions) -> list[_Candidate]:
    project = functions.backing.project
    found: dict[str, _Candidate] = {}

    def of(name: str) -> _Candidate:
        return found.setdefault(name.lower(), _Candidate(name))

    kinds: tuple[Kind, ...] = ("bot", "bot-version", "planner")
    wanted = [(path, item) for path, item in project.components.items() if item.kind in kinds]
    planned = {
        name.lower()
        for path, item in wanted
        if item.kind == "planner" and project.is_source(path)
        for name in (item.name, without_version(item.name)[0])
    }
    for path, item in sorted(wanted, key=lambda pair: (kinds.index(pair[1].kind), pair[0])):
        if not project.is_source(path) and (item.kind == "planner" or item.name.lower() not in planned):
            continue  # the bot of a planner in the sources may lie anywhere
        if item.kind == "bot":
            of(item.name).bots.append(path)
        elif item.kind == "bot-version":
            of(item.name).versions.append((_number(item.part), path))
        else:
            base, version = without_version(item.name)
            name = item.name if item.name.lower() in found or not version else base
            of(name).planners.append((item.name, path))
    return [found[name] for name in sorted(found)]


def _number(part: str) -> int:
    digits = part.partition(".")[0].lstrip("v")
    return int(digits) if digits.isdecimal() else 0


def _note_generated(functions: Functions, candidate: _Candidate) -> None:
    backing = functions.backing
    note = f"generated from the Agent Script of agent {candidate.name}, which is compared instead"
    bundles = [(name, path) for name, path in candidate.planners if "genAiPlannerBundles/" in path]
    folders = [path.rpartition("/")[0] + "/" for _, path in bundles]
    parts = [
        path
        for name in sorted({name for name, _ in bundles})
        for path in backing.project.find("planner-part", name)
        if path.startswith(tuple(folders))
    ]
    for path in (*candidate.paths(), *parts):
        backing.graph.files[path] = SourceFile(object_id=backing.identity(path), note=note)


class _Classic:
    """Puts one classic agent onto the graph: its bot, its newest version, and that version's planner."""

    def __init__(self, candidate: _Candidate, functions: Functions) -> None:
        self.candidate = candidate
        self.functions = functions
        self.backing = functions.backing
        self.name = candidate.name
        self.unresolved: list[Unresolved] = []
        self.variables: dict[str, None] = {}

    def mapped(self) -> MappedAgent | None:
        bots = [self._document(path) for path in self.candidate.bots]
        newest = max(self.candidate.versions, key=lambda item: item[0], default=(0, ""))[1]
        version = self._document(newest) if newest else None
        planner = self._planner(version)
        if planner is None and any(bot and bot.root.value("type") == _OLD_BOT for bot in bots):
            return None
        self.whole = self.backing.graph.place(Place(kind="agent", agent=self.name))
        for path, bot in zip(self.candidate.bots, bots, strict=True):
            self._add(f"bot:{self.name}", "bot settings", path, bot)
        if newest:
            self._add(f"bot-version:{self.name}", "bot version", newest, version)
        self._note_older(newest, planner)
        return self._agent(planner)

    def _agent(self, planner: str | None) -> MappedAgent:
        source = planner or self.candidate.paths()[0]
        if planner is None:
            what = f"no planner of agent {self.name} is in the project: its topics are not known"
            self.unresolved.append(Unresolved(path=source, line=1, what=what))
            self.backing.use_everything(self.whole)
            agent = MappedAgent(name=self.name, kind="classic", source=source)
        else:
            agent = Planner(self.name, planner, self.functions).mapped()
        return MappedAgent(
            name=agent.name,
            kind="classic",
            source=source,
            topics=agent.topics,
            actions=agent.actions,
            variables=tuple(self.variables),
            unresolved=(*self.unresolved, *agent.unresolved),
        )

    def _planner(self, version: Document | None) -> str | None:
        """The planner that the newest version names; without a version, the newest planner there is."""
        project = self.backing.project
        for link in version.root.all("conversationDefinitionPlanners") if version else ():
            paths = project.find("planner", link.value("genAiPlannerName"))
            if paths:
                return paths[0]
        ranked = sorted(self.candidate.planners, key=lambda item: (without_version(item[0])[1], item[0].lower()))
        return ranked[-1][1] if ranked else None

    def _note_older(self, newest: str, planner: str | None) -> None:
        """Which version is active is not in the metadata, so an edit of an older one counts in full."""
        note = f"another version of agent {self.name}, which may be the active one"
        others = (path for _, path in (*self.candidate.versions, *self.candidate.planners))
        for path in (path for path in others if path not in (newest, planner)):
            identity = self.backing.identity(path)
            self.backing.graph.files[path] = SourceFile(object_id=identity, note=note, agent=self.name)

    def _document(self, path: str) -> Document | None:
        found = self.backing.known.documents.read(self.backing.tree, [path])[path]
        if isinstance(found, Document):
            return found
        self.unresolved.append(Unresolved(path=path, line=found.line, what=f"cannot be read: {found.what}"))
        return None

    def _add(self, key: str, words: str, path: str, document: Document | None) -> None:
        graph, identity = self.backing.graph, self.backing.identity(path)
        if document is None:
            graph.files[path] = SourceFile(object_id=identity)
            graph.add(Element(id=key, digest=identity, path=path, unreadable="it cannot be read"), self.whole)
            return
        graph.files[path] = SourceFile(
            object_id=identity, labels=digest(labels_of(document.root)), comments=digest("\n".join(document.comments))
        )
        kept = [child for child in document.root.children if child.name not in _VERSIONED]
        meaning = xml_meaning(Tag(document.root.name, 1, children=kept))
        graph.add(Element(id=key, digest=digest(meaning), words=words, path=path), self.whole)
        self.variables.update(dict.fromkeys(_variables(document.root)))


_VERSIONED = frozenset({"fullName", "conversationDefinitionPlanners"})  # differ between versions that behave alike


def _variables(root: Tag) -> Iterator[str]:
    for tag in root.children:
        if tag.name in {"contextVariables", "conversationVariables"} and tag.value("developerName"):
            yield tag.value("developerName")
