"""The selection split into parts of like cost, the same split wherever it is computed."""

from dataclasses import replace

from gate.errors import UsageError
from gate.model.plan import Part, Plan, Selected
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


def one_shard(plan: Plan, number: int, count: int) -> Plan:
    """Shard `number` (from 1) of `count` as a plan of its own, which remembers the whole selection.

    Raises `UsageError` when there is no such shard.
    """
    if not 1 <= number <= count:
        raise UsageError(f"there is no shard {number} of {count}", "shards count from 1: the last of four is 4/4")
    part = Part(number=number, of=count, whole=plan.selected)
    return replace(plan, selected=shards(plan, count)[number - 1], part=part)


def merged(part: Plan) -> Plan:
    """The plan that a shard's plan is a part of, with the split it was carried out in, computed anew."""
    if part.part is None:
        raise ValueError("the plan is not a part of another one")
    whole = replace(part, selected=part.part.whole, part=None)
    split = shards(whole, part.part.of)
    return replace(whole, shards=tuple(tuple(item.case for item in shard) for shard in split))
