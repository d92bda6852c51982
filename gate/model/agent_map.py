"""The map of the agents of a repository, and what differs between two maps.

A map has two faces over the same reading: `agents` is what people look at (topics, actions, targets), `elements` with
`used_by` is the graph that carries a change from a file up to the topics and agents it reaches.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

AgentKind = Literal["agent-script", "classic"]
RouteKind = Literal["transition", "delegation", "escalation", "set-variables", "other"]
Reason = tuple[str, ...]
"""A path a reviewer can check, from the changed file to what it reaches."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Unresolved:
    """What points nowhere: a reference, target or layout that the map could not follow."""

    path: str
    line: int
    what: str


@dataclass(frozen=True, slots=True, kw_only=True)
class MappedAction:
    """One action under one name the model sees.

    `name` is the definition, `alias` what the model and traces see ("" when the definition is called by its own name
    or only by the script). `target_type` is the scheme (`flow`, `apex`, `prompt`, …), `target` what stands behind it.
    `inputs` are the arguments a caller has to give, as far as the definition names them.
    """

    name: str
    alias: str = ""
    inputs: tuple[str, ...] = ()
    target: str = ""
    target_type: str = ""
    path: str = ""
    line: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Route:
    """A tool of a topic that moves the conversation instead of doing work; `to` is a topic or connected agent."""

    alias: str
    kind: RouteKind
    to: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class MappedTopic:
    """A topic (Salesforce also: subagent). `start` marks the one every conversation begins in."""

    name: str
    description: str = ""
    actions: tuple[MappedAction, ...] = ()
    routes: tuple[Route, ...] = ()
    start: bool = False
    path: str = ""
    line: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class MappedAgent:
    """One agent as its definition describes it. `actions` are those of no particular topic."""

    name: str
    kind: AgentKind
    source: str
    topics: tuple[MappedTopic, ...] = ()
    actions: tuple[MappedAction, ...] = ()
    prompts: tuple[str, ...] = ()
    retrievers: tuple[str, ...] = ()
    variables: tuple[str, ...] = ()
    backing: tuple[str, ...] = ()  # paths of the code, flows and templates that its actions reach
    files: tuple[str, ...] = ()  # paths of everything it is made of: its own files, the backing, and what that uses
    unresolved: tuple[Unresolved, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Element:
    """A piece of definition that can change on its own.

    `digest` covers its meaning only: not comments, blank lines, trailing whitespace, labels, or the order of unordered
    parts. `words` names it in a reason ("" = the reason skips it). `unreadable` says why its meaning is unknown; its
    digest is then that of its bytes, and a change of it widens to every agent it reaches.
    """

    id: str
    digest: str
    words: str = ""
    path: str = ""
    lines: tuple[int, int] = (0, 0)
    unreadable: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where a change can end: an agent as a whole, its routing, one of its topics or one of its actions.

    Kind agent or routing affects every case of the agent; `aliases` are the further names of an action.
    """

    kind: Literal["agent", "routing", "topic", "action"]
    agent: str
    topic: str = ""
    action: str = ""
    aliases: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceFile:
    """A file that was read: its content's identifier, and digests of what has no effect (labels, comments).

    `note` says why the file is not compared by meaning (a frozen copy, a generated bundle); "" when it is. With
    `agent` set, such a file may still be what runs, so an edit of it affects that agent as a whole.
    """

    object_id: str
    labels: str = ""
    comments: str = ""
    note: str = ""
    agent: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class AgentMap:
    """The agents of one side, and the graph beneath.

    `used_by` leads from an element or place to what uses it, by id; `places` are the ids where a change arrives.
    """

    agents: tuple[MappedAgent, ...] = ()
    elements: Mapping[str, Element] = field(default_factory=dict)
    used_by: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    places: Mapping[str, Place] = field(default_factory=dict)
    files: Mapping[str, SourceFile] = field(default_factory=dict)
    unresolved: tuple[Unresolved, ...] = ()  # of no agent in particular


@dataclass(frozen=True, slots=True, kw_only=True)
class AffectedAction:
    """An action that may behave differently, its other names, and why."""

    name: str
    topic: str
    reasons: tuple[Reason, ...]
    aliases: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class AgentDiff:
    """What of one agent may behave differently.

    `whole` (system text, variables, planner, unreadable files) and `routing` (descriptions, start, topics that came or
    went) affect every case of the agent; `topics` only the cases of that topic.
    """

    agent: str
    whole: tuple[Reason, ...] = ()
    routing: tuple[Reason, ...] = ()
    topics: Mapping[str, tuple[Reason, ...]] = field(default_factory=dict)
    actions: tuple[AffectedAction, ...] = ()

    @property
    def every_case(self) -> tuple[Reason, ...]:
        """Why every case of the agent is affected; empty when it is not so."""
        return self.whole + self.routing


@dataclass(frozen=True, slots=True, kw_only=True)
class MapDiff:
    """What differs in meaning between base and head: only affected agents, and what each changed file comes to.

    `effects` holds a sentence for every changed file that either map read, those that affect nothing included.
    """

    agents: tuple[AgentDiff, ...] = ()
    effects: Mapping[str, str] = field(default_factory=dict)

    def agent(self, name: str) -> AgentDiff | None:
        """What changed of one agent; None when nothing did."""
        return next((item for item in self.agents if item.agent == name), None)
