"""Two maps to what differs in meaning, and to whom it matters."""

from collections.abc import Iterable, Iterator, Mapping

from gate.model.agent_map import AffectedAction, AgentDiff, AgentMap, Element, MapDiff, Place, Reason, SourceFile

MAX_REASONS = 20
"""Most reasons kept for one place; the shortest ones."""

_WHOLE_FILE = ("apex:", "flow:", "prompt:", "service:", "function:")
_WIDEST_FIRST = {"agent": 0, "routing": 1, "topic": 2, "action": 3}


def diff_maps(base: AgentMap, head: AgentMap) -> MapDiff:
    """What of each agent may behave differently in head. Equal maps give an empty difference.

    A change is carried along the references of both sides, so a use that head removed counts as well.
    """
    sides = _Sides(base, head)
    arrivals: dict[str, dict[Reason, None]] = {}
    reached: dict[str, set[str]] = {}
    for element in sides.changed():
        targets = dict(sides.walk(element))
        for target, reason in targets.items():
            arrivals.setdefault(target, {})[reason] = None
        for path in sides.paths_of(element):
            reached.setdefault(path, set()).update(targets)
    for path, key, reason in sides.edited_copies():
        arrivals.setdefault(key, {})[reason] = None
        reached.setdefault(path, set()).add(key)
    found = {key: _shortest(reasons) for key, reasons in sorted(arrivals.items())}
    names = sorted({sides.places[key].agent for key in found})
    effects = {path: _effect(path, sides, reached.get(path)) for path in sides.changed_files()}
    return MapDiff(agents=tuple(_agent(name, found, sides.places) for name in names), effects=effects)


def place_words(place: Place) -> str:
    """A place as it reads in a reason."""
    match place.kind:
        case "agent":
            return f"agent {place.agent}"
        case "routing":
            return f"routing of agent {place.agent}"
        case "topic":
            return f"topic {place.topic}"
        case "action":
            return f"action {place.action}"


class _Sides:
    """Base and head laid over each other."""

    def __init__(self, base: AgentMap, head: AgentMap) -> None:
        self.base = base
        self.head = head
        self.places = {**base.places, **head.places}
        self.used_by = _union(base.used_by, head.used_by)

    def changed(self) -> Iterator[Element]:
        """Every element whose meaning differs; where one side is unreadable, that side, so that the reason says so."""
        for key in sorted(self.base.elements.keys() | self.head.elements.keys()):
            before, after = self.base.elements.get(key), self.head.elements.get(key)
            if before and after and before.digest == after.digest:
                continue
            shown = before if before and (after is None or before.unreadable) else after
            if shown and shown.path:
                yield shown

    def paths_of(self, element: Element) -> frozenset[str]:
        """The files that hold an element, on either side: another file may have taken its place."""
        found = (side.elements.get(element.id) for side in (self.base, self.head))
        return frozenset(one.path for one in found if one is not None)

    def changed_files(self) -> Iterator[str]:
        """Every file that a map read and that is not the same on both sides."""
        before, after = self.base.files, self.head.files
        for path in sorted(before.keys() | after.keys()):
            if not (path in before and path in after and before[path].object_id == after[path].object_id):
                yield path

    def edited_copies(self) -> Iterator[tuple[str, str, Reason]]:
        """Path, place and reason of each edited file that is not compared by meaning and yet may be what runs."""
        for path in self.changed_files():
            before, after = self.base.files.get(path), self.head.files.get(path)
            if before and after and after.agent:
                key = f"place:agent:{after.agent}"
                yield path, key, (path, after.note, self._words(key))

    def walk(self, element: Element) -> Iterator[tuple[str, Reason]]:
        """Every place a change reaches, each by its shortest path. A cycle of uses is walked once."""
        start = _start(element)
        came_from = {element.id: ""}
        waiting = [element.id]
        for key in waiting:  # grows while it is read
            new = [user for user in self.used_by.get(key, ()) if user not in came_from]
            came_from |= dict.fromkeys(new, key)
            waiting += new
        for key in waiting:
            if key in self.places:
                yield key, (*start, *self._path(key, came_from))
        if element.unreadable:
            yield from self._widened(came_from, start)

    def _path(self, key: str, came_from: Mapping[str, str]) -> Reason:
        """The words of every step to a place, from behind the element where a walk began."""
        steps: list[str] = []
        while came_from[key]:
            steps.append(self._words(key))
            key = came_from[key]
        return tuple(filter(None, reversed(steps)))

    def _widened(self, seen: Iterable[str], start: Reason) -> Iterator[tuple[str, Reason]]:
        """The agents as a whole that an unreadable element reaches in any way."""
        reached = set(seen)
        for agent in sorted({self.places[key].agent for key in reached if key in self.places}):
            key = f"place:agent:{agent}"
            if key not in reached:
                yield key, (*start, self._words(key))

    def _words(self, key: str) -> str:
        if key in self.places:
            return place_words(self.places[key])
        element = self.head.elements.get(key) or self.base.elements.get(key)
        return element.words if element else ""


