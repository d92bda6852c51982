"""HTTP to one service: connections, limits, retries, a breaker. The one module that knows httpx.

A transport with one connection is handed out for each request, the one given back last first: with one pool for all,
httpx searches the whole of it for every request, which at 50 at once takes most of the time there is
(docs/decisions/0010). A transport keeps no cookies, so no session of a service outlasts a trial unseen.
"""

import ssl
import sys
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cache
from importlib.util import find_spec
from random import random
from typing import Self
from urllib.parse import urlsplit
from urllib.request import getproxies, proxy_bypass

import anyio
import httpx

from gate.errors import CouldNotTellError, UsageError
from gate.network.breaker import REST_SECONDS, Breaker
from gate.network.call import Answer, Call
from gate.network.limits import Limiter
from gate.network.patience import ATTEMPTS, LONGEST_WAIT, asked_wait, wait_before, worth_repeating
from gate.network.sse import EventReader, EventTooLongError, ServerEvent

MOST_BYTES = 16 * 1024 * 1024
"""Longest answer that is read."""
_CONNECT_SECONDS = 15.0
_TIMES = {"timeout": httpx.Timeout(None, connect=_CONNECT_SECONDS).as_dict()}
_ALWAYS_SENT = {"User-Agent": "agent-eval-gate", "Accept": "*/*", "Accept-Encoding": "gzip, deflate"}
_NOTHING_SENT = (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout)

if find_spec("sniffio") is None:
    # httpcore looks for it four times a request, and a search in vain takes a fifth of the request's time
    sys.modules["sniffio"] = None  # type: ignore[assignment]


@dataclass(frozen=True, slots=True, kw_only=True)
class Service:
    """Who is asked. `name` is said in messages; `secrets` never are. `seconds` is the longest wait for an answer."""

    name: str
    url: str
    headers: Mapping[str, str] = field(default_factory=dict)
    secrets: tuple[str, ...] = ()
    seconds: float = 120.0
    at_once: int = 0
    per_minute: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Pace:
    """Clock, sleep and chance of a wire; tests bring their own."""

    now: Callable[[], float] = time.monotonic
    date: Callable[[], datetime] = lambda: datetime.now(UTC)
    sleep: Callable[[float], Awaitable[None]] = anyio.sleep
    chance: Callable[[], float] = random


