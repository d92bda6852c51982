"""Brings commits into the clone, as objects: no branch, no checkout, nothing of them is executed.

A checkout has the branches of its own repository. The commits of a pull request from a fork are only reachable by the
ref GitHub keeps for it, so a job that was started by hand, by a comment or by a label does not have them. A shallow
checkout has one commit alone.
"""

import os
import subprocess
from base64 import b64encode
from collections.abc import Sequence
from dataclasses import dataclass

from gate.errors import RepositoryError
from gate.repository.git import FETCH_HINT, Git

TIMEOUT_SECONDS = 300
_REACH = frozenset({"https_proxy", "http_proxy", "no_proxy", "ssl_cert_file", "git_ssl_cainfo"})
"""What a runner behind a proxy or with a certificate of its own needs to reach its server."""


def fetch_pull_request(git: Git, url: str, number: int, token: str) -> None:
    """Fetch the head of a pull request of the repository at `url`; `token` empty = as anybody.

    The token is handed to git in its environment, so that it stands in no command line and no file. Raises
    `RepositoryError` with git's own words when it cannot be had.
    """
    hint = f"fetch it in a step before: `git fetch origin refs/pull/{number}/head`"
    _fetch(git, url, token, [f"refs/pull/{number}/head"], _Said(f"pull request {number}", hint))


def fetch_commits(git: Git, url: str, shas: Sequence[str], token: str) -> None:
    """Fetch single commits with their files and without their history, into a clone that is shallow already.

    Asked for by their ids, which servers of protocol version 2 answer for every commit they have. Raises
    `RepositoryError` as `fetch_pull_request` does.
    """
    about = _Said(f"commit {', '.join(sha[:7] for sha in shas)}", FETCH_HINT)
    _fetch(git, url, token, shas, about, "--depth=1")


@dataclass(frozen=True, slots=True)
class _Said:
    """How a fetch that fails is told."""

    what: str
    hint: str


def _fetch(git: Git, url: str, token: str, wanted: Sequence[str], about: _Said, *options: str) -> None:
    quiet = ("--quiet", "--no-tags", "--no-recurse-submodules", "--no-write-fetch-head")
    reach = {name: value for name, value in os.environ.items() if name.lower() in _REACH}
    try:
        done = subprocess.run(  # noqa: S603 - fixed program, arguments never pass a shell
            git.command("fetch", *quiet, *options, "--", url, *wanted),
            env=_with_settings({**reach, **git.environment()}, _settings(token)),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=TIMEOUT_SECONDS,
            check=False,
        )
    except subprocess.TimeoutExpired as error:
        raise RepositoryError(f"git fetch did not answer within {TIMEOUT_SECONDS} s", "run again") from error
    if done.returncode:
        said = done.stderr.decode("utf-8", "backslashreplace").strip().splitlines()
        raise RepositoryError(f"{about.what} cannot be fetched: {said[0] if said else 'git failed'}", about.hint)


def _settings(token: str) -> dict[str, str]:
    settings = {
        "credential.helper": "",
        "http.followRedirects": "false",  # the token is for this address alone
        "maintenance.auto": "false",
    }
    if token:
        basic = b64encode(f"x-access-token:{token}".encode()).decode()
        settings["http.extraHeader"] = f"Authorization: Basic {basic}"
    return settings


def _with_settings(environment: dict[str, str], settings: dict[str, str]) -> dict[str, str]:
    first = int(environment["GIT_CONFIG_COUNT"])
    numbered: dict[str, str] = {}
    for index, (key, value) in enumerate(settings.items(), start=first):
        numbered |= {f"GIT_CONFIG_KEY_{index}": key, f"GIT_CONFIG_VALUE_{index}": value}
    return {**environment, **numbered, "GIT_CONFIG_COUNT": str(first + len(settings))}
