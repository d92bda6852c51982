"""A stand-in for GitHub's REST API with state: on loopback, every request held against GitHub's own description.

It knows one repository. What a test wants to be there it puts into `State`; faults are queued with `fail`.
"""

import io
import json
import re
import threading
import zipfile
from base64 import b64encode
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from hashlib import sha1
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

from tests.integration.github.description import check, check_answer

REPOSITORY = "octo/agents"
BOT = {"login": "github-actions[bot]", "type": "Bot"}
LONGEST_COMMENT = 65_536
Json = Any


def person(login: str) -> dict[str, str]:
    return {"login": login, "type": "User"}


@dataclass(slots=True)
class Failure:
    """An answer given instead of the real one to the next `times` requests that match."""

    method: str
    path: re.Pattern[str]
    status: int
    times: int
    headers: Mapping[str, str] = field(default_factory=dict)
    message: str = "injected"
    done_first: bool = False
    """The request is carried out, and only the answer is lost."""


@dataclass
class State:
    """What the stand-in holds. Everything is guarded by `lock`."""

    pulls: dict[int, Json] = field(default_factory=dict)
    comments: dict[int, list[Json]] = field(default_factory=lambda: defaultdict(list))
    reactions: dict[int, list[Json]] = field(default_factory=lambda: defaultdict(list))
    events: dict[int, list[Json]] = field(default_factory=lambda: defaultdict(list))
    files: dict[int, list[Json]] = field(default_factory=lambda: defaultdict(list))
    statuses: dict[str, list[Json]] = field(default_factory=lambda: defaultdict(list))
    permissions: dict[str, str] = field(default_factory=dict)
    merged: dict[str, list[int]] = field(default_factory=lambda: defaultdict(list))
    commits: dict[str, Json] = field(default_factory=dict)
    trees: dict[str, dict[str, str]] = field(default_factory=dict)
    refs: dict[str, str] = field(default_factory=dict)
    artifacts: list[Json] = field(default_factory=list)
    runs: list[Json] = field(default_factory=list)
    """Runs of workflows, newest first."""
    archives: dict[int, bytes] = field(default_factory=dict)
    failures: list[Failure] = field(default_factory=list)
    requests: list[tuple[str, str]] = field(default_factory=list)
    violations: list[str] = field(default_factory=list)
    labels: set[str] = field(default_factory=set)
    """Labels of the repository."""
    required: set[str] = field(default_factory=set)
    """Checks that the default branch requires."""
    required_by_rule: set[str] = field(default_factory=set)
    """Likewise, by a ruleset."""
    rights: Mapping[str, bool] | None = None
    """What the repository tells a token that it may do; None = a workflow's own token is not told."""
    readers: set[str] = field(default_factory=set)
    """Tokens that may only read."""
    me: dict[str, str] = field(default_factory=lambda: dict(BOT))
    lock: threading.RLock = field(default_factory=threading.RLock)
    clock: int = 0

    def now(self) -> str:
        self.clock += 1
        return f"2026-11-22T{10 + self.clock // 3600 % 14:02}:{self.clock // 60 % 60:02}:{self.clock % 60:02}Z"

    def fail(self, method: str, path: str, status: int, times: int = 1, **more: Any) -> None:
        self.failures.append(Failure(method, re.compile(path), status, times, **more))

    def add_pull(self, number: int, *, head: str, base: str, fork: str = "", **more: Json) -> Json:
        home = {"full_name": REPOSITORY, "default_branch": "main"}
        there = {"full_name": fork, "default_branch": "main"} if fork else home
        owner = there["full_name"].partition("/")[0]
        ref = more.pop("head_ref", "change")
        pull = {
            "number": number,
            "title": "Change",
            "user": person("author"),
            "state": "open",
            "head": {"sha": head, "ref": ref, "repo": there, "label": f"{owner}:{ref}"},
            "base": {"sha": base, "ref": "main", "repo": home},
            "labels": [],
            "merged_at": None,
            "merge_commit_sha": None,
            **more,
        }
        self.pulls[number] = pull
        return pull

    def add_comment(self, number: int, body: str, user: Mapping[str, str]) -> Json:
        ids = [one["id"] for comments in self.comments.values() for one in comments]
        comment = {"id": max(ids, default=1000) + 1, "user": dict(user), "body": body, "created_at": self.now()}
        self.comments[number].append(comment)
        return comment

    def react(self, comment_id: int, content: str, user: Mapping[str, str] | None) -> Json:
        reaction = {"content": content, "user": dict(user) if user else None, "created_at": self.now()}
        self.reactions[comment_id].append(reaction)
        return reaction

    def label(self, number: int, name: str, actor: Mapping[str, str], kind: str = "labeled") -> None:
        labels = self.pulls[number]["labels"]
        labels[:] = [one for one in labels if one["name"] != name] + ([{"name": name}] if kind == "labeled" else [])
        entry = {"event": kind, "actor": dict(actor), "label": {"name": name}, "created_at": self.now()}
        self.events[number].append(entry)

    def commit(self, files: Mapping[str, str], parents: tuple[str, ...] = (), message: str = "", sha: str = "") -> str:
        """A commit with these files; `sha` gives it the name of one that exists elsewhere."""
        tree = _digest("tree", sorted(files.items()))
        self.trees[tree] = dict(files)
        name = sha or _digest("commit", tree, parents, message)
        self.commits[name] = {"sha": name, "tree": {"sha": tree}, "parents": list(parents), "message": message}
        return name

    def add_artifact(self, name: str, head_sha: str, files: Mapping[str, bytes], *, expired: bool = False) -> None:
        number = len(self.artifacts) + 1
        run = {"id": number, "head_sha": head_sha}
        self.artifacts.insert(0, {"id": number, "name": name, "expired": expired, "workflow_run": run})
        packed = io.BytesIO()
        with zipfile.ZipFile(packed, "w") as archive:
            for path, content in files.items():
                archive.writestr(path, content)
        self.archives[number] = packed.getvalue()

    def add_run(self, number: int, workflow: int, at: str, **more: Json) -> None:
        run = {"id": number, "workflow_id": workflow, "created_at": at, "run_started_at": at, "run_attempt": 1}
        self.runs.insert(0, {**run, "conclusion": None, **more})

    def newest_status(self, sha: str, context: str = "agent-eval-gate") -> Json:
        return next((one for one in self.statuses[sha] if one["context"] == context), None)


