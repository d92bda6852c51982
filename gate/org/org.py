"""One Salesforce org: a login that renews itself, its API hosts, and what it says of itself.

Hosts and tokens: https://developer.salesforce.com/docs/ai/agentforce/guide/agent-api-get-started.html; the login by the
sf command line as forcedotcom/agents 2.0.5 does it (`src/connectionManager.ts`).
"""

import json
from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, replace

import anyio

from gate.config import INSTANCE_VARIABLE, OrgConfig
from gate.errors import CouldNotTellError, UsageError
from gate.model.case import Json
from gate.network.call import Answer, Call
from gate.network.sse import ServerEvent
from gate.network.wire import Pace, Service, Wire

API_HOST = "https://api.salesforce.com"
API_VERSION = "v67.0"
TOKEN_SECONDS = 20 * 60.0
"""A token is renewed after this long; it lives for 30 minutes at most, and does not say how long."""
_LOGIN_HINT = (
    "the external client app needs the scopes api, chatbot_api and sfap_api, the client credentials flow with a "
    "run-as user, and JWT-based access tokens (docs/drivers.md)"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Token:
    """What a login gave: the token for the API host, the one for the org itself, and both addresses."""

    api: str
    org: str
    api_url: str
    instance_url: str


class Org:
    """Used as `async with org.open():`. Limits count for the API host; `environ` holds the secrets."""

    def __init__(
        self,
        where: OrgConfig,
        environ: Mapping[str, str],
        *,
        at_once: int = 0,
        per_minute: int = 0,
        pace: Pace | None = None,
    ) -> None:
        self._where, self._environ = where, environ
        self._limits = (at_once, per_minute)
        self._pace = pace or Pace()
        self._token: Token | None = None
        self._since = 0.0
        self._renewing = anyio.Lock()
        self._wires: dict[str, Wire] = {}
        self._stack = AsyncExitStack()

    @asynccontextmanager
    async def open(self) -> AsyncIterator["Org"]:
        """Logged in. Raises `UsageError` for credentials that do not do, and for a production org."""
        async with self._stack:
            await self._login()
            await self._refuse_production()
            yield self
        self._wires = {}  # closed with the stack; who opens again needs new ones

    @property
    def instance_url(self) -> str:
        """The org's own address."""
        return self._known().instance_url

    async def ask_api(self, call: Call) -> Answer:
        """An answer of the API host; a token that ran out is renewed once."""
        return await self._ask(call, api=True)

    async def ask_org(self, call: Call) -> Answer:
        """An answer of the org itself."""
        return await self._ask(call, api=False)

    async def query(self, soql: str) -> list[dict[str, Json]]:
        """The records of a query."""
        path = f"/services/data/{API_VERSION}/query"
        answer = await self.ask_org(Call(method="GET", path=path, query={"q": soql}, repeatable=True))
        value = answer.expected("answer a query", "the run-as user needs the permission `API Enabled`")
        records = value.get("records") if isinstance(value, dict) else None
        return [one for one in records if isinstance(one, dict)] if isinstance(records, list) else []

    async def _ask(self, call: Call, *, api: bool) -> Answer:
        if self._pace.now() - self._since > TOKEN_SECONDS:
            await self._renew(self._known())
        token = self._known()
        answer = await self._send(call, token, api=api)
        if answer.status != 401:
            return answer
        await self._renew(token)
        return await self._send(call, self._known(), api=api)

    async def _send(self, call: Call, token: Token, *, api: bool) -> Answer:
        secret = token.api if api else token.org
        wire = await self._wire(token.api_url if api else token.instance_url, api=api)
        headers = {"Authorization": f"Bearer {secret}", **call.headers}
        return await wire.send(replace(call, headers=headers))

    @asynccontextmanager
    async def stream_api(self, call: Call) -> AsyncIterator[AsyncIterator[ServerEvent] | Answer]:
        """A streamed answer of the API host, as `Wire.events` gives it."""
        token = self._known()
        wire = await self._wire(token.api_url, api=True)
        headers = {"Authorization": f"Bearer {token.api}", **call.headers}
        async with wire.events(replace(call, headers=headers)) as events:
            yield events

    async def _wire(self, url: str, *, api: bool) -> Wire:
        if url not in self._wires:
            at_once, per_minute = self._limits if api else (0, 0)
            name = "the Agentforce API" if api else f"the org {url}"
            secrets = tuple(filter(None, (self._environ.get(self._where.client_secret, ""),)))
            wire = Wire(
                Service(name=name, url=url, at_once=at_once, per_minute=per_minute, secrets=secrets), self._pace
            )
            self._wires[url] = await self._stack.enter_async_context(wire)
        return self._wires[url]

    def _known(self) -> Token:
        if self._token is None:
            raise AssertionError("the org is used only while it is open")
        return self._token

    async def _renew(self, old: Token) -> None:
        async with self._renewing:
            if self._token is old:  # nobody else has done it meanwhile
                await self._login()

    async def _login(self) -> None:
        self._token = await (self._by_command_line() if self._where.alias else self._by_credentials())
        self._since = self._pace.now()

    async def _by_credentials(self) -> Token:
        url = str(self._where.instance_url or self._secret(INSTANCE_VARIABLE, "the org's My Domain address")).rstrip(
            "/"
        )
        form = {
            "grant_type": "client_credentials",
            "client_id": self._secret(self._where.client_id, "the consumer key"),
            "client_secret": self._secret(self._where.client_secret, "the consumer secret"),
        }
        wire = await self._wire(url, api=False)
        call = Call(method="POST", path="/services/oauth2/token", form=form, repeatable=True)
        answer = await wire.send(call)
        if answer.status in {400, 401, 403}:
            raise UsageError(f"the org {url} lets nobody in: {answer.excerpt()}", _remedy(answer.text))
        return _token(answer.expected("log in", _LOGIN_HINT), url)

    async def _by_command_line(self) -> Token:
        shown = await _sf("org", "display", "--target-org", self._where.alias, "--json")
        url = str(shown.get("instanceUrl") or "").rstrip("/")
        told = await _sf("org", "auth", "show-access-token", "--target-org", self._where.alias, "--json", "--no-prompt")
        session = told.get("accessToken")
        if not url or not isinstance(session, str):
            raise UsageError(f"the sf command line knows no login {self._where.alias}", "log in: `sf org login jwt`")
        wire = await self._wire(url, api=False)
        call = Call(
            method="GET", path="/agentforce/bootstrap/nameduser", headers={"Cookie": f"sid={session}"}, repeatable=True
        )
        found = _token((await wire.send(call)).expected("give a token for agents", _LOGIN_HINT), url)
        return replace(found, org=session)

    def _secret(self, variable: str, what: str) -> str:
        value = self._environ.get(variable, "").strip()
        if not value:
            raise UsageError(
                f"the variable {variable} is empty: it holds {what}",
                f"set it as a secret and give it to the step: `env: {variable}: ${{{{ secrets.{variable} }}}}`",
            )
        return value

    async def _refuse_production(self) -> None:
        """Believes the org's own record alone: an alias or an address is only a hint."""
        [record, *_] = await self.query(
            "SELECT Id, IsSandbox, OrganizationType, TrialExpirationDate FROM Organization"
        ) or [{}]
        if self._where.allow_production or record.get("IsSandbox") is True or record.get("TrialExpirationDate"):
            return
        if record.get("OrganizationType") == "Developer Edition":
            return
        kind = record.get("OrganizationType") or "it does not say what it is"
        raise UsageError(
            f"{self.instance_url} is a production org ({kind}): agents under test act on what is in it",
            "name a sandbox in `driver.org`",
        )


def _token(value: Json, url: str) -> Token:
    known = value if isinstance(value, dict) else {}
    token = known.get("access_token")
    if not isinstance(token, str) or not token:
        raise CouldNotTellError(f"the org {url} answered a login without a token")
    if token.count(".") != 2:
        raise UsageError("the org gave an opaque token, which the Agentforce API does not take", _LOGIN_HINT)
    api_url = known.get("api_instance_url")
    instance = known.get("instance_url")
    return Token(
        api=token,
        org=token,
        api_url=api_url if isinstance(api_url, str) and api_url else API_HOST,
        instance_url=(instance if isinstance(instance, str) and instance else url).rstrip("/"),
    )


def _remedy(said: str) -> str:
    if "not supported on this domain" in said:
        return "use the My Domain address (https://<name>.my.salesforce.com), never login.salesforce.com"
    if "invalid_client" in said:
        return "check the consumer key and secret"
    return _LOGIN_HINT


async def _sf(*arguments: str) -> dict[str, Json]:
    """The `result` of an sf command. Raises `UsageError` when it is not there or refuses."""
    try:
        done = await anyio.run_process(["sf", *arguments], check=False)
    except OSError as error:
        raise UsageError(
            "the program `sf` was not found", "install the Salesforce CLI, or log in by a client id"
        ) from error
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
