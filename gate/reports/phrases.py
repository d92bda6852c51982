"""Numbers of a run in the words every report uses; plain text, escaped by whoever prints it."""

from math import floor, log10

from gate.model.comparison import DimensionComparison, Tally
from gate.model.counting import count
from gate.model.plan import IMPACT_UNKNOWN, Forecast, Plan
from gate.model.report import AcceptanceRow, Report
from gate.model.words import CaseVerdict, Conclusion, Severity, Tier

ABOUT_JUDGE = "The judge: what it may block on, how people would score, what waits for a person"
"""Heading of `Decision.about_judge`."""

CONCLUSION_LABELS = {
    Conclusion.PASS: "Pass",
    Conclusion.BLOCKED: "Blocked",
    Conclusion.ACCEPTED: "Accepted",
    Conclusion.INCONCLUSIVE: "Inconclusive",
    Conclusion.INFRA_FAILURE: "Infra-failure",
}


def share(passing: float, total: float) -> str:
    """`38/40 (95%)`, rounded down so that 100% means all; a dash when there is nothing to count."""
    if total <= 0:
        return "—"
    return f"{passing:g}/{total:g} ({int(100 * passing / total + 1e-9)}%)"


def percent(part: float) -> str:
    """A share as a percentage with at most one decimal, rounded down: `92.5 %`."""
    return f"{int(part * 1000 + 1e-9) / 10:g} %"


def duration(seconds: float) -> str:
    """`0.4 s`, `52 s`, `4 min 12 s`, `1 h 5 min`."""
    if seconds < 10:
        return f"{seconds:.1f} s"
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    if hours:
        return f"{hours} h {minutes} min"
    return f"{minutes} min {rest} s" if minutes else f"{rest} s"


def headline(report: Report) -> str:
    """The conclusion and the sentence that says it, e.g. `Blocked: 1 P0 case regressed`."""
    label = CONCLUSION_LABELS[report.decision.conclusion]
    text = report.decision.headline.strip()
    if text.casefold().startswith((label.casefold(), report.decision.conclusion.value)):
        return text[:1].upper() + text[1:]
    return f"{label}: {text}"


def score_change(one: DimensionComparison) -> str:
    """Old and new score: `2 → 1`; a dash stands for an arm without a score."""
    return f"{_score(one.base)} → {_score(one.head)}"


def was_now(one: DimensionComparison) -> str:
    """`was 2, now 1`; with passing trials when the usual score is the same on both sides."""
    old, new = _score(one.base), _score(one.head)
    return f"was {old}, now {new}" if old != new else f"usually {old} on both sides"


def _score(tally: Tally | None) -> str:
    return "—" if tally is None or tally.score is None else str(tally.score)


def acceptance(row: AcceptanceRow) -> str:
    """What an absolute floor asks and what was seen: `92.5 %, 95 % sure between 80.1 % and 98.4 %`."""
    seen = f"{percent(row.rate)} of {count(row.cases, 'case')}, between {percent(row.low)} and {percent(row.high)}"
    return f"{seen}; {row.missing:,} without a score" if row.missing else seen


def ran(report: Report) -> str:
    """How much of the suite ran and why: `52 of 212 cases ran: 12 reached by the change, 40 P0 that always run`."""
    plan = report.plan
    done = sum(1 for case in report.comparison.cases if case.finding.head_trials > 0)
    text = f"{done:,} of {count(plan.total_cases, 'case')} ran"
    if done != len(plan.selected):
        return f"{text}, {count(len(plan.selected), 'was', 'were')} selected"
    return f"{text}: {composition(plan)}" if done else text


def composition(plan: Plan) -> str:
    """How the selected cases came to run: by a change that reaches them or may do so, or whatever changes."""
    if plan.tier is not Tier.PULL_REQUEST:
        return _TIER_WORDS[plan.tier]
    changed = {path for change in plan.changes for path in change.names}
    rest = [one for one in plan.selected if not any(reason and reason[0] in changed for reason in one.reasons)]
    unknown = [one for one in rest if any(is_unknown(reason[0]) for reason in one.reasons if reason)]
    always = [one for one in rest if one not in unknown]
    p0 = "P0 " if all(one.severity is Severity.P0 for one in always) else ""
    parts = {
        "reached by the change": len(plan.selected) - len(rest),
        "as the impact is unknown": len(unknown),
        f"{p0}that always run": len(always),
    }
    return ", ".join(f"{number:,} {words}" for words, number in parts.items() if number)


