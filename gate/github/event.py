"""The event that started a run: GitHub's payload to a small value.

A re-run brings the old payload, so what may have changed since (labels, the head commit) is only taken from here where
the moment of the event is what counts.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from pydantic import Field, ValidationError

from gate.errors import UsageError
from gate.github.answers import Answer, CommentAnswer, Label, PullRequestAnswer, Repository, User
from gate.github.host import Comment, PullRequest

_QUEUE_REF = re.compile(r"(?:refs/heads/)?gh-readonly-queue/.+/pr-([1-9][0-9]{0,9})-[0-9a-f]{7,64}\Z")


@dataclass(frozen=True, slots=True, kw_only=True)
class PullRequestEvent:
    """Something happened to a pull request. `label` is the one put on or taken off, by `sender`.

    `retargeted`: it was edited and has another base branch now.
    """

    action: str
    pull_request: PullRequest
    sender: str
    sender_is_bot: bool
    label: str = ""
    retargeted: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class CommentEvent:
    """Someone wrote below a pull request or an issue."""

    action: str
    number: int
    on_pull_request: bool
    comment: Comment


@dataclass(frozen=True, slots=True, kw_only=True)
class MergeGroupEvent:
    """The merge queue asks about a merge result. `number` is the last pull request in it, None when unknown."""

    action: str
    head_sha: str
    base_sha: str
    number: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class DispatchEvent:
    """A person or a program started the workflow by hand."""

    ref: str
    inputs: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class ScheduleEvent:
    """The clock started the workflow."""

    cron: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PushEvent:
    """A branch or tag moved. `on_default_branch`: it is what pull requests merge into by default."""

    ref: str
    before: str
    after: str
    deleted: bool
    on_default_branch: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkflowRunEvent:
    """Another workflow's run ended. Who wrote what it ran may be a stranger: everything it left is untrusted."""

    action: str
    head_sha: str
    head_owner: str
    head_branch: str
    caused_by: str
    """The event that had started that run."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OtherEvent:
    """An event the gate has no answer to."""

    name: str


Event = (
    PullRequestEvent
    | CommentEvent
    | MergeGroupEvent
    | DispatchEvent
    | ScheduleEvent
    | PushEvent
    | WorkflowRunEvent
    | OtherEvent
)


def read_event(name: str, payload: str | bytes) -> Event:
    """The event of that name. Raises `UsageError` when the payload is not what GitHub sends for it."""
    payload_model = _PAYLOADS.get(name)
    if payload_model is None:
        return OtherEvent(name=name)
    try:
        return payload_model.model_validate_json(payload).value()
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"]) or "the payload"
        hint = "the file named by GITHUB_EVENT_PATH must hold the event's payload as GitHub sent it"
        raise UsageError(f"not the payload of a {name} event: {where}: {first['msg']}", hint) from error


class _PullRequestPayload(Answer):
    action: str
    pull_request: PullRequestAnswer
    label: Label | None = None
    changes: Mapping[str, object] | None = None
    sender: User

    def value(self) -> PullRequestEvent:
        return PullRequestEvent(
            action=self.action,
            pull_request=self.pull_request.value(),
            sender=self.sender.login,
            sender_is_bot=self.sender.is_bot,
            label=self.label.name if self.label else "",
            retargeted="base" in (self.changes or {}),
        )


class _Issue(Answer):
    number: int
    pull_request: Mapping[str, object] | None = None


class _CommentPayload(Answer):
    action: str
    issue: _Issue
    comment: CommentAnswer

    def value(self) -> CommentEvent:
        return CommentEvent(
            action=self.action,
            number=self.issue.number,
            on_pull_request=self.issue.pull_request is not None,
            comment=self.comment.value(),
        )


class _MergeGroup(Answer):
    head_sha: str
    head_ref: str = ""
    base_sha: str


class _MergeGroupPayload(Answer):
    action: str
    merge_group: _MergeGroup

    def value(self) -> MergeGroupEvent:
        found = _QUEUE_REF.match(self.merge_group.head_ref)
        return MergeGroupEvent(
            action=self.action,
            head_sha=self.merge_group.head_sha,
            base_sha=self.merge_group.base_sha,
            number=int(found[1]) if found else None,
        )


class _DispatchPayload(Answer):
    ref: str = ""
    inputs: Mapping[str, object] | None = None

    def value(self) -> DispatchEvent:
        given = {name: str(value) for name, value in (self.inputs or {}).items() if value is not None}
        return DispatchEvent(ref=self.ref, inputs=given)


class _SchedulePayload(Answer):
    schedule: str = ""

    def value(self) -> ScheduleEvent:
        return ScheduleEvent(cron=self.schedule)


class _PushPayload(Answer):
    ref: str
    before: str = ""
    after: str = ""
    deleted: bool = False
    repository: Repository

    def value(self) -> PushEvent:
        return PushEvent(
            ref=self.ref,
            before=self.before,
            after=self.after,
            deleted=self.deleted,
            on_default_branch=self.ref == f"refs/heads/{self.repository.default_branch}",
        )


class _Run(Answer):
    head_sha: str
    head_branch: str | None = None
    head_repository: Repository | None = None
    event: str = ""


class _WorkflowRunPayload(Answer):
    action: str
    run: _Run = Field(alias="workflow_run")

    def value(self) -> WorkflowRunEvent:
        owner = self.run.head_repository.full_name.partition("/")[0] if self.run.head_repository else ""
        return WorkflowRunEvent(
            action=self.action,
            head_sha=self.run.head_sha,
            head_owner=owner,
            head_branch=self.run.head_branch or "",
            caused_by=self.run.event,
        )


_Payload = (
    _PullRequestPayload
    | _CommentPayload
    | _MergeGroupPayload
    | _DispatchPayload
    | _SchedulePayload
    | _PushPayload
    | _WorkflowRunPayload
)
_PAYLOADS: Mapping[str, type[_Payload]] = {
    "pull_request": _PullRequestPayload,
    "pull_request_target": _PullRequestPayload,
    "issue_comment": _CommentPayload,
    "merge_group": _MergeGroupPayload,
    "workflow_dispatch": _DispatchPayload,
    "schedule": _SchedulePayload,
    "push": _PushPayload,
    "workflow_run": _WorkflowRunPayload,
}
