"""What holds of every `Host`: the repository in memory, GitHub's client aimed at the stand-in and at an emulator."""

from abc import ABC, abstractmethod
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest

from gate.errors import NotFoundError, StaleError
from gate.github.client import GitHub
from gate.github.host import Host, WorkflowRun
from tests.fakes_github import BOT, FakeHost
from tests.integration.github.emulated import BOT as EMULATED_BOT
from tests.integration.github.emulated import Repository
from tests.integration.github.stub import BOT as BOT_ACCOUNT
from tests.integration.github.stub import Stub, person

GAPS = {
    "test_a_pull_request_is_told_as_it_is_now": "the head of a pull request does not follow its branch",
    "test_labels_and_their_events_tell_who_and_in_which_order": "a pull request has no events",
    "test_a_stranger_may_nothing": "permissions are called `push` and `pull`, not `write` and `read`",
    "test_statuses_are_told_newest_first_with_who_set_them_and_when": "there are no commit statuses",
    "test_a_reaction_is_put_on_a_comment_that_is_there": "there are no reactions",
    "test_reactions_tell_who_gave_them_and_when": "there are no reactions",
    "test_runs_of_a_workflow_are_told_from_a_time_on_newest_first": "a workflow cannot be run",
    "test_the_pull_request_follows_a_commit": "the head of a pull request does not follow its branch",
}
"""What the emulator does not do as GitHub does, by the test that shows it."""


class Place(ABC):
    """A host, and what happens around it. `number` is the pull request's, `me` who the token is and whether a bot."""

    host: Host
    number = 7
    me = (BOT, True)

    @abstractmethod
    def commit(self, branch: str, files: Mapping[str, str]) -> str: ...

    @abstractmethod
    def open_request(self, branch: str) -> None: ...

    @abstractmethod
    def label(self, name: str, actor: str) -> None: ...

    @abstractmethod
    def put_reaction(self, comment_id: int, content: str, login: str) -> None: ...

    @abstractmethod
    def permit(self, login: str) -> None: ...

    @abstractmethod
    def run_workflow(self, run_id: int, workflow: int, began: datetime) -> None: ...


class InMemory(Place):
    def __init__(self) -> None:
        self.fake = FakeHost()
        self.host = self.fake

    def commit(self, branch: str, files: Mapping[str, str]) -> str:
        return self.fake.push(branch, files)

    def open_request(self, branch: str) -> None:
        self.fake.open_request(self.number, branch)

    def label(self, name: str, actor: str) -> None:
        self.fake.put_label(self.number, name, actor)

    def put_reaction(self, comment_id: int, content: str, login: str) -> None:
        self.fake.put_reaction(comment_id, content, login)

    def permit(self, login: str) -> None:
        self.fake.permissions[login] = "write"

    def run_workflow(self, run_id: int, workflow: int, began: datetime) -> None:
        self.fake.runs.append(WorkflowRun(id=run_id, workflow=workflow, began=began))


class OnStub(Place):
    def __init__(self, stub: Stub, client: GitHub) -> None:
        self.state = stub.state
        self.host = client

    def commit(self, branch: str, files: Mapping[str, str]) -> str:
        before = self.state.refs.get(f"heads/{branch}", "")
        known = self.state.trees[self.state.commits[before]["tree"]["sha"]] if before else {}
        sha = self.state.commit({**known, **files}, (before,) if before else (), message=str(len(self.state.commits)))
        self.state.refs[f"heads/{branch}"] = sha
        for pull in self.state.pulls.values():
            if pull["head"]["ref"] == branch:
                pull["head"]["sha"] = sha
        return sha

    def open_request(self, branch: str) -> None:
        refs = self.state.refs
        self.state.add_pull(
            self.number, head=refs[f"heads/{branch}"], base=refs["heads/main"], head_ref=branch, user=person("ann")
        )

    def label(self, name: str, actor: str) -> None:
        self.state.label(self.number, name, person(actor))

    def put_reaction(self, comment_id: int, content: str, login: str) -> None:
        self.state.react(comment_id, content, BOT_ACCOUNT if login == BOT else person(login))

    def permit(self, login: str) -> None:
        self.state.permissions[login] = "write"

    def run_workflow(self, run_id: int, workflow: int, began: datetime) -> None:
        self.state.add_run(run_id, workflow, f"{began:%Y-%m-%dT%H:%M:%SZ}")


