# pathlib cannot hold file names that are bytes:
# ruff: noqa: PTH113, PTH114, PTH115, PTH118, PTH120
"""The files of one side: a commit, or a folder on disk. All satisfy `gate.ports.Tree`.

A symbolic link reads as the file it leads to, and has that file's object id, so a changed target is a changed link.
A link that leaves the tree, runs in a circle or leads to a folder keeps the id of its own text and cannot be read.
"""

import os
import posixpath
from abc import ABC, abstractmethod
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from gate.errors import RepositoryError
from gate.ports import Tree
from gate.repository.git import Git
from gate.repository.links import FollowedTree
from gate.repository.objects import MAX_FILE_BYTES, Blobs, blob_id, file_id

_MAX_LINKS = 40  # as many as Linux follows
_LINK, _SUBMODULE = "120000", "160000"


def shown(name: bytes) -> str:
    """A file name as text; bytes that are no UTF-8 are written as escapes, so every report can print it."""
    return name.decode("utf-8", "backslashreplace")


class LinkedTree(ABC):
    """What the trees share: the listing, and links followed inside it.

    `submodules` maps the path of each nested repository to the commit it is at: its files are not part of the tree.
    """

    def __init__(self, names: Iterable[str], targets: Mapping[str, str], submodules: Mapping[str, str]) -> None:
        self._names = frozenset(names)
        self._targets = targets
        self._paths = tuple(sorted(self._names))
        self.submodules = submodules

    @abstractmethod
    def _id(self, path: str) -> str:
        """The object id of a listed path, links not followed."""

    @abstractmethod
    def _contents(self, paths: Sequence[str]) -> Iterable[bytes]:
        """The contents of listed paths that are no links, in order."""

    @property
    def links(self) -> Mapping[str, str]:
        """Where each link leads inside the tree (a file or a folder); "" when it leaves the tree."""
        return {link: self._follow(link) for link in self._targets}

    def followed(self) -> Tree:
        """The tree with the files behind folders that are links, as `FollowedTree`; itself when there are none."""
        behind = {link: folder for link, folder in self.links.items() if folder and folder not in self._names}
        return FollowedTree(self, behind) if behind else self

    def paths(self) -> Sequence[str]:
        """Every file's path, sorted; submodules are not files, and what a folder holds is not listed behind links."""
        return self._paths

    def object_id(self, path: str) -> str:
        """The blob id of the file a path leads to; raises KeyError when it is not there."""
        if path not in self._names:
            raise KeyError(path)
        final = self._follow(path) if self._targets else path
        return self._id(final if final in self._names and final not in self._targets else path)

    def read(self, path: str) -> bytes:
        """The content; raises KeyError when it is not there, `RepositoryError` when it must not or cannot be read."""
        if path not in self._names:
            raise KeyError(path)
        return next(iter(self._contents([self._final(path)])))

    def read_many(self, paths: Iterable[str]) -> dict[str, bytes]:
        """Several contents at once; absent paths are left out, an unreadable one raises `RepositoryError`."""
        wanted = [path for path in paths if path in self._names]
        return dict(zip(wanted, self._contents([self._final(path) for path in wanted]), strict=True))

    def _final(self, path: str) -> str:
        if path not in self._targets:
            return path
        final = self._follow(path)
        if not final:
            raise RepositoryError(
                f"{path} is a symbolic link that leaves the tree or runs in a circle ({self._targets[path]!r})",
                "replace the link with the file itself",
            )
        if final not in self._names:
            raise RepositoryError(
                f"{path} is a symbolic link to {final!r}, which is no file of the tree",
                "link to a file, or replace the link with what it stands for",
            )
        return final

    def _follow(self, path: str) -> str:
        for _ in range(_MAX_LINKS):
            link = self._first_link(path)
            if not link:
                return path
            target = self._targets[link]
            path = posixpath.normpath(posixpath.join(posixpath.dirname(link), target, path[len(link) + 1 :]))
            if target.startswith("/") or path == ".." or path.startswith("../"):
                return ""
        return ""

    def _first_link(self, path: str) -> str:
        parts = path.split("/")
        prefixes = ("/".join(parts[:count]) for count in range(1, len(parts) + 1))
        return next((prefix for prefix in prefixes if prefix in self._targets), "")


