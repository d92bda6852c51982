"""What a changed file of a definition reaches when the configuration maps paths to topics and actions.

An action reaches the topics whose cases name it: the paths alone do not say which topics use it. A file that no pattern
claims is the whole agent.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence

from gate.config import AgentConfig
from gate.errors import RepositoryError
from gate.model.agent_map import AffectedAction, AgentDiff, Reason
from gate.model.case import Case
from gate.planning.names import canonical
from gate.planning.patterns import matches
from gate.planning.prompt_file import PROMPT_SUFFIXES, Part, changed_part
from gate.planning.sides import Side
from gate.planning.tools import mentioned_tools
from gate.repository.changes import ChangedPath


class PatternReader:
    """Collects, file by file, what the changes of one agent reach."""

    def __init__(self, name: str, agent: AgentConfig, base: Side, head: Side) -> None:
        self._name = name
        self._agent = agent
        self._sides = (base, head)
        self._whole: list[Reason] = []
        self._routing: list[Reason] = []
        self._topics: dict[str, list[Reason]] = defaultdict(list)
        self._actions: dict[str, list[Reason]] = defaultdict(list)
        self._users = _topics_by_tool(case for side in self._sides for case in side.cases if case.agent == name)
        self._named_before = _topics_by_tool(case for case in base.cases if case.agent == name)
        self._present: dict[tuple[int, str], bool] = {}
        self.effects: dict[str, str] = {}

    def add(self, change: ChangedPath, why: str = "") -> None:
        """Take in one changed file of the definition; `why` it is the whole agent if no pattern claims it."""
        part = self._part(change)
        if part == "nothing":
            self.effects[change.path] = "only record-keeping or whitespace changed: affects nothing"
            return
        topics = _claiming(self._agent.topics.items(), change.names)
        actions = _claiming(self._agent.actions.items(), change.names)
        told = [
            *(self._topic(change.path, topic, part) for topic in topics),
            *(self._action(change.path, action) for action in actions),
        ]
        if not told:
            self._whole.append((change.path, *([why] if why else []), f"agent {self._name}"))
            told = [f"agent {self._name}"]
        self.effects[change.path] = "affects " + ", ".join(dict.fromkeys(told))

    def diff(self) -> AgentDiff | None:
        """What all files together reach; None when that is nothing."""
        if not (self._whole or self._routing or self._topics or self._actions):
            return None
        return AgentDiff(
            agent=self._name,
            whole=tuple(self._whole),
            routing=tuple(self._routing),
            topics={topic: tuple(reasons) for topic, reasons in self._topics.items()},
            actions=tuple(
                AffectedAction(name=action, topic="", reasons=tuple(reasons))
                for action, reasons in self._actions.items()
            ),
        )

    def _part(self, change: ChangedPath) -> Part:
        if change.status != "modified" or not change.path.endswith(PROMPT_SUFFIXES):
            return "text"
        try:
            before, after = (side.tree.read(change.path) for side in self._sides)
        except (KeyError, RepositoryError):
            return "text"
        return changed_part(before, after)

    def _topic(self, path: str, topic: str, part: Part) -> str:
        if part == "frontmatter" or not (self._has(0, topic) and self._has(1, topic)):
            why = "frontmatter" if part == "frontmatter" else "topic came or went"
            self._routing.append((path, f"topic {topic} ({why})", f"routing of agent {self._name}"))
            return f"routing of agent {self._name}"
        self._topics[topic].append((path, f"topic {topic}"))
        return f"topic {topic}"

    def _has(self, side: int, topic: str) -> bool:
        if (side, topic) not in self._present:
            globs = self._agent.topics[topic]
            paths = self._sides[side].tree.paths()
            self._present[side, topic] = any(matches(path, glob) for path in paths for glob in globs)
        return self._present[side, topic]

    def _action(self, path: str, action: str) -> str:
        self._actions[action].append((path, f"action {action}"))
        users = self._users.get(canonical(action), {})
        for topic in sorted(users):
            self._topics[topic].append((path, f"action {action}", f"topic {topic}"))
        if canonical(action) not in self._named_before:  # a case added beside the change cannot narrow it
            self._whole.append((path, f"action {action}, which no case of a topic names", f"agent {self._name}"))
        return f"action {action}"


def _claiming(patterns: Iterable[tuple[str, Sequence[str]]], paths: Sequence[str]) -> Iterator[str]:
    return (name for name, globs in patterns if any(matches(path, glob) for path in paths for glob in globs))


def _topics_by_tool(cases: Iterable[Case]) -> dict[str, dict[str, None]]:
    users: dict[str, dict[str, None]] = defaultdict(dict)
    for case in cases:
        if case.topic:
            for tool in mentioned_tools(case):
                users[tool][case.topic] = None
    return users