def _digest(*parts: object) -> str:
    return sha1(json.dumps(parts, default=str).encode(), usedforsecurity=False).hexdigest()


class Refuse(Exception):  # noqa: N818 - an answer, not an error
    """An answer that refuses."""

    def __init__(self, status: int, message: str) -> None:
        super().__init__(message)
        self.status, self.message = status, message


@dataclass(frozen=True, slots=True)
class Asked:
    """A request as the routes see it."""

    state: State
    groups: tuple[str, ...]
    query: Mapping[str, str]
    body: Json

    def pull(self) -> Json:
        return self.state.pulls[int(self.groups[0])] if int(self.groups[0]) in self.state.pulls else _missing()


def _missing() -> Json:
    raise Refuse(404, "Not Found")


Route = tuple[str, re.Pattern[str], Callable[[Asked], Json]]
ROUTES: list[Route] = []


def route(method: str, path: str) -> Callable[[Callable[[Asked], Json]], Callable[[Asked], Json]]:
    def register(function: Callable[[Asked], Json]) -> Callable[[Asked], Json]:
        ROUTES.append((method, re.compile(f"/repos/{REPOSITORY}{path}\\Z"), function))
        return function

    return register


@route("GET", "")
def _repository(asked: Asked) -> Json:
    rights = {} if asked.state.rights is None else {"permissions": dict(asked.state.rights)}
    return {"full_name": REPOSITORY, "default_branch": "main", **rights}


@route("GET", r"/branches/(.+)")
def _branch(asked: Asked) -> Json:
    checks = {"contexts": sorted(asked.state.required), "checks": []}
    return {"name": asked.groups[0], "protection": {"enabled": True, "required_status_checks": checks}}


@route("GET", r"/rules/branches/(.+)")
def _rules(asked: Asked) -> Json:
    checks = [{"context": name} for name in sorted(asked.state.required_by_rule)]
    parameters = {"required_status_checks": checks, "strict_required_status_checks_policy": False}
    return [{"type": "deletion"}, {"type": "required_status_checks", "parameters": parameters}]


@route("GET", r"/labels/(.+)")
def _label(asked: Asked) -> Json:
    name = unquote(asked.groups[0])
    return {"name": name} if name in asked.state.labels else _missing()


@route("GET", r"/pulls/(\d+)")
def _pull(asked: Asked) -> Json:
    return asked.pull()


@route("GET", r"/pulls")
def _pulls(asked: Asked) -> Json:
    state, head = asked.query.get("state", "open"), asked.query.get("head")
    pulls = asked.state.pulls.values()
    return [one for one in pulls if state in (one["state"], "all") and head in (None, one["head"]["label"])]


