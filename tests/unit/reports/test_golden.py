"""Every report of every scenario, held against the kept files. `GOLDEN=write pytest …` writes them anew."""

import json
import os
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from gate.model.report import Report
from gate.reports.console import console_text
from gate.reports.html import page
from gate.reports.junit import junit
from gate.reports.machine import report_json
from gate.reports.markdown import comment
from gate.reports.plan_text import plan_tree
from gate.reports.sarif import sarif
from tests.unit.reports.scenarios import SCENARIOS

GOLDEN = Path(__file__).parent / "golden"

WRITERS: Mapping[str, Callable[[Report], str]] = {
    "comment.md": comment,
    "report.json": lambda report: json.dumps(json.loads(report_json(report)), indent=1) + "\n",  # as people read it
    "report.html": page,
    "report.sarif": lambda report: sarif(report, "1.2.3"),
    "junit.xml": junit,
    "console.txt": console_text,
    "plan.txt": lambda report: plan_tree(report.plan),
}


@pytest.mark.parametrize("scenario", SCENARIOS)
@pytest.mark.parametrize("name", WRITERS)
def test_a_report_reads_as_the_kept_file(scenario: str, name: str) -> None:
    text = WRITERS[name](SCENARIOS[scenario])
    path = GOLDEN / scenario / name
    if os.environ.get("GOLDEN") == "write":
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(text.encode())
    assert text == path.read_bytes().decode()
