"""HTTP to one service: limits, retries, a breaker, over as many connections as there are requests in flight.

Each request gets a transport with one connection, the one given back last first: with one pool for all, httpx searches
the whole of it for every request, which at 50 at once takes most of the time there is (docs/decisions/0010). A
transport keeps no cookies, so no session of a service outlasts a trial unseen.
"""

import sys
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import lru_cache
from importlib.util import find_spec
from random import random
from typing import Self
from urllib.parse import urlsplit

import anyio
import httpx

from gate.errors import CouldNotTellError, UsageError
from gate.network.breaker import Breaker
from gate.network.call import Answer, Call
from gate.network.connection import CONNECT_SECONDS
from gate.network.limits import Limiter
from gate.network.patience import ATTEMPTS, LONGEST_WAIT, asked_wait, wait_before, worth_repeating
from gate.network.reach import proxy_to, transport_to
from gate.network.sse import EventReader, EventTooLongError, ServerEvent
from gate.network.unpacking import pieces

MOST_BYTES = 16 * 1024 * 1024
"""Longest answer that is read."""
_TIMES = {"timeout": httpx.Timeout(None, connect=CONNECT_SECONDS).as_dict()}
_ALWAYS_SENT = {"User-Agent": "agent-eval-gate", "Accept": "*/*", "Accept-Encoding": "gzip, deflate"}
_BROKEN_DOWN = frozenset({500, 502, 504})
_NAP_SECONDS, _MOST_NAPS = 0.5, 120
"""How often a request looks whether a host that rests answers the one that probes it: about a minute at least."""
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
        self._idle: list[httpx.AsyncBaseTransport] = []
        self._made: list[httpx.AsyncBaseTransport] = []
        self._hidden = {secret.encode() for secret in service.secrets if secret}

    def conceal(self, *secrets: str) -> None:
        """Blank these values in every answer from now on, as those of the service are."""
        self._hidden |= {secret.encode() for secret in secrets if secret}

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        with anyio.CancelScope(shield=True):
            for transport in self._made:
                await transport.aclose()
        self._made, self._idle = [], []

    async def send(self, call: Call) -> Answer:
        """The service's answer, whatever its status, after bounded and jittered retries of what is safe to repeat.

        Raises `CouldNotTellError` when it cannot be reached, is left alone, or does not answer in time, `UsageError`
        when what is asked cannot be sent.
        """
        for attempt in range(1, ATTEMPTS + 1):
            try:
                async with self._opened(call, {}, call.seconds or self.service.seconds) as response:
                    answer = self._noted(await self._read(response), call)
            except (httpx.RequestError, TimeoutError) as error:
                if attempt == ATTEMPTS or not (call.repeatable or isinstance(error, _NOTHING_SENT)):
                    raise self._silent(call, error) from error
                await self._pace.sleep(wait_before(attempt, None, self._pace.chance()))
            else:
                if not await self._waited_to_ask_again(answer, attempt, call):
                    return answer
        raise AssertionError("the last attempt returns or raises")

    @asynccontextmanager
    async def events(self, call: Call) -> AsyncIterator[AsyncIterator[ServerEvent] | Answer]:
        """The events of a streamed answer as they arrive, or the whole answer where the service does not stream.

        A refusal is asked again as in `send`; a stream that broke is not, for it cannot be taken up again. Raises
        `CouldNotTellError` as `send` does, also while events are read.
        """
        try:
            for attempt in range(1, ATTEMPTS + 1):
                async with self._opened(call, {"Accept": "text/event-stream"}) as response:
                    kind = response.headers.get("content-type", "")
                    if response.status_code == httpx.codes.OK and kind.startswith("text/event-stream"):
                        yield self._events(response)
                        self._breaker.answered()
                        return
                    answer = self._noted(await self._read(response), call)
                if not await self._waited_to_ask_again(answer, attempt, call):
                    yield answer
                    return
        except httpx.RequestError as error:
            raise self._silent(call, error) from error

    @asynccontextmanager
    async def _opened(self, call: Call, more: Mapping[str, str], seconds: float = 0.0) -> AsyncIterator[httpx.Response]:
        """A response whose body is still to be read, when it is this request's turn; the breaker learns its fate.

        `seconds`: the longest it may take from here until the context is left; 0 = the caller sees to that.
        """
        async with self._limiter.place():
            if self._breaker.rests:
                await self._rested()
            transport = self._idle.pop() if self._idle else self._new()
            try:
                with anyio.fail_after(seconds or None):
                    response = await self._asked(transport, call, more)
                    try:
                        yield response
                    finally:
                        with anyio.CancelScope(shield=True):
                            await response.aclose()
            except (httpx.RequestError, TimeoutError) as error:
                self._breaker.failed(self._silent(call, error).message, reached=not isinstance(error, _NOTHING_SENT))
                raise
            except BaseException:
                self._breaker.left()
                raise
            finally:
                self._idle.append(transport)

    async def _asked(self, transport: httpx.AsyncBaseTransport, call: Call, more: Mapping[str, str]) -> httpx.Response:
        try:
            return await transport.handle_async_request(self._request(call, more))
        except (UnicodeEncodeError, httpx.LocalProtocolError):
            raise UsageError(
                f"{self.service.name} cannot be asked: a header would hold a line break or what is not ASCII",
                "store the key that it is made of again, without what surrounds it",
            ) from None  # the cause quotes the header

    async def _waited_to_ask_again(self, answer: Answer, attempt: int, call: Call) -> bool:
        """Whether another attempt may help; if so, the time until it has passed."""
        asked = asked_wait(answer.headers, self._pace.date())
        patient = asked is None or asked <= LONGEST_WAIT
        if (
            attempt == ATTEMPTS
            or not patient
            or _final(answer, call)
            or not worth_repeating(answer.status, repeatable=call.repeatable)
        ):
            return False
        await self._pace.sleep(wait_before(attempt, asked, self._pace.chance()))
        return True

    def _request(self, call: Call, more: Mapping[str, str]) -> httpx.Request:
        whole = call.path.startswith(("http://", "https://"))
        return httpx.Request(
            call.method,
            _url(call.path if whole else self.service.url.rstrip("/") + call.path),
            params=dict(call.query) or None,
            json=call.body,
            data=dict(call.form) if call.form is not None else None,
            headers={**_ALWAYS_SENT, **self.service.headers, **more, **call.headers},
            extensions=_TIMES,
        )

    async def _read(self, response: httpx.Response) -> Answer:
        said: list[bytes] = []
        size = 0
        async for piece in pieces(response):
            size += len(piece)
            if size > MOST_BYTES:
                raise CouldNotTellError(
                    f"{self.service.name} answered with more than {MOST_BYTES >> 20} MiB", again=False
                )
            said.append(piece)
        body = self._blanked(b"".join(said))
        headers = {name.lower(): value for name, value in response.headers.items()}
        return Answer(service=self.service.name, status=response.status_code, headers=headers, body=body)

    def _new(self) -> httpx.AsyncBaseTransport:
        transport = transport_to(self.service.url)
        self._made.append(transport)
        return transport

    def _noted(self, answer: Answer, call: Call) -> Answer:
        """The answer, of which the breaker is told."""
        if answer.status in _BROKEN_DOWN and not _final(answer, call):
            self._breaker.failed(f"HTTP {answer.status}: {answer.excerpt()}")
        else:
            self._breaker.answered()
        return answer

    async def _rested(self) -> None:
        """Come back when the host is asked again. Raises `CouldNotTellError` when it stays away too long for that."""
        for _ in range(_MOST_NAPS):
            if not self._breaker.rests:
                return
            if self._breaker.given_up:
                break
            await self._pace.sleep(max(self._breaker.seconds_left, _NAP_SECONDS) + self._pace.chance())
        raise CouldNotTellError(
            f"{self.service.name} failed again and again and is left alone; the last time: {self._breaker.last}",
            "see whether it is up, and whether its address is right",
            again=not self._breaker.given_up,
        )

    def _silent(self, call: Call, error: Exception) -> CouldNotTellError:
        remedy = "see whether it is up, and run again"
        if isinstance(error, httpx.ConnectError | httpx.ConnectTimeout | httpx.ProxyError):
            address = self.service.url
            way = f"{urlsplit(address).hostname}{' through the proxy' if proxy_to(address) else ''}"
            words = f"cannot be reached at {way}: {str(error) or f'no connection within {CONNECT_SECONDS:g} s'}"
            if "CERTIFICATE_VERIFY_FAILED" in words:
                remedy = (
                    "where an authority of your own vouches for it, name the file of its certificate in SSL_CERT_FILE"
                )
        elif isinstance(error, TimeoutError | httpx.TimeoutException):
            words = f"did not answer within {call.seconds or self.service.seconds:g} s"
        elif isinstance(error, httpx.DecodingError):
            words = f"sent an answer that cannot be unpacked: {error}"
        else:
            words = f"broke off the connection: {type(error).__name__}"
        return CouldNotTellError(f"{self.service.name} {words}", remedy)

    async def _events(self, response: httpx.Response) -> AsyncIterator[ServerEvent]:
        reader = EventReader()
        try:
            async for piece in pieces(response):
                for event in reader.feed(piece):
                    yield ServerEvent(event.name, self._blanked(event.data.encode()).decode())
        except EventTooLongError as error:
            raise CouldNotTellError(f"{self.service.name} sent an event that is too long", again=False) from error

    def _blanked(self, said: bytes) -> bytes:
        for secret in self._hidden:
            said = said.replace(secret, b"***")
        return said


@lru_cache(256)
def _url(text: str) -> httpx.URL:
    """Parsed once; a run asks a few addresses again and again."""
    return httpx.URL(text)


def _final(answer: Answer, call: Call) -> bool:
    return not answer.good and any(word in answer.text for word in call.last_words)
