"""The planner of a classic agent on the graph: its topics from the library or local copies, and agent-level actions."""

from collections.abc import Iterable

from gate.model.agent_map import Element, MappedAction, MappedAgent, MappedTopic, Place, SourceFile, Unresolved
from gate.salesforce.backing import is_packaged
from gate.salesforce.compiled import add_graph
from gate.salesforce.functions import Functions, add_json, inputs_of, link_target
from gate.salesforce.graph import digest
from gate.salesforce.metadata_xml import Tag, labels_of, without_org_suffix, xml_meaning
from gate.salesforce.sources import Unreadable

_ROUTING = frozenset(
    {"description", "scope", "aiPluginUtterances", "pluginType", "developerName", "localDeveloperName"}
)
_ACTIONS = frozenset({"genAiFunctions", "localActions", "localActionLinks"})
_NAMES = frozenset({"fullName", "developerName", "localDeveloperName", "name", "language"})
_TOPIC_LISTS = frozenset({"genAiPlugins", "genAiFunctions", "plannerActions", "localTopics", "localTopicLinks"})


class Planner:
    """Reads one planner or planner bundle."""

    def __init__(self, agent: str, path: str, functions: Functions) -> None:
        self.agent = agent
        self.path = path
        self.functions = functions
        self.backing = functions.backing
        self.graph = functions.backing.graph
        self.whole = self.graph.place(Place(kind="agent", agent=agent))
        self.routing = self.graph.place(Place(kind="routing", agent=agent))
        self.topics: dict[str, MappedTopic] = {}
        self.unresolved: list[Unresolved] = []

    def mapped(self) -> MappedAgent:
        """The agent as its planner describes it."""
        root = self._root(self.path, f"planner:{self.agent}", self.whole)
        actions: list[MappedAction] = []
        if root is not None:
            self._add_settings(root)
            self._add_topics(root)
            actions = [*self._library("", root, "genAiFunctionName"), *self._local("", root.all("plannerActions"))]
        self._add_parts()
        return MappedAgent(
            name=self.agent,
            kind="classic",
            source=self.path,
            topics=tuple(self.topics.values()),
            actions=tuple(actions),
            unresolved=tuple(self.unresolved),
        )

    def _root(self, path: str, key: str, *users: str) -> Tag | None:
        found = self.backing.known.documents.read(self.backing.tree, [path])[path]
        identity = self.backing.identity(path)
        if isinstance(found, Unreadable):
            self.graph.files[path] = SourceFile(object_id=identity)
            self.graph.add(Element(id=key, digest=identity, path=path, unreadable=found.what), *users)
            self._note(path, found.line, f"cannot be read: {found.what}")
            self.backing.use_everything(key)
            return None
        self.graph.files[path] = SourceFile(
            object_id=identity, labels=digest(labels_of(found.root)), comments=digest("\n".join(found.comments))
        )
        return found.root

    def _add_file(self, path: str, key: str, *users: str) -> None:
        root = self._root(path, key, *users)
        if root is not None:
            self._add(key, "", path, root.children, *users)

    def _add_settings(self, root: Tag) -> None:
        """What is of the planner itself; an attribute mapping of one topic's action belongs to that topic."""
        mappings: dict[str, list[Tag]] = {}
        settings: list[Tag] = []
        for child in root.children:
            if child.name == "attributeMappings":
                topic = without_org_suffix(child.value("attributeName").partition(".")[0])
                mappings.setdefault(topic, []).append(child)
            elif child.name not in _TOPIC_LISTS and child.name not in _NAMES:
                settings.append(child)
        self._add(f"planner:{self.agent}", "planner settings", self.path, settings, self.whole)
        surfaces = self.backing.project.paths.get("surface", {})
        for name in sorted({tag.text.lower() for tag in root.walk()} & surfaces.keys()):
            for path in surfaces[name]:
                self._add_file(path, f"surface:{name}", self.whole)
        for topic, tags in mappings.items():
            self._add(
                f"mapping:{self.agent}/{topic}", f"mappings of topic {topic}", self.path, tags, self._topic_place(topic)
            )

    def _add_topics(self, root: Tag) -> None:
        for link in root.all("genAiPlugins"):
            name = link.value("genAiPluginName")
            custom = next(link.all("genAiCustomizedPlugin"), None)
            if custom is not None:
                self._add_topic(name, custom, self.path)
            else:
                self._add_plugin(name, link)
        for topic in root.all("localTopics"):
            self._add_topic(_name_of(topic), topic, self.path)
        known = {tag.value("fullName") for tag in root.all("localTopics")}
        for link in root.all("localTopicLinks"):
            name = link.value("genAiPluginName")
            if name not in known:
                self._add_plugin(name, link)

    def _add_plugin(self, name: str, link: Tag) -> None:
        paths = self.backing.project.find("plugin", name)
        if not paths:
            self._add_presence(f"plugin-link:{self.agent}/{name}", name)
            self.topics.setdefault(name, MappedTopic(name=name, path=self.path, line=link.line))
            if not is_packaged(name):
                self._note(self.path, link.line, f"topic {name} is not in the project")
            return
        self._add_presence(f"plugin-link:{self.agent}/{name}", name)
        for path in paths:
            root = self._root(path, f"plugin:{name.lower()}", self._topic_place(name), self.whole)
            if root is None:
                self.topics.setdefault(name, MappedTopic(name=name, path=path))
            else:
                self._add_topic(name, root, path)

    def _add_presence(self, key: str, topic: str) -> None:
        element = Element(id=key, digest="", words=f"use of topic {topic}", path=self.path)
        self.graph.add(element, self._topic_place(topic), self.routing)

    def _add_topic(self, name: str, tag: Tag, path: str) -> None:
        place = self._topic_place(name)
        routing = [child for child in tag.children if child.name in _ROUTING]
        body = [child for child in tag.children if child.name not in _ROUTING | _ACTIONS | _NAMES]
        self._add(f"routing:{self.agent}/{name}", f"description of topic {name}", path, routing, place, self.routing)
        self._add(f"body:{self.agent}/{name}", f"instructions of topic {name}", path, body, place)
        if name in self.topics:
            self._note(path, tag.line, f"topic {name} is defined twice, first on line {self.topics[name].line}")
        local = {item.value("fullName"): item for item in tag.all("localActions")}
        linked = [item.value("functionName") for item in tag.all("localActionLinks")]
        for missing in (item for item in linked if item not in local and not self._is_known(item)):
            self._note(path, tag.line, f"action {missing} of topic {name} is not in the project")
        actions = (*self._library(name, tag, "functionName", path), *self._local(name, local.values(), path))
        self.topics[name] = MappedTopic(
            name=name, description=tag.value("description"), actions=actions, path=path, line=tag.line
        )

    def _is_known(self, function: str) -> bool:
        return is_packaged(function) or self.functions.get(function) is not None

    def _library(self, topic: str, tag: Tag, key: str, path: str = "") -> list[MappedAction]:
        """The library actions that a topic, or the planner itself, names."""
        result: list[MappedAction] = []
        names = [(link.value(key), link.line) for link in tag.all("genAiFunctions")]
        for name, line in names:
            place = self._action_place(topic, name)
            element = Element(id=f"use:{self.agent}/{topic}/{name}", digest="", path=path or self.path)
            self.graph.add(element, place)
            function = self.functions.get(name)
            if function is None:
                result.append(MappedAction(name=name, path=path or self.path, line=line))
                if not is_packaged(name):
                    self._note(path or self.path, line, f"action {name} is not in the project")
                continue
            self.graph.link(f"function:{name.lower()}", place)
            result.append(
                MappedAction(
                    name=name,
                    inputs=function.inputs,
                    target=function.target,
                    target_type=function.target_type,
                    path=function.path,
                    line=function.line,
                )
            )
        return result

    def _local(self, topic: str, tags: Iterable[Tag], path: str = "") -> list[MappedAction]:
        """The actions that are written out inside the planner bundle."""
        result: list[MappedAction] = []
        for tag in tags:
            name = _name_of(tag)
            key = f"local:{self.agent}/{topic}/{name}"
            parts = [child for child in tag.children if child.name not in _NAMES]
            self._add(key, "", path or self.path, parts, self._action_place(topic, name))
            link_target(self.backing, tag, key, path or self.path)
            result.append(
                MappedAction(
                    name=name,
                    inputs=self._inputs(topic, name),
                    target=tag.value("invocationTarget"),
                    target_type=tag.value("invocationTargetType"),
                    path=path or self.path,
                    line=tag.line,
                )
            )
        return result

    def _inputs(self, topic: str, action: str) -> tuple[str, ...]:
        """What the input schema beside a local action asks for."""
        wanted = ["localActions", topic, action, "input"] if topic else ["plannerActions", action, "input"]
        folder = self.path.rpartition("/")[0] + "/"
        name = self.backing.project.components[self.path].name
        paths = [path for path in self.backing.project.find("planner-part", name) if path.startswith(folder)]
        own = (path for path in paths if list(map(without_org_suffix, path[len(folder) :].split("/")))[:-1] == wanted)
        return next((inputs_of(self.backing, path) for path in own), ())

    def _add_parts(self) -> None:
        """The other files of the bundle: schemas of local actions, the compiled graph, and what is not known."""
        folder = self.path.rpartition("/")[0] + "/"
        name = self.backing.project.components[self.path].name
        for path in self.backing.project.find("planner-part", name):
            if path.startswith(folder):
                self._add_part(path, path[len(folder) :].split("/"))

    def _add_part(self, path: str, parts: list[str]) -> None:
        key = f"part:{self.agent}/" + "/".join(map(without_org_suffix, parts))
        match parts:
            case ["localActions", topic, action, *_]:
                topic, action = without_org_suffix(topic), without_org_suffix(action)
                add_json(self.backing, path, key, f"schema of action {action}", self._action_place(topic, action))
            case ["plannerActions", action, *_]:
                action = without_org_suffix(action)
                add_json(self.backing, path, key, f"schema of action {action}", self._action_place("", action))
            case ["agentGraph", _]:
                self.unresolved += add_graph(self.backing, self.agent, path, self.topics)
            case _:
                identity = self.backing.identity(path)
                what = "a file of the planner bundle that this map does not know"
                self.graph.files[path] = SourceFile(object_id=identity)
                self.graph.add(Element(id=key, digest=identity, path=path, unreadable=what), self.whole)
                self._note(path, 1, f"{what}: its changes affect every case")

    def _add(self, key: str, words: str, path: str, tags: Iterable[Tag], *users: str) -> None:
        tags = list(tags)
        lines = (min((tag.line for tag in tags), default=1), max((tag.last_line for tag in tags), default=1))
        meaning = xml_meaning(Tag("", 1, children=tags))
        self.graph.add(Element(id=key, digest=digest(meaning), words=words, path=path, lines=lines), *users)

    def _topic_place(self, topic: str) -> str:
        return self.graph.place(Place(kind="topic", agent=self.agent, topic=topic))

    def _action_place(self, topic: str, action: str) -> str:
        key = self.graph.place(Place(kind="action", agent=self.agent, topic=topic, action=action))
        self.graph.link(key, self._topic_place(topic) if topic else self.whole)
        return key

    def _note(self, path: str, line: int, what: str) -> None:
        self.unresolved.append(Unresolved(path=path, line=line, what=what))


def _name_of(tag: Tag) -> str:
    return without_org_suffix(tag.value("localDeveloperName", "developerName", "fullName", "name"))
