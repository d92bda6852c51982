"""What a sign-off settles of a result, and what stays open. Pure."""

from collections.abc import Collection, Iterable, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, replace
from typing import Literal

from gate.errors import UsageError
from gate.github.signoff.result import Result
from gate.github.signoff.rules import Refusal
from gate.model.baseline import SignOff
from gate.model.comparison import Comparison
from gate.model.counting import count
from gate.model.plan import Plan
from gate.model.report import Decision
from gate.reports.escape import code, prose
from gate.verdicts.decision import Rules, decide
from gate.verdicts.sentences import named
from gate.verdicts.standing import Standing, stand


@dataclass(frozen=True, slots=True, kw_only=True)
class Settlement:
    """What was accepted and what was not.

    `accepted` are case keys whose rows are to be written now, `before` those accepted earlier for the same result.
    `rest` says in words what still holds the merge; `decision` is the run's after this sign-off.
    """

    accepted: tuple[str, ...]
    before: tuple[str, ...]
    regressed: tuple[str, ...]
    rest: tuple[str, ...]
    decision: Decision

    @property
    def settled(self) -> bool:
        """Whether nothing holds the merge any more."""
        return self.decision.exit_code == 0


def entered_in(
    settlement: Settlement, plan: Plan, configured: Collection[str], recorded: Collection[str]
) -> tuple[str, ...]:
    """The agents whose baselines take the entry: those of the accepted cases; without one, every agent of the run.

    Raises `UsageError` when the result is of an agent that is not `configured`: its name may be anything, a path too.
    """
    agents = {key.partition("/")[0] for key in settlement.accepted}
    unknown = sorted(agents.difference(configured))
    if unknown:
        names = ", ".join(map(code, unknown))
        raise UsageError(f"the base branch configures no agent {names}", "merge its configuration first")
    ran = [agent.name for agent in plan.agents if agent.name in recorded and agent.name in configured]
    return tuple(sorted(agents) or ran)


def named_cases(names: Sequence[str], comparison: Comparison) -> tuple[str, ...] | Refusal:
    """The keys of the cases a command names by id or key; a refusal when one is unknown, ambiguous or did not run."""
    ran = [case for case in comparison.cases if case.finding.head_trials]
    keys = []
    for name in names:
        found = [case.case for case in ran if name in (case.case, case.id)]
        if not found:
            blocking = named(case.id for case in comparison.cases if case.blocks)
            known = f"the cases that hold the merge are {prose(blocking)}" if blocking else "no case holds the merge"
            return Refusal(
                text=f"the result has no case {code(name)}", remedy=f"{known}; name cases as the report does"
            )
        if len(found) > 1:
            spelled = ", ".join(code(key) for key in found)
            return Refusal(text=f"several agents have a case {code(name)}", remedy=f"name one of {spelled}")
        keys += found
    return tuple(dict.fromkeys(keys))


def settle(
    result: Result,
    names: Sequence[str],
    sign_off: SignOff,
    *,
    before: AbstractSet[str],
    inconclusive: Literal["fail", "pass"],
) -> Settlement | Refusal:
    """What `sign_off` settles. `names` empty = all the report shows: cases, groups, changes of the gate.

    Named cases are accepted and nothing else: a group that fell or a loosened case stays open until a sign-off without
    names accepts it. `before` are case keys accepted earlier for this same result. A refusal when a name is wrong, or
    when there is nothing to accept.
    """
    open_rules = Rules(inconclusive=inconclusive, acceptance=result.acceptance)
    standing = stand(result.plan, result.comparison, open_rules, result.digest)
    regressed = tuple(case.case for case in standing.regressed)
    keys = named_cases(names, result.comparison) if names else regressed
    if isinstance(keys, Refusal):
        return keys
    if not names and not standing.signable:
        return Refusal(
            text=f"there is nothing to accept; the last result says: {prose(result.headline)}",
            remedy="do what the report says is next",
        )
    left = [key for key in regressed if key not in {*keys, *before}]
    beyond = [] if not names else _beyond(standing)
    covering = None if left or beyond else replace(sign_off, cases=())
    rules = Rules(inconclusive=inconclusive, acceptance=result.acceptance, sign_off=covering)
    return Settlement(
        accepted=tuple(key for key in keys if key not in before),
        before=tuple(sorted(before)),
        regressed=regressed,
        rest=(*_cases(left), *beyond, *_other(standing)),
        decision=decide(result.plan, result.comparison, rules),
    )


def _cases(keys: Sequence[str]) -> list[str]:
    return [f"{count(len(keys), 'case')}: {named(key.partition('/')[2] for key in keys)}"] if keys else []


def _beyond(standing: Standing) -> list[str]:
    """What no name can accept."""
    groups = [f"{group.group or 'the whole suite'} fell as a group" for group in standing.groups]
    changes = [f"{change.path}: {change.what}" for change in standing.changes]
    return [*groups, *changes]


def _other(standing: Standing) -> Iterable[str]:
    """What no sign-off covers."""
    yield from (f"{row.severity} {row.dimension} of `{row.agent}` is below its floor" for row in standing.floors)
    yield from standing.gaps
    if standing.undecided:
        yield f"undecided: {named(case.id for case in standing.undecided)}"
