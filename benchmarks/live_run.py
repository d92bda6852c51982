"""A whole live run against the time its agent and judge take alone: 1,000 cases x (2 turns + 1 judge call), 50 at once.

    python benchmarks/live_run.py [--cases 1000] [--seconds 0.05] [--lanes 50] [--judges 0] [--repeats 3] [--only …]

The gate holds `--lanes` conversations at once and asks the judge beside them, at most `--judges` questions at once (0:
as many as lanes). The ways beside it send `--lanes` requests at once.

A server in a process of its own answers each request after `--seconds`; it is plain `asyncio`, so that it takes little
of the processors. What is measured is a process from its start to its end: the gate, and the ways to ask beside it.
Prints the best of the repeats as a table in markdown; `ratio` is to the time the answers take alone, one after the
other in every lane, or beside each other with `--judges`.
"""

import argparse
import asyncio
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

REQUESTS_A_CASE = 3
FIXTURE = """---
id: case-{number:04}
agent: bench
dimensions: [correctness]
severity: P0
must_include: ["on its way"]
---
## Input transcript
User: Where is my order A{number:04}?
User: And when does it arrive?

## Expected agent behavior
- Says where the order is
"""
CONFIG = """version: 1
agents:
  bench:
    source: [agent]
    driver: {{type: chat, base_url: "{url}/agent", model: gpt-bench, prompt: [agent/prompt.md]}}
judge: {{provider: openai, base_url: "{url}/judge", model: claude-bench, cache: "", limits: {{at_once: {judges}}}}}
verdicts: {{policy: any-drop}}
concurrency: {lanes}
"""
QUESTION = json.dumps({"model": "m", "messages": [{"role": "user", "content": "Where is my order A0001?" * 20}]})


# -- the server ------------------------------------------------------------------------------------------------------


def _answer(text: str, model: str) -> bytes:
    message = {"role": "assistant", "content": text}
    usage = {"prompt_tokens": 100, "completion_tokens": 20}
    choice = {"index": 0, "message": message, "finish_reason": "stop"}
    body = json.dumps({"model": model, "choices": [choice], "usage": usage}).encode()
    return b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n%s" % (len(body), body)


SCORES = {"correctness": {"reason": "it says where the order is", "quote": "on its way", "score": 2}}
AGENT, JUDGE = _answer("The order is on its way.", "gpt-bench"), _answer(json.dumps(SCORES), "claude-bench")


