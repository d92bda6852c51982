"""GitHub's REST API as the gate's `Host`: which request answers what."""

from base64 import b64decode
from binascii import Error as Base64Error
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from typing import TypeVar
from urllib.parse import quote

from pydantic import BaseModel, TypeAdapter, ValidationError

from gate.errors import HostError, NotFoundError, StaleError
from gate.github.answers import (
    ArtifactsAnswer,
    BlobAnswer,
    CommentAnswer,
    CommitAnswer,
    ComparisonAnswer,
    ContentAnswer,
    FileAnswer,
    IssueEvent,
    ObjectAnswer,
    PermissionAnswer,
    PullRequestAnswer,
    ReactionAnswer,
    RefAnswer,
    StatusAnswer,
    WorkflowRunAnswer,
    WorkflowRunsAnswer,
)
from gate.github.host import (
    DESCRIPTION_LIMIT,
    Comment,
    CommitStatus,
    LabelEvent,
    Permission,
    PullRequest,
    Reacted,
    Reaction,
    StatusState,
    WorkflowRun,
)
from gate.github.patience import Purpose
from gate.github.transport import Pace, Transport
from gate.model.case import Json
from gate.reports.escape import clip, one_line

MOST_PAGES = 100
"""Pages of one listing that are read: 10,000 comments are no conversation any more."""
ARTIFACT_PAGES = 10
"""Pages of artifacts searched, newest first: the last thousand of that name."""
RUN_PAGES = 10
"""Pages of workflow runs read: GitHub gives the first thousand of a listing by time."""
_NOT_FAST_FORWARD = 422

Model = TypeVar("Model", bound=BaseModel)
_EVENTS = TypeAdapter(tuple[IssueEvent, ...])
_COMMENTS = TypeAdapter(tuple[CommentAnswer, ...])
_REACTIONS = TypeAdapter(tuple[ReactionAnswer, ...])
_STATUSES = TypeAdapter(tuple[StatusAnswer, ...])
_FILES = TypeAdapter(tuple[FileAnswer, ...])
_PULLS = TypeAdapter(tuple[PullRequestAnswer, ...])


