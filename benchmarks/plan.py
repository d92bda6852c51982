"""How long `agent-gate plan` takes on a large repository, as a whole process.

    python benchmarks/plan.py [--metadata 20000] [--fixtures 5000] [--changed 10] [--keep DIR]

Generates a Salesforce project with fixtures, commits it, changes some files on a branch, and measures planning the
branch. Printed beside it, as yardsticks: Python starting and doing nothing, `git diff` of the same two commits, and
reading every fixture with nothing done to it. The targets: below 2 s and 150 MB.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

TOPICS = 25
ACTIONS_PER_TOPIC = 4
ROUNDS = 5
PACKAGE = "force-app/main/default"
TARGET_SECONDS, TARGET_MEGABYTES = 2.0, 150

CONFIG = """\
version: 1
agents:
  shop-agent:
    source: [force-app]
    driver: {type: replay, recordings: recordings}
"""
FIXTURE = """\
---
id: case-{number:05}
agent: shop-agent
topic: Topic_{topic}
dimensions: [correctness, grounding, tone]
severity: {severity}
owner: team-{topic}
created: 2026-01-05
tags: [generated]
---

## Input transcript
User: Where is my order {{{{order.number}}}}?
User: And when does it arrive?

## Expected agent behavior
Turn 1:
- Looks the order up before it answers.
- Should NOT guess a date.
Turn 2:
- Gives the delivery date of the order.

## Expected tool calls
```yaml
- turn: 1
  tool: Action_{topic}_{action}
  args: {{orderId: any}}
```

## Scoring rubric
- correctness (0-2): 0=wrong order; 1=right order, no date; 2=right order and date
- tone (0-2): 0=rude; 1=stilted; 2=polite and brief

## Reference answer
Agent: Your order is on its way and arrives on Friday.

