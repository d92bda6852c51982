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
