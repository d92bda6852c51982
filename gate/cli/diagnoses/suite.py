"""Configuration, agents, fixtures, baselines, recordings and judge of the working tree."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from gate.agents.replay import FOLDER_LENGTH, recorded_definitions
from gate.baselines.comparable import Scorers, differs
from gate.baselines.rows import describe_baseline
from gate.cli.deciding import read_baselines
from gate.cli.diagnoses.diagnosis import Diagnosis, fine, problem, problem_of, unknown
from gate.config import ChatDriver, Config, ReplayDriver
from gate.errors import GateError
from gate.fixtures.suite import load_suite
from gate.judges.open import open_judge
from gate.model.baseline import Baseline
from gate.model.case import Case
from gate.model.counting import count
from gate.model.problem import ProblemLevel
from gate.model.words import Dimension, Severity, Status
from gate.planning.fingerprint import agent_fingerprint
from gate.planning.ground import Ground
from gate.planning.maps import Maps
from gate.planning.misnamed import misnamed
from gate.planning.outline import configured_outline
from gate.ports import Tree
from gate.salesforce.sources import Known
from gate.scoring.checks import CHECKS_VERSION


@dataclass(frozen=True, slots=True, kw_only=True)
class Holding:
    """What a repository holds: its configuration, the cases that can be used, and the base (None = not known)."""

    root: Path
    tree: Tree
    config: Config
    cases: Sequence[Case] = ()
    base: Tree | None = None


def fixtures(tree: Tree, config: Config) -> tuple[Diagnosis, tuple[Case, ...]]:
    """Whether the fixtures are free of errors, and the usable cases."""
    suite = load_suite(tree, config.fixtures, config.test_data, tuple(config.agents))
    errors = [one for one in suite.problems if one.level is ProblemLevel.ERROR]
    if errors:
        says = f"{count(len(errors), 'error')}, first {errors[0].path}:{errors[0].line}: {errors[0].message}"
        return problem("fixtures", says, "`agent-gate lint` shows each with its remedy"), suite.cases
    if not suite.cases:
        says = f"there are none below {config.fixtures}/"
        return problem("fixtures", says, "`agent-gate init` drafts some from the agent's definition"), ()
    frozen = sum(case.status is Status.FROZEN and case.severity is Severity.P0 for case in suite.cases)
    if not frozen:
        says = f"{count(len(suite.cases), 'case')}, none of them frozen and P0: nothing can block"
        return problem("fixtures", says, "finish a draft and remove its `status: exploratory`"), suite.cases
    return fine("fixtures", f"{count(len(suite.cases), 'case')}, {frozen} of them frozen and P0"), suite.cases


def agents(holding: Holding) -> Iterator[Diagnosis]:
    """For each agent: its definition, its recordings and its baseline."""
    ground, known = Ground(holding.config), Known()
    now = Maps(ground, holding.tree, known)
    base = Maps(ground, holding.base, known) if holding.base else now
    baselines = _baselines(holding)
    for name in holding.config.agents:
        definition = now.definition(name)
        if not definition:
            source = ", ".join(holding.config.agents[name].source)
            remedy = f"correct `agents.{name}.source` in agent-gate.yml"
            yield problem(f"agent {name}", f"there is no file in its source {source}", remedy)
            continue
        fingerprint = agent_fingerprint(definition)
        says = f"defined by {count(len(definition), 'file')}, fingerprint {fingerprint[:FOLDER_LENGTH]}"
        yield fine(f"agent {name}", says)
        yield from _actions(holding, name)
        driver = holding.config.agents[name].driver
        if isinstance(driver, ReplayDriver):
            yield _recordings(holding, name, fingerprint, driver.recordings)
        if isinstance(driver, ChatDriver) and driver.retrieval == "unseen":
            yield from _facts(holding, name)
        if isinstance(baselines, Diagnosis):
            continue
        accepted = agent_fingerprint(base.definition(name))
        yield _baseline(holding, name, accepted, baselines.get(name))
    if isinstance(baselines, Diagnosis):
        yield baselines


def _facts(holding: Holding, agent: str) -> Iterator[Diagnosis]:
    """Whether replies can be held against what the agent was told, where cases ask for that."""
    asking = [case for case in holding.cases if case.agent == agent and Dimension.GROUNDING in case.dimensions]
    if asking:
        says = (
            f"{count(len(asking), 'case')} with grounding, and what the endpoint looks up by itself is not seen: no "
            "check can call a fact invented"
        )
        remedy = f"set `agents.{agent}.driver.retrieval: none` if it looks nothing up; else let a judge score grounding"
        yield unknown(f"facts of {agent}", says, remedy)


def _actions(holding: Holding, agent: str) -> Iterator[Diagnosis]:
    """Whether cases call actions by the names they have, where the definition lists every one."""
    outline = configured_outline(holding.tree, holding.config, agent)
    if not outline.closed:
        return
    about = f"actions of {agent}"
    wrong = list(misnamed(holding.tree, [replace(outline, topics=())], holding.cases))
    if not wrong:
        yield fine(about, f"{count(len(outline.every_action), 'action')}, and no case names another")
        return
    first, others = wrong[0], f" (and {len(wrong) - 1} more)" if len(wrong) > 1 else ""
    remedy = f"{first.hint} (`agent-gate lint` shows each with its place)"
    yield problem(about, f"{first.path}:{first.line}: {first.message}{others}", remedy)


def _recordings(holding: Holding, agent: str, fingerprint: str, place: str) -> Diagnosis:
    about = f"recordings of {agent}"
    folder = holding.root / place
    remedy = f"record this definition into {place}, see docs/recordings.md, or undo the change to the agent"
    try:
        known = {one.fingerprint for one in recorded_definitions(folder) if one.agent == agent}
    except GateError as error:
        return problem_of(about, error)
    if not known:
        live = (
            f"name a driver that runs the agent (docs/drivers.md), or record trials into {place} (docs/recordings.md)"
        )
        return problem(about, f"there are none in {place}", live)
    if fingerprint not in known:
        others = count(len(known), "other")
        says = f"none of its definition as it is now, {fingerprint[:FOLDER_LENGTH]}; {others} in {place}"
        return problem(about, says, remedy)
    cases = [case.id for case in holding.cases if case.agent == agent]
    missing = [case for case in cases if not (folder / fingerprint[:FOLDER_LENGTH] / f"{case}.json").is_file()]
    if missing:
        says = f"{count(len(missing), 'case')} of {len(cases)} not recorded, first {missing[0]}"
        return problem(about, says, remedy)
    return fine(about, f"every case, definition {fingerprint[:FOLDER_LENGTH]}")


def _baselines(holding: Holding) -> dict[str, Baseline] | Diagnosis:
    try:
        return read_baselines(holding.tree, holding.config)
    except GateError as error:
        return problem_of("baselines", error)


def _baseline(holding: Holding, agent: str, fingerprint: str, baseline: Baseline | None) -> Diagnosis:
    about = f"baseline of {agent}"
    record = f"`agent-gate baseline record --agent {agent}`, and commit it"
    if baseline is None:
        return problem(about, f"there is none in {holding.config.baselines}/", record)
    scorers = _scorers(holding)
    if scorers is None:
        return unknown(about, "the judge cannot be opened, so its scores cannot be compared")
    frozen = [case for case in holding.cases if case.agent == agent and case.status is Status.FROZEN]
    absent = [case.id for case in frozen if case.id not in baseline.cases]
    stale = [
        case.id for case in frozen if case.id in baseline.cases and differs(case, baseline.cases[case.id], scorers)
    ]
    if absent or stale:
        told = [f"{len(absent)} not in it, first {absent[0]}"] if absent else []
        told += [f"{len(stale)} changed since, first {stale[0]}"] if stale else []
        return problem(about, f"of {count(len(frozen), 'frozen case')}, {' and '.join(told)}", record)
    if baseline.agent_fingerprint != fingerprint:
        says = f"of definition {baseline.agent_fingerprint[:FOLDER_LENGTH]}, the base has {fingerprint[:FOLDER_LENGTH]}"
        return problem(about, says, f"on the default branch: {record}")
    weak = {row.case: row for row in describe_baseline(baseline) if row.note}
    blocking = [case.id for case in frozen if case.severity is Severity.P0]
    cannot = [case for case in blocking if case in weak]
    if cannot:
        first = weak[cannot[0]]
        says = (
            f"{len(cannot)} of {count(len(blocking), 'frozen P0 case')} cannot block, first {first.case}: {first.note}"
        )
        return problem(about, says, "`agent-gate baseline show` lists them; mend agent or fixture, and record again")
    return fine(about, f"{count(len(frozen), 'frozen case')}, all comparable")


def _scorers(holding: Holding) -> Scorers | None:
    try:
        opened = open_judge(holding.root, holding.config, {})
    except GateError:
        return None
    return Scorers(judge=opened.fingerprint if opened else "", checks=CHECKS_VERSION)
