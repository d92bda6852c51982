"""The commit status of a run: the line a required check looks at."""

from dataclasses import dataclass

from gate.errors import ExitCode
from gate.github.host import StatusState
from gate.model.report import Report
from gate.reports import phrases

CONTEXT = "agent-eval-gate"
"""The status's fixed name: what a branch rule requires."""
PENDING = "evaluating"


@dataclass(frozen=True, slots=True, kw_only=True)
class StatusLine:
    """A state with its sentence."""

    state: StatusState
    description: str


def of_report(report: Report) -> StatusLine:
    """What a finished run's status says."""
    return StatusLine(state=state_of(report.decision.exit_code), description=phrases.headline(report))


def state_of(exit_code: int) -> StatusState:
    """Green, red, or could not tell; nothing but a pass is green."""
    match exit_code:
        case ExitCode.PASS:
            return "success"
        case ExitCode.BLOCKED:
            return "failure"
        case _:
            return "error"


def exit_code_of(state: StatusState) -> ExitCode | None:
    """What a run answers that only repeats a settled status; None for one that is not settled."""
    match state:
        case "success":
            return ExitCode.PASS
        case "failure":
            return ExitCode.BLOCKED
        case "error":
            return ExitCode.COULD_NOT_TELL
        case "pending":
            return None
