"""The commit status of a run: the line a required check looks at."""

from collections.abc import Sequence
from dataclasses import dataclass

from gate.config import FILE_NAME
from gate.errors import ExitCode
from gate.github.host import StatusState
from gate.github.signoff.marks import with_result
from gate.model.report import Report
from gate.planning.rewritten import CONFIGURATION_ADDED
from gate.reports import phrases

CONTEXT = "agent-eval-gate"
"""The status's fixed name: what a branch rule requires."""
PENDING = "evaluating"
_NO_GATE_YET = f"the base branch has no {FILE_NAME} yet: the gate decides once one is merged"


def context_of(agents: Sequence[str]) -> str:
    """The status's name of a job that looks at some agents only: it must not stand for all of them."""
    return "/".join((CONTEXT, "+".join(agents))) if agents else CONTEXT


@dataclass(frozen=True, slots=True, kw_only=True)
class StatusLine:
    """A state with its sentence."""

    state: StatusState
    description: str


def of_report(report: Report) -> StatusLine:
    """What a finished run's status says; it ends in the result that a sign-off of this commit is for.

    Where the base has no gate yet the change is judged by its own rules, so nothing is said for good: else a pull
    request into a branch without a gate would make its commit green for a branch with one.
    """
    decision = report.decision
    if any(change.what == CONFIGURATION_ADDED for change in report.plan.gate_changes):
        return StatusLine(state="pending", description=_NO_GATE_YET)
    told = phrases.headline(report)
    return StatusLine(state=state_of(decision.exit_code), description=with_result(told, decision.digest))


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
