"""The client against a stand-in with state: what it asks, what it makes of answers, and how it bears refusals."""

import pytest

from gate.errors import (
    ExitCode,
    HostError,
    NotFoundError,
    NotPermittedError,
    RateLimitedError,
    StaleError,
    UnreachableError,
)
from gate.github.client import GitHub
from gate.github.host import LabelEvent
from gate.github.patience import ATTEMPTS
from gate.github.transport import Pace
from tests.integration.github.description import check, description
from tests.integration.github.stub import BOT, REPOSITORY, Stub, person

SHA, BASE = "a" * 40, "b" * 40


def test_requests_are_held_against_githubs_own_description() -> None:
    if description() is None:
        pytest.skip("REQUESTS ARE NOT CHECKED against GitHub's OpenAPI description: run `npm ci` in tests/node")
    check("POST", f"/repos/{REPOSITORY}/issues/1/comments", {}, b'{"body": "text"}')
    with pytest.raises(Exception, match="not valid"):
        check("POST", f"/repos/{REPOSITORY}/issues/1/comments", {}, b'{"text": "text"}')


def test_a_pull_request_from_a_fork_and_from_a_fork_that_is_gone_are_both_told_as_forks(
    stub: Stub, host: GitHub
) -> None:
    stub.state.add_pull(1, head=SHA, base=BASE)
    stub.state.add_pull(2, head=SHA, base=BASE, fork="stranger/agents")
    stub.state.add_pull(3, head=SHA, base=BASE)["head"]["repo"] = None

    here, fork, gone = (host.pull_request(number) for number in (1, 2, 3))

    assert (here.is_fork, here.head_repo) == (False, REPOSITORY)
    assert (fork.is_fork, fork.head_repo) == (True, "stranger/agents")
    assert (gone.is_fork, gone.head_repo) == (True, "")


def test_an_account_that_was_deleted_is_shown_as_githubs_ghost(stub: Stub, host: GitHub) -> None:
    stub.state.add_pull(1, head=SHA, base=BASE, user=None)

    assert host.pull_request(1).author == "ghost"


def test_open_pull_requests_are_found_by_owner_and_branch(stub: Stub, host: GitHub) -> None:
    stub.state.add_pull(1, head=SHA, base=BASE, fork="stranger/agents", head_ref="topic")
    stub.state.add_pull(2, head=SHA, base=BASE, head_ref="topic")
    stub.state.add_pull(3, head=SHA, base=BASE, fork="stranger/agents", head_ref="topic", state="closed")

    assert [one.number for one in host.open_pull_requests("stranger", "topic")] == [1]


def test_only_the_pull_request_whose_merge_made_the_commit_counts(stub: Stub, host: GitHub) -> None:
    stub.state.add_pull(1, head=BASE, base=BASE, state="closed", merged_at="2026-11-22T10:00:00Z", merge_commit_sha=SHA)
    stub.state.add_pull(2, head=SHA, base=BASE)
    stub.state.merged[SHA] = [1, 2]

    assert [one.number for one in host.merged_by(SHA)] == [1]


def test_whoever_is_no_collaborator_has_no_permission(stub: Stub, host: GitHub) -> None:
    stub.state.permissions = {"wendy": "write", "dependabot[bot]": "read"}

    assert host.permission("wendy") == "write"
    assert host.permission("dependabot[bot]") == "read"
    assert host.permission("stranger") == "none"


def test_label_events_are_told_in_order_without_the_other_events(stub: Stub, host: GitHub) -> None:
    stub.state.add_pull(1, head=SHA, base=BASE)
    stub.state.label(1, "accept-baseline", person("wendy"))
    stub.state.events[1].append({"event": "assigned", "actor": None, "created_at": stub.state.now()})
    stub.state.label(1, "accept-baseline", BOT, "unlabeled")

    told = host.label_events(1)

    assert [(one.kind, one.actor, one.actor_is_bot) for one in told] == [
        ("labeled", "wendy", False),
        ("unlabeled", "github-actions[bot]", True),
    ]
    assert isinstance(told[0], LabelEvent)
    assert told[0].at < told[1].at


