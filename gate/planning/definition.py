"""What a change of an agent's definition reaches. Always an `AgentDiff`, whichever way the definition is read.

The ways, file by file: what a map of Salesforce agents read is compared by meaning; `topics:` and `actions:` of the
configuration say by path patterns what another file is; a file nobody claims is the whole agent.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property

from gate.model.agent_map import AgentDiff
from gate.model.case import Case
from gate.planning.by_map import MapReader, joined, may_matter
from gate.planning.by_pattern import PatternReader
from gate.planning.changes import Differences
from gate.planning.ground import Ground
from gate.planning.maps import Maps, of_unknown_type, unread
from gate.planning.names import canonical
from gate.planning.sides import Side
from gate.planning.tools import expected_tools
from gate.repository.changes import ChangedPath

_UNCLEAR = "cannot be followed"
_UNKNOWN_TYPE = f"{_UNCLEAR}: a type of metadata that this version does not know"


@dataclass(frozen=True, kw_only=True)
class Impact:
    """What the changed files of one agent come to.

    `effects` has a sentence for each file that is part of it; `topics` are the topics the agent has on either side,
    empty = unknown; `homes` the topics (canonical) in which an action (canonical) can be called; `bailouts` say why
    more is taken as affected than the files themselves show.
    """

    diff: AgentDiff | None
    effects: Mapping[str, str] = field(default_factory=dict)
    topics: frozenset[str] = frozenset()
    homes: Mapping[str, frozenset[str]] = field(default_factory=dict)
    bailouts: tuple[str, ...] = ()

    @cached_property
    def known_topics(self) -> frozenset[str]:
        """The canonical names of the topics that a case can be of."""
        changed = self.diff.topics if self.diff is not None else ()
        return frozenset(canonical(name) for name in (*self.topics, *changed))

    def visited(self, case: Case) -> frozenset[str]:
        """The canonical names of the topics a case runs through: its own, and those of the actions it expects.

        An action that one of its own topics has is called there.
        """
        own = frozenset(canonical(name) for name in (case.topic, case.expected_topic) if name)
        homes = (self.homes.get(tool, frozenset()) for tool in expected_tools(case))
        return own.union(*(there for there in homes if not there & own))


class DefinitionReader:
    """Tells the impact of each agent of one comparison."""

    def __init__(self, ground: Ground, sides: tuple[Side, Side], maps: tuple[Maps, Maps], found: Differences) -> None:
        self._ground = ground
        self._sides = sides
        self._differences = found
        self._maps = MapReader(*maps, found.files)
        self._mappable = any(may_matter(change) for change in found.files)

    def impact(self, agent: str, submodules: Sequence[str] = ()) -> Impact:
        """What the changes reach of this agent; a changed submodule reaches all of it."""
        config = self._ground.config.agents[agent]
        own = self._differences.of_agent(self._ground, agent)
        mapped = self._maps.impact(agent, config.source) if own or self._mappable else None
        known = mapped.effects if mapped is not None else {}
        reader = PatternReader(agent, config, *self._sides)
        effects = dict(known)
        for change in own:
            claimed = any(self._ground.claims(path, agent) for path in change.names)
            told = known.get(change.path, "") or (_unread(change) if mapped is not None else "")
            if told and (not claimed or known.get(change.path, "").startswith("affects nothing")):
                effects[change.path] = told
            else:
                reader.add(change, _UNKNOWN_TYPE if mapped is not None and of_unknown_type(change.path) else "")
        for path in submodules:
            reader.add(ChangedPath("modified", path))
        diff = joined([item for item in (mapped.diff if mapped is not None else None, reader.diff()) if item])
        topics = mapped.topics if mapped is not None else frozenset[str]()
        return Impact(
            diff=diff,
            effects=_both(effects, reader.effects),
            topics=topics | frozenset(config.topics),
            homes=mapped.homes if mapped is not None else {},
            bailouts=_bailouts(diff),
        )


def _both(first: Mapping[str, str], second: Mapping[str, str]) -> dict[str, str]:
    shared = {path: f"{first[path]}; {second[path]}" for path in first.keys() & second.keys()}
    return {**first, **second, **shared}


def _unread(change: ChangedPath) -> str:
    words = unread(change.path)
    return words if words and (not change.old_path or unread(change.old_path)) else ""


def _bailouts(diff: AgentDiff | None) -> tuple[str, ...]:
    if diff is None:
        return ()
    reasons = [*diff.every_case, *(reason for why in diff.topics.values() for reason in why)]
    unclear = (f"{reason[0]} {part}" for reason in reasons for part in reason if part.startswith(_UNCLEAR))
    return tuple(dict.fromkeys(unclear))
