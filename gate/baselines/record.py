"""How a baseline comes to be and lives: recording, topping up, forgetting at a merge, resetting, anchoring.

Only trials of the default branch belong here: of the base definition, or of a merged pull request's own head.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from math import ceil

from gate.baselines.comparable import Scorers, differs
from gate.baselines.levels import CaseClass, at_or_above, classify, fresh_levels, raised_levels
from gate.model.baseline import Anchor, Baseline, BaselineCase, Histogram
from gate.model.case import Case
from gate.model.score import TrialScores, blocking_value, shown_value
from gate.model.words import Dimension

KEEP_AT_MERGE = 0.9
"""Share of the old counts that stays when a merged pull request's trials are added: a memory of 20 to 30 runs."""
FIRST_RUNS = 20
"""Runs to store of a case before anything is compared with it."""
NOISY_RUNS = 50
"""Runs to store of a case that passes fewer than `NOISY_SHARE` of them."""
NOISY_SHARE = 0.95
MEMORY_RUNS = 50
"""Runs a row remembers when it is topped up: older counts fade, or years of them would hide what is true now."""
_RUNS_NAMED = 20  # enough for every run that could be repeated by mistake


@dataclass(frozen=True, slots=True, kw_only=True)
class Origin:
    """Where trials came from: agent definition, commit, day (ISO 8601), what scored them, and the run's name if any."""

    agent: str
    agent_fingerprint: str
    commit: str
    gate_version: str
    date: str
    scorers: Scorers
    run: str = ""


_Value = tuple[Dimension, int | None, int | None]  # dimension, what it is reported as, what it may block with


@dataclass(slots=True)
class _Seen:
    """The trials of one case; equal ones are counted, not kept."""

    trials: Counter[tuple[_Value, ...]] = field(default_factory=Counter)
    missing: int = 0
    judge: str = ""


def record(
    previous: Baseline | None,
    suite: Iterable[Case],
    trials: Iterable[TrialScores],
    origin: Origin,
    *,
    keep: float = 1.0,
    advisory: frozenset[Dimension] = frozenset(),
) -> Baseline:
    """The baseline after `trials`, with the sign-offs of `previous`.

    `suite` is every case of the agent: rows of other cases go. A row whose case, judge or checks changed is reset;
    a change of the agent alone carries its counts over. `keep` is the share of the old counts that stays in rows with
    new trials: 1 tops up (older counts fade beyond `MEMORY_RUNS`), `KEEP_AT_MERGE` forgets, 0 begins anew. Rows without
    new trials stay as they are.
    """
    seen = _collect(trials, advisory)
    old = previous.cases if previous else {}
    rows: dict[str, BaselineCase] = {}
    for case in sorted(suite, key=lambda case: case.id):
        row = _row(case, old.get(case.id), seen.get(case.key), origin, keep=keep, advisory=advisory)
        if row is not None:
            rows[case.id] = row
    return Baseline(
        agent=origin.agent,
        agent_fingerprint=origin.agent_fingerprint,
        commit=origin.commit,
        gate_version=origin.gate_version,
        cases=rows,
        history=previous.history if previous else (),
        counted=_counted(previous, origin.run),
    )


def release(baseline: Baseline, commit: str) -> Baseline:
    """The baseline with every row anchored at a release: the counts that slow decline is measured against."""
    return replace(
        baseline,
        cases={
            case: replace(row, anchor=Anchor(commit=commit, runs=row.runs, ok=row.ok))
            for case, row in baseline.cases.items()
        },
    )


def missing_runs(baseline: Baseline | None, suite: Sequence[Case], scorers: Scorers) -> dict[str, int]:
    """How many more runs each case (by id) needs: 20 at first, 50 when fewer than 95 % of them pass; none left out."""
    rows = baseline.cases if baseline else {}
    needed: dict[str, int] = {}
    for case in suite:
        row = rows.get(case.id)
        if row is None or differs(case, row, scorers):
            needed[case.id] = FIRST_RUNS
        else:
            needed[case.id] = runs_wanted(row.ok, row.runs)
    return {case: runs for case, runs in needed.items() if runs}


def runs_wanted(ok: float, runs: float) -> int:
    """How many more runs a row of `ok` passes in `runs` needs."""
    wanted = FIRST_RUNS if ok >= NOISY_SHARE * runs else NOISY_RUNS
    return max(0, ceil(wanted - runs))


