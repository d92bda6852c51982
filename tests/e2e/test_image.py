"""The image itself: what it holds, what it does not, how it starts."""

import json
import subprocess

from gate import __version__
from gate.errors import ExitCode
from tests.e2e.runner import Container

LARGEST_BYTES = 300_000_000


def test_the_command_line_is_in_the_image(container: Container) -> None:
    """What the action can do, a laptop can do with the same image."""
    done = container.run("--help", entrypoint="agent-gate")

    assert done.returncode == 0
    assert "Decides whether a change to an AI agent may merge" in done.stdout
    assert container.run("--version", entrypoint="agent-gate").stdout.strip() == f"agent-gate {__version__}"


def test_outside_a_job_the_entry_point_says_what_to_do(container: Container) -> None:
    """No traceback; the remedy is the command line."""
    done = container.run()

    assert done.returncode == ExitCode.CONFIGURATION
    assert "on a laptop use `agent-gate run`" in (done.stdout + done.stderr).replace("%0A", "\n")
    assert "Traceback" not in done.stdout + done.stderr


def test_the_image_is_small_and_has_what_github_asks_for(image: str) -> None:
    """At most 300 MB; root, no working folder of its own, an entry point without a shell."""
    told = subprocess.run(["docker", "image", "inspect", image], capture_output=True, text=True, check=True)
    (found,) = json.loads(told.stdout)

    assert found["Size"] <= LARGEST_BYTES
    assert found["Config"]["User"] in ("", "0", "root")
    assert found["Config"]["WorkingDir"] in ("", "/")
    assert found["Config"]["Entrypoint"][0].startswith("/")
    assert "sh" not in found["Config"]["Entrypoint"]


def test_git_is_there_and_no_compiler_is(container: Container) -> None:
    """The image holds what runs the gate and nothing that builds it."""
    script = "for tool in git cc gcc make hatchling; do command -v $tool; done; python3 -c 'import pytest'"

    done = container.run("-c", script, entrypoint="sh")

    assert done.stdout.split() == ["/usr/bin/git"]
    assert "No module named 'pytest'" in done.stderr


def test_a_checkout_cannot_decide_what_is_imported(container: Container) -> None:
    """Modules in the working folder, in HOME or named by PYTHON* variables are not looked at."""
    script = (
        "mkdir -p /w/gate /h/.local/lib/python3.11/site-packages && cd /w && "
        "echo 'print(\"taken\")' | tee gate/__init__.py json.py sitecustomize.py "
        "/h/.local/lib/python3.11/site-packages/usercustomize.py >/dev/null && "
        "HOME=/h PYTHONPATH=/w PYTHONSTARTUP=/w/json.py exec /usr/local/bin/python3 -I -u /opt/agent-gate/entrypoint.py"
    )

    done = container.run("-c", script, entrypoint="sh")

    assert done.returncode == ExitCode.CONFIGURATION
    assert "taken" not in done.stdout + done.stderr
