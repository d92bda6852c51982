"""The wire over real sockets: what is asked again, what is not, and what people are told."""

import gzip
import ssl
import tracemalloc
import zlib
from collections.abc import Callable
from contextlib import suppress

import anyio
import anyio.lowlevel
import httpx
import pytest

from gate.errors import CouldNotTellError, UsageError
from gate.network import reach
from gate.network.breaker import FAULTS
from gate.network.call import Answer, Call
from gate.network.connection import OneConnection
from gate.network.sse import ServerEvent
from gate.network.wire import MOST_BYTES, Pace, Service, Wire
from tests.loopback.server import RESET, Asked, Loopback, Reply, serving

GET = Call(method="GET", path="/thing", repeatable=True)
POST = Call(method="POST", path="/thing", body={"a": 1})


def fine(asked: Asked) -> Reply:
    return Reply(body={"method": asked.method, "sent": asked.json})


class Naps:
    def __init__(self) -> None:
        self.taken: list[float] = []

    async def __call__(self, seconds: float) -> None:
        self.taken.append(seconds)
        await anyio.lowlevel.checkpoint()


def ask(url: str, *calls: Call, naps: Naps | None = None, **service: object) -> list[Answer]:
    pace = Pace(sleep=naps or Naps(), chance=lambda: 0.5)

    async def run() -> list[Answer]:
        async with Wire(Service(name="the service", url=url, **service), pace) as wire:  # type: ignore[arg-type]
            return [await wire.send(call) for call in calls]

    return anyio.run(run)


def test_the_answer_comes_back_whatever_its_status() -> None:
    with serving(lambda _: Reply(404, {"message": "no"})) as server:
        [answer] = ask(server.url, GET)

    assert (answer.status, answer.json(), answer.good) == (404, {"message": "no"}, False)


def test_body_query_and_headers_arrive() -> None:
    with serving(lambda _: Reply(body={})) as server:
        call = Call(method="POST", path="/thing", body={"ü": [1]}, query={"v": "1"}, headers={"x-one": "1"})
        ask(server.url, call, headers={"authorization": "Bearer s"})
        ask(server.url, Call(method="POST", path="/token", form={"grant": "a b"}))
        [asked, form] = server.asked

    assert (asked.path, asked.query, asked.json) == ("/thing", {"v": "1"}, {"ü": [1]})
    assert (asked.headers["x-one"], asked.headers["authorization"]) == ("1", "Bearer s")
    assert form.form == {"grant": "a b"}


@pytest.mark.parametrize("fault", [Reply(429, {}, {"Retry-After": "7"}), Reply(503, {}, {"Retry-After": "7"})])
def test_who_is_told_to_wait_waits_as_long_and_asks_again(fault: Reply) -> None:
    naps = Naps()
    with serving(fine) as server:
        server.faults = [fault, fault]
        [answer] = ask(server.url, POST, naps=naps)

    assert answer.good
    assert [7 <= nap <= 8 for nap in naps.taken] == [True, True]


def test_who_is_told_to_wait_for_an_hour_does_not() -> None:
    with serving(fine) as server:
        server.faults = [Reply(429, {}, {"Retry-After": "3600"})]
        [answer] = ask(server.url, POST)

    assert answer.status == 429


@pytest.mark.parametrize("fault", [RESET, Reply(502, b"<html>"), Reply(body=b'{"a"', cut=True)])
def test_what_may_have_arrived_is_repeated_only_when_that_does_no_harm(fault: Reply) -> None:
    with serving(fine) as server:
        server.faults = [fault]
        assert ask(server.url, GET)[0].good

        server.faults = [fault]
        before = len(server.asked)
        try:
            [answer] = ask(server.url, POST)
        except CouldNotTellError as error:
            assert "broke off the connection" in error.message  # noqa: PT017 - one of two ways to say it
        else:
            assert answer.status == 502
        assert len(server.asked) == before + 1


def test_attempts_are_bounded() -> None:
    with serving(lambda _: Reply(503, {"message": "down"})) as server:
        [answer] = ask(server.url, GET)
        asked = len(server.asked)

    assert (answer.status, asked) == (503, 4)


def test_a_slow_service_is_told_with_the_time_it_was_given() -> None:
    with serving(lambda _: Reply(seconds=1.0)) as server, pytest.raises(CouldNotTellError, match=r"within 0\.05 s"):
        ask(server.url, POST, seconds=0.05)


