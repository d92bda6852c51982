"""The selection split into parts of like cost, the same split wherever it is computed."""

from gate.model.plan import Plan, Selected
from gate.model.words import Severity

_WEIGHT = {Severity.P0: 3, Severity.P1: 2, Severity.P2: 2}
"""Trials a case roughly takes: more may be confirmed where a merge may be held."""


def shards(plan: Plan, count: int) -> tuple[tuple[Selected, ...], ...]:
    """`count` parts (at least 1) that together are the selection; heavy cases go first, each to the lightest part."""
    parts: list[list[Selected]] = [[] for _ in range(max(1, count))]
    loads = [0] * len(parts)
    for item in sorted(plan.selected, key=lambda item: (-_WEIGHT[item.severity], item.case)):
        lightest = loads.index(min(loads))
        parts[lightest].append(item)
        loads[lightest] += _WEIGHT[item.severity]
    order = {item.case: place for place, item in enumerate(plan.selected)}
    return tuple(tuple(sorted(part, key=lambda item: order[item.case])) for part in parts)
