"""One case, dimension by dimension: which of them carries the case's verdict, and the reason to show."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

from gate.model.baseline import BaselineCase
from gate.model.case import Case
from gate.model.comparison import CaseInput, DimensionComparison, Tally
from gate.model.score import Evidence
from gate.model.words import CaseVerdict, Dimension
from gate.verdicts.tallies import CaseCounts, DimensionCounts, tally_of

_WHOLE = frozenset({CaseVerdict.NEW, CaseVerdict.NOT_COMPARABLE, CaseVerdict.QUARANTINED, CaseVerdict.INFRA_FAILURE})


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """All that is known of one case: the fixture, the stored row, the levels it is held to, the counts of both arms."""

    case: Case
    known: CaseInput
    row: BaselineCase | None
    levels: Mapping[Dimension, int]
    base: CaseCounts
    head: CaseCounts
    advisory: frozenset[Dimension]

    def base_tally(self, dimension: Dimension) -> Tally | None:
        """The base's numbers: of this run's base trials, else stored; None when they are no measure for the head."""
        session = self.base.get(dimension)
        if session is not None and any(session.shown):
            return session.tally(self.levels[dimension], advisory=dimension in self.advisory)
        if not self.known.comparable or self.row is None:
            return None
        stored = self.row.hist.get(dimension, (0.0, 0.0, 0.0))
        return tally_of(stored, self.levels[dimension], max(0.0, round(self.row.runs - sum(stored), 2)))

    def head_counts(self, dimension: Dimension) -> DimensionCounts:
        """The head's counts, zero where no trial scored the dimension."""
        return self.head.get(dimension) or DimensionCounts()

    def head_failing(self, dimension: Dimension) -> float:
        """The share of head trials below the level, as counted against a merge."""
        return self.head_counts(dimension).failing_share(self.levels[dimension]) or 0.0

    def base_failing(self, dimension: Dimension) -> float:
        """The same of the base. Stored counts of an advisory dimension are its judge's: there it counts as passing."""
        level, session = self.levels[dimension], self.base.get(dimension)
        share = session.failing_share(level) if session else None
        if share is not None:
            return share
        stored = self.base_tally(dimension)
        if dimension in self.advisory or stored is None or not stored.scored:
            return 0.0
        return 1 - stored.passed / stored.scored


def compare_dimensions(facts: Facts, verdict: CaseVerdict) -> tuple[DimensionComparison, ...]:
    """Every declared dimension of a case whose verdict is known.

    A drop in an advisory dimension that its judge alone saw is said of the dimension and changes nothing for the case.
    """
    worse = _regressed_dimensions(facts) if verdict is CaseVerdict.REGRESSED else frozenset()
    return tuple(_dimension(facts, verdict, dimension, worse) for dimension in facts.case.dimensions)


def _regressed_dimensions(facts: Facts) -> frozenset[Dimension]:
    """The dimensions that carry a regression: failing most head trials where the base passes, else the largest drop."""
    drops = {
        dimension: facts.head_failing(dimension) - facts.base_failing(dimension) for dimension in facts.case.dimensions
    }
    broken = {dimension for dimension in drops if facts.head_failing(dimension) >= 0.5 > facts.base_failing(dimension)}
    if broken:
        return frozenset(broken)
    largest = max(drops.values(), default=0.0)
    return frozenset(dimension for dimension, drop in drops.items() if drop > 0 and drop >= largest)


def _dimension(
    facts: Facts, verdict: CaseVerdict, dimension: Dimension, worse: frozenset[Dimension]
) -> DimensionComparison:
    counts, level, advisory = facts.head_counts(dimension), facts.levels[dimension], dimension in facts.advisory
    compared = DimensionComparison(
        dimension=dimension,
        level=level,
        verdict=verdict,
        base=facts.base_tally(dimension),
        head=counts.tally(level, advisory=advisory) if dimension in facts.head else None,
        advisory=advisory,
        votes=counts.voted(facts.base.get(dimension, DimensionCounts())),
    )
    own = CaseVerdict.REGRESSED if dimension in worse else _dimension_verdict(verdict, compared)
    reason, evidence = _reason(counts, compared, own, by_checks=compared.advisory and dimension in worse)
    return replace(compared, verdict=own, reason=reason, evidence=evidence)


def _dimension_verdict(case: CaseVerdict, one: DimensionComparison) -> CaseVerdict:
    base, head = one.base, one.head
    if case in _WHOLE:
        return case
    if head is None or not head.scored or (case is CaseVerdict.INCONCLUSIVE and head.passed < head.scored):
        return CaseVerdict.INCONCLUSIVE
    if one.advisory and base is not None and base.passes and not head.passes:
        return CaseVerdict.REGRESSED
    if base is not None and base.score is not None and head.score is not None and head.score > base.score:
        return CaseVerdict.IMPROVED
    return CaseVerdict.FLAKY if case is CaseVerdict.FLAKY and head.passed < head.scored else CaseVerdict.UNCHANGED


def _reason(
    counts: DimensionCounts, one: DimensionComparison, verdict: CaseVerdict, *, by_checks: bool
) -> tuple[str, Evidence | None]:
    """Why head trials fail the level; else why the better score was given; else why there is none."""
    reasons = counts.check_reasons if by_checks else counts.reasons
    reason, evidence = reasons.most_frequent(0, one.level - 1)
    if not reason and verdict is CaseVerdict.IMPROVED and one.head is not None and one.head.score is not None:
        reason, evidence = reasons.most_frequent(one.head.score, one.head.score)
    if not reason and (one.head is None or not one.head.scored):
        reason, evidence = reasons.most_frequent(-1, -1)
    return reason, evidence
