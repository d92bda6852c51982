"""The report on a terminal: the comment's content with colour, or plain where colour is not wanted."""

from collections.abc import Iterable, Iterator
from io import StringIO

from rich import box
from rich.console import Console, ConsoleRenderable, Group
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from gate.model.comparison import CaseComparison
from gate.model.counting import count
from gate.model.report import Report
from gate.model.words import CaseVerdict, Conclusion
from gate.reports import phrases, view
from gate.reports.escape import clip, spans, terminal
from gate.verdicts.table import SeverityRow

_SENTENCE, _PARAGRAPH = 400, 1_500
"""Longest outside texts, in characters."""
_CONCLUSION_STYLES = {
    Conclusion.PASS: "bold green",
    Conclusion.BLOCKED: "bold red",
    Conclusion.ACCEPTED: "bold green",
    Conclusion.INCONCLUSIVE: "bold yellow",
    Conclusion.INFRA_FAILURE: "bold yellow",
}
_VERDICT_STYLES = {
    CaseVerdict.REGRESSED: "bold red",
    CaseVerdict.IMPROVED: "green",
    CaseVerdict.INFRA_FAILURE: "yellow",
    CaseVerdict.INCONCLUSIVE: "yellow",
}
_FLOOR_STYLES = {"met": "green", "missed": "bold red", "not yet decidable": "yellow"}


def renderable(report: Report) -> ConsoleRenderable:
    """The report for a rich console."""
    return Group(*_parts(report))


def console_text(report: Report, *, width: int = 100, colour: bool = False) -> str:
    """The report as text of that width, with ANSI colour when asked for."""
    out = StringIO()
    console = Console(
        file=out,
        width=width,
        force_terminal=colour,
        color_system="standard" if colour else None,
        legacy_windows=False,
        _environ={},  # what is asked for decides, not COLUMNS, NO_COLOR or TERM
    )
    console.print(renderable(report))
    return "\n".join(line.rstrip() for line in out.getvalue().splitlines()) + "\n"


def _parts(report: Report) -> Iterator[ConsoleRenderable]:
    decision = report.decision
    yield Text(style=_CONCLUSION_STYLES[decision.conclusion]).append_text(_prose(phrases.headline(report)))
    if decision.next_action:
        yield _prose(decision.next_action)
    if environment := view.environment(report):
        yield Text.assemble(("Environment: ", "yellow"), _prose(environment))
    yield from _listed("What does not compile", view.broken(report))
    yield from _listed("What keeps this from being green", view.gaps(report))
    changes = [*_listed("This PR also changes the gate", _gate_changes(report))]
    asked = any(change.needs_sign_off for change in report.plan.gate_changes)
    yield from changes if asked else ()
    yield from _totals(report)
    yield from _acceptance(report)
    yield from _details("Regressed", report, view.regressed(report))
    groups = [f"{view.group_name(group)}: {group.explanation}" for group in view.regressed_groups(report)]
    yield from _listed("Fell together, beyond single cases", groups)
    yield from _reaching(report)
    yield from _aside(report)
    yield from _details("Exploratory, never blocks", report, view.exploratory_failures(report))
    yield from () if asked else changes
    yield from _listed("Rewrite these rubrics", view.rubrics_to_rewrite(report))
    yield from _listed("Why more ran than the change alone asks for", report.plan.bailouts)
    yield from _listed("Notes", decision.notes)
    yield from _listed(phrases.ABOUT_JUDGE, decision.about_judge)
    yield from _closing(report)


def _totals(report: Report) -> Iterator[ConsoleRenderable]:
    for one in view.tables(report):
        table = Table(
            box=box.SIMPLE_HEAD, title=_safe(one.agent, _SENTENCE) or None, title_justify="left", pad_edge=False
        )
        table.add_column("")
        table.add_column(f"base {report.plan.base.short}", justify="right")
        table.add_column(f"this PR {report.plan.head.short}", justify="right")
        table.add_column("")
        note = view.advisory_note(report, one)
        for row in one.rows:
            table.add_row(*_total(report, one.agent, row, marked=view.is_marked(report, one, row)))
        yield table
        if note:
            yield Text(note, style="dim")


def _total(report: Report, agent: str, row: SeverityRow, *, marked: bool) -> tuple[str | Text, ...]:
    verdict = Text(row.verdict.value, style=_VERDICT_STYLES.get(row.verdict, ""))
    if row.verdict is CaseVerdict.REGRESSED:
        blocks = view.blocks(report, agent, row)
        verdict = Text("REGRESSION", "bold red") if blocks else Text("REGRESSION (reported, does not block)", "yellow")
    return (
        f"{row.severity} {row.dimension}{' (advisory)' if marked else ''}",
        phrases.share(row.base_passing, row.base_total),
        phrases.share(row.head_passing, row.head_total),
        verdict,
    )


def _acceptance(report: Report) -> Iterator[ConsoleRenderable]:
    if not report.decision.acceptance:
        return
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    for header in ("acceptance criterion", "required", "trials that pass, with 95 % interval", ""):
        table.add_column(header)
    for row in report.decision.acceptance:
        name = _safe(view.criterion(report, row), _SENTENCE) + (" (advisory)" if view.is_advisory(report, row) else "")
        verdict = Text(row.verdict, style=_FLOOR_STYLES[row.verdict])
        table.add_row(name, f"at least {phrases.percent(row.floor)}", phrases.acceptance(row), verdict)
    yield table


