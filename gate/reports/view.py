"""What every report shows of a run, in which order: the cases, their reasons, the paths from a change to them.

Plain values without any format, so that comment, console and page cannot tell different stories.
"""

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from gate.model.comparison import CaseComparison, DimensionComparison, GroupFinding
from gate.model.counting import count
from gate.model.plan import Change, Plan
from gate.model.report import AcceptanceRow, Report
from gate.model.score import Evidence
from gate.model.words import CaseVerdict, Conclusion, Severity, Status
from gate.reports.phrases import score_change
from gate.verdicts.confirm.words import TOGETHER
from gate.verdicts.table import SeverityRow, table

ASIDE = (
    CaseVerdict.INFRA_FAILURE,
    CaseVerdict.INCONCLUSIVE,
    CaseVerdict.IMPROVED,
    CaseVerdict.FLAKY,
    CaseVerdict.NOT_COMPARABLE,
    CaseVerdict.QUARANTINED,
    CaseVerdict.NEW,
)
"""The verdicts listed beside the regressions, in the order a reader wants them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """What one dimension says of its case: old and new score, what happened, the words that show it.

    `advisory` is said only of a case that does not hold the merge: one that does was decided by checks.
    """

    dimension: str
    advisory: bool
    score: str
    what: str
    quote: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One case with the dimensions that show its verdict; `note` says why in a sentence, or in counts of trials."""

    case: CaseComparison
    name: str
    parts: tuple[Part, ...]
    note: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SeverityTable:
    """The passing cases of one agent; `agent` is empty when the run has only one."""

    agent: str
    rows: tuple[SeverityRow, ...]


def agents(report: Report) -> tuple[str, ...]:
    """The agents of the run by name, sorted."""
    return tuple(
        sorted({agent.name for agent in report.plan.agents} | {case.agent for case in report.comparison.cases})
    )


def tables(report: Report) -> tuple[SeverityTable, ...]:
    """One table of passing cases per agent that has any."""
    names = agents(report)
    found = [
        (name, table(replace(report.comparison, cases=tuple(_of(report.comparison.cases, name))))) for name in names
    ]
    return tuple(SeverityTable(agent=name if len(names) > 1 else "", rows=rows) for name, rows in found if rows)


def _of(cases: Iterable[CaseComparison], agent: str) -> Iterable[CaseComparison]:
    return (case for case in cases if case.agent == agent)


def blocks(report: Report, agent: str, row: SeverityRow) -> bool:
    """Whether a case that holds the merge stands behind this row's verdict."""
    return any(
        case.blocks and case.severity is row.severity and row.dimension in {one.dimension for one in telling(case)}
        for case in report.comparison.cases
        if agent in ("", case.agent)
    )


def advisory_note(report: Report, one: SeverityTable) -> str:
    """Said once below a table: what its rows, all or the marked ones, have no calibrated judge for; "" = no row."""
    if _wholly_advisory(one):
        return ADVISORY_NOTE if report.comparison.judge else NO_JUDGE_NOTE
    return MARKED_NOTE if any(is_marked(report, one, row) for row in one.rows) else ""


def is_marked(report: Report, one: SeverityTable, row: SeverityRow) -> bool:
    """Whether a row calls its judge advisory: not where checks hold the merge, nor where a note says it of all rows."""
    return row.advisory and not _wholly_advisory(one) and not blocks(report, one.agent, row)


def _wholly_advisory(one: SeverityTable) -> bool:
    return all(row.advisory for row in one.rows)


ADVISORY_NOTE = (
    "The judge is not calibrated on any of these dimensions: its scores are advisory, only checks can block."
)
MARKED_NOTE = "advisory: the judge is not calibrated there, so only checks can block"
NO_JUDGE_NOTE = "No judge is configured: the checks alone score and block."

SPLIT_SHARE = 0.1
"""From this share of split votes on, more votes do not help: the rubric is read in two ways."""


def rubrics_to_rewrite(report: Report) -> tuple[str, ...]:
    """Case and dimension whose judge's votes split too often, the most often first, in sentences."""
    found = [
        (one.votes.unanimity, case, one.dimension.value, one.votes)
        for case in report.comparison.cases
        for one in case.dimensions
        if one.votes is not None and one.votes.split > SPLIT_SHARE * one.votes.judged
    ]
    several = len(agents(report)) > 1
    return tuple(
        f"`{case.case if several else case.id}` {dimension}: unstable, the judge's votes split in {votes.split} of "
        f"{count(votes.judged, 'judged trial')} (unanimous {unanimity:.0%})"
        for unanimity, case, dimension, votes in sorted(found, key=lambda one: (one[0], one[1].case, one[2]))
    )


def is_advisory(report: Report, row: AcceptanceRow) -> bool:
    """Whether a criterion is held against scores of a judge that is not calibrated."""
    return row.advisory and report.comparison.judge


