"""The pull-request comment and the job summary as GitHub markdown, within the platform's sizes by construction."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import replace
from hashlib import sha256
from urllib.parse import quote as percent_encode

from tabulate import tabulate

from gate.model.counting import count
from gate.model.report import Report
from gate.model.words import CaseVerdict
from gate.reports import phrases, view
from gate.reports.blocks import Block, Measure, fit, utf8_bytes, utf16_units
from gate.reports.escape import clip, code, markdown, one_line, prose
from gate.verdicts.table import SeverityRow

COMMENT_LIMIT = 65_536
"""Characters GitHub takes in a comment."""
SUMMARY_LIMIT = 1_048_576
"""Bytes GitHub takes in one step's summary; a larger one is dropped whole."""

_NAME, _SENTENCE, _QUOTE, _PARAGRAPH = 160, 400, 280, 1_500
"""Longest outside texts, in characters before escaping."""
_FEW = 5
"""Lines that need no folding."""


def marker(agents: Sequence[str] = ()) -> str:
    """The hidden first line by which the comment of a job is found again: one that looks at some agents, or at all."""
    names = "+".join(_address_part(name, safe="") for name in sorted(agents)).replace("--", "-%2D")
    name = names if len(names) <= _NAME else sha256(names.encode()).hexdigest()
    return f"<!-- agent-eval-gate:{name} -->" if agents else "<!-- agent-eval-gate -->"


def comment(report: Report, agents: Sequence[str] = (), *, limit: int = COMMENT_LIMIT) -> str:
    """The pull-request comment, at most `limit` UTF-16 units: worst first, and it says what was cut.

    `agents` are those the job was asked to look at, () = all. Raises ValueError when `limit` is too small for the
    headline and the table of totals.
    """
    return _document(report, agents, limit, utf16_units)


def no_result(sha: str, problems: Sequence[str], run: str, agents: Sequence[str] = ()) -> str:
    """The comment of a commit that has no result, in place of an older one's: what is wrong, a line each."""
    remedies = (line.lstrip().startswith("→") for line in problems)  # below what they are for
    rows = tuple(f"{'  ' * below}- {_prose(line, _PARAGRAPH)}" for line, below in zip(problems, remedies, strict=True))
    title = (marker(agents), f"## ⚠️ No result for {code(sha[:7])}")
    blocks = [
        Block(head=title),
        Block(head=("Mend this and push, or run the job again:",)),
        Block(rows=rows, noun=("line", "lines")),
        Block(head=(_link("run", run),)),
    ]
    return fit(blocks, COMMENT_LIMIT, utf16_units)


def summary(report: Report, *, limit: int = SUMMARY_LIMIT) -> str:
    """The job summary: the comment's sections with room for all their rows, at most `limit` bytes of UTF-8."""
    return _document(report, (), limit, utf8_bytes)


def _document(report: Report, agents: Sequence[str], limit: int, measure: Measure) -> str:
    changes, asked = _gate_changes(report), any(change.needs_sign_off for change in report.plan.gate_changes)
    blocks = [
        *_opening(report, agents),
        *(changes if asked else []),
        *_totals(report),
        *_regressed(report),
        *_unanswered(report),
        *_reaching(report),
        *_aside(report),
        *_exploratory(report),
        *([] if asked else changes),
        *_remarks(report),
        *_closing(report),
    ]
    return fit(blocks, limit, measure)


def _opening(report: Report, agents: Sequence[str]) -> list[Block]:
    icon = phrases.CONCLUSION_ICONS[report.decision.conclusion]
    title = _prose(phrases.headline(report), _SENTENCE)
    opening = [Block(head=(marker(agents), f"## {icon} {title}"))]
    if report.decision.next_action:
        opening.append(Block(head=(_prose(report.decision.next_action, _PARAGRAPH),)))
    if environment := view.environment(report):
        opening.append(Block(head=(f"⚠️ **Environment:** {_prose(environment, _PARAGRAPH)}",)))
    opening += _bullets("**What does not compile**", view.broken(report), 1, ("error", "errors"))
    return opening + _bullets("**What keeps this from being green**", view.gaps(report), 1, ("gap", "gaps"))