def test_force_pushes_are_told_in_order_without_the_other_events(stub: Stub, host: GitHub) -> None:
    stub.state.add_pull(1, head=SHA, base=BASE)
    for event in ("head_ref_force_pushed", "assigned", "head_ref_force_pushed"):
        stub.state.events[1].append({"event": event, "actor": person("ann"), "created_at": stub.state.now()})

    told = host.force_pushes(1)

    assert len(told) == 2
    assert told[0] < told[1]


def test_a_label_with_a_slash_is_removed_and_removing_it_twice_is_no_error(stub: Stub, host: GitHub) -> None:
    stub.state.add_pull(1, head=SHA, base=BASE)
    stub.state.label(1, "/accept-baseline", person("wendy"))

    host.remove_label(1, "/accept-baseline")
    host.remove_label(1, "/accept-baseline")

    assert host.pull_request(1).labels == ()


def test_comments_of_all_pages_are_read(stub: Stub, host: GitHub) -> None:
    stub.state.add_pull(1, head=SHA, base=BASE)
    for number in range(230):
        stub.state.add_comment(1, f"comment {number}", person("someone"))

    bodies = [comment.body for comment in host.comments(1)]

    assert bodies == [f"comment {number}" for number in range(230)]


def test_a_comment_is_written_changed_reacted_to_and_deleted(stub: Stub, host: GitHub) -> None:
    stub.state.add_pull(1, head=SHA, base=BASE)

    comment = host.create_comment(1, "first")
    changed = host.update_comment(comment.id, "second")
    host.react(comment.id, "+1")
    host.react(comment.id, "+1")

    assert (comment.author, comment.author_is_bot, changed.body) == ("github-actions[bot]", True, "second")
    assert [one.content for one in host.reactions(comment.id)] == ["+1"]
    host.delete_comment(comment.id)
    host.delete_comment(comment.id)
    assert host.comments(1) == []


def test_the_reaction_of_a_deleted_account_is_nobodys(stub: Stub, host: GitHub) -> None:
    stub.state.add_pull(1, head=SHA, base=BASE)
    comment = host.create_comment(1, "first")
    stub.state.react(comment.id, "+1", None)

    assert [(one.login, one.is_bot) for one in host.reactions(comment.id)] == [("ghost", True)]


def test_a_status_is_cut_to_its_length_and_read_back_newest_first(stub: Stub, host: GitHub) -> None:
    host.set_status(SHA, "agent-eval-gate", "pending")
    host.set_status(SHA, "agent-eval-gate", "failure", "x" * 200, "https://example.com/run")

    newest, oldest = host.statuses(SHA)

    assert (newest.state, len(newest.description), newest.target_url) == ("failure", 140, "https://example.com/run")
    assert (oldest.state, oldest.description, oldest.creator) == ("pending", "", "github-actions[bot]")


def test_changed_files_include_the_old_name_of_a_renamed_one(stub: Stub, host: GitHub) -> None:
    stub.state.add_pull(1, head=SHA, base=BASE)
    stub.state.files[1] = [{"filename": "new.md", "previous_filename": "old.md"}, {"filename": "other.md"}]

    assert host.changed_files(1) == ["new.md", "old.md", "other.md"]


def test_a_file_is_read_at_a_commit_also_when_it_is_too_large_for_the_contents_route(stub: Stub, host: GitHub) -> None:
    large = "é" * 600_000
    sha = stub.state.commit({"baselines/a b/agent.json": "{}\n", "large.txt": large})

    assert host.read_file("baselines/a b/agent.json", sha) == "{}\n"
    assert host.read_file("large.txt", sha) == large
    assert host.read_file("absent.txt", sha) is None
    assert host.read_file("absent.txt", "no-such-ref") is None


def test_a_folder_is_no_file(stub: Stub, host: GitHub) -> None:
    sha = stub.state.commit({"baselines/agent.json": "{}\n"})

    with pytest.raises(HostError, match="not what it should be"):
        host.read_file("baselines", sha)


