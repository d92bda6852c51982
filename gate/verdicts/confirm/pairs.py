"""Confirmation of the suspects: cheap head trials first, then base and head side by side until the answer is known."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from math import log

from gate.model.comparison import Request
from gate.model.words import Arm, CaseVerdict, Outcome
from gate.verdicts.confirm.ledger import CONFIRM, CONTROL, Answers, Ledger, Standing, Steps
from gate.verdicts.confirm.options import ConfirmOptions
from gate.verdicts.confirm.words import odds, of, pairs
from gate.verdicts.statistics import log_e_pairs, log_likelihood_ratio, planned_rate, session_rate

LOG_CLEARED = log(0.05)
"""Log likelihood ratio of "fell" to "as it was" at which a suspect is cleared."""
_FAILURES_BEFORE_PAIRS = 3  # base trials are spent only on cases that keep failing

_SCORED = frozenset({Outcome.PASSED, Outcome.FAILED})


@dataclass(slots=True)
class Suspect:
    """A case under confirmation. Its counters start at zero: screening chose it, so screening is no evidence."""

    standing: Standing
    planned: float
    asked: int = 0
    failed: int = 0
    base_passed: int = 0
    base_scored: int = 0
    pairs: int = 0
    head: Request | None = None
    base: Request | None = None

    @property
    def paired(self) -> bool:
        """Whether it has failed often enough to be worth base trials."""
        return self.failed >= _FAILURES_BEFORE_PAIRS

    def learn(self, answers: Answers) -> None:
        """Count the trials of this round; a pair counts only when both of its trials were scored."""
        head = answers[self.head] if self.head else Outcome.SKIPPED
        base = answers[self.base] if self.base else Outcome.SKIPPED
        self.failed += head is Outcome.FAILED
        self.base_passed += base is Outcome.PASSED
        self.base_scored += base in _SCORED
        self.pairs += {base, head} <= _SCORED
        self.standing.worse += (base, head) == (Outcome.PASSED, Outcome.FAILED)
        self.standing.better += (base, head) == (Outcome.FAILED, Outcome.PASSED)

    @property
    def evidence(self) -> float:
        """Log evidence of its own pairs."""
        return log_e_pairs(self.standing.worse, self.standing.better)

    @property
    def cleared(self) -> bool:
        """Whether its head trials fit the rate it has on base far better than a fall."""
        rate = session_rate(self.planned, self.base_passed, self.base_scored)
        head = self.standing.head
        return log_likelihood_ratio(rate, head.passed, head.failed) <= LOG_CLEARED


def confirm(ledger: Ledger, options: ConfirmOptions, standings: Sequence[Standing]) -> Steps:
    """Rounds of one step per suspect until each is settled, or all of them together are proof enough."""
    suspects = [_suspect(standing) for standing in standings]
    needed = log((len(suspects) + 1) / options.alpha_case)
    active = suspects
    while active:
        yield from _round(ledger, active)
        for suspect in active:
            _settle(suspect, needed, options)
        active = [suspect for suspect in active if suspect.standing.verdict is None]
        regressed = any(suspect.standing.verdict is CaseVerdict.REGRESSED for suspect in suspects)
        if _pooled(suspects, active, needed) or (regressed and options.fail_fast):
            _stop(active, "stopped at the first confirmed regression")
            return
        if not regressed and ledger.missing_too_many(options.infra_missing):
            _stop(active, "stopped: too many trials are missing")
            return


def _suspect(standing: Standing) -> Suspect:
    return Suspect(standing, planned_rate(standing.case.stored_ok, standing.case.stored_runs))


def _round(ledger: Ledger, active: Iterable[Suspect]) -> Steps:
    alone: list[Request] = []
    together: list[Request] = []
    for suspect in active:
        suspect.asked += 1
        suspect.base = ledger.ask(suspect.standing, Arm.BASE) if suspect.paired else None
        suspect.head = ledger.ask(suspect.standing, Arm.HEAD)
        if suspect.base:
            together += [suspect.base, suspect.head]
        else:
            alone.append(suspect.head)
    answers = yield from ledger.perform((CONTROL, together), (CONFIRM, alone))
    for suspect in active:
        suspect.learn(answers)


def _settle(suspect: Suspect, needed: float, options: ConfirmOptions) -> None:
    standing = suspect.standing
    if suspect.evidence >= needed:
        standing.settle(CaseVerdict.REGRESSED, _regressed(suspect, needed))
    elif suspect.cleared:
        unsteady = standing.case.stored_ok < standing.case.stored_runs or suspect.base_passed < suspect.base_scored
        standing.settle(CaseVerdict.FLAKY if unsteady else CaseVerdict.UNCHANGED, _cleared(suspect))
    elif standing.skipped:
        standing.settle(CaseVerdict.INCONCLUSIVE, f"{_trials(suspect)}; the budget ended before this was decided")
    elif suspect.asked >= options.cap:
        standing.settle(
            CaseVerdict.INCONCLUSIVE, f"{_trials(suspect)}; not decided after {suspect.asked} trials, the cap"
        )


def _pooled(suspects: Sequence[Suspect], active: Sequence[Suspect], needed: float) -> bool:
    """Whether the pairs of all suspects together are proof; then the suspects that fell are named."""
    worse = sum(suspect.standing.worse for suspect in suspects)
    better = sum(suspect.standing.better for suspect in suspects)
    evidence = log_e_pairs(worse, better)
    if evidence < needed:
        return False
    fell = [suspect for suspect in active if suspect.standing.worse > suspect.standing.better]
    if not fell and not any(suspect.standing.verdict is CaseVerdict.REGRESSED for suspect in suspects):
        fell = [suspect for suspect in suspects if suspect.standing.worse > suspect.standing.better]
    together = pairs(worse, better, sum(suspect.pairs for suspect in suspects))
    for suspect in fell:
        own = pairs(suspect.standing.worse, suspect.standing.better, suspect.pairs)
        suspect.standing.settle(
            CaseVerdict.REGRESSED, f"{own}; all suspects together: {together} ({odds(evidence, needed)})"
        )
    return True


def _stop(active: Iterable[Suspect], why: str) -> None:
    for suspect in active:
        if suspect.standing.verdict is None:
            suspect.standing.settle(CaseVerdict.INCONCLUSIVE, f"{_trials(suspect)}; {why}")


def _regressed(suspect: Suspect, needed: float) -> str:
    standing = suspect.standing
    return f"{pairs(standing.worse, standing.better, suspect.pairs)} ({odds(suspect.evidence, needed)})"


def _cleared(suspect: Suspect) -> str:
    if suspect.base_scored >= 2 and suspect.base_passed <= suspect.base_scored * suspect.planned / 2:
        return f"{_trials(suspect)}: base fails as well now, so it is not this change"
    return f"{_trials(suspect)}: as steady as before"


def _trials(suspect: Suspect) -> str:
    case, head = suspect.standing.case, suspect.standing.head
    base = f", base {of(suspect.base_passed, suspect.base_scored)}" if suspect.base_scored else ""
    return f"head passed {of(head.passed, head.scored)} trials{base}; stored {of(case.stored_ok, case.stored_runs)}"
