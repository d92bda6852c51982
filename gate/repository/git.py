"""Questions to the `git` program: refs, merge bases, listings. Only reads; nothing of the repository is executed.

The `git` program is asked directly: it is on every runner and laptop, reads every repository layout (worktrees,
alternates, partial clones, either hash), and needs no compiled package. Hooks and the file monitor are switched off,
and only plumbing is called that never applies filters, textconv or external diffs (`status`, `diff` and `show` do).
"""

import os
import shutil
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from gate.errors import RepositoryError

TIMEOUT_SECONDS = 120
FETCH_HINT = (
    "check out with the whole history: `fetch-depth: 0` for actions/checkout, `git fetch --unshallow` elsewhere"
)

_KEPT = ("PATH", "HOME", "XDG_CONFIG_HOME", "TMPDIR", "SYSTEMROOT", "USERPROFILE")
_SETTINGS: Mapping[str, str] = {
    "GIT_TERMINAL_PROMPT": "0",
    "GIT_OPTIONAL_LOCKS": "0",
    "GIT_LITERAL_PATHSPECS": "1",
    "GIT_NO_REPLACE_OBJECTS": "1",  # what a commit holds is what its id says
    "LC_ALL": "C",
}


@dataclass(frozen=True, slots=True)
class Answer:
    """What git said: exit code, standard output, and its complaint."""

    code: int
    out: bytes
    err: str

    @property
    def text(self) -> str:
        """Standard output as one stripped line of text."""
        return self.out.decode("utf-8", "backslashreplace").strip()


@dataclass(frozen=True, slots=True)
class Git:
    """The git program, aimed at one repository whose top folder is `root`."""

    root: Path

    def command(self, *arguments: str) -> list[str]:
        """The command line of a git call in this repository."""
        program = shutil.which("git")
        if program is None:
            raise RepositoryError("the program `git` was not found", "install git and make sure it is on PATH")
        return [program, "-C", str(self.root), "--no-pager", *arguments]

    def environment(self, environ: Mapping[str, str] | None = None) -> dict[str, str]:
        """The cleaned environment of a git call.

        `safe.directory` names exactly this repository, so that a container running as another user than the one that
        made the checkout can read it (actions/runner issue 2033). Inherited `GIT_*` variables are dropped: a gate
        started from a git hook must not be led to another repository.
        """
        source = os.environ if environ is None else environ
        settings = {
            "safe.directory": os.path.realpath(self.root),
            "core.hooksPath": os.devnull,
            "core.fsmonitor": "false",
        }
        numbered = {f"GIT_CONFIG_KEY_{index}": key for index, key in enumerate(settings)}
        numbered |= {f"GIT_CONFIG_VALUE_{index}": value for index, value in enumerate(settings.values())}
        kept = {name: source[name] for name in _KEPT if name in source}
        return {**kept, **_SETTINGS, **numbered, "GIT_CONFIG_COUNT": str(len(settings))}

    def ask(self, *arguments: str) -> Answer:
        """What git answers, whatever its exit code."""
        command = self.command(*arguments)
        try:
            done = subprocess.run(  # noqa: S603 - fixed program, arguments never pass a shell
                command,
                env=self.environment(),
                stdin=subprocess.DEVNULL,
                capture_output=True,
                timeout=TIMEOUT_SECONDS,
                check=False,
            )
        except subprocess.TimeoutExpired as error:
            raise RepositoryError(f"git {arguments[0]} did not answer within {TIMEOUT_SECONDS} s") from error
        return Answer(done.returncode, done.stdout, done.stderr.decode("utf-8", "backslashreplace").strip())

    def output(self, *arguments: str) -> bytes:
        """Standard output of a call that has to work; raises `RepositoryError` with git's own words."""
        answer = self.ask(*arguments)
        if answer.code:
            said = answer.err.splitlines()[0] if answer.err else f"exit code {answer.code}"
            raise RepositoryError(
                f"git {arguments[0]} failed in {self.root}: {said}", "see whether `git fsck` is content"
            )
        return answer.out


def find_root(start: Path) -> Path:
    """The top folder of the repository that `start` lies in. Raises `RepositoryError` when there is none.

    Found by looking for `.git` (a folder, or a file in a linked worktree), because git itself refuses to say it for a
    folder of another owner before it is told that exactly this folder is safe.
    """
    folder = start.resolve()
    for candidate in (folder, *folder.parents):
        if (candidate / ".git").exists():
            return candidate
    raise RepositoryError(
        f"{start} is not inside a git repository", "run in a checkout, or `git init` and commit first"
    )
