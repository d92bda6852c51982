"""Base against head, case by case and dimension by dimension: what the trials show and what the policy says of it."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from collections.abc import Set as AbstractSet
from dataclasses import replace

from gate.baselines.comparable import Scorers, differs
from gate.model.baseline import Baseline
from gate.model.calibration import Advisory, none_advisory
from gate.model.case import Case
from gate.model.comparison import (
    CaseComparison,
    CaseFinding,
    CaseInput,
    Comparison,
    DimensionComparison,
    Findings,
)
from gate.model.plan import Plan
from gate.model.score import TrialScores
from gate.model.words import Arm, CaseVerdict
from gate.verdicts.dimensions import Facts, compare_dimensions
from gate.verdicts.inputs import case_inputs, levels_of, selected_cases, stored_row
from gate.verdicts.tallies import count

_UNHEARD = frozenset({CaseVerdict.INFRA_FAILURE, CaseVerdict.INCONCLUSIVE})
_CHANGED = {
    "fixture": "the fixture",
    "rubric": "the rubric",
    "data": "the test data",
    "judge": "the judge",
    "checks": "the checks",
}


def compare(
    cases: Iterable[Case],
    plan: Plan,
    baselines: Mapping[str, Baseline],
    trials: Iterable[TrialScores],
    findings: Findings,
    *,
    policy: str,
    scorers: Scorers,
    advisory: Advisory = none_advisory,
    quarantined: AbstractSet[str] = frozenset(),
) -> Comparison:
    """Every selected case under `policy`, by key; `findings` are the procedure's, `baselines` by agent.

    The base's numbers are those of base trials of this run where there are any, else the stored counts; a case that is
    not comparable has none. `trials` is read once and not kept. Raises `StoreError` when the plan names a case that
    is not among `cases`.
    """
    cases = list(cases)
    judges: dict[str, str] = {}
    errors: dict[str, Counter[str]] = defaultdict(Counter)
    counts = count(_noting(trials, judges, errors), advisory)
    inputs = {
        one.case: one
        for one in case_inputs(cases, plan, baselines, scorers, advisory=advisory, quarantined=quarantined)
    }
    compared = []
    for case in selected_cases(cases, plan):
        facts = Facts(
            case=case,
            known=inputs[case.key],
            row=stored_row(case, baselines),
            levels=levels_of(plan, case),
            base=counts.get((case.key, Arm.BASE), {}),
            head=counts.get((case.key, Arm.HEAD), {}),
            advisory=advisory(case.agent),
        )
        found = _case(facts, _with_why(findings.cases.get(case.key, _NOT_RUN), errors[case.key]), scorers)
        compared.append(replace(found, judge=judges.get(case.key, "")))
    return Comparison(
        policy=policy,
        cases=() if findings.broken else tuple(compared),
        groups=findings.groups,
        environment=findings.environment,
        broken=findings.broken,
        phases=findings.phases,
        guarantee=findings.guarantee,
        detectable=findings.detectable,
        judge=bool(scorers.judge),
    )


def _noting(
    trials: Iterable[TrialScores], judges: dict[str, str], errors: dict[str, Counter[str]]
) -> Iterator[TrialScores]:
    """The trials; of each case's head trials, `judges` then holds the judge that was asked, `errors` why."""
    for one in trials:
        if one.arm is Arm.HEAD and one.judge:
            judges[one.case] = one.judge
        if one.arm is Arm.HEAD and one.error:
            errors[one.case][one.error] += 1
        yield one


def _with_why(finding: CaseFinding, errors: Counter[str]) -> CaseFinding:
    """The finding of a case none of whose trials came to anything, with the commonest reason."""
    if not errors or finding.verdict is not CaseVerdict.INFRA_FAILURE or finding.head_trials:
        return finding
    [(why, _)] = errors.most_common(1)
    return replace(finding, explanation=f"{finding.explanation}: {why}")


_NOT_RUN = CaseFinding(verdict=CaseVerdict.INCONCLUSIVE, explanation="it did not run: the run stopped before it")


def _case(facts: Facts, finding: CaseFinding, scorers: Scorers) -> CaseComparison:
    case, known = facts.case, facts.known
    different = differs(case, facts.row, scorers) if facts.row and facts.row.runs else ()
    finding = _settled_finding(finding, known, different)
    dimensions = compare_dimensions(facts, finding.verdict)
    if finding.verdict is CaseVerdict.UNCHANGED and _lifted(dimensions):
        finding = replace(finding, verdict=CaseVerdict.IMPROVED)
    return CaseComparison(
        case=case.key,
        agent=case.agent,
        topic=case.topic,
        severity=case.severity,
        status=case.status,
        verdict=finding.verdict,
        blocks=finding.verdict is CaseVerdict.REGRESSED and known.may_block,
        finding=finding,
        dimensions=dimensions,
        differs=different,
        path=case.path,
        line=case.lines.get("id", 1),
        fingerprints=case.fingerprints,
        checks=scorers.checks,
    )


def _settled_finding(finding: CaseFinding, known: CaseInput, different: tuple[str, ...]) -> CaseFinding:
    """The procedure's finding, unless the case cannot be compared or is set aside: then that is what is said of it.

    A case that differs from the stored one regresses by pairs of this run alone, which are numbers of one thing.
    """
    if known.quarantined:
        return replace(finding, verdict=CaseVerdict.QUARANTINED)
    if finding.verdict in _UNHEARD:
        return finding
    if not known.stored_runs:
        return replace(finding, verdict=CaseVerdict.NEW)
    if not known.comparable and finding.verdict is not CaseVerdict.REGRESSED:
        what = " and ".join(_CHANGED[name] for name in different)
        return replace(finding, verdict=CaseVerdict.NOT_COMPARABLE, explanation=f"not comparable: {what} changed")
    return finding


def _lifted(dimensions: Iterable[DimensionComparison]) -> bool:
    verdicts = {one.verdict for one in dimensions}
    return CaseVerdict.IMPROVED in verdicts and CaseVerdict.REGRESSED not in verdicts
