"""From differences to what they affect: agents, their topics and actions, single cases; and why it may be unknown."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from gate.config import Config
from gate.model.agent_map import Reason
from gate.model.case import Case
from gate.model.counting import count, first_of
from gate.model.plan import IMPACT_UNKNOWN, AgentPlan, Change
from gate.planning.changes import Differences, described, kind_of, touched
from gate.planning.definition import DefinitionReader, Impact
from gate.planning.fingerprint import agent_fingerprint
from gate.planning.ground import Ground
from gate.planning.maps import Maps
from gate.planning.selection import affected_reasons, case_reasons, pull_request_reasons
from gate.planning.sides import Scope, Side
from gate.planning.suite import CaseChange, compare_suites
from gate.salesforce.sources import Known

_NAMED_CASES = 5
_NOTHING: Mapping[str, str] = {
    "gate": "a change of the gate itself: affects no case",
    "fixture": "no case of an agent of the configuration in force is in it: affects nothing",
    "test-data": "no case uses a key whose value changed: affects nothing",
    "agent": "affects nothing",
    "other": "no agent, fixture or test data: affects nothing",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Trace:
    """What changed and what that reaches. `widened` says why every case is affected; () = the impact is known."""

    ground: Ground
    base: Side
    head: Side
    differences: Differences
    impacts: Mapping[str, Impact]
    fingerprints: Mapping[str, tuple[str, str]]  # agent -> of its definition in base and head
    case_changes: Sequence[CaseChange]
    widened: tuple[str, ...]
    submodules: Mapping[str, tuple[str, ...]]  # agent -> changed submodules that touch its definition

    @property
    def bailouts(self) -> tuple[str, ...]:
        """Every reason why more runs than what changed seems to need."""
        moved = (
            f"submodule {path} changed and its files are not visible: every case of {agent} runs"
            for agent, paths in self.submodules.items()
            for path in paths
        )
        unclear = (text for impact in self.impacts.values() for text in impact.bailouts)
        return tuple(dict.fromkeys((*self.widened, *moved, *unclear)))

    def selection(self, cases: Sequence[Case]) -> dict[str, tuple[Reason, ...]]:
        """What a pull request runs of these cases, each with its reasons."""
        affected = self._affected(cases)
        agents = {case.agent for case in cases if case.key in affected}
        agents |= {name for name, impact in self.impacts.items() if impact.diff is not None}
        if self.ground.config.planning.always == "every-agent" and self.differences.any:
            agents |= self.impacts.keys()
        return pull_request_reasons(cases, affected, frozenset(agents))

    def _affected(self, cases: Sequence[Case]) -> dict[str, tuple[Reason, ...]]:
        own = {item.key: case_reasons(item, self.ground.config.test_data) for item in self.case_changes}
        wide = tuple((f"{IMPACT_UNKNOWN}: {why}",) for why in self.widened)
        affected = {
            case.key: (*wide, *own.get(case.key, ()), *affected_reasons(case, self.impacts[case.agent]))
            for case in cases
        }
        return {key: reasons for key, reasons in affected.items() if reasons}

    def agent_plan(self, agent: str, cases: Sequence[Case]) -> AgentPlan:
        """One agent: its fingerprints, and what of it is affected."""
        mine = [case for case in cases if case.agent == agent]
        diff = self.impacts[agent].diff
        base, head = self.fingerprints[agent]
        every = bool(self.widened) or (diff is not None and bool(diff.every_case))
        topics = {case.topic for case in mine if case.topic} | self.impacts[agent].topics if every else set()
        return AgentPlan(
            name=agent,
            base_fingerprint=base,
            head_fingerprint=head,
            affected=bool(mine and self.widened) or diff is not None or self._has_changed_case(agent),
            topics=tuple(sorted(topics | (diff.topics.keys() if diff is not None else set()))),
            actions=tuple(sorted({action.name for action in diff.actions})) if diff is not None else (),
        )

    def _has_changed_case(self, agent: str) -> bool:
        data = self.ground.config.test_data
        return any(item.key.startswith(f"{agent}/") and case_reasons(item, data) for item in self.case_changes)

    def changes(self) -> tuple[Change, ...]:
        """Every changed path with what it reaches, or why it reaches nothing."""
        told = self._told_of()
        parts = {path for impact in self.impacts.values() for path in impact.effects}
        files = [
            described(change, kind, _effect(told, change.names) or _NOTHING[kind])
            for change in self.differences.files
            for kind in (kind_of(change, self.ground, parts),)
        ]
        moved = [
            Change(
                path=path, status="modified", kind="agent" if self._owners(path) else "other", effect=self._moved(path)
            )
            for path in self.differences.submodules
        ]
        return tuple(sorted((*files, *moved), key=lambda change: change.path))

    def _owners(self, submodule: str) -> list[str]:
        return [agent for agent, paths in self.submodules.items() if submodule in paths]

    def _moved(self, submodule: str) -> str:
        owners = self._owners(submodule)
        return f"submodule: every case of {', '.join(owners)}" if owners else "submodule of no agent: affects nothing"

    def _told_of(self) -> Mapping[str, list[str]]:
        told: dict[str, list[str]] = defaultdict(list)
        for path, words in self._told():
            told[path].append(words)
        return told

    def _told(self) -> Iterator[tuple[str, str]]:
        for impact in self.impacts.values():
            yield from impact.effects.items()
        users: dict[str, list[str]] = defaultdict(list)
        for change in self.case_changes:
            name = change.key.partition("/")[2]
            if change.kind == "wording":
                yield change.path, f"case {name}: nothing that is evaluated changed, affects nothing"
            elif change.kind != "data":
                yield change.path, f"case {name} {change.kind}"
            for key in change.data_keys:
                users[key].append(name)
        manifest = self.ground.config.test_data
        for key, names in sorted(users.items()):
            yield manifest, f"key {key}: {_listed(names)}"


def _effect(told: Mapping[str, Sequence[str]], names: Iterable[str]) -> str:
    """What is told of a file under its names, without what says "nothing" where something else is said.

    Of several agents a change may reach one, and of a renamed file the place it left.
    """
    sentences = list(dict.fromkeys(words for name in names for words in told.get(name, ())))
    return "; ".join([words for words in sentences if not words.startswith("affects nothing")] or sentences)


def _listed(names: Sequence[str]) -> str:
    return f"{'case' if len(names) == 1 else 'cases'} {first_of(sorted(names), _NAMED_CASES)}"


def trace(config: Config, base: Side, head: Side, scope: Scope) -> Trace:
    """What differs between the sides and what that reaches, for every agent of the configuration."""
    ground = Ground(config)
    differences = Differences.between(base, head)
    changed = len(differences.files)
    widened = list(scope.bailouts)
    if changed > config.planning.max_files:
        widened.append(f"{count(changed, 'file')} changed, more than planning.max_files ({config.planning.max_files})")
    known = Known()
    maps = (Maps(ground, base.tree, known), Maps(ground, head.tree, known))
    submodules = {agent: _submodules(agent, maps, differences) for agent in config.agents}
    reader = DefinitionReader(ground, (base, head), maps, differences)
    return Trace(
        ground=ground,
        base=base,
        head=head,
        differences=differences,
        impacts={agent: reader.impact(agent, submodules[agent]) for agent in config.agents},
        fingerprints={agent: _fingerprints(agent, maps) for agent in config.agents},
        case_changes=compare_suites(base, head),
        widened=tuple(widened),
        submodules={agent: paths for agent, paths in submodules.items() if paths},
    )


def _submodules(agent: str, maps: tuple[Maps, Maps], differences: Differences) -> tuple[str, ...]:
    folders = tuple({folder for side in maps for folder in side.folders(agent)} if differences.submodules else ())
    return tuple(path for path in differences.submodules if touched(path, folders))


def _fingerprints(agent: str, maps: tuple[Maps, Maps]) -> tuple[str, str]:
    before, after = (agent_fingerprint(side.definition(agent)) for side in maps)
    return before, after