class Emulated(Place):
    me = (EMULATED_BOT, False)

    def __init__(self, url: str) -> None:
        self.repository = Repository.make(url, f"agents-{uuid4().hex[:8]}")
        self.host = self.repository.client(EMULATED_BOT)

    def commit(self, branch: str, files: Mapping[str, str]) -> str:
        return self.repository.commit(branch, files)

    def open_request(self, branch: str) -> None:
        self.number = self.repository.open_request(branch)

    def label(self, name: str, actor: str) -> None:
        self.repository.permit(actor, "push")
        self.repository.label(self.number, name, actor)

    def put_reaction(self, comment_id: int, content: str, login: str) -> None:
        raise NotImplementedError(f"{login} cannot react with {content} to {comment_id} here")

    def permit(self, login: str) -> None:
        self.repository.permit(login, "push")

    def run_workflow(self, run_id: int, workflow: int, began: datetime) -> None:
        raise NotImplementedError(f"nothing runs here: not {run_id} of {workflow} at {began}")


@pytest.fixture(params=["memory", "client", "emulator"])
def place(request: pytest.FixtureRequest) -> Place:
    made: Place
    if request.param == "memory":
        made = InMemory()
    elif request.param == "client":
        made = OnStub(request.getfixturevalue("stub"), request.getfixturevalue("host"))
    else:
        made = Emulated(request.getfixturevalue("emulated_github"))
        if (gap := GAPS.get(request.function.__name__)) is not None:
            request.applymarker(pytest.mark.xfail(reason=gap, strict=True))
    made.commit("main", {"a.txt": "1"})
    made.commit("change", {"a.txt": "1", "b.txt": "2"})
    made.open_request("change")
    return made


def test_a_pull_request_is_told_as_it_is_now(place: Place) -> None:
    head = place.commit("change", {"b.txt": "3"})

    request = place.host.pull_request(place.number)

    assert (request.head_sha, request.head_ref, request.base_ref) == (head, "change", "main")
    assert (request.author, request.author_is_bot, request.is_fork, request.state) == ("ann", False, False, "open")
    with pytest.raises(NotFoundError):
        place.host.pull_request(place.number + 1)


def test_where_two_lines_of_history_parted_is_told_for_commits_and_branches(place: Place) -> None:
    parted = place.host.tip("main")
    newer = place.commit("main", {"d.txt": "5"})

    assert parted != newer
    assert place.host.merge_base("main", parted) == parted
    assert place.host.merge_base(parted, "main") == parted
    assert place.host.merge_base(newer, "main") == newer
    with pytest.raises(NotFoundError):
        place.host.merge_base("e" * 40, newer)


def test_labels_and_their_events_tell_who_and_in_which_order(place: Place) -> None:
    place.label("accept-baseline", "wendy")
    place.host.remove_label(place.number, "accept-baseline")
    place.host.remove_label(place.number, "accept-baseline")
    place.label("/accept-baseline", "rita")

    events = place.host.label_events(place.number)

    assert [(one.kind, one.label, one.actor, one.actor_is_bot) for one in events] == [
        ("labeled", "accept-baseline", "wendy", False),
        ("unlabeled", "accept-baseline", BOT, True),
        ("labeled", "/accept-baseline", "rita", False),
    ]
    assert [one.at for one in events] == sorted({one.at for one in events})
    assert place.host.pull_request(place.number).labels == ("/accept-baseline",)


def test_a_stranger_may_nothing(place: Place) -> None:
    place.permit("wendy")

    assert (place.host.permission("wendy"), place.host.permission("stranger")) == ("write", "none")


def test_statuses_are_told_newest_first_with_who_set_them_and_when(place: Place) -> None:
    sha = place.host.pull_request(place.number).head_sha
    place.host.set_status(sha, "gate", "pending")
    place.host.set_status(sha, "gate", "success", "x" * 200)

    newest, oldest = place.host.statuses(sha)

    assert (newest.state, newest.creator, oldest.state, oldest.description) == ("success", BOT, "pending", "")
    assert len(newest.description) == 140
    assert newest.created is not None
    assert oldest.created is not None
    assert newest.created > oldest.created


