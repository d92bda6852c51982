"""GitHub's JSON as small models: what the gate reads of it and nothing more. Answers and event payloads share them.

Tolerant by intent: few required fields, anything else ignored, so an older server or a newer field breaks nothing.
"""

from datetime import datetime
from typing import Literal

from pydantic import BaseModel, ConfigDict

from gate.github.host import (
    Comment,
    CommitStatus,
    LabelEvent,
    PullRequest,
    PullRequestState,
    Reacted,
    StatusState,
    WorkflowRun,
)

GHOST = "ghost"
"""Who GitHub shows where an account was deleted."""


class Answer(BaseModel):
    """The base of everything read from GitHub."""

    model_config = ConfigDict(extra="ignore", frozen=True)


class User(Answer):
    """An account: a person, a bot or an organization."""

    login: str
    type: str = "User"

    @property
    def is_bot(self) -> bool:
        """Whether a program acts under this name."""
        return self.type == "Bot"


_NOBODY = User(login=GHOST)


class Label(Answer):
    """A label by its name."""

    name: str


class Repository(Answer):
    """A repository by `owner/name`."""

    full_name: str
    default_branch: str = ""


class Side(Answer):
    """One end of a pull request; the repository is None when the fork was deleted."""

    sha: str
    ref: str
    repo: Repository | None = None


class PullRequestAnswer(Answer):
    """A pull request, as the API and the payloads of its events tell it."""

    number: int
    title: str = ""
    user: User | None = None
    state: PullRequestState = "open"
    head: Side
    base: Side
    labels: tuple[Label, ...] = ()
    merged_at: datetime | None = None
    merge_commit_sha: str | None = None

    def value(self) -> PullRequest:
        """The gate's own value of it."""
        author = self.user or _NOBODY
        head_repo = self.head.repo.full_name if self.head.repo else ""
        base_repo = self.base.repo.full_name if self.base.repo else ""
        return PullRequest(
            number=self.number,
            title=self.title,
            author=author.login,
            author_is_bot=author.is_bot,
            state=self.state,
            head_sha=self.head.sha,
            head_ref=self.head.ref,
            head_repo=head_repo,
            base_ref=self.base.ref,
            base_sha=self.base.sha,
            labels=tuple(label.name for label in self.labels),
            is_fork=not head_repo or head_repo != base_repo,
        )


class CommentAnswer(Answer):
    """A comment of a conversation."""

    id: int
    user: User | None = None
    body: str | None = None
    created_at: datetime
    performed_via_github_app: object | None = None

    def value(self) -> Comment:
        """The gate's own value of it. What an app writes in a person's name is a program's as well."""
        author = self.user or _NOBODY
        return Comment(
            id=self.id,
            author=author.login,
            author_is_bot=author.is_bot or self.performed_via_github_app is not None,
            body=self.body or "",
            created=self.created_at,
        )


class ReactionAnswer(Answer):
    """A reaction to a comment."""

    content: str
    user: User | None = None
    created_at: datetime

    def value(self) -> Reacted:
        """The gate's own value of it. That of a deleted account is a program's: nobody stands for it."""
        return Reacted(
            content=self.content,
            login=(self.user or _NOBODY).login,
            is_bot=self.user is None or self.user.is_bot or self.user.login == GHOST,
            at=self.created_at,
        )


class IssueEvent(Answer):
    """An entry of an issue's events, of whatever kind."""

    event: str
    actor: User | None = None
    label: Label | None = None
    created_at: datetime
    performed_via_github_app: object | None = None

    @property
    def is_force_push(self) -> bool:
        """Whether it tells that a pull request's branch was set to a commit that does not follow its last one."""
        return self.event == "head_ref_force_pushed"

    def labelling(self) -> LabelEvent | None:
        """The labelling it tells of, or None when it tells of something else."""
        kind: Literal["labeled", "unlabeled"]
        match self.event:
            case "labeled" | "unlabeled":
                kind = self.event
            case _:
                return None
        actor = self.actor or _NOBODY
        name = self.label.name if self.label else ""
        is_bot = actor.is_bot or self.performed_via_github_app is not None
        return LabelEvent(label=name, kind=kind, actor=actor.login, actor_is_bot=is_bot, at=self.created_at)


class StatusAnswer(Answer):
    """A status of a commit."""

    context: str
    state: StatusState
    description: str | None = None
    target_url: str | None = None
    creator: User | None = None
    created_at: datetime | None = None

    def value(self) -> CommitStatus:
        """The gate's own value of it."""
        return CommitStatus(
            context=self.context,
            state=self.state,
            description=self.description or "",
            target_url=self.target_url or "",
            creator=(self.creator or _NOBODY).login,
            created=self.created_at,
        )


class PermissionAnswer(Answer):
    """What a person may do; a custom role is told by the built-in one it is based on."""

    permission: Literal["admin", "write", "read", "none"]


class FileAnswer(Answer):
    """A file a pull request changes."""

    filename: str
    previous_filename: str | None = None


class ContentAnswer(Answer):
    """A file's content in base64; above 1 MiB GitHub leaves it out and says so by the encoding."""

    type: Literal["file"]
    sha: str
    encoding: str
    content: str


class BlobAnswer(Answer):
    """A git blob in base64."""

    content: str


class ObjectAnswer(Answer):
    """A git object by its id."""

    sha: str


class CommitAnswer(Answer):
    """A git commit with its tree."""

    sha: str
    tree: ObjectAnswer


class ComparisonAnswer(Answer):
    """Two commits compared: where their histories parted."""

    merge_base_commit: ObjectAnswer


class RefAnswer(Answer):
    """A git ref and what it points at."""

    object: ObjectAnswer


class RunAnswer(Answer):
    """The workflow run an artifact is of."""

    head_sha: str


class ArtifactAnswer(Answer):
    """An artifact of a workflow run."""

    id: int
    name: str
    expired: bool = False
    workflow_run: RunAnswer | None = None


class ArtifactsAnswer(Answer):
    """One page of artifacts, newest first."""

    artifacts: tuple[ArtifactAnswer, ...]


class WorkflowRunAnswer(Answer):
    """A run of a workflow. Older servers do not say when its latest attempt began."""

    id: int
    workflow_id: int
    created_at: datetime
    run_started_at: datetime | None = None
    run_attempt: int = 1
    conclusion: str | None = None

    def value(self) -> WorkflowRun:
        """The gate's own value of it."""
        return WorkflowRun(
            id=self.id,
            workflow=self.workflow_id,
            began=self.run_started_at or self.created_at,
            attempts=self.run_attempt,
            skipped=self.conclusion == "skipped",
        )


class WorkflowRunsAnswer(Answer):
    """One page of a workflow's runs, newest first."""

    workflow_runs: tuple[WorkflowRunAnswer, ...]
