"""What is wrong in a file the user wrote, where, and what to do about it."""

from dataclasses import dataclass
from enum import StrEnum


class ProblemLevel(StrEnum):
    """An error stops the command with exit code 2; a warning is only said."""

    ERROR = "error"
    WARNING = "warning"


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """One thing wrong: `path` as the user knows it, `line` from 1 (0 = the whole file), `key` dotted."""

    path: str
    message: str
    hint: str = ""
    line: int = 0
    key: str = ""
    level: ProblemLevel = ProblemLevel.ERROR

    def __str__(self) -> str:
        where = f"{self.path}:{self.line}" if self.line else self.path
        key = f" [{self.key}]" if self.key else ""
        hint = f"\n  → {self.hint}" if self.hint else ""
        return f"{where}: {self.level}:{key} {self.message}{hint}"