def _totals(report: Report) -> list[Block]:
    base, head = code(report.plan.base.short), code(report.plan.head.short)
    totals = []
    for one in view.tables(report):
        note = view.advisory_note(report, one)
        cells = [_total(report, one.agent, row, marked=view.is_marked(report, one, row)) for row in one.rows]
        title = (f"**{_text(one.agent, _NAME)}**", "") if one.agent else ()
        lines = _table(("", f"base {base}", f"this PR {head}", ""), cells, ("left", "right", "right", "left"))
        totals.append(_block(lines, 1, ("row of totals", "rows of totals"), head=title))
        totals += [Block(head=(f"*{note}*",))] if note else []
    return totals + _acceptance(report)


def _total(report: Report, agent: str, row: SeverityRow, *, marked: bool) -> tuple[str, ...]:
    note = " *(advisory)*" if marked else ""
    return (
        f"{row.severity} {row.dimension}{note}",
        phrases.share(row.base_passing, row.base_total),
        phrases.share(row.head_passing, row.head_total),
        _verdict(row.verdict, blocks=view.blocks(report, agent, row)),
    )


def _verdict(verdict: CaseVerdict, *, blocks: bool) -> str:
    if verdict is CaseVerdict.REGRESSED:
        return "🔴 **REGRESSION**" if blocks else "🟠 **REGRESSION** (reported, does not block)"
    return f"{phrases.VERDICT_ICONS.get(verdict, '')} {verdict}".strip()


def _acceptance(report: Report) -> list[Block]:
    icons = {"met": "🟢", "missed": "🔴", "not yet decidable": "❔"}
    cells = [
        (
            _text(view.criterion(report, row), _NAME) + (" *(advisory)*" if view.is_advisory(report, row) else ""),
            f"at least {phrases.percent(row.floor)}",
            phrases.acceptance(row),
            f"{icons[row.verdict]} {row.verdict}",
        )
        for row in report.decision.acceptance
    ]
    lines = _table(("acceptance criterion", "required", "trials that pass, with 95 % interval", ""), cells)
    return [_block(lines, 2, ("acceptance criterion", "acceptance criteria"))] if cells else []


def _regressed(report: Report) -> list[Block]:
    cases = view.regressed(report)
    rows, together = view.said_once(view.rows(report, cases))
    lines = _table(
        ("case", "topic", "dimension", "score", "what happened", "evidence"),
        [_regressed_cells(report, row) for row in rows],
    )
    found = [_block(lines, 3, ("regressed case", "regressed cases"), head=("### Regressed", ""))] if cases else []
    found += [Block(head=(_prose(together, _SENTENCE),))] if together else []
    groups = [f"{view.group_name(group)}: {group.explanation}" for group in view.regressed_groups(report)]
    return found + _bullets("**Fell together, beyond single cases**", groups, 3, ("topic", "topics"))


def _regressed_cells(report: Report, row: view.Row) -> tuple[str, ...]:
    case = row.case
    return (
        _case(report, row) + ("" if case.blocks else f" ({case.severity}, does not block)"),
        _text(case.topic, _NAME) or "*any*",
        _dimensions(row),
        _lines(part.score for part in row.parts),
        _lines(_happened(row)),
        _prose(row.note, _SENTENCE),
    )


def _dimensions(row: view.Row) -> str:
    return _lines(part.dimension + (" *(advisory)*" if part.advisory else "") for part in row.parts)


