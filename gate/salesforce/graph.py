"""The graph of a map while it is built: elements, places, who uses what, and what could not be followed."""

import hashlib
from dataclasses import dataclass, field, replace

from gate.model.agent_map import AgentMap, Element, MappedAgent, Place, SourceFile, Unresolved


def digest(text: str) -> str:
    """SHA-256 (hex) of a meaning."""
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


def place_id(place: Place) -> str:
    """The id of a place; equal for the same place on both sides."""
    return "/".join(filter(None, (f"place:{place.kind}:{place.agent}", place.topic, place.action)))


@dataclass(slots=True)
class Graph:
    """What a reading has found so far. An element told twice (two topics of one name) has both meanings."""

    elements: dict[str, Element] = field(default_factory=dict)
    used_by: dict[str, dict[str, None]] = field(default_factory=dict)
    places: dict[str, Place] = field(default_factory=dict)
    files: dict[str, SourceFile] = field(default_factory=dict)
    unresolved: list[Unresolved] = field(default_factory=list)

    def add(self, element: Element, *users: str) -> str:
        """Keep an element and what uses it; gives its id. The same component in a second file is a part of it."""
        known = self.elements.get(element.id)
        if known and known.path and element.path != known.path:
            part = replace(element, id=f"{element.id}@{element.path}")
            self.elements[part.id] = self._merged(part)
            self.link(part.id, element.id)
        else:
            self.elements[element.id] = self._merged(element)
        for user in users:
            self.link(element.id, user)
        return element.id

    def _merged(self, element: Element) -> Element:
        known = self.elements.get(element.id)
        if known is None or known.digest == element.digest:
            return element
        both = digest(f"{known.digest} {element.digest}")
        return replace(known, digest=both, unreadable=known.unreadable or element.unreadable)

    def place(self, place: Place) -> str:
        """Keep a place; gives its id. An action belongs to its topic, and its further names add up."""
        key = place_id(place)
        known = self.places.get(key)
        if known:
            aliases = tuple(dict.fromkeys((*known.aliases, *place.aliases)))
            place = Place(kind=place.kind, agent=place.agent, topic=place.topic, action=place.action, aliases=aliases)
        self.places[key] = place
        return key

    def link(self, used: str, user: str) -> None:
        """Say that a change of `used` is a change of `user`."""
        self.used_by.setdefault(used, {})[user] = None

    def finish(self, agents: tuple[MappedAgent, ...]) -> AgentMap:
        """The frozen map."""
        return AgentMap(
            agents=agents,
            elements=self.elements,
            used_by={used: tuple(sorted(users)) for used, users in self.used_by.items()},
            places=self.places,
            files=self.files,
            unresolved=tuple(sorted(set(self.unresolved), key=lambda item: (item.path, item.line, item.what))),
        )
