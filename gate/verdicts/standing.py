"""Where a run stands before it is decided: what holds the merge, what is missing, what stayed open."""

from dataclasses import dataclass
from typing import Literal

from gate.model.baseline import SignOff
from gate.model.comparison import CaseComparison, Comparison, GroupFinding
from gate.model.plan import GateChange, Plan
from gate.model.report import AcceptanceRow
from gate.model.words import CaseVerdict
from gate.verdicts.gaps import gaps
from gate.verdicts.inputs import decides


@dataclass(frozen=True, slots=True, kw_only=True)
class Rules:
    """What a decision is made by, beside the comparison. `notes`, `about_judge` are said whatever is decided.

    `by_label`, `by_author`: whether a label is enough to accept, and whether whoever opened the pull request may.
    """

    inconclusive: Literal["fail", "pass"] = "fail"
    acceptance: tuple[AcceptanceRow, ...] = ()
    sign_off: SignOff | None = None
    notes: tuple[str, ...] = ()
    about_judge: tuple[str, ...] = ()
    by_label: bool = True
    by_author: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """What speaks against a merge, and whether a valid sign-off `covers` the regressions and changes of the gate."""

    plan: Plan
    comparison: Comparison
    regressed: tuple[CaseComparison, ...]
    groups: tuple[GroupFinding, ...]
    changes: tuple[GateChange, ...]
    floors: tuple[AcceptanceRow, ...]
    gaps: tuple[str, ...]
    undecided: tuple[CaseComparison, ...]
    sign_off: SignOff | None
    covers: bool
    by_label: bool = True
    by_author: bool = False

    @property
    def signable(self) -> bool:
        """Whether there is anything that a person may accept."""
        return bool(self.regressed or self.groups or self.changes)

    @property
    def holds(self) -> bool:
        """Whether the merge is held."""
        return bool(self.comparison.broken or self.floors) or (self.signable and not self.covers)


def stand(plan: Plan, comparison: Comparison, rules: Rules, digest: str) -> Standing:
    """Where the run stands; `digest` is the comparison's."""
    regressed = tuple(case for case in comparison.cases if case.blocks)
    groups = tuple(group for group in comparison.groups if group.verdict is CaseVerdict.REGRESSED)
    changes = tuple(change for change in plan.gate_changes if change.needs_sign_off)
    return Standing(
        plan=plan,
        comparison=comparison,
        regressed=regressed,
        groups=groups,
        changes=changes,
        floors=tuple(row for row in rules.acceptance if row.blocks),
        gaps=() if comparison.broken else gaps(plan, comparison),
        undecided=tuple(case for case in comparison.cases if decides(case.severity, case.status) and _open(case)),
        sign_off=rules.sign_off,
        by_label=rules.by_label,
        by_author=rules.by_author,
        covers=rules.sign_off is not None
        and _valid(rules.sign_off, digest, plan, regressed, beyond=bool(groups or changes)),
    )


def _open(case: CaseComparison) -> bool:
    return case.verdict in {CaseVerdict.INCONCLUSIVE, CaseVerdict.INFRA_FAILURE}


def _valid(sign_off: SignOff, digest: str, plan: Plan, regressed: tuple[CaseComparison, ...], *, beyond: bool) -> bool:
    """A sign-off is bound to one digest and one head commit; naming no case accepts all the report shows.

    `beyond`: more than cases holds the merge (a group, a change of the gate), which no name of a case accepts.
    """
    if (sign_off.digest, sign_off.commit) != (digest, plan.head.sha):
        return False
    if not sign_off.cases:
        return True
    return not beyond and all(case.case in sign_off.cases or case.id in sign_off.cases for case in regressed)
