"""The policy `majority`: most of a few head trials decide, against whether the stored baseline passes."""

from collections.abc import Iterable
from dataclasses import dataclass
from fractions import Fraction

from gate.model.comparison import CaseFinding, CaseInput, Findings, Request
from gate.model.counting import count
from gate.model.words import Arm, CaseVerdict, Outcome
from gate.verdicts.confirm.words import EDITED_AND_FAILS

TRIALS = 3
INFRA_MISSING = 0.05


@dataclass(slots=True)
class _Tally:
    """Head trials of one case so far; `of` is how many may be asked for."""

    case: CaseInput
    of: int
    passed: int = 0
    failed: int = 0
    missing: int = 0
    skipped: int = 0

    @property
    def asked(self) -> int:
        return self.passed + self.failed + self.missing + self.skipped

    @property
    def still_needed(self) -> int:
        """How many more trials could settle it now: none once one side has more than half of all."""
        lead = max(self.passed, self.failed)
        return max(0, min(self.of // 2 + 1 - lead, self.of - self.asked)) if not self.skipped else 0


class Majority:
    """Asks for head trials until more than half of them agree. A `Procedure`.

    `trials` is how many a case gets at most, where its fixture does not say; `infra_missing` the share of missing
    trials above which the run could not tell; `fail_fast` stops asking at the first regression that may block.
    """

    def __init__(
        self,
        cases: Iterable[CaseInput],
        *,
        trials: int = TRIALS,
        infra_missing: float = INFRA_MISSING,
        fail_fast: bool = False,
    ) -> None:
        ordered = sorted(cases, key=lambda case: (not case.may_block, case.severity, case.case))
        self._tallies = {case.case: _Tally(case, case.trials or trials) for case in ordered}
        self._infra_missing = infra_missing
        self._fail_fast = fail_fast

    def wanted(self) -> tuple[Request, ...]:
        """The head trials that could settle the open cases, those that may block first."""
        if self._fail_fast and any(_blocks(tally) for tally in self._tallies.values()):
            return ()
        return tuple(
            Request(case=name, arm=Arm.HEAD, trial=number)
            for name, tally in self._tallies.items()
            for number in range(tally.asked + 1, tally.asked + tally.still_needed + 1)
        )

    def observe(self, request: Request, outcome: Outcome) -> None:
        """Count one head trial."""
        tally = self._tallies[request.case]
        match outcome:
            case Outcome.PASSED:
                tally.passed += 1
            case Outcome.FAILED:
                tally.failed += 1
            case Outcome.ERRORED:
                tally.missing += 1
            case Outcome.SKIPPED:
                tally.skipped += 1

    def findings(self) -> Findings:
        """What the trials so far say of each case."""
        tallies = self._tallies
        return Findings(
            cases={name: _finding(tally) for name, tally in tallies.items()},
            environment=self._environment(),
            phases={"head": sum(tally.asked - tally.skipped for tally in tallies.values())},
            guarantee="none: a case that fails now and then can block an unchanged pull request",
            detectable="",
        )

    def _environment(self) -> str:
        counted = [tally for tally in self._tallies.values() if not tally.case.quarantined]
        missing = sum(tally.missing for tally in counted)
        asked = sum(tally.asked - tally.skipped for tally in counted)
        if not asked or Fraction(missing, asked) <= Fraction(str(self._infra_missing)):
            return ""
        of = count(asked, "trial is", "trials are")
        return f"{missing} of {of} missing (errored after retries), more than {self._infra_missing:.0%}"


def _finding(tally: _Tally) -> CaseFinding:
    verdict, explanation = _verdict(tally)
    like = tally.case.comparable
    return CaseFinding(
        verdict=verdict,
        explanation=explanation,
        base_passed=round(tally.case.stored_ok) if like else 0,
        base_trials=round(tally.case.stored_runs) if like else 0,
        head_passed=tally.passed,
        head_trials=tally.passed + tally.failed,
        missing=tally.missing,
    )


def _verdict(tally: _Tally) -> tuple[CaseVerdict, str]:
    aside = _not_heard(tally) or _not_compared(tally)
    if aside is not None:
        return aside
    case = tally.case
    if _edited(case) and _settled(tally):
        return _told_of_edited(tally)
    said = f"base passed {case.stored_ok:.3g} of {case.stored_runs:.3g} stored trials, {_head(tally)}"
    if _settled(tally):
        return _compared(tally), said
    rest = f"{tally.missing} missing, {tally.of - tally.asked + tally.skipped} not run"
    return CaseVerdict.INCONCLUSIVE, f"{said} with {rest}: too few to tell"


def _not_heard(tally: _Tally) -> tuple[CaseVerdict, str] | None:
    if tally.passed + tally.failed:
        return None
    if tally.missing:
        return CaseVerdict.INFRA_FAILURE, f"no trial came to an end: {tally.missing} errored after retries"
    return CaseVerdict.INCONCLUSIVE, "it did not run: the run stopped before it"


def _not_compared(tally: _Tally) -> tuple[CaseVerdict, str] | None:
    if not tally.case.stored_runs:
        return CaseVerdict.NEW, f"no accepted result to compare with; {_head(tally)}"
    if not tally.case.comparable and not _edited(tally.case):
        return CaseVerdict.NOT_COMPARABLE, f"the stored result is of something else; {_head(tally)}"
    if tally.case.quarantined:
        return CaseVerdict.QUARANTINED, f"set aside by hand; {_head(tally)}"
    return None


def _edited(case: CaseInput) -> bool:
    """Whether a case that could block was edited: were it let off, an edit would be a way past the gate."""
    return case.changed and case.may_block and 2 * case.stored_ok > case.stored_runs


def _told_of_edited(tally: _Tally) -> tuple[CaseVerdict, str]:
    fails = tally.failed > tally.passed
    verdict = CaseVerdict.REGRESSED if fails else CaseVerdict.NOT_COMPARABLE
    return verdict, f"{_head(tally)}; {EDITED_AND_FAILS if fails else 'the stored result is of something else'}"


def _head(tally: _Tally) -> str:
    return f"head passed {tally.passed} of {tally.passed + tally.failed}"


def _settled(tally: _Tally) -> bool:
    """Whether the trials that did not come to an end could not have changed which side has most."""
    ended = tally.passed + tally.failed
    return ended == tally.of or 2 * max(tally.passed, tally.failed) > tally.of


def _compared(tally: _Tally) -> CaseVerdict:
    case = tally.case
    base = 2 * case.stored_ok - case.stored_runs
    head = tally.passed - tally.failed
    if base > 0 > head:
        return CaseVerdict.REGRESSED
    if base < 0 < head:
        return CaseVerdict.IMPROVED
    return CaseVerdict.FLAKY if tally.passed and tally.failed else CaseVerdict.UNCHANGED


def _blocks(tally: _Tally) -> bool:
    return tally.case.may_block and _verdict(tally)[0] is CaseVerdict.REGRESSED
