"""Drivers that cannot run base: head's trials against the stored counts. Proves hard breaks only."""

from bisect import bisect_left
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import comb, log
from statistics import median_low

from gate.model.comparison import CaseInput, GroupFinding
from gate.model.words import Arm, CaseVerdict, Severity
from gate.verdicts.confirm.groups import fallen, group_members
from gate.verdicts.confirm.ledger import CONFIRM, Ledger, Standing, Steps
from gate.verdicts.confirm.options import ConfirmOptions
from gate.verdicts.confirm.screening import (
    Standpoint,
    changed_suspects,
    is_controllable,
    screen,
    seen,
    standpoint,
    suspects,
)
from gate.verdicts.confirm.suspects import LOG_CLEARED
from gate.verdicts.confirm.words import EDITED_AND_FAILS, head_passed, odds, percent
from gate.verdicts.statistics import log_e_arms, log_likelihood_ratio, planned_rate, session_rate

_CALIBRATION = 0.9
"""How far the log threshold lies below the one that Ville's inequality asks for.

The exact chance of a false block, worst over every true rate, stays below alpha for 5 to 50 stored runs, 1 to 1,000
cases and alpha from 0.1 % to 5 % (dynamic programming over all courses of a confirmation; a test repeats it).
"""
_CAP = 25  # the stored counts bound what can be proved, so more head trials would not help
_RELIABLY = 0.9


def needed_evidence(gateable: int, options: ConfirmOptions) -> float:
    """The log evidence one case needs, so that all gateable cases together stay within alpha."""
    return log(max(1, gateable) / options.alpha_case) - _CALIBRATION


def guarantee(options: ConfirmOptions) -> str:
    """What can be promised without a base arm."""
    return f"{options.guarantee} if only the PR has changed since the baseline; no base arm, so hard breaks only"


@dataclass(frozen=True, slots=True)
class StoredTest:
    """The test of one case against its stored counts: after any trials it blocks, clears or goes on."""

    stored_ok: float
    stored_runs: float
    needed: float
    most: int

    def verdict(self, passed: int, failed: int) -> CaseVerdict | None:
        """The verdict after these head trials (screening included), None while undecided."""
        if not failed:
            return CaseVerdict.UNCHANGED
        rate = session_rate(planned_rate(self.stored_ok, self.stored_runs), 0, 0)
        if self.evidence(passed, failed) >= self.needed:
            return CaseVerdict.REGRESSED
        if log_likelihood_ratio(rate, passed, failed) <= LOG_CLEARED:
            return CaseVerdict.FLAKY if self.stored_ok < self.stored_runs else CaseVerdict.UNCHANGED
        return CaseVerdict.INCONCLUSIVE if passed + failed >= self.most else None

    def evidence(self, passed: int, failed: int) -> float:
        """Log evidence that head's pass rate lies below that of the stored runs."""
        return log_e_arms((self.stored_ok, self.stored_runs), (passed, passed + failed))

    def power(self, rate: float, screening: int) -> float:
        """The exact chance to block a case whose head passes at `rate`, after so many screening trials."""
        courses = {
            failed: comb(screening, failed) * rate ** (screening - failed) * (1 - rate) ** failed
            for failed in range(screening + 1)
        }
        blocked, trials = 0.0, screening
        while courses:
            verdicts = {failed: self.verdict(trials - failed, failed) for failed in courses}
            blocked += sum(courses[failed] for failed, verdict in verdicts.items() if verdict is CaseVerdict.REGRESSED)
            courses = _one_more(
                {failed: courses[failed] for failed, verdict in verdicts.items() if verdict is None}, rate
            )
            trials += 1
        return blocked


def stored_only_steps(ledger: Ledger, options: ConfirmOptions) -> Steps:
    """Screen, then more head trials of each suspect until its stored counts decide; topics are advisory."""
    yield from screen(ledger, options, ledger.of(Severity.P0))
    triggered = fallen(group_members(ledger.standings.values()))
    if not ledger.missing_too_many(options.infra_missing):
        yield from _confirm(ledger, options)
    blocked = any(standing.verdict is CaseVerdict.REGRESSED for standing in ledger.standings.values())
    if not blocked:
        ledger.environment = ledger.missing_too_many(options.infra_missing)
    ledger.groups += [
        GroupFinding(
            group=group.name,
            verdict=CaseVerdict.INCONCLUSIVE,
            explanation=f"head passed less often than the stored trials (by chance in {percent(group.p)} of unchanged "
            "PRs); without a base arm this is advisory: the platform may have drifted",
        )
        for group in triggered
    ]
    for standing in _suspects(ledger):
        if standing.verdict is None:
            standing.settle(CaseVerdict.INCONCLUSIVE, f"{seen(standing)}; stopped before this was decided")
    if not (ledger.environment or (blocked and options.fail_fast)):
        yield from screen(ledger, options, ledger.of(Severity.P1, Severity.P2))


