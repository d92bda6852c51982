"""What differs between the two sides, path by path: files and submodules."""

from collections.abc import Container
from dataclasses import dataclass

from gate.model.plan import Change
from gate.planning.ground import Ground, Kind
from gate.planning.patterns import within, within_any
from gate.planning.sides import Side
from gate.repository.changes import ChangedPath, changed_paths


@dataclass(frozen=True, slots=True)
class Differences:
    """Changed files, and changed submodules by path."""

    files: tuple[ChangedPath, ...]
    submodules: tuple[str, ...]

    @property
    def any(self) -> bool:
        """Whether anything differs at all."""
        return bool(self.files or self.submodules)

    @classmethod
    def between(cls, base: Side, head: Side) -> "Differences":
        """Everything that differs from base to head."""
        moved = base.submodules.items() ^ head.submodules.items()
        return cls(tuple(changed_paths(base.tree, head.tree)), tuple(sorted({path for path, _ in moved})))

    def of_agent(self, ground: Ground, agent: str) -> list[ChangedPath]:
        """The changes in one agent's definition; a rename counts wherever either of its names lies."""
        return [
            change
            for change in self.files
            if any(agent in ground.owners(path) and ground.kind(path) == "agent" for path in change.names)
        ]


def kind_of(change: ChangedPath, ground: Ground, definition: Container[str] = ()) -> Kind:
    """What a change touches: of the two names of a rename, the one that means more.

    `definition` are paths known to be part of an agent although they lie outside of its source (backing code).
    """
    kinds: list[Kind] = [ground.kind(path) for path in change.names]
    order: tuple[Kind, ...] = ("gate", "test-data", "fixture", "agent", "other")
    kind = min(kinds, key=order.index)
    return "agent" if kind == "other" and any(path in definition for path in change.names) else kind


def touched(submodule: str, folders: tuple[str, ...]) -> bool:
    """Whether a submodule lies in one of the folders, or one of them lies in it."""
    return within_any(submodule, folders) or any(within(folder, submodule) for folder in folders)


def described(change: ChangedPath, kind: Kind, effect: str) -> Change:
    """The change as the plan tells it."""
    return Change(path=change.path, status=change.status, kind=kind, effect=effect, old_path=change.old_path)
