"""What the gate needs of the place where a pull request lives: values, and one Protocol named for the need.

Nothing here knows how it is asked; `gate/github/client.py` asks GitHub's REST API, tests answer from memory.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal, Protocol

Permission = Literal["admin", "write", "read", "none"]
"""What a person may do in the repository, as the platform reports it: `maintain` counts as write, `triage` as read."""
PullRequestState = Literal["open", "closed"]
StatusState = Literal["error", "failure", "pending", "success"]
Reaction = Literal["+1", "-1", "laugh", "confused", "heart", "hooray", "rocket", "eyes"]

MOST_CHANGED_FILES = 3000
"""Changed files that GitHub lists of a pull request; of a longer list nobody knows what is missing."""
DESCRIPTION_LIMIT = 140
"""Characters GitHub takes in the description of a commit status."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PullRequest:
    """A pull request as it is now. `is_fork`: its branch lies in another repository, or that one is gone."""

    number: int
    title: str
    author: str
    author_is_bot: bool
    state: PullRequestState
    head_sha: str
    head_ref: str
    head_repo: str
    """`owner/name`; empty when the fork was deleted."""
    base_ref: str
    base_sha: str
    labels: tuple[str, ...] = ()
    is_fork: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Comment:
    """One comment of a pull request's conversation."""

    id: int
    author: str
    author_is_bot: bool
    body: str
    created: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Reacted:
    """A reaction to a comment: which one, whose, and since when."""

    content: str
    login: str
    is_bot: bool
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class LabelEvent:
    """Who put a label on or took it off, and when by the server's clock; it says nothing about the commit."""

    label: str
    kind: Literal["labeled", "unlabeled"]
    actor: str
    actor_is_bot: bool
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class CommitStatus:
    """One status of a commit; of one context the newest counts."""

    context: str
    state: StatusState
    description: str
    target_url: str
    creator: str
    created: datetime | None = None
    """When it was set, by the server's clock; None = the server did not say."""


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkflowRun:
    """One run of a workflow. `skipped`: none of its jobs ran."""

    id: int
    workflow: int
    began: datetime
    """When its latest attempt began, by the server's clock."""
    attempts: int = 1
    skipped: bool = False


class Host(Protocol):
    """One repository on GitHub, with the rights of one token.

    Every method raises `NotPermittedError` when the token may not do it (its hint names the permission to add),
    `NotFoundError` for a thing that is not there, `UnreachableError` when GitHub did not answer after bounded
    retries, and its `RateLimitedError` when it asked to wait longer than a run can.
    """

    def pull_request(self, number: int) -> PullRequest:
        """The pull request as it is now, not as an event once told."""
        ...

    def open_pull_requests(self, owner: str, branch: str) -> Sequence[PullRequest]:
        """The open pull requests from a branch of this owner, who may be another one than this repository's."""
        ...

    def merged_by(self, sha: str) -> Sequence[PullRequest]:
        """The pull requests whose merge made this commit; a push of several merges has one for its last commit."""
        ...

    def tip(self, branch: str) -> str:
        """The commit a branch of this repository points at."""
        ...

    def tree(self, sha: str) -> str:
        """The id of a commit's tree: equal for commits with equal files."""
        ...

    def merge_base(self, base: str, head: str) -> str:
        """The commit where two lines of history parted, both named by a commit or branch of this repository."""
        ...

    def permission(self, login: str) -> Permission:
        """What this person may do here; someone who is no collaborator has `none`."""
        ...

    def label_events(self, number: int) -> Sequence[LabelEvent]:
        """Every labelling and unlabelling of a pull request, oldest first."""
        ...

    def force_pushes(self, number: int) -> Sequence[datetime]:
        """When a pull request's branch was set to a commit that does not follow its last one, by the server's clock."""
        ...

    def remove_label(self, number: int, name: str) -> None:
        """Take a label off; no error when it is gone already."""
        ...

    def comments(self, number: int) -> Sequence[Comment]:
        """Every comment of the conversation, all pages, oldest first."""
        ...

    def create_comment(self, number: int, body: str) -> Comment:
        """Add a comment to a pull request."""
        ...

    def update_comment(self, comment_id: int, body: str) -> Comment:
        """Replace a comment's text."""
        ...

    def delete_comment(self, comment_id: int) -> None:
        """Remove a comment; no error when it is gone already."""
        ...

    def react(self, comment_id: int, content: Reaction) -> None:
        """Put a reaction on a comment; the same one twice is one."""
        ...

    def reactions(self, comment_id: int) -> Sequence[Reacted]:
        """Every reaction to a comment, oldest first."""
        ...

    def set_status(
        self, sha: str, context: str, state: StatusState, description: str = "", target_url: str = ""
    ) -> None:
        """Set a commit's status; a description is cut to the platform's length."""
        ...

    def statuses(self, sha: str) -> Sequence[CommitStatus]:
        """Every status a commit was ever given, newest first."""
        ...

    def changed_files(self, number: int) -> Sequence[str]:
        """The paths a pull request changes, old names of renamed files included; GitHub lists at most 3,000 files."""
        ...

    def read_file(self, path: str, ref: str) -> str | None:
        """A file's text at a commit or branch; None when it is not there. Raises `HostError` when it is not UTF-8."""
        ...

    def commit_files(self, branch: str, parent_sha: str, files: Mapping[str, str], message: str) -> str:
        """One commit on a branch of this repository that writes these files, by compare-and-swap; its id.

        Raises `StaleError` when the branch does not point at `parent_sha` (any more); nothing is changed then.
        """
        ...

    def artifact(self, name: str, head_sha: str) -> bytes | None:
        """The zip of the newest artifact of that name, not expired, made by a workflow run of that head commit."""
        ...

    def workflow_run(self, run_id: int) -> WorkflowRun:
        """A run of a workflow as it is now."""
        ...

    def workflow_runs(self, workflow: int, since: datetime) -> Sequence[WorkflowRun]:
        """Every run of a workflow that was made since then, newest first; GitHub lists at most 1,000."""
        ...
