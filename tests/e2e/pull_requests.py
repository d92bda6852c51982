"""The example's pull requests, opened on the stand-in for GitHub."""

from pathlib import Path
from typing import Any

from tests.integration.github.jobs import git, pull_request_event
from tests.integration.github.stub import Stub

NUMBER = 128
BLOCKED = "make-replies-concise"
NOTHING_AFFECTED = "fix-label-typo"


def open_pull_request(stub: Stub, checkout: Path, branch: str) -> str:
    """A pull request of that branch against main, checked out; its head commit."""
    git(checkout, "checkout", "--quiet", branch)
    head, base = git(checkout, "rev-parse", branch), git(checkout, "rev-parse", "main")
    stub.state.add_pull(NUMBER, head=head, base=base, head_ref=branch)
    return head


def opened(stub: Stub) -> dict[str, Any]:
    """The payload that tells of it."""
    return pull_request_event(stub, "opened", NUMBER)


def mirror(stub: Stub, checkout: Path, *branches: str) -> None:
    """GitHub's own copy of these branches, as far as it is asked for their files: configuration and baselines."""
    for name in branches:
        listed = git(checkout, "ls-tree", "-r", "--name-only", name).splitlines()
        wanted = [path for path in listed if path == "agent-gate.yml" or path.startswith("baselines/")]
        files = {path: git(checkout, "show", f"{name}:{path}") + "\n" for path in wanted}
        sha = git(checkout, "rev-parse", name)
        parents = tuple(git(checkout, "rev-list", "--parents", "-n1", sha).split()[1:])
        stub.state.commit(files, parents, sha=sha)
        stub.state.refs[f"heads/{name}"] = sha


def upload(stub: Stub, kept: Path, sha: str) -> None:
    """What a job kept as its artifact, as GitHub has it for the run of that commit."""
    paths = (path for path in kept.rglob("*") if path.is_file())
    stub.state.add_artifact(kept.name, sha, {path.relative_to(kept).as_posix(): path.read_bytes() for path in paths})