def test_a_service_that_is_not_there_is_told_by_its_host() -> None:
    with serving(fine) as server:
        url = server.url
    with pytest.raises(CouldNotTellError, match=r"the service cannot be reached at 127\.0\.0\.1"):
        ask(url, POST)


def test_a_service_that_fails_again_and_again_is_left_alone() -> None:
    with serving(lambda _: Reply(500, {})) as server:
        ask(server.url, *[POST] * FAULTS)
        with pytest.raises(CouldNotTellError, match="left alone; the last time: HTTP 500"):
            ask(server.url, *[POST] * (FAULTS + 1))


class Clock:
    """Time passes by napping alone."""

    def __init__(self) -> None:
        self.seconds = 0.0

    def __call__(self) -> float:
        return self.seconds

    async def sleep(self, seconds: float) -> None:
        self.seconds += seconds
        await anyio.lowlevel.checkpoint()


def of_an_outage(url: str, calls: int) -> tuple[list[bool], Clock]:
    """Whether each of many requests at once was answered, by a clock of its own."""
    clock = Clock()
    pace = Pace(now=clock, sleep=clock.sleep, chance=lambda: 0.0)
    answered: list[bool] = []

    async def one(wire: Wire) -> None:
        try:
            answered.append((await wire.send(POST)).good)
        except CouldNotTellError:
            answered.append(False)

    async def run() -> None:
        async with Wire(Service(name="s", url=url, at_once=1), pace) as wire, anyio.create_task_group() as group:
            for _ in range(calls):
                group.start_soon(one, wire)

    anyio.run(run)
    return answered, clock


def test_an_outage_is_waited_out_and_costs_only_what_met_it() -> None:
    with serving(fine) as server:
        server.faults = [Reply(500, {})] * (FAULTS + 1)  # the first probe meets it as well
        answered, clock = of_an_outage(server.url, 3 * FAULTS)
    assert answered.count(False) == FAULTS + 1
    assert clock.seconds >= 2 * 20


def test_a_host_that_stays_down_is_given_up_without_waiting_for_every_request() -> None:
    with serving(lambda _: Reply(500, {})) as server:
        answered, clock = of_an_outage(server.url, 500)
        asked = len(server.asked)
    assert not any(answered)
    assert asked < 2 * FAULTS
    assert clock.seconds < 300


def test_a_stream_that_was_given_up_while_it_probed_does_not_keep_the_host_closed() -> None:
    slow = [Reply(500, {})] * FAULTS + [Reply(seconds=0.5)]

    async def run(url: str) -> Answer:
        clock = Clock()
        async with Wire(Service(name="s", url=url), Pace(now=clock, sleep=clock.sleep, chance=lambda: 0.0)) as wire:
            for _ in range(FAULTS):
                await wire.send(POST)
            with anyio.move_on_after(0.1):
                async with wire.events(POST):
                    pass
            return await wire.send(POST)

    with serving(fine) as server:
        server.faults = slow
        assert anyio.run(run, server.url).good


def test_a_secret_that_is_echoed_is_masked() -> None:
    with serving(lambda _: Reply(401, {"message": "bad key sk-123"})) as server:
        [answer] = ask(server.url, POST, secrets=("sk-123",))

    assert "sk-123" not in answer.text
    with pytest.raises(UsageError, match=r"would not do it: HTTP 401: .*bad key \*\*\*") as error:
        answer.expected("do it", "see the key")
    assert error.value.hint == "see the key"


@pytest.mark.parametrize(
    ("reply", "raised"),
    [
        (Reply(400, {}), UsageError),
        (Reply(423, {}), CouldNotTellError),
        (Reply(500, {}), CouldNotTellError),
        (Reply(200, b"<html>"), CouldNotTellError),
    ],
)
def test_a_refusal_is_the_users_or_the_services(reply: Reply, raised: type[Exception]) -> None:
    with serving(lambda _: reply) as server:
        [answer] = ask(server.url, POST)

    with pytest.raises(raised):
        answer.expected("do it", "see the key")


def test_no_more_are_asked_at_once_than_the_service_bears() -> None:
    inside, most = [0], [0]

    def slow(asked: Asked) -> Reply:
        inside[0] += 1
        most[0] = max(most[0], inside[0])
        anyio.run(anyio.sleep, 0.02)
        inside[0] -= 1
        return fine(asked)

    async def run(url: str) -> None:
        async with Wire(Service(name="s", url=url, at_once=3)) as wire, anyio.create_task_group() as group:
            for _ in range(12):
                group.start_soon(wire.send, GET)

    with serving(slow) as server:
        anyio.run(run, server.url)

    assert most[0] <= 3