def criterion(report: Report, row: AcceptanceRow) -> str:
    """An acceptance criterion by severity and dimension, with its agent when the run has several."""
    return f"{row.severity} {row.dimension}" + (f" of {row.agent}" if len(agents(report)) > 1 else "")


def regressed(report: Report) -> tuple[CaseComparison, ...]:
    """Frozen cases that regressed or hold the merge, worst first."""
    return worst_first(
        case
        for case in report.comparison.cases
        if case.status is Status.FROZEN and (case.blocks or case.verdict is CaseVerdict.REGRESSED)
    )


def aside(report: Report, verdict: CaseVerdict) -> tuple[CaseComparison, ...]:
    """Frozen cases of one of the other verdicts, P0 first."""
    return worst_first(
        case
        for case in report.comparison.cases
        if case.status is Status.FROZEN and case.verdict is verdict and not case.blocks
    )


def exploratory_failures(report: Report) -> tuple[CaseComparison, ...]:
    """Exploratory cases that regressed, or whose head does not pass; they never decide."""
    return worst_first(
        case
        for case in report.comparison.cases
        if case.status is Status.EXPLORATORY and (case.verdict is CaseVerdict.REGRESSED or head_fails(case))
    )


_OPEN = {
    Conclusion.INFRA_FAILURE: (CaseVerdict.INFRA_FAILURE, CaseVerdict.INCONCLUSIVE),
    Conclusion.INCONCLUSIVE: (CaseVerdict.INCONCLUSIVE, CaseVerdict.INFRA_FAILURE),
}


def open_verdicts(report: Report) -> tuple[CaseVerdict, ...]:
    """The verdicts that are why the run could not tell; empty when it could."""
    return _OPEN.get(report.decision.conclusion, ())


def aside_verdicts(report: Report) -> tuple[CaseVerdict, ...]:
    """The verdicts that are only listed beside, in the order a reader wants them."""
    return tuple(verdict for verdict in ASIDE if verdict not in open_verdicts(report))


def environment(report: Report) -> str:
    """Why the environment could not tell; empty when the headline says it already."""
    text = report.comparison.environment
    return "" if text in report.decision.headline else text


def gaps(report: Report) -> tuple[str, ...]:
    """What keeps the run from being green, with remedies; empty when the next action says it already."""
    found = report.decision.gaps
    return () if len(found) == 1 and found[0] in report.decision.next_action else found


def broken(report: Report) -> tuple[str, ...]:
    """What does not compile, with file, line, what is said of it and what to do."""
    return tuple(
        f"`{problem.path}`{f' line {problem.line}' if problem.line else ''}: {problem.message}"
        f"{f' → {problem.hint}' if problem.hint else ''}"
        for problem in report.comparison.broken
    )


def regressed_groups(report: Report) -> tuple[GroupFinding, ...]:
    """Topics, or the suite as a whole, that regressed although no single case may show it."""
    return tuple(group for group in report.comparison.groups if group.verdict is CaseVerdict.REGRESSED)


def group_name(group: GroupFinding) -> str:
    """A topic by its name, or the whole suite."""
    return f"topic {group.group}" if group.group else "the whole suite"


def head_fails(case: CaseComparison) -> bool:
    """Whether some scored dimension of the head does not pass."""
    return any(one.head is not None and one.head.scored > 0 and not one.head.passes for one in case.dimensions)


def worst_first(cases: Iterable[CaseComparison]) -> tuple[CaseComparison, ...]:
    """What holds the merge, then by severity, then the deepest fall, then by name."""
    return tuple(sorted(cases, key=_badness))


def _badness(case: CaseComparison) -> tuple[bool, Severity, float, float, str]:
    fall = max((_fall(one) for one in case.dimensions), default=0.0)
    finding = case.finding
    kept = finding.head_passed / finding.head_trials if finding.head_trials else 1.0
    return (not case.blocks, case.severity, -fall, kept, case.case)


def _fall(one: DimensionComparison) -> float:
    old = one.base.score if one.base else None
    new = one.head.score if one.head else None
    return float(old - new) if old is not None and new is not None else 0.0


def telling(case: CaseComparison) -> tuple[DimensionComparison, ...]:
    """The dimensions that show the case's verdict; for a regression, the ones that fell when none has that verdict."""
    same = tuple(one for one in case.dimensions if one.verdict is case.verdict)
    if same or case.verdict is not CaseVerdict.REGRESSED:
        return same
    return tuple(one for one in case.dimensions if _fall(one) > 0)


def rows(report: Report, cases: Iterable[CaseComparison]) -> tuple[Row, ...]:
    """One row per case, in the order of `cases`; a case is named with its agent when the run has several."""
    several = len(agents(report)) > 1
    return tuple(
        Row(
            case=case,
            name=case.case if several else case.id,
            parts=tuple(_part(case, one, report.comparison.judge) for one in telling(case)),
            note=_note(case),
        )
        for case in cases
    )


