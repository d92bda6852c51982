from gate.model.baseline import Anchor, BaselineCase
from gate.model.case import Fingerprints
from gate.model.words import Severity
from gate.verdicts.drift import anchor_drift


def row(anchor: tuple[float, float] | None, ok: float, runs: float) -> BaselineCase:
    return BaselineCase(
        fingerprints=Fingerprints(fixture="", rubric="", data=""),
        topic="",
        severity=Severity.P0,
        level={},
        runs=runs,
        ok=ok,
        hist={},
        anchor=Anchor(commit="release", ok=anchor[0], runs=anchor[1]) if anchor else None,
    )


def test_a_steady_suite_is_within_chance() -> None:
    drift = anchor_drift({f"a/{n}": row((19, 20), 22.3, 23.4) for n in range(40)})
    assert not drift.flagged
    assert drift.cases == 40
    assert "within chance" in drift.explanation


def test_a_little_lost_everywhere_is_flagged_although_no_case_stands_out() -> None:
    rows = {f"a/{n}": row((19, 20), 18, 20) for n in range(100)}
    drift = anchor_drift({**rows, "a/worst": row((20, 20), 12, 20)})
    assert drift.flagged
    assert drift.p < 0.001
    assert drift.fell[0] == "a/worst"
    assert len(drift.fell) == 10


def test_an_improvement_is_never_flagged() -> None:
    assert not anchor_drift({f"a/{n}": row((15, 20), 20, 20) for n in range(100)}).flagged


def test_rows_without_anchor_say_nothing() -> None:
    drift = anchor_drift({"a/b": row(None, 0, 20), "a/c": row((0, 0), 0, 20)})
    assert (drift.flagged, drift.cases) == (False, 0)
    assert drift.explanation == "no case has a release anchor yet"


def test_a_stricter_night_needs_more_decay() -> None:
    rows = {f"a/{n}": row((20, 20), 19, 20) for n in range(6)}
    assert anchor_drift(rows, alpha=0.05).flagged
    assert not anchor_drift(rows).flagged
