"""What an agent says of people reaches no place that others read: not GitHub, not the log, not the artifact."""

import json
from collections.abc import Sequence
from pathlib import Path

import pytest

from gate.cli.main import main
from gate.errors import ExitCode
from tests.integration.github.jobs import Step, git, open_pull, pull_request_event
from tests.integration.github.stub import Stub
from tests.loopback.chat import Said, calls, endpoint, says
from tests.loopback.server import serving
from tests.trees import GitRepository

PRIVATE = ("jane.doe@corp.example", "4111 1111 1111 1111", "+1 212 555 0187")
FIXTURE = """---
id: find-order
dimensions: [correctness]
severity: P0
expected_tool_calls:
  - {turn: 1, tool: FindOrder, args: {id: A1}}
tool_results:
  - {tool: FindOrder, result: {state: sent}}
---

## Input transcript

User: Where is A1?
"""
TOOL = json.dumps({"name": "FindOrder", "parameters": {"type": "object", "properties": {"id": {"type": "string"}}}})


def gossip(system: str, messages: Sequence[Said]) -> Said:
    """Looks the order up; told to gossip, it passes on what it should not, in words, values and names of arguments."""
    email, card, phone = PRIVATE
    if "gossip" not in system:
        return says("Sent.") if messages[-1]["role"] == "tool" else calls(("FindOrder", {"id": "A1"}))
    if messages[-1]["role"] == "tool":
        return says(f"I told {email}, who paid with {card}: call {phone}.")
    return calls(("FindOrder", {"id": f"{email} {phone}", email: card}))


def test_personal_data_is_masked_wherever_a_result_is_told(
    stub: Stub, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    root = tmp_path / "repository"
    root.mkdir()
    monkeypatch.chdir(root)
    repository = GitRepository(root)
    with serving(endpoint(gossip)) as server:
        driver = (
            f"{{type: chat, base_url: {server.url}, model: m, prompt: [agent/prompt.md], tools: [agent/tools.json]}}"
        )
        repository.commit(
            {
                "agent/prompt.md": "Look orders up.",
                "agent/tools.json": TOOL,
                "fixtures/find-order.md": FIXTURE,
                "agent-gate.yml": f"version: 1\nagents:\n  shop:\n    source: [agent]\n    driver: {driver}\n",
                ".gitignore": "runs/\n",
            }
        )
        assert main(["baseline", "record", "--trials", "5"]) == ExitCode.PASS
        repository.commit()
        git(root, "checkout", "--quiet", "-b", "gossip")
        repository.commit({"agent/prompt.md": "Look orders up and gossip."})
        step = Step(stub, root, tmp_path / "runner")
        head = open_pull(step, "gossip")
        capfd.readouterr()

        code = step.run("pull_request", pull_request_event(stub, "opened"))

    assert code == ExitCode.BLOCKED
    folder = root / step.outputs["run-folder"]
    told = {
        "comment": "".join(step.sticky()),
        "summary": step.summary,
        "log and annotations": "".join(capfd.readouterr()),
        "outputs": str(step.outputs),
        "status": str(step.status(head)),
        **{path.name: path.read_text() for path in folder.rglob("*") if path.is_file()},
    }
    assert "[email 1]" in told["comment"]  # it is there to be seen, masked
    for place, text in told.items():
        for private in (*PRIVATE, "jane.doe", "4111111111111111", "2125550187"):
            assert private not in text, f"{private} in {place}"
