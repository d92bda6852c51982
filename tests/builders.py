"""Values for tests, each with sensible defaults: say only what the test is about."""

from collections.abc import Iterable, Sequence

from gate.model.comparison import (
    CaseComparison,
    CaseFinding,
    Comparison,
    DimensionComparison,
    GroupFinding,
    Tally,
    Votes,
)
from gate.model.plan import AgentPlan, Change, Forecast, GateChange, Plan, Revision, Selected
from gate.model.report import AcceptanceRow, Decision, Links, Report, Spend
from gate.model.score import Evidence
from gate.model.words import CaseVerdict, Conclusion, Dimension, Severity, Status, Tier

AGENT = "customer-support-agent"
BASE_SHA = "1f3c2aa0" * 5
HEAD_SHA = "9ab21d00" * 5
DIGEST = "c0ffee12" * 8


def tally(passed: float, scored: float, score: int | None = 2) -> Tally:
    """How one arm did on a dimension."""
    return Tally(passed=passed, scored=scored, score=score if scored else None)


def dimension(
    name: Dimension = Dimension.CORRECTNESS,
    verdict: CaseVerdict = CaseVerdict.UNCHANGED,
    *,
    old: int | None = 2,
    new: int | None = 2,
    reason: str = "",
    quote: str = "",
    turn: int = 1,
    advisory: bool = False,
    votes: Votes | None = None,
) -> DimensionComparison:
    """A dimension whose trials all scored `old` on base and `new` on head; None = that arm has no trials."""
    return DimensionComparison(
        dimension=name,
        level=2,
        verdict=verdict,
        base=None if old is None else tally(4 if old == 2 else 0, 4, old),
        head=None if new is None else tally(4 if new == 2 else 0, 4, new),
        advisory=advisory,
        votes=votes,
        reason=reason,
        evidence=Evidence(turn=turn, quote=quote) if quote else None,
    )


def case_comparison(
    name: str,
    verdict: CaseVerdict = CaseVerdict.UNCHANGED,
    dimensions: Sequence[DimensionComparison] = (),
    *,
    agent: str = AGENT,
    topic: str = "Returns",
    severity: Severity = Severity.P0,
    status: Status = Status.FROZEN,
    blocks: bool | None = None,
    explanation: str = "",
    base: tuple[int, int] = (4, 4),
    head: tuple[int, int] = (4, 4),
    missing: int = 0,
    differs: tuple[str, ...] = (),
    path: str = "",
) -> CaseComparison:
    """A case; a regressed frozen P0 case blocks unless `blocks` says otherwise."""
    frozen = status is Status.FROZEN and severity is Severity.P0
    return CaseComparison(
        case=f"{agent}/{name}",
        agent=agent,
        topic=topic,
        severity=severity,
        status=status,
        verdict=verdict,
        blocks=frozen and verdict is CaseVerdict.REGRESSED if blocks is None else blocks,
        finding=CaseFinding(
            verdict=verdict,
            explanation=explanation,
            base_passed=base[0],
            base_trials=base[1],
            head_passed=head[0],
            head_trials=head[1],
            missing=missing,
        ),
        dimensions=tuple(dimensions) or (dimension(verdict=verdict),),
        differs=differs,
        path=path or f"fixtures/{agent}/{name}.md",
        line=2,
    )


def regressed_case(name: str = "return-bulk-items", *, old: int = 2, new: int = 1, **rest: object) -> CaseComparison:
    """A frozen P0 case that fell on correctness and blocks."""
    reason = str(rest.pop("reason", "`Initiate_Return` was called with `items: []`, expected any non-empty value"))
    quote = str(rest.pop("quote", "I have started the return."))
    one = dimension(verdict=CaseVerdict.REGRESSED, old=old, new=new, reason=reason, quote=quote, turn=3)
    explanation = "base passed and head failed in 13 of 13 paired runs (evidence 1 : 1,903; needed 1 : 1,834)"
    return case_comparison(
        name,
        CaseVerdict.REGRESSED,
        [one],
        explanation=str(rest.pop("explanation", explanation)),
        base=(13, 13),
        head=(0, 13),
        **rest,  # type: ignore[arg-type]
    )


