"""What holds for every script: layout says nothing, and an edit stays where it was made."""

import re
from collections.abc import Callable, Sequence
from random import Random

from hypothesis import given
from hypothesis import strategies as st

from gate.model.agent_map import AgentMap
from gate.salesforce.difference import diff_maps
from gate.salesforce.reading import read_map
from tests.projects import difference, path_of, project, with_file
from tests.trees import DictTree

HARBOR = project("harbor")
PATH = path_of(HARBOR, "Harbor_Care/Harbor_Care.agent")

NAME = st.from_regex(r"[A-Z][a-z]{2,8}_[a-z]{2,8}", fullmatch=True)
WORDS = st.lists(st.sampled_from(["return", "order", "ask", "never", "#1", 'say "yes"', "a: b", "- item"]), min_size=1)
TEXT = WORDS.map(" ".join)


@st.composite
def topics(draw: st.DrawFn, name: str) -> list[str]:
    """One topic as lines, indented by two."""
    actions = draw(st.lists(NAME, max_size=3, unique=True))
    lines = [f"subagent {name}:", f'  description: "about {name}"', '  label: "shown"']
    if actions:
        lines.append("  actions:")
        for action in actions:
            lines += [f"    {action}:", f'      description: "does {action}"', f'      target: "flow://{action}"']
    lines += ["  reasoning:", "    instructions: ->"]
    lines += [f"      | {draw(TEXT)}" for _ in range(draw(st.integers(1, 3)))]
    if actions:
        lines.append("    actions:")
        for action in actions:
            lines += [f"      call_{action}: @actions.{action}", "        with a = ...", '        with b = "x"']
    return lines


@st.composite
def scripts(draw: st.DrawFn) -> list[list[str]]:
    """A script as its blocks; each block is a list of lines."""
    names = draw(st.lists(NAME, min_size=2, max_size=4, unique=True))
    head = [
        ["system:", f'  instructions: "{draw(st.sampled_from(["Help.", "Be kind."]))}"'],
        ["config:", '  developer_name: "Any"'],
        ["variables:", '  one: mutable string = ""', "  two: mutable number = 0"],
        ["start_agent Router:", '  description: "routes"'],
    ]
    return head + [draw(topics(name)) for name in names]


def read(blocks: list[list[str]]) -> AgentMap:
    text = "\n".join(line for block in blocks for line in block) + "\n"
    return read_map(DictTree({"any.agent": text}))


@given(scripts())
def test_equal_scripts_differ_in_nothing(blocks: list[list[str]]) -> None:
    found = diff_maps(read(blocks), read(blocks))
    assert found.agents == ()
    assert found.effects == {}


@given(scripts(), st.randoms(use_true_random=False))
def test_the_order_of_blocks_affects_nothing(blocks: list[list[str]], random: Random) -> None:
    shuffled = list(blocks)
    random.shuffle(shuffled)
    assert diff_maps(read(blocks), read(shuffled)).agents == ()


def _spaced(line: str) -> str:
    return line + "   "


def _widened(line: str) -> str:
    return re.sub(r"^( *)", lambda match: match[1] * 2, line)


def _commented(line: str) -> str:
    return line if "|" in line else f"{line}  # why"


@given(scripts(), st.sampled_from([_spaced, _widened, _commented]))
def test_whitespace_and_comments_affect_nothing(blocks: list[list[str]], edit: Callable[[str], str]) -> None:
    assert diff_maps(read(blocks), read([[edit(line) for line in block] for block in blocks])).agents == ()


@given(scripts(), st.data())
def test_blank_lines_and_labels_affect_nothing(blocks: list[list[str]], data: st.DataObject) -> None:
    head = [
        [part for line in block for part in (line.replace('"shown"', '"Shown."'), *[""] * data.draw(st.integers(0, 1)))]
        for block in blocks
    ]
    assert diff_maps(read(blocks), read(head)).agents == ()


@given(scripts(), st.data())
def test_an_edit_of_the_instructions_of_one_topic_affects_that_topic_only(
    blocks: list[list[str]], data: st.DataObject
) -> None:
    number = data.draw(st.integers(4, len(blocks) - 1))
    head = [list(block) for block in blocks]
    line = next(index for index, text in enumerate(head[number]) if "| " in text)
    head[number][line] += " more"
    (diff,) = diff_maps(read(blocks), read(head)).agents
    name = blocks[number][0].split()[1].rstrip(":")
    assert (diff.whole, diff.routing, tuple(diff.topics), diff.actions) == ((), (), (name,), ())


@given(scripts(), st.data())
def test_an_edit_of_any_line_that_is_not_layout_affects_something(blocks: list[list[str]], data: st.DataObject) -> None:
    quoted = [(i, j) for i, block in enumerate(blocks) for j, line in enumerate(block) if '"' in line]
    i, j = data.draw(st.sampled_from([(i, j) for i, j in quoted if "label" not in blocks[i][j]]))
    head = [list(block) for block in blocks]
    head[i][j] = head[i][j].replace('"', '"changed ', 1)
    assert diff_maps(read(blocks), read(head)).agents != ()


@given(st.binary(max_size=400) | st.text(max_size=400).map(str.encode))
def test_no_script_is_a_crash(content: bytes) -> None:
    found = read_map(DictTree({"x/aiAuthoringBundles/Any/Any.agent": content}))
    assert len(found.agents) == 1


@given(st.binary(max_size=300), st.sampled_from([path for path in HARBOR.paths() if path.endswith((".xml", ".cls"))]))
def test_no_metadata_is_a_crash_and_no_change_of_it_is_missed(content: bytes, path: str) -> None:
    found = difference(HARBOR, with_file(HARBOR, path, content))
    assert path in found.effects or path.endswith("Unrelated.cls")


class UnsortedTree(DictTree):
    def paths(self) -> Sequence[str]:
        return tuple(self.files)


@given(st.permutations(list(HARBOR.files)))
def test_the_order_of_files_is_irrelevant(order: list[str]) -> None:
    assert read_map(UnsortedTree({path: HARBOR.files[path] for path in order})) == read_map(HARBOR)
