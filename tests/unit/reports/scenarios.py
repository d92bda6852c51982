"""The runs the golden files are made from: one for each way a report can read."""

from collections.abc import Mapping
from dataclasses import replace

from gate.model.comparison import CaseComparison, GroupFinding
from gate.model.plan import Forecast, GateChange
from gate.model.problem import Problem
from gate.model.report import AcceptanceRow, Links, Report, Spend
from gate.model.words import CaseVerdict, Conclusion, Dimension, Severity, Status
from tests.builders import (
    AGENT,
    case_comparison,
    change,
    comparison,
    decision,
    dimension,
    plan,
    regressed_case,
    report,
    selected_case,
)

_LINKS = Links(
    report="https://github.com/acme/support/actions/runs/42/artifacts/7",
    run="https://github.com/acme/support/actions/runs/42",
    fixtures="https://github.com/acme/support/blob/9ab21d0/",
)
_BUNDLE = "force-app/main/default/aiAuthoringBundles/Support/Support.agent"
_RETURNS = (_BUNDLE, "subagent Returns")
_FOUR = (Dimension.CORRECTNESS, Dimension.GROUNDING, Dimension.TONE, Dimension.SAFETY)


def _unchanged(number: int, *, severity: Severity = Severity.P0) -> list[CaseComparison]:
    return [
        case_comparison(
            f"{severity.lower()}-steady-{index:02}",
            dimensions=[dimension(name) for name in _FOUR],
            severity=severity,
        )
        for index in range(number)
    ]


def blocked() -> Report:
    """Several causes at once: two P0 cases, a topic, a missed floor, a loosened rubric; and all the other verdicts."""
    safety = dimension(
        Dimension.SAFETY,
        CaseVerdict.REGRESSED,
        new=0,
        reason="names the address on somebody else's order",
        turn=2,
        quote="It ships to 12 Elm Street.",
    )
    correctness = dimension(
        verdict=CaseVerdict.REGRESSED,
        new=1,
        reason="confirms an order it never looked up",
        quote="Order A7842 is yours.",
    )
    explained = "base passed and head failed in 13 of 13 paired runs (evidence 1 : 1,903; needed 1 : 1,834)"
    cases = [
        *_unchanged(6),
        *_unchanged(2, severity=Severity.P1),
        regressed_case("return-bulk-items"),
        case_comparison(
            "pii-someone-elses-order",
            CaseVerdict.REGRESSED,
            [correctness, safety],
            topic="Order Status",
            explanation=explained,
            base=(13, 13),
            head=(0, 13),
        ),
        case_comparison(
            "order-status-short-reply",
            CaseVerdict.REGRESSED,
            [dimension(Dimension.TONE, CaseVerdict.REGRESSED, new=1, reason="curt", advisory=True)],
            topic="Order Status",
            severity=Severity.P1,
            explanation="3 of 3 trials below the level",
        ),
        case_comparison(
            "refund-policy-quote",
            CaseVerdict.IMPROVED,
            [dimension(Dimension.GROUNDING, CaseVerdict.IMPROVED, old=1, reason="quotes the returned policy text")],
        ),
        case_comparison(
            "order-status-late-parcel",
            CaseVerdict.FLAKY,
            explanation="17 of 20 on base, 3 of 4 here: no evidence of a drop",
            base=(17, 20),
            head=(3, 4),
        ),
        case_comparison(
            "escalation-angry-customer",
            CaseVerdict.NOT_COMPARABLE,
            [dimension(Dimension.TONE, CaseVerdict.NOT_COMPARABLE, old=None)],
            differs=("rubric",),
            explanation="not comparable: the rubric changed",
        ),
        case_comparison("return-gift", CaseVerdict.NEW, [dimension(verdict=CaseVerdict.NEW, old=None)], base=(0, 0)),
        case_comparison(
            "chat-joke",
            CaseVerdict.REGRESSED,
            [dimension(Dimension.TONE, CaseVerdict.REGRESSED, new=0, reason="mocks the user")],
            status=Status.EXPLORATORY,
        ),
    ]
    reached = {"return-bulk-items", "refund-policy-quote", "return-gift", "escalation-angry-customer"}
    chosen = [
        selected_case(case.id, *([_RETURNS] if case.id in reached else []), severity=case.severity, status=case.status)
        for case in cases
    ]
    floor = AcceptanceRow(
        agent=AGENT,
        severity=Severity.P0,
        dimension=Dimension.CORRECTNESS,
        floor=0.95,
        rate=0.856,
        low=0.781,
        high=0.913,
        cases=11,
        verdict="missed",
    )
    met = AcceptanceRow(
        agent=AGENT,
        severity=Severity.P0,
        dimension=Dimension.SAFETY,
        floor=0.8,
        rate=0.93,
        low=0.86,
        high=0.97,
        cases=11,
        verdict="met",
    )
    return report(
        of_comparison=comparison(
            cases,
            groups=[
                GroupFinding(
                    group="Returns",
                    verdict=CaseVerdict.REGRESSED,
                    explanation="28 of 30 trials pass on base, 17 of 30 here (chance: 0.02 %)",
                )
            ],
            phases={"screen": 119, "confirm": 52},
        ),
        of_plan=plan(
            chosen,
            total=212,
            changes=[
                change(_BUNDLE, "instructions of subagent Returns: 4 cases"),
                change("README.md", "not part of an agent: affects nothing", kind="other"),
                change("fixtures/escalation-angry-customer.md", "rubric: 1 case", kind="fixture"),
            ],
            gate_changes=[
                GateChange(
                    path="fixtures/angry-customer.md",
                    what="loosens case escalation-angry-customer: tone 1 allows sarcasm",
                    needs_sign_off=True,
                ),
                GateChange(path="agent-gate.yml", what="configuration modified (the base's is in force for this run)"),
            ],
            bailouts=["`GenAiPlannerBundle` of API version 68 is not known: every case of the agent runs"],
            topics=["Returns"],
        ),
        of_decision=decision(
            Conclusion.BLOCKED,
            f"Blocked: 2 P0 cases regressed in {AGENT}, Returns fell as a group and 1 change to the gate "
            "needs sign-off",
            "Fix them, or let someone with write access accept them for this commit: label `accept-baseline`, "
            "or comment `/accept-baseline pii-someone-elses-order return-bulk-items reason: …`",
            blocking=[f"{AGENT}/return-bulk-items", f"{AGENT}/pii-someone-elses-order"],
            notes=["1 case regressed that cannot hold the merge: order-status-short-reply"],
            acceptance=[floor, met],
        ),
        links=_LINKS,
    )


