"""Slow decay: all cases against the counts frozen at the last release, every night.

Each pull request may lose a little and pass; only a comparison with a fixed point shows the sum. No case is selected
by its counts, so the exact test keeps its level.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from gate.model.baseline import BaselineCase
from gate.model.counting import count
from gate.verdicts.statistics import Stratum, stratified_p, whole_counts

NIGHTLY_ALPHA = 0.001
"""Chance that a night without any decay is flagged."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Drift:
    """What became of the cases since the anchor. `fell`: keys with the largest falls first, at most ten.

    `p`: the chance of so many failures if nothing decayed; `anchored` and `now`: mean pass rates then and now.
    """

    flagged: bool
    p: float
    cases: int
    anchored: float
    now: float
    fell: tuple[str, ...]
    explanation: str


def anchor_drift(rows: Mapping[str, BaselineCase], *, alpha: float = NIGHTLY_ALPHA) -> Drift:
    """The nightly test over every row that has an anchor, by case key. Rows without one say nothing."""
    anchored = {key: row for key, row in sorted(rows.items()) if row.anchor and row.anchor.runs > 0 and row.runs > 0}
    strata = [_stratum(row) for row in anchored.values()]
    p = stratified_p(strata)
    falls = {key: _fall(row) for key, row in anchored.items()}
    then = _mean([row.anchor.ok / row.anchor.runs for row in anchored.values() if row.anchor])
    now = _mean([row.ok / row.runs for row in anchored.values()])
    flagged = p <= alpha
    return Drift(
        flagged=flagged,
        p=p,
        cases=len(anchored),
        anchored=then,
        now=now,
        fell=tuple(key for key in sorted(falls, key=lambda key: -falls[key]) if falls[key] > 0)[:10],
        explanation=_words(len(anchored), then, now, p, flagged=flagged),
    )


def _stratum(row: BaselineCase) -> Stratum:
    anchor_ok, anchor_runs = whole_counts(row.anchor.ok, row.anchor.runs) if row.anchor else (0, 0)
    return Stratum(anchor_ok, anchor_runs, *whole_counts(row.ok, row.runs))


def _fall(row: BaselineCase) -> float:
    return row.anchor.ok / row.anchor.runs - row.ok / row.runs if row.anchor else 0.0


def _mean(values: list[float]) -> float:
    return sum(values) / len(values) if values else 0.0


def _words(cases: int, then: float, now: float, p: float, *, flagged: bool) -> str:
    if not cases:
        return "no case has a release anchor yet"
    rates = f"{then:.1%} of trials passed at the anchor, {now:.1%} now, over {count(cases, 'case')}"
    if not flagged:
        return f"{rates}: within chance"
    return f"{rates}: by chance in {p:.2%} of nights without decay"
