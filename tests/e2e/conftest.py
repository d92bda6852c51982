"""The built image, and a checkout of the example agent's repository as a runner would hand it over."""

import os
import shutil
from argparse import Namespace
from collections.abc import Iterator
from pathlib import Path

import pytest

from gate.cli.demo import demo
from gate.errors import ExitCode
from tests.e2e.runner import Container, Job
from tests.e2e.workflows import Act
from tests.integration.github.jobs import git
from tests.integration.github.stub import REPOSITORY, Stub, running


@pytest.fixture(scope="session")
def image() -> str:
    """The image's tag; without one these tests are skipped, and `.ci/e2e` says so aloud."""
    name = os.environ.get("AGENT_GATE_IMAGE")
    if not name:
        pytest.skip("AGENT_GATE_IMAGE names no built image: `make e2e` builds one")
    return name


@pytest.fixture(scope="session")
def demo_repository(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("demo") / "repository"
    assert demo(Namespace(keep=str(root))) == ExitCode.PASS
    shutil.rmtree(root / "runs")
    return root


@pytest.fixture
def checkout(demo_repository: Path, tmp_path: Path) -> Path:
    """A clone of one's own."""
    root = tmp_path / "workspace"
    shutil.copytree(demo_repository, root, symlinks=True)
    return root


@pytest.fixture
def stub() -> Iterator[Stub]:
    with running() as stub:
        yield stub


@pytest.fixture
def container(image: str) -> Container:
    return Container(image=image)


@pytest.fixture
def job(image: str, checkout: Path, tmp_path: Path) -> Job:
    return Job(image=image, workspace=checkout, temporary=tmp_path / "_temp")


@pytest.fixture
def act(image: str, checkout: Path, tmp_path: Path) -> Act:
    """Act over the checkout."""
    git(checkout, "remote", "add", "origin", f"https://github.com/{REPOSITORY}.git")
    for place in ("act", "artifacts"):
        (tmp_path / place).mkdir()
    return Act(image=image, checkout=checkout, places=tmp_path / "act", artifacts=tmp_path / "artifacts")
