"""A git repository as the gate needs it: revisions by name, the merge base, and the trees of both sides."""

from pathlib import Path
from typing import Self

from gate.errors import RepositoryError
from gate.model.plan import Revision
from gate.repository.changes import changed_paths
from gate.repository.git import FETCH_HINT, Git, find_root
from gate.repository.objects import Blobs
from gate.repository.trees import GitTree
from gate.repository.worktree import WorkTree

WORKING_TREE = "working tree"


class Repository:
    """Reads one repository whose top folder is `root`. Use it in a `with`, or `close()` it: it may hold a process."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self._git = Git(root)
        self._blobs = Blobs(self._git)

    @classmethod
    def discover(cls, start: Path) -> Self:
        """The repository that `start` lies in. Raises `RepositoryError` when it lies in none."""
        return cls(find_root(start))

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """End the process that reads objects."""
        self._blobs.close()

    def resolve(self, ref: str) -> str:
        """The commit id of a branch, tag or commit; a branch known only from `origin` counts.

        Raises `RepositoryError` when there is none; in a shallow clone with the remedy for that.
        """
        for name in (ref, f"refs/remotes/origin/{ref}"):
            commit = self._commit(name)
            if commit:
                return commit
        hint = FETCH_HINT if self.is_shallow() else "check its spelling with `git branch --all`, or fetch it"
        raise RepositoryError(f"{ref!r} names no commit of {self.root}", hint)

    def revision(self, ref: str) -> Revision:
        """The commit of a ref, with the name it was asked by."""
        return Revision(ref=ref, sha=self.resolve(ref))

    def merge_base(self, base: str, head: str) -> str:
        """The commit where the two lines of history parted.

        Raises `RepositoryError` when the clone does not reach that far back, or when there is none at all.
        """
        answer = self._git.ask("merge-base", self.resolve(base), self.resolve(head))
        if answer.code == 0:
            return answer.text.split()[0]
        if self.is_shallow():
            raise RepositoryError(
                f"this clone is shallow: the merge base of {base} and {head} is not in it, so what changed is unknown",
                FETCH_HINT,
            )
        raise RepositoryError(
            f"{base} and {head} have no commit in common", "name a base that the branch was made from: `--base REF`"
        )

    def default_branch(self, configured: str) -> str:
        """The ref of the default branch: what `origin` says it is, else `configured` at origin, else locally.

        Raises `RepositoryError` when none of them exists.
        """
        answer = self._git.ask("symbolic-ref", "--quiet", "refs/remotes/origin/HEAD")
        said = answer.text.removeprefix("refs/remotes/")
        for name in (said, f"origin/{configured}", configured):
            if name and self._commit(name):
                return name
        hint = FETCH_HINT if self.is_shallow() else "name the branch or commit to compare with: `--base REF`"
        raise RepositoryError(f"the default branch {configured!r} is not in {self.root}", hint)

    def is_shallow(self) -> bool:
        """Whether history was cut off when the repository was cloned."""
        return self._git.ask("rev-parse", "--is-shallow-repository").text == "true"

    def person(self) -> str:
        """The name commits here are made under (`user.name`); empty when git knows none."""
        return self._git.ask("config", "--get", "user.name").text

    def tree(self, ref: str) -> GitTree:
        """The files of a commit."""
        return GitTree(self._git, self._blobs, self.resolve(ref))

    def work_tree(self) -> WorkTree:
        """The files as they lie on disk, ignored ones left out."""
        return WorkTree(self._git, self._blobs)

    def is_clean(self) -> bool:
        """Whether the working tree holds what the commit that is checked out holds; ignored files do not count."""
        if not self._commit("HEAD"):
            return False
        commit, here = self.tree("HEAD"), self.work_tree()
        return commit.submodules == here.submodules and not changed_paths(commit, here)

    def _commit(self, name: str) -> str:
        if not name or name.startswith("-"):  # never an option of git
            return ""
        answer = self._git.ask("rev-parse", "--verify", "--quiet", f"{name}^{{commit}}")
        return answer.text if answer.code == 0 else ""