@route("GET", r"/pulls/(\d+)/files")
def _files(asked: Asked) -> Json:
    return asked.state.files[int(asked.groups[0])]


@route("GET", r"/commits/([^/]+)/pulls")
def _pulls_of_commit(asked: Asked) -> Json:
    return [asked.state.pulls[number] for number in asked.state.merged[asked.groups[0]]]


@route("GET", r"/collaborators/([^/]+)/permission")
def _permission(asked: Asked) -> Json:
    found = asked.state.permissions.get(asked.groups[0])
    return {"permission": found, "role_name": found} if found else _missing()


@route("GET", r"/issues/(\d+)/events")
def _events(asked: Asked) -> Json:
    return asked.state.events[int(asked.groups[0])]


@route("DELETE", r"/issues/(\d+)/labels/(.+)")
def _remove_label(asked: Asked) -> Json:
    if asked.groups[1] not in {label["name"] for label in asked.pull()["labels"]}:
        raise Refuse(404, "Label does not exist")
    asked.state.label(int(asked.groups[0]), asked.groups[1], asked.state.me, "unlabeled")
    return asked.pull()["labels"]


@route("GET", r"/issues/(\d+)/comments")
def _comments(asked: Asked) -> Json:
    return asked.state.comments[int(asked.groups[0])]


@route("POST", r"/issues/(\d+)/comments")
def _create_comment(asked: Asked) -> Json:
    asked.pull()
    _bounded(asked.body["body"])
    return asked.state.add_comment(int(asked.groups[0]), asked.body["body"], asked.state.me)


@route("PATCH", r"/issues/comments/(\d+)")
def _update_comment(asked: Asked) -> Json:
    _bounded(asked.body["body"])
    comment = _comment(asked)
    comment["body"] = asked.body["body"]
    return comment


@route("DELETE", r"/issues/comments/(\d+)")
def _delete_comment(asked: Asked) -> Json:
    comment = _comment(asked)
    for comments in asked.state.comments.values():
        comments[:] = [one for one in comments if one is not comment]
    return None


@route("POST", r"/issues/comments/(\d+)/reactions")
def _react(asked: Asked) -> Json:
    _comment(asked)
    known = asked.state.reactions[int(asked.groups[0])]
    mine = [one for one in known if (one["content"], one["user"]) == (asked.body["content"], asked.state.me)]
    return mine[0] if mine else asked.state.react(int(asked.groups[0]), asked.body["content"], asked.state.me)


@route("GET", r"/issues/comments/(\d+)/reactions")
def _reactions(asked: Asked) -> Json:
    _comment(asked)
    return asked.state.reactions[int(asked.groups[0])]


def _comment(asked: Asked) -> Json:
    found = [one for all_ in asked.state.comments.values() for one in all_ if one["id"] == int(asked.groups[0])]
    return found[0] if found else _missing()


def _bounded(text: str) -> None:
    if len(text) > LONGEST_COMMENT:
        raise Refuse(422, f"Body is too long (maximum is {LONGEST_COMMENT} characters)")


@route("POST", r"/statuses/([^/]+)")
def _set_status(asked: Asked) -> Json:
    if len(asked.body.get("description", "")) > 140:
        raise Refuse(422, "description is too long (maximum is 140 characters)")
    given = {"description": None, "target_url": None, **asked.body}
    status = {**given, "creator": dict(asked.state.me), "created_at": asked.state.now()}
    asked.state.statuses[asked.groups[0]].insert(0, status)
    return status


@route("GET", r"/commits/([^/]+)/statuses")
def _statuses(asked: Asked) -> Json:
    return asked.state.statuses[asked.groups[0]]


@route("GET", r"/contents/(.+)")
def _contents(asked: Asked) -> Json:
    ref = asked.query.get("ref", "main")
    sha = asked.state.refs.get(f"heads/{ref}", ref)
    if sha not in asked.state.commits:
        _missing()
    files = asked.state.trees[asked.state.commits[sha]["tree"]["sha"]]
    path = asked.groups[0]
    if any(name.startswith(f"{path}/") for name in files):
        return [{"type": "file", "path": name} for name in files if name.startswith(f"{path}/")]
    text = files[path] if path in files else _missing()
    blob = _digest("blob", text)
    if len(text.encode()) > 1_048_576:
        return {"type": "file", "sha": blob, "encoding": "none", "content": ""}
    return {"type": "file", "sha": blob, "encoding": "base64", "content": b64encode(text.encode()).decode()}


