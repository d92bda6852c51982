"""Flows with state on an emulated GitHub: one comment, compare-and-swap, roles."""

import threading
from uuid import uuid4

import pytest

from gate.errors import HostError, StaleError
from gate.github.sticky import post
from tests.integration.github.emulated import BOT, READER, Repository

MARKER = "<!-- agent-eval-gate:customer-support-agent -->"


@pytest.fixture
def repository(emulated_github: str) -> Repository:
    return Repository.make(emulated_github, f"agents-{uuid4().hex[:8]}")


@pytest.fixture
def number(repository: Repository) -> int:
    repository.commit("change", {"b.txt": "2"})
    return repository.open_request("change")


def ours(repository: Repository, number: int) -> list[str]:
    return [one["body"] for one in repository.comments(number) if one["body"].startswith(MARKER)]


def test_one_comment_is_written_and_changed_in_place_behind_150_others(repository: Repository, number: int) -> None:
    """Its paging is the emulator's own: `Link` headers and all."""
    host = repository.client(BOT)
    for at in range(150):
        host.create_comment(number, f"comment {at}")
    first = post(host, number, f"{MARKER}\nfirst", BOT)

    second = post(host, number, f"{MARKER}\nsecond", BOT)

    assert first.id == second.id
    assert [one.body for one in host.comments(number) if one.body.startswith(MARKER)] == [f"{MARKER}\nsecond"]
    assert len(host.comments(number)) == 151


def test_four_runs_that_race_leave_one_comment(repository: Repository, number: int) -> None:
    """Each with a connection of its own."""
    start = threading.Barrier(4)

    def run(name: int) -> None:
        host = repository.client(BOT)
        start.wait(timeout=10)
        post(host, number, f"{MARKER}\nrun {name}", BOT)

    runs = [threading.Thread(target=run, args=(name,)) for name in range(4)]
    for one in runs:
        one.start()
    for one in runs:
        one.join(timeout=60)

    assert len(ours(repository, number)) == 1


def test_of_two_commits_on_one_parent_only_one_is_made(repository: Repository) -> None:
    """Whoever comes second is told that the branch has moved, and changes nothing."""
    host = repository.client(BOT)
    parent = repository.commit("change", {"baselines/a.json": "1"})
    won = host.commit_files("change", parent, {"baselines/a.json": "2"}, "Accept")

    with pytest.raises(StaleError):
        host.commit_files("change", parent, {"baselines/a.json": "3"}, "Accept")

    assert host.tip("change") == won
    assert host.read_file("baselines/a.json", "change") == "2"


def test_a_push_between_the_look_and_the_swap_is_not_overwritten(
    repository: Repository, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The branch looks untouched when it is looked at, and is elsewhere when it is to be moved."""
    host = repository.client(BOT)
    parent = repository.commit("change", {"a.txt": "1"})
    pushed = repository.commit("change", {"a.txt": "pushed"})
    monkeypatch.setattr(host, "tip", lambda _: parent)

    with pytest.raises(StaleError):
        host.commit_files("change", parent, {"a.txt": "2"}, "Accept")

    assert repository.client(BOT).tip("change") == pushed


def test_a_reader_may_not_commit(repository: Repository) -> None:
    """The role decides, and the error is the gate's own."""
    parent = repository.commit("change", {"a.txt": "1"})

    with pytest.raises(HostError):
        repository.client(READER).commit_files("change", parent, {"a.txt": "2"}, "Accept")

    assert repository.client(BOT).tip("change") == parent
