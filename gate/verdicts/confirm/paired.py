"""Screen, confirm, control: the stored counts say where to look, only pairs of this session may block."""

from gate.model.words import CaseVerdict, Severity
from gate.verdicts.confirm.breaker import break_on_drift
from gate.verdicts.confirm.groups import examine, fallen, group_members, suite_p
from gate.verdicts.confirm.ledger import Ledger, Standing, Steps
from gate.verdicts.confirm.options import ConfirmOptions
from gate.verdicts.confirm.pairs import confirm
from gate.verdicts.confirm.screening import screen, seen, suspects


def paired_steps(ledger: Ledger, options: ConfirmOptions) -> Steps:
    """The whole course: P0 first until its answer is known, then one look at P1 and at P2."""
    yield from _blocking(ledger, options)
    if not ledger.environment:
        ledger.environment = "" if _blocks(ledger) else ledger.missing_too_many(options.infra_missing)
    settle_open(ledger, ledger.environment)
    if not (ledger.environment or (options.fail_fast and _blocks(ledger))):
        yield from screen(ledger, options, ledger.of(Severity.P1, Severity.P2))


def settle_open(ledger: Ledger, why: str) -> None:
    """Give the suspects that were never settled their verdict."""
    for standing in ledger.of(Severity.P0):
        if standing.verdict is None:
            standing.settle(CaseVerdict.INCONCLUSIVE, f"{seen(standing)}; not confirmed" + (f": {why}" if why else ""))


def _blocking(ledger: Ledger, options: ConfirmOptions) -> Steps:
    yield from screen(ledger, options, ledger.of(Severity.P0))
    if ledger.missing_too_many(options.infra_missing):
        return
    frozen = suspects(ledger)
    members = group_members(ledger.standings.values())
    triggered = fallen(members)  # before confirmation adds trials that were not drawn blindly
    yield from break_on_drift(ledger, frozen, suite_p(members) if frozen else 1.0)
    if ledger.environment or ledger.missing_too_many(options.infra_missing):
        return
    yield from confirm(ledger, options, frozen)
    if not _blocks(ledger) and not ledger.missing_too_many(options.infra_missing):
        yield from examine(ledger, options, triggered)


def _blocks(ledger: Ledger) -> bool:
    findings: list[Standing] = list(ledger.standings.values())
    return any(standing.verdict is CaseVerdict.REGRESSED for standing in findings) or any(
        group.verdict is CaseVerdict.REGRESSED for group in ledger.groups
    )