def test_comments_are_written_changed_and_removed(place: Place) -> None:
    first = place.host.create_comment(place.number, "one")
    place.host.create_comment(place.number, "two")
    place.host.update_comment(first.id, "changed")

    said = place.host.comments(place.number)

    assert [(one.author, one.author_is_bot) for one in said] == [place.me, place.me]
    assert [one.body for one in said] == ["changed", "two"]
    place.host.delete_comment(first.id)
    place.host.delete_comment(first.id)
    assert [one.body for one in place.host.comments(place.number)] == ["two"]


def test_a_reaction_is_put_on_a_comment_that_is_there(place: Place) -> None:
    first = place.host.create_comment(place.number, "one")
    place.host.react(first.id, "+1")
    place.host.react(first.id, "+1")

    place.host.delete_comment(first.id)

    with pytest.raises(NotFoundError):
        place.host.react(first.id, "+1")


def test_reactions_tell_who_gave_them_and_when(place: Place) -> None:
    comment = place.host.create_comment(place.number, "what do you say?")
    place.host.react(comment.id, "eyes")
    place.host.react(comment.id, "eyes")
    place.put_reaction(comment.id, "-1", "ann")

    found = place.host.reactions(comment.id)

    assert [(one.content, one.login, one.is_bot) for one in found] == [("eyes", BOT, True), ("-1", "ann", False)]
    assert found[0].at < found[1].at
    with pytest.raises(NotFoundError):
        place.host.reactions(comment.id + 99)


def test_files_are_read_at_a_commit_or_a_branch(place: Place) -> None:
    old = place.commit("main", {"a.txt": "old"})
    place.commit("main", {"a.txt": "new"})

    assert [place.host.read_file("a.txt", ref) for ref in (old, "main", "gone")] == ["old", "new", None]
    assert place.host.read_file("absent.txt", old) is None


def test_a_commit_is_made_on_its_parent_and_moves_the_branch(place: Place) -> None:
    parent = place.host.pull_request(place.number).head_sha

    sha = place.host.commit_files("change", parent, {"b.txt": "new", "c/d.txt": "3"}, "Accept")

    assert place.host.tip("change") == sha
    assert [place.host.read_file(path, sha) for path in ("a.txt", "b.txt", "c/d.txt")] == ["1", "new", "3"]
    assert place.host.tree(sha) != place.host.tree(parent)


def test_the_pull_request_follows_a_commit(place: Place) -> None:
    parent = place.host.tip("change")

    sha = place.host.commit_files("change", parent, {"b.txt": "new"}, "Accept")

    assert place.host.pull_request(place.number).head_sha == sha


@pytest.mark.parametrize("how", ["ahead", "back"])
def test_nothing_is_committed_on_a_branch_that_is_elsewhere(place: Place, how: str) -> None:
    head = place.host.pull_request(place.number).head_sha
    newer = place.commit("change", {"b.txt": "pushed"})
    parent = head if how == "ahead" else "0" * 40

    with pytest.raises(StaleError):
        place.host.commit_files("change", parent, {"b.txt": "x"}, "Accept")

    assert place.host.tip("change") == newer


def test_what_was_never_uploaded_is_no_artifact(place: Place) -> None:
    assert place.host.artifact("agent-eval-gate", place.host.pull_request(place.number).head_sha) is None


def test_runs_of_a_workflow_are_told_from_a_time_on_newest_first(place: Place) -> None:
    noon = datetime(2026, 11, 22, 12, tzinfo=UTC)
    for run_id, workflow, hours in ((70, 5, -1), (71, 5, 0), (72, 6, 1), (73, 5, 2)):
        place.run_workflow(run_id, workflow, noon + timedelta(hours=hours))

    found = place.host.workflow_runs(5, noon)

    assert [(one.id, one.workflow, one.began) for one in found] == [(73, 5, noon + timedelta(hours=2)), (71, 5, noon)]
    assert place.host.workflow_run(70) == WorkflowRun(id=70, workflow=5, began=noon - timedelta(hours=1))
    assert place.host.workflow_runs(7, noon) == []
    with pytest.raises(NotFoundError):
        place.host.workflow_run(99)
