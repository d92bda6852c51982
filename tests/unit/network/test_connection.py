"""One connection against httpx's own transport: the same answers and the same errors from the same servers."""

import asyncio
import contextlib
import datetime as dt
import gc
import ipaddress
import socket
import ssl
import threading
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from random import Random

import anyio
import httpx
import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID

from gate.network.connection import OneConnection

Transport = Callable[[ssl.SSLContext], httpx.AsyncBaseTransport]
Talk = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]

OURS = pytest.param(OneConnection, id="ours")
BOTH = pytest.mark.parametrize(
    "make", [OURS, pytest.param(lambda tls: httpx.AsyncHTTPTransport(verify=tls), id="httpx")]
)


class Server:
    """What a server was asked, and how many connections it was asked on."""

    def __init__(self, talk: Talk) -> None:
        self.talk = talk
        self.url = ""
        self.connections = 0

    async def __call__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        try:
            await self.talk(reader, writer)
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        finally:
            writer.close()


@asynccontextmanager
async def serving(talk: Talk, tls: ssl.SSLContext | None = None) -> AsyncIterator[Server]:
    server = Server(talk)
    async with await asyncio.start_server(server, "127.0.0.1", 0, ssl=tls) as listening:
        server.url = f"http{'s' if tls else ''}://127.0.0.1:{listening.sockets[0].getsockname()[1]}"
        yield server


async def read(reader: asyncio.StreamReader) -> bytes:
    """The body of the next request."""
    head = await reader.readuntil(b"\r\n\r\n")
    length = next((line for line in head.lower().split(b"\r\n") if line.startswith(b"content-length:")), b":0")
    return await reader.readexactly(int(length.partition(b":")[2]))


def answer(body: bytes, *headers: str) -> bytes:
    lines = ["HTTP/1.1 200 OK", f"Content-Length: {len(body)}", *headers, "", ""]
    return "\r\n".join(lines).encode() + body


async def echo(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    for _ in range(100):
        writer.write(answer(await read(reader)))
        await writer.drain()


def no_tls() -> ssl.SSLContext:
    return ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)


async def post(transport: httpx.AsyncBaseTransport, url: str, body: bytes = b"?") -> bytes:
    response = await transport.handle_async_request(httpx.Request("POST", url, content=body))
    try:
        return await response.aread()
    finally:
        await response.aclose()


@BOTH
def test_one_connection_serves_one_request_after_another(make: Transport) -> None:
    async def run() -> tuple[list[bytes], int]:
        async with serving(echo) as server, make(no_tls()) as transport:
            return [await post(transport, server.url, body) for body in (b"a", b"bc", b"")], server.connections

    assert anyio.run(run) == ([b"a", b"bc", b""], 1)