class Answering(asyncio.Protocol):
    """Reads requests by their Content-Length and answers each after a while."""

    counts = {"agent": 0, "judge": 0}  # noqa: RUF012 - of the whole server
    waiting = most = 0

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds
        self._text = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Keep where to answer."""
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        """Answer what is complete."""
        self._text += data
        while (end := self._text.find(b"\r\n\r\n")) >= 0:
            head = self._text[:end].lower()
            _, _, length = head.partition(b"content-length:")
            size = end + 4 + int(length.split(b"\r\n", 1)[0])
            if len(self._text) < size:
                return
            self._text = self._text[size:]
            who, answer = ("judge", JUDGE) if head.startswith(b"post /judge") else ("agent", AGENT)
            self.counts[who] += 1
            Answering.waiting += 1
            Answering.most = max(Answering.most, Answering.waiting)
            asyncio.get_running_loop().call_later(self._seconds, self._reply, answer)

    def _reply(self, answer: bytes) -> None:
        Answering.waiting -= 1
        self._transport.write(answer)


async def _serve(seconds: float) -> None:
    loop = asyncio.get_running_loop()
    server = await loop.create_server(lambda: Answering(seconds), "127.0.0.1", 0, backlog=1024)
    print(server.sockets[0].getsockname()[1], flush=True)
    await loop.run_in_executor(None, sys.stdin.readline)  # until the pipe is closed
    server.close()
    print(json.dumps([Answering.counts, Answering.most]), flush=True)


@contextmanager
def serving(seconds: float) -> Iterator[tuple[str, subprocess.Popen[str]]]:
    """The address of a server for as long as the context lasts."""
    words = [sys.executable, __file__, "serve", str(seconds)]
    server = subprocess.Popen(words, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    assert server.stdout is not None
    try:
        yield f"http://127.0.0.1:{server.stdout.readline().strip()}", server
    finally:
        server.kill()
        server.wait()


# -- other ways to ask, each as a process of its own -----------------------------------------------------------------


async def floor(url: str, requests: int, lanes: int) -> None:
    """Plain sockets: bytes out, bytes in, nothing understood."""
    body = QUESTION.encode()
    asked = b"POST /agent HTTP/1.1\r\nHost: x\r\nContent-Length: %d\r\n\r\n%s" % (len(body), body)
    waiting = iter(range(requests))

    async def lane() -> None:
        reader, writer = await asyncio.open_connection("127.0.0.1", int(url.rpartition(":")[2]))
        for _ in waiting:
            writer.write(asked)
            await reader.readexactly(len(AGENT))
        writer.close()

    await asyncio.gather(*(lane() for _ in range(lanes)))


async def shared(url: str, requests: int, lanes: int) -> None:
    """One `httpx.AsyncClient` for all."""
    import httpx  # noqa: PLC0415 - the floor does without it

    async with httpx.AsyncClient(limits=httpx.Limits(max_connections=lanes), timeout=60, verify=False) as client:
        await _lanes([client] * lanes, url, requests)


async def own(url: str, requests: int, lanes: int) -> None:
    """One `httpx.AsyncClient` for each lane."""
    import httpx  # noqa: PLC0415 - same

    await _lanes([httpx.AsyncClient(timeout=60, verify=False) for _ in range(lanes)], url, requests)


async def _lanes(clients: list, url: str, requests: int) -> None:  # type: ignore[type-arg]
    waiting = iter(range(requests))
    value = json.loads(QUESTION)

    async def lane(client) -> None:  # type: ignore[no-untyped-def] # noqa: ANN001
        for _ in waiting:
            (await client.post(f"{url}/agent/chat/completions", json=value)).json()

    await asyncio.gather(*map(lane, clients))


PEERS = {
    "floor": ("plain sockets, nothing understood", floor),
    "shared": ("one httpx client for all, nothing kept", shared),
    "own": ("one httpx client a lane, nothing kept", own),
}


# -- measuring -------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Measured:
    """Of one process: seconds on the clock, of user and system CPU, peak memory in MB, most requests in flight."""

    seconds: float
    user: float
    system: float
    memory: float
    most: int = 0


_PLACE = tempfile.TemporaryDirectory()  # removed at the end: ext4 makes files slowly after many were removed
ENVIRON = {**os.environ, "PYTHONPYCACHEPREFIX": f"{_PLACE.name}/compiled"}
"""Modules are compiled once, before what is measured, as they are where the gate is installed."""
ENVIRON.pop("PYTHONDONTWRITEBYTECODE", None)


def measured(words: list[str], folder: Path | None = None) -> Measured:
    """Run a process to its end."""
    began = time.perf_counter()
    process = subprocess.Popen(words, cwd=folder, env=ENVIRON, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
    assert process.stderr is not None
    said = process.stderr.read()
    _, status, used = os.wait4(process.pid, 0)
    seconds = time.perf_counter() - began
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise SystemExit(said.decode()[-2000:])
    return Measured(seconds, used.ru_utime, used.ru_stime, used.ru_maxrss / 1024)


def of_the_gate(cases: int, lanes: int, judges: int, seconds: float) -> Measured:
    """`agent-gate run --full` in a new repository; refuses to count a run that did not ask what it should."""
    with serving(seconds) as (url, server):
        root = Path(tempfile.mkdtemp(dir=_PLACE.name))
        config = CONFIG.format(url=url, lanes=lanes, judges=judges)
        files = {"agent/prompt.md": "Look up orders.\n", "agent-gate.yml": config}
        files |= {f"fixtures/case-{number:04}.md": FIXTURE.format(number=number) for number in range(cases)}
        for name, text in files.items():
            (root / name).parent.mkdir(parents=True, exist_ok=True)
            (root / name).write_text(text)
        subprocess.run(["git", "init", "-q", "-b", "main"], cwd=root, check=True)
        _commit(root)
        gate = [sys.executable, "-m", "gate.cli"]
        measured([*gate, "baseline", "record", "--trials", "1"], root)
        _commit(root)
        found = measured([*gate, "run", "--full"], root)
        counts, most = _asked(server)
        if counts != {"agent": 2 * 2 * cases, "judge": 2 * cases}:  # once for the baseline, once measured
            raise SystemExit(f"not what was to be measured: {counts}")
    return replace(found, most=most)


def _asked(server: subprocess.Popen[str]) -> tuple[dict[str, int], int]:
    said, _ = server.communicate("\n")
    counts, most = json.loads(said)
    return counts, most


def _commit(root: Path) -> None:
    for words in (["add", "-A", "--", ":!runs"], ["commit", "-q", "-m", "Base"]):
        who = ["-c", "user.name=bench", "-c", "user.email=bench@example.com"]
        subprocess.run(["git", *who, *words], cwd=root, check=True)


def of_a_peer(name: str, cases: int, lanes: int, seconds: float) -> Measured:
    """One of the other ways."""
    with serving(seconds) as (url, server):
        found = measured([sys.executable, __file__, "ask", name, url, str(cases * REQUESTS_A_CASE), str(lanes)])
        return replace(found, most=_asked(server)[1])


def main() -> None:
    options = argparse.ArgumentParser()
    options.add_argument("--cases", type=int, default=1000)
    options.add_argument("--lanes", type=int, default=50)
    options.add_argument("--judges", type=int, default=0)
    options.add_argument("--seconds", type=float, default=0.05)
    options.add_argument("--repeats", type=int, default=3)
    options.add_argument("--only", nargs="*", default=["gate", *PEERS])
    chosen = options.parse_args()
    alone = chosen.cases * chosen.seconds
    ideal = max(2 * alone / chosen.lanes, alone / chosen.judges) if chosen.judges else 3 * alone / chosen.lanes
    print(f"{chosen.cases} cases, {chosen.lanes} at once, {chosen.seconds * 1000:g} ms; ideal {ideal:.3g} s\n")
    print("| who | seconds | ratio | user CPU | system CPU | peak memory | in flight |")
    print("| --- | --- | --- | --- | --- | --- | --- |")
    shape = (chosen.cases, chosen.lanes)
    for name in chosen.only:
        words = "the gate" if name == "gate" else PEERS[name][0]
        runs = [
            of_the_gate(*shape, chosen.judges, chosen.seconds)
            if name == "gate"
            else of_a_peer(name, *shape, chosen.seconds)
            for _ in range(chosen.repeats)
        ]
        best = min(runs, key=lambda one: one.seconds)
        print(
            f"| {words} | {best.seconds:.2f} | {best.seconds / ideal:.2f} | {best.user:.2f} | {best.system:.2f} | "
            f"{best.memory:.0f} MB | {best.most} |",
            flush=True,
        )


if __name__ == "__main__":
    if sys.argv[1:2] == ["serve"]:
        asyncio.run(_serve(float(sys.argv[2])))
    elif sys.argv[1:2] == ["ask"]:
        asyncio.run(PEERS[sys.argv[2]][1](sys.argv[3], int(sys.argv[4]), int(sys.argv[5])))
    else:
        main()
