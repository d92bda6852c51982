"""GitHub: which repository, what the token may do there, and the label that sign-off needs."""

import os
import re
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from gate.cli.diagnoses.diagnosis import Diagnosis, fine, problem, problem_of, unknown
from gate.errors import HostError, UnreachableError
from gate.github.signoff.command import LABELS
from gate.github.status import context_of
from gate.repository.git import Git

if TYPE_CHECKING:
    from gate.github.inspection import Inspection

LONGEST_NAP_SECONDS = 0.5
"""How long to wait before an unanswered question is asked again; a doctor is not worth waiting for."""
_SCP_LIKE = re.compile(r"(?:[^@/]+@)?(?P<host>[^:/]+):(?P<path>(?!//).+)\Z")
_GRANT = (
    "on a laptop take a token that may write (contents, pull requests, statuses); in a workflow grant "
    "`contents: write`, `pull-requests: write` and `statuses: write` to the sign-off job"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Remote:
    """Where the repository lives: `owner/name`, the REST API that knows it, and the token to ask with ("" = none)."""

    repository: str
    api_url: str
    token: str = field(default="", repr=False)


def remote(git: Git, environ: Mapping[str, str] = os.environ) -> Remote | None:
    """The repository on GitHub, from the runner's environment, else from the remote `origin`; None = not on GitHub.

    The address of a remote alone never decides where a token is sent: another host than github.com has to be named by
    `GITHUB_API_URL` or `GH_HOST`.
    """
    token = environ.get("GITHUB_TOKEN") or environ.get("GH_TOKEN") or ""
    if environ.get("GITHUB_REPOSITORY"):
        api_url = environ.get("GITHUB_API_URL") or "https://api.github.com"
        return Remote(repository=environ["GITHUB_REPOSITORY"], api_url=api_url, token=token)
    found = parse_remote(git.ask("config", "--get", "remote.origin.url").text)
    if found is None:
        return None
    host, repository = found
    known = {"github.com": "https://api.github.com", environ.get("GH_HOST", ""): f"https://{host}/api/v3"}
    address = environ.get("GITHUB_API_URL") or known.get(host)
    return Remote(repository=repository, api_url=address, token=token) if address else None


def parse_remote(url: str) -> tuple[str, str] | None:
    """Host and `owner/name` of a clone's address, in any of the forms git takes; None for a folder or another depth."""
    scp = _SCP_LIKE.match(url)
    parts = urlsplit(url)
    host, path = (scp["host"], scp["path"]) if scp else (parts.hostname or "", parts.path)
    segments = path.strip("/").removesuffix(".git").split("/")
    return (host.lower(), "/".join(segments)) if host and len(segments) == 2 and all(segments) else None


def github(found: Remote | None) -> Iterator[Diagnosis]:
    """What the token may do and whether the label exists; what cannot be asked is said to be unknown."""
    if found is None:
        yield unknown(
            "GitHub", "`origin` is no repository on github.com, nor on the host that GH_HOST names: nothing was asked"
        )
        return
    if not found.token:
        yield unknown("token", f"GITHUB_TOKEN is not set, so nothing was asked of GitHub about {found.repository}")
        return
    try:
        yield from _asked(found)
    except UnreachableError as error:
        yield unknown("GitHub", error.message)
    except HostError as error:
        yield problem_of("token", error)


def _required(inspection: "Inspection", branch: str) -> Diagnosis:
    context = context_of(())
    try:
        required = inspection.required_checks(branch)
    except HostError as error:
        return unknown("required check", error.message)
    if context in required:
        return fine("required check", f"{branch} requires {context}")
    says = f"{branch} does not require {context}, so a red status holds no merge"
    return problem(
        "required check",
        says,
        f"require the status {context} on {branch}, from the source GitHub Actions (docs/installing.md)",
    )


def _asked(found: Remote) -> Iterator[Diagnosis]:
    from gate.github.inspection import Inspection  # noqa: PLC0415 - GitHub's client library is slow to import
    from gate.github.transport import Pace  # noqa: PLC0415 - same

    pace = Pace(between_requests=0.0, sleep=lambda seconds: time.sleep(min(seconds, LONGEST_NAP_SECONDS)))
    inspection = Inspection(found.repository, found.token, found.api_url, pace)
    rights = inspection.rights()
    if rights.may_push is None:
        says = f"knows {found.repository}; GitHub does not tell what it may write, the workflows' `permissions:` do"
        yield fine("token", says)
    elif rights.may_push:
        yield fine("token", f"may write to {found.repository}")
    else:
        yield problem("token", f"may only read {found.repository}", _GRANT)
    yield _required(inspection, rights.default_branch)
    present = sorted(label for label in LABELS if inspection.has_label(label))
    if present:
        yield fine("label", f"{' and '.join(present)} exists")
    else:
        wanted = min(LABELS, key=len)
        create = f'`gh label create {wanted} --description "accept the regressions of this pull request"`'
        yield problem("label", f"there is no label {wanted}, so only the comment command signs off", create)