def _details(title: str, report: Report, cases: Iterable[CaseComparison]) -> Iterator[ConsoleRenderable]:
    """Each case as a few lines: what fell, what happened, the evidence."""
    rows = view.rows(report, cases)
    if not rows:
        return
    yield _title(title)
    for row in rows:
        yield from _case(row)


def _case(row: view.Row) -> Iterator[ConsoleRenderable]:
    case = row.case
    red = "bold red" if case.blocks else "yellow"
    yield _indented(2, Text.assemble((_safe(row.name, _SENTENCE), red), _under(case)))
    for part in row.parts:
        scores = f"{part.dimension} {part.score}{' (advisory)' if part.advisory else ''}"
        yield _indented(4, Text.assemble(scores, ": ", _prose(part.what)) if part.what else Text(scores))
        if part.quote:
            yield _indented(6, Text(_safe(part.quote, _SENTENCE), "italic"))
    if row.note:
        yield _indented(4, _prose(row.note))
    if case.path:
        yield _indented(4, Text(f"{_safe(case.path, _SENTENCE)}:{case.line}", "dim"))


def _indented(columns: int, text: Text) -> ConsoleRenderable:
    return Padding(text, (0, 0, 0, columns))


def _under(case: CaseComparison) -> str:
    topic = f" · {_safe(case.topic, _SENTENCE)}" if case.topic else ""
    return f" · {case.severity}{topic}{'' if case.blocks else ' · does not block'}"


def _reaching(report: Report) -> Iterator[ConsoleRenderable]:
    if view.nothing_affected(report):
        effects = [f"{change.path}: {change.effect or 'affects nothing'}" for change in report.plan.changes]
        yield from _listed(f"What changed ({count(len(effects), 'file')})", effects)
        return
    cases = view.regressed(report)
    paths = [view.path_line(*found) for found in view.reaching(report.plan, cases)]
    effects = [f"{change.path}: {change.effect}" for change in view.reaching_changes(report.plan, cases)]
    yield from _listed("What in this PR reaches it", paths + effects)


def _aside(report: Report) -> Iterator[ConsoleRenderable]:
    for title, verdicts in (
        ("No answer", view.open_verdicts(report)),
        ("Other cases", view.aside_verdicts(report)),
    ):
        cases = [case for verdict in verdicts for case in view.aside(report, verdict)]
        if cases:
            yield _title(title)
            yield _grid(_aside_cells(row) for row in view.rows(report, cases))


def _aside_cells(row: view.Row) -> tuple[Text, ...]:
    scores = [f"{part.dimension} {part.score}" for part in row.parts]
    notes = [*(part.what for part in row.parts), row.note]
    return (
        Text(row.case.verdict.value, style=_VERDICT_STYLES.get(row.case.verdict, "bold")),
        Text(f"{_safe(row.name, _SENTENCE)} ({row.case.severity})"),
        Text(" · ".join(_safe(note, _SENTENCE) for note in (*scores, *notes) if note)),
    )


def _gate_changes(report: Report) -> Iterator[str]:
    for change in report.plan.gate_changes:
        yield f"{change.path}: {change.what}{' (needs sign-off)' if change.needs_sign_off else ''}"


def _closing(report: Report) -> Iterator[ConsoleRenderable]:
    yield Text()
    yield Text(" · ").join(_prose(part) for part in (phrases.ran(report), *phrases.spent(report)))
    if not view.nothing_affected(report):
        yield Text(" · ", "dim").join(_prose(part) for part in phrases.assurance(report))
    for name, target in (("report", report.links.report), ("run", report.links.run), ("run folder", report.folder)):
        if target:
            yield Text(f"{name}: {_safe(target, _SENTENCE)}", overflow="fold")


def _listed(title: str, texts: Iterable[str]) -> Iterator[ConsoleRenderable]:
    cells = [(Text("-"), _prose(text)) for text in texts]
    if cells:
        yield _title(title)
        yield _grid(cells)


def _grid(rows: Iterable[tuple[Text, ...]]) -> ConsoleRenderable:
    """Rows below a title; long text stays in its column."""
    grid = Table.grid(padding=(0, 1))
    for row in rows:
        grid.add_row("", *row)
    return grid


def _title(text: str) -> Text:
    return Text(f"\n{text}", style="bold")


def _prose(text: str) -> Text:
    """A sentence, its `code` in colour; in plain text the backticks go."""
    pieces = [(_piece(part), "cyan" if is_code else "") for is_code, part in spans(clip(text, _PARAGRAPH))]
    return Text.assemble(*pieces)


def _piece(text: str) -> str:
    """A piece of a sentence made safe, with the blanks at its ends that part it from its neighbours."""
    before, after = text[: len(text) - len(text.lstrip())], text[len(text.rstrip()) :]
    return f"{' ' if before else ''}{terminal(text)}{' ' if after and text.strip() else ''}"


def _safe(text: str, length: int) -> str:
    return clip(terminal(text), length)
