"""The plan as data, for `plan --json` and for other programs."""

from collections.abc import Sequence
from dataclasses import asdict

from gate.model.case import Json
from gate.model.plan import AgentPlan, Plan


def plan_json(plan: Plan) -> dict[str, Json]:
    """The plan as JSON values. `affected` is of all agents together; each agent also has its own."""
    return {
        "tier": str(plan.tier),
        "base": {"ref": plan.base.ref, "sha": plan.base.sha},
        "head": {"ref": plan.head.ref, "sha": plan.head.sha},
        "agents": [_agent(agent) for agent in plan.agents],
        "changes": [{key: str(value) for key, value in asdict(change).items()} for change in plan.changes],
        "affected": {
            "topics": _texts(sorted({topic for agent in plan.agents for topic in agent.topics})),
            "actions": _texts(sorted({action for agent in plan.agents for action in agent.actions})),
        },
        "selected": [
            {
                "case": item.case,
                "severity": str(item.severity),
                "status": str(item.status),
                "reasons": [_texts(reason) for reason in item.reasons],
            }
            for item in plan.selected
        ],
        "total_cases": plan.total_cases,
        "gate_changes": [
            {"path": item.path, "what": item.what, "needs_sign_off": item.needs_sign_off} for item in plan.gate_changes
        ],
        "bailouts": _texts(plan.bailouts),
        "forecast": {
            "trials": plan.forecast.trials,
            "judge_calls": plan.forecast.judge_calls,
            "tokens": plan.forecast.tokens,
            "money": plan.forecast.money,
            "unpriced": _texts(plan.forecast.unpriced),
        },
    }


def _agent(agent: AgentPlan) -> Json:
    return {
        "name": agent.name,
        "affected": agent.affected,
        "topics": _texts(agent.topics),
        "actions": _texts(agent.actions),
        "base_fingerprint": agent.base_fingerprint,
        "head_fingerprint": agent.head_fingerprint,
    }


def _texts(values: Sequence[str]) -> list[Json]:
    return list(values)