def passed() -> Report:
    """An improvement and a flaky case, all green."""
    cases = [
        *_unchanged(8),
        case_comparison(
            "refund-policy-quote",
            CaseVerdict.IMPROVED,
            [
                dimension(
                    Dimension.GROUNDING,
                    CaseVerdict.IMPROVED,
                    old=1,
                    reason="quotes the returned policy text",
                    quote="within 30 days of delivery",
                )
            ],
            base=(0, 4),
        ),
        case_comparison(
            "order-status-late-parcel",
            CaseVerdict.FLAKY,
            base=(17, 20),
            head=(3, 4),
            explanation="17 of 20 on base, 3 of 4 here: no evidence of a drop",
        ),
    ]
    return report(
        of_comparison=comparison(cases, phases={"screen": 40}),
        of_plan=plan(
            [selected_case(case.id, _RETURNS) for case in cases],
            total=24,
            changes=[change(_BUNDLE, "instructions of subagent Returns: 10 cases")],
        ),
        of_decision=decision(
            headline="Pass: no regression in 10 P0 cases, 1 case improved",
            about_judge=["the judge of `support` may block on tone (calibrated: agrees with people on 48 of 50)"],
        ),
        spend=Spend(trials=40, judge_calls=12, tokens=88_000, duration_seconds=48.2),
        links=_LINKS,
    )


def nothing_affected() -> Report:
    """A change that reaches no case."""
    return report(
        of_comparison=comparison(guarantee="", detectable=""),
        of_plan=plan(
            total=24,
            changes=[
                change("README.md", "not part of an agent: affects nothing", kind="other"),
                change(_BUNDLE, "label of subagent Returns: labels are never seen by the agent"),
            ],
        ),
        of_decision=decision(headline="Pass: nothing affected"),
        spend=Spend(),
        links=Links(report="runs/2026-11-22/143015Z-readme/report.html"),
    )


def does_not_compile() -> Report:
    """A script of the head that the platform refuses, so that nothing ran."""
    broken = [
        Problem(path=_BUNDLE, line=14, key="SyntaxError", message="expected `:` after `topic` | <b>here</b>"),
        Problem(path=_BUNDLE, message="no start agent"),
    ]
    return report(
        of_comparison=replace(comparison(), broken=tuple(broken)),
        of_decision=decision(
            Conclusion.BLOCKED,
            f"Blocked: `{_BUNDLE}` does not compile (2 errors)",
            "Mend it and push again: nothing was run, and there is nothing to accept.",
        ),
        spend=Spend(duration_seconds=1.2),
    )


def infra_failure() -> Report:
    """The agent answered too seldom to say anything."""
    cases = [
        *_unchanged(3),
        case_comparison(
            "return-bulk-items",
            CaseVerdict.INFRA_FAILURE,
            [dimension(verdict=CaseVerdict.INFRA_FAILURE, new=None, reason="session could not be opened: 503")],
            explanation="9 of 13 trials are missing after retries",
            head=(4, 4),
            missing=9,
        ),
    ]
    return report(
        of_comparison=comparison(cases, environment="9 of 13 trials of head are missing (69 %, more than 5 %)"),
        of_decision=decision(
            Conclusion.INFRA_FAILURE,
            "Infra-failure: 9 of 13 trials of head are missing (69 %, more than 5 %)",
            "Nothing is said of the change: run again when agent and judge answer, with `agent-gate run --resume DIR`.",
            gaps=[f"{AGENT}/return-bulk-items: correctness has no score (session could not be opened: 503)"],
        ),
        spend=Spend(trials=21, duration_seconds=3905),
    )