@route("GET", r"/git/blobs/([^/]+)")
def _blob(asked: Asked) -> Json:
    for files in asked.state.trees.values():
        for text in files.values():
            if _digest("blob", text) == asked.groups[0]:
                return {"sha": asked.groups[0], "encoding": "base64", "content": b64encode(text.encode()).decode()}
    return _missing()


@route("GET", r"/git/commits/([^/]+)")
def _commit(asked: Asked) -> Json:
    return _told(asked.state.commits.get(asked.groups[0]) or _missing())


def _told(commit: Json) -> Json:
    return {**commit, "parents": [{"sha": sha} for sha in commit["parents"]]}


@route("GET", r"/compare/(.+)[.]{3}(.+)")
def _compare(asked: Asked) -> Json:
    state = asked.state
    base, head = (state.refs.get(f"heads/{one}", one) for one in asked.groups)
    if base not in state.commits or head not in state.commits:
        return _missing()
    left = [head]
    while left:
        one = left.pop(0)
        if _descends(state, base, one):
            return {"merge_base_commit": {"sha": one}, "commits": [], "files": []}
        left += state.commits[one]["parents"]
    return _missing()


@route("GET", r"/git/ref/(.+)")
def _ref(asked: Asked) -> Json:
    sha = asked.state.refs.get(asked.groups[0]) or _missing()
    return {"ref": f"refs/{asked.groups[0]}", "object": {"sha": sha, "type": "commit"}}


@route("POST", r"/git/trees")
def _create_tree(asked: Asked) -> Json:
    base = asked.body["base_tree"]
    if base not in asked.state.trees:
        raise Refuse(422, "base_tree is not a valid tree oid")
    files = {**asked.state.trees[base], **{entry["path"]: entry["content"] for entry in asked.body["tree"]}}
    sha = _digest("tree", sorted(files.items()))
    asked.state.trees[sha] = files
    return {"sha": sha}


@route("POST", r"/git/commits")
def _create_commit(asked: Asked) -> Json:
    tree, parents = asked.body["tree"], tuple(asked.body["parents"])
    if tree not in asked.state.trees:
        raise Refuse(422, "Tree SHA does not exist")
    sha = asked.state.commit(asked.state.trees[tree], parents, asked.body["message"])
    return _told(asked.state.commits[sha])


@route("PATCH", r"/git/refs/(.+)")
def _update_ref(asked: Asked) -> Json:
    name, sha = asked.groups[0], asked.body["sha"]
    if name not in asked.state.refs:
        raise Refuse(422, "Reference does not exist")
    if not asked.body.get("force") and not _descends(asked.state, sha, asked.state.refs[name]):
        raise Refuse(422, "Update is not a fast forward")
    asked.state.refs[name] = sha
    for pull in asked.state.pulls.values():
        if name == f"heads/{pull['head']['ref']}" and pull["head"]["repo"]["full_name"] == REPOSITORY:
            pull["head"]["sha"] = sha
    return {"ref": f"refs/{name}", "object": {"sha": sha, "type": "commit"}}


def _descends(state: State, sha: str, ancestor: str) -> bool:
    left = [sha]
    while left:
        one = left.pop()
        if one == ancestor:
            return True
        left += state.commits.get(one, {}).get("parents", [])
    return False


@route("GET", r"/actions/artifacts")
def _artifacts(asked: Asked) -> Json:
    name = asked.query.get("name")
    return [one for one in asked.state.artifacts if name in (None, one["name"])]


@route("GET", r"/actions/runs/(\d+)")
def _run(asked: Asked) -> Json:
    found = [one for one in asked.state.runs if one["id"] == int(asked.groups[0])]
    return found[0] if found else _missing()


@route("GET", r"/actions/workflows/(\d+)/runs")
def _runs(asked: Asked) -> Json:
    since = asked.query["created"].removeprefix(">=")
    mine = (one for one in asked.state.runs if one["workflow_id"] == int(asked.groups[0]))
    return [one for one in mine if one["created_at"] >= since]


