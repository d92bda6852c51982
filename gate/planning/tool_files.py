"""The tools that a chat agent's files define: which actions its model may call, and what is wrong in the files."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from gate.documents import Document, KeyPath, load_yaml
from gate.errors import ProblemsError
from gate.model.case import Json
from gate.model.problem import Problem
from gate.planning.patterns import matches
from gate.ports import Tree

_NAME = "name"
_NO_TOOLS = "put it back; to rename or drop it, merge the change of `driver.tools` in agent-gate.yml first"


@dataclass(frozen=True, slots=True, kw_only=True)
class Tool:
    """One tool: `definition` as an endpoint takes it, `inputs` the arguments a caller has to give, where it stands."""

    name: str
    definition: Json
    inputs: tuple[str, ...] = ()
    path: str = ""
    line: int = 0


def read_tools(tree: Tree, patterns: Sequence[str]) -> tuple[tuple[Tool, ...], tuple[Problem, ...]]:
    """The tools of the files that are named or match, in their order, and everything that is wrong in the files.

    Raises what `read_many` of the tree raises.
    """
    problems: list[Problem] = []
    tools: dict[str, Tool] = {}
    paths = list(dict.fromkeys(_files(tree, patterns, problems)))
    contents = tree.read_many(paths)
    for path in paths:
        for tool in _tools(path, contents, problems):
            if tool.name in tools:
                message = f"tool {tool.name!r} is defined twice"
                problems.append(Problem(path=path, message=message, hint="keep one of the two"))
            tools[tool.name] = tool
    return tuple(tools.values()), tuple(problems)


def _files(tree: Tree, patterns: Sequence[str], problems: list[Problem]) -> Iterator[str]:
    paths = tree.paths()
    for pattern in patterns:
        found = [path for path in paths if path == pattern or matches(path, pattern)]
        if not found:
            problems.append(Problem(path=pattern, message="no file of tools is there", hint=_NO_TOOLS))
        yield from found


def _tools(path: str, contents: Mapping[str, bytes], problems: list[Problem]) -> Iterator[Tool]:
    """The tools of a file: one, a list, or a list under `tools`; each with or without `function` around it."""
    document = _document(path, contents, problems)
    if document is None:
        return
    value = document.value
    place: KeyPath = ()
    if isinstance(value, dict) and "tools" in value:
        value, place = value["tools"], ("tools",)
    items = value if isinstance(value, list) else [value]
    for index, item in enumerate(items):
        at = (*place, index) if isinstance(value, list) else place
        tool = _tool(item, path, document.line(at))
        if isinstance(tool, str):
            problems.append(_wrong(path, document, at, tool))
        else:
            yield tool


def _document(path: str, contents: Mapping[str, bytes], problems: list[Problem]) -> Document | None:
    if path not in contents:
        problems.append(Problem(path=path, message="cannot be read", hint=_NO_TOOLS))
        return None
    try:
        return load_yaml(contents[path].decode("utf-8").removeprefix("\ufeff"), path)  # JSON is YAML
    except UnicodeDecodeError:
        problems.append(Problem(path=path, message="is not UTF-8 text", hint="save it as UTF-8"))
    except ProblemsError as error:
        problems += error.problems
    return None


def _tool(item: Json, path: str, line: int) -> Tool | str:
    """The tool, or what is wrong with it."""
    if not isinstance(item, dict):
        return "is no tool definition"
    function = item.get("function", item)
    if not isinstance(function, dict):
        return "has no `name`"
    name = function.get(_NAME)
    if not isinstance(name, str) or not name:
        return "has no `name`"
    parameters = function.get("parameters", function.get("input_schema", {"type": "object", "properties": {}}))
    if not isinstance(parameters, dict):
        return "has `parameters` that are no JSON Schema"
    kept = {key: one for key, one in function.items() if key in {_NAME, "description", "strict"}}
    definition: Json = {"type": "function", "function": {**kept, "parameters": parameters}}
    return Tool(name=name, definition=definition, inputs=_required(parameters), path=path, line=line)


def _required(parameters: Mapping[str, Json]) -> tuple[str, ...]:
    required = parameters.get("required")
    return tuple(one for one in required if isinstance(one, str)) if isinstance(required, list) else ()


def _wrong(path: str, document: Document, place: KeyPath, what: str) -> Problem:
    key = ".".join(map(str, place))
    hint = 'write {"name": …, "description": …, "parameters": {…}}, alone or under "function"'
    return Problem(path=path, line=document.line(place), key=key, message=f"a tool {what}", hint=hint)
