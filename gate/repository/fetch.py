"""Brings a pull request's commits into the clone, as objects: no branch, no checkout, nothing of them is executed.

A checkout has the branches of its own repository. The commits of a pull request from a fork are only reachable by the
ref GitHub keeps for it, so a job that was started by hand, by a comment or by a label does not have them.
"""

import os
import subprocess
from base64 import b64encode

from gate.errors import RepositoryError
from gate.repository.git import Git

TIMEOUT_SECONDS = 300
_REACH = frozenset({"https_proxy", "http_proxy", "no_proxy", "ssl_cert_file", "git_ssl_cainfo"})
"""What a runner behind a proxy or with a certificate of its own needs to reach its server."""


def fetch_pull_request(git: Git, url: str, number: int, token: str) -> None:
    """Fetch the head of a pull request of the repository at `url`; `token` empty = as anybody.

    The token is handed to git in its environment, so that it stands in no command line and no file. Raises
    `RepositoryError` with git's own words when it cannot be had.
    """
    command = git.command(
        "fetch",
        "--quiet",
        "--no-tags",
        "--no-recurse-submodules",
        "--no-write-fetch-head",
        "--",
        url,
        f"refs/pull/{number}/head",
    )
    reach = {name: value for name, value in os.environ.items() if name.lower() in _REACH}
    environment = _with_settings({**reach, **git.environment()}, _settings(token))
    try:
        done = subprocess.run(  # noqa: S603 - fixed program, arguments never pass a shell
            command,
            env=environment,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=TIMEOUT_SECONDS,
            check=False,
        )
    except subprocess.TimeoutExpired as error:
        raise RepositoryError(f"git fetch did not answer within {TIMEOUT_SECONDS} s", "run again") from error
    if done.returncode:
        said = done.stderr.decode("utf-8", "backslashreplace").strip().splitlines()
        hint = f"fetch it in a step before: `git fetch origin refs/pull/{number}/head`"
        raise RepositoryError(f"pull request {number} cannot be fetched: {said[0] if said else 'git failed'}", hint)


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
