"""What a procedure knows of each selected case before it runs: stored counts, comparability, whether it may block."""

from collections.abc import Iterable, Mapping
from collections.abc import Set as AbstractSet

from gate.baselines.comparable import Scorers, differs
from gate.baselines.levels import stored_passes
from gate.errors import StoreError
from gate.model.baseline import Baseline, BaselineCase
from gate.model.calibration import Advisory, none_advisory
from gate.model.case import Case
from gate.model.comparison import CaseInput
from gate.model.plan import Plan
from gate.model.words import Dimension, Severity, Status

_EDITED = frozenset({"fixture", "rubric", "data"})
"""What of a case a pull request can make another one; judge and checks come from the base and the gate."""


def case_inputs(
    cases: Iterable[Case],
    plan: Plan,
    baselines: Mapping[str, Baseline],
    scorers: Scorers,
    *,
    advisory: Advisory = none_advisory,
    quarantined: AbstractSet[str] = frozenset(),
) -> tuple[CaseInput, ...]:
    """One input per case the plan selects, in the order of their keys.

    `baselines` is by agent, `quarantined` holds keys of cases set aside by hand. A case whose fingerprints differ from
    the stored ones, or that has none, is not comparable. Raises `StoreError` when the plan names a case that is not
    among `cases`.
    """
    inputs = []
    for case in selected_cases(cases, plan):
        row = stored_row(case, baselines)
        different = differs(case, row, scorers) if row else ()
        inputs.append(
            CaseInput(
                case=case.key,
                topic=case.topic,
                severity=case.severity,
                stored_ok=stored_passes(row, advisory(case.agent)) if row else 0.0,
                stored_runs=row.runs if row else 0.0,
                comparable=row is not None and row.runs > 0 and not different,
                may_block=decides(case.severity, case.status) and case.key not in quarantined,
                trials=case.trials,
                quarantined=case.key in quarantined,
                changed=case.key in plan.changed and bool(different) and _EDITED.issuperset(different),
            )
        )
    return tuple(inputs)


def committed_levels(cases: Iterable[Case], baselines: Mapping[str, Baseline]) -> dict[str, dict[str, int]]:
    """The level of each case and dimension, as a plan keeps them: 2 unless the baseline says otherwise; safety 2."""
    levels: dict[str, dict[str, int]] = {}
    for case in cases:
        row = stored_row(case, baselines)
        committed = row.level if row else {}
        levels[case.key] = {
            dimension.value: 2 if dimension is Dimension.SAFETY else committed.get(dimension, 2)
            for dimension in case.dimensions
        }
    return levels


def levels_of(plan: Plan, case: Case) -> dict[Dimension, int]:
    """The levels a case is held to in this run."""
    committed = plan.levels.get(case.key, {})
    return {
        dimension: 2 if dimension is Dimension.SAFETY else committed.get(dimension.value, 2)
        for dimension in case.dimensions
    }


def selected_cases(cases: Iterable[Case], plan: Plan) -> list[Case]:
    """The cases the plan selects, by key."""
    known = {case.key: case for case in cases}
    selected = sorted({one.case for one in plan.selected})
    unknown = [key for key in selected if key not in known]
    if unknown:
        raise StoreError(
            f"the plan selects {', '.join(unknown)}, which the fixtures of this run do not hold",
            "compare a run with the fixtures it was planned with",
        )
    return [known[key] for key in selected]


def stored_row(case: Case, baselines: Mapping[str, Baseline]) -> BaselineCase | None:
    """What is accepted of a case, comparable or not."""
    baseline = baselines.get(case.agent)
    return baseline.cases.get(case.id) if baseline else None


def decides(severity: Severity, status: Status) -> bool:
    """Whether a case is one of those that may hold a merge: frozen and P0."""
    return severity is Severity.P0 and status is Status.FROZEN
