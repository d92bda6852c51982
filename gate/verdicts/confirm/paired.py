"""Screen, confirm, control: the stored counts say where to look, only pairs of this session may block."""

from collections.abc import Sequence

from gate.model.comparison import GroupFinding
from gate.model.counting import first_of
from gate.model.words import CaseVerdict, Severity
from gate.verdicts.confirm.breaker import break_on_drift
from gate.verdicts.confirm.groups import examine, fallen, group_members, suite_p
from gate.verdicts.confirm.ledger import Ledger, Steps
from gate.verdicts.confirm.options import ConfirmOptions
from gate.verdicts.confirm.pairs import confirm
from gate.verdicts.confirm.screening import changed_suspects, screen, seen, suspects

_NAMED = 5  # cases named in one sentence


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
    yield from break_on_drift(ledger, frozen, suite_p(members) if frozen else 1.0)
    if ledger.environment or ledger.missing_too_many(options.infra_missing):
        return
    yield from confirm(ledger, options, [*frozen, *changed_suspects(ledger)])
    if ledger.drifted:
        ledger.groups.append(GroupFinding(group="", verdict=CaseVerdict.UNCHANGED, explanation=_drift(ledger.drifted)))
    if not _blocks(ledger) and not ledger.missing_too_many(options.infra_missing):
        yield from examine(ledger, options, fallen(members, ledger.drifted))


def _drift(cases: Sequence[str]) -> str:
    return (
        f"base fails as well now in {len(cases)} of the cases that passed when the baseline was recorded "
        f"({first_of(cases, _NAMED)}): the platform, the model or the test data changed, not this PR; if it stays, "
        "record the baseline anew"
    )


def _blocks(ledger: Ledger) -> bool:
    verdicts = [standing.verdict for standing in ledger.standings.values()]
    return CaseVerdict.REGRESSED in [*verdicts, *(group.verdict for group in ledger.groups)]
