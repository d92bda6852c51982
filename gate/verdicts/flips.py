"""Base against base: how often each case flips by itself, and what that would do to simple rules."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from math import comb, prod
from random import Random

from gate.model.comparison import CaseInput
from gate.model.words import CaseVerdict, Outcome
from gate.verdicts.confirm import ConfirmOptions, confirm_procedure


@dataclass(frozen=True, slots=True, kw_only=True)
class Flips:
    """One case: trials of the same definition that passed, and how often two of them differ."""

    case: str
    passed: int
    trials: int

    @property
    def rate(self) -> float:
        """The chance that two trials of this case differ (without bias, from pairs of its own trials)."""
        return 2 * self.drop

    @property
    def drop(self) -> float:
        """The chance that the first of two trials passes and the second fails: "was 2, now 1" by luck alone."""
        ordered_pairs = self.trials * (self.trials - 1)
        return self.passed * (self.trials - self.passed) / ordered_pairs if ordered_pairs else 0.0

    @property
    def drop_of_majorities(self) -> float:
        """The same for the majority of three trials on each side, at the pass rate seen."""
        share = self.passed / self.trials if self.trials else 1.0
        most = sum(comb(3, k) * share**k * (1 - share) ** (3 - k) for k in (2, 3))
        return most * (1 - most)


@dataclass(frozen=True, slots=True, kw_only=True)
class FlipReport:
    """A suite against itself. `cases`: the most unsteady first; the two rates are of unchanged PRs blocked."""

    cases: tuple[Flips, ...]
    one_against_one: float
    majority_of_three: float
    missing: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Cost:
    """Trials one unchanged PR takes under the confirm policy: the mean, and what 95 % of PRs stay below."""

    mean: float
    most: int
    blocked: float
    phases: Mapping[str, float]


def flip_report(outcomes: Mapping[str, Iterable[Outcome]]) -> FlipReport:
    """What trials of one definition, by case key, say of the suite. Missing trials are counted and left out."""
    listed = {case: list(trials) for case, trials in outcomes.items()}
    flips = [_flips(case, trials) for case, trials in listed.items()]
    flips.sort(key=lambda one: (-one.rate, one.case))
    return FlipReport(
        cases=tuple(flips),
        one_against_one=1 - prod(1 - one.drop for one in flips),
        majority_of_three=1 - prod(1 - one.drop_of_majorities for one in flips),
        missing=sum(map(len, listed.values())) - sum(one.trials for one in flips),
    )


def expected_cost(
    cases: Sequence[CaseInput], report: FlipReport, options: ConfirmOptions, random: Random, *, prs: int = 200
) -> Cost:
    """What an unchanged PR costs: the policy itself, played `prs` times against the pass rates of `report`.

    Deterministic for a seeded `random`. Raises ValueError when a case has no scored trial in the report.
    """
    rates = {one.case: one.passed / one.trials for one in report.cases if one.trials}
    unknown = sorted({case.case for case in cases} - set(rates))
    if unknown or prs < 1:
        raise ValueError(f"no scored trials of {', '.join(unknown)}" if unknown else "prs must be at least 1")
    spent: list[int] = []
    blocked = 0
    phases: dict[str, float] = {}
    for _ in range(prs):
        found, was_blocked = _one_pr(cases, rates, options, random)
        spent.append(sum(found.values()))
        blocked += was_blocked
        for phase, trials in found.items():
            phases[phase] = phases.get(phase, 0.0) + trials / prs
    spent.sort()
    return Cost(mean=sum(spent) / prs, most=spent[min(prs - 1, int(0.95 * prs))], blocked=blocked / prs, phases=phases)


def _flips(case: str, trials: Sequence[Outcome]) -> Flips:
    passed = trials.count(Outcome.PASSED)
    return Flips(case=case, passed=passed, trials=passed + trials.count(Outcome.FAILED))


def _one_pr(
    cases: Sequence[CaseInput], rates: Mapping[str, float], options: ConfirmOptions, random: Random
) -> tuple[Mapping[str, int], bool]:
    procedure = confirm_procedure(cases, options)
    while batch := procedure.wanted():
        for request in batch:
            lucky = random.random() < rates[request.case]
            procedure.observe(request, Outcome.PASSED if lucky else Outcome.FAILED)
    findings = procedure.findings()
    blocking = {case.case for case in cases if case.may_block}
    verdicts = [finding.verdict for case, finding in findings.cases.items() if case in blocking]
    return findings.phases, CaseVerdict.REGRESSED in [*verdicts, *(group.verdict for group in findings.groups)]
