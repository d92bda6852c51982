"""Prompt files with frontmatter: which part of one changed in meaning."""

from dataclasses import dataclass
from typing import Literal

from gate.documents import load_yaml
from gate.errors import ProblemsError
from gate.model.case import Json

PROMPT_SUFFIXES = (".md", ".mdx", ".markdown", ".txt", ".prompt", ".prompty")
RECORD_KEEPING = frozenset(
    {
        "author", "authors", "owner", "owners", "reviewer", "reviewers", "created", "updated", "reviewed",
        "last_updated", "last_reviewed", "changelog", "ticket", "jira",
    }
)  # fmt: skip
"""Frontmatter keys that say who and when. Any other key (`description`, `model`, `tools` …) may steer the agent."""

Part = Literal["frontmatter", "text", "nothing"]


@dataclass(frozen=True, slots=True)
class _Prompt:
    steering: Json
    text: str


def changed_part(base: bytes, head: bytes) -> Part:
    """What differs in meaning between two versions of a prompt file.

    Line endings, whitespace at the end of lines and of the file, and the keys of `RECORD_KEEPING` mean nothing.
    Frontmatter goes before text when both changed: it is what an agent chooses the prompt by.
    """
    before, after = _read(base), _read(head)
    if before.steering != after.steering:
        return "frontmatter"
    return "text" if before.text != after.text else "nothing"


def _read(content: bytes) -> _Prompt:
    lines = [line.rstrip() for line in content.decode("utf-8", "surrogateescape").removeprefix("\ufeff").splitlines()]
    if lines and lines[0] == "---" and "---" in lines[1:]:
        end = lines.index("---", 1)
        try:
            value = load_yaml("\n".join(lines[1:end]), "prompt").value
        except ProblemsError:
            return _Prompt(None, _text(lines))
        if isinstance(value, dict):
            kept: dict[str, Json] = {key: item for key, item in value.items() if key.lower() not in RECORD_KEEPING}
            return _Prompt(kept, _text(lines[end + 1 :]))
    return _Prompt(None, _text(lines))


def _text(lines: list[str]) -> str:
    return "\n".join(lines).strip("\n")