class GitHub:
    """One repository (`owner/name`) with the rights of one token. Satisfies `Host`."""

    def __init__(self, repository: str, token: str, api_url: str, pace: Pace | None = None) -> None:
        self._transport = Transport(repository, token, api_url, pace or Pace())

    def pull_request(self, number: int) -> PullRequest:
        """The pull request as it is now."""
        purpose = Purpose(what=f"read pull request {number}", permission="pull-requests: read")
        return self._one(PullRequestAnswer, f"/pulls/{number}", purpose).value()

    def open_pull_requests(self, owner: str, branch: str) -> Sequence[PullRequest]:
        """The open pull requests from a branch of this owner."""
        purpose = Purpose(what="list pull requests", permission="pull-requests: read")
        found = self._all(_PULLS, "/pulls", purpose, state="open", head=f"{owner}:{branch}")
        return [answer.value() for answer in found]

    def merged_by(self, sha: str) -> Sequence[PullRequest]:
        """The pull requests whose merge made this commit."""
        purpose = Purpose(what=f"find what merged {sha[:7]}", permission="pull-requests: read")
        found = self._all(_PULLS, f"/commits/{_segment(sha)}/pulls", purpose)
        return [answer.value() for answer in found if answer.merged_at is not None and answer.merge_commit_sha == sha]

    def tip(self, branch: str) -> str:
        """The commit a branch of this repository points at."""
        purpose = Purpose(what=f"read the branch {branch}", permission="contents: read")
        return self._one(RefAnswer, f"/git/ref/heads/{quote(branch)}", purpose).object.sha

    def tree(self, sha: str) -> str:
        """The id of a commit's tree."""
        return self._commit(sha).tree.sha

    def merge_base(self, base: str, head: str) -> str:
        """The commit where two lines of history parted; the listing of commits beside it is kept to one."""
        purpose = Purpose(what=f"compare {base[:7]} with {head[:7]}", permission="contents: read")
        path = f"/compare/{_segment(base)}...{_segment(head)}"
        _, answer = self._transport.ask("GET", path, purpose, parameters={"per_page": "1"})
        return _model(ComparisonAnswer, answer, purpose).merge_base_commit.sha

    def permission(self, login: str) -> Permission:
        """What this person may do here; someone who is no collaborator has `none`."""
        purpose = Purpose(what=f"look up the permission of {login}", permission="metadata: read")
        try:
            return self._one(PermissionAnswer, f"/collaborators/{_segment(login)}/permission", purpose).permission
        except NotFoundError:
            return "none"

    def label_events(self, number: int) -> Sequence[LabelEvent]:
        """Every labelling and unlabelling of a pull request, oldest first."""
        told = (entry.labelling() for entry in self._events(number))
        return sorted((event for event in told if event is not None), key=lambda event: event.at)

    def force_pushes(self, number: int) -> Sequence[datetime]:
        """When a pull request's branch was set to a commit that does not follow its last one, oldest first."""
        return sorted(entry.created_at for entry in self._events(number) if entry.is_force_push)

    def remove_label(self, number: int, name: str) -> None:
        """Take a label off; no error when it is gone already."""
        purpose = Purpose(what=f"remove the label {name}", permission="pull-requests: write")
        try:
            self._ask("DELETE", f"/issues/{number}/labels/{_segment(name)}", purpose)
        except NotFoundError:
            return

    def comments(self, number: int) -> Sequence[Comment]:
        """Every comment of the conversation, all pages, oldest first."""
        purpose = Purpose(what=f"read the comments of {number}", permission="pull-requests: read")
        found = (answer.value() for answer in self._all(_COMMENTS, f"/issues/{number}/comments", purpose))
        return sorted(found, key=lambda comment: comment.id)

    def create_comment(self, number: int, body: str) -> Comment:
        """Add a comment. Not asked again after an outage, since the first one may be there: look before you do."""
        purpose = Purpose(what="comment on the pull request", permission="pull-requests: write")
        path = f"/issues/{number}/comments"
        _, answer = self._transport.ask("POST", path, purpose, {"body": body}, repeatable=False)
        return _model(CommentAnswer, answer, purpose).value()

    def update_comment(self, comment_id: int, body: str) -> Comment:
        """Replace a comment's text."""
        purpose = Purpose(what="change a comment", permission="pull-requests: write")
        answer = self._ask("PATCH", f"/issues/comments/{comment_id}", purpose, {"body": body})
        return _model(CommentAnswer, answer, purpose).value()

    def delete_comment(self, comment_id: int) -> None:
        """Remove a comment; no error when it is gone already."""
        purpose = Purpose(what="delete a comment", permission="pull-requests: write")
        try:
            self._ask("DELETE", f"/issues/comments/{comment_id}", purpose)
        except NotFoundError:
            return

    def react(self, comment_id: int, content: Reaction) -> None:
        """Put a reaction on a comment; the same one twice is one."""
        purpose = Purpose(what="react to a comment", permission="pull-requests: write")
        self._ask("POST", f"/issues/comments/{comment_id}/reactions", purpose, {"content": content})

    def reactions(self, comment_id: int) -> Sequence[Reacted]:
        """Every reaction to a comment, oldest first."""
        purpose = Purpose(what="read the reactions to a comment", permission="issues: read")
        found = self._all(_REACTIONS, f"/issues/comments/{comment_id}/reactions", purpose)
        return sorted((answer.value() for answer in found), key=lambda one: one.at)

    def set_status(
        self, sha: str, context: str, state: StatusState, description: str = "", target_url: str = ""
    ) -> None:
        """Set a commit's status; a description is cut to the platform's length."""
        purpose = Purpose(what="set the commit status", permission="statuses: write")
        told = {"description": clip(one_line(description), DESCRIPTION_LIMIT), "target_url": target_url}
        given: dict[str, Json] = {key: text for key, text in told.items() if text}
        self._ask("POST", f"/statuses/{_segment(sha)}", purpose, {"state": state, "context": context, **given})

    def statuses(self, sha: str) -> Sequence[CommitStatus]:
        """Every status a commit was ever given, newest first."""
        purpose = Purpose(what="read commit statuses", permission="statuses: read")
        return [answer.value() for answer in self._all(_STATUSES, f"/commits/{_segment(sha)}/statuses", purpose)]

    def changed_files(self, number: int) -> Sequence[str]:
        """The paths a pull request changes, old names of renamed files included."""
        purpose = Purpose(what=f"list the files of pull request {number}", permission="pull-requests: read")
        files = self._all(_FILES, f"/pulls/{number}/files", purpose)
        names = {name for file in files for name in (file.filename, file.previous_filename) if name}
        return sorted(names)

    def read_file(self, path: str, ref: str) -> str | None:
        """A file's text at a commit or branch; None when it is not there."""
        purpose = Purpose(what=f"read {path}", permission="contents: read")
        try:
            _, answer = self._transport.ask("GET", f"/contents/{quote(path)}", purpose, parameters={"ref": ref})
        except NotFoundError:
            return None
        found = _model(ContentAnswer, answer, purpose)
        content = found.content
        if found.encoding != "base64":
            content = self._one(BlobAnswer, f"/git/blobs/{_segment(found.sha)}", purpose).content
        try:
            return b64decode(content).decode("utf-8")
        except (Base64Error, UnicodeDecodeError) as error:
            raise HostError(f"{path} at {ref} is not UTF-8 text") from error

    def commit_files(self, branch: str, parent_sha: str, files: Mapping[str, str], message: str) -> str:
        """One commit that writes these files, by compare-and-swap.

        The branch is looked at first, because a fast-forward alone would also succeed on one set back to an ancestor.
        """
        purpose = Purpose(what=f"commit to {branch}", permission="contents: write")
        moved = StaleError(f"{branch} moved away from {parent_sha[:7]}", "run again on the newest commit")
        if self.tip(branch) != parent_sha:
            raise moved
        entries: list[Json] = [
            {"path": path, "mode": "100644", "type": "blob", "content": text} for path, text in sorted(files.items())
        ]
        tree = self._create("/git/trees", {"base_tree": self.tree(parent_sha), "tree": entries}, purpose)
        commit = self._create("/git/commits", {"message": message, "tree": tree, "parents": [parent_sha]}, purpose)
        try:
            self._ask("PATCH", f"/git/refs/heads/{quote(branch)}", purpose, {"sha": commit, "force": False})
        except HostError as error:
            if error.status == _NOT_FAST_FORWARD:
                raise moved from error
            raise
        return commit

    def artifact(self, name: str, head_sha: str) -> bytes | None:
        """The zip of the newest artifact of that name, not expired, made by a workflow run of that head commit."""
        purpose = Purpose(what=f"read the artifact {name}", permission="actions: read")
        for page in self._transport.pages("/actions/artifacts", purpose, {"name": name}, most=ARTIFACT_PAGES):
            for one in _model(ArtifactsAnswer, page, purpose).artifacts:
                made_there = one.workflow_run is not None and one.workflow_run.head_sha == head_sha
                if one.name == name and made_there and not one.expired:
                    return self._transport.download(f"/actions/artifacts/{one.id}/zip", purpose)
        return None

    def workflow_run(self, run_id: int) -> WorkflowRun:
        """A run of a workflow as it is now."""
        purpose = Purpose(what="read this run of the workflow", permission="actions: read")
        return self._one(WorkflowRunAnswer, f"/actions/runs/{run_id}", purpose).value()

    def workflow_runs(self, workflow: int, since: datetime) -> Sequence[WorkflowRun]:
        """Every run of a workflow that was made since then, newest first."""
        purpose = Purpose(what="count the runs of this workflow", permission="actions: read")
        asked = {"created": f">={since.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}", "exclude_pull_requests": "true"}
        path = f"/actions/workflows/{workflow}/runs"
        pages = self._transport.pages(path, purpose, asked, most=RUN_PAGES)
        return [one.value() for page in pages for one in _model(WorkflowRunsAnswer, page, purpose).workflow_runs]

    def _events(self, number: int) -> Iterator[IssueEvent]:
        purpose = Purpose(what=f"read the history of {number}", permission="pull-requests: read")
        return self._all(_EVENTS, f"/issues/{number}/events", purpose)

    def _commit(self, sha: str) -> CommitAnswer:
        purpose = Purpose(what=f"read commit {sha[:7]}", permission="contents: read")
        return self._one(CommitAnswer, f"/git/commits/{_segment(sha)}", purpose)

    def _create(self, path: str, body: Json, purpose: Purpose) -> str:
        return _model(ObjectAnswer, self._ask("POST", path, purpose, body), purpose).sha

    def _one(self, model: type[Model], path: str, purpose: Purpose) -> Model:
        return _model(model, self._ask("GET", path, purpose), purpose)

    def _all(
        self, adapter: TypeAdapter[tuple[Model, ...]], path: str, purpose: Purpose, **parameters: str
    ) -> Iterator[Model]:
        for page in self._transport.pages(path, purpose, parameters, most=MOST_PAGES):
            try:
                yield from adapter.validate_python(page)
            except ValidationError as error:
                raise _unexpected(error, purpose) from error

    def _ask(self, verb: str, path: str, purpose: Purpose, body: Json = None) -> object:
        return self._transport.ask(verb, path, purpose, body)[1]


def _segment(text: str) -> str:
    return quote(text, safe="")


def _model(model: type[Model], answer: object, purpose: Purpose) -> Model:
    try:
        return model.model_validate(answer)
    except ValidationError as error:
        raise _unexpected(error, purpose) from error


def _unexpected(error: ValidationError, purpose: Purpose) -> HostError:
    first = error.errors()[0]
    where = ".".join(str(part) for part in first["loc"]) or "the answer"
    return HostError(f"GitHub's answer is not what it should be when the gate was to {purpose.what}: {where}")
