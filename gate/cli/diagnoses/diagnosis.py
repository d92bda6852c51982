"""One thing the doctor has looked at: fine, a problem with its remedy, or unknown and why."""

from dataclasses import dataclass
from typing import Literal

from gate.errors import GateError, ProblemsError

State = Literal["fine", "problem", "unknown"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Diagnosis:
    """What was looked at, how it is, in words, and the one remedy of a problem."""

    about: str
    state: State
    says: str
    remedy: str = ""


def fine(about: str, says: str) -> Diagnosis:
    """Nothing to do."""
    return Diagnosis(about=about, state="fine", says=says)


def problem(about: str, says: str, remedy: str) -> Diagnosis:
    """Something to do."""
    return Diagnosis(about=about, state="problem", says=says, remedy=remedy)


def unknown(about: str, says: str) -> Diagnosis:
    """Could not be looked at."""
    return Diagnosis(about=about, state="unknown", says=says)


def problem_of(about: str, error: GateError) -> Diagnosis:
    """A problem in the words of an error; of several in one file the first, and how many more there are."""
    if not isinstance(error, ProblemsError):
        return problem(about, error.message, error.hint)
    first, *others = error.problems
    more = f" (and {len(others)} more)" if others else ""
    return problem(about, f"{first.path}:{first.line}: {first.message}{more}", first.hint or error.hint)
