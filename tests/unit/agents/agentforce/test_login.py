"""Logging in through the sf command line, which is asked as its users ask it."""

import json
import stat
from collections.abc import Callable
from pathlib import Path

import pytest

from gate.agents.agentforce.published import AgentforceAgent
from gate.config import AgentforceDriver, OrgConfig
from gate.errors import UsageError
from gate.model.words import Arm
from gate.network.wire import Pace
from gate.org.org import Org
from tests.loopback.org import SESSION
from tests.unit.agents.agentforce.test_published import FINGERPRINTS, no_wait, org_of, trial

Install = Callable[[str, str, int], None]
PROGRAM = """#!/bin/sh
case "$*" in
  "org display --target-org uat --json") cat <<'END'
{shown}
END
    ;;
  "org auth show-access-token --target-org uat --json --no-prompt") cat <<'END'
{token}
END
    ;;
  *) echo "unknown: $*"; exit 2 ;;
esac
exit {code}
"""


@pytest.fixture
def install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Install:
    """A program `sf` that says this."""

    def written(shown: str, token: str, code: int) -> None:
        path = tmp_path / "sf"
        path.write_text(PROGRAM.format(shown=shown, token=token, code=code))
        path.chmod(path.stat().st_mode | stat.S_IEXEC)

    monkeypatch.setenv("PATH", str(tmp_path), prepend=":")
    return written


def agent() -> AgentforceAgent:
    org = Org(OrgConfig(alias="uat"), {}, pace=Pace(sleep=no_wait))
    driver = AgentforceDriver(type="agentforce", agent="Support", state="evaluation")
    return AgentforceAgent("a", driver, FINGERPRINTS, dict.fromkeys(Arm, org))


def told(**result: str) -> str:
    return json.dumps({"status": 0, "result": result})


def test_the_session_is_exchanged_for_a_token_and_each_goes_where_it_belongs(install: Install) -> None:
    """The session to the org and its Evaluation API, the token to the Agent API."""
    with org_of() as org:
        install(told(instanceUrl=org.url), told(accessToken=SESSION), 0)
        transcript = trial(agent())
    assert transcript.error == ""
    assert transcript.turns[0].reply == "It is sent."


@pytest.mark.parametrize(
    ("shown", "token", "code", "said"),
    [
        (told(instanceUrl="https://x.example"), told(), 0, "knows no login uat"),
        ('{"status": 1, "message": "No authorization for uat"}', "", 1, "refuses: No authorization for uat"),
        ("Warning: update available", "", 0, "did not answer in JSON"),
    ],
)
def test_what_keeps_it_from_logging_in_is_said(install: Install, shown: str, token: str, code: int, said: str) -> None:
    install(shown, token, code)
    with pytest.raises(UsageError, match=said):
        trial(agent())


def test_a_session_that_ran_out_is_said_without_being_shown(install: Install) -> None:
    with org_of() as org:
        install(told(instanceUrl=org.url), told(accessToken="00D!another-session"), 0)
        with pytest.raises(UsageError, match="no such session") as refused:
            trial(agent())
    assert "another-session" not in str(refused.value)


def test_a_machine_without_the_program_is_told_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(UsageError, match="the program `sf` was not found"):
        trial(agent())
