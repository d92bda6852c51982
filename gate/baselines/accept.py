"""A person's acceptance written into the baseline: the named rows as the head has them, and who, why, when."""

from collections.abc import Iterable, Mapping
from dataclasses import replace

from gate.baselines.levels import fresh_levels
from gate.errors import UsageError
from gate.model.baseline import Baseline, BaselineCase, SignOff
from gate.model.comparison import CaseComparison, Comparison, DimensionComparison, Tally
from gate.model.words import Dimension


def accept(baseline: Baseline, comparison: Comparison, day: str, sign_off: SignOff) -> Baseline:
    """The baseline with the rows `sign_off` names reset to the head's trials of `comparison`, and the entry added.

    `day` (ISO 8601) is that of the trials.
    It names cases by id or key; keys of other agents are theirs to accept, and no name at all means every case that
    blocks. A reset row keeps no older count, so its case may block again only once enough runs of it are stored.
    Accepting the same cases of the same result again changes nothing. Raises `UsageError` when one did not run.
    """
    named = sign_off.cases or tuple(case.case for case in comparison.cases if case.blocks)
    own = [name.removeprefix(f"{baseline.agent}/") for name in named]
    ids = tuple(sorted({name for name in own if "/" not in name}))
    entry = replace(sign_off, cases=ids)
    if any(_same(entry, known) for known in baseline.history):
        return baseline
    ran = {case.id: case for case in comparison.cases if case.agent == baseline.agent and case.finding.head_trials}
    _refuse_unknown(ids, ran)
    rows = {case: _row(ran[case], baseline.cases.get(case), day) for case in ids}
    return replace(baseline, cases={**baseline.cases, **rows}, history=(*baseline.history, entry))


def _same(one: SignOff, other: SignOff) -> bool:
    return (one.digest, one.commit, one.cases) == (other.digest, other.commit, other.cases)


def _refuse_unknown(ids: Iterable[str], ran: Mapping[str, CaseComparison]) -> None:
    unknown = [case for case in ids if case not in ran]
    if unknown:
        raise UsageError(
            f"no result to accept for {', '.join(unknown)}",
            f"this run has results of: {', '.join(sorted(ran)) or 'no case'}",
        )


def _row(compared: CaseComparison, old: BaselineCase | None, day: str) -> BaselineCase:
    hist = {one.dimension: one.head.histogram for one in compared.dimensions if one.head is not None}
    level = fresh_levels(hist)
    checks_alone = old is not None and not old.judge and old.fingerprints.rubric == compared.fingerprints.rubric
    return BaselineCase(
        fingerprints=compared.fingerprints,
        topic=compared.topic,
        severity=compared.severity,
        level=level,
        runs=float(compared.finding.head_trials),
        ok=_ok(compared, level),
        hist=hist,
        judge="" if checks_alone else compared.judge,
        checks=compared.checks,
        infra_missing=compared.finding.missing,
        last=day,
    )


def _ok(compared: CaseComparison, level: Mapping[Dimension, int]) -> float:
    """How many head trials pass at the new levels, at least: each failure of a dimension may be another trial's."""
    below = sum(_below(one, one.head, level[one.dimension]) for one in compared.dimensions if one.head is not None)
    counted = compared.finding.head_trials
    return float(max(0, min(counted, max(compared.finding.head_passed, counted - below))))


def _below(one: DimensionComparison, head: Tally, level: int) -> float:
    """How many head trials fail a dimension at its new level, at most.

    In an advisory dimension only the checks fail a trial; they were counted at the level of the comparison.
    """
    shown = sum(head.histogram[:level])
    if head.checked is None or level > one.level:
        return shown
    passed, scored = head.checked
    return min(shown, scored - passed)
