"""The floor for green: every frozen P0 case that was planned ran, and every dimension it declares was scored.

Of a run that was split, every shard has to be there, whatever its cases.
"""

from gate.model.comparison import CaseComparison, Comparison, DimensionComparison
from gate.model.counting import count
from gate.model.plan import Plan
from gate.model.words import CaseVerdict
from gate.verdicts.inputs import decides

_AGAIN = "run the job again, on a laptop `agent-gate run --resume DIR`, which pays only for what is missing"
_ONCE = "once that is mended, " + _AGAIN
_SCORE = (
    "let a check or a judge score it (`judge:` in agent-gate.yml; `agent-gate calibrate probe` tries the one that is "
    "there), or take the dimension off the fixture"
)

_SHOW = (
    "have the driver show them, as docs/drivers.md says for each (a program says `tool_calls`, `[]` for none; a trace "
    "that was only lost may come with another run), or take the expectation off the fixture"
)


def gaps(plan: Plan, comparison: Comparison) -> tuple[str, ...]:
    """A sentence with its remedy for each gap between planned, executed and scored; empty = the floor holds.

    Only frozen P0 cases count, and not those in quarantine. What a wrong tool call left unscored is no gap: the trial
    failed for that reason.
    """
    if comparison.environment and not any(one.finding.head_trials or one.finding.missing for one in comparison.cases):
        return (f"no trial of this run counts; {_AGAIN}",)
    compared = {case.case: case for case in comparison.cases}
    return _absent_shards(plan) + tuple(
        sentence
        for key in sorted({one.case for one in plan.selected if decides(one.severity, one.status)})
        for sentence in (_gaps_of(compared[key]) if key in compared else [f"{key}: planned and not compared; {_AGAIN}"])
    )


def _absent_shards(plan: Plan) -> tuple[str, ...]:
    return tuple(
        f"shard {number} of {len(plan.shards)} is missing: its "
        f"{count(len(plan.shards[number - 1]), 'case was', 'cases were')} planned and never ran; run its job again, "
        "then merge"
        for number in plan.missing
    )


def silent(case: CaseComparison, one: DimensionComparison) -> bool:
    """Whether a dimension has no score although no failure elsewhere explains its silence."""
    if one.head is not None and one.head.scored:
        return False
    return not any(other.head is not None and other.head.passed < other.head.scored for other in case.dimensions)


def _gaps_of(case: CaseComparison) -> list[str]:
    if case.verdict is CaseVerdict.QUARANTINED:
        return []
    unscored = [one for one in case.dimensions if one.head is not None and silent(case, one)]
    if unscored:
        return [
            f"{case.case}: {one.dimension} was not scored ({one.reason or 'no score'}); "
            f"{_SHOW if one.reason.endswith('not captured') else _SCORE}"
            for one in unscored
        ]
    if not case.finding.head_trials:
        return [f"{case.case}: {case.finding.explanation}; {_ONCE if case.finding.missing else _AGAIN}"]
    absent = [one for one in case.dimensions if silent(case, one)]
    return [f"{case.case}: {one.dimension} was never scored; {_SCORE}" for one in absent]