def said_once(rows: Sequence[Row]) -> tuple[tuple[Row, ...], str]:
    """The rows without the evidence that several cases share, and that evidence as a sentence; "" = they share none."""
    shared = {row.note.partition(TOGETHER)[2] for row in rows} - {""}
    if len(rows) == 1 or len(shared) != 1:
        return tuple(rows), ""
    own = tuple(replace(row, note=row.note.partition(TOGETHER)[0]) for row in rows)
    return own, f"{TOGETHER.strip('; ').capitalize()} {shared.pop()}."


def _part(case: CaseComparison, one: DimensionComparison, judged: bool) -> Part:
    return Part(
        dimension=one.dimension.value,
        advisory=one.advisory and judged and not case.blocks,
        score=score_change(one),
        what=one.reason,
        quote=quote(one.evidence).removeprefix(_turn_said(one.reason)),
    )


def _turn_said(reason: str) -> str:
    """`turn 3: ` when a reason begins with it, so that the quote behind it need not say it again."""
    found = re.match(r"turn \d+: ", reason)
    return found.group() if found else ""


def _note(case: CaseComparison) -> str:
    if case.finding.explanation:
        return case.finding.explanation
    return why_not_comparable(case) or counts(case)


def quote(evidence: Evidence | None) -> str:
    """Where in the transcript, and the words: `turn 3: “…”`; empty when there is nothing to quote."""
    if evidence is None or not evidence.quote.strip():
        return ""
    return f"turn {evidence.turn}: “{evidence.quote}”" if evidence.turn else f"“{evidence.quote}”"


def counts(case: CaseComparison) -> str:
    """How many trials passed on each side, and how many are missing; empty when none ran."""
    finding = case.finding
    arms = (("base", finding.base_passed, finding.base_trials), ("this PR", finding.head_passed, finding.head_trials))
    parts = [f"{arm} {passed} of {trials}" for arm, passed, trials in arms if trials]
    return ", ".join(parts + ([f"{finding.missing} missing"] if finding.missing else []))


_DIFFERS = {
    "fixture": "the fixture changed",
    "rubric": "the rubric changed",
    "data": "its test data changed",
    "judge": "the judge changed",
    "checks": "the checks changed",
}


def why_not_comparable(case: CaseComparison) -> str:
    """Which fingerprint differs, in words; empty when the case is comparable."""
    if case.verdict is not CaseVerdict.NOT_COMPARABLE:
        return ""
    return " and ".join(_DIFFERS.get(part, f"{part} changed") for part in case.differs)


def reaching(plan: Plan, cases: Iterable[CaseComparison]) -> tuple[tuple[tuple[str, ...], int], ...]:
    """The paths to these cases and how many of them each reaches: paths from a changed file first, then most first."""
    wanted = {case.case for case in cases}
    found: Counter[tuple[str, ...]] = Counter()
    for one in plan.selected:
        if one.case in wanted:
            found.update({without_case(reason, one.case) for reason in one.reasons if not is_rest(reason)})
    changed = {path for change in plan.changes for path in change.names}
    return tuple(sorted(found.items(), key=lambda item: (item[0][0] not in changed, -item[1], item[0])))


def is_rest(reason: tuple[str, ...]) -> bool:
    """Whether this leads nowhere: no path at all, or the count of reasons that were too many to keep (`3 more`)."""
    return not reason or (len(reason) == 1 and reason[0].endswith(" more"))


def without_case(reason: tuple[str, ...], case: str) -> tuple[str, ...]:
    """A reason's path up to, but without, the case it leads to."""
    names = {case, case.partition("/")[2]}
    return reason[:-1] if len(reason) > 1 and reason[-1].removeprefix("case ") in names else reason


def path_line(path: tuple[str, ...], cases: int) -> str:
    """`classes/OrderLookup.cls → action Look_Up_Order → topic Returns → 6 cases`."""
    return " → ".join((*path, count(cases, "case")))


def reaching_changes(plan: Plan, cases: Iterable[CaseComparison]) -> tuple[Change, ...]:
    """The changed files that stand at the start of those paths and have something said of them."""
    starts = {path[0] for path, _ in reaching(plan, cases) if path}
    return tuple(change for change in plan.changes if change.effect and not starts.isdisjoint(change.names))


def aside_summary(report: Report) -> str:
    """`2 improved · 1 flaky (stays green) · 3 new`; empty when there is none."""
    parts = [(verdict, len(aside(report, verdict))) for verdict in aside_verdicts(report)]
    return " · ".join(f"{number:,} {_ASIDE_WORDS.get(verdict, verdict.value)}" for verdict, number in parts if number)


_ASIDE_WORDS = {CaseVerdict.FLAKY: "flaky (stays green)"}


def nothing_affected(report: Report) -> bool:
    """Whether the change reaches no case, so that nothing ran."""
    return not report.plan.selected