def _happened(row: view.Row) -> list[str]:
    """What happened with the words that show it, each once; with its dimensions when the case has several."""
    said: dict[str, list[str]] = {}
    for part in row.parts:
        what, quote = _prose(part.what, _SENTENCE), _text(part.quote, _QUOTE)
        if text := f"{what} ({quote})" if what and quote else what or quote:
            said.setdefault(text, []).append(part.dimension)
    named = len(row.parts) > 1
    return [f"*{', '.join(dimensions)}:* {text}" if named else text for text, dimensions in said.items()]


def _lines(texts: Iterable[str]) -> str:
    return "<br>".join(text for text in texts if text)


def _reaching(report: Report) -> list[Block]:
    if view.nothing_affected(report):
        effects = [_change(change.path, change.effect or "affects nothing") for change in report.plan.changes]
        return _what_changed(effects) if effects else []
    cases = view.regressed(report)
    effects = [_change(change.path, change.effect) for change in view.reaching_changes(report.plan, cases)]
    paths = [f"- {_text(view.path_line(*found), _SENTENCE)}" for found in view.reaching(report.plan, cases)]
    noun = ("path from a change", "paths from a change")
    return [_folded("What in this PR reaches it", paths + effects, 4, noun)] if paths else []


def _what_changed(effects: Sequence[str]) -> list[Block]:
    title, noun = f"What changed ({count(len(effects), 'file')})", ("changed file", "changed files")
    if len(effects) > _FEW:
        return [_folded(title, effects, 4, noun)]
    return [Block(head=(f"**{title}**", ""), rows=tuple(effects), importance=4, noun=noun)]


def _change(path: str, effect: str) -> str:
    return f"- {code(clip(one_line(path), _NAME))}: {_prose(effect, _SENTENCE)}"


def _unanswered(report: Report) -> list[Block]:
    lines = _aside_table(report, view.open_verdicts(report))
    return [_block(lines, 3, ("case", "cases"), head=("### No answer", ""))] if lines else []


def _aside(report: Report) -> list[Block]:
    lines = _aside_table(report, view.aside_verdicts(report))
    return [_folded_table(view.aside_summary(report), lines, 5, ("case", "cases"))] if lines else []


def _aside_table(report: Report, verdicts: Iterable[CaseVerdict]) -> list[str]:
    cases = [case for verdict in verdicts for case in view.aside(report, verdict)]
    cells = [_aside_cells(report, row) for row in view.rows(report, cases)]
    return _table(("case", "dimension", "verdict", "score", "note"), cells) if cells else []


def _aside_cells(report: Report, row: view.Row) -> tuple[str, ...]:
    notes = [*_happened(row), _prose(row.note, _SENTENCE)]
    return (
        f"{_case(report, row)} ({row.case.severity})",
        _dimensions(row),
        _verdict(row.case.verdict, blocks=False),
        _lines(part.score for part in row.parts),
        _lines(notes),
    )


def _exploratory(report: Report) -> list[Block]:
    cases = view.exploratory_failures(report)
    cells = [_exploratory_cells(report, row) for row in view.rows(report, cases)]
    lines = _table(("case", "dimension", "score", "what happened"), cells)
    title = f"Exploratory, never blocks: {count(len(cases), 'failing case')}"
    return [_folded_table(title, lines, 7, ("exploratory case", "exploratory cases"))] if cells else []


def _exploratory_cells(report: Report, row: view.Row) -> tuple[str, ...]:
    what = _lines(_happened(row))
    scores = _lines(part.score for part in row.parts)
    return (_case(report, row), _dimensions(row), scores, what or _prose(row.note, _SENTENCE))


def _gate_changes(report: Report) -> list[Block]:
    """What the pull request changes of the gate; beside the next action when that is about it, else among the rest."""
    changes = [
        _change(change.path, change.what) + (" **(needs sign-off)**" if change.needs_sign_off else "")
        for change in report.plan.gate_changes
    ]
    block = Block(
        head=("⚠️ **This PR also changes the gate:**", ""),
        rows=tuple(changes),
        importance=2,
        noun=("change of the gate", "changes of the gate"),
    )
    return [block] if changes else []


