"""How long it takes to read a large suite, beside what no reader could do without: decoding and YAML.

Run by hand: `.venv/bin/python benchmarks/parse_fixtures.py [number of fixtures]`. All of it is in memory, one thread.
"""

import gc
import sys
import time
from collections.abc import Callable, Iterable, Sequence

from gate.cli.process import COLLECT_EVERY
from gate.documents import load_yaml
from gate.fixtures.decoding import decode
from gate.fixtures.manifest import parse_manifest
from gate.fixtures.parsing import parse
from gate.fixtures.placeholders import resolve
from gate.fixtures.printing import print_fixture
from gate.fixtures.suite import load_suite

FIXTURE = """\
---
id: return-flow-{number}
agent: customer-support-agent
topic: Returns
dimensions: [correctness, grounding, tone]
severity: P{severity}
owner: support-ai-team
created: 2026-04-17
updated: 2026-09-30
reviewed: 2026-10-12
status: frozen
intent: ambiguity
tags: [returns, clothing, two-items]
variables: {{customerTier: gold, verified: true}}
forbidden_tools: [Cancel_Order, Cancel_Subscription]
must_not_include: ["restocking fee"]
---

## Input transcript

Turn 1 (User): I'd like to return my last order, number {number}.
Turn 2 (User): Order #{{{{testOrder.orderNumber}}}}.
Turn 3 (User): The blue scarf. I wore it once, and it is not
the colour that the picture shows.
Turn 4 (User): It didn't fit as expected.

## Expected agent behavior

Turn 1:
  - Asks for the order number, and does not invent one.
  - Tone: helpful, no apology for a normal process.

Turn 2:
  - Looks up the order and names what is in it, as the tool returned it.
  - Asks which item is meant.

Turn 3:
  - Matches "blue scarf" to an item of the order.
  - Should NOT start the return before the reason is known.

Turn 4:
  - Starts the return of the one item with the reason that the user gave.
  - Says what happens next: the label, and when the refund arrives.

## Expected tool calls

```yaml
expected_tool_calls:
  - turn: 2
    tool: Look_Up_Order
    args:
      orderNumber: "{{{{testOrder.orderNumber}}}}"
  - turn: 3
    tool: Match_Item_On_Order
    args:
      orderNumber: "{{{{testOrder.orderNumber}}}}"
      itemDescription: any
  - turn: 4
    tool: Initiate_Return
    args:
      orderNumber: "{{{{testOrder.orderNumber}}}}"
      items: any
      reason: {{one_of: [fit, size]}}
```

## Scoring rubric

- correctness (0-2): 0=wrong tool or none; 1=right tool, wrong arguments; 2=right tool, right arguments
- grounding (0-2): per standard rubric
- tone (0-2): per standard rubric

## Reference answer

Turn 1 agent: "I can help with that. What is your order number? It stands on the receipt and in the order e-mail."

Turn 2 agent: "Found {{{{testOrder.orderNumber}}}}: a blue scarf ({{{{testOrder.price}}}}) and a wool hat. Which one?"

Turn 4 agent: "The return is started. The label comes by e-mail; the refund follows within 5 days."

## Anti-patterns

- "Sure, returning your order now." without asking for the order number → correctness 0
- "I'm just a bot." - dismissive → tone 0
- "Your refund will be {{{{testOrder.price}}}} plus fees." (invented fees) → grounding 0
"""
TEST_DATA = b"testOrder:\n  orderNumber: A7842\n  price: 29.90\n"


class MemoryTree:
    """Files in a mapping."""

    def __init__(self, files: dict[str, bytes]) -> None:
        self.files = files

    def paths(self) -> Sequence[str]:
        """Every path."""
        return sorted(self.files)

    def object_id(self, path: str) -> str:
        """The path itself: nothing here changes."""
        return path

    def read(self, path: str) -> bytes:
        """A file's content."""
        return self.files[path]

    def read_many(self, paths: Iterable[str]) -> dict[str, bytes]:
        """Several files' contents."""
        return {path: self.files[path] for path in paths}


def least(run: Callable[[], object], rounds: int = 3) -> float:
    """The shortest of some runs, in seconds: what the machine can do when it is not disturbed."""
    seconds = []
    for _ in range(rounds):
        start = time.perf_counter()
        run()
        seconds.append(time.perf_counter() - start)
    return min(seconds)


def main() -> None:
    gc.set_threshold(COLLECT_EVERY)  # as the program does
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 5000
    fixtures = {
        f"fixtures/returns/{number}.md": FIXTURE.format(number=number, severity=number % 3).encode()
        for number in range(count)
    }
    tree = MemoryTree({**fixtures, "fixtures/test-data.yml": TEST_DATA})
    manifest = parse_manifest(TEST_DATA.decode(), "fixtures/test-data.yml")
    cases = [parse(data.decode(), path) for path, data in fixtures.items()]

    def yaml_only() -> None:
        for path, data in fixtures.items():
            text = decode(data, path)
            load_yaml(text.split("---")[1], path)
            load_yaml(text.split("```yaml")[1].split("```")[0], path)

    def suite() -> None:
        loaded = load_suite(tree, "fixtures", "fixtures/test-data.yml", ["customer-support-agent"])
        assert (len(loaded.cases), loaded.problems) == (count, ())

    base = least(yaml_only)
    print(f"{count} fixtures of {len(FIXTURE.splitlines())} lines")
    for name, run in {
        "decode and YAML alone": yaml_only,
        "parse": lambda: [parse(decode(data, path), path) for path, data in fixtures.items()],
        "resolve": lambda: [resolve(case, manifest) for case in cases],
        "print": lambda: [print_fixture(case) for case in cases[: count // 10]],
        "the whole suite": suite,
    }.items():
        seconds = least(run)
        print(f"  {name:24} {seconds:6.2f} s  {seconds / base:5.2f} x  {seconds / count * 1e6:6.0f} us each")


if __name__ == "__main__":
    main()
