"""What a chat agent is made of: its system prompt and its tools, read from one side's files. Pure."""

from dataclasses import dataclass

from gate.config import ChatDriver
from gate.model.case import Json
from gate.model.problem import Problem
from gate.planning.tool_files import read_tools
from gate.ports import Tree

_MISSING = "put it back; to rename it, merge its new name in `driver.prompt` of agent-gate.yml first, then the file's"


@dataclass(frozen=True, slots=True, kw_only=True)
class ChatDefinition:
    """The system prompt, and the tools as the endpoint takes them; `names` holds their names in order."""

    system: str
    tools: tuple[Json, ...] = ()
    names: tuple[str, ...] = ()


def read_definition(tree: Tree, driver: ChatDriver) -> tuple[ChatDefinition, tuple[Problem, ...]]:
    """One side's definition, and everything that is wrong in its files."""
    problems: list[Problem] = []
    system = "\n\n".join(filter(None, (_prompt(tree, path, problems) for path in driver.prompt)))
    tools, wrong = read_tools(tree, driver.tools)
    problems += wrong
    if not system and not problems:
        problems.append(Problem(path=driver.prompt[0], message="the system prompt is empty", hint="write one"))
    definition = ChatDefinition(
        system=system, tools=tuple(tool.definition for tool in tools), names=tuple(tool.name for tool in tools)
    )
    return definition, tuple(problems)


def _prompt(tree: Tree, path: str, problems: list[Problem]) -> str:
    text = _text(tree, path, problems)
    lines = text.splitlines()
    if lines and lines[0].rstrip() == "---":
        end = next((number for number, line in enumerate(lines[1:], start=1) if line.rstrip() == "---"), 0)
        lines = lines[end + 1 :] if end else lines
    return "\n".join(lines).strip()


def _text(tree: Tree, path: str, problems: list[Problem]) -> str:
    try:
        return tree.read(path).decode("utf-8").removeprefix("\ufeff")
    except KeyError:
        problems.append(Problem(path=path, message="is not there, and the prompt is made of it", hint=_MISSING))
    except UnicodeDecodeError:
        problems.append(Problem(path=path, message="is not UTF-8 text", hint="save it as UTF-8"))
    return ""
