"""An emulated GitHub with state, by somebody else: a second opinion beside the stand-in of these tests.

What it lacks or does otherwise than GitHub is listed where the tests meet it, each strictly: an emulator that learns it
makes its entry fail.
"""

import json
import shutil
import subprocess
import urllib.request
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from select import select
from typing import Any
from urllib.error import HTTPError

from gate.github.client import GitHub
from gate.github.transport import Pace

NODE = Path(__file__).parents[2] / "node"
OWNER, BOT, AUTHOR, READER = "octo-owner", "gate-bot", "ann", "rita"
TOKENS = {OWNER: "tok_owner", BOT: "tok_bot", AUTHOR: "tok_ann", READER: "tok_rita", "wendy": "tok_wendy"}
"""Who there is, and with which token. Accounts are all people there, so the bot is one too."""
START_SECONDS = 30


def is_installed() -> bool:
    """Whether it can be started; tests that need it are skipped otherwise, and say so aloud."""
    return shutil.which("node") is not None and (NODE / "node_modules" / "emulate").is_dir()


@contextmanager
def emulated() -> Iterator[str]:
    """The address of one, on loopback alone; it ends with the block."""
    seed = {
        "tokens": {token: {"login": login, "scopes": ["repo"]} for login, token in TOKENS.items()},
        "github": {"users": [{"login": login} for login in TOKENS]},
    }
    command = ["node", str(NODE / "emulated-github.mjs")]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        try:
            process.stdin.write(json.dumps(seed) + "\n")
            process.stdin.flush()
            ready, _, _ = select([process.stdout], [], [], START_SECONDS)
            assert ready, "the emulated GitHub did not start"
            yield process.stdout.readline().strip()
        finally:
            process.kill()


@dataclass
class Repository:
    """A new repository there, with a first commit on `main`; the bot and the author may write to it."""

    url: str
    name: str
    numbers: Iterator[int] = field(default_factory=count)

    @classmethod
    def make(cls, url: str, name: str) -> "Repository":
        made = cls(url, f"{OWNER}/{name}")
        made.ask("POST", "/user/repos", {"name": name, "auto_init": True}, whole=True)
        for login, right in ((BOT, "push"), (AUTHOR, "push"), (READER, "pull")):
            made.permit(login, right)
        return made

    def client(self, login: str) -> GitHub:
        """The gate's client with somebody's token."""
        return GitHub(self.name, TOKENS[login], self.url, Pace(between_requests=0, between_writes=0))

    def ask(self, method: str, path: str, body: Any = None, login: str = OWNER, *, whole: bool = False) -> Any:
        """What people do there, by one request."""
        address = f"{self.url}{path}" if whole else f"{self.url}/repos/{self.name}{path}"
        headers = {"Authorization": f"token {TOKENS[login]}", "Content-Type": "application/json"}
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(address, data=data, headers=headers, method=method)  # noqa: S310 - loopback
        with urllib.request.urlopen(request, timeout=START_SECONDS) as answer:  # noqa: S310 - loopback
            text = answer.read()
        return json.loads(text) if text else None

    def permit(self, login: str, right: str) -> None:
        """Let somebody do something: `pull`, `triage`, `push`, `maintain` or `admin`."""
        self.ask("PUT", f"/collaborators/{login}", {"permission": right})

    def commit(self, branch: str, files: Mapping[str, str]) -> str:
        """A commit by the owner; a branch that is not there begins at main."""
        owner = self.client(OWNER)
        try:
            self.ask("GET", f"/git/ref/heads/{branch}")
        except HTTPError:
            self.ask("POST", "/git/refs", {"ref": f"refs/heads/{branch}", "sha": owner.tip("main")})
        return owner.commit_files(branch, owner.tip(branch), files, f"change {next(self.numbers)}")

    def open_request(self, branch: str) -> int:
        """A pull request by the author; its number."""
        body = {"title": "Change", "head": branch, "base": "main"}
        return int(self.ask("POST", "/pulls", body, AUTHOR)["number"])

    def label(self, number: int, name: str, login: str) -> None:
        """A label put on by somebody."""
        self.ask("POST", f"/issues/{number}/labels", {"labels": [name]}, login)

    def comments(self, number: int) -> Sequence[Any]:
        """The first hundred comments as anybody reads them."""
        found: Sequence[Any] = self.ask("GET", f"/issues/{number}/comments?per_page=100")
        return found