@BOTH
def test_what_the_service_closed_meanwhile_is_opened_anew(make: Transport) -> None:
    async def once(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(answer(await read(reader)))

    async def run() -> int:
        async with serving(once) as server, make(no_tls()) as transport:
            for _ in range(3):
                assert await post(transport, server.url, b"x") == b"x"
                await anyio.sleep(0.02)
            return server.connections

    assert anyio.run(run) == 3


@BOTH
def test_another_address_gets_a_connection_of_its_own(make: Transport) -> None:
    async def run() -> list[int]:
        async with serving(echo) as one, serving(echo) as other, make(no_tls()) as transport:
            for server in (one, other, other):
                await post(transport, server.url)
            return [one.connections, other.connections]

    assert anyio.run(run) == [1, 1]


@BOTH
def test_an_answer_that_was_left_half_read_does_not_reach_the_next_request(make: Transport) -> None:
    async def run() -> bytes:
        async with serving(echo) as server, make(no_tls()) as transport:
            half = await transport.handle_async_request(httpx.Request("POST", server.url, content=b"x" * 3_000_000))
            async for _ in half.stream:  # type: ignore[union-attr]
                break
            await half.aclose()
            return await post(transport, server.url, b"mine")

    assert anyio.run(run) == b"mine"


@BOTH
def test_a_request_given_up_does_not_reach_the_next_one(make: Transport) -> None:
    async def slow_first(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        body = await read(reader)
        await anyio.sleep(0.2 if body == b"slow" else 0)
        writer.write(answer(body))

    async def run() -> bytes:
        async with serving(slow_first) as server, make(no_tls()) as transport:
            with anyio.move_on_after(0.02):
                await post(transport, server.url, b"slow")
            return await post(transport, server.url, b"mine")

    assert anyio.run(run) == b"mine"


async def _reset(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    writer.transport.abort()


async def _hang_up(reader: asyncio.StreamReader, _: asyncio.StreamWriter) -> None:
    await read(reader)


async def _cut(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    await read(reader)
    writer.write(answer(b"whole")[:-2])


async def _babble(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    await read(reader)
    writer.write(b"SSH-2.0-OpenSSH\r\n\r\n")


@BOTH
@pytest.mark.parametrize(
    ("talk", "kinds"),
    [
        (_reset, (httpx.ReadError, httpx.RemoteProtocolError, httpx.WriteError)),
        (_hang_up, (httpx.RemoteProtocolError,)),
        (_cut, (httpx.RemoteProtocolError,)),
        (_babble, (httpx.RemoteProtocolError,)),
    ],
)
def test_what_breaks_is_told_by_httpx_errors_and_mended_by_the_next_request(
    make: Transport, talk: Talk, kinds: tuple[type[Exception], ...]
) -> None:
    async def run() -> bytes:
        async with serving(talk) as server, make(no_tls()) as transport:
            with pytest.raises(kinds):
                await post(transport, server.url)
            server.talk = echo
            return await post(transport, server.url, b"well")

    assert anyio.run(run) == b"well"


@BOTH
def test_a_service_that_is_not_there_cannot_be_connected_to(make: Transport) -> None:
    async def run() -> None:
        async with serving(echo) as server:
            pass
        async with make(no_tls()) as transport:
            for _ in range(2):
                with pytest.raises(httpx.ConnectError):
                    await post(transport, server.url)

    anyio.run(run)


@BOTH
def test_what_is_sent_unasked_is_no_answer_to_the_next_request(make: Transport) -> None:
    """Load balancers end a connection at rest with "408 Request Timeout"; nobody has asked for it."""

    async def unasked(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        for _ in range(3):
            writer.write(answer(await read(reader)))
            await writer.drain()
            await anyio.sleep(0.01)
            writer.write(b"HTTP/1.1 408 Request Timeout\r\nContent-Length: 5\r\n\r\nstray")

    async def run() -> list[bytes]:
        async with serving(unasked) as server, make(no_tls()) as transport:
            found = []
            for body in (b"a", b"b", b"c"):
                found.append(await post(transport, server.url, body))
                await anyio.sleep(0.03)
            return found

    assert anyio.run(run) == [b"a", b"b", b"c"]


@BOTH
def test_a_connection_closed_while_the_process_was_busy_is_not_asked_on(make: Transport) -> None:
    """The event loop has not told of the end yet."""
    closed = threading.Event()

    def serve_two(listening: socket.socket) -> None:
        for _ in range(2):
            accepted, _ = listening.accept()
            with accepted:
                accepted.recv(65536)
                accepted.sendall(answer(b"x"))
            closed.set()

    async def run(url: str) -> list[bytes]:
        async with make(no_tls()) as transport:
            first = await post(transport, url)
            closed.wait(5)
            time.sleep(0.01)  # noqa: ASYNC251 - busy
            return [first, await post(transport, url)]

    with socket.create_server(("127.0.0.1", 0)) as listening:
        server = threading.Thread(target=serve_two, args=[listening], daemon=True)
        server.start()
        assert anyio.run(run, f"http://127.0.0.1:{listening.getsockname()[1]}") == [b"x", b"x"]
        server.join(5)


@pytest.mark.parametrize("waits", [False, True])
def test_an_early_answer_is_read_although_the_request_is_not(waits: bool) -> None:
    """A refusal of what is too large, say; httpx's own transport would send on until it fails."""
    over = anyio.Event()

    async def impatient(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(answer(b"too much"))
        await writer.drain()
        if waits:
            writer.transport.pause_reading()  # type: ignore[attr-defined]
            await over.wait()

    async def run() -> list[bytes]:
        async with serving(impatient) as server, OneConnection(no_tls()) as transport:
            with anyio.fail_after(10):
                found = [await post(transport, server.url, b"x" * 8_000_000) for _ in range(2)]
            over.set()
            return found

    assert anyio.run(run) == [b"too much", b"too much"]


@pytest.mark.parametrize("refusing", [False, True])
def test_a_host_is_reached_by_whichever_of_its_addresses_answers(
    refusing: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def run() -> bytes:
        async with serving(echo) as server, OneConnection(no_tls()) as transport:
            port = int(server.url.rpartition(":")[2])
            with contextlib.ExitStack() as stack:
                if not refusing:
                    _fill(stack, port)
                found = [
                    (socket.AF_INET, socket.SOCK_STREAM, 6, "", (host, port)) for host in ("127.0.0.2", "127.0.0.1")
                ]

                async def addresses(*_: object, **__: object) -> list[object]:
                    return list(found)

                monkeypatch.setattr(asyncio.get_running_loop(), "getaddrinfo", addresses)
                with anyio.fail_after(10):
                    return await post(transport, f"http://two.example:{port}", b"here")

    assert anyio.run(run) == b"here"
    gc.collect()


def _fill(stack: contextlib.ExitStack, port: int) -> None:
    """Have 127.0.0.2 answer no further connection, as a route that leads nowhere."""
    deaf = stack.enter_context(socket.socket())
    deaf.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    deaf.bind(("127.0.0.2", port))
    deaf.listen(0)
    for _ in range(4):
        waiting = stack.enter_context(socket.socket())
        waiting.setblocking(False)
        waiting.connect_ex(("127.0.0.2", port))


@pytest.fixture(scope="session")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A certificate for 127.0.0.1 that nobody has signed, with its key."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "loopback")])
    now = dt.datetime.now(dt.UTC)
    made = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(now - dt.timedelta(days=1))
        .not_valid_after(now + dt.timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, SHA256())
    )
    path = tmp_path_factory.mktemp("tls") / "pair.pem"
    path.write_bytes(
        key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()) + made.public_bytes(Encoding.PEM)
    )
    return path


def served(certificate: Path) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    return context


@BOTH
def test_a_trusted_service_is_asked_over_tls_whatever_the_size(make: Transport, certificate: Path) -> None:
    trusting = ssl.create_default_context(cafile=certificate)
    large = bytes(range(256)) * 20_000

    async def run() -> tuple[list[bool], int]:
        async with serving(echo, served(certificate)) as server, make(trusting) as transport:
            return [await post(transport, server.url, body) == body for body in (b"a", large, b"b")], server.connections

    assert anyio.run(run) == ([True, True, True], 1)


@BOTH
def test_a_certificate_nobody_vouches_for_is_refused(make: Transport, certificate: Path) -> None:
    async def run() -> None:
        async with serving(echo, served(certificate)) as server, make(ssl.create_default_context()) as transport:
            with pytest.raises(httpx.ConnectError, match="CERTIFICATE_VERIFY_FAILED"):
                await post(transport, server.url)

    anyio.run(run)


@pytest.mark.parametrize("secure", [False, True])
def test_a_connection_given_up_while_it_is_made_leaves_no_socket_open(secure: bool, certificate: Path) -> None:
    """Sockets that nobody closed are warnings, which fail the test."""
    chance = Random(7)  # noqa: S311 - no secret
    trusting = ssl.create_default_context(cafile=certificate)

    async def run() -> int:
        made = 0
        async with serving(echo, served(certificate) if secure else None) as server:
            for _ in range(150):
                transport = OneConnection(trusting)
                with anyio.move_on_after(chance.random() * (0.01 if secure else 0.003)):
                    await post(transport, server.url)
                    made += 1
                with anyio.CancelScope(shield=True):
                    await transport.aclose()
            await anyio.sleep(0.05)
        return made

    assert 0 < anyio.run(run) < 150
    gc.collect()
