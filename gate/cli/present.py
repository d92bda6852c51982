"""What a person sees of a finished run, and the files it leaves."""

import os
import sys
from pathlib import Path

from tabulate import tabulate

from gate import __version__
from gate.model.comparison import Comparison, Request
from gate.model.report import Report
from gate.model.transcript import Transcript
from gate.model.words import Arm, CaseVerdict
from gate.reports.console import console_text
from gate.reports.escape import terminal
from gate.reports.html import page
from gate.reports.junit import junit
from gate.reports.machine import report_json
from gate.reports.markdown import comment
from gate.reports.sarif import sarif
from gate.store import RunFolder

_WIDTH = 110
_TRANSCRIPTS = 3
"""Transcripts of a case that the page shows."""


def publish(report: Report, *, as_json: bool) -> int:
    """Write the report files, show the report, and answer the exit code the decision asks for."""
    write_reports(report)
    stream = sys.stderr if as_json else sys.stdout
    colour = stream.isatty() and not os.environ.get("NO_COLOR")
    print(console_text(report, width=_WIDTH, colour=colour), file=stream)
    say_where(report)
    if as_json:
        sys.stdout.write(report_json(report))
    return report.decision.exit_code


def write_reports(report: Report) -> None:
    """Every report file, in the run's folder."""
    folder = RunFolder(Path(report.folder))
    folder.save_report("report.json", report_json(report))
    folder.save_report("report.md", comment(report))
    folder.save_report("report.html", page(report, _telling_transcripts(report, folder)))
    folder.save_report("junit.xml", junit(report))
    folder.save_report("report.sarif", sarif(report, __version__))


def _telling_transcripts(report: Report, folder: RunFolder) -> dict[str, list[Transcript]]:
    """The head trials of every case that did not simply stay as it was, a few each."""
    shown: dict[str, list[Transcript]] = {}
    for case in report.comparison.cases:
        if case.verdict is not CaseVerdict.UNCHANGED:
            wanted = (Request(case=case.case, arm=Arm.HEAD, trial=number) for number in range(1, _TRANSCRIPTS + 1))
            shown[case.case] = [kept for request in wanted if (kept := folder.transcript(request)) is not None]
    return shown


def announce(report: Report) -> None:
    """Write the report files and print the pull-request comment as it would be posted."""
    write_reports(report)
    print(comment(report), flush=True)
    say_where(report)


def say_where(report: Report) -> None:
    """Name the run folder and what is in it."""
    print(f"run folder: {report.folder}", file=sys.stderr)
    print("  report.md report.html report.json junit.xml report.sarif, transcripts/, scores.jsonl", file=sys.stderr)


def tables(comparison: Comparison) -> str:
    """A comparison as one row per case: verdict, counts and the sentence that explains it."""
    rows = [
        {
            "case": terminal(case.case),
            "severity": str(case.severity),
            "verdict": str(case.verdict),
            "base": f"{case.finding.base_passed}/{case.finding.base_trials}",
            "head": f"{case.finding.head_passed}/{case.finding.head_trials}",
            "why": terminal(case.finding.explanation),
        }
        for case in comparison.cases
    ]
    return tabulate(rows, headers="keys")
