"""Links to folders: what lies in the folder is found behind the link as well."""

from bisect import bisect_left
from collections.abc import Iterable, Mapping, Sequence

from gate.errors import RepositoryError
from gate.ports import Tree

MAX_BEHIND = 200_000
"""Most files behind links to folders."""


class FollowedTree:
    """A tree in which the files of a folder are also found behind every link that leads to it.

    `folders` are the links with the folder each leads to; one that leads in a circle is not followed. Raises
    `RepositoryError` when there is no end to them.
    """

    def __init__(self, tree: Tree, folders: Mapping[str, str]) -> None:
        self._tree = tree
        self._folders = folders
        self._real: dict[str, str] = {}
        listed = tree.paths()
        for link, folder in folders.items():
            self._add(link, folder, (), listed)
        self._paths = tuple(sorted({*listed, *self._real}))

    def _add(self, link: str, folder: str, outer: Sequence[str], listed: Sequence[str]) -> None:
        if any(f"{place}/".startswith(f"{folder}/") for place in (*outer, link)):
            return
        beneath = listed[bisect_left(listed, f"{folder}/") : bisect_left(listed, f"{folder}0")]  # "0" follows "/"
        self._real |= {link + path[len(folder) :]: path for path in beneath}
        if len(self._real) > MAX_BEHIND:
            hint = "replace links to folders by the folders themselves"
            raise RepositoryError(f"more than {MAX_BEHIND} files lie behind links to folders", hint)
        for path in beneath:
            if path in self._folders:
                self._add(link + path[len(folder) :], self._folders[path], (*outer, folder), listed)

    def paths(self) -> Sequence[str]:
        """Every file's path, also the ones that lead through a link; sorted."""
        return self._paths

    def object_id(self, path: str) -> str:
        """The blob id of the file; raises KeyError when it is not there."""
        return self._tree.object_id(self._real.get(path, path))

    def read(self, path: str) -> bytes:
        """The content; raises KeyError when it is not there, `RepositoryError` when it must not or cannot be read."""
        return self._tree.read(self._real.get(path, path))

    def read_many(self, paths: Iterable[str]) -> dict[str, bytes]:
        """Several contents at once; absent paths are left out, an unreadable one raises `RepositoryError`."""
        wanted = {path: self._real.get(path, path) for path in paths}
        found = self._tree.read_many(dict.fromkeys(wanted.values()))
        return {path: found[real] for path, real in wanted.items() if real in found}
