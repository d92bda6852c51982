"""What holds of every `Host`: the repository in memory and GitHub's client aimed at the stand-in answer alike."""

from abc import ABC, abstractmethod
from collections.abc import Mapping

import pytest

from gate.errors import NotFoundError, StaleError
from gate.github.client import GitHub
from gate.github.host import Host
from tests.fakes_github import BOT, FakeHost
from tests.integration.github.stub import Stub, person


class Place(ABC):
    """A host, and what happens around it."""

    host: Host

    @abstractmethod
    def commit(self, branch: str, files: Mapping[str, str]) -> str: ...

    @abstractmethod
    def open_request(self, number: int, branch: str) -> None: ...

    @abstractmethod
    def label(self, number: int, name: str, actor: str) -> None: ...

    @abstractmethod
    def permit(self, login: str) -> None: ...


class InMemory(Place):
    def __init__(self) -> None:
        self.fake = FakeHost()
        self.host = self.fake

    def commit(self, branch: str, files: Mapping[str, str]) -> str:
        return self.fake.push(branch, files)

    def open_request(self, number: int, branch: str) -> None:
        self.fake.open_request(number, branch)

    def label(self, number: int, name: str, actor: str) -> None:
        self.fake.put_label(number, name, actor)

    def permit(self, login: str) -> None:
        self.fake.permissions[login] = "write"


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

    def open_request(self, number: int, branch: str) -> None:
        refs = self.state.refs
        self.state.add_pull(
            number, head=refs[f"heads/{branch}"], base=refs["heads/main"], head_ref=branch, user=person("ann")
        )

    def label(self, number: int, name: str, actor: str) -> None:
        self.state.label(number, name, person(actor))

    def permit(self, login: str) -> None:
        self.state.permissions[login] = "write"


@pytest.fixture(params=["memory", "client"])
def place(request: pytest.FixtureRequest, stub: Stub, host: GitHub) -> Place:
    made: Place = InMemory() if request.param == "memory" else OnStub(stub, host)
    made.commit("main", {"a.txt": "1"})
    made.commit("change", {"a.txt": "1", "b.txt": "2"})
    made.open_request(7, "change")
    return made


def test_a_pull_request_is_told_as_it_is_now(place: Place) -> None:
    head = place.commit("change", {"b.txt": "3"})

    request = place.host.pull_request(7)

    assert (request.head_sha, request.head_ref, request.base_ref) == (head, "change", "main")
    assert (request.author, request.author_is_bot, request.is_fork, request.state) == ("ann", False, False, "open")
    with pytest.raises(NotFoundError):
        place.host.pull_request(8)


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
    place.label(7, "accept-baseline", "wendy")
    place.host.remove_label(7, "accept-baseline")
    place.host.remove_label(7, "accept-baseline")
    place.label(7, "/accept-baseline", "rita")

    events = place.host.label_events(7)

    assert [(one.kind, one.label, one.actor, one.actor_is_bot) for one in events] == [
        ("labeled", "accept-baseline", "wendy", False),
        ("unlabeled", "accept-baseline", BOT, True),
        ("labeled", "/accept-baseline", "rita", False),
    ]
    assert [one.at for one in events] == sorted({one.at for one in events})
    assert place.host.pull_request(7).labels == ("/accept-baseline",)


def test_a_stranger_may_nothing(place: Place) -> None:
    place.permit("wendy")

    assert (place.host.permission("wendy"), place.host.permission("stranger")) == ("write", "none")


def test_statuses_are_told_newest_first_with_who_set_them_and_when(place: Place) -> None:
    sha = place.host.pull_request(7).head_sha
    place.host.set_status(sha, "gate", "pending")
    place.host.set_status(sha, "gate", "success", "x" * 200)

    newest, oldest = place.host.statuses(sha)

    assert (newest.state, newest.creator, oldest.state, oldest.description) == ("success", BOT, "pending", "")
    assert len(newest.description) == 140
    assert newest.created is not None
    assert oldest.created is not None
    assert newest.created > oldest.created


def test_comments_are_written_changed_and_removed(place: Place) -> None:
    first = place.host.create_comment(7, "one")
    place.host.create_comment(7, "two")
    place.host.update_comment(first.id, "changed")
    place.host.react(first.id, "+1")

    said = place.host.comments(7)

    assert [(one.author, one.author_is_bot, one.body) for one in said] == [(BOT, True, "changed"), (BOT, True, "two")]
    place.host.delete_comment(first.id)
    place.host.delete_comment(first.id)
    assert [one.body for one in place.host.comments(7)] == ["two"]
    with pytest.raises(NotFoundError):
        place.host.react(first.id, "+1")


def test_files_are_read_at_a_commit_or_a_branch(place: Place) -> None:
    old = place.commit("main", {"a.txt": "old"})
    place.commit("main", {"a.txt": "new"})

    assert [place.host.read_file("a.txt", ref) for ref in (old, "main", "gone")] == ["old", "new", None]
    assert place.host.read_file("absent.txt", old) is None


def test_a_commit_is_made_on_its_parent_and_moves_branch_and_pull_request(place: Place) -> None:
    parent = place.host.pull_request(7).head_sha

    sha = place.host.commit_files("change", parent, {"b.txt": "new", "c/d.txt": "3"}, "Accept")

    assert place.host.pull_request(7).head_sha == place.host.tip("change") == sha
    assert [place.host.read_file(path, sha) for path in ("a.txt", "b.txt", "c/d.txt")] == ["1", "new", "3"]
    assert place.host.tree(sha) != place.host.tree(parent)


@pytest.mark.parametrize("how", ["ahead", "back"])
def test_nothing_is_committed_on_a_branch_that_is_elsewhere(place: Place, how: str) -> None:
    head = place.host.pull_request(7).head_sha
    newer = place.commit("change", {"b.txt": "pushed"})
    parent = head if how == "ahead" else "0" * 40

    with pytest.raises(StaleError):
        place.host.commit_files("change", parent, {"b.txt": "x"}, "Accept")

    assert place.host.tip("change") == newer


def test_what_was_never_uploaded_is_no_artifact(place: Place) -> None:
    assert place.host.artifact("agent-eval-gate", place.host.pull_request(7).head_sha) is None