def _remarks(report: Report) -> list[Block]:
    plan, notes = report.plan, report.decision.notes
    rewrite = ("rubric to rewrite", "rubrics to rewrite")
    found = _bullets("**Rewrite these rubrics**", view.rubrics_to_rewrite(report), 5, rewrite)
    found += _bullets("**Why more ran than the change alone asks for**", plan.bailouts, 6, ("reason", "reasons"))
    found += _bullets("**Notes**", notes, 6, ("note", "notes"))
    return found + _about_judge(report)


def _about_judge(report: Report) -> list[Block]:
    lines = [f"- {_prose(one, _PARAGRAPH)}" for one in report.decision.about_judge]
    noun = ("line about the judge", "lines about the judge")
    return [_folded(phrases.ABOUT_JUDGE, lines, 7, noun)] if lines else []


def _closing(report: Report) -> list[Block]:
    links = [
        _link(name, target) for name, target in (("report", report.links.report), ("run", report.links.run)) if target
    ]
    used = [_prose(part, _SENTENCE) for part in (phrases.ran(report), *phrases.spent(report))]
    lines = [" · ".join(used + links)]
    if not view.nothing_affected(report):
        lines.append(" · ".join(_prose(part, _SENTENCE) for part in phrases.assurance(report)))
    return [Block(head=("\\\n".join(lines),))]


def _case(report: Report, row: view.Row) -> str:
    case = row.case
    name = clip(one_line(row.name), _NAME)
    path = _address_part(case.path, safe="/")
    if not report.links.fixtures or not path or len(path) > _PARAGRAPH:
        return markdown(name)
    return _link(name, f"{report.links.fixtures}{path}#L{case.line}")


def _address_part(text: str, *, safe: str) -> str:
    return percent_encode(text.encode("utf-8", "surrogatepass"), safe=safe)


def _link(name: str, target: str) -> str:
    """A link to an address the gate itself was given; a path of this machine is shown as code."""
    if re.match(r"https?://[^\s<>\\]+\Z", target):
        return f"[{markdown(name)}](<{target}>)"
    return f"{markdown(name)} {code(clip(one_line(target), _NAME))}"


def _text(text: str, length: int) -> str:
    return markdown(clip(one_line(text), length))


def _prose(text: str, length: int) -> str:
    return prose(clip(one_line(text), length))


def _table(headers: Sequence[str], cells: Sequence[Sequence[str]], align: Sequence[str] = ()) -> list[str]:
    """A pipe table's lines, cells already escaped; its rule is kept short so that a row costs only its own text."""
    columns = [None if side == "left" else side for side in align] or [None] * len(headers)
    text = tabulate(
        cells, headers, tablefmt="pipe", disable_numparse=True, stralign=None, numalign=None, colalign=columns
    )
    lines = text.splitlines()
    lines[1] = re.sub("-{4,}", "---", lines[1])
    return lines


def _block(lines: Sequence[str], importance: int, noun: tuple[str, str], *, head: Sequence[str] = ()) -> Block:
    return Block(head=(*head, *lines[:2]), rows=tuple(lines[2:]), importance=importance, noun=noun)


def _folded_table(title: str, lines: Sequence[str], importance: int, noun: tuple[str, str]) -> Block:
    folded = _folded(title, lines[2:], importance, noun)
    return replace(folded, head=(*folded.head, *lines[:2]))


def _folded(title: str, rows: Sequence[str], importance: int, noun: tuple[str, str]) -> Block:
    head = (f"<details><summary>{title}</summary>", "")
    return Block(head=head, rows=tuple(rows), tail=("", "</details>"), importance=importance, noun=noun)


def _bullets(title: str, texts: Iterable[str], importance: int, noun: tuple[str, str]) -> list[Block]:
    rows = tuple(f"- {_prose(text, _PARAGRAPH)}" for text in texts)
    return [Block(head=(title, ""), rows=rows, importance=importance, noun=noun)] if rows else []
