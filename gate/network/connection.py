"""One connection as an httpx transport: httpcore's HTTP/1.1 over asyncio's streams, without a pool.

httpx's own transport keeps a pool even for one connection, and goes through anyio, which checks for cancellation around
each read and write. Where each transport is asked one request at a time, both are 0.2 ms of processor time a request
for nothing (docs/decisions/0010).
"""

import asyncio
import ssl
from collections.abc import AsyncIterator
from contextlib import suppress

import anyio
import anyio.lowlevel
import httpcore
import httpx
from anyio.abc import SocketAttribute

CONNECT_SECONDS = 15.0
KEPT_SECONDS = 5.0
"""How long a connection that nobody uses is kept open."""
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
    host = origin.host.decode("ascii")
    secure = origin.scheme == b"https"
    try:
        with anyio.fail_after(CONNECT_SECONDS):
            # anyio tries addresses side by side; asyncio, which can as well, then leaves sockets open when given up
            found = await anyio.connect_tcp(host, origin.port)
            socket = found.extra(SocketAttribute.raw_socket).dup()  # noqa: S610 - no database
            try:
                await found.aclose()
                reader, writer = await asyncio.open_connection(
                    sock=socket, ssl=tls if secure else None, server_hostname=host if secure else None
                )
            except BaseException:
                socket.close()
                raise
    except TimeoutError as error:
        raise httpcore.ConnectTimeout(str(error)) from error
    except OSError as error:
        raise httpcore.ConnectError(str(error)) from error
    return _Stream(reader, writer)


class _Stream(httpcore.AsyncNetworkStream):
    """What httpcore writes to and reads from. Head and body of a request leave together, when its answer is read.

    No read or write is bounded by itself: whoever asks bounds the whole request.
    """

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader, self._writer = reader, writer
        self._unsent: list[bytes] = []

    async def write(self, buffer: bytes, timeout: float | None = None) -> None:  # noqa: ASYNC109 - httpcore's interface
        _refuse(timeout)
        self._unsent.append(buffer)

    async def read(self, max_bytes: int, timeout: float | None = None) -> bytes:  # noqa: ASYNC109 - same
        _refuse(timeout)
        try:
            if self._unsent:
                await self._send()
            return await self._reader.read(max_bytes)
        except OSError as error:
            raise httpcore.ReadError(str(error)) from error

    async def _send(self) -> None:
        self._writer.write(b"".join(self._unsent))
        self._unsent.clear()
        with suppress(ConnectionError):  # a service may answer and close before it has read everything
            await self._writer.drain()

    async def aclose(self) -> None:
        self._writer.transport.abort()
        await anyio.lowlevel.cancel_shielded_checkpoint()  # in which the socket is closed

    def get_extra_info(self, info: str) -> object:
        if info == "is_readable":  # asked of a connection at rest: whether the service closed it
            return self._reader.at_eof() or self._writer.is_closing()
        return self._writer.get_extra_info(info)


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
