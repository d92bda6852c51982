"""What a run on the default branch does to its baseline: counts that grow, rows that fell and wait for a person, drift.

A row whose trials now pass less often than its stored ones is left as it stands: topping it up would lower the bar a
little each night until nobody remembers where it was. New counts are proposed instead, for sign-off.
"""

from collections.abc import Iterable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, replace
from math import ceil

from gate.baselines.comparable import Scorers, differs
from gate.baselines.levels import stored_passes
from gate.baselines.record import Origin, record
from gate.model.baseline import Anchor, Baseline, BaselineCase
from gate.model.case import Case
from gate.model.score import TrialScores, outcome
from gate.model.words import Arm, Dimension, Outcome, Status
from gate.verdicts.drift import NIGHTLY_ALPHA, Drift, anchor_drift
from gate.verdicts.statistics import Stratum, stratified_p, whole_counts


@dataclass(frozen=True, slots=True, kw_only=True)
class Fall:
    """A case, by id, whose trials of this run pass less often than its stored ones."""

    case: str
    passed: int
    trials: int
    stored_ok: float
    stored_runs: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Renewal:
    """The `baseline` after a run; rows that `fell` are as they were, though not in `counts`.

    `added`: trials counted. `proposed`: with the fallen rows begun anew, and the anchors moved to today when drift is
    flagged; None when nothing needs a person.
    """

    baseline: Baseline
    counts: Baseline
    added: int
    fell: tuple[Fall, ...]
    drift: Drift
    proposed: Baseline | None


def renew(
    previous: Baseline | None,
    suite: Sequence[Case],
    trials: Iterable[TrialScores],
    origin: Origin,
    *,
    keep: float,
    advisory: frozenset[Dimension] = frozenset(),
    recorded: bool = False,
    alpha: float = NIGHTLY_ALPHA,
) -> Renewal:
    """The baseline after head trials of the default branch. `suite` is every case of the agent; `keep` as in `record`.

    `recorded`: the driver gives the same trial again under the same number (see `counted_trials`). `alpha`: chance of a
    false alarm a night, for all rows together and for drift each.
    """
    known = {case.key: case for case in suite}
    own = [trial for trial in trials if trial.arm is Arm.HEAD and trial.case in known]
    fresh = [
        trial for trial in own if not recorded or trial.trial > counted_trials(previous, known[trial.case], origin)
    ]
    counted = record(previous, suite, fresh, origin, keep=keep, advisory=advisory)
    rows = _comparable(previous, suite, origin.scorers) if previous else {}
    fell = _fallen(rows, own, advisory, alpha)
    names = {one.case for one in fell}
    anew = record(None, [case for case in suite if case.id in names], own, origin, advisory=advisory).cases
    as_before = record(previous, suite, [], origin).cases
    old = previous.cases if previous else {}
    now = {**counted.cases, **{case: replace(row, anchor=old[case].anchor) for case, row in anew.items()}}
    drift = anchor_drift({f"{origin.agent}/{case}": row for case, row in now.items()}, alpha=alpha)
    return Renewal(
        baseline=replace(counted, cases={**counted.cases, **{case: as_before[case] for case in names}}),
        counts=counted,
        added=sum(1 for trial in fresh if trial.scores and trial.case.partition("/")[2] not in names),
        fell=fell,
        drift=drift,
        proposed=_proposed(counted, now, names, origin, drift) if fell or drift.flagged else None,
    )


def watched(agent: str, found: Renewal) -> tuple[str, ...]:
    """What a report says of an agent whose definition is the stored one: rows that fell, and slow decay."""
    told = []
    if found.fell:
        names = ", ".join(one.case for one in found.fell)
        told.append(
            f"`{agent}` now passes less often than its stored trials in {names}: the platform, the model or the test "
            "data changed, and no pull request is to blame"
        )
    if found.drift.cases:
        state = "has decayed" if found.drift.flagged else "has not decayed"
        told.append(f"`{agent}` {state} since its release anchor: {found.drift.explanation}")
    return tuple(told)


def counted_trials(baseline: Baseline | None, case: Case, origin: Origin) -> int:
    """The number up to which recorded trials of this origin may be in a case's row already.

    They are counted in the order of their numbers, so it is the stored runs of the same definition.
    """
    row = baseline.cases.get(case.id) if baseline and baseline.agent_fingerprint == origin.agent_fingerprint else None
    return 0 if row is None or differs(case, row, origin.scorers) else ceil(row.runs)


def _comparable(previous: Baseline, suite: Sequence[Case], scorers: Scorers) -> dict[str, BaselineCase]:
    """The rows that trials of today are the same number as, by case key; those of frozen cases only."""
    return {
        case.key: row
        for case in suite
        if case.status is Status.FROZEN
        and (row := previous.cases.get(case.id)) is not None
        and row.runs > 0
        and not differs(case, row, scorers)
    }


def _fallen(
    rows: Mapping[str, BaselineCase], trials: Iterable[TrialScores], advisory: frozenset[Dimension], alpha: float
) -> tuple[Fall, ...]:
    seen = _seen(rows, trials, advisory)
    falls = [
        Fall(
            case=key.partition("/")[2],
            passed=seen[key][0],
            trials=seen[key][1],
            stored_ok=stored_passes(rows[key], advisory),
            stored_runs=rows[key].runs,
        )
        for key in sorted(seen)
    ]
    return tuple(one for one in falls if _chance(one) <= alpha / len(falls))


def _seen(
    rows: Mapping[str, BaselineCase], trials: Iterable[TrialScores], advisory: frozenset[Dimension]
) -> dict[str, tuple[int, int]]:
    """Passed and scored trials by case key, at the level each row has committed to."""
    seen: dict[str, tuple[int, int]] = {}
    for trial in trials:
        if trial.case in rows:
            came_to = outcome(trial, rows[trial.case].level, advisory)
            passed, scored = seen.get(trial.case, (0, 0))
            ran = came_to in (Outcome.PASSED, Outcome.FAILED)
            seen[trial.case] = passed + (came_to is Outcome.PASSED), scored + ran
    return seen


def _chance(fall: Fall) -> float:
    return stratified_p([Stratum(*whole_counts(fall.stored_ok, fall.stored_runs), fall.passed, fall.trials)])


def _proposed(
    counted: Baseline, now: Mapping[str, BaselineCase], fell: AbstractSet[str], origin: Origin, drift: Drift
) -> Baseline:
    """The new counts; accepting them also accepts where later decay is measured from."""
    return replace(
        counted,
        cases={
            case: replace(row, anchor=Anchor(commit=origin.commit, runs=row.runs, ok=row.ok))
            if row.anchor and (drift.flagged or case in fell)
            else row
            for case, row in now.items()
        },
    )
