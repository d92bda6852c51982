"""Blobs by object id: one `git cat-file --batch` process however many files are read, and the id of plain bytes."""

import hashlib
import os
import subprocess
from collections.abc import Iterator, Sequence
from typing import IO, BinaryIO, Self

from gate.errors import RepositoryError
from gate.repository.git import Git

MAX_FILE_BYTES = 32 * 1024 * 1024
"""Largest file that is read; a larger one is refused by name."""
_PIECE_BYTES = 1024 * 1024
_CHUNK = 256  # ids asked at once: well below any pipe's capacity, so asking never waits for reading
_HASH_OF_LENGTH = {40: "sha1", 64: "sha256"}


def blob_id(content: bytes, algorithm: str = "sha1") -> str:
    """The object id git gives a file of this content (`algorithm`: the repository's object format)."""
    digest = hashlib.new(algorithm, usedforsecurity=False)
    digest.update(b"blob %d\0" % len(content))
    digest.update(content)
    return digest.hexdigest()


def file_id(file: BinaryIO, algorithm: str = "sha1") -> str:
    """As `blob_id`, of a file just opened; its size does not matter, it is never held in memory."""
    digest = hashlib.new(algorithm, usedforsecurity=False)
    digest.update(b"blob %d\0" % os.fstat(file.fileno()).st_size)
    while piece := file.read(_PIECE_BYTES):
        digest.update(piece)
    return digest.hexdigest()


def algorithm_of(object_id: str) -> str:
    """The hash that made an object id, told by its length."""
    return _HASH_OF_LENGTH.get(len(object_id), "sha1")


class Blobs:
    """Reads blobs of a repository through one long-lived process, started at the first read; close it."""

    def __init__(self, git: Git) -> None:
        self._git = git
        self._process: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """End the process; a later read starts a new one."""
        process, self._process = self._process, None
        if process is None:
            return
        for stream in (process.stdin, process.stdout):
            if stream is not None:
                stream.close()
        process.wait()

    def read(self, object_ids: Sequence[str]) -> Iterator[bytes]:
        """The contents, in the order asked. Raises `RepositoryError` for a missing or oversized object."""
        for start in range(0, len(object_ids), _CHUNK):
            chunk = object_ids[start : start + _CHUNK]
            stdin, stdout = self._streams()
            try:
                stdin.write("".join(f"{name}\n" for name in chunk).encode())
                stdin.flush()
                contents = [self._answer(stdout, name) for name in chunk]
            except OSError as error:
                self.close()
                raise RepositoryError(f"git cat-file ended early in {self._git.root}: {error}") from error
            except RepositoryError:
                self.close()  # unread answers would be taken for those of the next question
                raise
            yield from contents

    def _streams(self) -> tuple[IO[bytes], IO[bytes]]:
        if self._process is None:
            self._process = subprocess.Popen(  # noqa: S603 - fixed program, arguments never pass a shell
                self._git.command("cat-file", "--batch"),
                env=self._git.environment(),
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
            )
        stdin, stdout = self._process.stdin, self._process.stdout
        if stdin is None or stdout is None:  # pragma: no cover - both were asked for
            raise RepositoryError("git cat-file has no pipes")
        return stdin, stdout

    @staticmethod
    def _answer(stdout: IO[bytes], name: str) -> bytes:
        header = stdout.readline().split()  # "<id> <type> <size>", or "<id> missing"
        if len(header) != 3:
            raise RepositoryError(
                f"object {name} is missing from the repository",
                "fetch it: a partial or damaged clone lacks it (`git fsck`)",
            )
        size = int(header[2])
        if size > MAX_FILE_BYTES:
            raise RepositoryError(
                f"object {name} holds {size} bytes, more than the {MAX_FILE_BYTES} that are read of one file"
            )
        content = stdout.read(size + 1)  # a newline follows the content
        if len(content) != size + 1:
            raise RepositoryError(f"git cat-file ended inside object {name}")
        return content[:-1]
