"""One comment, whatever happens: many others before it, forged markers, races, lost answers."""

import threading

import pytest

from gate.errors import NotFoundError, NotPermittedError, UnreachableError
from gate.github.client import GitHub
from gate.github.settings import WORKFLOW_BOT
from gate.github.sticky import find, post
from gate.github.transport import Pace
from tests.integration.github.stub import BOT, REPOSITORY, Stub, person

MARKER = "<!-- agent-eval-gate:customer-support-agent -->"
SHA, BASE = "a" * 40, "b" * 40


@pytest.fixture(autouse=True)
def pull(stub: Stub) -> None:
    stub.state.add_pull(1, head=SHA, base=BASE)


def ours(stub: Stub) -> list[str]:
    return [one["body"] for one in stub.state.comments[1] if one["user"]["login"] == WORKFLOW_BOT]


def body(text: str) -> str:
    return f"{MARKER}\n## {text}\n"


def test_it_is_written_once_and_then_changed_in_place(stub: Stub, host: GitHub) -> None:
    first = post(host, 1, body("first"), WORKFLOW_BOT)
    second = post(host, 1, body("second"), WORKFLOW_BOT)

    assert first.id == second.id
    assert ours(stub) == [body("second")]


def test_it_is_found_behind_150_other_comments(stub: Stub, host: GitHub) -> None:
    for number in range(75):
        stub.state.add_comment(1, f"before {number}", person("someone"))
    stub.state.add_comment(1, body("old"), BOT)
    for number in range(75):
        stub.state.add_comment(1, f"after {number}", person("someone"))

    post(host, 1, body("new"), WORKFLOW_BOT)

    assert ours(stub) == [body("new")]
    assert len(stub.state.comments[1]) == 151


def test_a_marker_that_someone_else_wrote_is_left_alone(stub: Stub, host: GitHub) -> None:
    forged = stub.state.add_comment(1, body("forged"), person("mallory"))
    impostor = stub.state.add_comment(1, body("forged"), {"login": WORKFLOW_BOT, "type": "User"})

    post(host, 1, body("real"), WORKFLOW_BOT)

    assert forged["body"] == impostor["body"] == body("forged")
    assert ours(stub) == [body("forged"), body("real")]


def test_the_comment_of_another_agents_gate_is_left_alone(stub: Stub, host: GitHub) -> None:
    stub.state.add_comment(1, "<!-- agent-eval-gate:other-agent -->\n## other", BOT)
    stub.state.add_comment(1, f"quoting {MARKER}", BOT)

    post(host, 1, body("ours"), WORKFLOW_BOT)

    assert len(ours(stub)) == 3


def test_doubles_from_earlier_races_are_cleared_away(stub: Stub, host: GitHub) -> None:
    oldest = stub.state.add_comment(1, body("one"), BOT)
    stub.state.add_comment(1, body("two"), BOT)

    post(host, 1, body("three"), WORKFLOW_BOT)

    assert ours(stub) == [body("three")]
    assert stub.state.comments[1][0]["id"] == oldest["id"]


@pytest.mark.parametrize("crowd", [0, 150])
def test_four_runs_that_race_leave_one(stub: Stub, crowd: int) -> None:
    for number in range(crowd):
        stub.state.add_comment(1, f"comment {number}", person("someone"))
    start = threading.Barrier(4)

    def run(number: int) -> None:
        pace = Pace(between_requests=0, between_writes=0)
        host = GitHub(REPOSITORY, f"token-{number}", stub.url, pace)
        start.wait(timeout=10)
        post(host, 1, body(f"run {number}"), WORKFLOW_BOT)

    runs = [threading.Thread(target=run, args=(number,)) for number in range(4)]
    for one in runs:
        one.start()
    for one in runs:
        one.join(timeout=60)

    assert len(ours(stub)) == 1
    assert ours(stub)[0] in {body(f"run {number}") for number in range(4)}
    assert len(stub.state.comments[1]) == crowd + 1


def test_a_comment_whose_answer_was_lost_is_not_doubled(stub: Stub, host: GitHub) -> None:
    stub.state.fail("POST", "/comments", 502, done_first=True)

    post(host, 1, body("text"), WORKFLOW_BOT)

    assert ours(stub) == [body("text")]


def test_a_comment_that_did_not_arrive_is_written_again(stub: Stub, host: GitHub) -> None:
    stub.state.fail("POST", "/comments", 502)

    post(host, 1, body("text"), WORKFLOW_BOT)

    assert ours(stub) == [body("text")]


def test_a_comment_deleted_between_looking_and_writing_is_written_anew(stub: Stub, host: GitHub) -> None:
    stub.state.add_comment(1, body("old"), BOT)
    stub.state.fail("PATCH", "/issues/comments/", 404, message="Not Found")

    post(host, 1, body("new"), WORKFLOW_BOT)

    assert ours(stub) == [body("new")]


def test_a_token_of_another_account_ends_with_one_comment_all_the_same(stub: Stub, host: GitHub) -> None:
    stub.state.me = {"login": "our-app[bot]", "type": "Bot"}

    post(host, 1, body("first"), WORKFLOW_BOT)
    post(host, 1, body("second"), WORKFLOW_BOT)

    assert [one["body"] for one in stub.state.comments[1]] == [body("second")]


def test_what_github_refuses_is_raised(stub: Stub, host: GitHub) -> None:
    with pytest.raises(NotFoundError):
        post(host, 2, body("text"), WORKFLOW_BOT)
    stub.state.fail("POST", "/comments", 502, times=100)
    with pytest.raises(UnreachableError):
        post(host, 1, body("text"), WORKFLOW_BOT)
    stub.state.readers.add("ghs_writer")
    stub.state.failures.clear()
    with pytest.raises(NotPermittedError):
        post(host, 1, body("text"), WORKFLOW_BOT)


def test_carriage_returns_that_an_editor_leaves_do_not_hide_the_comment(host: GitHub, stub: Stub) -> None:
    stub.state.add_comment(1, f"{MARKER}\r\nedited", BOT)

    assert len(find(host.comments(1), MARKER, [WORKFLOW_BOT])) == 1