def test_requests_are_spread_over_the_minute() -> None:
    naps = Naps()
    with serving(fine) as server:
        ask(server.url, GET, GET, GET, naps=naps, per_minute=60)

    assert [round(nap) for nap in naps.taken] == [1, 2]


def streamed(server: Loopback) -> list[ServerEvent] | Answer:
    async def run() -> list[ServerEvent] | Answer:
        async with (
            Wire(Service(name="the service", url=server.url)) as wire,
            wire.events(Call(method="POST", path="/stream")) as events,
        ):
            return events if isinstance(events, Answer) else [event async for event in events]

    return anyio.run(run)


def test_a_stream_is_read_event_by_event_and_anything_else_whole() -> None:
    with serving(lambda _: Reply(events=(b"data: on", b"e\n\nevent: x\nda", b"ta: two\n\n"))) as server:
        assert streamed(server) == [ServerEvent("message", "one"), ServerEvent("x", "two")]
    with serving(fine) as server:
        answer = streamed(server)
    assert isinstance(answer, Answer)
    assert answer.json() == {"method": "POST", "sent": None}


def test_a_stream_that_breaks_is_told() -> None:
    cut = Reply(events=(b"data: one\n\n", b"data: tw"), cut=True)
    with serving(lambda _: cut) as server, pytest.raises(CouldNotTellError, match="broke off the connection"):
        streamed(server)


