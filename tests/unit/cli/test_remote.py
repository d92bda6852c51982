"""Where a clone's address leads, and where a token is sent."""

from pathlib import Path

import pytest

from gate.cli.diagnoses.hub import parse_remote, remote
from gate.repository.git import Git
from tests.trees import GitRepository


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("https://github.com/acme/support.git", ("github.com", "acme/support")),
        ("https://someone:secret@github.com/acme/support", ("github.com", "acme/support")),
        ("git@github.com:acme/support.git", ("github.com", "acme/support")),
        ("ssh://git@GitHub.com:22/acme/support.git/", ("github.com", "acme/support")),
        ("https://code.acme.example/acme/support", ("code.acme.example", "acme/support")),
        ("/srv/git/support.git", None),
        ("../support", None),
        ("https://code.acme.example/group/part/support", None),
        ("", None),
    ],
)
def test_an_address_names_host_and_repository(url: str, expected: tuple[str, str] | None) -> None:
    """In every form git takes; credentials in it go nowhere."""
    assert parse_remote(url) == expected


@pytest.fixture
def git(tmp_path: Path) -> GitRepository:
    return GitRepository(tmp_path / "clone")


def test_a_token_goes_to_github(git: GitRepository) -> None:
    """The remote says which repository; the token does not show when the value is printed."""
    git.git("remote", "add", "origin", "git@github.com:acme/support.git")

    found = remote(Git(git.root), {"GITHUB_TOKEN": "ghs_secret"})

    assert found is not None
    assert (found.repository, found.api_url, found.token) == ("acme/support", "https://api.github.com", "ghs_secret")
    assert "ghs_secret" not in repr(found)


def test_a_token_never_follows_a_foreign_address(git: GitRepository) -> None:
    """Whoever writes a remote must not learn the token; the environment has to name the host."""
    git.git("remote", "add", "origin", "https://evil.example/acme/support.git")

    assert remote(Git(git.root), {"GITHUB_TOKEN": "ghs_secret"}) is None
    assert remote(Git(git.root), {"GITHUB_TOKEN": "ghs_secret", "GH_HOST": "code.acme.example"}) is None
    named = remote(Git(git.root), {"GH_HOST": "evil.example"})
    assert named is not None
    assert named.api_url == "https://evil.example/api/v3"


def test_the_runner_knows_better_than_the_clone(git: GitRepository) -> None:
    """Its environment names repository and API."""
    environ = {"GITHUB_REPOSITORY": "acme/other", "GITHUB_API_URL": "https://code.acme.example/api/v3"}

    found = remote(Git(git.root), environ)

    assert found is not None
    assert (found.repository, found.api_url, found.token) == ("acme/other", "https://code.acme.example/api/v3", "")
