"""Is this a sign-off that counts? Everything that is asked before a result is looked at."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from gate.config import FILE_NAME, Config, SignOffConfig, parse_config
from gate.errors import ProblemsError
from gate.github.host import Host, LabelEvent, PullRequest
from gate.github.signoff.ask import Ask, CommentAsk, LabelAsk
from gate.github.signoff.command import Malformed
from gate.github.signoff.identity import Identity
from gate.github.signoff.marks import Mark, Published, read_mark, read_published
from gate.github.signoff.outcome import Outcome, refused
from gate.github.signoff.rows import is_entered
from gate.github.signoff.rules import Refusal, label_refused, malformed, moved, overtaken, person_refused, put_on_at
from gate.reports.escape import code, prose


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """A sign-off by a person who may give it, for a commit that is the branch's head.

    `names` empty = everything the report shows. `baselines` are the file texts at that commit, by agent. `mark` is an
    earlier sign-off of it; `published` what the gate last reported of it, None = nothing yet. `by_comment`: the event
    did not say which commit is meant.
    """

    pull_request: PullRequest
    approved: str
    by: str
    at: datetime
    reason: str
    names: tuple[str, ...]
    config: Config
    baselines: Mapping[str, str]
    mark: Mark | None
    published: Published | None
    by_comment: bool

    @property
    def stamp(self) -> str:
        """When it was asked for, as baselines hold it."""
        return stamp(self.at)

    @property
    def evaluated(self) -> str:
        """The commit whose result is accepted: below the gate's own commits, which change baselines alone."""
        if self.mark is not None and self.published is not None and self.mark.result == self.published.result:
            return self.mark.evaluated
        return self.approved

    @property
    def is_ours(self) -> bool:
        """Whether the gate itself made the approved commit."""
        return self.mark is not None and self.mark.evaluated != self.approved


def check(ask: Ask, host: Host, identity: Identity) -> Request | Outcome:
    """The request behind an ask, or why there is none: refused, or done already."""
    pull_request = host.pull_request(ask.number)
    events = host.label_events(ask.number)
    asked = _written_at(ask, host) if isinstance(ask, CommentAsk) else put_on_at(ask, events)
    if asked is None:
        text = "the label is off again, or the comment deleted: taken back, or dealt with"
        return Outcome(kind="already done", text=text, quiet=True)
    if isinstance(ask, LabelAsk) and (other := overtaken(ask, events)):
        text = f"the label was put on anew by {code(other)}: that is decided on by itself"
        return Outcome(kind="overtaken", text=text, quiet=True)
    config = base_config(host, pull_request)
    if isinstance(config, Refusal):
        return refused(config)
    statuses = host.statuses(pull_request.head_sha)
    request = Request(
        pull_request=pull_request,
        approved=ask.sha if isinstance(ask, LabelAsk) else pull_request.head_sha,
        by=ask.actor.login,
        at=asked,
        reason=_reason(ask),
        names=_names(ask),
        config=config,
        baselines=baseline_texts(host, config, pull_request.head_sha),
        mark=read_mark(statuses, identity, pull_request.base_ref),
        published=read_published(statuses, identity),
        by_comment=isinstance(ask, CommentAsk),
    )
    if _is_done(request):
        text = "this acceptance stands already"
        return Outcome(kind="already done", text=text, sha=pull_request.head_sha, quiet=True)
    refusal = _refusal(ask, request, host, events)
    return refused(refusal) if refusal is not None else request


def base_config(host: Host, pull_request: PullRequest) -> Config | Refusal:
    """The base branch's configuration: a pull request does not set the rules it is accepted by."""
    text = host.read_file(FILE_NAME, pull_request.base_sha)
    if text is None:
        return Refusal(
            text=f"the base branch has no {FILE_NAME}, so there is nothing this could be a regression from",
            remedy="merge a configuration and a baseline first",
        )
    try:
        return parse_config(text)
    except ProblemsError:
        return _mending_config(host, pull_request)


def _mending_config(host: Host, pull_request: PullRequest) -> Config | Refusal:
    """The pull request's own configuration where the base's is broken; who may sign off is then as nobody set it."""
    text = host.read_file(FILE_NAME, pull_request.head_sha)
    try:
        mended = parse_config(text or "")
    except ProblemsError as error:
        first = error.problems[0]
        return Refusal(
            text=f"{FILE_NAME} has errors, on the base branch and here: {prose(first.message)}",
            remedy="mend it in this pull request first",
        )
    return mended.model_copy(update={"sign_off": SignOffConfig()})


def baseline_path(config: Config, agent: str) -> str:
    """Where an agent's baseline lies."""
    return f"{config.baselines}/{agent}.json"


def baseline_texts(host: Host, config: Config, ref: str) -> dict[str, str]:
    """The baseline files of a commit that are there, by agent."""
    texts = {agent: host.read_file(baseline_path(config, agent), ref) for agent in config.agents}
    return {agent: text for agent, text in texts.items() if text is not None}


def stamp(at: datetime) -> str:
    """A moment as baselines hold it: ISO 8601, UTC, whole seconds."""
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _written_at(ask: CommentAsk, host: Host) -> datetime | None:
    """When the comment was written; None when it is deleted, which takes it back."""
    return ask.at if any(one.id == ask.comment_id for one in host.comments(ask.number)) else None


def _reason(ask: Ask) -> str:
    if isinstance(ask, LabelAsk):
        return f"label {ask.label}, no reason given"
    return "" if isinstance(ask.command, Malformed) else ask.command.reason


def _names(ask: Ask) -> tuple[str, ...]:
    return () if isinstance(ask, LabelAsk) or isinstance(ask.command, Malformed) else ask.command.cases


def _is_done(request: Request) -> bool:
    """Whether the mark on the head is of this very request, told once more.

    The mark makes the history at that commit the gate's own. Where nothing was committed, the mark is all there is.
    """
    if request.mark is None:
        return False
    if request.is_ours:
        return is_entered(request.baselines, request.by, request.stamp)
    return request.mark.by.casefold() == request.by.casefold() and request.mark.at >= request.at


def _refusal(ask: Ask, request: Request, host: Host, events: Sequence[LabelEvent]) -> Refusal | None:
    policy = request.config.sign_off
    refusal = person_refused(ask.actor, host.permission(ask.actor.login), request.pull_request, policy)
    if refusal is None and isinstance(ask, LabelAsk):
        refusal = label_refused(ask, events, policy)
    if refusal is None and isinstance(ask, CommentAsk):
        refusal = malformed(ask)
    return refusal or moved(request.approved, request.pull_request)