def detectable(cases: Sequence[CaseInput], options: ConfirmOptions) -> str:
    """The smallest fall of a clean case with the usual number of stored runs that is blocked in 9 PRs of 10."""
    gateable = [case for case in cases if _may_block(case)]
    if not gateable:
        return "hard breaks only, and no case has enough stored runs to block"
    usual = median_low(sorted(case.stored_runs for case in gateable))
    clean = CaseInput(
        case="", topic="", severity=Severity.P0, stored_ok=usual, stored_runs=usual, comparable=True, may_block=True
    )
    screening = options.screening_trials(clean)
    needed = needed_evidence(len(gateable), options)
    test = StoredTest(usual, usual, needed, screening + min(_CAP, options.cap))
    first_unseen = bisect_left(range(101), True, key=lambda rate: test.power(rate / 100, screening) < _RELIABLY)
    drop = f"100 % → {first_unseen - 1} % of trials" if first_unseen else "none: more stored runs are needed"
    return f"hard breaks only; smallest drop seen reliably: {drop} ({round(usual, 1):g} stored runs per case)"


def _may_block(case: CaseInput) -> bool:
    """Whether the case could block before this change, whatever the change did to its fixture or test data.

    An edited case is held to the rate it had: its counts are of another fixture, so they are neither shown nor called a
    fall, but if they did not count at all, an edit would be a way past the gate.
    """
    return standpoint(case) is Standpoint.GATEABLE or (case.changed and is_controllable(case))


def _suspects(ledger: Ledger) -> list[Standing]:
    return [*suspects(ledger), *(standing for standing in changed_suspects(ledger) if standing.case.changed)]


def _confirm(ledger: Ledger, options: ConfirmOptions) -> Steps:
    needed = needed_evidence(sum(_may_block(standing.case) for standing in ledger.standings.values()), options)
    active = {standing.case.case: standing for standing in _suspects(ledger)}
    _settle(active, needed, options)
    while active := {key: standing for key, standing in active.items() if standing.verdict is None}:
        yield from ledger.perform((CONFIRM, [ledger.ask(standing, Arm.HEAD) for standing in active.values()]))
        _settle(active, needed, options)
        regressed = any(standing.verdict is CaseVerdict.REGRESSED for standing in ledger.standings.values())
        if regressed and options.fail_fast:
            return
        if not regressed and ledger.missing_too_many(options.infra_missing):
            return


def _settle(active: Mapping[str, Standing], needed: float, options: ConfirmOptions) -> None:
    for standing in active.values():
        case, head = standing.case, standing.head
        most = min(_CAP, options.cap) + options.screening_trials(case)
        test = StoredTest(case.stored_ok, case.stored_runs, needed, most)
        verdict = test.verdict(head.passed, head.failed)
        if case.changed and verdict:
            fails = verdict is CaseVerdict.REGRESSED
            why = EDITED_AND_FAILS if fails else "the stored trials are of something else, so they are not compared"
            told = f"{head_passed(head.passed, head.scored)}; {why}"
            standing.settle(verdict if fails else CaseVerdict.NOT_COMPARABLE, told)
        elif verdict is CaseVerdict.REGRESSED:
            told = odds(test.evidence(head.passed, head.failed), needed)
            standing.settle(verdict, f"{seen(standing)} ({told}); hard break, judged on stored counts")
        elif verdict:
            standing.settle(verdict, f"{seen(standing)}; {_WORDS[verdict]}")
        elif standing.skipped or head.asked >= most:
            standing.settle(CaseVerdict.INCONCLUSIVE, f"{seen(standing)}; {_WORDS[CaseVerdict.INCONCLUSIVE]}")


def _one_more(courses: Mapping[int, float], rate: float) -> dict[int, float]:
    result: dict[int, float] = {}
    for failed, chance in courses.items():
        result[failed] = result.get(failed, 0.0) + chance * rate
        result[failed + 1] = result.get(failed + 1, 0.0) + chance * (1 - rate)
    return result


_WORDS = {
    CaseVerdict.UNCHANGED: "as steady as before",
    CaseVerdict.FLAKY: "as unsteady as before",
    CaseVerdict.INCONCLUSIVE: "may have fallen, but stored counts alone cannot prove it",
}
