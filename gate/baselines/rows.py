"""A baseline, and the difference of two, as rows for a person to read."""

from dataclasses import dataclass
from typing import Literal

from gate.baselines.levels import ADMISSION_RUNS, CaseClass, classify
from gate.model.baseline import Baseline, BaselineCase
from gate.model.words import Dimension, Severity


@dataclass(frozen=True, slots=True, kw_only=True)
class BaselineRow:
    """One case of a baseline. `levels` names only what is not 2; `note` says why it may not block, or is empty."""

    case: str
    severity: Severity
    topic: str
    case_class: CaseClass
    ok: float
    runs: float
    levels: str
    last: str
    anchor: str
    note: str


@dataclass(frozen=True, slots=True, kw_only=True)
class BaselineChange:
    """One case that differs between two baselines; `before` and `after` are empty where it has no row.

    `what` says in words what changed. Counts of different fingerprints are not set against each other.
    """

    case: str
    kind: Literal["added", "removed", "reset", "changed"]
    before: str
    after: str
    what: str


def describe_baseline(baseline: Baseline) -> tuple[BaselineRow, ...]:
    """One row per case, by severity, then id."""
    ordered = sorted(baseline.cases.items(), key=lambda item: (item[1].severity, item[0]))
    return tuple(_describe(case, row) for case, row in ordered)


def diff_baselines(before: Baseline, after: Baseline) -> tuple[BaselineChange, ...]:
    """One row per case that differs, by id; empty when the accepted results are the same."""
    changes = []
    for case in sorted({*before.cases, *after.cases}):
        old, new = before.cases.get(case), after.cases.get(case)
        if old is None and new is not None:
            changes.append(_change(case, "added", "", counts(new), "no row before"))
        elif new is None and old is not None:
            changes.append(_change(case, "removed", counts(old), "", "no row any more"))
        elif old is not None and new is not None and old != new:
            other = _other_number(old, new)
            kind: Literal["reset", "changed"] = "reset" if other else "changed"
            changes.append(_change(case, kind, counts(old), counts(new), "; ".join([*other, *_differences(old, new)])))
    return tuple(changes)


def counts(row: BaselineCase) -> str:
    """`19.2 of 20`: passes of runs."""
    return f"{row.ok:g} of {row.runs:g}"


def _change(
    case: str, kind: Literal["added", "removed", "reset", "changed"], before: str, after: str, what: str
) -> BaselineChange:
    return BaselineChange(case=case, kind=kind, before=before, after=after, what=what)


def _describe(case: str, row: BaselineCase) -> BaselineRow:
    return BaselineRow(
        case=case,
        severity=row.severity,
        topic=row.topic,
        case_class=classify(row.runs, row.ok),
        ok=row.ok,
        runs=row.runs,
        levels=_levels(row),
        last=row.last,
        anchor=f"{row.anchor.ok:g} of {row.anchor.runs:g} at {row.anchor.commit[:7]}" if row.anchor else "",
        note=_note(row),
    )


def _levels(row: BaselineCase) -> str:
    lowered = [f"{dimension} {row.level[dimension]}" for dimension in Dimension if row.level.get(dimension, 2) != 2]
    return ", ".join(lowered)


def _note(row: BaselineCase) -> str:
    if classify(row.runs, row.ok) is not CaseClass.QUARANTINED:
        return ""
    if row.runs < ADMISSION_RUNS:
        return f"too few runs to block: {ADMISSION_RUNS - row.runs:g} more"
    return f"passes {row.ok / row.runs:.0%}, below 75%: shown, cannot block"


def _other_number(old: BaselineCase, new: BaselineCase) -> list[str]:
    pairs = (
        ("fixture", old.fingerprints.fixture, new.fingerprints.fixture),
        ("rubric", old.fingerprints.rubric, new.fingerprints.rubric),
        ("test data", old.fingerprints.data, new.fingerprints.data),
        ("judge", old.judge, new.judge),
        ("checks", old.checks, new.checks),
    )
    return [f"{name} changed" for name, before, after in pairs if before != after]


def _differences(old: BaselineCase, new: BaselineCase) -> list[str]:
    found = [
        f"level of {dimension} {old.level.get(dimension, 2)} → {new.level.get(dimension, 2)}"
        for dimension in Dimension
        if old.level.get(dimension, 2) != new.level.get(dimension, 2)
    ]
    was, now = classify(old.runs, old.ok), classify(new.runs, new.ok)
    found += [f"{was} → {now}"] if was is not now else []
    found += [f"severity {old.severity} → {new.severity}"] if old.severity is not new.severity else []
    found += [f"topic {old.topic or 'none'} → {new.topic or 'none'}"] if old.topic != new.topic else []
    found += ["anchored"] if old.anchor != new.anchor else []
    return found
