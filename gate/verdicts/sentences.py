"""The words of a decision: the headline, the next action, the notes.

Plain text with `code` in backticks. Of what came from outside it holds only ids, names, and why a score is missing.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from typing import assert_never

from gate.model.counting import count, first_of
from gate.model.report import AcceptanceRow
from gate.model.words import CaseVerdict, Conclusion
from gate.verdicts.inputs import decides
from gate.verdicts.standing import Standing

_NOT_COMPARED = frozenset({CaseVerdict.NEW, CaseVerdict.NOT_COMPARABLE, CaseVerdict.QUARANTINED})
_FIRST_RESULTS = (
    "Nothing to do here. Nothing can regress until results are stored: after the merge, run `agent-gate baseline "
    "record` on the default branch, or the scheduled workflow by hand."
)
MOST_NAMED = 5
"""Cases a sentence names; beyond, it counts them."""


def headline(standing: Standing, conclusion: Conclusion) -> str:
    """The one sentence that says the conclusion and its main reason."""
    match conclusion:
        case Conclusion.PASS:
            return f"Pass: {_passed(standing)}"
        case Conclusion.BLOCKED:
            return f"Blocked: {join(_held(standing))}"
        case Conclusion.ACCEPTED:
            by = standing.sign_off.by if standing.sign_off else "a person"
            return f"Accepted by {by}: {join(_signable(standing))}"
        case Conclusion.INCONCLUSIVE:
            return f"Inconclusive: {_open(standing)}"
        case Conclusion.INFRA_FAILURE:
            return f"Infra-failure: {standing.comparison.environment or _open(standing)}"
        case _:
            assert_never(conclusion)


def next_action(standing: Standing, conclusion: Conclusion) -> str:
    """What the author does next."""
    match conclusion:
        case Conclusion.PASS:
            return _FIRST_RESULTS if _knows_nothing(standing) else "Nothing to do."
        case Conclusion.ACCEPTED:
            return "Nothing to do."
        case Conclusion.BLOCKED:
            if standing.comparison.broken:
                return "Mend it and push again: nothing was run, and there is nothing to accept."
            return " ".join([*_to_sign(standing), *(_to_reach(row) for row in standing.floors)])
        case Conclusion.INCONCLUSIVE | Conclusion.INFRA_FAILURE:
            return " ".join(_to_find_out(standing, conclusion))
        case _:
            assert_never(conclusion)


def notes(standing: Standing, conclusion: Conclusion) -> tuple[str, ...]:
    """What a reader should know beside the conclusion."""
    found = [
        *_beside(standing, conclusion),
        *_together(standing),
        *_reported_only(standing),
        *_failing_newcomers(standing),
    ]
    if standing.sign_off is not None and standing.signable and not standing.covers:
        found.append(
            f"the sign-off by {standing.sign_off.by} does not hold: it is of another commit or result, or leaves out a "
            "regressed case"
        )
    return tuple(found)


def join(parts: Sequence[str]) -> str:
    """`a`, `a and b`, `a, b and c`."""
    return " and ".join([", ".join(parts[:-1]), parts[-1]] if len(parts) > 1 else parts)


def named(cases: Iterable[str]) -> str:
    """The ids of a few cases, or the first of many and how many more."""
    return first_of(sorted(cases), MOST_NAMED)


def _passed(standing: Standing) -> str:
    if not standing.plan.selected:
        return "nothing affected"
    cases = [case for case in standing.comparison.cases if decides(case.severity, case.status)]
    compared = [case for case in cases if case.verdict not in _NOT_COMPARED]
    improved = sum(1 for case in standing.comparison.cases if case.verdict is CaseVerdict.IMPROVED)
    ran = f"no regression in {count(len(compared), 'P0 case')}" if cases else "no P0 case ran, none can hold the merge"
    if len(compared) < len(cases):
        aside = count(len(cases) - len(compared), "P0 case")
        ran = f"{ran}, {aside} not compared" if compared else f"none of {aside} could be compared"
    return f"{ran}, {count(improved, 'case')} improved" if improved else ran


def _knows_nothing(standing: Standing) -> bool:
    """Whether P0 cases ran, not one of them has stored results, and the change brings none."""
    if any(change.what.startswith("baseline added") for change in standing.plan.gate_changes):
        return False
    cases = [case for case in standing.comparison.cases if decides(case.severity, case.status)]
    return bool(cases) and all(case.verdict is CaseVerdict.NEW for case in cases)


def _held(standing: Standing) -> list[str]:
    if broken := standing.comparison.broken:
        where = named({f"`{problem.path}`" for problem in broken})
        return [f"{where} does not compile ({count(len(broken), 'error')})"]
    parts = [] if standing.covers else _signable(standing)
    floors = [f"{row.severity} {row.dimension} of `{row.agent}` is below its floor" for row in standing.floors]
    return [*parts, *floors]


def _signable(standing: Standing) -> list[str]:
    parts = []
    if standing.regressed:
        agents = sorted({f"`{case.agent}`" for case in standing.regressed})
        parts.append(f"{count(len(standing.regressed), 'P0 case')} regressed in {join(agents)}")
    parts += [f"{group.group or 'the whole suite'} fell as a group" for group in standing.groups]
    if standing.changes:
        parts.append(f"{count(len(standing.changes), 'change')} to the gate {_need(len(standing.changes))} sign-off")
    return parts


def _need(number: int) -> str:
    return "needs" if number == 1 else "need"


def _open(standing: Standing) -> str:
    cases = {gap.partition(":")[0] for gap in standing.gaps} | {case.case for case in standing.undecided}
    verb = "without a result" if standing.gaps else "stayed undecided"
    return f"{count(len(cases), 'P0 case')} {verb}"


def _to_sign(standing: Standing) -> list[str]:
    if standing.covers or not standing.signable:
        return []
    them = "it" if len(standing.regressed) + len(standing.groups) + len(standing.changes) == 1 else "them"
    command = " ".join(["/accept-baseline", *_names_to_accept(standing)])
    base = standing.plan.base.short
    undo = f"Undo {them} (`git checkout {base} -- FILE` brings a file back)"
    mend = f"Fix {them}" if standing.regressed or standing.groups else undo
    who = "someone with write access" if standing.by_author else "someone else with write access"
    label = "label `accept-baseline`, or " if standing.by_label else ""
    return [f"{mend}, or let {who} accept {them} for this commit: {label}comment `{command} reason: …`"]


def _names_to_accept(standing: Standing) -> list[str]:
    """The few cases to accept by name, as a sign-off takes them; none where names would leave something unaccepted."""
    if standing.groups or standing.changes or len(standing.regressed) > MOST_NAMED:
        return []
    times = Counter(one.case.partition("/")[2] for one in standing.plan.selected)
    return [case.case if times[case.id] > 1 else case.id for case in standing.regressed]


def _to_reach(row: AcceptanceRow) -> str:
    now = f"{row.rate:.0%} (95 % interval {row.low:.0%} to {row.high:.0%})"
    what = f"{row.severity} {row.dimension} of `{row.agent}`"
    return f"Raise {what} from {now} to its floor of {row.floor:.4g}, or change `acceptance` in the configuration."


def _to_find_out(standing: Standing, conclusion: Conclusion) -> list[str]:
    if standing.gaps:
        more = len(standing.gaps)
        return [f"{more} gaps are listed below, each with what to do." if more > 1 else f"{standing.gaps[0]}."]
    if conclusion is Conclusion.INFRA_FAILURE:
        if any(case.finding.missing for case in standing.comparison.cases):
            again = "run again when agent and judge answer, with `agent-gate run --resume DIR`"
        else:  # every trial was scored, so resuming would find the same
            again = "start a new run when the platform is well, or record the baseline anew if it stays"
        return [f"Nothing is said of the change: {again}."]
    undecided = named(case.id for case in standing.undecided)
    return [f"Run again, or read the trials of {undecided}: they point neither way."]


def _beside(standing: Standing, conclusion: Conclusion) -> list[str]:
    environment = standing.comparison.environment
    return [f"the environment failed too: {environment}"] if environment and conclusion is Conclusion.BLOCKED else []


def _together(standing: Standing) -> list[str]:
    """What was said of topics or the suite that is no regression: a platform that drifted, a fall left unproved."""
    groups = (group for group in standing.comparison.groups if group.verdict is not CaseVerdict.REGRESSED)
    return [f"topic {group.group}: {group.explanation}" if group.group else group.explanation for group in groups]


def _reported_only(standing: Standing) -> list[str]:
    worse = [case for case in standing.comparison.cases if case.verdict is CaseVerdict.REGRESSED and not case.blocks]
    if not worse:
        return []
    return [f"{count(len(worse), 'case')} regressed that cannot hold the merge: {named(case.id for case in worse)}"]


def _failing_newcomers(standing: Standing) -> list[str]:
    failing = [
        case.id
        for case in standing.comparison.cases
        if decides(case.severity, case.status)
        and case.verdict in {CaseVerdict.NEW, CaseVerdict.NOT_COMPARABLE}
        and 2 * case.finding.head_passed < case.finding.head_trials
    ]
    if not failing:
        return []
    return [f"fails without an accepted result to compare with, so it cannot hold the merge: {named(failing)}"]
