"""May it merge? The conclusion of a run, the sentence that says it, and what to do next."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import fields, replace
from hashlib import sha256
from typing import Any

from gate.errors import ExitCode
from gate.model.comparison import Comparison
from gate.model.plan import Plan
from gate.model.report import AcceptanceRow, Decision
from gate.model.words import CaseVerdict, Conclusion
from gate.verdicts.sentences import headline, next_action, notes
from gate.verdicts.standing import Rules, Standing, stand

__all__ = ["Rules", "decide", "digest_of"]

_EXIT = {
    Conclusion.PASS: ExitCode.PASS,
    Conclusion.ACCEPTED: ExitCode.PASS,
    Conclusion.BLOCKED: ExitCode.BLOCKED,
    Conclusion.INCONCLUSIVE: ExitCode.COULD_NOT_TELL,
    Conclusion.INFRA_FAILURE: ExitCode.COULD_NOT_TELL,
}


def decide(plan: Plan, comparison: Comparison, rules: Rules | None = None) -> Decision:
    """The decision of a run.

    What was seen to regress blocks, whatever else went wrong; then comes what could not be told; `accepted` and `pass`
    come last, above the floor of `gaps`. A valid sign-off (same digest, same head commit, every blocking case) covers
    regressions and changes of the gate, never a missed acceptance floor or a gap.
    """
    rules = rules or Rules()
    digest = digest_of(plan, comparison, rules.acceptance)
    standing = stand(plan, comparison, rules, digest)
    conclusion = _conclusion(standing)
    return Decision(
        conclusion=conclusion,
        headline=headline(standing, conclusion),
        next_action=next_action(standing, conclusion),
        exit_code=int(_exit_code(standing, conclusion, rules)),
        digest=digest,
        blocking=() if standing.covers else tuple(case.case for case in standing.regressed),
        gaps=standing.gaps,
        notes=(*notes(standing, conclusion), *rules.notes),
        about_judge=rules.about_judge,
        acceptance=rules.acceptance,
    )


def digest_of(plan: Plan, comparison: Comparison, floors: Sequence[AcceptanceRow] = ()) -> str:
    """SHA-256 (hex) of a result in canonical JSON, a case a line: equal for equal ones, read back from a file or not.

    It binds all that the decision and an acceptance are made of: both commits, what was to run, the changes of the
    gate, the whole comparison with what its cases and scorers were, and the floors.
    """
    bound = {
        "commits": (plan.base.sha, plan.head.sha),
        "selected": [(one.case, one.severity, one.status) for one in plan.selected],
        "missing": plan.missing,
        "changes": plan.gate_changes,
        "comparison": replace(comparison, cases=()),
        "floors": floors,
    }
    digest = sha256()
    for part in (bound, *comparison.cases):
        text = json.dumps(_canonical(part), sort_keys=True, separators=(",", ":"), ensure_ascii=True)
        digest.update(text.encode("ascii") + b"\n")
    return digest.hexdigest()


def _canonical(value: Any) -> object:  # noqa: ANN401 - a value or a part of one
    """A value by the names of its fields. Whole numbers lose their point: a file gives back 3 where 3.0 was written."""
    if value is None or isinstance(value, str | int):
        return value
    if isinstance(value, float):
        return int(value) if value.is_integer() else value
    if isinstance(value, Mapping):
        return {str(key): _canonical(item) for key, item in value.items()}
    if isinstance(value, Sequence):
        return [_canonical(item) for item in value]
    return {field.name: _canonical(getattr(value, field.name)) for field in fields(value)}


def _conclusion(standing: Standing) -> Conclusion:
    if standing.holds:
        return Conclusion.BLOCKED
    if standing.comparison.environment:
        return Conclusion.INFRA_FAILURE
    if standing.gaps or standing.undecided:
        broken = any(case.verdict is CaseVerdict.INFRA_FAILURE for case in standing.undecided)
        return Conclusion.INFRA_FAILURE if broken else Conclusion.INCONCLUSIVE
    return Conclusion.ACCEPTED if standing.signable else Conclusion.PASS


def _exit_code(standing: Standing, conclusion: Conclusion, rules: Rules) -> ExitCode:
    tolerated = rules.inconclusive == "pass" and not standing.gaps
    return ExitCode.PASS if conclusion is Conclusion.INCONCLUSIVE and tolerated else _EXIT[conclusion]
