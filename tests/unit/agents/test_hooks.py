"""Hooks that call a service, and what a hook may change of a case."""

import json
import os
import signal
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import anyio
import pytest

from gate.agents.hooks import Hooks
from gate.config import HooksConfig
from gate.errors import CouldNotTellError, UsageError
from gate.model.case import Case, Variable
from gate.model.words import Arm
from tests.conversations import a_case
from tests.loopback.server import RESET, Asked, Reply, serving
from tests.unit.agents.drivers import is_gone


def around(hooks: Mapping[str, Any], case: Case, root: Path, environ: Mapping[str, str] | None = None) -> Case:
    async def one() -> Case:
        config = HooksConfig.model_validate(hooks)
        async with Hooks(config, root, environ or os.environ).around_trial(case, Arm.HEAD, 2) as prepared:
            return prepared

    return anyio.run(one)


def test_a_service_is_told_the_trial_and_may_set_variables(tmp_path: Path) -> None:
    def answer(asked: Asked) -> Reply:
        return Reply(body={"variables": {"order": "A1", "vip": True, "old": "new"}} if asked.method == "POST" else {})

    with serving(answer) as server:
        hooks = {
            "before_case": [{"http": f"{server.url}/data", "headers": {"Authorization": "TOKEN"}}],
            "after_case": [{"http": f"{server.url}/data/x", "method": "DELETE"}],
        }
        case = a_case(
            variables=(Variable(name="old", type="Id", value="x"), Variable(name="kept", type="Text", value="k"))
        )
        prepared = around(hooks, case, tmp_path, {"TOKEN": "Bearer t\n"})
        made, gone = server.asked
    assert [(one.name, one.type, one.value) for one in prepared.variables] == [
        ("kept", "Text", "k"), ("order", "Text", "A1"), ("vip", "Boolean", True), ("old", "Id", "new"),
    ]  # fmt: skip
    assert made.json == {"case": "late-parcel", "arm": "head", "trial": "2"}
    assert made.headers["authorization"] == "Bearer t"
    assert (gone.method, gone.path, gone.headers["x-agent-gate-case"]) == ("DELETE", "/data/x", "late-parcel")


def test_a_service_that_refuses_errors_the_trial_and_the_rest_is_still_tidied(tmp_path: Path) -> None:
    with serving(
        lambda asked: Reply(400, {"error": "key tok-en-123 is bad"}) if asked.path == "/set" else Reply()
    ) as server:
        hooks = {
            "before_case": [{"http": f"{server.url}/set", "headers": {"X-Key": "TOKEN"}}],
            "after_case": [{"http": f"{server.url}/tidy"}],
        }
        with pytest.raises(CouldNotTellError, match=r"answered 400: .*\*\*\*") as refused:
            around(hooks, a_case(), tmp_path, {"TOKEN": "tok-en-123"})
        assert [one.path for one in server.asked] == ["/set", "/tidy"]
    assert "tok-en" not in str(refused.value)


@pytest.mark.parametrize(
    ("command", "fault", "said"),
    [
        (["no-such-program"], UsageError, "cannot be started"),
        ([sys.executable, "-c", "raise SystemExit('out of data')"], CouldNotTellError, "code 1: out of data"),
        ([sys.executable, "-c", "import time; time.sleep(9)"], CouldNotTellError, "longer than 0.3 s"),
        ([sys.executable, "-c", "while True: print('x' * 65536)"], CouldNotTellError, "said more than 4 MiB"),
    ],
)
def test_a_command_that_fails_is_said(tmp_path: Path, command: list[str], fault: type[Exception], said: str) -> None:
    with pytest.raises(fault, match=said):
        around(
            {"before_case": [{"command": command, "seconds": 0.3 if "sleep" in command[-1] else 20}]},
            a_case(),
            tmp_path,
        )


