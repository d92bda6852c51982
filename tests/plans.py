"""Sides and plans for tests: files as texts, cases by what sets them apart."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from gate.config import Config
from gate.model.baseline import Baseline
from gate.model.case import Case, ExpectedCall, Turn
from gate.model.plan import Plan, Revision
from gate.model.words import Dimension, Severity
from gate.planning.plan import make_plan
from gate.planning.sides import Scope, Side
from tests.trees import DictTree

Files = Mapping[str, bytes | str]


def config(**rest: object) -> Config:
    """One agent `shop`, defined below `shop/`; more keys as in the file."""
    agents: object = rest.pop("agents", {"shop": agent_config()})
    return Config.model_validate({"version": 1, "agents": agents, **rest})


def agent_config(*source: str, **rest: object) -> dict[str, object]:
    """An agent of the configuration."""
    return {"source": source or ("shop",), "driver": {"type": "replay", "recordings": "recordings"}, **rest}


def plan_case(
    name: str,
    *,
    topic: str = "Returns",
    severity: Severity = Severity.P1,
    agent: str = "shop",
    tools: Sequence[str] = (),
    data: Mapping[str, str] | None = None,
    **rest: object,
) -> Case:
    """A case whose fixture is `fixtures/<name>.md`."""
    case = Case(
        id=name,
        agent=agent,
        topic=topic,
        dimensions=(Dimension.CORRECTNESS,),
        severity=severity,
        turns=(Turn(number=1, user="hello"),),
        expected_tool_calls=tuple(ExpectedCall(turn=1, tool=tool) for tool in tools) if tools else None,
        data=data or {},
        path=f"fixtures/{name}.md",
    )
    return replace(case, **rest)  # type: ignore[arg-type]


def side(files: Files, cases: Iterable[Case] = (), **rest: Mapping[str, str]) -> Side:
    """A side whose fixtures hold what their case says, so that another case is another fixture."""
    cases = tuple(cases)
    fixtures = {case.path: repr(replace(case, data={})) for case in cases}
    tree = DictTree({**fixtures, **files})
    return Side(revision=Revision(ref="HEAD", sha="a" * 40), tree=tree, cases=cases, **rest)


def plan_of(
    base: Side,
    head: Side,
    *,
    settings: Config | None = None,
    scope: Scope | None = None,
    baselines: Mapping[str, Baseline] | None = None,
) -> Plan:
    """The plan from base to head."""
    return make_plan(settings or config(), base, head, scope or Scope(), baselines or {})


def chosen(plan: Plan) -> list[str]:
    """The ids that run, in order."""
    return [item.case.partition("/")[2] for item in plan.selected]


def reasons_of(plan: Plan, name: str) -> tuple[tuple[str, ...], ...]:
    """Why a case runs."""
    return next(item.reasons for item in plan.selected if item.case.endswith(f"/{name}"))


def effect_of(plan: Plan, path: str) -> str:
    """What the plan says of a changed file."""
    return next(change.effect for change in plan.changes if change.path == path)
