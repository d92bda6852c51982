"""Which cases run, and why each of them: affected ones on a pull request, all of a tier elsewhere."""

import hashlib
import math
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from difflib import get_close_matches

from gate.errors import UsageError
from gate.model.agent_map import AgentDiff, Reason
from gate.model.case import Case
from gate.model.plan import Selected
from gate.model.words import Severity, Status, Tier
from gate.planning.definition import Impact
from gate.planning.names import canonical
from gate.planning.sides import Scope
from gate.planning.suite import CaseChange
from gate.planning.tools import mentioned_tools

MAX_REASONS = 4
"""Reasons kept of one case; a further one says how many there were."""


def affected_reasons(case: Case, impact: Impact) -> tuple[Reason, ...]:
    """Why a change of the agent's definition may change how this case goes; () when it cannot.

    A case without a topic, or with one that the agent does not have, is affected by any change of its agent.
    """
    diff = impact.diff
    if diff is None:
        return ()
    reasons = [*diff.every_case]
    visited = impact.visited(case)
    reasons += [reason for name, why in diff.topics.items() if canonical(name) in visited for reason in why]
    if canonical(case.topic) not in impact.known_topics:
        words = f"case of topic {case.topic}, which the agent does not have" if case.topic else "case of no topic"
        reasons += [(*reason, words) for reason in _everything(diff)]
    tools = mentioned_tools(case)
    for action in diff.actions:
        if tools & {canonical(name) for name in (action.name, *action.aliases)}:
            reasons += action.reasons
    return tuple(dict.fromkeys(reasons))


def _everything(diff: AgentDiff) -> Iterable[Reason]:
    yield from (reason for why in diff.topics.values() for reason in why)
    yield from (reason for action in diff.actions for reason in action.reasons)


def case_reasons(change: CaseChange, test_data: str) -> tuple[Reason, ...]:
    """Why a changed case runs; () when nothing that is evaluated changed."""
    if change.kind in ("wording", "removed"):
        return ()
    words = {"added": "fixture added", "changed": "fixture changed", "data": ""}[change.kind]
    own: tuple[Reason, ...] = ((change.path, words),) if words else ()
    return own + tuple((test_data, f"test data {key}") for key in change.data_keys)


def pull_request_reasons(
    cases: Sequence[Case], affected: Mapping[str, tuple[Reason, ...]], agents: frozenset[str]
) -> dict[str, tuple[Reason, ...]]:
    """The affected cases, and every P0 case of `agents`, with their reasons by case key."""
    chosen: dict[str, tuple[Reason, ...]] = {}
    for case in cases:
        reasons = affected.get(case.key, ())
        if not reasons and case.severity is Severity.P0 and case.agent in agents:
            reasons = ((f"agent {case.agent}", "every P0 case"),)
        if reasons:
            chosen[case.key] = reasons
    return chosen


def tier_reasons(cases: Sequence[Case], scope: Scope, p2_share: float) -> dict[str, tuple[Reason, ...]]:
    """The cases of a tier that does not look at changes. Raises `UsageError` for a named case that does not exist."""
    match scope.tier:
        case Tier.NAMED:
            return {case.key: (("asked for by name",),) for case in named_cases(cases, scope.cases)}
        case Tier.DAILY:
            return {c.key: (("daily run", f"every {c.severity} case"),) for c in cases if c.severity is not Severity.P2}
        case Tier.WEEKLY:
            drawn = weekly_sample(cases, scope.day, p2_share)
            words = {Severity.P2: "drawn for this week"}
            return {
                case.key: (("weekly run", words.get(case.severity, f"every {case.severity} case")),)
                for case in cases
                if case.severity is not Severity.P2 or case.key in drawn
            }
        case _:
            return {case.key: (("full run",),) for case in cases}


def weekly_sample(cases: Sequence[Case], day: date, share: float) -> frozenset[str]:
    """The P2 cases drawn in the ISO week of `day`: of each agent, `share` of them rounded up.

    A case's place in the draw is the hash of week and key, so all runs of a week draw the same cases and adding a case
    moves few others.
    """
    year, week, _ = day.isocalendar()
    by_agent: dict[str, list[str]] = defaultdict(list)
    for case in cases:
        if case.severity is Severity.P2:
            by_agent[case.agent].append(case.key)

    def place(key: str) -> str:
        return hashlib.sha256(f"{year}-W{week:02}\0{key}".encode()).hexdigest()

    return frozenset(
        key for keys in by_agent.values() for key in sorted(keys, key=place)[: math.ceil(len(keys) * share)]
    )


def named_cases(cases: Sequence[Case], names: Iterable[str]) -> list[Case]:
    """The cases called by id or by `agent/id`. Raises `UsageError` for a name that no case has."""
    wanted = dict.fromkeys(names)
    if not wanted:
        raise UsageError("a named run needs the name of a case", "name one: `--case ID`")
    known = {name for case in cases for name in (case.id, case.key)}
    for name in wanted:
        if name not in known:
            near = get_close_matches(name, sorted(known), n=1)
            hint = f"did you mean {near[0]!r}?" if near else "`agent-gate lint --json` lists the cases that exist"
            raise UsageError(f"no case is called {name!r}", hint)
    return [case for case in cases if case.id in wanted or case.key in wanted]


def selected(cases: Sequence[Case], reasons: Mapping[str, tuple[Reason, ...]]) -> tuple[Selected, ...]:
    """The selection in the order it runs: frozen before exploratory, P0 first, then by key."""
    chosen = [case for case in cases if case.key in reasons]
    chosen.sort(key=lambda case: (case.status is Status.EXPLORATORY, case.severity, case.key))
    return tuple(
        Selected(case=case.key, severity=case.severity, status=case.status, reasons=few(reasons[case.key]))
        for case in chosen
    )


def few(reasons: tuple[Reason, ...]) -> tuple[Reason, ...]:
    """At most `MAX_REASONS` reasons, and how many more there are."""
    more = len(reasons) - MAX_REASONS
    return (*reasons[:MAX_REASONS], (f"{more} more",)) if more > 0 else reasons