def _start(element: Element) -> Reason:
    """The file, then what of it changed; a file that is one component needs no more than its path."""
    if element.unreadable:
        return (element.path, f"cannot be followed: {element.unreadable}")
    if not element.words or (element.id.startswith(_WHOLE_FILE) and "/" not in element.id):
        return (element.path,)
    return (element.path, element.words)


def _union(*sides: Mapping[str, tuple[str, ...]]) -> Mapping[str, tuple[str, ...]]:
    result: dict[str, dict[str, None]] = {}
    for side in sides:
        for used, users in side.items():
            result.setdefault(used, {}).update(dict.fromkeys(users))
    return {used: tuple(sorted(users)) for used, users in result.items()}


def _shortest(reasons: Iterable[Reason]) -> tuple[Reason, ...]:
    return tuple(sorted(reasons, key=lambda reason: (len(reason), reason))[:MAX_REASONS])


def _agent(name: str, found: Mapping[str, tuple[Reason, ...]], places: Mapping[str, Place]) -> AgentDiff:
    mine = [(places[key], reasons) for key, reasons in found.items() if places[key].agent == name]
    return AgentDiff(
        agent=name,
        whole=next((reasons for place, reasons in mine if place.kind == "agent"), ()),
        routing=next((reasons for place, reasons in mine if place.kind == "routing"), ()),
        topics={place.topic: reasons for place, reasons in mine if place.kind == "topic"},
        actions=tuple(
            AffectedAction(name=place.action, topic=place.topic, aliases=place.aliases, reasons=reasons)
            for place, reasons in mine
            if place.kind == "action"
        ),
    )


def _effect(path: str, sides: _Sides, targets: Iterable[str] | None) -> str:
    """What a changed file comes to, in a sentence without its subject; `targets` None = nothing in it changed."""
    before, after = sides.base.files.get(path), sides.head.files.get(path)
    told = _told(sides.places[key] for key in targets or ())
    if told:
        return "affects " + ", ".join(told)
    note = next((side.note for side in (after, before) if side and side.note), "")
    if note:
        return f"affects nothing: {note}"
    if targets is not None:
        return "affects nothing: no action uses what changed in it"
    if before and after:
        return f"affects nothing: only {_cosmetic(before, after)} changed"
    return "affects nothing: the same definition was or is in another file"


def _cosmetic(before: SourceFile, after: SourceFile) -> str:
    kinds = (("labels", before.labels != after.labels), ("comments", before.comments != after.comments))
    return " and ".join(word for word, there in kinds if there) or "whitespace or the order of unordered elements"


def _told(targets: Iterable[Place]) -> list[str]:
    """The widest places first; an agent as a whole stands for everything in it."""
    places = list(targets)
    whole = {place.agent for place in places if place.kind == "agent"}
    kept = [place for place in places if place.kind == "agent" or place.agent not in whole]
    order = sorted(kept, key=lambda place: (_WIDEST_FIRST[place.kind], place.agent, place.topic, place.action))
    return list(dict.fromkeys(map(place_words, order)))
