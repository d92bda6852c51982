"""A repository on GitHub in memory: pull requests, people, a clock. Satisfies `Host` with the rights of one token."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from hashlib import sha1

from gate.errors import NotFoundError, NotPermittedError, StaleError
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
from gate.reports.escape import clip, one_line

BOT = "github-actions[bot]"
REPOSITORY = "acme/support"


@dataclass(frozen=True, slots=True)
class Commit:
    """Files by path, the commit before ("" = none), and who made it, saying what."""

    files: Mapping[str, str]
    parent: str
    author: str
    message: str


@dataclass(slots=True)
class FakeHost:
    """What the token of `login` sees and does. Every act takes the clock a second further.

    Methods named after what people do (`push`, `put_label`, …) are the outside world; the rest is `Host`. What `denied`
    names raises `NotPermittedError`. `before_commit` happens between the question to commit and the compare-and-swap.
    """

    login: str = BOT
    permissions: dict[str, Permission] = field(default_factory=dict)
    commits: dict[str, Commit] = field(default_factory=dict)
    branches: dict[str, str] = field(default_factory=dict)
    requests: dict[int, PullRequest] = field(default_factory=dict)
    events: list[tuple[int, LabelEvent]] = field(default_factory=list)
    said: list[tuple[int, Comment]] = field(default_factory=list)
    reacted: list[tuple[int, Reacted]] = field(default_factory=list)
    given: list[tuple[str, CommitStatus]] = field(default_factory=list)
    artifacts: dict[tuple[str, str], bytes] = field(default_factory=dict)
    runs: list[WorkflowRun] = field(default_factory=list)
    denied: set[str] = field(default_factory=set)
    before_commit: list[tuple[str, dict[str, str]]] = field(default_factory=list)
    forced: list[tuple[int, datetime]] = field(default_factory=list)
    now: datetime = datetime(2026, 11, 22, 14, 0, 0, tzinfo=UTC)

    # the outside world

    def commit(self, parent: str, files: Mapping[str, str], author: str = "ann", message: str = "change") -> str:
        """A new commit on another; an empty text removes a file."""
        before = dict(self.commits[parent].files) if parent else {}
        after = {path: text for path, text in {**before, **files}.items() if text}
        sha = sha1(repr((sorted(after.items()), parent, author, message)).encode(), usedforsecurity=False).hexdigest()
        self.commits[sha] = Commit(after, parent, author, message)
        return sha

    def push(self, branch: str, files: Mapping[str, str], author: str = "ann") -> str:
        """A commit by a person on a branch; open pull requests of the branch follow."""
        self._tick()
        self.branches[branch] = self.commit(self.branches.get(branch, ""), files, author)
        self._follow(branch)
        return self.branches[branch]

    def force_push(self, branch: str, sha: str) -> None:
        """A branch is set to a commit, wherever that lies; open pull requests of the branch follow."""
        self._tick()
        self.branches[branch] = sha
        open_ones = [one.number for one in self.requests.values() if (one.head_ref, one.state) == (branch, "open")]
        self.forced += [(number, self.now) for number in open_ones]
        self._follow(branch)

    def branch_off(self, branch: str, source: str) -> None:
        """A new branch at the head of another."""
        self.branches[branch] = self.branches[source]

    def open_request(
        self, number: int, branch: str, base: str = "main", *, author: str = "ann", fork: bool = False
    ) -> PullRequest:
        """A pull request from a branch, of this repository or of a fork."""
        self.requests[number] = PullRequest(
            number=number,
            title="Make replies concise",
            author=author,
            author_is_bot=author.endswith("[bot]"),
            state="open",
            head_sha=self.branches[branch],
            head_ref=branch,
            head_repo=f"{author}/support" if fork else REPOSITORY,
            base_ref=base,
            base_sha=self.branches[base],
            is_fork=fork,
        )
        return self.requests[number]

    def put_label(self, number: int, label: str, actor: str) -> None:
        """Somebody puts a label on."""
        self._label(number, label, "labeled", actor)

    def take_label(self, number: int, label: str, actor: str) -> None:
        """Somebody takes a label off."""
        self._label(number, label, "unlabeled", actor)

    def write(self, number: int, body: str, author: str) -> Comment:
        """Somebody writes a comment."""
        self._tick()
        known = len(self.said) + 1
        comment = Comment(id=known, author=author, author_is_bot=_is_bot(author), body=body, created=self.now)
        self.said.append((number, comment))
        return comment

    def put_reaction(self, comment_id: int, content: str, login: str) -> None:
        """Somebody reacts to a comment."""
        self._tick()
        self.reacted.append((comment_id, Reacted(content=content, login=login, is_bot=_is_bot(login), at=self.now)))

    def status_by(self, sha: str, creator: str, context: str, state: StatusState, description: str) -> None:
        """Somebody sets a status, as whoever may write can."""
        self._tick()
        status = CommitStatus(
            context=context,
            state=state,
            description=clip(one_line(description), DESCRIPTION_LIMIT),
            target_url="",
            creator=creator,
            created=self.now,
        )
        self.given.append((sha, status))

    # Host

    def pull_request(self, number: int) -> PullRequest:
        """The pull request as it is now."""
        if number not in self.requests:
            raise NotFoundError(f"there is no pull request {number}")
        return self.requests[number]

    def open_pull_requests(self, owner: str, branch: str) -> Sequence[PullRequest]:
        """The open pull requests from a branch of this owner."""
        return [
            one
            for one in self.requests.values()
            if (one.head_repo.partition("/")[0], one.head_ref, one.state) == (owner, branch, "open")
        ]

    def merged_by(self, sha: str) -> Sequence[PullRequest]:
        """No pull request is merged here."""
        return []

    def tip(self, branch: str) -> str:
        """The commit a branch points at."""
        self._allow("tip")
        return self.branches[branch]

    def tree(self, sha: str) -> str:
        """The id of a commit's tree."""
        return sha1(repr(sorted(self._at(sha).items())).encode(), usedforsecurity=False).hexdigest()

    def merge_base(self, base: str, head: str) -> str:
        """Where the two lines of history parted."""
        ends = [self.branches.get(ref, ref) for ref in (head, base)]
        for end in ends:
            self._at(end)
        return self._merge_base(*ends)

    def permission(self, login: str) -> Permission:
        """What this person may do; `none` for a stranger."""
        return self.permissions.get(login, "none")

    def label_events(self, number: int) -> Sequence[LabelEvent]:
        """Every labelling and unlabelling, oldest first."""
        return [event for request, event in self.events if request == number]

    def force_pushes(self, number: int) -> Sequence[datetime]:
        """When the branch was force-pushed, oldest first."""
        return [at for request, at in self.forced if request == number]

    def remove_label(self, number: int, name: str) -> None:
        """Take a label off; no error when it is gone already."""
        self._allow("remove_label")
        if name in self.requests[number].labels:
            self._label(number, name, "unlabeled", self.login)

    def comments(self, number: int) -> Sequence[Comment]:
        """Every comment, oldest first."""
        return [comment for request, comment in self.said if request == number]

    def create_comment(self, number: int, body: str) -> Comment:
        """Add a comment."""
        self._allow("create_comment")
        return self.write(number, body, self.login)

    def update_comment(self, comment_id: int, body: str) -> Comment:
        """Replace a comment's text."""
        for place, (number, comment) in enumerate(self.said):
            if comment.id == comment_id:
                self.said[place] = (number, replace(comment, body=body))
                return self.said[place][1]
        raise NotFoundError(f"there is no comment {comment_id}")

    def delete_comment(self, comment_id: int) -> None:
        """Remove a comment; no error when it is gone already."""
        self.said = [(number, comment) for number, comment in self.said if comment.id != comment_id]

    def react(self, comment_id: int, content: Reaction) -> None:
        """Put a reaction on a comment; the same one twice is one."""
        if all(comment.id != comment_id for _, comment in self.said):
            raise NotFoundError(f"there is no comment {comment_id}")
        if all((number, one.content, one.login) != (comment_id, content, self.login) for number, one in self.reacted):
            self.put_reaction(comment_id, content, self.login)

    def reactions(self, comment_id: int) -> Sequence[Reacted]:
        """Every reaction to a comment, oldest first."""
        if all(comment.id != comment_id for _, comment in self.said):
            raise NotFoundError(f"there is no comment {comment_id}")
        return [one for number, one in self.reacted if number == comment_id]

    def set_status(
        self, sha: str, context: str, state: StatusState, description: str = "", target_url: str = ""
    ) -> None:
        """Set a commit's status."""
        self._allow("set_status")
        if sha not in self.commits:
            raise NotFoundError(f"there is no commit {sha}")
        self.status_by(sha, self.login, context, state, description)

    def statuses(self, sha: str) -> Sequence[CommitStatus]:
        """Every status of a commit, newest first."""
        return [status for commit, status in reversed(self.given) if commit == sha]

    def changed_files(self, number: int) -> Sequence[str]:
        """The paths that differ between the head and where its branch left the base."""
        request = self.requests[number]
        head, base = self._at(request.head_sha), self._at(self._merge_base(request.head_sha, request.base_sha))
        return sorted(path for path in {*head, *base} if head.get(path) != base.get(path))

    def read_file(self, path: str, ref: str) -> str | None:
        """A file's text at a commit or branch."""
        sha = self.branches.get(ref, ref)
        return self.commits[sha].files.get(path) if sha in self.commits else None

    def commit_files(self, branch: str, parent_sha: str, files: Mapping[str, str], message: str) -> str:
        """One commit on a branch, by compare-and-swap."""
        self._allow("commit_files")
        while self.before_commit:
            self.push(*self.before_commit.pop())
        if self.branches.get(branch) != parent_sha:
            raise StaleError(f"{branch} is not at {parent_sha[:7]} any more")
        self._tick()
        self.branches[branch] = self.commit(parent_sha, files, self.login, message)
        self._follow(branch)
        return self.branches[branch]

    def artifact(self, name: str, head_sha: str) -> bytes | None:
        """The zip of that name of that commit."""
        return self.artifacts.get((name, head_sha))

    def workflow_run(self, run_id: int) -> WorkflowRun:
        """A run by its id."""
        found = [one for one in self.runs if one.id == run_id]
        if not found:
            raise NotFoundError(f"there is no run {run_id}")
        return found[0]

    def workflow_runs(self, workflow: int, since: datetime) -> Sequence[WorkflowRun]:
        """The runs of a workflow since then, newest first; those made here have one attempt, or begin with it."""
        return [one for one in reversed(self.runs) if one.workflow == workflow and one.began >= since]

    def _allow(self, act: str) -> None:
        if act in self.denied:
            raise NotPermittedError(f"the token may not {act}", "add the permission")

    def _at(self, sha: str) -> Mapping[str, str]:
        if sha not in self.commits:
            raise NotFoundError(f"there is no commit {sha}")
        return self.commits[sha].files

    def _merge_base(self, head: str, base: str) -> str:
        line = set()
        while base:
            line.add(base)
            base = self.commits[base].parent
        while head not in line:
            head = self.commits[head].parent
        return head

    def _follow(self, branch: str) -> None:
        for number, request in self.requests.items():
            if request.head_ref == branch and request.state == "open":
                self.requests[number] = replace(request, head_sha=self.branches[branch])

    def _label(self, number: int, label: str, kind: str, actor: str) -> None:
        self._tick()
        request = self.requests[number]
        labels = tuple(one for one in request.labels if one != label)
        if kind == "labeled":
            event = LabelEvent(label=label, kind="labeled", actor=actor, actor_is_bot=_is_bot(actor), at=self.now)
            labels = (*labels, label)
        else:
            event = LabelEvent(label=label, kind="unlabeled", actor=actor, actor_is_bot=_is_bot(actor), at=self.now)
        self.requests[number] = replace(request, labels=labels)
        self.events.append((number, event))

    def _tick(self) -> None:
        self.now += timedelta(seconds=1)


def _is_bot(login: str) -> bool:
    return login.endswith("[bot]")
