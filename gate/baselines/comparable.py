"""Whether a stored row and a case are numbers of the same thing."""

from dataclasses import dataclass

from gate.model.baseline import BaselineCase
from gate.model.case import Case


@dataclass(frozen=True, slots=True, kw_only=True)
class Scorers:
    """What gives the scores of a run: fingerprint of the judge ("" = none is asked), version of the checks."""

    judge: str
    checks: str


def differs(case: Case, row: BaselineCase, scorers: Scorers) -> tuple[str, ...]:
    """What makes the row another number than a score of `case` now: fixture, rubric, data, judge, checks; () = nothing.

    A row without a judge holds scores of checks alone, which any judge leaves as they are; a row that names no version
    of the checks was not written by the gate and is taken as it is.
    """
    stored, now = row.fingerprints, case.fingerprints
    pairs = (
        ("fixture", stored.fixture != now.fixture),
        ("rubric", stored.rubric != now.rubric),
        ("data", stored.data != now.data),
        ("judge", row.judge not in ("", scorers.judge)),
        ("checks", row.checks not in ("", scorers.checks)),
    )
    return tuple(name for name, different in pairs if different)
