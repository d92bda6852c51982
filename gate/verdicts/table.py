"""The table people know: per severity and dimension, how many cases pass on base and on head."""

from collections.abc import Iterable
from dataclasses import dataclass

from gate.model.comparison import CaseComparison, Comparison, DimensionComparison
from gate.model.words import CaseVerdict, Dimension, Severity, Status
from gate.verdicts.gaps import silent


@dataclass(frozen=True, slots=True, kw_only=True)
class SeverityRow:
    """Cases of one severity that pass one dimension: `base_passing` of `base_total`, then the head's.

    Both totals count the same comparable frozen cases. Where no case is comparable the base's numbers are zero, the
    head's count the new or changed cases, and `verdict` says which of the two they are.
    """

    severity: Severity
    dimension: Dimension
    advisory: bool
    base_passing: int
    base_total: int
    head_passing: int
    head_total: int
    verdict: CaseVerdict


_ASIDE = frozenset({CaseVerdict.NEW, CaseVerdict.NOT_COMPARABLE, CaseVerdict.QUARANTINED})
_LOUDEST_FIRST = (
    CaseVerdict.REGRESSED,
    CaseVerdict.INFRA_FAILURE,
    CaseVerdict.INCONCLUSIVE,
    CaseVerdict.IMPROVED,
    CaseVerdict.FLAKY,
    CaseVerdict.UNCHANGED,
    CaseVerdict.NEW,
    CaseVerdict.NOT_COMPARABLE,
    CaseVerdict.QUARANTINED,
)


def table(comparison: Comparison) -> tuple[SeverityRow, ...]:
    """One row per severity and dimension that any frozen case of the run declares, P0 first.

    Quarantined, new and not comparable cases stand aside unless a row has no others, and so do those that a failure in
    another dimension left unscored; a row's verdict is the loudest of its cases' (a regression before an improvement).
    """
    cells: dict[tuple[Severity, Dimension], list[tuple[CaseComparison, DimensionComparison]]] = {}
    for case in comparison.cases:
        if case.status is Status.FROZEN:
            for dimension in case.dimensions:
                cells.setdefault((case.severity, dimension.dimension), []).append((case, dimension))
    order = [(severity, dimension) for severity in Severity for dimension in Dimension]
    return tuple(_row(*key, cells[key]) for key in order if key in cells)


def _row(
    severity: Severity, dimension: Dimension, cell: list[tuple[CaseComparison, DimensionComparison]]
) -> SeverityRow:
    comparable = [one for case, one in cell if case.verdict not in _ASIDE and (_scored(one) or silent(case, one))]
    shown = comparable or [one for _, one in cell]
    both = [(one.base, one.head) for one in comparable if _scored(one)]
    heads = [head for _, head in both] if comparable else [one.head for one in shown if one.head and one.head.scored]
    return SeverityRow(
        severity=severity,
        dimension=dimension,
        advisory=any(one.advisory for one in shown),
        base_passing=sum(1 for base, _ in both if base is not None and base.passes),
        base_total=len(both),
        head_passing=sum(1 for head in heads if head is not None and head.passes),
        head_total=len(heads),
        verdict=loudest(one.verdict for one in shown),
    )


def _scored(one: DimensionComparison) -> bool:
    return one.base is not None and one.head is not None and one.base.scored > 0 and one.head.scored > 0


def loudest(verdicts: Iterable[CaseVerdict]) -> CaseVerdict:
    """The verdict a reader must see first. Raises ValueError when there is none."""
    return min(verdicts, key=_LOUDEST_FIRST.index)
