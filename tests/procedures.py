"""What tests of procedures share: inputs in a line, and an agent that answers each request by a function."""

from collections.abc import Callable, Iterable
from dataclasses import replace

from gate.model.comparison import CaseInput, Findings, Request
from gate.model.words import Arm, CaseVerdict, Outcome, Severity
from gate.verdicts.procedure import Procedure

Answer = Callable[[Request], Outcome]


def known(case: str, ok: float = 20, runs: float = 20, severity: Severity = Severity.P0, topic: str = "") -> CaseInput:
    """A comparable case with these stored counts; P0 may block."""
    return CaseInput(
        case=case,
        topic=topic,
        severity=severity,
        stored_ok=ok,
        stored_runs=runs,
        comparable=True,
        may_block=severity is Severity.P0,
    )


def suite(size: int, **changes: float) -> list[CaseInput]:
    """`size` clean P0 cases named agent/00, agent/01, …"""
    return [replace(known(f"agent/{number:02d}"), **changes) for number in range(size)]  # type: ignore[arg-type]


def play(procedure: Procedure, answer: Answer) -> list[tuple[Request, ...]]:
    """Answer everything the procedure wants; the batches it asked for."""
    batches = []
    while batch := procedure.wanted():
        batches.append(batch)
        for request in batch:
            procedure.observe(request, answer(request))
    return batches


def breaking(*cases: str) -> Answer:
    """Head always fails these cases; everything else passes."""
    return lambda request: passed(not (request.arm is Arm.HEAD and request.case in cases))


def passed(yes: object) -> Outcome:
    return Outcome.PASSED if yes else Outcome.FAILED


def regressed(findings: Findings) -> set[str]:
    return {case for case, finding in findings.cases.items() if finding.verdict is CaseVerdict.REGRESSED}


def blocks(findings: Findings) -> bool:
    """Whether these findings hold a merge (every case of the suite may block)."""
    groups = any(group.verdict is CaseVerdict.REGRESSED for group in findings.groups)
    return not findings.environment and (groups or bool(regressed(findings)))


def trials(batches: Iterable[tuple[Request, ...]], arm: Arm | None = None) -> int:
    return sum(arm in (None, request.arm) for batch in batches for request in batch)
