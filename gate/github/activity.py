"""What an event asks the gate to do. Nothing is looked up here, and nothing is skipped without saying why."""

from dataclasses import dataclass
from typing import assert_never

from gate.errors import UsageError
from gate.github.event import (
    CommentEvent,
    DispatchEvent,
    Event,
    MergeGroupEvent,
    OtherEvent,
    PullRequestEvent,
    PushEvent,
    ScheduleEvent,
    WorkflowRunEvent,
)
from gate.github.host import PullRequest
from gate.github.settings import Settings
from gate.github.signoff.ask import Ask, ask_of
from gate.model.words import Tier

_NEW_CONTENT = frozenset({"opened", "synchronize", "reopened", "ready_for_review"})
"""What happens to a pull request that may change its result; so does a new base branch."""
_EVENTS = "pull_request, issue_comment, merge_group, workflow_dispatch, schedule, push, workflow_run"


@dataclass(frozen=True, slots=True, kw_only=True)
class EvaluatePullRequest:
    """Evaluate a pull request, comment on it and set its status.

    `told` is the pull request as the event knew it, None when the event knew none. `pushed`: its content is new, so
    that a label from before accepts nothing any more. `settled_will_do`: nothing about its content changed, so that a
    settled status of its head commit may be repeated instead.
    """

    number: int
    tier: Tier
    told: PullRequest | None = None
    pushed: bool = False
    settled_will_do: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class EvaluateMergeGroup:
    """Evaluate what the merge queue would merge, or pass at once when it equals an evaluated pull request."""

    head_sha: str
    base_sha: str
    number: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class EvaluateBranch:
    """Evaluate a branch by itself; `record` = then measure its baseline anew and commit it."""

    tier: Tier
    record: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class SignOff:
    """Someone accepts results."""

    ask: Ask


@dataclass(frozen=True, slots=True, kw_only=True)
class TopUp:
    """Something was merged into the default branch: its own trials go into the baseline."""

    sha: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Publish:
    """A run without rights ended: tell its pull request what it came to."""

    head_sha: str
    owner: str
    branch: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Nothing:
    """The event asks for nothing, and why."""

    reason: str


Activity = EvaluatePullRequest | EvaluateMergeGroup | EvaluateBranch | SignOff | TopUp | Publish | Nothing


def activity(event: Event, settings: Settings) -> Activity:
    """What to do. Raises `UsageError` for an event that a workflow should not start the gate on."""
    match event:
        case PullRequestEvent() | CommentEvent():
            return _in_conversation(event, settings)
        case MergeGroupEvent():
            return EvaluateMergeGroup(head_sha=event.head_sha, base_sha=event.base_sha, number=event.number)
        case DispatchEvent():
            return _by_hand(settings)
        case ScheduleEvent():
            return EvaluateBranch(tier=_tier(settings, Tier.DAILY), record=settings.record_baseline)
        case PushEvent():
            return _after_push(event, settings)
        case WorkflowRunEvent():
            return _after_run(event)
        case OtherEvent():
            raise UsageError(f"the gate has no answer to the event {event.name!r}", f"start it on one of: {_EVENTS}")
        case _:
            assert_never(event)


def _in_conversation(event: PullRequestEvent | CommentEvent, settings: Settings) -> Activity:
    ask = ask_of(event)
    if ask is not None:
        return SignOff(ask=ask)
    if isinstance(event, CommentEvent):
        return Nothing(reason="this comment gives no command")
    if event.action == "closed":
        return Nothing(reason="the pull request is closed")
    return EvaluatePullRequest(
        number=event.pull_request.number,
        tier=_tier(settings, Tier.PULL_REQUEST),
        told=event.pull_request,
        pushed=event.action == "synchronize",
        settled_will_do=event.action not in _NEW_CONTENT and not event.retargeted,
    )


def _by_hand(settings: Settings) -> Activity:
    tier = _tier(settings, Tier.FULL)
    if settings.pull_request is None:
        return EvaluateBranch(tier=tier, record=settings.record_baseline)
    if settings.record_baseline:
        hint = "record on the default branch; a pull request's results are accepted by sign-off"
        raise UsageError("`pull-request` and `record-baseline` contradict each other", hint)
    return EvaluatePullRequest(number=settings.pull_request, tier=tier)


def _after_push(event: PushEvent, settings: Settings) -> Activity:
    if event.deleted:
        return Nothing(reason=f"{event.ref} was deleted")
    if event.on_default_branch:
        return TopUp(sha=event.after)
    return EvaluateBranch(tier=_tier(settings, Tier.PULL_REQUEST))


def _after_run(event: WorkflowRunEvent) -> Activity:
    if event.action != "completed":
        return Nothing(reason="that run has not ended")
    if event.caused_by != "pull_request":
        return Nothing(reason=f"that run was started by {event.caused_by}, not by a pull request")
    return Publish(head_sha=event.head_sha, owner=event.head_owner, branch=event.head_branch)


def _tier(settings: Settings, default: Tier) -> Tier:
    if settings.cases:
        return Tier.NAMED
    return Tier(settings.tier) if settings.tier else default
