"""Cases, scored trials, baselines and plans for tests of what results mean."""

from collections.abc import Iterable, Mapping, Sequence

from gate.baselines.comparable import Scorers
from gate.baselines.record import Origin, record
from gate.model.baseline import Baseline
from gate.model.case import Case, Fingerprints, Turn
from gate.model.comparison import CaseInput, Comparison
from gate.model.plan import Plan, Revision, Selected
from gate.model.score import Evidence, Finding, Scored, TrialScores, Unscored, outcome
from gate.model.words import Arm, Dimension, Outcome, Severity, Status, Tier
from gate.verdicts.comparison import compare
from gate.verdicts.inputs import case_inputs, committed_levels, levels_of
from gate.verdicts.majority import Majority

AGENT = "support"
Given = int | Mapping[Dimension, int | None] | None
"""The scores of a trial: one number for every dimension, a number each, or None = unscored."""

SCORERS = Scorers(judge="judge-1", checks="1")
ORIGIN = Origin(
    agent=AGENT,
    agent_fingerprint="a" * 64,
    commit="1f3c2aa",
    gate_version="0.1.0",
    date="2026-11-22",
    scorers=SCORERS,
)


def make_case(
    name: str = "return-flow",
    *dimensions: Dimension,
    severity: Severity = Severity.P0,
    status: Status = Status.FROZEN,
    agent: str = AGENT,
    topic: str = "Returns",
    rubric: str = "r1",
    trials: int = 0,
) -> Case:
    """A case with one turn; correctness alone unless dimensions are named."""
    return Case(
        id=name,
        agent=agent,
        topic=topic,
        dimensions=dimensions or (Dimension.CORRECTNESS,),
        severity=severity,
        status=status,
        turns=(Turn(number=1, user="I want to return an item"),),
        trials=trials,
        path=f"fixtures/{name}.md",
        fingerprints=Fingerprints(fixture=f"fixture of {name}", rubric=rubric, data="d1"),
    )


def make_trial(
    case: Case,
    scores: Given,
    *,
    arm: Arm = Arm.HEAD,
    trial: int = 1,
    findings: Sequence[Finding] = (),
    judge: str = "judge-1",
    error: str = "",
) -> TrialScores:
    """A scored trial; see `Given`."""
    values = scores if isinstance(scores, Mapping) else dict.fromkeys(case.dimensions, scores)
    return TrialScores(
        case=case.key,
        arm=arm,
        trial=trial,
        scores=() if error else tuple(_score(dimension, value) for dimension, value in values.items()),
        findings=tuple(findings),
        judge=judge,
        error=error,
    )


def make_trials(case: Case, *scores: Given, arm: Arm = Arm.HEAD) -> list[TrialScores]:
    """Numbered trials of a case."""
    return [make_trial(case, one, arm=arm, trial=number) for number, one in enumerate(scores, start=1)]


def _score(dimension: Dimension, value: int | None) -> Scored | Unscored:
    if value is None:
        return Unscored(dimension=dimension, reason="no verdict recorded", by="judge")
    reason = f"{dimension} is {value}"
    return Scored(dimension=dimension, value=value, reason=reason, by="judge", evidence=Evidence(turn=1, quote=reason))


def make_baseline(*stored: tuple[Case, Sequence[Given]]) -> Baseline:
    """A baseline recorded from the scores of base trials, case by case."""
    trials = [trial for case, scores in stored for trial in make_trials(case, *scores, arm=Arm.BASE)]
    return record(None, [case for case, _ in stored], trials, ORIGIN)


def make_plan(cases: Iterable[Case], *baselines: Baseline, tier: Tier = Tier.PULL_REQUEST) -> Plan:
    """A plan that selects all these cases and holds them to the levels of the baselines."""
    cases = list(cases)
    return Plan(
        tier=tier,
        base=Revision(ref="main", sha="1f3c2aa" + "0" * 33),
        head=Revision(ref="concise", sha="9ab21d0" + "0" * 33),
        agents=(),
        changes=(),
        selected=tuple(
            Selected(case=case.key, severity=case.severity, status=case.status, reasons=()) for case in cases
        ),
        total_cases=len(cases),
        levels=committed_levels(cases, {baseline.agent: baseline for baseline in baselines}),
    )


def make_input(
    name: str = "support/return-flow",
    ok: float = 20,
    runs: float = 20,
    *,
    comparable: bool = True,
    may_block: bool = True,
    trials: int = 0,
    quarantined: bool = False,
) -> CaseInput:
    """What a procedure knows of a P0 case."""
    return CaseInput(
        case=name,
        topic="Returns",
        severity=Severity.P0,
        stored_ok=ok,
        stored_runs=runs,
        comparable=comparable,
        may_block=may_block and not quarantined,
        trials=trials,
        quarantined=quarantined,
    )


def compare_by_majority(
    baseline: Baseline,
    *head: tuple[Case, Sequence[Given]],
    advisory: frozenset[Dimension] = frozenset(),
    quarantined: frozenset[str] = frozenset(),
    suite: Sequence[Case] = (),
) -> Comparison:
    """The comparison under `majority` of head trials, case by case, with what is stored."""
    cases = list(suite) or [case for case, _ in head]
    plan = make_plan(cases, baseline)
    baselines = {baseline.agent: baseline}
    inputs = case_inputs(cases, plan, baselines, SCORERS, advisory=lambda _: advisory, quarantined=quarantined)
    trials = {(one.case, one.trial): one for case, scores in head for one in make_trials(case, *scores)}
    procedure = Majority(inputs, infra_missing=1)
    by_key = {case.key: case for case in cases}
    used = []
    while batch := procedure.wanted():
        for request in batch:
            scores = trials.get((request.case, request.trial))
            if scores is None:
                procedure.observe(request, Outcome.SKIPPED)
                continue
            used.append(scores)
            levels = levels_of(plan, by_key[request.case])
            procedure.observe(request, outcome(scores, levels, advisory))
    return compare(
        cases,
        plan,
        baselines,
        used,
        procedure.findings(),
        policy="majority",
        scorers=SCORERS,
        advisory=lambda _: advisory,
        quarantined=quarantined,
    )
