"""The meaning of a piece of script as text: equal for equal meaning, whatever the layout, labels and order of keys."""

import re
from collections.abc import Iterable, Sequence

from gate.salesforce.script.outline import Entry, TextLine

LABELS = frozenset({"label", "agent_label", "progress_indicator_message"})
"""Keys whose text people see and the model does not."""

_TOKEN = re.compile(r'"(?:\\.|[^"\\])*"?|\w+|[^\s\w]')
_KEY = re.compile(
    r'(?P<key>"[^"]*"|\w[\w.-]*)(?:[ \t]+(?P<name>"[^"]*"|\w[\w.-]*))?[ \t]*:[ \t]*(?P<value>.*)', re.DOTALL
)
_STATEMENTS = frozenset({"if", "elif", "else", "set", "run", "with", "transition", "available"})
_FREE = frozenset({"with", "available"})  # statements whose order says nothing


def key_of(entry: Entry) -> tuple[str, str, str] | None:
    """Key, instance name and value of a `key: value` or `kind name: value` line; None for a statement."""
    match = _KEY.fullmatch(entry.code)
    if match is None:
        return None
    key, name = match["key"].strip('"'), (match["name"] or "").strip('"')
    if key == "else" or (key in _STATEMENTS and name):
        return None
    return key, name, match["value"]


def word_of(entry: Entry) -> str:
    """The first word of a line: which statement it is."""
    return entry.code.split(maxsplit=1)[0] if entry.code else ""


def is_label(entry: Entry) -> bool:
    """Whether a line only gives something a display name."""
    parts = key_of(entry)
    if parts is None or parts[0] not in LABELS or parts[1]:
        return False
    return parts[2].startswith('"') or entry.text is not None


def meaning(entry: Entry) -> str:
    """The meaning of one line with everything beneath it, without the lines that are labels."""
    head = " ".join(_TOKEN.findall(entry.code))
    beneath = meanings(entry.children)
    return head + _template(entry.text or ()) + (f"{{\n{beneath}\n}}" if beneath else "")


def meanings(entries: Iterable[Entry]) -> str:
    """The meaning of several lines: leading keys and bindings sorted, statements in their order."""
    kept = [entry for entry in entries if not is_label(entry)]
    free = 0
    while free < len(kept) and _is_free(kept[free]):
        free += 1
    return "\n".join(sorted(map(meaning, kept[:free])) + [meaning(entry) for entry in kept[free:]])


def string_of(entry: Entry) -> str:
    """The text a key gives: its quoted string, or the lines of its template."""
    parts = key_of(entry)
    if entry.text is not None:
        return "\n".join(item.text for item in entry.text)
    value = parts[2].strip() if parts else ""
    if len(value) >= 2 and value[0] == value[-1] == '"':
        return re.sub(r"\\(.)", r"\1", value[1:-1])
    return value


def _is_free(entry: Entry) -> bool:
    return key_of(entry) is not None or word_of(entry) in _FREE


def _template(lines: Sequence[TextLine]) -> str:
    """Template lines with their indentation as a rank, so that re-indenting the whole changes nothing."""
    result: list[str] = []
    ranks: list[int] = []
    for indent, text, _ in lines:
        while ranks and ranks[-1] > indent:
            ranks.pop()
        if indent >= 0 and (not ranks or ranks[-1] < indent):
            ranks.append(indent)
        result.append(f"\n{max(len(ranks) - 1, 0)}|{text}")
    return "".join(result)
