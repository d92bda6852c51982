"""`report.html`: one file a manager can read, with nothing in it that runs or is fetched from elsewhere."""

from base64 import b64encode
from collections.abc import Iterable, Mapping, Sequence
from hashlib import sha256
from string import Template

from gate.model.comparison import CaseComparison
from gate.model.counting import count
from gate.model.report import Report
from gate.model.transcript import Transcript
from gate.model.words import CaseVerdict, Conclusion, Severity
from gate.reports import phrases, view
from gate.reports.page_parts import (
    TONES,
    case_name,
    folded,
    link,
    listing,
    prose,
    section,
    share,
    table,
    tag,
    text,
    verdict_tag,
)
from gate.reports.page_style import STYLE
from gate.reports.page_transcripts import transcripts_of
from gate.verdicts.table import SeverityRow

_PAGE = Template("""<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy"
  content="default-src 'none'; style-src '$hash'; base-uri 'none'; form-action 'none'">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="referrer" content="no-referrer">
<title>$title</title>
<style>$style</style>
</head>
<body><main>
$body
</main></body>
</html>
""")
_CONCLUSION_TONES = {
    Conclusion.PASS: "good",
    Conclusion.BLOCKED: "bad",
    Conclusion.ACCEPTED: "good",
    Conclusion.INCONCLUSIVE: "warn",
    Conclusion.INFRA_FAILURE: "warn",
}
_FLOOR_TONES = {"met": "good", "missed": "bad", "not yet decidable": "warn"}


def page(report: Report, transcripts: Mapping[str, Sequence[Transcript]] | None = None) -> str:
    """The whole report as one HTML page.

    `transcripts` by case key are shown folded below a regressed case, base beside head; they are expected redacted.
    """
    shown = transcripts or {}
    parts = (
        _banner(report),
        _facts(report),
        section("What does not compile", listing(map(prose, view.broken(report)))),
        section("What keeps this from being green", listing(map(prose, view.gaps(report)))),
        _totals(report),
        section("Acceptance criteria", _acceptance(report)),
        section("Regressed", "".join(_case(report, row, shown) for row in view.rows(report, view.regressed(report)))),
        section("Fell together, beyond single cases", _groups(report)),
        _unanswered(report),
        _reaching(report),
        section("This pull request also changes the gate", _gate_changes(report)),
        folded(view.aside_summary(report), _aside(report, view.aside_verdicts(report))),
        _exploratory(report),
        section("Rewrite these rubrics", listing(map(prose, view.rubrics_to_rewrite(report)))),
        folded("Why more ran than the change alone asks for", listing(map(prose, report.plan.bailouts))),
        section("Notes", listing(map(prose, report.decision.notes))),
        folded(phrases.ABOUT_JUDGE, listing(map(prose, report.decision.about_judge))),
        _everything(report),
        _footer(report),
    )
    digest = b64encode(sha256(STYLE.encode()).digest()).decode()
    title = f"{phrases.CONCLUSION_LABELS[report.decision.conclusion]}: {' + '.join(view.agents(report))}"
    body = "\n".join(part for part in parts if part)
    return _PAGE.substitute(hash=f"sha256-{digest}", title=text(title), style=STYLE, body=body)


def _banner(report: Report) -> str:
    tone = _CONCLUSION_TONES[report.decision.conclusion]
    environment = view.environment(report)
    return (
        f'<div class="banner {tone}"><span class="soft">Agent Eval Gate · {text(", ".join(view.agents(report)))}</span>'
        f"<h1>{prose(phrases.headline(report))}</h1>"
        + (f"<p>{prose(report.decision.next_action)}</p>" if report.decision.next_action else "")
        + (f"<p>{tag('environment', 'warn')} {prose(environment)}</p>" if environment else "")
        + f'<p class="soft">base <code>{text(report.plan.base.short)}</code> → this PR '
        f"<code>{text(report.plan.head.short)}</code> · {text(report.started)}</p></div>"
    )


def _facts(report: Report) -> str:
    if view.nothing_affected(report):
        return ""
    counts = [(view.regressed(report), "regressed")]
    counts += [(view.aside(report, verdict), verdict.value) for verdict in view.ASIDE]
    steady = [case for case in report.comparison.cases if case.verdict is CaseVerdict.UNCHANGED]
    facts = [(len(cases), name) for cases, name in (*counts, (steady, "unchanged")) if cases or name == "regressed"]
    items = "".join(f"<li><b>{number:,}</b><span>{text(name)}</span></li>" for number, name in facts)
    return f'<ul class="facts" aria-label="Cases by verdict">{items}</ul>'


def _totals(report: Report) -> str:
    tables = [
        table(
            f"Cases that pass, {one.agent or 'per severity and dimension'}",
            (one.agent, f"base {report.plan.base.short}", f"this PR {report.plan.head.short}", "verdict"),
            [_total(report, one.agent, row, marked=view.is_marked(report, one, row)) for row in one.rows],
            numbers=(1, 2),
        )
        + (f'<p class="soft">{text(view.advisory_note(report, one))}</p>' if view.advisory_note(report, one) else "")
        for one in view.tables(report)
    ]
    return section("Cases that pass", "".join(tables))


def _total(report: Report, agent: str, row: SeverityRow, *, marked: bool) -> tuple[str, ...]:
    advisory = ' <span class="soft">advisory</span>' if marked else ""
    blocks = view.blocks(report, agent, row)
    tone = "warn" if row.verdict is CaseVerdict.REGRESSED and not blocks else TONES.get(row.verdict, "")
    verdict = tag(row.verdict.value, tone) if tone else text(row.verdict.value)
    if row.verdict is CaseVerdict.REGRESSED and not blocks:
        verdict += ' <span class="soft">does not block</span>'
    return (
        f"{row.severity} {row.dimension}{advisory}",
        share(row.base_passing, row.base_total, ""),
        share(row.head_passing, row.head_total, tone if tone in ("bad", "good") else ""),
        verdict,
    )


