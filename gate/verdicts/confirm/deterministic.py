"""Drivers that answer the same way every time: one trial, no statistics, a drop is a drop."""

from collections.abc import Sequence

from gate.model.comparison import CaseInput
from gate.model.words import Arm, CaseVerdict, Severity
from gate.verdicts.confirm.ledger import CONTROL, SCREEN, Ledger, Standing, Steps
from gate.verdicts.confirm.options import ConfirmOptions
from gate.verdicts.confirm.screening import seen, settle_reported, settle_unscored
from gate.verdicts.confirm.words import EDITED_AND_FAILS

GUARANTEE = "Deterministic driver: one trial per case, and every drop is a drop"
DETECTABLE = "smallest drop seen: one failed trial"


def deterministic_steps(ledger: Ledger, options: ConfirmOptions) -> Steps:
    """One head trial per case; where it differs from the stored counts, one base trial if the driver can run base."""
    for severities in ((Severity.P0,), (Severity.P1, Severity.P2)):
        standings = ledger.of(*severities)
        yield from ledger.perform((SCREEN, [ledger.ask(standing, Arm.HEAD) for standing in standings]))
        doubtful = [standing for standing in standings if standing.head.scored and _differs(standing)]
        if options.has_base_arm:
            yield from ledger.perform((CONTROL, [ledger.ask(standing, Arm.BASE) for standing in doubtful]))
        for standing in standings:
            _settle(standing, with_base=options.has_base_arm)
        if not _regressed(standings):
            ledger.environment = ledger.environment or ledger.missing_too_many(options.infra_missing)
        elif options.fail_fast:
            return


def _differs(standing: Standing) -> bool:
    """Whether base is needed to tell: head failed, or passes what is stored as failing."""
    if _could_block(standing.case):
        return bool(standing.head.failed)
    case = standing.case
    comparable = case.comparable and not case.quarantined and case.stored_runs > 0
    return comparable and bool(standing.head.failed or not _passes_stored(case))


def _settle(standing: Standing, *, with_base: bool) -> None:
    case, head, base = standing.case, standing.head, standing.base
    if settle_unscored(standing):
        return
    if case.changed and _could_block(case) and head.failed and not base.asked:
        standing.settle(CaseVerdict.REGRESSED, f"head failed; {EDITED_AND_FAILS}")
    elif (not case.comparable or case.quarantined or case.stored_runs <= 0) and not base.asked:
        settle_reported(standing)
    elif base.missing:
        standing.settle(CaseVerdict.INFRA_FAILURE, f"{seen(standing)}; the base trial is missing")
    else:
        base_passed = bool(base.passed) if base.scored else _passes_stored(case)
        told = f"{seen(standing)}{_base_words(standing) if with_base else ''}"
        standing.settle(_verdict(base_passed=base_passed, head_passed=bool(head.passed)), told)


def _could_block(case: CaseInput) -> bool:
    """Whether a case whose stored counts are of something else by now could block when they were not.

    Both arms run what it is now, so base tells; else editing a fixture would be a way past the gate.
    """
    return not case.comparable and case.may_block and case.stored_runs > 0 and _passes_stored(case)


def _verdict(*, base_passed: bool, head_passed: bool) -> CaseVerdict:
    if base_passed == head_passed:
        return CaseVerdict.UNCHANGED
    return CaseVerdict.IMPROVED if head_passed else CaseVerdict.REGRESSED


def _base_words(standing: Standing) -> str:
    if not standing.base.scored:
        return ""
    return f"; base {'passed' if standing.base.passed else 'failed as well'} in this run"


def _passes_stored(case: CaseInput) -> bool:
    return 2 * case.stored_ok > case.stored_runs


def _regressed(standings: Sequence[Standing]) -> bool:
    return any(standing.case.may_block and standing.verdict is CaseVerdict.REGRESSED for standing in standings)
