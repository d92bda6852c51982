"""The first look: a few head trials of every case, and what they say of the cases that cannot block."""

from collections.abc import Sequence
from dataclasses import replace
from enum import Enum, auto

from gate.model.comparison import CaseInput
from gate.model.words import Arm, CaseVerdict
from gate.verdicts.confirm.ledger import SCREEN, Ledger, Standing, Steps
from gate.verdicts.confirm.options import ConfirmOptions
from gate.verdicts.confirm.words import head_passed, of, percent
from gate.verdicts.statistics import Stratum, stratified_p, whole_counts

GATEABLE_SHARE = 0.75
"""Share of stored passes below which a case is quarantined: too unsteady to hold anyone's merge."""
ADMITTED_RUNS = 5
"""Stored runs from which a case may block; with fewer, unsteady and broken look alike."""
_SURPRISING_P = 0.05
_IMPROVED_P = 0.01


class Standpoint(Enum):
    """How far a case's stored counts let it take part."""

    GATEABLE = auto()
    QUARANTINED = auto()
    NEW = auto()
    NOT_COMPARABLE = auto()
    REPORTED = auto()


def standpoint(case: CaseInput) -> Standpoint:
    """Whether the case may regress, or else why it is only reported."""
    if case.quarantined:
        return Standpoint.QUARANTINED
    if not case.comparable:
        return Standpoint.NEW if case.stored_runs <= 0 else Standpoint.NOT_COMPARABLE
    if case.stored_runs < ADMITTED_RUNS:
        return Standpoint.NEW
    if not case.may_block:
        return Standpoint.REPORTED
    unsteady = case.stored_ok < GATEABLE_SHARE * case.stored_runs
    return Standpoint.QUARANTINED if unsteady else Standpoint.GATEABLE


def is_controllable(case: CaseInput) -> bool:
    """Whether the case could block before its fixture, test data or scorers changed: then only pairs can tell.

    Both arms run the changed fixture under the changed scorers, so their pairs are numbers of one thing. Else editing a
    fixture would be a way past the gate.
    """
    like = replace(case, comparable=True)
    return standpoint(case) is Standpoint.NOT_COMPARABLE and standpoint(like) is Standpoint.GATEABLE


def screen(ledger: Ledger, options: ConfirmOptions, standings: Sequence[Standing]) -> Steps:
    """Run the head trials of these cases in one batch: P1 before P2, first trials before repeats.

    So a budget that cuts the end of the batch drops P2 first, then P1's repeats. Cases that are only reported get their
    verdict here, and so do the others when nothing failed.
    """
    planned = sorted(
        (standing.case.severity, trial, index)
        for index, standing in enumerate(standings)
        for trial in range(options.screening_trials(standing.case))
    )
    requests = [ledger.ask(standings[index], Arm.HEAD) for _, _, index in planned]
    yield from ledger.perform((SCREEN, requests))
    for standing in standings:
        told_apart = options.has_base_arm or standing.case.changed
        if not (told_apart and standing.head.failed and is_controllable(standing.case)):
            _settle(standing)


def suspects(ledger: Ledger) -> list[Standing]:
    """The gateable cases in which at least one screening trial failed."""
    return [
        standing
        for standing in ledger.standings.values()
        if standing.head.failed and standpoint(standing.case) is Standpoint.GATEABLE
    ]


def changed_suspects(ledger: Ledger) -> list[Standing]:
    """The cases that failed and of which only pairs can tell, because their stored counts are of something else."""
    return [
        standing for standing in ledger.standings.values() if standing.head.failed and is_controllable(standing.case)
    ]


def stratum(standing: Standing) -> Stratum:
    """The case's head trials beside its stored counts, for the exact test."""
    ok, runs = whole_counts(standing.case.stored_ok, standing.case.stored_runs)
    return Stratum(ok, runs, standing.head.passed, standing.head.scored)


def seen(standing: Standing) -> str:
    """What head did and what is stored, in words."""
    case, head = standing.case, standing.head
    stored = f"stored {of(case.stored_ok, case.stored_runs)}" if case.stored_runs > 0 else "nothing stored"
    missing = f", {head.missing} missing" if head.missing else ""
    return f"{head_passed(head.passed, head.scored)}{missing}; {stored}"


def settle_unscored(standing: Standing) -> bool:
    """Give a case without any scored head trial its verdict; whether it had none."""
    if standing.head.scored:
        return False
    if standing.skipped:
        standing.settle(CaseVerdict.INCONCLUSIVE, "not run: left out by the budget")
    else:
        trials = standing.head.missing
        missing = "the only head trial is" if trials == 1 else f"all {trials} head trials are"
        standing.settle(CaseVerdict.INFRA_FAILURE, f"{missing} missing")
    return True


def settle_reported(standing: Standing) -> bool:
    """Give a case that can only be reported, for want of comparable counts, its verdict; whether it is one."""
    match standpoint(standing.case):
        case Standpoint.QUARANTINED:
            _settle_quarantined(standing)
        case Standpoint.NEW:
            why = "" if standing.case.stored_runs <= 0 else f" (a case may block from {ADMITTED_RUNS} stored runs)"
            standing.settle(CaseVerdict.NEW, seen(standing) + why)
        case Standpoint.NOT_COMPARABLE:
            standing.settle(
                CaseVerdict.NOT_COMPARABLE, f"{seen(standing)} under other conditions, so they are not compared"
            )
        case Standpoint.REPORTED | Standpoint.GATEABLE:
            return False
    return True


def _settle(standing: Standing) -> None:
    if settle_unscored(standing) or settle_reported(standing):
        return
    if not standing.head.failed:
        standing.settle(CaseVerdict.UNCHANGED, seen(standing))
    elif standpoint(standing.case) is Standpoint.REPORTED:
        _settle_unconfirmed(standing)


def _settle_unconfirmed(standing: Standing) -> None:
    """A case that cannot block is not worth a confirmation: its stored failures explain these, or nobody knows."""
    case = standing.case
    if case.stored_ok < case.stored_runs and stratified_p([stratum(standing)]) > _SURPRISING_P:
        standing.settle(CaseVerdict.FLAKY, f"{seen(standing)}: as unsteady as before")
    else:
        standing.settle(
            CaseVerdict.INCONCLUSIVE,
            f"{seen(standing)}: may have fallen; it cannot block, so it was not confirmed",
        )


def _settle_quarantined(standing: Standing) -> None:
    case, head = standing.case, standing.head
    if case.quarantined or not case.stored_runs:
        standing.settle(CaseVerdict.QUARANTINED, f"{seen(standing)}; quarantined, so it does not block")
        return
    ok, runs = whole_counts(case.stored_ok, case.stored_runs)
    risen = stratified_p([Stratum(runs - ok, runs, head.failed, head.scored)])  # passes and failures swapped
    if risen <= _IMPROVED_P:
        standing.settle(CaseVerdict.IMPROVED, f"{seen(standing)}; by chance in {percent(risen)} of unchanged cases")
        return
    share = percent(case.stored_ok / case.stored_runs)
    standing.settle(
        CaseVerdict.QUARANTINED, f"{seen(standing)}; passes {share} on base, too unsteady to block (75 % is needed)"
    )
