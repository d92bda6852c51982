"""Agents that are prompt files in folders: which there are, and which files are their topics and actions.

A folder `prompts` belongs to the agent that the folder around it is named for, and so does a file such as `system.md`;
each file is a topic, apart from those whose names say that they hold for the whole agent. Folders `tools`, `actions` or
`functions` beside it hold actions.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import PurePosixPath

from gate.model.agent_map import MappedAction, MappedTopic
from gate.planning.outline import Outline
from gate.planning.patterns import matches, within, within_any
from gate.planning.prompt_file import PROMPT_SUFFIXES
from gate.scaffold.naming import kebab, unused

PROMPT_FOLDERS = frozenset({"prompt", "prompts"})
ACTION_FOLDERS = frozenset({"actions", "functions", "tools"})
_OWN_SUFFIXES = (".prompt", ".prompty", ".prompt.md")
_OWN_NAMES = frozenset({"prompt", "system", "system-prompt", "system_prompt"})
"""Names of files that tell a prompt wherever it lies."""
_WHOLE = _OWN_NAMES | {
    "agent", "base", "common", "default", "global", "index", "instructions", "main", "persona", "shared",
}  # fmt: skip
"""Names of files that hold for every topic."""
_TOOL_SUFFIXES = (".json", ".yaml", ".yml")
_SKIPPED = frozenset({"docs", "examples", "fixtures", "node_modules", "test", "tests", "vendor"})


def prompt_outlines(paths: Iterable[str], sources: Sequence[str], repository: str) -> tuple[Outline, ...]:
    """The agents of prompt files, by name.

    `sources` are folders of which each is one agent; () = look for folders and files named as prompts are.
    `repository` names an agent whose prompts lie at the top.
    """
    known = sorted(paths)
    homes = _given(known, sources) if sources else _found(known)
    outlines: dict[str, Outline] = {}
    for home, files in sorted(homes.items()):
        name = unused(kebab(PurePosixPath(home).name or repository) or "agent", outlines)
        outlines[name] = _outline(name, home, files, [path for path in known if _is_action(path, home)])
    return tuple(outlines[name] for name in sorted(outlines))


def chat_files(paths: Iterable[str], outline: Outline) -> tuple[list[str], list[str]]:
    """What the driver `chat` can be given of an agent: its prompt files, those for every topic first, and its tools."""
    home = outline.source[0] if len(outline.source) == 1 else ""
    own = [path for path in sorted(paths) if within_any(path, outline.source)]
    prompts = [path for path in own if _is_prompt(path) and not _is_action(path, home)]
    tools = [path for path in own if path.lower().endswith(_TOOL_SUFFIXES) and _holds_tools(path, home)]
    return sorted(prompts, key=lambda path: not _is_whole(path)), tools


def _is_whole(path: str) -> bool:
    return _stem(PurePosixPath(path).name).lower() in _WHOLE


def _holds_tools(path: str, home: str) -> bool:
    return _is_action(path, home) or _stem(PurePosixPath(path).name).lower() in ACTION_FOLDERS


def unnamed_parts(paths: Iterable[str], configured: Sequence[Outline]) -> tuple[str, ...]:
    """What `agent-gate.yml` does not name of its agents of prompt files, though it looks like a topic or an action.

    Each is an entry to write: `agents.shop.topics.refunds: [prompts/refunds.md]`.
    """
    agents = [agent for agent in configured if agent.topic_patterns or agent.action_patterns]
    known = [pattern for agent in agents for named in _entries(agent) for pattern in named.patterns]
    return tuple(
        f"agents.{agent.name}.{named.key}.{named.name}: [{', '.join(named.patterns)}]"
        for found in prompt_outlines(paths, (), "")
        for named in _entries(found)
        if not any(matches(path, pattern) for path in named.patterns for pattern in known)
        for agent in agents
        if all(within_any(path, agent.source) for path in named.patterns)
    )


@dataclass(frozen=True, slots=True)
class _Entry:
    key: str
    name: str
    patterns: tuple[str, ...]


def _entries(outline: Outline) -> Iterator[_Entry]:
    for key, named in (("topics", outline.topic_patterns), ("actions", outline.action_patterns)):
        yield from (_Entry(key, name, patterns) for name, patterns in named.items())


def _given(paths: Sequence[str], sources: Sequence[str]) -> Mapping[str, list[str]]:
    homes: dict[str, list[str]] = {}
    for source in sources:
        home = str(PurePosixPath(source))
        own = [path for path in paths if within(path, home) and _is_prompt(path) and not _is_action(path, home)]
        if own:
            homes["" if home == "." else home] = own
    return homes


def _found(paths: Sequence[str]) -> Mapping[str, list[str]]:
    homes: defaultdict[str, list[str]] = defaultdict(list)
    for path in paths:
        folders = PurePosixPath(path).parts[:-1]
        if any(folder.startswith(".") or folder in _SKIPPED for folder in folders):
            continue
        depth = next((number for number, folder in enumerate(folders) if folder.lower() in PROMPT_FOLDERS), None)
        if depth is not None and _is_prompt(path):
            homes["/".join(folders[:depth])].append(path)
        elif path.lower().endswith(_OWN_SUFFIXES) or (_is_prompt(path) and _is_named_prompt(path)):
            homes["/".join(folders)].append(path)
    return homes


def _is_prompt(path: str) -> bool:
    return path.lower().endswith(PROMPT_SUFFIXES) and not path.lower().endswith("readme.md")


def _is_named_prompt(path: str) -> bool:
    return _stem(PurePosixPath(path).name).lower() in _OWN_NAMES


def _is_action(path: str, home: str) -> bool:
    parts = _below(path, home)
    return len(parts) > 1 and parts[0].lower() in ACTION_FOLDERS and not parts[-1].startswith((".", "_"))


def _below(path: str, home: str) -> tuple[str, ...]:
    if not home or home == ".":
        return PurePosixPath(path).parts
    return PurePosixPath(path).relative_to(home).parts if within(path, home) else ()


def _outline(name: str, home: str, files: Sequence[str], actions: Sequence[str]) -> Outline:
    topic_patterns = _patterns(_topics(files, home))
    action_patterns = _patterns((_stem(_below(path, home)[1]), path) for path in actions)
    whole = sorted({_below(path, home)[0] for path in (*files, *actions)})
    return Outline(
        name=name,
        source=(home,) if home else tuple(whole),
        topics=tuple(MappedTopic(name=name) for name in topic_patterns),
        actions=tuple(MappedAction(name=name) for name in action_patterns),
        topic_patterns=topic_patterns,
        action_patterns=action_patterns,
    )


def _topics(files: Sequence[str], home: str) -> Iterator[tuple[str, str]]:
    for path in files:
        parts = list(_below(path, home))
        inside = parts[1:] if len(parts) > 1 and parts[0].lower() in PROMPT_FOLDERS else parts
        name = _stem(inside[0])
        if name and name.lower() not in _WHOLE:
            yield name, path


def _stem(part: str) -> str:
    return part.partition(".")[0]


def _patterns(named: Iterable[tuple[str, str]]) -> dict[str, tuple[str, ...]]:
    found: defaultdict[str, list[str]] = defaultdict(list)
    for name, path in named:
        found[name].append(path)
    return {name: tuple(paths) for name, paths in sorted(found.items())}