def test_files_are_committed_on_the_commit_they_were_made_from(stub: Stub, host: GitHub) -> None:
    parent = stub.state.commit({"kept.txt": "kept", "changed.txt": "old"})
    stub.state.refs["heads/feature/x"] = parent

    sha = host.commit_files("feature/x", parent, {"changed.txt": "new", "deep/added.txt": "added"}, "Accept")

    assert stub.state.refs["heads/feature/x"] == sha
    assert stub.state.commits[sha]["parents"] == [parent]
    assert [host.read_file(path, sha) for path in ("kept.txt", "changed.txt", "deep/added.txt")] == [
        "kept",
        "new",
        "added",
    ]
    assert host.tree(sha) != host.tree(parent)


def test_nothing_is_committed_on_a_branch_that_moved(stub: Stub, host: GitHub) -> None:
    parent = stub.state.commit({"a": "1"})
    pushed = stub.state.commit({"a": "2"}, (parent,))
    stub.state.refs["heads/x"] = pushed

    with pytest.raises(StaleError):
        host.commit_files("x", parent, {"a": "3"}, "Accept")

    assert stub.state.refs["heads/x"] == pushed


def test_nothing_is_committed_on_a_branch_that_was_set_back(stub: Stub, host: GitHub) -> None:
    """A fast-forward would succeed here, and bring back what was taken off the branch."""
    ancestor = stub.state.commit({"a": "1"})
    approved = stub.state.commit({"a": "2"}, (ancestor,))
    stub.state.refs["heads/x"] = ancestor

    with pytest.raises(StaleError):
        host.commit_files("x", approved, {"a": "3"}, "Accept")

    assert stub.state.refs["heads/x"] == ancestor


def test_a_push_between_looking_and_writing_makes_the_commit_stale(stub: Stub, host: GitHub) -> None:
    parent = stub.state.commit({"a": "1"})
    stub.state.refs["heads/x"] = parent
    stub.state.fail("PATCH", "/git/refs/", 422, message="Update is not a fast forward")

    with pytest.raises(StaleError):
        host.commit_files("x", parent, {"a": "3"}, "Accept")


def test_a_branch_that_refuses_for_another_reason_is_not_called_stale(stub: Stub, host: GitHub) -> None:
    parent = stub.state.commit({"a": "1"})
    stub.state.refs["heads/x"] = parent
    stub.state.fail("PATCH", "/git/refs/", 409, message="Repository rule violations found")

    with pytest.raises(HostError, match="rule violations") as error:
        host.commit_files("x", parent, {"a": "3"}, "Accept")

    assert not isinstance(error.value, StaleError)


def test_the_newest_artifact_of_that_commit_is_downloaded_without_the_token(stub: Stub, host: GitHub) -> None:
    stub.state.add_artifact("agent-eval-gate", SHA, {"report.json": b"older"})
    stub.state.add_artifact("agent-eval-gate", SHA, {"report.json": b"newest"})
    stub.state.add_artifact("agent-eval-gate", SHA, {"report.json": b"expired"}, expired=True)
    stub.state.add_artifact("agent-eval-gate", BASE, {"report.json": b"of another commit"})
    stub.state.add_artifact("other", SHA, {"report.json": b"of another name"})

    content = host.artifact("agent-eval-gate", SHA)

    assert content == stub.state.archives[2]
    assert host.artifact("agent-eval-gate", "c" * 40) is None


def test_an_artifact_is_found_behind_many_newer_ones(stub: Stub, host: GitHub) -> None:
    stub.state.add_artifact("agent-eval-gate", SHA, {"report.json": b"wanted"})
    for _ in range(250):
        stub.state.add_artifact("agent-eval-gate", BASE, {"report.json": b""})

    assert host.artifact("agent-eval-gate", SHA) == stub.state.archives[1]


def test_a_missing_right_names_the_permission_to_add(stub: Stub, host: GitHub) -> None:
    stub.state.readers.add("ghs_writer")

    with pytest.raises(NotPermittedError) as error:
        host.set_status(SHA, "agent-eval-gate", "success")

    assert "statuses: write" in error.value.hint
    assert error.value.exit_code == ExitCode.CONFIGURATION


