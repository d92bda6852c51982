"""The comment command `/accept-baseline [case …] reason: …`, and the labels that ask for the same."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from gate.reports.escape import clip, code, one_line

COMMAND = "/accept-baseline"
LABELS = frozenset({"accept-baseline", COMMAND})
"""Both spellings of the label."""
MOST_REASON = 500
"""Characters of a reason."""
EXAMPLE = f"`{COMMAND} first-case second-case reason: why it may stay`"

_LINE_END = re.compile(r"\r\n|\n|\r")
_FENCE = re.compile(r"\s*(?:(?:[-*+]|\d{1,9}[.)])\s+)*(`{3,}|~{3,})")
_QUOTE = re.compile(r"\s*>")
_REASON = re.compile(r"(?:^|(?<=[ \t,]))reason:", re.IGNORECASE)
_SEPARATOR = re.compile(r"[ \t,]+")
_CASE = re.compile(r"(?:[A-Za-z0-9][A-Za-z0-9_.-]*/)?[a-z0-9]+(?:-[a-z0-9]+)*\Z")


@dataclass(frozen=True, slots=True, kw_only=True)
class Command:
    """What a comment asks for. `cases` are ids or `agent/id` in the order given; none named = everything shown."""

    cases: tuple[str, ...]
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Malformed:
    """A comment that means the command and cannot be followed; `text` says why, as markdown."""

    text: str


def parse_command(body: str) -> Command | Malformed | None:
    """The command of a comment; None when it holds none.

    A command begins its line. Lines in a quotation, a code block or a hidden HTML comment are none: whoever quotes a
    command does not give it.
    """
    lines = [line for line in _own_lines(body) if _is_command(line)]
    if not lines:
        return None
    if len(lines) > 1:
        return Malformed(text=f"the comment holds {len(lines)} commands; write one command a comment, as in {EXAMPLE}")
    return _parse(lines[0].removeprefix(COMMAND))


def _is_command(line: str) -> bool:
    return line == COMMAND or line.startswith((f"{COMMAND} ", f"{COMMAND}\t"))


def _parse(rest: str) -> Command | Malformed:
    found = _REASON.search(rest)
    if found is None:
        return Malformed(text=f"a reason is missing; write it at the end, as in {EXAMPLE}")
    reason = one_line(rest[found.end() :])
    if not reason:
        return Malformed(text=f"the reason is empty; say why the new results may stay, as in {EXAMPLE}")
    if len(reason) > MOST_REASON:
        return Malformed(text=f"the reason has {len(reason)} characters; {MOST_REASON} are kept, say it shorter")
    words = [word.strip("`") for word in _SEPARATOR.split(rest[: found.start()]) if word.strip("`")]
    wrong = [word for word in words if not _CASE.match(word)]
    if wrong:
        shown = ", ".join(code(clip(word, 60)) for word in wrong[:5])
        return Malformed(text=f"no case is called {shown}; name cases as the report does, as in {EXAMPLE}")
    return Command(cases=tuple(dict.fromkeys(words)), reason=reason)


def _own_lines(body: str) -> Iterator[str]:
    """The lines a person wrote to be read as said: outside of quotations, code blocks and HTML comments."""
    fence = ""
    hidden = quoted = False
    for line in _LINE_END.split(body):
        if fence:
            fence = "" if _closes(line, fence) else fence
        elif hidden:
            hidden = "-->" not in line
        elif found := _FENCE.match(line):
            fence = found[1]
        elif line.strip() and not (quoted := quoted or _QUOTE.match(line) is not None):
            hidden = _leaves_open(line)
            yield line
        elif not line.strip():
            quoted = False  # a line right below a quotation still belongs to it


def _closes(line: str, fence: str) -> bool:
    marks = line.strip()
    return len(marks) >= len(fence) and not marks.strip(fence[0])


def _leaves_open(line: str) -> bool:
    return line.rfind("<!--") > line.rfind("-->")