class Handler(BaseHTTPRequestHandler):
    """Carries one request to its route: checked, refused as injected, paged."""

    protocol_version = "HTTP/1.1"
    state: State

    def do_GET(self) -> None:
        self._carry()

    do_POST = do_PATCH = do_DELETE = do_PUT = do_GET  # noqa: N815 - the names http.server calls

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the inherited name
        """Nothing is logged."""

    def _carry(self) -> None:
        url = urlsplit(self.path)
        query = dict(parse_qsl(url.query))
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        path = unquote(url.path)
        with self.state.lock:
            self.state.requests.append((self.command, path))
            if path.startswith("/storage/"):
                self._send_archive(int(path.rpartition("/")[2]))
                return
            self._held(check, self.command, url.path, query, body)
            try:
                self._answer(path, query, json.loads(body) if body else None)
            except Refuse as refuse:
                self._send(refuse.status, {"message": refuse.message, "documentation_url": "https://docs.github.com"})

    def _held(self, check: Callable[..., None], *what: object) -> None:
        try:
            check(*what)
        except Exception as error:  # noqa: BLE001 - whatever the checker calls a violation
            self.state.violations.append(
                f"{self.command} {self.path}: {type(error).__name__}: {getattr(error, 'message', error)}"
            )

    def _answer(self, path: str, query: Mapping[str, str], body: Json) -> None:
        failure = self._injected(path)
        if failure is not None and not failure.done_first:
            self._send(failure.status, {"message": failure.message}, failure.headers)
            return
        token = self.headers.get("Authorization", "").rpartition(" ")[2]
        if self.command != "GET" and token in self.state.readers:
            raise Refuse(403, "Resource not accessible by integration")
        if found := re.search(r"/actions/artifacts/(\d+)/zip\Z", path):
            self._send(302, None, {"Location": f"http://{self.headers['Host']}/storage/{found[1]}"})
            return
        value = self._routed(path, query, body)
        if failure is not None:
            self._send(failure.status, {"message": failure.message}, failure.headers)
        elif (found := re.search(r"/actions/(artifacts|workflows/\d+/runs)\Z", path)) is not None:
            page, headers = self._page(value, query)
            name = "artifacts" if found[1] == "artifacts" else "workflow_runs"
            self._give(200, {"total_count": len(value), name: page}, headers)
        elif isinstance(value, list) and "page" in query:
            self._give(200, *self._page(value, query))
        else:
            created = self.command == "POST"
            self._give(204 if value is None else 201 if created else 200, value)

    def _give(self, status: int, value: Json, headers: Mapping[str, str] | None = None) -> None:
        """What GitHub would answer, held against what it says that it answers; faults are sent unheld."""
        self._held(check_answer, self.command, urlsplit(self.path).path, status, value)
        self._send(status, value, headers)

    def _routed(self, path: str, query: Mapping[str, str], body: Json) -> Json:
        for method, pattern, function in ROUTES:
            found = pattern.match(path)
            if found and method == self.command:
                return function(Asked(self.state, found.groups(), query, body))
        raise Refuse(404, "Not Found")

    def _injected(self, path: str) -> Failure | None:
        for failure in self.state.failures:
            if failure.times and failure.method in (self.command, "*") and failure.path.search(path):
                failure.times -= 1
                return failure
        return None

    def _page(self, items: list[Json], query: Mapping[str, str]) -> tuple[list[Json], dict[str, str]]:
        size, number = int(query.get("per_page", 30)), int(query.get("page", 1))
        last = number * size >= len(items)
        link = {} if last else {"Link": f'<http://{self.headers["Host"]}/?page={number + 1}>; rel="next"'}
        return items[(number - 1) * size : number * size], link

    def _send_archive(self, number: int) -> None:
        if self.headers.get("Authorization"):
            self._send(400, {"message": "a signed address takes no token"})
            return
        content = self.state.archives[number]
        self.send_response(200)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def _send(self, status: int, value: Json, headers: Mapping[str, str] | None = None) -> None:
        content = b"" if value is None else json.dumps(value).encode()
        self.send_response(status)
        for name, text in {"Content-Type": "application/json", **(headers or {})}.items():
            self.send_header(name, text)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)


@dataclass(frozen=True, slots=True)
class Stub:
    """A running stand-in: its address and what it holds."""

    url: str
    state: State


@contextmanager
def running() -> Iterator[Stub]:
    """A stand-in for as long as the context lasts; it then must not have seen a request GitHub does not describe."""
    state = State()
    server = ThreadingHTTPServer(("127.0.0.1", 0), type("BoundHandler", (Handler,), {"state": state}))
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield Stub(url=f"http://127.0.0.1:{server.server_address[1]}", state=state)
    finally:
        server.shutdown()
        server.server_close()
        thread.join(timeout=10)
    assert state.violations == [], state.violations
