"""Commits of a pull request are fetched as objects, and the token stands nowhere."""

import os
import subprocess
from base64 import b64encode
from pathlib import Path

import pytest

from gate.errors import RepositoryError
from gate.repository.fetch import fetch_commits, fetch_pull_request
from gate.repository.git import Git


def git(root: Path, *arguments: str) -> str:
    who = {f"GIT_{role}_{key}": "a@b.example" for role in ("AUTHOR", "COMMITTER") for key in ("NAME", "EMAIL")}
    environment = {"PATH": os.environ["PATH"], "GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_SYSTEM": os.devnull, **who}
    done = subprocess.run(["git", *arguments], cwd=root, env=environment, capture_output=True, text=True, check=True)
    return done.stdout.strip()


@pytest.fixture
def server(tmp_path: Path) -> Path:
    root = tmp_path / "server"
    root.mkdir()
    git(root, "init", "--quiet", "--initial-branch=main")
    git(root, "commit", "--quiet", "--allow-empty", "--message", "first")
    git(root, "commit", "--quiet", "--allow-empty", "--message", "of a fork")
    git(root, "update-ref", "refs/pull/7/head", "HEAD")
    git(root, "reset", "--quiet", "--hard", "HEAD~")
    return root


@pytest.fixture
def clone(server: Path, tmp_path: Path) -> Path:
    git(tmp_path, "clone", "--quiet", f"file://{server}", "clone")
    return tmp_path / "clone"


def test_the_commits_are_there_and_no_ref_or_file_is(server: Path, clone: Path) -> None:
    head = git(server, "rev-parse", "refs/pull/7/head")
    refs, config = git(clone, "for-each-ref"), (clone / ".git/config").read_text()

    fetch_pull_request(Git(clone), f"file://{server}", 7, "ghs_secret")

    assert git(clone, "cat-file", "-t", head) == "commit"
    assert git(clone, "for-each-ref") == refs
    assert (clone / ".git/config").read_text() == config
    assert not (clone / ".git/FETCH_HEAD").exists()
    written = [path for path in (clone / ".git").rglob("*") if path.is_file()]
    secret = b64encode(b"x-access-token:ghs_secret")
    assert not any(secret in path.read_bytes() or b"ghs_secret" in path.read_bytes() for path in written)


def test_a_pull_request_that_is_not_there_is_told_with_the_remedy_and_without_the_token(
    server: Path, clone: Path
) -> None:
    with pytest.raises(RepositoryError, match="pull request 8 cannot be fetched") as error:
        fetch_pull_request(Git(clone), f"file://{server}", 8, "ghs_secret")

    assert "refs/pull/8/head" in error.value.hint
    assert "ghs_secret" not in str(error.value)


def test_an_address_that_looks_like_an_option_is_none(clone: Path, tmp_path: Path) -> None:
    with pytest.raises(RepositoryError):
        fetch_pull_request(Git(clone), f"--upload-pack=touch {tmp_path / 'owned'}", 7, "")

    assert not (tmp_path / "owned").exists()


def test_single_commits_come_into_a_shallow_clone_with_their_files_and_without_history(
    server: Path, tmp_path: Path
) -> None:
    first, fork = git(server, "rev-parse", "main"), git(server, "rev-parse", "refs/pull/7/head")
    git(server, "commit", "--quiet", "--allow-empty", "--message", "newest")
    git(tmp_path, "clone", "--quiet", "--depth=1", f"file://{server}", "shallow")
    clone = tmp_path / "shallow"
    refs = git(clone, "for-each-ref")

    fetch_commits(Git(clone), f"file://{server}", [first, fork], "ghs_secret")

    assert git(clone, "cat-file", "-t", first) == "commit"
    assert git(clone, "rev-list", "--count", fork) == "1"
    assert git(clone, "for-each-ref") == refs


def test_a_commit_that_is_not_there_is_told_with_the_remedy(server: Path, clone: Path) -> None:
    with pytest.raises(RepositoryError, match="commit eeeeeee cannot be fetched") as error:
        fetch_commits(Git(clone), f"file://{server}", ["e" * 40], "")

    assert "fetch-depth: 0" in error.value.hint
