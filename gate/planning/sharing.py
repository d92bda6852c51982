"""The base's suite without parsing it again: only fixtures that differ between the sides are read twice."""

from collections.abc import Callable, Iterable, Sequence

from gate.config import Config
from gate.model.case import Case
from gate.planning.ground import Ground
from gate.ports import Tree


def base_cases(
    config: Config, base: Tree, head: Tree, head_cases: Sequence[Case], load: Callable[[Tree], Sequence[Case]]
) -> tuple[Case, ...]:
    """The cases of the base, given those of the head.

    A case is shared when its fixture is the same on both sides, and so is the test data if it uses any. `load` is given
    a tree of the remaining fixtures and the test data, and says which cases are in them.
    """
    ground = Ground(config)
    manifests = {path for tree in (base, head) for path in tree.paths() if ground.kind(path) == "test-data"}
    same_data = all(_same(base, head, path) for path in manifests)
    shared = [case for case in head_cases if (same_data or not case.data) and _same(base, head, case.path)]
    taken = {case.path for case in shared}
    rest = [path for path in base.paths() if path not in taken and ground.kind(path) == "fixture"]
    return (*shared, *load(PartOfTree(base, [*rest, *manifests]))) if rest else tuple(shared)


def _same(base: Tree, head: Tree, path: str) -> bool:
    try:
        return base.object_id(path) == head.object_id(path)
    except KeyError:
        return False


class PartOfTree:
    """Some files of a tree, as a tree."""

    def __init__(self, tree: Tree, paths: Iterable[str]) -> None:
        there = set(tree.paths())
        self._tree = tree
        self._paths = tuple(sorted(there.intersection(paths)))
        self._names = frozenset(self._paths)

    def paths(self) -> Sequence[str]:
        """The paths of the part."""
        return self._paths

    def object_id(self, path: str) -> str:
        """The identifier of a file's content; raises KeyError when it is not in the part."""
        if path not in self._names:
            raise KeyError(path)
        return self._tree.object_id(path)

    def read(self, path: str) -> bytes:
        """A file's content; raises KeyError when it is not in the part."""
        if path not in self._names:
            raise KeyError(path)
        return self._tree.read(path)

    def read_many(self, paths: Iterable[str]) -> dict[str, bytes]:
        """The contents of the files that are in the part."""
        return self._tree.read_many([path for path in paths if path in self._names])
