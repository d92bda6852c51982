"""One Salesforce org: a login that renews itself, its API hosts, and what it says of itself."""

from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import replace

import anyio

from gate.config import OrgConfig
from gate.errors import UsageError
from gate.model.case import Json
from gate.network.call import Answer, Call
from gate.network.limits import Limiter
from gate.network.sse import ServerEvent
from gate.network.wire import Pace, Service, Wire
from gate.org.login import Token, log_in

API_VERSION = "v67.0"
TOKEN_SECONDS = 20 * 60.0
"""A token is renewed after this long; it lives for 30 minutes at most, and does not say how long."""


class Org:
    """Used as `async with org.open():`, by several agents as well: the first one logs in, the last one closes.

    `at_once` bounds the sessions that are open together, and the requests to the API host in flight; `per_minute` those
    begun in a minute; 0 = no bound.
    `environ` holds the secrets, `key` is where the configuration names the org.
    """

    def __init__(
        self,
        where: OrgConfig,
        environ: Mapping[str, str],
        *,
        at_once: int = 0,
        per_minute: int = 0,
        pace: Pace | None = None,
        key: str = "driver.org",
    ) -> None:
        self._where, self._environ, self._key = where, environ, key
        self._limits = (at_once, per_minute)
        self._pace = pace or Pace()
        self._sessions = Limiter(at_once, 0, self._pace.now, self._pace.sleep)
        self._token: Token | None = None
        self._since = 0.0
        self._renewing = anyio.Lock()
        self._wires: dict[tuple[str, bool], Wire] = {}
        self._stack = AsyncExitStack()
        self._users = 0
        self._record: Mapping[str, Json] = {}

    @asynccontextmanager
    async def open(self) -> AsyncIterator["Org"]:
        """Logged in. Raises `UsageError` for credentials that do not do, and for a production org."""
        self._users += 1
        try:
            if self._users == 1:
                await self._login()
                await self._refuse_production()
            yield self
        finally:
            self._users -= 1
            if not self._users:
                self._wires = {}
                await self._stack.aclose()

    @property
    def instance_url(self) -> str:
        """The org's own address."""
        return self._known().instance_url

    @property
    def words(self) -> str:
        """The org as a report names it."""
        return self.instance_url if self._is_for_tests() else f"{self.instance_url} (a production org)"

    @property
    def id(self) -> str:
        """The org's id, as its own record says."""
        said = self._record.get("Id")
        return said if isinstance(said, str) else ""

    @asynccontextmanager
    async def place(self) -> AsyncIterator[None]:
        """A place for one session, kept until the context is left."""
        async with self._sessions.place():
            yield

    async def pause(self, seconds: float) -> None:
        """Wait."""
        await self._pace.sleep(seconds)

    async def ask_api(self, call: Call, *, as_org: bool = False) -> Answer:
        """An answer of the API host. `as_org`: with the org's ordinary token, as its evaluation wants it."""
        return await self._ask(call, api=True, as_org=as_org)

    async def ask_org(self, call: Call) -> Answer:
        """An answer of the org itself."""
        return await self._ask(call, api=False, as_org=True)

    @asynccontextmanager
    async def stream_api(self, call: Call) -> AsyncIterator[AsyncIterator[ServerEvent] | Answer]:
        """A streamed answer of the API host, as `Wire.events` gives it."""
        token = await self._fresh()
        async with self._events(call, token) as events:
            if not (isinstance(events, Answer) and events.status == 401):
                yield events
                return
        await self._renew(token)
        async with self._events(call, self._known()) as events:
            yield events

    async def query(self, soql: str) -> list[dict[str, Json]]:
        """The records of a query."""
        path = f"/services/data/{API_VERSION}/query"
        answer = await self.ask_org(Call(method="GET", path=path, query={"q": soql}, repeatable=True))
        value = answer.expected("answer a query", "the run-as user needs the permission `API Enabled`")
        records = value.get("records") if isinstance(value, dict) else None
        return [one for one in records if isinstance(one, dict)] if isinstance(records, list) else []

    async def user(self) -> str:
        """The id of the user who is logged in."""
        answer = await self.ask_org(Call(method="GET", path="/services/oauth2/userinfo", repeatable=True))
        value = answer.expected("say who is logged in", "the app needs the scope api")
        said = value.get("user_id") if isinstance(value, dict) else None
        return said if isinstance(said, str) else ""

    async def _ask(self, call: Call, *, api: bool, as_org: bool) -> Answer:
        """An answer; a token that ran out is renewed once."""
        token = await self._fresh()
        answer = await self._send(call, token, api=api, as_org=as_org)
        if answer.status != 401:
            return answer
        await self._renew(token)
        return await self._send(call, self._known(), api=api, as_org=as_org)

    async def _send(self, call: Call, token: Token, *, api: bool, as_org: bool) -> Answer:
        wire = await self._wire(token.api_url if api else token.instance_url, api=api)
        return await wire.send(_signed(call, token.org if as_org else token.api))

    @asynccontextmanager
    async def _events(self, call: Call, token: Token) -> AsyncIterator[AsyncIterator[ServerEvent] | Answer]:
        wire = await self._wire(token.api_url, api=True)
        async with wire.events(_signed(call, token.api)) as events:
            yield events

    async def _wire(self, url: str, *, api: bool) -> Wire:
        known = self._wires.get((url, api))
        if known is not None:
            return known
        name = "the Agentforce API" if api else f"the org {url}"
        at_once, per_minute = self._limits if api else (0, 0)
        wire = Wire(Service(name=name, url=url, at_once=at_once, per_minute=per_minute), self._pace)
        wire.conceal(*self._secrets())
        self._wires[url, api] = wire
        return await self._stack.enter_async_context(wire)

    def _known(self) -> Token:
        if self._token is None:
            raise AssertionError("the org is used only while it is open")
        return self._token

    async def _fresh(self) -> Token:
        if self._pace.now() - self._since > TOKEN_SECONDS:
            await self._renew(self._known())
        return self._known()

    async def _renew(self, old: Token) -> None:
        async with self._renewing:
            if self._token is old:  # nobody else has done it meanwhile
                await self._login()

    async def _login(self) -> None:
        self._token = await log_in(self._where, self._environ, self._pace)
        self._since = self._pace.now()
        for wire in self._wires.values():
            wire.conceal(*self._secrets())

    def _secrets(self) -> tuple[str, ...]:
        """What no answer may show: it could be quoted in a message or kept in a transcript."""
        tokens = (self._token.api, self._token.org) if self._token else ()
        return (*tokens, self._environ.get(self._where.client_secret, "").strip())

    async def _refuse_production(self) -> None:
        """Believes the org's own record alone: an alias or an address is only a hint."""
        [self._record, *_] = await self.query(
            "SELECT Id, IsSandbox, OrganizationType, TrialExpirationDate FROM Organization"
        ) or [{}]
        if self._where.allow_production or self._is_for_tests():
            return
        kind = self._record.get("OrganizationType") or "it does not say what it is"
        raise UsageError(
            f"{self.instance_url} is a production org ({kind}): agents under test act on what is in it",
            f"name a sandbox in `{self._key}`",
        )

    def _is_for_tests(self) -> bool:
        """Whether the org's own record says that it is a sandbox, or a scratch, trial or developer org."""
        record = self._record
        temporary = record.get("IsSandbox") is True or bool(record.get("TrialExpirationDate"))
        return temporary or record.get("OrganizationType") == "Developer Edition"


def _signed(call: Call, token: str) -> Call:
    return replace(call, headers={"Authorization": f"Bearer {token}", **call.headers})