def comparison(
    cases: Iterable[CaseComparison] = (),
    *,
    policy: str = "confirm",
    groups: Sequence[GroupFinding] = (),
    environment: str = "",
    phases: dict[str, int] | None = None,
    guarantee: str = "False blocks at most 1 % of unchanged pull requests",
    detectable: str = "smallest drop seen reliably: 100 % → 31 % of trials",
    judge: bool = True,
) -> Comparison:
    """All cases of a run."""
    return Comparison(
        policy=policy,
        cases=tuple(cases),
        groups=tuple(groups),
        environment=environment,
        phases=phases or {},
        guarantee=guarantee,
        detectable=detectable,
        judge=judge,
    )


def selected_case(
    name: str,
    *reasons: tuple[str, ...],
    agent: str = AGENT,
    severity: Severity = Severity.P0,
    status: Status = Status.FROZEN,
) -> Selected:
    """A case that runs; without reasons, because every P0 case of its agent does."""
    why = reasons or ((f"agent {agent}", "every P0 case"),)
    return Selected(case=f"{agent}/{name}", severity=severity, status=status, reasons=why)


def plan(
    cases: Iterable[Selected] = (),
    *,
    changes: Sequence[Change] = (),
    agents: Sequence[str] = (AGENT,),
    tier: Tier = Tier.PULL_REQUEST,
    total: int = 0,
    gate_changes: Sequence[GateChange] = (),
    bailouts: Sequence[str] = (),
    forecast: Forecast | None = None,
    topics: Sequence[str] = (),
    actions: Sequence[str] = (),
) -> Plan:
    """A plan of a pull request; `total` is at least the number of selected cases."""
    chosen = tuple(cases)
    return Plan(
        tier=tier,
        base=Revision(ref="main", sha=BASE_SHA),
        head=Revision(ref="refs/pull/128/head", sha=HEAD_SHA),
        agents=tuple(
            AgentPlan(
                name=name,
                base_fingerprint="a" * 64,
                head_fingerprint="b" * 64,
                affected=bool(chosen),
                topics=tuple(topics),
                actions=tuple(actions),
            )
            for name in agents
        ),
        changes=tuple(changes),
        selected=chosen,
        total_cases=max(total, len(chosen)),
        gate_changes=tuple(gate_changes),
        bailouts=tuple(bailouts),
        forecast=forecast or Forecast(trials=0, judge_calls=0),
    )


def change(path: str, effect: str = "", *, kind: str = "agent", status: str = "modified") -> Change:
    """A changed file and what it means."""
    return Change(path=path, status=status, kind=kind, effect=effect)  # type: ignore[arg-type]


def decision(
    conclusion: Conclusion = Conclusion.PASS,
    headline: str = "no regression in 40 P0 cases",
    next_action: str = "Nothing to do.",
    *,
    blocking: Sequence[str] = (),
    gaps: Sequence[str] = (),
    notes: Sequence[str] = (),
    about_judge: Sequence[str] = (),
    acceptance: Sequence[AcceptanceRow] = (),
) -> Decision:
    """What the gate says of the run."""
    codes = {Conclusion.PASS: 0, Conclusion.ACCEPTED: 0, Conclusion.BLOCKED: 1}
    return Decision(
        conclusion=conclusion,
        headline=headline,
        next_action=next_action,
        exit_code=codes.get(conclusion, 3),
        digest=DIGEST,
        blocking=tuple(blocking),
        gaps=tuple(gaps),
        notes=tuple(notes),
        about_judge=tuple(about_judge),
        acceptance=tuple(acceptance),
    )


def report(
    cases: Iterable[CaseComparison] = (),
    *,
    of_plan: Plan | None = None,
    of_comparison: Comparison | None = None,
    of_decision: Decision | None = None,
    spend: Spend | None = None,
    links: Links | None = None,
) -> Report:
    """A report; without a plan every case was selected because all P0 cases run."""
    compared = of_comparison or comparison(cases)
    names = [(case.id, case.agent, case.severity, case.status) for case in compared.cases]
    chosen = [
        selected_case(name, agent=agent, severity=severity, status=status) for name, agent, severity, status in names
    ]
    agents = sorted({case.agent for case in compared.cases}) or [AGENT]
    return Report(
        run="143015Z-pr-128-9ab21d0",
        folder="runs/2026-11-22/143015Z-pr-128-9ab21d0",
        started="2026-11-22T14:30:15Z",
        plan=of_plan or plan(chosen, agents=agents),
        comparison=compared,
        decision=of_decision or decision(),
        spend=spend or Spend(trials=171, judge_calls=38, tokens=210_000, duration_seconds=252.0, money=1.12),
        links=links or Links(),
    )
