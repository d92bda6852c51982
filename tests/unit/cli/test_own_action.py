"""Where pip has noted that the gate came from, as a workflow would name it."""

import json

import pytest

from gate.cli.main import main
from gate.cli.own_action import action_of
from gate.errors import ExitCode

COMMIT = "1f3c2aa0" * 5


@pytest.mark.parametrize(
    ("url", "vcs", "expected"),
    [
        ("https://github.com/acme/agent-eval-gate.git", {"vcs": "git", "commit_id": COMMIT}, True),
        ("ssh://git@github.com/acme/agent-eval-gate", {"vcs": "git", "commit_id": COMMIT}, True),
        ("https://github.com/acme/renamed", {"vcs": "git", "commit_id": COMMIT}, False),
        ("file:///home/me/agent-eval-gate", {"vcs": "git", "commit_id": COMMIT}, False),
        ("https://example.com/agent_eval_gate-1.whl", None, False),
    ],
)
def test_only_a_git_address_with_a_commit_is_an_action(url: str, vcs: dict[str, str] | None, *, expected: bool) -> None:
    """Anything else stays unnamed, and is said to be."""
    noted = {"url": url} if vcs is None else {"url": url, "vcs_info": vcs}

    assert action_of(json.dumps(noted)) == (f"acme/agent-eval-gate@{COMMIT}" if expected else "")


def test_a_tag_is_no_name_for_the_action(capsys: pytest.CaptureFixture[str]) -> None:
    """It can be moved to other code."""
    with pytest.raises(SystemExit) as stopped:
        main(["init", "--action", "acme/agent-eval-gate@v1"])

    assert stopped.value.code == ExitCode.CONFIGURATION
    assert "40 characters of a commit" in capsys.readouterr().err
