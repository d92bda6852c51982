"""The seam between the runner and the statistics: a procedure asks for trials and learns their outcomes.

The runner does all requests of `wanted()` (pairs ask for base and head in one batch, so they start together), tells
each outcome through `observe` in the order asked, and asks again until `wanted()` is empty. A procedure has no I/O, no
clock and no randomness of its own, so feeding it stored outcomes again gives the same findings: that is how a run is
resumed, re-scored and compared.
"""

from collections.abc import Mapping
from typing import Protocol

from gate.model.comparison import Findings, Request
from gate.model.words import Outcome


class Procedure(Protocol):
    """Decides which trials to run next, and what they say."""

    def wanted(self) -> tuple[Request, ...]:
        """The trials to run now, the most important first; empty when the answer is known."""
        ...

    def observe(self, request: Request, outcome: Outcome) -> None:
        """Learn what a requested trial came to. Errored and skipped trials are missing, not failed."""
        ...

    def findings(self) -> Findings:
        """What is known now; final once `wanted()` is empty."""
        ...


def feed(procedure: Procedure, outcomes: Mapping[Request, Outcome]) -> Findings:
    """What a procedure finds in stored outcomes; a trial it asks for that is not among them is skipped."""
    while batch := procedure.wanted():
        for request in batch:
            procedure.observe(request, outcomes.get(request, Outcome.SKIPPED))
    return procedure.findings()