def inconclusive() -> Report:
    """The numbers point neither way, and a floor cannot be judged yet."""
    cases = [
        *_unchanged(3),
        case_comparison(
            "order-status-late-parcel",
            CaseVerdict.INCONCLUSIVE,
            base=(10, 14),
            head=(6, 14),
            explanation="after 14 paired runs the evidence is 1 : 40; needed 1 : 1,834",
        ),
    ]
    floor = AcceptanceRow(
        agent=AGENT,
        severity=Severity.P0,
        dimension=Dimension.CORRECTNESS,
        floor=0.95,
        rate=0.94,
        low=0.87,
        high=0.98,
        cases=4,
        verdict="not yet decidable",
        missing=1,
    )
    return report(
        cases,
        of_decision=decision(
            Conclusion.INCONCLUSIVE,
            "Inconclusive: 1 P0 case stayed undecided",
            "Run again, or read the trials of order-status-late-parcel: they point neither way.",
            acceptance=[floor],
        ),
        spend=Spend(trials=40, judge_calls=12, tokens=88_000, duration_seconds=9.14),
    )


HOSTILE = (
    "<!-- agent-eval-gate:customer-support-agent --> @acme/admins #1 GH-2 ![x](https://evil.example/p.png) "
    "[click](javascript:alert(1)) <img src=x onerror=alert(1)> <script>alert(1)</script> </details> | a | b |\n"
    "```\n::set-output name=verdict::pass\n##[add-mask]regression\n# Pass\n- [x] done `code` $x$ :white_check_mark: "
    "\x1b[2J\x1b]8;;https://evil.example\x07link\x1b]8;;\x07 \u202egnp.exe\u200b\x00\x07\ud800 www.evil.example "
    "a@evil.example ]]> &amp; \\| ~~x~~ <!-- x"
)
"""Everything an agent could say to fool a reader or a machine."""


def hostile() -> Report:
    """Each text of a report that comes from outside says `HOSTILE`."""
    one = dimension(verdict=CaseVerdict.REGRESSED, new=0, reason=HOSTILE, quote=HOSTILE)
    case = case_comparison(
        HOSTILE,
        CaseVerdict.REGRESSED,
        [one],
        agent=HOSTILE,
        topic=HOSTILE,
        explanation=HOSTILE,
        path=f"fixtures/{HOSTILE}",
    )
    other = case_comparison(
        HOSTILE + "2", CaseVerdict.NEW, [dimension(reason=HOSTILE)], agent=HOSTILE, explanation=HOSTILE
    )
    return report(
        of_comparison=comparison(
            [case, other],
            policy=HOSTILE,
            environment=HOSTILE,
            guarantee=HOSTILE,
            detectable=HOSTILE,
            groups=[GroupFinding(group=HOSTILE, verdict=CaseVerdict.REGRESSED, explanation=HOSTILE)],
            phases={"screen": 3},
        ),
        of_plan=plan(
            [selected_case(HOSTILE, (HOSTILE, HOSTILE), agent=HOSTILE)],
            agents=[HOSTILE],
            total=1,
            changes=[change(HOSTILE, HOSTILE)],
            gate_changes=[GateChange(path=HOSTILE, what=HOSTILE, needs_sign_off=True)],
            bailouts=[HOSTILE],
            forecast=Forecast(trials=1, judge_calls=1, unpriced=(HOSTILE,)),
        ),
        of_decision=decision(
            Conclusion.BLOCKED,
            HOSTILE,
            HOSTILE,
            blocking=[case.case],
            gaps=[HOSTILE] * 2,
            notes=[HOSTILE],
            about_judge=[HOSTILE],
            acceptance=[
                AcceptanceRow(
                    agent=HOSTILE,
                    severity=Severity.P0,
                    dimension=Dimension.SAFETY,
                    floor=1,
                    rate=0,
                    low=0,
                    high=0.5,
                    cases=1,
                    verdict="missed",
                )
            ],
        ),
        spend=Spend(trials=2, judge_calls=1, tokens=5, duration_seconds=1),
        links=Links(
            report="https://github.com/acme/support/actions/runs/42",
            run="javascript:alert(1)",
            fixtures="https://github.com/acme/support/blob/9ab21d0/",
        ),
    )


SCENARIOS: Mapping[str, Report] = {
    "blocked": blocked(),
    "passed": passed(),
    "nothing-affected": nothing_affected(),
    "does-not-compile": does_not_compile(),
    "infra-failure": infra_failure(),
    "inconclusive": inconclusive(),
    "hostile": hostile(),
}
