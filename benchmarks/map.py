"""Reads the map of a large project on both sides of a change and compares: `python benchmarks/map.py [files] [agents]`.

Every number is of one process: seconds of wall clock, and the peak of its resident memory.
"""

import resource
import sys
import time
from collections.abc import Iterable, Mapping, Sequence

from gate.repository.objects import blob_id
from gate.salesforce.difference import diff_maps
from gate.salesforce.reading import read_map
from gate.salesforce.sources import Known

CHANGED = 10
TOPICS = 12
ACTIONS = 6


class MemoryTree:
    """A tree that makes its files up when they are read, so that what is measured is the map."""

    def __init__(self, files: Mapping[str, tuple[str, int]], edited: frozenset[str] = frozenset()) -> None:
        self.files = files
        self.edited = edited
        self.sorted = sorted(files)

    def paths(self) -> Sequence[str]:
        """Every path, sorted."""
        return self.sorted

    def object_id(self, path: str) -> str:
        """An identifier that differs on the edited side."""
        return blob_id(f"{path} {path in self.edited}".encode())

    def read(self, path: str) -> bytes:
        """The made-up content."""
        kind, number = self.files[path]
        return CONTENT[kind](number, "// edited\nint x;" if path in self.edited else "").encode()

    def read_many(self, paths: Iterable[str]) -> dict[str, bytes]:
        """Several of them."""
        return {path: self.read(path) for path in paths if path in self.files}


def script(number: int, edit: str) -> str:
    lines = ["config:", f'  developer_name: "Agent_{number}"', "start_agent Router:", '  description: "Routes"']
    for topic in range(TOPICS):
        lines += [
            f"subagent Topic_{topic}:",
            f'  description: "Topic {topic}{bool(edit) and topic == 3}"',
            "  actions:",
        ]
        for action in range(ACTIONS):
            target = number * TOPICS * ACTIONS + topic * ACTIONS + action
            kind = "apex://Class_" if action % 2 else "flow://Flow_"
            lines += [f"    Do_{action}:", f'      description: "Does {action}"', f'      target: "{kind}{target}"']
        lines += ["  reasoning:", "    instructions: ->"]
        lines += [f"      | Line {line} of what to do with {{!@actions.do_{line % ACTIONS}}}." for line in range(30)]
        lines += ["    actions:"]
        lines += [f"      do_{action}: @actions.Do_{action}\n        with a = ..." for action in range(ACTIONS)]
    return "\n".join(lines) + "\n"


def apex(number: int, edit: str) -> str:
    body = "\n".join(f"    String field{line} = Helper.text('value {line}'); // note" for line in range(120))
    used = f"    Class_{number + 1} next;" if number % 5 else ""  # chains of five classes
    return f"public class Class_{number} {{\n{edit}\n{used}\n{body}\n}}\n"


def flow(number: int, edit: str) -> str:
    steps = "".join(
        f"<actionCalls><name>a{step}</name><label>A</label><actionName>Class_{number}</actionName>"
        f"<actionType>apex</actionType></actionCalls>"
        for step in range(20)
    )
    return f'<?xml version="1.0"?>\n<Flow>{steps}<apiVersion>6{len(edit)}</apiVersion></Flow>\n'


def field(number: int, edit: str) -> str:
    return f"<CustomField><fullName>F{number}__c</fullName><type>Text{len(edit)}</type></CustomField>\n"


def project(_: int, edit: str) -> str:
    return '{"packageDirectories": [{"path": "force-app"}]}' + (edit and "\n")


CONTENT = {"script": script, "apex": apex, "flow": flow, "field": field, "project": project}


def large_project(files: int, agents: int) -> dict[str, tuple[str, int]]:
    main = "force-app/main/default"
    found: dict[str, tuple[str, int]] = {"sfdx-project.json": ("project", 0)}
    for number in range(agents):
        found[f"{main}/aiAuthoringBundles/Agent_{number}/Agent_{number}.agent"] = ("script", number)
    for number in range((files - len(found)) // 3):
        found[f"{main}/classes/Class_{number}.cls"] = ("apex", number)
        found[f"{main}/flows/Flow_{number}.flow-meta.xml"] = ("flow", number)
        found[f"{main}/objects/Thing{number % 200}__c/fields/F{number}__c.field-meta.xml"] = ("field", number)
    return found


def main() -> None:
    given = [int(text) for text in sys.argv[1:]]
    files, agents = (*given, *(20_000, 5)[len(given) :])
    made = large_project(files, agents)
    backing = [path for path in sorted(made) if made[path][0] in {"apex", "flow"} and made[path][1] < agents * 72]
    edited = frozenset([*backing[:: max(1, len(backing) // (CHANGED - 1))][: CHANGED - 1], next(iter(sorted(made)))])
    base_tree, head_tree = MemoryTree(made), MemoryTree(made, edited)
    known = Known()
    started = time.perf_counter()
    base = read_map(base_tree, known=known)
    first = time.perf_counter()
    head = read_map(head_tree, known=known)
    second = time.perf_counter()
    diff = diff_maps(base, head)
    ended = time.perf_counter()
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"{len(made)} files, {agents} agents, {len(base.files)} of them read, {len(edited)} changed")
    print(f"base {first - started:.2f} s, head {second - first:.2f} s, compare {ended - second:.2f} s")
    print(f"whole {ended - started:.2f} s, peak {peak:.0f} MB, {len(diff.agents)} agents affected")


if __name__ == "__main__":
    main()
