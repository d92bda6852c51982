"""The definitions of the example agent: the committed one, and the one each pull request would leave behind."""

import hashlib
import os
import shutil
import subprocess
import tempfile
from collections.abc import Sequence
from pathlib import Path

from gate.planning.fingerprint import agent_fingerprint

BASE = "base"
RECORDED = (BASE, "make-replies-concise", "quote-the-policy")
"""The definitions that have recordings. A label typo changes nothing that is evaluated, so it has none."""
CURT = "curt"
"""Conversations of an agent that was never proposed: a healthy one fails too seldom to measure a judge by."""


def fingerprint(root: Path, sources: Sequence[str], definition: str) -> str:
    """SHA-256 of the definition's files. Fails when the pull request's patch does not fit the committed project."""
    if definition == BASE:
        return _fingerprint(root, sources)
    patch = root / "examples/customer-support/pull-requests" / definition / "change.patch"
    with tempfile.TemporaryDirectory() as folder:
        head = Path(folder).resolve()
        for source in sources:
            shutil.copytree(root / source, head / source)
        outside = {**os.environ, "GIT_CEILING_DIRECTORIES": str(head.parent)}  # the patch is not for a repository above
        subprocess.run(["git", "apply", "--whitespace=nowarn", str(patch)], cwd=head, env=outside, check=True)
        return _fingerprint(head, sources)


def _fingerprint(root: Path, sources: Sequence[str]) -> str:
    files = (path for source in sources for path in (root / source).rglob("*") if path.is_file())
    return agent_fingerprint({path.relative_to(root).as_posix(): _object_id(path.read_bytes()) for path in files})


def _object_id(content: bytes) -> str:
    """The id git gives a file of this content."""
    return hashlib.sha1(b"blob %d\0" % len(content) + content, usedforsecurity=False).hexdigest()