def test_no_part_of_a_secret_is_left_where_words_are_cut(tmp_path: Path) -> None:
    command = [sys.executable, "-c", f"import os, sys; sys.exit(os.environ['KEY'] + 'z' * {300 - 6})"]
    hook = {"command": command, "environment": ["KEY"]}
    with pytest.raises(CouldNotTellError, match="zzz") as fault:
        around({"before_case": [hook]}, a_case(), tmp_path, {"PATH": os.environ["PATH"], "KEY": "abcdefgh12345"})
    assert "h12345" not in str(fault.value)


def test_a_command_sees_the_trial_and_the_variables_it_is_given_only(tmp_path: Path) -> None:
    program = "import json, os; open('seen.json', 'w').write(json.dumps(dict(os.environ)))"
    environ = {"PATH": os.environ["PATH"], "GIVEN": "1", "GITHUB_TOKEN": "2"}
    around(
        {"before_case": [{"command": [sys.executable, "-c", program], "environment": ["GIVEN"]}]},
        a_case(),
        tmp_path,
        environ,
    )
    seen = json.loads((tmp_path / "seen.json").read_text())
    assert seen["GIVEN"] == "1"
    assert (seen["AGENT_GATE_CASE"], seen["AGENT_GATE_ARM"], seen["AGENT_GATE_TRIAL"]) == ("late-parcel", "head", "2")
    assert "GITHUB_TOKEN" not in seen


def test_what_tidies_up_is_done_to_the_end_and_the_first_fault_is_told(tmp_path: Path) -> None:
    """Nor is the trial made again for it: its conversation was paid for, and would be once more."""
    fails = {"command": [sys.executable, "-c", "raise SystemExit('no room')"]}
    leaves = {"command": [sys.executable, "-c", "open('tidied', 'w').close()"]}
    with pytest.raises(CouldNotTellError, match="code 1: no room") as fault:
        around({"after_case": [fails, {"command": ["no-such-program"]}, leaves]}, a_case(), tmp_path)
    assert (tmp_path / "tidied").exists()
    assert not fault.value.again


def test_a_hook_that_hangs_is_ended_with_everything_it_started(tmp_path: Path) -> None:
    """Also what went to a group of its own, on Linux."""
    program = """
import subprocess, sys, time
nap = [sys.executable, "-c", "import time; time.sleep(60)"]
started = [subprocess.Popen(nap, start_new_session=alone) for alone in (False, sys.platform == "linux")]
open("pids.part", "w").write(" ".join(str(one.pid) for one in started))
import os; os.rename("pids.part", "pids")
time.sleep(60)
"""
    with pytest.raises(CouldNotTellError, match="longer than"):
        around({"before_case": [{"command": [sys.executable, "-c", program], "seconds": 1.5}]}, a_case(), tmp_path)
    children = [int(pid) for pid in (tmp_path / "pids").read_text().split()]
    assert len(children) == 2
    assert all(is_gone(pid) for pid in children)


def test_what_a_hook_leaves_running_goes_on(tmp_path: Path) -> None:
    """A server for the trials, when its output goes elsewhere."""
    program = """
import subprocess, sys
quiet = subprocess.DEVNULL
server = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(20)"], stdout=quiet, stderr=quiet)
print('{"variables": {"pid": %d}}' % server.pid)
"""
    prepared = around({"before_case": [{"command": [sys.executable, "-c", program]}]}, a_case(), tmp_path)
    [pid] = [one.value for one in prepared.variables if one.name == "pid"]
    assert isinstance(pid, int)
    os.kill(pid, signal.SIGKILL)  # which raises when it is gone already


def test_a_connection_that_breaks_is_tried_again_where_that_does_no_more(tmp_path: Path) -> None:
    with serving(lambda _: RESET if len(server.asked) == 1 else Reply()) as server:
        around({"after_case": [{"http": server.url, "method": "DELETE"}]}, a_case(), tmp_path)
        assert len(server.asked) == 2
