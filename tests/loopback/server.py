"""A real HTTP server on 127.0.0.1 whose answers a test decides, with faults put in where it wants them."""

import json
import socket
import struct
import sys
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qsl, urlsplit


@dataclass(frozen=True, slots=True)
class Asked:
    """One request as it arrived."""

    method: str
    path: str
    query: Mapping[str, str]
    headers: Mapping[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.body) if self.body else None

    @property
    def form(self) -> dict[str, str]:
        return dict(parse_qsl(self.body.decode()))


@dataclass(frozen=True, slots=True)
class Reply:
    """What goes back. `events` are sent as pieces of a stream; `cut`: the connection is reset after the body."""

    status: int = 200
    body: Any = None
    headers: Mapping[str, str] = field(default_factory=dict)
    events: tuple[bytes, ...] = ()
    seconds: float = 0.0
    cut: bool = False


Answering = Callable[[Asked], Reply]

RESET = Reply(cut=True, body=b"")
"""The connection is reset before a word is said."""


class Loopback:
    """The server's address, what it was asked, and faults to answer with before it does its work again."""

    def __init__(self, answer: Answering) -> None:
        self.answer = answer
        self.asked: list[Asked] = []
        self.faults: list[Reply] = []
        self.lock = threading.Lock()
        self.url = ""

    def reply(self, asked: Asked) -> Reply:
        with self.lock:
            self.asked.append(asked)
            fault = self.faults.pop(0) if self.faults else None
        return fault or self.answer(asked)


@contextmanager
def serving(answer: Answering) -> Iterator[Loopback]:
    """A server for as long as the context lasts."""
    loopback = Loopback(answer)

    class Handler(_Handler):
        place = loopback

    server = _Server(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    loopback.url = f"http://127.0.0.1:{server.server_address[1]}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    try:
        yield loopback
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


class _Server(ThreadingHTTPServer):
    def handle_error(self, request: object, client_address: object) -> None:
        if not isinstance(sys.exception(), ConnectionError):  # a client that was killed is no fault of the server
            super().handle_error(request, client_address)  # type: ignore[arg-type]


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    place: Loopback

    def do_GET(self) -> None:
        url = urlsplit(self.path)
        length = int(self.headers.get("Content-Length") or 0)
        body = self.rfile.read(length)
        if len(body) < length:  # the client died while it spoke
            self.close_connection = True
            return
        headers = {name.lower(): value for name, value in self.headers.items()}
        reply = self.place.reply(Asked(self.command, url.path, dict(parse_qsl(url.query)), headers, body))
        time.sleep(reply.seconds)
        try:
            self._stream(reply) if reply.events else self._whole(reply)
        except (BrokenPipeError, ConnectionResetError):
            self.close_connection = True
        if reply.cut:
            self._reset()

    do_POST = do_DELETE = do_PATCH = do_PUT = do_GET  # noqa: N815 - the names http.server calls

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the inherited name
        """Nothing is logged."""

    def _whole(self, reply: Reply) -> None:
        body = reply.body if isinstance(reply.body, bytes) else json.dumps(reply.body).encode()
        if reply.cut and not body:
            return
        self.send_response(reply.status)
        sent = {"Content-Type": "application/json", **reply.headers}
        sent.setdefault("Content-Length", str(len(body) + (100 if reply.cut else 0)))
        for name, value in sent.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)
        self.wfile.flush()

    def _stream(self, reply: Reply) -> None:
        self.send_response(reply.status)
        for name, value in {
            "Content-Type": "text/event-stream", "Transfer-Encoding": "chunked", **reply.headers
        }.items():  # fmt: skip
            self.send_header(name, value)
        self.end_headers()
        for piece in reply.events:
            self.wfile.write(b"%x\r\n%s\r\n" % (len(piece), piece))
            self.wfile.flush()
        if not reply.cut:
            self.wfile.write(b"0\r\n\r\n")

    def _reset(self) -> None:
        self.close_connection = True
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.connection.close()
