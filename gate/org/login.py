"""Logging in to a Salesforce org: with a consumer key and secret, or through the sf command line.

Hosts and tokens: https://developer.salesforce.com/docs/ai/agentforce/guide/agent-api-get-started.html; the login by the
sf command line as forcedotcom/agents 2.0.5 does it (`src/connectionManager.ts`).
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from urllib.parse import urlsplit

import anyio

from gate.config import INSTANCE_VARIABLE, OrgConfig
from gate.errors import CouldNotTellError, UsageError
from gate.model.case import Json
from gate.network.call import Answer, Call
from gate.network.json_text import mapping, parse
from gate.network.wire import Pace, Service, Wire

API_HOST = "https://api.salesforce.com"
LOGIN_HINT = (
    "the external client app needs the scopes api, chatbot_api and sfap_api, the client credentials flow with a "
    "run-as user, and JWT-based access tokens (docs/drivers.md)"
)
_SF_SECONDS = 60
_LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Token:
    """What a login gave: the token for the API host, the one for the org itself, and both addresses."""

    api: str = field(repr=False)
    org: str = field(repr=False)
    api_url: str
    instance_url: str


async def log_in(where: OrgConfig, environ: Mapping[str, str], pace: Pace) -> Token:
    """A fresh token, over a connection of its own: what hides tokens in other answers must not hide this one.

    Raises `UsageError` for what has to be set up, `CouldNotTellError` for what may pass.
    """
    return await (_by_command_line(where, pace) if where.alias else _by_credentials(where, environ, pace))


async def _by_credentials(where: OrgConfig, environ: Mapping[str, str], pace: Pace) -> Token:
    given = str(where.instance_url or _variable(environ, INSTANCE_VARIABLE, "the org's My Domain address", "vars"))
    url = _safe(given.rstrip("/"))
    form = {
        "grant_type": "client_credentials",
        "client_id": _variable(environ, where.client_id, "the consumer key"),
        "client_secret": _variable(environ, where.client_secret, "the consumer secret"),
    }
    call = Call(method="POST", path="/services/oauth2/token", form=form, repeatable=True)
    answer = await _asked(url, call, form["client_secret"], pace)
    if answer.status in {400, 401, 403}:
        raise UsageError(f"the org {url} lets nobody in: {answer.excerpt()}", _remedy(answer.text))
    return _token(answer, "log in", url)


async def _by_command_line(where: OrgConfig, pace: Pace) -> Token:
    shown = await _sf("org", "display", "--target-org", where.alias, "--json")
    url = str(shown.get("instanceUrl") or "").rstrip("/")
    told = await _sf("org", "auth", "show-access-token", "--target-org", where.alias, "--json", "--no-prompt")
    session = told.get("accessToken")
    if not url or not isinstance(session, str):
        raise UsageError(f"the sf command line knows no login {where.alias}", "log in: `sf org login jwt`")
    headers = {"Cookie": f"sid={session}"}
    call = Call(method="GET", path="/agentforce/bootstrap/nameduser", headers=headers, repeatable=True)
    answer = await _asked(_safe(url), call, session, pace)
    return replace(_token(answer, "give a token for agents", url), org=session)


async def _asked(url: str, call: Call, secret: str, pace: Pace) -> Answer:
    async with Wire(Service(name=f"the org {url}", url=url, secrets=(secret,)), pace) as wire:
        return await wire.send(call)


def _variable(environ: Mapping[str, str], name: str, what: str, kind: str = "secrets") -> str:
    value = environ.get(name, "").strip()
    if not value:
        raise UsageError(
            f"the variable {name} is empty: it holds {what}",
            f"store it in the repository and give it to the step: `env: {name}: ${{{{ {kind}.{name} }}}}`",
        )
    return value


def _safe(url: str) -> str:
    """The address, when a secret may be sent there."""
    parts = urlsplit(url)
    if parts.scheme == "https" or (parts.scheme == "http" and parts.hostname in _LOOPBACK):
        return url
    raise UsageError(f"{url} is no https address, and the secret would be readable on its way", "write https://…")


def _token(answer: Answer, what: str, url: str) -> Token:
    """The token of an answer. A good answer is never quoted: a secret is in it."""
    if not answer.good:
        answer.expected(what, LOGIN_HINT)
    try:
        known = mapping(parse(answer.body))
    except ValueError:
        known = {}
    token = known.get("access_token")
    if not isinstance(token, str) or not token:
        raise CouldNotTellError(
            f"the org {url} answered a login without a token", "see whether the address is right, and run again"
        )
    if token.count(".") != 2:
        raise UsageError("the org gave an opaque token, which the Agentforce API does not take", LOGIN_HINT)
    api_url, instance = known.get("api_instance_url"), known.get("instance_url")
    return Token(
        api=token,
        org=token,
        api_url=_safe(api_url.rstrip("/") if isinstance(api_url, str) and api_url else API_HOST),
        instance_url=_safe((instance if isinstance(instance, str) and instance else url).rstrip("/")),
    )


def _remedy(said: str) -> str:
    if "not supported on this domain" in said:
        return "use the My Domain address (https://<name>.my.salesforce.com), never login.salesforce.com"
    if "invalid_client" in said:
        return "check the consumer key and secret"
    return LOGIN_HINT


async def _sf(*arguments: str) -> dict[str, Json]:
    """The `result` of an sf command. Raises `UsageError` when it is not there or refuses."""
    try:
        with anyio.fail_after(_SF_SECONDS):
            done = await anyio.run_process(["sf", *arguments], check=False)
    except OSError as error:
        raise UsageError(
            "the program `sf` was not found", "install the Salesforce CLI, or log in by a client id"
        ) from error
    except TimeoutError as error:
        raise CouldNotTellError(f"`sf {arguments[0]} {arguments[1]}` did not end within {_SF_SECONDS} s") from error
    try:
        value = json.loads(done.stdout.decode("utf-8", "replace"), strict=False)
    except ValueError as error:
        raise UsageError(
            f"`sf {arguments[0]} {arguments[1]}` did not answer in JSON", "update the Salesforce CLI"
        ) from error
    result = value.get("result") if isinstance(value, dict) else None
    if done.returncode or not isinstance(result, dict):
        said = value.get("message") if isinstance(value, dict) else ""
        raise UsageError(f"the sf command line refuses: {said}", "log in anew with `sf org login`")
    return result
