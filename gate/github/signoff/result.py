"""A run's result as a sign-off needs it: from a run folder, or from the artifact a workflow left.

An artifact is untrusted: whoever controls the workflow file of a pull request controls what it uploads. Of its zip only
three named files are read, each bounded, into files this module names itself; they pass the same typed readers as a
run folder; and the digest is computed again from them. What the values say is then held against what the
gate had reported before.
"""

import io
import re
import zipfile
import zlib
from dataclasses import dataclass
from datetime import date
from pathlib import Path, PurePosixPath

from gate.errors import StoreError
from gate.model.comparison import Comparison
from gate.model.plan import Plan
from gate.model.report import AcceptanceRow
from gate.reports.machine import parse_report
from gate.store import RunFolder
from gate.verdicts.decision import digest_of

REPORT, INPUTS, SCORES = "report.json", "inputs.json", "scores.jsonl"
LARGEST_FILE = 64 * 1024 * 1024
"""Bytes of one file of an artifact that are unpacked."""
MOST_ENTRIES = 100_000
_NEEDED = (REPORT, INPUTS)
_REMEDY = "run the gate again for this commit"
_RUN_NAME = re.compile(r"[A-Za-z0-9._-]{1,120}\Z")


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """What a run came to; `digest` binds all of it but the run's name and the `day` (ISO 8601) of its trials."""

    run: str
    day: str
    plan: Plan
    comparison: Comparison
    acceptance: tuple[AcceptanceRow, ...]
    headline: str
    digest: str


def read_result(folder: Path) -> Result:
    """The result of a finished run. Raises `StoreError` when it cannot be read or does not hang together."""
    run = RunFolder(folder)
    try:
        report = parse_report(run.report_text(REPORT))
    except RecursionError as error:
        raise StoreError(f"{REPORT} is nested too deeply", _REMEDY) from error
    digest = digest_of(report.plan, report.comparison, report.decision.acceptance)
    if digest != report.decision.digest:
        raise StoreError(f"the result of {report.run!r} is not the one its digest was made of", _REMEDY)
    return Result(
        run=report.run if _RUN_NAME.match(report.run) else "",
        day=_day(report.started),
        plan=report.plan,
        comparison=report.comparison,
        acceptance=report.decision.acceptance,
        headline=report.decision.headline,
        digest=digest,
    )


def unpack(content: bytes, folder: Path) -> None:
    """Write the files a result is read from into `folder`, under names of our own.

    They are those beside the one `report.json` of the zip, at whatever depth. Raises `StoreError` when the zip is
    broken, holds more than one run, or one of the files is larger than `LARGEST_FILE`.
    """
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            for name, entry in _entries(archive).items():
                (folder / name).write_bytes(_read(archive, entry))
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError, ValueError) as error:
        raise StoreError(f"the artifact is no readable zip: {error}", _REMEDY) from error


def _entries(archive: zipfile.ZipFile) -> dict[str, zipfile.ZipInfo]:
    listed = [entry for entry in archive.infolist() if not entry.is_dir()]
    if len(listed) > MOST_ENTRIES:
        raise StoreError(f"the artifact holds {len(listed)} files", _REMEDY)
    reports = [PurePosixPath(entry.filename) for entry in listed if PurePosixPath(entry.filename).name == REPORT]
    if len(reports) != 1:
        raise StoreError(f"the artifact holds {len(reports)} results, and one was expected", _REMEDY)
    found: dict[str, zipfile.ZipInfo] = {}
    for entry in listed:
        path = PurePosixPath(entry.filename)
        if path.parent == reports[0].parent and path.name in (REPORT, INPUTS, SCORES):
            if path.name in found:
                raise StoreError(f"the artifact holds {path.name} twice", _REMEDY)
            found[path.name] = entry
    missing = [name for name in _NEEDED if name not in found]
    if missing:
        raise StoreError(f"the artifact lacks {', '.join(missing)}", "upload the whole run folder")
    return found


def _read(archive: zipfile.ZipFile, entry: zipfile.ZipInfo) -> bytes:
    with archive.open(entry) as file:
        content = file.read(LARGEST_FILE + 1)  # the size its header states may be a lie
    if len(content) > LARGEST_FILE:
        raise StoreError(f"{PurePosixPath(entry.filename).name} in the artifact is larger than {LARGEST_FILE} bytes")
    return content


def _day(started: str) -> str:
    try:
        return date.fromisoformat(started[:10]).isoformat()
    except ValueError as error:
        raise StoreError(f"the run started at {started!r}, which is no time", _REMEDY) from error
