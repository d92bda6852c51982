"""What a step leaves behind belongs to whom its workspace belongs.

A container action runs as root over a checkout of the runner's own user. What stays root's there cannot be removed by
the next job of a runner that is kept, nor put into GitHub's cache when only its owner may read it.
https://github.com/actions/runner/issues/434
"""

import os
from collections.abc import Iterator, Mapping
from contextlib import suppress
from pathlib import Path

ROOT = 0


def hand_over(workspace: Path, written: Mapping[Path, Path]) -> None:
    """Give what root owns of `written`, folders by what they lie below, to the owner of the workspace.

    Each folder is given with all in it and with the folders between; links are given, not followed. Does nothing
    unless the process is root's and the workspace is not. What cannot be given stays as it is: no result is lost
    over it.
    """
    with suppress(OSError):
        owner = workspace.stat()
        if os.geteuid() == ROOT and owner.st_uid != ROOT:
            for place, top in written.items():
                for path in _all_of(place, top) if top in place.parents else ():
                    _give(path, owner)


def _give(path: Path, owner: os.stat_result) -> None:
    with suppress(OSError):
        if path.lstat().st_uid == ROOT:
            os.chown(path, owner.st_uid, owner.st_gid, follow_symlinks=False)


def _all_of(place: Path, top: Path) -> Iterator[Path]:
    yield from (one for one in place.parents if top in one.parents)
    yield place
    for folder, folders, files in os.walk(place, followlinks=False):
        yield from (Path(folder, name) for name in (*folders, *files))