## Anti-patterns
- "I think it may be" - guesses
"""


def script() -> str:
    """One agent with many topics, each with actions backed by a class or a flow."""
    lines = ["system:", '  instructions: "You help shoppers."', "config:", '  developer_name: "Shop_Agent"']
    lines += ["start_agent router:", '  description: "Choose a topic"', "  reasoning:", "    actions:"]
    lines += [f"      go_{t}: @utils.transition to @subagent.Topic_{t}" for t in range(TOPICS)]
    for t in range(TOPICS):
        lines += [f"subagent Topic_{t}:", f'  description: "Questions of kind {t}"', "  actions:"]
        for a in range(ACTIONS_PER_TOPIC):
            kind = "apex://Class" if a % 2 else "flow://Flow"
            lines += [f"    Action_{t}_{a}:", f'      description: "Does {a}"', f'      target: "{kind}_{t}_{a}"']
        lines += ["  reasoning:", "    instructions: ->", f"      | Answer questions of kind {t}.", "    actions:"]
        lines += [f"      use_{a}: @actions.Action_{t}_{a}" for a in range(ACTIONS_PER_TOPIC)]
    return "\n".join(lines) + "\n"


def apex(name: str, uses: str) -> str:
    """A class of ordinary size that uses another."""
    body = "\n".join(f"    public String step{n}(String value) {{ return value + '{n}'; }}" for n in range(40))
    return f"public with sharing class {name} {{\n{body}\n    Object other() {{ return new {uses}(); }}\n}}\n"


def flow(name: str, uses: str) -> str:
    """A flow that calls a class."""
    call = f"<actionCalls><name>call</name><actionName>{uses}</actionName><actionType>apex</actionType></actionCalls>"
    steps = "".join(f"<assignments><name>step{n}</name></assignments>" for n in range(40))
    return f'<Flow xmlns="http://soap.sforce.com/2006/04/metadata"><label>{name}</label>{call}{steps}</Flow>\n'


def metadata(count: int) -> Iterator[tuple[str, str]]:
    """`count` files of a project; the code that actions reach, then what large projects hold besides."""
    yield "sfdx-project.json", '{"packageDirectories": [{"path": "force-app", "default": true}]}\n'
    yield f"{PACKAGE}/aiAuthoringBundles/Shop_Agent/Shop_Agent.agent", script()
    written = 2
    for t in range(TOPICS):
        for a in range(ACTIONS_PER_TOPIC):
            name = f"{'Class' if a % 2 else 'Flow'}_{t}_{a}"
            if a % 2:
                yield f"{PACKAGE}/classes/{name}.cls", apex(name, f"Plain_{t}")
            else:
                yield f"{PACKAGE}/flows/{name}.flow-meta.xml", flow(name, f"Plain_{t + 100}")
            written += 1
    for n in range(count - written):
        kind = n % 5
        if kind == 0:
            yield f"{PACKAGE}/classes/Plain_{n // 5}.cls", apex(f"Plain_{n // 5}", neighbour(n // 5))
        elif kind == 1:
            yield f"{PACKAGE}/flows/Other_{n}.flow-meta.xml", flow(f"Other_{n}", f"Plain_{n}")
        elif kind == 2:
            yield (
                f"{PACKAGE}/objects/Thing_{n % 200}__c/fields/F{n}__c.field-meta.xml",
                f"<CustomField>{n}</CustomField>\n",
            )
        elif kind == 3:
            yield f"{PACKAGE}/lwc/tile{n}/tile{n}.js", f"export default class Tile{n} {{}}\n"
        else:
            yield f"{PACKAGE}/layouts/Layout_{n}.layout-meta.xml", f"<Layout>{n}</Layout>\n"


def neighbour(number: int) -> str:
    """The next class of the same module; a module is a ring of ten classes."""
    return f"Plain_{number - number % 10 + (number + 1) % 10}"


def fixtures(count: int) -> Iterator[tuple[str, str]]:
    """`count` cases over all topics, one in five P0."""
    yield "fixtures/test-data.yml", "order:\n  number: A1042\n"
    for n in range(count):
        severity = ("P0", "P1", "P1", "P2", "P2")[n % 5]
        text = FIXTURE.format(number=n, topic=n % TOPICS, action=n % ACTIONS_PER_TOPIC, severity=severity)
        yield f"fixtures/topic-{n % TOPICS}/case-{n:05}.md", text


def changes(count: int) -> Iterator[tuple[str, str]]:
    """`count` edits: code behind actions, one topic of the script, fixtures, and files that reach nothing."""
    edits = [
        (f"{PACKAGE}/aiAuthoringBundles/Shop_Agent/Shop_Agent.agent", script().replace("kind 3.", "kind three.")),
        (f"{PACKAGE}/classes/Class_1_1.cls", apex("Class_1_1", "Plain_900")),
        (f"{PACKAGE}/flows/Flow_2_0.flow-meta.xml", flow("Flow_2_0", "Plain_901")),
        ("README.md", "# A project\n"),
        (f"{PACKAGE}/lwc/tile3/tile3.js", "export default class Tile3 { x }\n"),
    ]
    yield from edits[:count]
    for n in range(count - len(edits)):
        text = FIXTURE.format(number=n, topic=n % TOPICS, action=n % ACTIONS_PER_TOPIC, severity="P1")
        yield f"fixtures/topic-{n % TOPICS}/case-{n:05}.md", text.replace("on Friday", "on Monday")


def write(root: Path, files: Iterator[tuple[str, str]]) -> int:
    """Write the files; how many there were."""
    count = 0
    for path, text in files:
        place = root / path
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_text(text)
        count += 1
    return count


def git(root: Path, *arguments: str) -> None:
    """Run git quietly as somebody."""
    who = ("-c", "user.name=Ada", "-c", "user.email=ada@example.com", "-c", "gc.auto=0")
    subprocess.run(["git", *who, *arguments], cwd=root, check=True, stdout=subprocess.DEVNULL)


def build(root: Path, arguments: argparse.Namespace) -> None:
    """The repository: `main`, and `change` with the edits."""
    git(root, "init", "--quiet", "--initial-branch=main")
    write(root, iter([("agent-gate.yml", CONFIG)]))
    write(root, metadata(arguments.metadata))
    write(root, fixtures(arguments.fixtures))
    git(root, "add", "--all")
    git(root, "commit", "--quiet", "--message", "base")
    git(root, "checkout", "--quiet", "-b", "change")
    write(root, changes(arguments.changed))
    git(root, "add", "--all")
    git(root, "commit", "--quiet", "--message", "change")
    git(root, "repack", "-adq")  # as a clone is


def measured(command: Sequence[str], root: Path) -> tuple[float, float, bytes]:
    """Seconds and peak megabytes of a process (its own children apart), best of several rounds; its output."""
    best, most, output = float("inf"), 0.0, b""
    for _ in range(ROUNDS):
        with tempfile.TemporaryFile() as out:
            start = time.perf_counter()
            process = subprocess.Popen(command, cwd=root, stdout=out, env={**os.environ, "PYTHONPATH": str(CHECKOUT)})
            _, status, usage = os.wait4(process.pid, 0)
            best = min(best, time.perf_counter() - start)
            if status:
                raise SystemExit(f"{command} ended with {os.waitstatus_to_exitcode(status)}")
            out.seek(0)
            output = out.read()
        most = max(most, usage.ru_maxrss / (1024 * 1024 if sys.platform == "darwin" else 1024))
    return best, most, output


CHECKOUT = Path(__file__).resolve().parent.parent
PLAN = "import sys; from gate.cli.main import console; sys.argv[0] = 'agent-gate'; sys.exit(console())"
READ = "import pathlib; sum(len(p.read_bytes()) for p in pathlib.Path('fixtures').rglob('*.md'))"


@contextmanager
def place(keep: str) -> Iterator[Path]:
    """The folder asked for, or a temporary one."""
    if keep:
        Path(keep).mkdir(parents=True, exist_ok=True)
        yield Path(keep)
    else:
        with tempfile.TemporaryDirectory() as folder:
            yield Path(folder)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--metadata", type=int, default=20_000)
    parser.add_argument("--fixtures", type=int, default=5_000)
    parser.add_argument("--changed", type=int, default=10)
    parser.add_argument("--keep", default="", metavar="DIR", help="build here and keep it; reused when it is there")
    arguments = parser.parse_args()
    with place(arguments.keep) as root:
        if not (root / ".git").exists():
            build(root, arguments)
        report(root, arguments)


def report(root: Path, arguments: argparse.Namespace) -> None:
    """Measure and print, with ratios to the yardsticks."""
    ask = [sys.executable, "-c", PLAN, "plan", "--base", "main", "--json"]
    rows = {
        "plan, head a commit": [*ask, "--head", "change"],
        "plan, head the working tree": ask,
        "Python starting": [sys.executable, "-c", "pass"],
        "git diff": ["git", "diff", "--name-status", "main", "change"],
        "reading every fixture": [sys.executable, "-c", READ],
    }
    found = {name: measured(command, root) for name, command in rows.items()}
    seconds, megabytes, output = found["plan, head a commit"]
    plan = json.loads(output)
    print(f"{arguments.metadata} metadata files, {arguments.fixtures} fixtures, {len(plan['changes'])} files changed")
    print(f"selected {len(plan['selected'])} of {plan['total_cases']} cases; bailouts: {plan['bailouts'] or 'none'}")
    for name, (took, memory, _) in found.items():
        print(f"  {name:<28} {took:7.3f} s  {memory:6.0f} MB   plan takes {seconds / took:6.1f} times as long")
    good = seconds < TARGET_SECONDS and megabytes < TARGET_MEGABYTES
    print(f"target {TARGET_SECONDS} s and {TARGET_MEGABYTES} MB: {'met' if good else 'MISSED'}")


if __name__ == "__main__":
    main()
