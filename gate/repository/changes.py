"""Which paths differ between two trees, by object id: no diff is computed and no content read."""

from collections import defaultdict
from collections.abc import Iterable
from typing import Literal, NamedTuple

from gate.ports import Tree

ChangeStatus = Literal["added", "modified", "deleted", "renamed"]


class ChangedPath(NamedTuple):
    """A path that differs. `old_path` is set for a rename: same content, gone from there."""

    status: ChangeStatus
    path: str
    old_path: str = ""

    @property
    def names(self) -> tuple[str, ...]:
        """Its paths on either side."""
        return (self.path, self.old_path) if self.old_path else (self.path,)


def changed_paths(base: Tree, head: Tree) -> list[ChangedPath]:
    """Every difference from base to head, sorted by path.

    A deleted and an added path of equal content are one rename; with several candidates, the same file name goes
    first, then the order of paths.
    """
    before, after = set(base.paths()), set(head.paths())
    moved = _renames(base, before - after, head, after - before)
    changes = [ChangedPath("renamed", new, old) for new, old in moved.items()]
    changes += [ChangedPath("added", path) for path in after - before - moved.keys()]
    changes += [ChangedPath("deleted", path) for path in before - after - set(moved.values())]
    changes += [ChangedPath("modified", p) for p in before & after if base.object_id(p) != head.object_id(p)]
    return sorted(changes, key=lambda change: change.path)


def _renames(base: Tree, deleted: Iterable[str], head: Tree, added: Iterable[str]) -> dict[str, str]:
    sources: dict[str, list[str]] = defaultdict(list)
    for path in sorted(deleted):
        sources[base.object_id(path)].append(path)
    moved: dict[str, str] = {}
    for path in sorted(added):
        candidates = sources.get(head.object_id(path))
        if candidates:
            name = path.rpartition("/")[2]
            old = next((old for old in candidates if old.rpartition("/")[2] == name), candidates[0])
            candidates.remove(old)
            moved[path] = old
    return moved
