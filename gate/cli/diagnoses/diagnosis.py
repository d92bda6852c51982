"""One thing the doctor has looked at: fine, a problem with its remedy, or unknown and why."""

from dataclasses import dataclass
from typing import Literal

from gate.errors import GateError

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
    """A problem in the words of an error."""
    first, _, rest = error.message.partition("\n")
    more = f" (and {rest.count('→')} more)" if rest.count("→") > 1 else ""
    return problem(about, f"{first}{more}", error.hint or "see `agent-gate --help`")
