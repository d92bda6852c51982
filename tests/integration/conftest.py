"""A scratch repository with the example agent and its pull requests, built once by the demo itself."""

import shutil
from argparse import Namespace
from pathlib import Path

import pytest

from gate.cli.demo import demo
from gate.errors import ExitCode


@pytest.fixture(scope="session")
def demo_repository(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("demo") / "repository"
    assert demo(Namespace(keep=str(root))) == ExitCode.PASS
    return root


@pytest.fixture
def repository(demo_repository: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy of one's own, as the current folder."""
    root = tmp_path / "repository"
    shutil.copytree(demo_repository, root, symlinks=True, ignore=shutil.ignore_patterns("runs"))
    monkeypatch.chdir(root)
    return root
