"""What a chat agent is made of: its system prompt and its tools, read from one side's files. Pure."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from gate.config import ChatDriver
from gate.documents import Document, load_yaml
from gate.errors import ProblemsError
from gate.model.case import Json
from gate.model.problem import Problem
from gate.planning.patterns import matches
from gate.ports import Tree

_NAME = "name"
_MISSING = "put it back; to rename it, merge its new name in `driver.prompt` of agent-gate.yml first, then the file's"
_NO_TOOLS = "put it back; to rename or drop it, merge the change of `driver.tools` in agent-gate.yml first"


@dataclass(frozen=True, slots=True, kw_only=True)
class ChatDefinition:
    """The system prompt, and the tools as the endpoint takes them; `tools` holds their names in order."""

    system: str
    tools: tuple[Json, ...] = ()
    names: tuple[str, ...] = ()


def read_definition(tree: Tree, driver: ChatDriver) -> tuple[ChatDefinition, tuple[Problem, ...]]:
    """One side's definition, and everything that is wrong in its files."""
    problems: list[Problem] = []
    system = "\n\n".join(filter(None, (_prompt(tree, path, problems) for path in driver.prompt)))
    tools: dict[str, Json] = {}
    for path in _files(tree, driver.tools, problems):
        for tool in _tools(tree, path, problems):
            name = _name_of(tool)
            if name in tools:
                problems.append(
                    Problem(path=path, message=f"tool {name!r} is defined twice", hint="keep one of the two")
                )
            tools[name] = tool
    if not system and not problems:
        problems.append(Problem(path=driver.prompt[0], message="the system prompt is empty", hint="write one"))
    return ChatDefinition(system=system, tools=tuple(tools.values()), names=tuple(tools)), tuple(problems)


def _prompt(tree: Tree, path: str, problems: list[Problem]) -> str:
    text = _text(tree, path, problems)
    lines = text.splitlines()
    if lines and lines[0].rstrip() == "---":
        end = next((number for number, line in enumerate(lines[1:], start=1) if line.rstrip() == "---"), 0)
        lines = lines[end + 1 :] if end else lines
    return "\n".join(lines).strip()


def _files(tree: Tree, patterns: Sequence[str], problems: list[Problem]) -> Iterator[str]:
    paths = tree.paths()
    for pattern in patterns:
        found = [path for path in paths if path == pattern or matches(path, pattern)]
        if not found:
            problems.append(Problem(path=pattern, message="no file of tools is there", hint=_NO_TOOLS))
        yield from found


def _text(tree: Tree, path: str, problems: list[Problem]) -> str:
    try:
        return tree.read(path).decode("utf-8").removeprefix("\ufeff")
    except KeyError:
        problems.append(Problem(path=path, message="is not there, and the prompt is made of it", hint=_MISSING))
    except UnicodeDecodeError:
        problems.append(Problem(path=path, message="is not UTF-8 text", hint="save it as UTF-8"))
    return ""


def _tools(tree: Tree, path: str, problems: list[Problem]) -> Iterator[Json]:
    """The tools of a file: one, a list, or a list under `tools`; each with or without `function` around it."""
    text = _text(tree, path, problems)
    try:
        document = load_yaml(text, path)  # JSON is YAML
    except ProblemsError as error:
        problems += error.problems
        return
    value = document.value
    place: tuple[str | int, ...] = ()
    if isinstance(value, dict) and "tools" in value:
        value, place = value["tools"], ("tools",)
    items = value if isinstance(value, list) else [value]
    for index, item in enumerate(items):
        at = (*place, index) if isinstance(value, list) else place
        tool = _tool(item)
        if isinstance(tool, str):
            problems.append(_wrong(path, document, at, tool))
        else:
            yield tool


def _tool(item: Json) -> Json | str:
    """The tool as the endpoint takes it, or what is wrong with it."""
    if not isinstance(item, dict):
        return "is no tool definition"
    function = item.get("function", item)
    if not isinstance(function, dict) or not isinstance(function.get(_NAME), str) or not function[_NAME]:
        return "has no `name`"
    parameters = function.get("parameters", function.get("input_schema", {"type": "object", "properties": {}}))
    if not isinstance(parameters, dict):
        return "has `parameters` that are no JSON Schema"
    kept = {key: one for key, one in function.items() if key in {_NAME, "description", "strict"}}
    return {"type": "function", "function": {**kept, "parameters": parameters}}


def _name_of(tool: Json) -> str:
    function = tool.get("function") if isinstance(tool, dict) else None
    return str(function[_NAME]) if isinstance(function, dict) else ""


def _wrong(path: str, document: Document, place: tuple[str | int, ...], what: str) -> Problem:
    key = ".".join(map(str, place))
    hint = 'write {"name": …, "description": …, "parameters": {…}}, alone or under "function"'
    return Problem(path=path, line=document.line(place), key=key, message=f"a tool {what}", hint=hint)
