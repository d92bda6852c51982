"""The building blocks of `report.html`: every text escaped on its way in, so that a section cannot forget to."""

import re
from collections.abc import Iterable, Sequence
from html import escape
from urllib.parse import quote as percent_encode

from gate.model.comparison import CaseComparison
from gate.model.report import Report
from gate.model.words import CaseVerdict
from gate.reports import phrases, view
from gate.reports.escape import spans, visible

TONES = {
    CaseVerdict.REGRESSED: "bad",
    CaseVerdict.IMPROVED: "good",
    CaseVerdict.INFRA_FAILURE: "warn",
    CaseVerdict.INCONCLUSIVE: "warn",
}


def text(value: str) -> str:
    """The text as HTML character data."""
    return escape(visible(value), quote=True)


def prose(value: str) -> str:
    """A sentence; what stands in backticks becomes code."""
    return "".join(f"<code>{text(part)}</code>" if is_code else text(part) for is_code, part in spans(value))


def tag(value: str, tone: str = "") -> str:
    """A short word in a pill; `tone` is bad, good or warn."""
    return f'<span class="tag {tone}">{text(value)}</span>'


def link(name: str, target: str) -> str:
    """A link to a web address the gate was given; any other target is shown as text."""
    if re.match(r"https?://\S+\Z", target):
        return f'<a href="{text(target)}" rel="noreferrer">{text(name)}</a>'
    return f"{text(name)} <code>{text(target)}</code>"


def case_name(report: Report, row: view.Row) -> str:
    """The case's name, linked to its fixture where fixtures can be read."""
    path = percent_encode(row.case.path.encode("utf-8", "surrogatepass"))
    if not report.links.fixtures or not path:
        return text(row.name)
    return link(row.name, f"{report.links.fixtures}{path}#L{row.case.line}")


def verdict_tag(case: CaseComparison) -> str:
    """The case's verdict, red only where it holds the merge."""
    if case.verdict is CaseVerdict.REGRESSED:
        return tag("regressed", "bad" if case.blocks else "warn")
    return tag(case.verdict.value, TONES.get(case.verdict, ""))


def section(title: str, content: str) -> str:
    """A part of the page with its heading; nothing when it is empty."""
    return f"<section><h2>{text(title)}</h2>{content}</section>" if content else ""


def folded(title: str, content: str) -> str:
    """A part of the page that opens on demand; nothing when it is empty."""
    return f'<details class="section"><summary>{text(title)}</summary>{content}</details>' if content else ""


def listing(items: Iterable[str]) -> str:
    """A list of ready HTML; nothing when there is none."""
    lines = "".join(f"<li>{item}</li>" for item in items)
    return f'<ul class="plain">{lines}</ul>' if lines else ""


def table(caption: str, headers: Sequence[str], rows: Iterable[Sequence[str]], numbers: Sequence[int] = ()) -> str:
    """A table of ready HTML whose first cells name the rows; `numbers` are the columns set to the right."""
    body = "".join(f"<tr>{_cells(row, numbers)}</tr>" for row in rows)
    if not body:
        return ""
    heads = "".join(
        f'<th scope="col"{_number(index, numbers)}>{text(header)}</th>' for index, header in enumerate(headers)
    )
    return (
        f'<div class="scroll" tabindex="0" role="region" aria-label="{text(caption)}"><table>'
        f"<thead><tr>{heads}</tr></thead><tbody>{body}</tbody></table></div>"
    )


def _cells(row: Sequence[str], numbers: Sequence[int]) -> str:
    first, *rest = row
    cells = "".join(f"<td{_number(index, numbers)}>{cell}</td>" for index, cell in enumerate(rest, 1))
    return f'<th scope="row">{first}</th>{cells}'


def _number(index: int, numbers: Sequence[int]) -> str:
    return ' class="number"' if index in numbers else ""


def share(passing: int, total: int, tone: str) -> str:
    """`38/40 (95%)` with a bar."""
    width = round(100 * passing / total) if total else 0
    bar = (
        f'<svg class="bar {tone}" viewBox="0 0 100 8" preserveAspectRatio="none" aria-hidden="true">'
        '<rect class="track" width="100" height="8" rx="2"/>'
        f'<rect class="fill" width="{width}" height="8" rx="2"/></svg>'
    )
    return text(phrases.share(passing, total)) + (bar if total else "")
