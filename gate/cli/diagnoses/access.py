"""Who is asked over the network, agents and judge: the secrets they need, and whether they let the gate in."""

import os
import shutil
from collections.abc import Iterator, Mapping

import anyio

from gate.agents.chat.agent import ChatAgent
from gate.agents.open import open_agent
from gate.cli.diagnoses.diagnosis import (
    LONGEST_SECONDS,
    NOT_LET_IN,
    Diagnosis,
    fine,
    not_let_in,
    problem,
    unknown,
)
from gate.cli.diagnoses.judge import judge
from gate.cli.diagnoses.suite import Holding
from gate.config import ChatDriver, CommandDriver, Driver, LiveDriver
from gate.errors import GateError
from gate.model.counting import count
from gate.model.plan import AgentPlan
from gate.model.problem import Problem
from gate.model.transcript import Captured
from gate.model.words import Arm, Status
from gate.network.call import Answer
from gate.planning.fingerprint import agent_fingerprint
from gate.planning.ground import Ground
from gate.planning.maps import Maps
from gate.planning.patterns import within_any
from gate.ports import Agent
from gate.scaffold.wiring import give

JUDGE = "the judge"


def access(holding: Holding, environ: Mapping[str, str] = os.environ) -> Iterator[Diagnosis]:
    """The secrets of each live agent and of the judge; those whose secrets are here are asked to let the gate in.

    No case is run: an org is logged in to, definitions are compiled where the driver does that, a chat endpoint says
    what it serves, and a driver that needs a trace proves with one greeting that it gets one.
    """
    lacking: set[str] = set()
    for who, names in holding.config.needed_variables().items():
        missing = sorted(name for name in names if not environ.get(name))
        if missing:
            lacking.add(who)
            remedy = f"set {'it' if len(missing) == 1 else 'them'} where the gate runs; in a workflow {give(missing)}"
            yield problem(f"secrets of {who}", f"not set here: {', '.join(missing)}", remedy)
        else:
            yield fine(f"secrets of {who}", ", ".join(sorted(names)))
    for name, agent in holding.config.agents.items():
        if isinstance(agent.driver, LiveDriver):
            about = f"driver of {name}"
            short = f"agent {name}" in lacking
            yield unknown(about, "needs its secrets to be asked") if short else _agent(about, name, holding, environ)
    yield from judge(holding, environ, lacking=JUDGE in lacking)


def _agent(about: str, name: str, holding: Holding, environ: Mapping[str, str]) -> Diagnosis:
    config = holding.config.agents[name]
    driver = config.driver
    if isinstance(driver, CommandDriver):
        return _program(about, name, driver, holding)
    sides = {Arm.HEAD: holding.tree, Arm.BASE: holding.base or holding.tree}
    ground = Ground(holding.config)
    base, head = (agent_fingerprint(Maps(ground, sides[arm]).definition(name)) for arm in (Arm.BASE, Arm.HEAD))
    plan = AgentPlan(name=name, base_fingerprint=base, head_fingerprint=head, affected=False)
    try:
        agent = open_agent(holding.root, holding.config, plan, sides, environ)
        problems, models, version = anyio.run(_opened, agent)
    except (GateError, TimeoutError) as error:
        return not_let_in(about, error)
    if problems:
        says = f"{count(len(problems), 'problem')} in the definition, first {problems[0]}"
        return problem(about, says, "mend the definition: as it is, it cannot be run")
    if unseen := _unseen(name, holding, agent.capabilities.captured):
        what, case, share = unseen
        expect = count(share, "frozen case expects", "frozen cases expect")
        says = f"{expect} {what}, which {driver.type} does not show here, first {case}"
        return problem(about, says, "take that off these cases, or take a driver that shows it (docs/drivers.md)")
    return _let_in(about, driver, models, version)


def _let_in(about: str, driver: Driver, models: Answer | None, version: str) -> Diagnosis:
    if not isinstance(driver, ChatDriver) or models is None:
        return fine(about, f"{driver.type} lets the gate in{f': {version}' if version else ''}")
    if models.status in NOT_LET_IN:
        says = f"{driver.base_url} does not take the key in {driver.key}: HTTP {models.status}"
        return problem(about, says, f"put a key of that endpoint into {driver.key}")
    if not models.good:
        says = f"{driver.base_url} does not say what it serves (HTTP {models.status}): a run will tell"
        return unknown(about, says)
    return fine(about, f"{driver.base_url} lets the gate in")


def _unseen(name: str, holding: Holding, captured: Captured) -> tuple[str, str, int] | None:
    """What cases expect to be seen and the driver does not show, so that they can never be green."""
    frozen = [case for case in holding.cases if case.agent == name and case.status is Status.FROZEN]
    for what, shown, wanting in (
        ("a topic", captured.topic, [case.id for case in frozen if case.expected_topic]),
        ("tool calls", captured.tool_calls, [case.id for case in frozen if case.expected_tool_calls]),
        ("retrieval", captured.retrieval, [case.id for case in frozen if case.expected_retrieval]),
    ):
        if wanting and not shown:
            return what, wanting[0], len(wanting)
    return None


def _program(about: str, name: str, driver: CommandDriver, holding: Holding) -> Diagnosis:
    """Whether the program is there, and among the files it starts in what its command names of the repository."""
    program, *arguments = driver.command
    source = holding.config.agents[name].source
    paths = holding.tree.paths()
    if not shutil.which(program) and program.removeprefix("./") not in paths:
        remedy = "install it, or name a file of `source`; on GitHub the image has to hold it (docs/installing.md)"
        return problem(about, f"there is no program {program}", remedy)
    named = {word.removeprefix("./") for word in (program, *arguments)} & set(paths)
    outside = sorted(path for path in named if not within_any(path, source))
    if outside:
        says = f"it starts among the files of `source` alone, and {outside[0]} is not one of them"
        return problem(about, says, f"add {outside[0]}, or its folder, to `agents.{name}.source` in agent-gate.yml")
    return fine(about, f"{program} is there")


async def _opened(agent: Agent) -> tuple[list[Problem], Answer | None, str]:
    with anyio.fail_after(LONGEST_SECONDS):
        async with agent.open() as problems:
            models = await agent.models() if isinstance(agent, ChatAgent) and not problems else None
            return list(problems), models, "" if problems else agent.version(Arm.HEAD)
