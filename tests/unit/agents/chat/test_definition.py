import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gate.agents.chat.definition import ChatDefinition, read_definition
from gate.config import ChatDriver
from gate.model.problem import Problem
from tests.trees import DictTree

TOOL = {"name": "Find", "description": "Finds.", "parameters": {"type": "object", "properties": {}}}


def read(files: dict[str, str], *tools: str) -> tuple[ChatDefinition, tuple[Problem, ...]]:
    driver = ChatDriver(type="chat", model="m", prompt=("prompt.md", "more.md"), tools=tools)
    tree = DictTree(files)
    return read_definition(tree, driver)


PROMPT = {"prompt.md": "---\nowner: ana\n---\n\nBe kind.\n", "more.md": "Be brief.\n"}


def test_the_prompt_is_its_files_in_order_without_frontmatter() -> None:
    definition, problems = read(PROMPT)

    assert definition.system == "Be kind.\n\nBe brief."
    assert problems == ()


@pytest.mark.parametrize(
    "text",
    [
        json.dumps(TOOL),
        json.dumps([TOOL]),
        json.dumps({"tools": [{"type": "function", "function": TOOL}]}),
        "name: Find\ndescription: Finds.\ninput_schema: {type: object, properties: {}}\n",
    ],
)
def test_tools_are_taken_in_every_usual_form(text: str) -> None:
    definition, problems = read({**PROMPT, "tools/find.json": text}, "tools/*")

    assert problems == ()
    assert definition.tools == ({"type": "function", "function": TOOL},)
    assert definition.names == ("Find",)


def test_everything_that_is_wrong_is_told_at_once_with_its_place() -> None:
    files = {
        "prompt.md": "",
        "tools/a.yml": "tools:\n  - name: Find\n  - description: nameless\n  - name: Find\n    parameters: 3\n",
        "tools/b.json": '{"name": "Find", "name": "Twice"}',
        "tools/c.json": json.dumps([TOOL, TOOL]),
    }

    _, problems = read(files, "tools/*", "none/*.json")

    told = [(problem.path, problem.line, problem.message) for problem in problems]
    assert ("more.md", 0, "is not there, and the prompt is made of it") in told
    assert ("tools/a.yml", 3, "a tool has no `name`") in told
    assert ("tools/a.yml", 4, "a tool has `parameters` that are no JSON Schema") in told
    assert any(path == "tools/b.json" and "stands twice" in message for path, _, message in told)
    assert ("tools/c.json", 0, "tool 'Find' is defined twice") in told
    assert ("none/*.json", 0, "no file of tools is there") in told
    assert all(problem.hint for problem in problems)


def test_an_empty_prompt_is_a_problem() -> None:
    _, problems = read({"prompt.md": "---\na: b\n---\n", "more.md": "\n"})

    assert [problem.message for problem in problems] == ["the system prompt is empty"]


@given(st.text(max_size=80), st.text(max_size=80))
def test_no_file_breaks_it(prompt: str, tools: str) -> None:
    text = prompt.encode("utf-8", "replace").decode(), tools.encode("utf-8", "replace").decode()
    read({"prompt.md": text[0], "more.md": "x", "t.json": text[1]}, "t.json")
