"""Verdicts already paid for, one file each: `<folder>/<first 2 of the key>/<key>.json`.

A key is the hash of everything the judge saw, its fingerprint and the number of the vote, so a vote found here is that
same vote again and never a new one. Files are written whole and then moved into place, so runs side by side never see
half of one. One that cannot be read, or does not score what is asked, is left out and counted. What was no usable
answer is not kept: it is asked again. Votes lie here as the judge gave them, with marks for personal data.

The folder lies outside the repository: what a pull request brings is never taken for a verdict.
"""

import hashlib
import json
import os
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path

from gate.model.case import Json
from gate.model.judge import Vote, VoteScore
from gate.model.words import Dimension

_FORMAT = 2


class Cache:
    """Votes in a folder; None = nothing is kept.

    `unreadable` counts entries that were left out, `unkept` votes that could not be written.
    """

    def __init__(self, folder: Path | None) -> None:
        self._folder = folder
        self.unreadable = self.unkept = 0

    def get(self, key: str, dimensions: Sequence[Dimension]) -> Vote | None:
        """The vote on these dimensions kept under a key, if there is one that can be read."""
        if self._folder is None:
            return None
        try:
            value: Json = json.loads(self._path(key).read_bytes())
        except FileNotFoundError:
            return None
        except (OSError, ValueError, RecursionError):
            self.unreadable += 1
            return None
        vote = _read(value, key)
        if vote is not None and set(vote.scores) != set(dimensions):
            vote = None
        self.unreadable += vote is None
        return vote

    def put(self, key: str, vote: Vote) -> None:
        """Keep a vote. A folder that cannot be written keeps nothing: the vote itself still counts."""
        if self._folder is None:
            return
        path = self._path(key)
        content = json.dumps({"format": _FORMAT, "key": key, **_printed(vote)}, ensure_ascii=False)
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            _write(path, content.encode("utf-8", "replace"))
        except OSError:
            self.unkept += 1

    def _path(self, key: str) -> Path:
        if self._folder is None:
            raise AssertionError("only asked where a folder is")
        return self._folder / key[:2] / f"{key}.json"


def cache_home(environ: Mapping[str, str]) -> Path:
    """Where every folder of verdicts lies: below the user's cache folder."""
    home = environ.get("XDG_CACHE_HOME") or str(Path(environ.get("HOME") or "~").expanduser() / ".cache")
    return Path(home) / "agent-eval-gate"


def cache_key(question_hash: str, fingerprint: str, index: int) -> str:
    """SHA-256 (hex) of what makes one vote the same as another."""
    return hashlib.sha256(f"{question_hash}\n{fingerprint}\n{index}".encode()).hexdigest()


def _write(path: Path, content: bytes) -> None:
    handle, name = tempfile.mkstemp(dir=path.parent, suffix=".part")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
        Path(name).replace(path)
    except OSError:
        Path(name).unlink(missing_ok=True)
        raise


def _printed(vote: Vote) -> dict[str, Json]:
    return {
        "model": vote.model,
        "scores": {
            dimension.value: {"value": one.value, "reason": one.reason, "quote": one.quote}
            for dimension, one in vote.scores.items()
        },
    }


def _read(value: Json, key: str) -> Vote | None:
    if not isinstance(value, dict) or value.get("format") != _FORMAT or value.get("key") != key:
        return None
    scores = value.get("scores")
    if not isinstance(scores, dict):
        return None
    try:
        return Vote(
            scores={Dimension(name): _score(one) for name, one in scores.items()},
            model=str(value["model"]),
            cached=True,
        )
    except (KeyError, TypeError, ValueError):
        return None


def _score(value: Json) -> VoteScore:
    if not isinstance(value, Mapping):
        raise TypeError("no score")
    number = value["value"]
    if isinstance(number, bool) or not isinstance(number, int) or number not in {0, 1, 2}:
        raise ValueError("no score")
    return VoteScore(value=number, reason=str(value["reason"]), quote=str(value["quote"]))