def _acceptance(report: Report) -> str:
    rows = [
        (
            text(view.criterion(report, row))
            + (' <span class="soft">advisory</span>' if view.is_advisory(report, row) else ""),
            f"at least {phrases.percent(row.floor)}",
            text(phrases.acceptance(row)),
            tag(row.verdict, _FLOOR_TONES[row.verdict]),
        )
        for row in report.decision.acceptance
    ]
    return table("Acceptance criteria", ("criterion", "required", "trials that pass, with 95 % interval", ""), rows)


def _case(report: Report, row: view.Row, transcripts: Mapping[str, Sequence[Transcript]]) -> str:
    case = row.case
    blocks = "bad" if case.blocks else ""
    said = "holds the merge" if case.blocks else "does not block"
    return (
        f'<article class="case {blocks}"><header><h3>{case_name(report, row)}</h3>'
        f"{tag(case.severity)}{tag(said, 'bad' if case.blocks else 'warn')}"
        f'<span class="soft">{text(case.topic or "any topic")}</span></header>'
        + "".join(map(_part, row.parts))
        + (f'<p class="fell">{prose(row.note)}</p>' if row.note else "")
        + transcripts_of(transcripts.get(case.case, ()))
        + "</article>"
    )


def _part(part: view.Part) -> str:
    advisory = f" {tag('advisory', 'warn')}" if part.advisory else ""
    what = f": {prose(part.what)}" if part.what else ""
    quote = f"<blockquote>{text(part.quote)}</blockquote>" if part.quote else ""
    scores = f'<span class="scores">{text(part.dimension)} {text(part.score)}</span>'
    return f'<div class="fell">{scores}{what}{advisory}{quote}</div>'


def _groups(report: Report) -> str:
    return listing(
        f"<b>{text(view.group_name(group))}</b>: {prose(group.explanation)}" for group in view.regressed_groups(report)
    )


def _unanswered(report: Report) -> str:
    return section("No answer", _aside(report, view.open_verdicts(report)))


def _aside(report: Report, verdicts: Iterable[CaseVerdict]) -> str:
    cases = [case for verdict in verdicts for case in view.aside(report, verdict)]
    rows = [_aside_cells(report, row) for row in view.rows(report, cases)]
    return table("Cases beside the regressed ones", ("case", "severity", "verdict", "scores", "note"), rows)


def _aside_cells(report: Report, row: view.Row) -> tuple[str, ...]:
    notes = [*(prose(part.what) for part in row.parts if part.what), prose(row.note)]
    scores = [f"{text(part.dimension)} {text(part.score)}" for part in row.parts]
    return (
        case_name(report, row),
        text(row.case.severity),
        verdict_tag(row.case),
        "<br>".join(scores),
        "<br>".join(note for note in notes if note),
    )


def _exploratory(report: Report) -> str:
    rows = view.rows(report, view.exploratory_failures(report))
    title = f"Exploratory, never blocks: {count(len(rows), 'failing case')}"
    return folded(title, "".join(_case(report, row, {}) for row in rows))


def _reaching(report: Report) -> str:
    if view.nothing_affected(report):
        effects = [_change(change.path, change.effect or "affects nothing") for change in report.plan.changes]
        return section(f"What changed ({count(len(effects), 'file')})", listing(effects))
    cases = view.regressed(report)
    paths = [text(view.path_line(*found)) for found in view.reaching(report.plan, cases)]
    effects = [_change(change.path, change.effect) for change in view.reaching_changes(report.plan, cases)]
    return section("What in this pull request reaches it", listing(paths + effects))


def _change(path: str, effect: str) -> str:
    return f"<code>{text(path)}</code>: {prose(effect)}"


def _gate_changes(report: Report) -> str:
    return listing(
        _change(change.path, change.what) + (f" {tag('needs sign-off', 'bad')}" if change.needs_sign_off else "")
        for change in report.plan.gate_changes
    )


def _everything(report: Report) -> str:
    """Every case that ran, by severity: what was looked at is as much of an answer as what was found."""
    cases: Sequence[CaseComparison] = sorted(
        report.comparison.cases, key=lambda case: (list(Severity).index(case.severity), case.topic, case.case)
    )
    rows = [
        (
            case_name(report, row),
            text(row.case.severity),
            text(row.case.topic or "any topic"),
            verdict_tag(row.case),
            "<br>".join(f"{one.dimension} {text(phrases.score_change(one))}" for one in row.case.dimensions),
            text(view.counts(row.case)),
        )
        for row in view.rows(report, cases)
    ]
    headers = ("case", "severity", "topic", "verdict", "scores", "trials that pass")
    return folded(f"All {count(len(rows), 'case')} of this run", table("All cases of this run", headers, rows))


def _footer(report: Report) -> str:
    targets = (("run", report.links.run), ("report", report.links.report))
    links = [link(name, target) for name, target in targets if target.startswith("http")]
    used = [prose(part) for part in (phrases.ran(report), *phrases.spent(report))]
    lines = [" · ".join(used + links)]
    if not view.nothing_affected(report):
        lines.append(" · ".join(prose(part) for part in phrases.assurance(report)))
    lines.append(f"run folder <code>{text(report.folder)}</code>")
    return f"<footer>{'<br>'.join(lines)}</footer>"