class GitTree(LinkedTree):
    """The files of a commit, from git's objects: one listing, one process for all contents."""

    def __init__(self, git: Git, blobs: Blobs, commit: str) -> None:
        self._blobs = blobs
        self._ids: dict[str, str] = {}
        submodules: dict[str, str] = {}
        links: list[str] = []
        for entry in git.output("ls-tree", "-r", "-z", "--full-tree", commit).split(b"\0")[:-1]:
            facts, _, name = entry.partition(b"\t")
            mode, _, object_id = facts.decode().split(" ")
            path = shown(name)
            if mode == _SUBMODULE:
                submodules[path] = object_id
                continue
            self._ids[path] = object_id
            if mode == _LINK:
                links.append(path)
        texts = blobs.read([self._ids[link] for link in links])
        super().__init__(self._ids, {link: shown(text) for link, text in zip(links, texts, strict=True)}, submodules)

    def _id(self, path: str) -> str:
        return self._ids[path]

    def _contents(self, paths: Sequence[str]) -> Iterable[bytes]:
        return self._blobs.read([self._ids[path] for path in paths])


class DiskTree(LinkedTree):
    """Files on disk below `root`. A file reached through a folder that is a link out of `root` is refused.

    `absent` are listed files that are not on disk; a subclass knows their ids and contents.
    """

    def __init__(
        self,
        root: Path,
        names: Iterable[bytes],
        submodules: Mapping[str, str],
        *,
        absent: Iterable[str] = (),
        algorithm: str = "sha1",
    ) -> None:
        self._root = os.fsencode(os.path.realpath(root))
        self._algorithm = algorithm
        self._files = {shown(name): name for name in names}
        self._known_ids: dict[str, str] = {}
        self._safe_folders: set[bytes] = set()
        targets = {path: link for path, name in self._files.items() if (link := self._link(name)) is not None}
        super().__init__({*self._files, *absent}, targets, submodules)

    def _link(self, name: bytes) -> str | None:
        place = os.path.join(self._root, name)
        return shown(os.readlink(place)) if os.path.islink(place) else None

    def _id(self, path: str) -> str:
        known = self._known_ids.get(path)
        if known is None:
            known = self._known_ids[path] = self._computed(path)
        return known

    def _computed(self, path: str) -> str:
        """The id of what is on disk, however large; of a file that cannot be read one that equals no other."""
        if path in self._targets:
            return blob_id(self._targets[path].encode(), self._algorithm)
        try:
            with self._open(path) as file:
                return file_id(file, self._algorithm)
        except RepositoryError:
            return f"unreadable {path}"

    def _contents(self, paths: Sequence[str]) -> Iterable[bytes]:
        return (self._content(path) for path in paths)

    def _content(self, path: str) -> bytes:
        with self._open(path) as file:
            content = file.read(MAX_FILE_BYTES + 1)
        if len(content) > MAX_FILE_BYTES:
            raise RepositoryError(f"{path} holds more than the {MAX_FILE_BYTES} bytes that are read of one file")
        return content

    @contextmanager
    def _open(self, path: str) -> Iterator[BinaryIO]:
        place = os.path.join(self._root, self._files[path])
        self._refuse_outside(os.path.dirname(place), path)
        try:
            with os.fdopen(os.open(place, os.O_RDONLY | os.O_NOFOLLOW), "rb") as file:
                yield file
        except OSError as error:
            raise RepositoryError(f"{path} cannot be read: {error.strerror}", "check the file's permissions") from error

    def _refuse_outside(self, folder: bytes, path: str) -> None:
        if folder in self._safe_folders:
            return
        real = os.path.realpath(folder)
        if real != self._root and not real.startswith(self._root + os.fsencode(os.sep)):
            raise RepositoryError(f"{path} lies behind a link that leaves the tree", "replace the link with a folder")
        self._safe_folders.add(folder)


class FolderTree(DiskTree):
    """The files of a folder that is no git repository (or is not to be read as one)."""

    def __init__(self, root: Path) -> None:
        if not root.is_dir():
            raise RepositoryError(f"{root} is no folder", "name a folder that exists")
        super().__init__(root, _walk(os.fsencode(os.path.realpath(root))), {})


def _walk(root: bytes) -> Iterable[bytes]:
    for folder, folders, files in os.walk(root):
        if b".git" in folders:
            folders.remove(b".git")
        linked = [name for name in folders if os.path.islink(os.path.join(folder, name))]
        for name in (*files, *linked):
            place = os.path.join(folder, name)
            if name != b".git" and (os.path.isfile(place) or os.path.islink(place)):
                yield os.path.relpath(place, root)
