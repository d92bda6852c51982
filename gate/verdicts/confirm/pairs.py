"""Confirmation of the suspects: cheap head trials first, then base and head side by side until the answer is known."""

from collections.abc import Iterable, Sequence
from math import log

from gate.model.comparison import Request
from gate.model.counting import count
from gate.model.words import CaseVerdict
from gate.verdicts.confirm.ledger import CONFIRM, CONTROL, Ledger, Standing, Steps
from gate.verdicts.confirm.options import ConfirmOptions
from gate.verdicts.confirm.suspects import Suspect, certain_rounds
from gate.verdicts.confirm.words import TOGETHER, head_passed, odds, of, pairs
from gate.verdicts.statistics import log_e_pairs, planned_rate


def confirm(ledger: Ledger, options: ConfirmOptions, standings: Sequence[Standing]) -> Steps:
    """Rounds over the suspects until each is settled, or all of them together are proof."""
    suspects = [_suspect(standing) for standing in standings]
    needed = log((len(suspects) + 1) / options.alpha_case)
    active = suspects
    while active:
        yield from _round(ledger, suspects, active, needed, options.cap)
        for suspect in active:
            _settle(suspect, needed, options)
        active = [suspect for suspect in active if suspect.standing.verdict is None]
        regressed = any(suspect.standing.verdict is CaseVerdict.REGRESSED for suspect in suspects)
        if regressed and options.fail_fast:
            _stop(active, "stopped at the first confirmed regression")
        elif not regressed and _pooled(suspects, active, needed):
            _stop(active, "stopped: all suspects together are proof of a regression")
        elif not regressed and ledger.missing_too_many(options.infra_missing):
            _stop(active, "stopped: too many trials are missing")
        active = [suspect for suspect in active if suspect.standing.verdict is None]
    ledger.drifted = [
        suspect.standing.case.case for suspect in suspects if suspect.fails_on_base and suspect.standing.case.comparable
    ]


def _suspect(standing: Standing) -> Suspect:
    return Suspect(standing, planned_rate(standing.case.stored_ok, standing.case.stored_runs))


def _round(ledger: Ledger, suspects: Sequence[Suspect], active: Sequence[Suspect], needed: float, cap: int) -> Steps:
    """One batch: the next steps of every active suspect."""
    most = certain_rounds(suspects, active, needed, cap)
    alone: list[Request] = []
    together: list[Request] = []
    for suspect in active:
        requests = together if suspect.paired else alone
        requests += suspect.ask(ledger, suspect.next_steps(needed, min(most, cap - suspect.asked)))
    answers = yield from ledger.perform((CONTROL, together), (CONFIRM, alone))
    for suspect in active:
        suspect.learn(answers)


def _settle(suspect: Suspect, needed: float, options: ConfirmOptions) -> None:
    standing = suspect.standing
    if suspect.evidence >= needed:
        standing.settle(CaseVerdict.REGRESSED, _regressed(suspect, needed))
    elif suspect.fails_on_base:
        standing.settle(CaseVerdict.UNCHANGED, f"{_trials(suspect)}: base fails as well now, so it is not this change")
    elif suspect.cleared:
        unsteady = standing.case.stored_ok < standing.case.stored_runs or suspect.base_passed < suspect.base_scored
        standing.settle(
            CaseVerdict.FLAKY if unsteady else CaseVerdict.UNCHANGED, f"{_trials(suspect)}: as steady as before"
        )
    elif standing.skipped:
        standing.settle(CaseVerdict.INCONCLUSIVE, f"{_trials(suspect)}; the budget ended before this was decided")
    elif suspect.asked >= options.cap:
        standing.settle(
            CaseVerdict.INCONCLUSIVE, f"{_trials(suspect)}; not decided after {count(suspect.asked, 'trial')}, the cap"
        )


def _pooled(suspects: Sequence[Suspect], active: Sequence[Suspect], needed: float) -> bool:
    """Whether the pairs of all suspects together are proof; then the suspects that fell are named.

    Asked only while no case is proved on its own: after that the rest are settled one by one, so that each is named or
    cleared.
    """
    worse = sum(suspect.standing.worse for suspect in suspects)
    better = sum(suspect.standing.better for suspect in suspects)
    evidence = log_e_pairs(worse, better)
    if evidence < needed:
        return False
    together = pairs(worse, better, sum(suspect.pairs for suspect in suspects))
    for suspect in _fallen(active) or _fallen(suspects):
        own = pairs(suspect.standing.worse, suspect.standing.better, suspect.pairs)
        suspect.standing.settle(CaseVerdict.REGRESSED, f"{own}{TOGETHER}{together} ({odds(evidence, needed)})")
    return True


def _fallen(suspects: Iterable[Suspect]) -> list[Suspect]:
    return [suspect for suspect in suspects if suspect.standing.worse > suspect.standing.better]


def _stop(active: Iterable[Suspect], why: str) -> None:
    for suspect in active:
        if suspect.standing.verdict is None:
            suspect.standing.settle(CaseVerdict.INCONCLUSIVE, f"{_trials(suspect)}; {why}")


def _regressed(suspect: Suspect, needed: float) -> str:
    standing = suspect.standing
    return f"{pairs(standing.worse, standing.better, suspect.pairs)} ({odds(suspect.evidence, needed)})"


def _trials(suspect: Suspect) -> str:
    case, head = suspect.standing.case, suspect.standing.head
    base = f", base {of(suspect.base_passed, suspect.base_scored)}" if suspect.base_scored else ""
    stored = f"; stored {of(case.stored_ok, case.stored_runs)}" if case.comparable else ""
    return f"{head_passed(head.passed, head.scored)}{base}{stored}"