def _counted(previous: Baseline | None, run: str) -> tuple[str, ...]:
    known = previous.counted if previous else ()
    return (*known, run)[-_RUNS_NAMED:] if run else known


def _collect(trials: Iterable[TrialScores], advisory: frozenset[Dimension]) -> dict[str, _Seen]:
    seen: dict[str, _Seen] = {}
    for trial in trials:
        case = seen.setdefault(trial.case, _Seen())
        case.judge = case.judge or trial.judge
        if trial.error or not trial.scores:
            case.missing += 1
            continue
        case.trials[
            tuple(
                (score.dimension, shown_value(trial, score, advisory), blocking_value(trial, score, advisory))
                for score in trial.scores
            )
        ] += 1
    return seen


def _row(
    case: Case,
    old: BaselineCase | None,
    seen: _Seen | None,
    origin: Origin,
    *,
    keep: float,
    advisory: frozenset[Dimension],
) -> BaselineCase | None:
    if old is not None:
        old = None if differs(case, old, origin.scorers) else replace(old, topic=case.topic, severity=case.severity)
    if seen is None:
        return old
    new = _new_row(case, seen, origin, old.level if old is not None and keep > 0 else None)
    if not new.runs:
        return old and replace(old, infra_missing=old.infra_missing + new.infra_missing)
    if old is None:
        return new
    return replace(_add(old, new, keep, advisory) if keep > 0 else new, anchor=old.anchor)


def _new_row(case: Case, seen: _Seen, origin: Origin, committed: Mapping[Dimension, int] | None) -> BaselineCase:
    level = fresh_levels(_histograms(case, seen.trials)) if committed is None else committed
    passed = Counter({values: count for values, count in seen.trials.items() if _passed(values, level)})
    failed = Counter({values: count for values, count in seen.trials.items() if _failed(values, level)})
    runs = passed.total() + failed.total()
    return BaselineCase(
        fingerprints=case.fingerprints,
        topic=case.topic,
        severity=case.severity,
        level=level,
        runs=float(runs),
        ok=float(passed.total()),
        hist=_histograms(case, passed + failed),
        judge=seen.judge,
        checks=origin.scorers.checks,
        infra_missing=seen.missing + seen.trials.total() - runs,
        last=origin.date,
    )


def _failed(values: tuple[_Value, ...], level: Mapping[Dimension, int]) -> bool:
    return any(blocking is not None and blocking < level.get(dimension, 2) for dimension, _, blocking in values)


def _passed(values: tuple[_Value, ...], level: Mapping[Dimension, int]) -> bool:
    return all(blocking is not None and blocking >= level.get(dimension, 2) for dimension, _, blocking in values)


def _histograms(case: Case, trials: Counter[tuple[_Value, ...]]) -> dict[Dimension, Histogram]:
    counts = {dimension: [0.0, 0.0, 0.0] for dimension in case.dimensions}
    for values, count in trials.items():
        for dimension, shown, _ in values:
            if shown is not None and dimension in counts:
                counts[dimension][shown] += count
    return {dimension: (zero, one, two) for dimension, (zero, one, two) in counts.items()}


def _add(old: BaselineCase, new: BaselineCase, keep: float, advisory: frozenset[Dimension]) -> BaselineCase:
    if old.runs > 0:
        keep = min(keep, max(0.0, MEMORY_RUNS - new.runs) / old.runs)
    hist = {
        dimension: _sum(old.hist.get(dimension, (0.0, 0.0, 0.0)), histogram, keep)
        for dimension, histogram in new.hist.items()
    }
    runs, ok = short(old.runs * keep + new.runs), short(old.ok * keep + new.ok)
    may_fall = classify(runs, ok) is CaseClass.QUARANTINED
    level = raised_levels(old.level, hist, may_fall=may_fall)
    reached = (
        at_or_above(hist[dimension], value)
        for dimension, value in level.items()
        if dimension in hist and dimension not in advisory and value > old.level.get(dimension, 0)
    )
    return replace(
        new,
        level=level,
        runs=runs,
        ok=min((ok, *reached)),
        hist=hist,
        judge=new.judge or old.judge,
        infra_missing=new.infra_missing + round(old.infra_missing * keep),
    )


def _sum(old: Histogram, new: Histogram, keep: float) -> Histogram:
    zero, one, two = (short(before * keep + now) for before, now in zip(old, new, strict=True))
    return zero, one, two


def short(count: float) -> float:
    """A count as the file keeps it: two decimals."""
    return round(count, 2)
