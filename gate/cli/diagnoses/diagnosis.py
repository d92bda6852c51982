"""One thing the doctor has looked at: fine, a problem with its remedy, or unknown and why."""

from dataclasses import dataclass
from typing import Literal

from gate.errors import GateError, ProblemsError

LONGEST_SECONDS = 60.0
"""How long one agent or judge may take to let the gate in."""
NOT_LET_IN = frozenset({401, 403})
"""Statuses that say the key is not taken."""

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


def unknown(about: str, says: str, remedy: str = "") -> Diagnosis:
    """Could not be looked at; `remedy` makes that it can."""
    return Diagnosis(about=about, state="unknown", says=says, remedy=remedy)


def problem_of(about: str, error: GateError) -> Diagnosis:
    """A problem in the words of an error; of several in one file the first, and how many more there are."""
    if not isinstance(error, ProblemsError):
        return problem(about, error.message, error.hint)
    first, *others = error.problems
    more = f" (and {len(others)} more)" if others else ""
    return problem(about, f"{first.path}:{first.line}: {first.message}{more}", first.hint or error.hint)


def not_let_in(about: str, error: GateError | TimeoutError) -> Diagnosis:
    """The problem of a service that could not be connected to."""
    remedy = "see whether the address is right and can be reached from here"
    if isinstance(error, TimeoutError):
        return problem(about, f"did not answer within {LONGEST_SECONDS:.0f} seconds", remedy)
    return problem_of(about, error) if error.hint else problem(about, error.message, remedy)