class Wire:
    """Asks one service. Used as `async with wire:` around everything that is asked."""

    def __init__(self, service: Service, pace: Pace | None = None) -> None:
        self.service = service
        self._pace = pace or Pace()
        self._limiter = Limiter(service.at_once, service.per_minute, self._pace.now, self._pace.sleep)
        self._breaker = Breaker(self._pace.now)
        self._idle: list[httpx.AsyncHTTPTransport] = []
        self._made: list[httpx.AsyncHTTPTransport] = []

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        with anyio.CancelScope(shield=True):
            for transport in self._made:
                await transport.aclose()
        self._made, self._idle = [], []

    async def send(self, call: Call) -> Answer:
        """The service's answer, whatever its status, after bounded and jittered retries of what is safe to repeat.

        Raises `CouldNotTellError` when it cannot be reached, is left alone, or does not answer in time.
        """
        for attempt in range(1, ATTEMPTS + 1):
            last = attempt == ATTEMPTS
            try:
                answer = await self._once(call)
            except (httpx.TransportError, TimeoutError) as error:
                if last or not (call.repeatable or isinstance(error, _NOTHING_SENT)):
                    raise self._silent(call, error) from error
                asked = None
            else:
                asked = asked_wait(answer.headers, self._pace.date())
                patient = asked is None or asked <= LONGEST_WAIT
                if last or not patient or not worth_repeating(answer.status, repeatable=call.repeatable):
                    return answer
            await self._pace.sleep(wait_before(attempt, asked, self._pace.chance()))
        raise AssertionError("the last attempt returns or raises")

    @asynccontextmanager
    async def events(self, call: Call) -> AsyncIterator[AsyncIterator[ServerEvent] | Answer]:
        """The events of a streamed answer as they arrive, or the whole answer where the service does not stream.

        Asked once: a stream that broke cannot be taken up again. Raises `CouldNotTellError` as `send` does, also while
        events are read.
        """
        self._rested()
        try:
            async with self._limiter.place(), self._transport() as transport:
                response = await transport.handle_async_request(self._request(call, {"Accept": "text/event-stream"}))
                try:
                    self._answered(response.status_code)
                    kind = response.headers.get("content-type", "")
                    if response.status_code == httpx.codes.OK and kind.startswith("text/event-stream"):
                        yield _events(response, self.service.name)
                    else:
                        yield await self._read(response, 0.0)
                finally:
                    with anyio.CancelScope(shield=True):
                        await response.aclose()
        except httpx.TransportError as error:
            self._breaker.failed()
            raise self._silent(call, error) from error

    async def _once(self, call: Call) -> Answer:
        self._rested()
        began = self._pace.now()
        seconds = call.seconds or self.service.seconds
        try:
            async with self._limiter.place(), self._transport() as transport:
                with anyio.fail_after(seconds):
                    response = await transport.handle_async_request(self._request(call, {}))
                    try:
                        answer = await self._read(response, began)
                    finally:
                        await response.aclose()
        except (httpx.TransportError, TimeoutError):
            self._breaker.failed()
            raise
        except BaseException:
            self._breaker.left()
            raise
        self._answered(answer.status)
        return answer

    def _request(self, call: Call, more: Mapping[str, str]) -> httpx.Request:
        whole = call.path.startswith(("http://", "https://"))
        return httpx.Request(
            call.method,
            call.path if whole else self.service.url.rstrip("/") + call.path,
            params=dict(call.query) or None,
            json=call.body,
            data=dict(call.form) if call.form is not None else None,
            headers={**_ALWAYS_SENT, **self.service.headers, **more, **call.headers},
            extensions=_TIMES,
        )

    async def _read(self, response: httpx.Response, began: float) -> Answer:
        pieces: list[bytes] = []
        size = 0
        async for piece in response.aiter_bytes():
            size += len(piece)
            if size > MOST_BYTES:
                raise CouldNotTellError(
                    f"{self.service.name} answered with more than {MOST_BYTES >> 20} MiB", again=False
                )
            pieces.append(piece)
        body = b"".join(pieces)
        for secret in self.service.secrets:
            body = body.replace(secret.encode(), b"***") if secret else body
        headers = {name.lower(): value for name, value in response.headers.items()}
        took = self._pace.now() - began if began else 0.0
        return Answer(service=self.service.name, status=response.status_code, headers=headers, body=body, seconds=took)

    @asynccontextmanager
    async def _transport(self) -> AsyncIterator[httpx.AsyncHTTPTransport]:
        transport = self._idle.pop() if self._idle else self._new()
        try:
            yield transport
        finally:
            self._idle.append(transport)

    def _new(self) -> httpx.AsyncHTTPTransport:
        transport = httpx.AsyncHTTPTransport(
            verify=_tls() if self.service.url.startswith("https") else _trusting_nobody(),
            limits=httpx.Limits(max_connections=1, max_keepalive_connections=1),
            proxy=_proxy(self.service.url),
        )
        self._made.append(transport)
        return transport

    def _answered(self, status: int) -> None:
        if status in {500, 502, 504}:
            self._breaker.failed()
        else:
            self._breaker.answered()

    def _rested(self) -> None:
        if self._breaker.rests:
            raise CouldNotTellError(
                f"{self.service.name} failed again and again, so it is left alone for {REST_SECONDS:g} s",
                "see whether it is up; `--resume` goes on where this run stopped",
            )

    def _silent(self, call: Call, error: Exception) -> CouldNotTellError:
        if isinstance(error, TimeoutError | httpx.TimeoutException):
            words = f"did not answer within {call.seconds or self.service.seconds:g} s"
        elif isinstance(error, httpx.ConnectError):
            words = f"cannot be reached at {httpx.URL(self.service.url).host}: {error}"
        else:
            words = f"broke off the connection: {type(error).__name__}"
        return CouldNotTellError(f"{self.service.name} {words}", "see whether it is up, and run again")


def _proxy(url: str) -> str | None:
    """The proxy the environment names for an address (`HTTPS_PROXY`, `NO_PROXY` …). Raises `UsageError` for SOCKS."""
    parts = urlsplit(url)
    named = getproxies()
    proxy = named.get(parts.scheme) or named.get("all")
    if not proxy or proxy_bypass(parts.hostname or ""):
        return None
    proxy = proxy if "://" in proxy else f"http://{proxy}"
    if not proxy.startswith(("http://", "https://")):
        raise UsageError(
            f"the proxy for {parts.hostname} is of a kind the gate cannot use: {urlsplit(proxy).scheme}",
            "name an HTTP proxy in HTTPS_PROXY, or except the host in NO_PROXY",
        )
    return proxy


@cache
def _tls() -> ssl.SSLContext:
    """One for the whole process: making one takes 20 ms or more."""
    return httpx.create_ssl_context()


@cache
def _trusting_nobody() -> ssl.SSLContext:
    """For services without TLS: nothing to load, and a secure address that one of them is given is refused."""
    return ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)


async def _events(response: httpx.Response, service: str) -> AsyncIterator[ServerEvent]:
    reader = EventReader()
    try:
        async for piece in response.aiter_bytes():
            for event in reader.feed(piece):
                yield event
    except EventTooLongError as error:
        raise CouldNotTellError(f"{service} sent an event that is too long", again=False) from error
