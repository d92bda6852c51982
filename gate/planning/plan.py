"""Two sides to a plan: what changed, what that affects and why, which cases run, what it would cost."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from difflib import get_close_matches

from gate.config import Config
from gate.errors import UsageError
from gate.model.agent_map import Reason
from gate.model.baseline import Baseline
from gate.model.case import Case
from gate.model.plan import Plan
from gate.model.words import Dimension, Tier
from gate.planning.forecast import forecast
from gate.planning.gate_changes import gate_changes
from gate.planning.selection import selected, tier_reasons
from gate.planning.shards import one_shard
from gate.planning.sides import Scope, Side
from gate.planning.suite import cases_of
from gate.planning.trace import Trace, trace


def make_plan(config: Config, base: Side, head: Side, scope: Scope, baselines: Mapping[str, Baseline]) -> Plan:
    """The plan of a run. `config` and `baselines` (by agent) are the base's: what decides comes from there.

    Raises `UsageError` for a case or agent in `scope` that does not exist.
    """
    agents = _agents(config, scope)
    cases = cases_of(head.cases, agents)
    found = trace(config, base, head, scope)
    reasons = _reasons(config, found, cases, scope)
    chosen = [case for case in cases if case.key in reasons]
    whole = Plan(
        tier=scope.tier,
        base=base.revision,
        head=head.revision,
        agents=tuple(found.agent_plan(name, cases) for name in agents),
        changes=found.changes(),
        selected=selected(chosen, reasons),
        total_cases=len(cases),
        gate_changes=gate_changes(found.differences.files, found.ground, found.case_changes, (base, head), baselines),
        changed=tuple(change.key for change in found.case_changes if change.kind in {"changed", "data"}),
        bailouts=found.bailouts,
        levels={case.key: _levels(case, baselines.get(case.agent)) for case in chosen},
    )
    plan = one_shard(whole, *scope.shard) if scope.shard else whole
    keys = {item.case for item in plan.selected}
    return replace(plan, forecast=forecast([case for case in chosen if case.key in keys], config, baselines))


def _reasons(config: Config, found: Trace, cases: Sequence[Case], scope: Scope) -> Mapping[str, tuple[Reason, ...]]:
    if scope.tier is Tier.PULL_REQUEST:
        return found.selection(cases)
    return tier_reasons(cases, scope, config.planning.p2_share)


def _agents(config: Config, scope: Scope) -> tuple[str, ...]:
    for name in scope.agents:
        if name not in config.agents:
            near = get_close_matches(name, list(config.agents), n=1)
            hint = f"did you mean {near[0]!r}?" if near else f"the configuration has {', '.join(config.agents)}"
            raise UsageError(f"no agent is called {name!r}", hint)
    return tuple(name for name in config.agents if not scope.agents or name in scope.agents)


def _levels(case: Case, baseline: Baseline | None) -> dict[str, int]:
    row = baseline.cases.get(case.id) if baseline is not None else None
    stored = row.level if row is not None else {}
    return {
        str(dimension): 2 if dimension is Dimension.SAFETY else stored.get(dimension, 2)
        for dimension in case.dimensions
    }
