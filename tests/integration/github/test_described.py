"""Every request the action and the doctor can send, against GitHub's own description; and that the check can fail."""

from collections.abc import Callable
from datetime import UTC, datetime

import pytest
from jsonschema import ValidationError

from gate.github.client import GitHub
from gate.github.host import Host
from gate.github.inspection import Inspection
from gate.github.transport import Pace
from tests.integration.github.description import check, check_answer, description
from tests.integration.github.stub import REPOSITORY, Stub, person

BASE = "b" * 40
TOP = f"/repos/{REPOSITORY}"

REQUESTS: dict[str, Callable[[GitHub, str], object]] = {
    "pull_request": lambda host, _: host.pull_request(7),
    "open_pull_requests": lambda host, _: host.open_pull_requests("octo", "feature/ümläut#1"),
    "merged_by": lambda host, head: host.merged_by(head),
    "tip": lambda host, _: host.tip("feature/a"),
    "tree": lambda host, head: host.tree(head),
    "merge_base": lambda host, head: host.merge_base("feature/a", head),
    "permission": lambda host, _: host.permission("dependabot[bot]"),
    "label_events": lambda host, _: host.label_events(7),
    "force_pushes": lambda host, _: host.force_pushes(7),
    "remove_label": lambda host, _: host.remove_label(7, "/accept-baseline"),
    "comments": lambda host, _: host.comments(7),
    "create_comment": lambda host, _: host.create_comment(7, "text"),
    "update_comment": lambda host, _: host.update_comment(1001, "text"),
    "delete_comment": lambda host, _: host.delete_comment(1001),
    "react": lambda host, _: host.react(1001, "+1"),
    "reactions": lambda host, _: host.reactions(1001),
    "set_status": lambda host, head: host.set_status(head, "agent-eval-gate", "pending", "text", "https://x.example"),
    "statuses": lambda host, head: host.statuses(head),
    "changed_files": lambda host, _: host.changed_files(7),
    "read_file": lambda host, _: host.read_file("baselines/a.json", "feature/a"),
    "commit_files": lambda host, head: host.commit_files("feature/a", head, {"baselines/a b.json": "{}"}, "Accept"),
    "artifact": lambda host, head: host.artifact("agent-eval-gate", head),
    "workflow_run": lambda host, _: host.workflow_run(77),
    "workflow_runs": lambda host, _: host.workflow_runs(5, datetime(2026, 11, 22, 14, tzinfo=UTC)),
}
INSPECTIONS: dict[str, Callable[[Inspection], object]] = {
    "rights": lambda inspection: inspection.rights(),
    "required_checks": lambda inspection: inspection.required_checks("feature/a"),
    "has_label": lambda inspection: inspection.has_label("/accept-baseline"),
}


@pytest.fixture(autouse=True)
def _described() -> None:
    if description() is None:
        pytest.skip("NOTHING IS CHECKED against GitHub's OpenAPI description: run `npm ci` in tests/node")


@pytest.fixture
def head(stub: Stub) -> str:
    """A repository in which every request finds something."""
    state = stub.state
    sha = state.commit({"baselines/a.json": "x" * 1_100_000})
    state.refs["heads/feature/a"] = sha
    state.add_pull(7, head=sha, base=BASE, head_ref="feature/a")
    state.add_comment(7, "text", person("ann"))
    state.label(7, "/accept-baseline", person("ann"))
    state.files[7] = [{"filename": "a.txt", "previous_filename": "b.txt"}]
    state.permissions["dependabot[bot]"] = "read"
    state.merged[sha] = [7]
    state.add_artifact("agent-eval-gate", sha, {"report.json": b"{}"})
    state.add_run(77, 5, "2026-11-22T15:00:00Z")
    state.labels.add("/accept-baseline")
    state.rights = {"push": True}
    return sha


def methods(kind: type) -> set[str]:
    return {name for name in vars(kind) if not name.startswith("_")}


@pytest.mark.parametrize("name", sorted(REQUESTS))
def test_each_request_of_the_action_is_one_that_github_describes(
    name: str, stub: Stub, host: GitHub, head: str
) -> None:
    """The stand-in holds it, and its own answer, to the description; every one of them is answered."""
    REQUESTS[name](host, head)

    assert stub.state.requests
    assert stub.state.violations == []


@pytest.mark.parametrize("name", sorted(INSPECTIONS))
def test_each_request_of_the_doctor_is_one_that_github_describes(name: str, stub: Stub, head: str) -> None:
    """Likewise."""
    INSPECTIONS[name](Inspection(REPOSITORY, "ghs_writer", stub.url, Pace()))

    assert stub.state.requests
    assert stub.state.violations == []


def test_none_is_left_out() -> None:
    """A new question to GitHub needs an entry above."""
    assert REQUESTS.keys() == methods(Host)
    assert INSPECTIONS.keys() == methods(Inspection)


@pytest.mark.parametrize(
    ("method", "path", "query", "body"),
    [
        ("POST", f"{TOP}/issues/1/comments", {}, b'{"text": "text"}'),
        ("POST", f"{TOP}/statuses/{BASE}", {}, b'{"state": "green"}'),
        ("GET", f"{TOP}/issues/one/comments", {}, b""),
        ("GET", f"{TOP}/pulls", {"state": "merged"}, b""),
        ("PATCH", f"{TOP}/git/ref/heads/main", {}, b'{"sha": "a"}'),
        ("GET", f"{TOP}/no-such-thing", {}, b""),
    ],
)
def test_a_request_that_github_does_not_describe_is_told(
    method: str, path: str, query: dict[str, str], body: bytes
) -> None:
    """A body without what it needs, a wrong word, a wrong kind, a verb or path that is not there."""
    with pytest.raises(Exception, match=r".") as told:
        check(method, path, query, body)

    assert "openapi_core" in type(told.value).__module__


@pytest.mark.parametrize(
    ("path", "status", "value"),
    [
        ("/pulls/7", 200, {"numero": 7}),
        ("/pulls/7", 200, {"number": "seven"}),
        ("/pulls/7", 201, {"number": 7}),
        ("/compare/a...b", 200, {"merge_base": {"sha": "a"}}),
        ("/issues/7/comments", 200, [{"author": {"login": "ann"}}]),
    ],
)
def test_an_answer_that_github_would_not_give_is_told(path: str, status: int, value: object) -> None:
    """A field it has not, a value of another kind, another status: the stand-in cannot make up an interface."""
    with pytest.raises(ValidationError):
        check_answer("GET", f"{TOP}{path}", status, value)
