"""A live agent and a live judge, asked from inside the container with the secrets of the step."""

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from gate.errors import ExitCode
from tests.e2e.pull_requests import NUMBER, open_pull_request, opened
from tests.e2e.runner import RUNNER_USER, Job
from tests.integration.github.stub import Stub
from tests.loopback.chat import Said, endpoint, says
from tests.loopback.judge import KEY, Bench
from tests.loopback.server import Asked, Reply, serving
from tests.trees import GitRepository

AGENT_KEY = "agent-key-0123456789"
FIXTURE = """---
id: case-{number}
dimensions: [tone]
severity: P0
---

## Input transcript

User: Hello, this is {number}.
"""


def agent(system: str, messages: Sequence[Said]) -> Said:
    return says(f"{system} You said: {messages[-1]['content']}")


def judge(system: str, messages: Sequence[Mapping[str, Any]]) -> str:
    reply = re.findall(r"Agent: (.*)", messages[0]["content"])[-1]
    return json.dumps({"tone": {"reason": "turn 1 is kind", "quote": reply, "score": 2}})


@dataclass
class Services:
    """The agent's endpoint and the judge, and what the judge was asked."""

    url: str
    bench: Bench


@pytest.fixture
def services() -> Iterator[Services]:
    bench = Bench(judge)
    chat = endpoint(agent, key=AGENT_KEY)

    def answer(asked: Asked) -> Reply:
        return bench(asked) if asked.path.startswith("/judge") else chat(asked)

    with serving(answer) as server:
        yield Services(server.url, bench)


@pytest.fixture
def live_job(services: Services, stub: Stub, image: str, tmp_path: Path) -> Job:
    """A job over a pull request to a live agent, given both secrets as a step's `env:` gives them."""
    driver = f'{{type: chat, base_url: "{services.url}", model: llama-shop, prompt: [agent/prompt.md], key: AGENT_KEY}}'
    judged = f'{{provider: openai, base_url: "{services.url}/judge", model: gpt-judge, key: JUDGE_KEY}}'
    repository = GitRepository(tmp_path / "workspace")
    repository.commit(
        {
            "agent-gate.yml": f"version: 1\nagents:\n  shop: {{source: [agent], driver: {driver}}}\njudge: {judged}\n",
            "agent/prompt.md": "Welcome.",
            **{f"fixtures/case-{number}.md": FIXTURE.format(number=number) for number in (1, 2)},
        }
    )
    repository.git("checkout", "--quiet", "-b", "kinder")
    repository.commit({"agent/prompt.md": "Welcome, dear."}, message="kinder")
    open_pull_request(stub, repository.root, "kinder")
    environment = {"AGENT_KEY": AGENT_KEY, "JUDGE_KEY": KEY}
    return Job(image=image, workspace=repository.root, temporary=tmp_path / "_temp", environment=environment)


def test_secrets_of_the_step_reach_agent_and_judge_and_stay_in_no_file(
    live_job: Job, services: Services, stub: Stub
) -> None:
    """Not in the run folder that is uploaded, not in the cache, not in the log."""
    done = live_job.step("pull_request", opened(stub), stub.url)

    assert done.code == ExitCode.PASS, done.log
    assert done.outputs["cases"] == "2"
    assert services.bench.asked
    assert (live_job.workspace / done.outputs["run-folder"] / "report.json").is_file()
    files = [path for root in (live_job.workspace, live_job.temporary) for path in root.rglob("*") if path.is_file()]
    for secret in (AGENT_KEY, KEY):
        assert secret not in done.log
        assert [path for path in files if secret.encode() in path.read_bytes()] == []
    assert NUMBER in stub.state.comments


def test_verdicts_are_kept_where_a_workflow_can_cache_them(live_job: Job, services: Services, stub: Stub) -> None:
    """The next job of the same change pays for none; whoever owns the runner may read and remove everything."""
    live_job.step("pull_request", opened(stub), stub.url)
    asked = len(services.bench.asked)

    again = live_job.step("pull_request", opened(stub), stub.url)

    assert again.code == ExitCode.PASS, again.log
    assert len(services.bench.asked) == asked
    kept = list((live_job.temporary / "_github_home/.cache/agent-eval-gate").rglob("*.json"))
    assert kept
    everything = [path for root in (live_job.workspace, live_job.temporary) for path in root.rglob("*")]
    assert {path.lstat().st_uid for path in everything} == {RUNNER_USER}


def test_a_secret_that_is_missing_is_named_with_what_to_do(live_job: Job, stub: Stub) -> None:
    """Exit code 2 and a status that says so: nothing is known of the change."""
    live_job.environment["JUDGE_KEY"] = ""

    done = live_job.step("pull_request", opened(stub), stub.url)

    assert done.code != ExitCode.PASS
    assert "JUDGE_KEY" in done.log
