"""1,000 cases x 20 recorded trials: replayed, scored, compared and reported, in one process of its own.

    python benchmarks/whole_run.py [CASES] [TRIALS]

Prints the time as a ratio of the time it takes just to read and write the same files, and the peak memory.
"""

import json
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from gate.planning.fingerprint import agent_fingerprint
from gate.repository.objects import blob_id

FIXTURE = """---
id: case-{number:04}
agent: bench
topic: Topic{topic}
dimensions: [correctness, safety]
severity: P0
trials: {trials}
expected_tool_calls:
  - turn: 1
    tool: Look_Up
    args: {{order_number: "A{number:04}"}}
must_include: ["A{number:04}"]
---
## Input transcript
User: Where is my order A{number:04}?
User: And when does it arrive?

## Expected agent behavior
- Looks the order up and says where it is
"""
CONFIG = """version: 1
agents:
  bench: {source: [agent], driver: {type: replay, recordings: recordings}}
"""


def turns(number: int, wording: int) -> list[dict[str, object]]:
    call = {"name": "Look_Up", "arguments": {"order_number": f"A{number:04}"}, "result": {"state": "on its way"}}
    return [
        {
            "number": 1,
            "user": f"Where is my order A{number:04}?",
            "reply": f"Order A{number:04} is on its way (wording {wording}).",
            "tool_calls": [call],
        },
        {"number": 2, "user": "And when does it arrive?", "reply": "I cannot say yet."},
    ]


def build(root: Path, cases: int, trials: int) -> None:
    """A repository with one agent, its fixtures and recordings of two wordings a case."""
    for folder in ("fixtures", "agent"):
        (root / folder).mkdir(parents=True)
    (root / "agent-gate.yml").write_text(CONFIG)
    (root / "agent" / "prompt.md").write_text("Look up orders.\n")
    fingerprint = agent_fingerprint({"agent/prompt.md": blob_id(b"Look up orders.\n", "sha1")})
    place = root / "recordings" / fingerprint[:12]
    place.mkdir(parents=True)
    (place / "agent.json").write_text(json.dumps({"agent": "bench", "fingerprint": fingerprint, "describes": "base"}))
    for number in range(cases):
        text = FIXTURE.format(number=number, topic=number % 10, trials=trials)
        (root / "fixtures" / f"case-{number:04}.md").write_text(text)
        order = [trial % 2 for trial in range(trials)]
        transcripts = [{"count": order.count(item), "turns": turns(number, item)} for item in (0, 1)]
        (place / f"case-{number:04}.json").write_text(
            json.dumps({"case": f"case-{number:04}", "order": order, "transcripts": transcripts})
        )
    for words in (["init", "-q", "-b", "main"], ["add", "-A"], ["commit", "-q", "-m", "Base"]):
        who = ["-c", "user.name=bench", "-c", "user.email=bench@example.com"]
        subprocess.run(["git", *who, *words], cwd=root, check=True)


def files_alone(root: Path, runs: Path) -> float:
    """Seconds to read every transcript of the run and write it elsewhere: what no gate can save."""
    started = time.perf_counter()
    target = root / "copied"
    target.mkdir()
    for number, path in enumerate(runs.rglob("transcripts/**/*.json")):
        (target / f"{number}.json").write_bytes(path.read_bytes())
    return time.perf_counter() - started


def main() -> None:
    cases, trials = (int(word) for word in (*sys.argv[1:], "1000", "20")[:2])
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        build(root, cases, trials)
        started = time.perf_counter()
        done = subprocess.run(
            [sys.executable, "-m", "gate.cli", "run", "--full"], cwd=root, capture_output=True, text=True, check=False
        )
        seconds = time.perf_counter() - started
        peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024
        kept = len(list(root.rglob("transcripts/**/*.json")))
        floor = files_alone(root, root / "runs")
        print(done.stdout.splitlines()[0] if done.stdout else done.stderr[-500:])
        print(
            f"{kept} trials of {cases} cases: {seconds:.1f} s = {seconds / floor:.1f} x reading and writing the files"
        )
        print(f"peak memory {peak:.0f} MB; exit code {done.returncode}")


if __name__ == "__main__":
    main()