def test_bounds_hold(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("gate.network.wire.MOST_BYTES", 10)
    with serving(fine) as server, pytest.raises(CouldNotTellError, match="more than"):
        ask(server.url, POST)


def _bare(said: bytes) -> bytes:
    packer = zlib.compressobj(wbits=-zlib.MAX_WBITS)
    return packer.compress(said) + packer.flush()


@pytest.mark.parametrize(
    ("encoding", "pack"),
    [
        ("gzip", gzip.compress),
        ("X-GZip", gzip.compress),
        ("deflate", zlib.compress),
        ("deflate", _bare),
        ("identity", bytes),
        ("utf-8", bytes),
    ],
)
def test_an_answer_is_unpacked_where_it_is_packed(encoding: str, pack: Callable[[bytes], bytes]) -> None:
    said = bytes(range(256)) * 20_000 + b"s3cret"
    with serving(lambda _: Reply(body=pack(said), headers={"Content-Encoding": encoding})) as server:
        [answer] = ask(server.url, POST, secrets=("s3cret",))
    assert answer.body == said.replace(b"s3cret", b"***")


def test_events_are_unpacked_where_they_are_packed() -> None:
    packed = gzip.compress(b"data: one\n\ndata: two\n\n")
    reply = Reply(events=(packed[:5], packed[5:30], packed[30:]), headers={"Content-Encoding": "gzip"})

    async def run(url: str) -> list[str]:
        async with Wire(Service(name="s", url=url)) as wire, wire.events(POST) as events:
            assert not isinstance(events, Answer)
            return [event.data async for event in events]

    with serving(lambda _: reply) as server:
        assert anyio.run(run, server.url) == ["one", "two"]


@pytest.mark.parametrize(
    ("encoding", "body"),
    [("gzip", b"{not packed}"), ("deflate", b"{not packed}"), ("gzip", gzip.compress(b"cut short", mtime=0)[:-9])],
)
def test_an_answer_that_cannot_be_unpacked_is_told(encoding: str, body: bytes) -> None:
    reply = Reply(body=body, headers={"Content-Encoding": encoding})
    with serving(lambda _: reply) as server, pytest.raises(CouldNotTellError, match="cannot be unpacked"):
        ask(server.url, POST)


def test_what_is_packed_into_little_is_unpacked_only_as_far_as_it_is_read() -> None:
    packed = gzip.compress(bytes(200 << 20))
    tracemalloc.start()
    try:
        reply = Reply(body=packed, headers={"Content-Encoding": "gzip"})
        with serving(lambda _: reply) as server, pytest.raises(CouldNotTellError, match="more than 16 MiB"):
            ask(server.url, POST)
        assert tracemalloc.get_traced_memory()[1] < 3 * MOST_BYTES
    finally:
        tracemalloc.stop()


def test_who_cannot_be_reached_through_a_proxy_is_told_so(monkeypatch: pytest.MonkeyPatch) -> None:
    with serving(fine) as server:
        monkeypatch.setenv("https_proxy", server.url)
        with pytest.raises(CouldNotTellError, match=r"at shop\.example through the proxy: 501 Unsupported method"):
            ask("https://shop.example", POST)
    with pytest.raises(CouldNotTellError, match=r"at shop\.example through the proxy: .+"):
        ask("https://shop.example", POST)


def test_an_authority_that_is_not_known_is_told_with_how_to_name_it(monkeypatch: pytest.MonkeyPatch) -> None:
    async def refuse(_: object, __: object) -> None:
        raise httpx.ConnectError("[SSL: CERTIFICATE_VERIFY_FAILED] certificate verify failed")

    monkeypatch.setattr(OneConnection, "handle_async_request", refuse)
    with pytest.raises(CouldNotTellError, match="SSL_CERT_FILE"):
        ask("https://127.0.0.1", POST)


@pytest.mark.parametrize("key", ["two\nlines", "clé"])
def test_a_key_that_no_header_may_hold_is_the_users_to_mend(key: str) -> None:
    with serving(fine) as server, pytest.raises(UsageError, match="the service cannot be asked") as refused:
        ask(server.url, POST, headers={"Authorization": f"Bearer {key}"})
    assert server.asked == []
    assert key not in str(refused.value)
    assert refused.value.__suppress_context__


def test_a_session_cookie_of_the_service_is_not_carried_on() -> None:
    with serving(lambda _: Reply(body={}, headers={"Set-Cookie": "session=1; Path=/"})) as server:
        ask(server.url, GET, GET)
        assert all("cookie" not in asked.headers for asked in server.asked)


def test_the_proxy_of_the_environment_is_asked_but_for_what_it_excepts(monkeypatch: pytest.MonkeyPatch) -> None:
    with serving(fine) as server:
        monkeypatch.setenv("HTTP_PROXY", server.url)
        monkeypatch.setenv("http_proxy", server.url)
        assert ask("http://shop.example", GET)[0].good
        [asked] = server.asked
        assert asked.headers["host"] == "shop.example"

        monkeypatch.setenv("NO_PROXY", "127.0.0.1")
        monkeypatch.setenv("no_proxy", "127.0.0.1")
        assert ask(server.url, GET)[0].good
        assert server.asked[-1].headers["host"] != "shop.example"


def test_a_proxy_of_another_kind_is_the_users_to_mend(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ALL_PROXY", "socks5://127.0.0.1:1")
    with pytest.raises(UsageError, match="a kind the gate cannot use: socks5"):
        ask("http://shop.example", GET)


def test_certificates_are_loaded_once_and_not_at_all_where_none_are_needed(monkeypatch: pytest.MonkeyPatch) -> None:
    """Loading takes 20 ms or more, and there may be as many connections as trials at once."""
    made: list[ssl.SSLContext] = []
    make = httpx.create_ssl_context

    def counted() -> ssl.SSLContext:
        made.append(make())
        return made[-1]

    async def three_at_once(url: str) -> None:
        service = Service(name="s", url=url, seconds=0.5)  # what answers in the clear never ends a handshake
        async with Wire(service, Pace(sleep=Naps())) as wire, anyio.create_task_group() as group:
            for _ in range(3):
                group.start_soon(_quietly, wire)

    monkeypatch.setattr(httpx, "create_ssl_context", counted)
    reach._tls.cache_clear()
    with serving(fine) as server:
        anyio.run(three_at_once, server.url)
        assert made == []
        anyio.run(three_at_once, server.url.replace("http://", "https://"))
    assert len(made) == 1


async def _quietly(wire: Wire) -> None:
    with suppress(CouldNotTellError):
        await wire.send(POST)


@pytest.mark.parametrize("fault", [Reply(429, {}, {"Retry-After": "7"}), Reply(503, {}, {"Retry-After": "7"})])
def test_a_stream_that_is_refused_for_now_is_asked_again_when_it_was_told(fault: Reply) -> None:
    naps = Naps()

    async def run(url: str) -> list[ServerEvent] | Answer:
        pace = Pace(sleep=naps, chance=lambda: 0.5)
        async with Wire(Service(name="s", url=url), pace) as wire, wire.events(POST) as events:
            return events if isinstance(events, Answer) else [event async for event in events]

    with serving(lambda _: Reply(events=(b"data: one\n\n",))) as server:
        server.faults = [fault, fault]
        assert anyio.run(run, server.url) == [ServerEvent("message", "one")]
    assert [7 <= nap <= 8 for nap in naps.taken] == [True, True]
