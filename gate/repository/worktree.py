# pathlib cannot hold file names that are bytes:
# ruff: noqa: PTH116, PTH118
"""The working tree of a repository: what a commit of everything not ignored would hold."""

import os
import re
import stat
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from gate.errors import RepositoryError
from gate.repository.git import Git
from gate.repository.objects import Blobs, algorithm_of
from gate.repository.trees import DiskTree, shown

_SUBMODULE = "160000"
_ENTRY = re.compile(
    rb"(?P<tag>\S) (?P<mode>\d{6}) (?P<id>[0-9a-f]+) \d\t(?P<name>[^\0]+)\0"
    rb"\s+ctime: (?P<ctime>\d+:\d+)\s+mtime: (?P<mtime>\d+:\d+)[^\0]*?\tino: \d+[^\0]*?size: (?P<size>\d+)\t.*\n"
)


@dataclass(frozen=True, slots=True)
class IndexEntry:
    """A tracked file as git last saw it: object id, and the size and times (nanoseconds) it had on disk then."""

    name: bytes
    mode: str
    object_id: str
    sparse: bool
    size: int
    mtime: int
    ctime: int


class WorkTree(DiskTree):
    """Tracked files as they are on disk, and untracked ones that are not ignored.

    A file whose size and times are those git noted when it last looked keeps the id git noted, so line-ending
    conversion and filters never make an untouched file look changed, and nothing is read to know it. A file left out
    by a sparse checkout is read from git's objects.
    """

    def __init__(self, git: Git, blobs: Blobs) -> None:
        self._blobs = blobs
        entries = read_index(git)
        tracked = {entry.name: entry for entry in entries if entry.mode != _SUBMODULE}
        submodules = {shown(entry.name): _checked_out(git, entry) for entry in entries if entry.mode == _SUBMODULE}
        others = [name for name in git.output("ls-files", "-z", "--others", "--exclude-standard").split(b"\0") if name]
        submodules |= {shown(name.rstrip(b"/")): "" for name in others if name.endswith(b"/")}
        root = os.fsencode(os.path.realpath(git.root))
        states = {name: state for name in tracked if (state := _state(os.path.join(root, name))) is not None}
        self._absent = {
            shown(entry.name): entry.object_id
            for entry in tracked.values()
            if entry.sparse and entry.name not in states
        }
        algorithm = algorithm_of(entries[0].object_id) if entries else "sha1"
        names = {*states, *(name for name in others if not name.endswith(b"/"))}
        super().__init__(git.root, names, submodules, absent=self._absent, algorithm=algorithm)
        written = _index_seconds(git)
        self._known_ids |= {
            shown(name): entry.object_id
            for name, entry in tracked.items()
            if name in states and _untouched(entry, states[name], written)
        }
        self._known_ids |= self._absent

    def _contents(self, paths: Sequence[str]) -> Iterable[bytes]:
        for path in paths:
            yield next(self._blobs.read([self._absent[path]])) if path in self._absent else self._content(path)


def _checked_out(git: Git, submodule: IndexEntry) -> str:
    """The commit a submodule is at on disk; the one git noted when it is not checked out."""
    folder = git.root / os.fsdecode(submodule.name)
    answer = Git(folder).ask("rev-parse", "--verify", "--quiet", "HEAD") if (folder / ".git").exists() else None
    return answer.text if answer and answer.code == 0 else submodule.object_id


def read_index(git: Git) -> list[IndexEntry]:
    """Every tracked file. Raises `RepositoryError` when git prints its index in an unknown form."""
    out = git.output("ls-files", "-z", "-t", "--stage", "--debug")
    entries: dict[bytes, IndexEntry] = {}
    end = 0
    for match in _ENTRY.finditer(out):
        if match.start() != end:
            break
        end = match.end()
        entries[match["name"]] = _entry(match.groupdict())
    if end != len(out):
        raise RepositoryError(
            "this version of git lists its index in a form that is not known here",
            "compare two commits instead of the working tree: `--head HEAD`",
        )
    return list(entries.values())


def _entry(found: Mapping[str, bytes]) -> IndexEntry:
    return IndexEntry(
        name=found["name"],
        mode=found["mode"].decode(),
        object_id=found["id"].decode(),
        sparse=found["tag"] == b"S",
        size=int(found["size"]),
        mtime=_nanoseconds(found["mtime"]),
        ctime=_nanoseconds(found["ctime"]),
    )


def _nanoseconds(text: bytes) -> int:
    seconds, _, rest = text.partition(b":")
    return int(seconds) * 1_000_000_000 + int(rest)


def _state(place: bytes) -> os.stat_result | None:
    try:
        state = os.lstat(place)
    except OSError:
        return None
    return state if stat.S_ISREG(state.st_mode) or stat.S_ISLNK(state.st_mode) else None


def _index_seconds(git: Git) -> int:
    folder = git.output("rev-parse", "--absolute-git-dir").decode().rstrip("\n")
    try:
        return int(os.stat(os.path.join(folder, "index")).st_mtime)
    except OSError:
        return 0


def _untouched(entry: IndexEntry, state: os.stat_result, index_seconds: int) -> bool:
    # A file written in the very second of the index may have changed after git looked without its times showing it.
    same = (state.st_size, state.st_mtime_ns, state.st_ctime_ns) == (entry.size, entry.mtime, entry.ctime)
    return same and state.st_mtime_ns // 1_000_000_000 < index_seconds