def is_unknown(step: str) -> bool:
    """Whether a reason that begins with this step says that nobody knows what the change reaches."""
    return step.startswith(IMPACT_UNKNOWN)


_TIER_WORDS = {
    Tier.FULL: "a full run",
    Tier.NAMED: "asked for by name",
    Tier.DAILY: "the daily run",
    Tier.WEEKLY: "the weekly run",
}


def spent(report: Report) -> tuple[str, ...]:
    """What the run used: trials, judge calls, tokens, money, time; what it did not use is left out."""
    spend = report.spend
    parts = [
        count(spend.trials, "trial") if spend.trials else "",
        count(spend.judge_calls, "judge call") if spend.judge_calls else "",
        count(spend.tokens, "token") if spend.tokens else "",
        _money(report) if spend.trials else "",
        duration(spend.duration_seconds) if spend.duration_seconds else "",
    ]
    return tuple(part for part in parts if part)


def _money(report: Report) -> str:
    spend, cases = report.spend, len(report.comparison.cases)
    each = f", {_small((spend.money or 0) / cases)} a case" if spend.money and cases else ""
    judge = f"the judge {_small(spend.judge_money)}" if spend.judge_money else ""
    if spend.money is not None:
        return f"{_cost(spend.money)}{each}{f', of it {judge}' if judge else ''}"
    if judge:
        return f"{judge}, else {_unpriced(report.plan.forecast)}"
    if not report.spend.tokens and not report.spend.judge_calls:
        return ""
    return _unpriced(report.plan.forecast)


def _small(money: float) -> str:
    """Money that may be a fraction of a cent: two decimals, or the first two digits there are."""
    return f"{money:,.2f}" if money >= 0.01 or not money else f"{money:.{1 - floor(log10(money))}f}"


def forecast(forecast: Forecast) -> str:
    """What a run is expected to use: `171 trials, 38 judge calls, 210,000 tokens, cost 1.12`."""
    parts = [count(forecast.trials, "trial"), count(forecast.judge_calls, "judge call")]
    parts += [count(forecast.tokens, "token")] if forecast.tokens else []
    parts += [_cost(forecast.money) if forecast.money is not None else _unpriced(forecast)]
    return ", ".join(parts)


def _cost(money: float) -> str:
    return f"cost {_small(money)}" if money else "nothing to pay"


def _unpriced(forecast: Forecast) -> str:
    models = ", ".join(forecast.unpriced)
    return f"cost unknown (no price for {models})" if models else "cost unknown (no prices configured)"


def phases(report: Report) -> str:
    """Trials spent per phase of the procedure: `screen 120, confirm 26, control 25`; empty when it has none."""
    return ", ".join(f"{phase} {trials:,}" for phase, trials in report.comparison.phases.items())


def assurance(report: Report) -> tuple[str, ...]:
    """What the decision is worth: the guarantee, the smallest drop seen, the policy, the result's digest."""
    comparison = report.comparison
    parts = [comparison.guarantee, comparison.detectable, f"policy `{comparison.policy}`"]
    parts += [f"trials: {phases(report)}"] if comparison.phases else []
    parts += [f"result `{report.decision.digest[:12]}`"] if report.decision.digest else []
    return tuple(part for part in parts if part)


VERDICT_ICONS = {
    CaseVerdict.REGRESSED: "🔴",
    CaseVerdict.IMPROVED: "🟢",
    CaseVerdict.INFRA_FAILURE: "⚠️",
    CaseVerdict.INCONCLUSIVE: "❔",
}
CONCLUSION_ICONS = {
    Conclusion.PASS: "✅",
    Conclusion.BLOCKED: "⛔",
    Conclusion.ACCEPTED: "☑️",
    Conclusion.INCONCLUSIVE: "❔",
    Conclusion.INFRA_FAILURE: "⚠️",
}
