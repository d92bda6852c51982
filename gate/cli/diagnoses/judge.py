"""The judge: whether it may score these agents, can be reached, and takes its key. No vote is paid for."""

from collections.abc import Iterator, Mapping

import anyio

from gate.cli.diagnoses.diagnosis import LONGEST_SECONDS, NOT_LET_IN, Diagnosis, fine, not_let_in, problem, unknown
from gate.cli.diagnoses.suite import Holding
from gate.config import DEFAULT_KEYS, LIVE, JudgeConfig
from gate.errors import GateError
from gate.judges.kin import Models, family_of_judge, models_of, scripted_models
from gate.judges.live import LiveJudge
from gate.judges.open import open_judge
from gate.model.counting import count
from gate.model.words import Dimension, Status
from gate.network.call import Answer
from gate.scoring.checks import looked_at


def judge(holding: Holding, environ: Mapping[str, str], *, lacking: bool) -> Iterator[Diagnosis]:
    """What there is to say of the configured judge; `lacking` = its secrets are not here."""
    config = holding.config.judge
    if config.provider == "none":
        yield _none(holding)
    elif config.provider in LIVE:
        scripted = scripted_models(holding.config, holding.tree)
        yield unknown("judge", "needs its secrets to be asked") if lacking else _live(holding, environ, scripted)
        yield from _family(holding, scripted)
        yield _pin(config)
        if config.boundary == "salesforce" and config.provider == "salesforce":
            yield _boundary(config)
    elif (holding.root / config.verdicts).is_dir():
        yield fine("judge", f"recorded verdicts in {config.verdicts}; no secret is needed")
    else:
        remedy = "correct `judge.verdicts` in agent-gate.yml, or set `provider: none`"
        yield problem("judge", f"there is no folder {config.verdicts} of recorded verdicts", remedy)


def _none(holding: Holding) -> Diagnosis:
    frozen = [case for case in holding.cases if case.status is Status.FROZEN]
    left = {case.key: frozenset(case.dimensions) - looked_at(case) for case in frozen}
    lacking = [case.id for case in frozen if left[case.key]]
    if not lacking:
        return fine("judge", "none is configured: the checks alone decide, and no secret is needed")
    asked = frozenset[Dimension]().union(*left.values())
    dimensions = " or ".join(one for one in Dimension if one in asked)
    ask = count(len(lacking), "frozen case asks", "frozen cases ask")
    says = f"none is configured, and {ask} for {dimensions}, which no check scores"
    remedy = (
        "name a judge in agent-gate.yml, let them expect what a check sees (docs/checks.md), or take the dimension "
        "off: as it is, these cases cannot be green"
    )
    return problem("judge", f"{says}, first {lacking[0]}", remedy)


def _live(holding: Holding, environ: Mapping[str, str], scripted: Models) -> Diagnosis:
    config = holding.config.judge
    try:
        opened = open_judge(holding.root, holding.config, {}, environ, scripted=scripted)
        greeted = anyio.run(_greeted, opened) if isinstance(opened, LiveJudge) else None
    except (GateError, TimeoutError) as error:
        return not_let_in("judge", error)
    where = config.base_url or config.provider
    if greeted is not None and greeted.status in NOT_LET_IN:
        key = config.key or DEFAULT_KEYS[config.provider]
        says = f"{where} does not take the key in {key}: HTTP {greeted.status}"
        return problem("judge", says, f"put a key of that endpoint into {key}")
    if greeted is not None and not greeted.good:
        says = f"{where} does not say what it serves (HTTP {greeted.status})"
        return unknown("judge", says, "ask it: `agent-gate calibrate probe`")
    return fine("judge", f"{where} lets the gate in; `agent-gate calibrate probe` asks {config.model}")


async def _greeted(opened: LiveJudge) -> Answer | None:
    with anyio.fail_after(LONGEST_SECONDS):
        async with opened.open():
            return await opened.greeted()


def _family(holding: Holding, scripted: Models) -> Iterator[Diagnosis]:
    """What cannot be compared; that two are of one family is said where the judge is opened."""
    about = "judge's family"
    family = family_of_judge(holding.config.judge)
    if not family:
        yield unknown(about, "its name does not tell, so it cannot be held against the agents'", "set `judge.family`")
        return
    agents = holding.config.agents
    silent = [name for name, agent in agents.items() if not models_of(agent, scripted.get(name, ()))]
    if silent:
        says = f"{family}, which cannot be held against {', '.join(silent)}: nothing tells what model that is"
        yield unknown(about, says, f"set `agents.{silent[0]}.model`")
    else:
        yield fine(about, family)


def _boundary(config: JudgeConfig) -> Diagnosis:
    about = "judge's boundary"
    if "bedrock" in config.model.casefold():
        return fine(about, f"{config.model} runs inside the trust boundary")
    says = (
        f"nothing tells that {config.model} runs inside the trust boundary: Salesforce calls most models outside of it"
    )
    return unknown(about, says, "take a model on Bedrock, e.g. sfdc_ai__DefaultBedrockAnthropicClaude45Sonnet")


def _pin(config: JudgeConfig) -> Diagnosis:
    if config.pinned:
        return fine("judge's model", f"only {config.resolved} may answer")
    says = f"whichever is behind {config.model} may answer, so its scores cannot block"
    return unknown("judge's model", says, "set `judge.resolved` to the id that `agent-gate calibrate probe` shows")