def test_an_unknown_token_is_told_as_one(stub: Stub, host: GitHub) -> None:
    stub.state.fail("*", ".", 401, message="Bad credentials")

    with pytest.raises(NotPermittedError, match="does not know the token"):
        host.pull_request(1)


def test_what_is_not_there_is_told_as_such(stub: Stub, host: GitHub) -> None:
    with pytest.raises(NotFoundError):
        host.pull_request(404)


@pytest.mark.parametrize("status", [500, 502, 503, 504])
def test_an_outage_that_passes_is_waited_for(stub: Stub, host: GitHub, naps: list[float], status: int) -> None:
    stub.state.add_pull(1, head=SHA, base=BASE)
    stub.state.fail("GET", "/pulls/1", status, times=2)

    assert host.pull_request(1).number == 1
    assert len(naps) == 2


def test_an_outage_that_stays_is_given_up_after_a_bounded_number_of_tries(
    stub: Stub, host: GitHub, naps: list[float]
) -> None:
    stub.state.fail("GET", "/pulls/1", 503, times=1000)

    with pytest.raises(UnreachableError) as error:
        host.pull_request(1)

    assert len(stub.state.requests) == ATTEMPTS
    assert error.value.exit_code == ExitCode.COULD_NOT_TELL
    assert sum(naps) < 120


def test_a_limit_is_waited_for_as_long_as_github_asks(stub: Stub, host: GitHub, naps: list[float]) -> None:
    stub.state.add_pull(1, head=SHA, base=BASE)
    stub.state.fail("GET", "/pulls/1", 429, headers={"Retry-After": "7"})

    assert host.pull_request(1).number == 1
    assert naps == [7.0]


def test_a_secondary_limit_without_a_time_is_waited_for_a_minute(stub: Stub, host: GitHub, naps: list[float]) -> None:
    stub.state.fail("POST", "/statuses/", 403, message="You have exceeded a secondary rate limit")

    host.set_status(SHA, "agent-eval-gate", "success")

    assert naps == [60.0]
    assert len(stub.state.statuses[SHA]) == 1


def test_a_spent_budget_that_comes_back_soon_is_waited_for(stub: Stub, host: GitHub, naps: list[float]) -> None:
    stub.state.add_pull(1, head=SHA, base=BASE)
    headers = {"X-RateLimit-Remaining": "0", "X-RateLimit-Limit": "1000", "X-RateLimit-Reset": "1800000030"}
    stub.state.fail("GET", "/pulls/1", 403, headers=headers, message="API rate limit exceeded for installation")

    assert host.pull_request(1).number == 1
    assert naps == [31.0]


def test_a_limit_longer_than_a_run_can_wait_is_told_at_once(stub: Stub, host: GitHub, naps: list[float]) -> None:
    stub.state.fail("GET", "/pulls/1", 429, headers={"Retry-After": "3000"})

    with pytest.raises(RateLimitedError, match="3000"):
        host.pull_request(1)

    assert naps == []


def test_a_comment_is_not_written_twice_when_only_its_answer_was_lost(stub: Stub, host: GitHub) -> None:
    stub.state.add_pull(1, head=SHA, base=BASE)
    stub.state.fail("POST", "/comments", 502, done_first=True)

    with pytest.raises(UnreachableError):
        host.create_comment(1, "text")

    assert len(stub.state.comments[1]) == 1


def test_a_server_that_is_not_there_is_an_outage(naps: list[float]) -> None:
    pace = Pace(between_requests=0, between_writes=0, sleep=naps.append)
    host = GitHub(REPOSITORY, "token", "http://127.0.0.1:1", pace)

    with pytest.raises(UnreachableError):
        host.pull_request(1)

    assert len(naps) == ATTEMPTS - 1


def test_an_answer_of_another_shape_is_refused(stub: Stub, host: GitHub) -> None:
    stub.state.add_pull(1, head=SHA, base=BASE)
    del stub.state.pulls[1]["head"]

    with pytest.raises(HostError, match="head"):
        host.pull_request(1)
