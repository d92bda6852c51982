"""Trees of files for tests: one in memory, and a real git repository that is easy to write."""

import os
import subprocess
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from gate.repository.objects import blob_id


class DictTree:
    """A tree in memory. Shares a contract test with the real ones."""

    def __init__(self, files: Mapping[str, bytes | str]) -> None:
        self.files = {path: text.encode() if isinstance(text, str) else text for path, text in files.items()}
        self.reads = 0

    def paths(self) -> Sequence[str]:
        return tuple(sorted(self.files))

    def object_id(self, path: str) -> str:
        return blob_id(self.files[path])

    def read(self, path: str) -> bytes:
        self.reads += 1
        return self.files[path]

    def read_many(self, paths: Iterable[str]) -> dict[str, bytes]:
        return {path: self.read(path) for path in paths if path in self.files}


class GitRepository:
    """A repository on disk, driven through the git program; each commit is one second after the last."""

    def __init__(self, root: Path, *options: str) -> None:
        self.root = root
        self.seconds = 1_700_000_000
        root.mkdir(parents=True, exist_ok=True)
        self.git("init", "--quiet", "--initial-branch=main", *options)

    def git(self, *arguments: str) -> str:
        self.seconds += 1
        when = f"{self.seconds} +0000"
        environ = {
            **{name: value for name, value in os.environ.items() if not name.startswith("GIT_")},
            "GIT_CONFIG_GLOBAL": os.devnull,
            "GIT_CONFIG_SYSTEM": os.devnull,
            **{f"GIT_{who}_{what}": value for who in ("AUTHOR", "COMMITTER") for what, value in _person(when).items()},
        }
        command = ["git", "-c", "protocol.file.allow=always", *arguments]
        done = subprocess.run(command, cwd=self.root, env=environ, capture_output=True, check=False)
        assert done.returncode == 0, done.stderr.decode()
        return done.stdout.decode().strip()

    def write(self, files: Mapping[str, bytes | str]) -> None:
        for name, content in files.items():
            path = self.root / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content.encode() if isinstance(content, str) else content)

    def commit(self, files: Mapping[str, bytes | str] | None = None, message: str = "change") -> str:
        self.write(files or {})
        self.git("add", "--all")
        self.git("commit", "--quiet", "--allow-empty", "--no-verify", "-m", message)
        return self.git("rev-parse", "HEAD")


def _person(when: str) -> Mapping[str, str]:
    return {"NAME": "Ada", "EMAIL": "ada@example.com", "DATE": when}
