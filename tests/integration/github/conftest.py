"""A stand-in for GitHub, and the gate's client aimed at it."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from gate.github.client import GitHub
from gate.github.transport import Pace
from tests.integration.github.emulated import emulated, is_installed
from tests.integration.github.jobs import Step
from tests.integration.github.stub import REPOSITORY, Stub, running


@pytest.fixture
def stub() -> Iterator[Stub]:
    with running() as stub:
        yield stub


@pytest.fixture(scope="session")
def emulated_github() -> Iterator[str]:
    """The address of one for all tests: each makes a repository of its own there."""
    if not is_installed():
        pytest.skip("NOTHING WAS TRIED on an emulated GitHub: it needs node, and `npm ci` in tests/node")
    with emulated() as url:
        yield url


@pytest.fixture
def naps() -> list[float]:
    """How long the client would have slept, in seconds."""
    return []


@pytest.fixture
def host(stub: Stub, naps: list[float]) -> GitHub:
    pace = Pace(between_requests=0, between_writes=0, sleep=naps.append, now=lambda: 1_800_000_000.0)
    return GitHub(REPOSITORY, "ghs_writer", stub.url, pace)


@pytest.fixture
def step(stub: Stub, repository: Path, tmp_path: Path) -> Step:
    """The action, ready to run over a copy of the example agent's repository."""
    return Step(stub, repository, tmp_path / "runner")
