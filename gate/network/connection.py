"""One connection as an httpx transport: httpcore's HTTP/1.1 over asyncio's transports, without a pool.

httpx's own transport keeps a pool even for one connection, and goes through anyio, which checks for cancellation around
each read and write. Where each transport is asked one request at a time, both are 0.2 ms of processor time a request
for nothing (docs/decisions/0010).
"""

import asyncio
import select
import socket
import ssl
from collections.abc import AsyncIterator
from typing import cast

import anyio
import anyio.lowlevel
import httpcore
import httpx

from gate.network.dialling import dialled

CONNECT_SECONDS = 15.0
KEPT_SECONDS = 5.0
"""How long a connection that nobody uses is kept open."""
_MOST_HELD = 256 * 1024
"""Bytes of an answer that wait to be read; while there are more, the service waits."""
_FAULTS = (httpcore.TimeoutException, httpcore.NetworkError, httpcore.ProtocolError)


class OneConnection(httpx.AsyncBaseTransport):
    """Asks one request at a time; opens a connection when there is none to the request's address that still stands.

    Raises httpx's errors as its own transport does.
    """

    def __init__(self, tls: ssl.SSLContext) -> None:
        self._tls = tls
        self._connection: httpcore.AsyncHTTP11Connection | None = None

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """The answer; its body is read from the connection, which is free again when it is closed."""
        url = request.url
        asked = httpcore.Request(
            request.method,
            httpcore.URL(scheme=url.raw_scheme, host=url.raw_host, port=url.port, target=url.raw_path),
            headers=request.headers.raw,
            content=request.stream,
        )
        try:
            connection = await self._standing(asked.url.origin)
            answer = await connection.handle_async_request(asked)
        except _FAULTS as error:
            raise _as_of_httpx(error) from error
        return httpx.Response(answer.status, headers=answer.headers, stream=_Body(answer))

    async def _standing(self, origin: httpcore.Origin) -> httpcore.AsyncHTTP11Connection:
        known = self._connection
        if known is not None:
            if known.can_handle_request(origin) and known.is_available() and not known.has_expired():
                return known
            await self.aclose()
        stream = await _connected(origin, self._tls)
        self._connection = httpcore.AsyncHTTP11Connection(origin, stream, keepalive_expiry=KEPT_SECONDS)
        return self._connection

    async def aclose(self) -> None:
        """Close the connection, if one is open."""
        if self._connection is not None:
            await self._connection.aclose()
            self._connection = None


async def _connected(origin: httpcore.Origin, tls: ssl.SSLContext) -> "_Stream":
    """A connection to the first address of the host that answers."""
    secure = origin.scheme == b"https"
    try:
        with anyio.fail_after(CONNECT_SECONDS):
            dialled_socket = await dialled(origin.host, origin.port)
            try:
                _, stream = await asyncio.get_running_loop().create_connection(
                    _Stream,
                    sock=dialled_socket,
                    ssl=tls if secure else None,
                    server_hostname=origin.host.decode("ascii") if secure else None,
                )
            except BaseException:
                dialled_socket.close()
                raise
    except TimeoutError as error:
        raise httpcore.ConnectTimeout(str(error)) from error
    except OSError as error:
        raise httpcore.ConnectError(str(error)) from error
    return stream


class _Stream(httpcore.AsyncNetworkStream, asyncio.Protocol):
    """What httpcore writes to and reads from. Head and body of a request leave together, when its answer is read.

    No read or write is bounded by itself: whoever asks bounds the whole request. Nobody waits until a request has left,
    since a service may answer before it has read everything; and what came before a connection broke is read all the
    same.
    """

    def __init__(self) -> None:
        self._unsent: list[bytes] = []
        self._arrived = bytearray()
        self._ended = False
        self._fault: Exception | None = None
        self._news = asyncio.Event()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.Transport", transport)

    def data_received(self, data: bytes) -> None:
        self._arrived += data
        if len(self._arrived) > _MOST_HELD:
            self._transport.pause_reading()
        self._news.set()

    def eof_received(self) -> None:
        self._ended = True
        self._news.set()

    def connection_lost(self, exc: Exception | None) -> None:
        self._ended, self._fault = True, exc
        self._news.set()

    async def write(self, buffer: bytes, timeout: float | None = None) -> None:  # noqa: ASYNC109 - httpcore's interface
        _refuse(timeout)
        self._unsent.append(buffer)

    async def read(self, max_bytes: int, timeout: float | None = None) -> bytes:  # noqa: ASYNC109 - same
        _refuse(timeout)
        if self._unsent:
            self._transport.write(b"".join(self._unsent))
            self._unsent.clear()
        while not self._arrived and not self._ended:
            self._news.clear()
            await self._news.wait()
        if not self._arrived and self._fault is not None:
            raise httpcore.ReadError(str(self._fault)) from self._fault
        piece = bytes(self._arrived[:max_bytes])
        del self._arrived[:max_bytes]
        if len(self._arrived) <= _MOST_HELD:
            self._transport.resume_reading()
        return piece

    async def aclose(self) -> None:
        self._transport.abort()
        await anyio.lowlevel.cancel_shielded_checkpoint()  # in which the socket is closed

    def get_extra_info(self, info: str) -> object:
        if info == "is_readable":  # asked of a connection at rest: whether the next request may not go out on it
            told = self._arrived or self._ended or self._transport.get_write_buffer_size()
            return bool(told) or _heard(self._transport.get_extra_info("socket"))
        return self._transport.get_extra_info(info)


def _heard(connected: socket.socket) -> bool:
    """Whether something came, an end above all, that the event loop has not told of yet."""
    poll = select.poll()
    poll.register(connected, select.POLLIN)
    return bool(poll.poll(0))


def _refuse(timeout: float | None) -> None:
    if timeout is not None:
        raise NotImplementedError("requests are bounded as a whole")


class _Body(httpx.AsyncByteStream):
    def __init__(self, answer: httpcore.Response) -> None:
        self._answer = answer

    async def __aiter__(self) -> AsyncIterator[bytes]:
        try:
            async for piece in self._answer.aiter_stream():
                yield piece
        except _FAULTS as error:
            raise _as_of_httpx(error) from error

    async def aclose(self) -> None:
        await self._answer.aclose()


def _as_of_httpx(error: Exception) -> httpx.TransportError:
    """The error of the same name that httpx documents."""
    kind = getattr(httpx, type(error).__name__)
    found: httpx.TransportError = kind(str(error))
    return found
