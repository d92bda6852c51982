"""What a command works on: the repository, both sides of a comparison, the configuration that decides."""

import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from gate.calibration.standing import measured
from gate.cli.deciding import Known, deciding, read_config, refuse_outdated
from gate.cli.spread import spread
from gate.config import FILE_NAME, Config, ReplayDriver, VerdictsConfig
from gate.errors import ProblemsError, UsageError
from gate.fixtures.suite import Suite, load_suite
from gate.judges.kin import Models, scripted_models
from gate.model.baseline import Baseline
from gate.model.calibration import Calibration, Measured
from gate.model.case import Case
from gate.model.plan import GateChange, Plan, Revision
from gate.model.problem import ProblemLevel
from gate.model.words import Arm
from gate.planning.fingerprint import agent_fingerprint
from gate.planning.ground import Ground
from gate.planning.maps import Maps
from gate.planning.plan import make_plan
from gate.planning.sharing import base_cases
from gate.planning.sides import Scope, Side
from gate.ports import Judge, Tree
from gate.reports.escape import terminal
from gate.repository.repository import WORKING_TREE, Repository
from gate.repository.trees import GitTree, LinkedTree

DEFAULT_BRANCH = "main"
"""Taken when neither origin nor `--base` says which branch changes go to."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Workspace:
    """Both sides, and what decides: configuration, its text, baselines and calibrations (by agent) of the base."""

    root: Path
    config: Config
    config_text: str
    base: Side
    head: Side
    baselines: Mapping[str, Baseline]
    calibrations: Mapping[str, Calibration]
    test_data: Mapping[str, str]
    scripted: Models
    bailouts: tuple[str, ...] = ()
    unreadable: tuple[GateChange, ...] = ()
    """Files of the base that should decide and cannot be read."""

    @property
    def sides(self) -> Mapping[Arm, Tree]:
        """The files of each arm."""
        return {Arm.BASE: self.base.tree, Arm.HEAD: self.head.tree}

    def measured(self) -> Mapping[str, tuple[Measured, ...]]:
        """How far the judge of today is known on each agent.

        Rubrics are the base's where it has the case: a change cannot make a judge unknown that would have blocked it.
        Nothing is known of a judge behind a name that may move on to another model.
        """
        judge = self.judge() if self.calibrations else None
        if judge is None or not self.config.judge.pinned:
            return {}
        cases = {case.key: case for case in (*self.head.cases, *self.base.cases)}.values()
        asked = self.config.calibration.agreement
        return {agent: measured(known, cases, judge.fingerprint, asked) for agent, known in self.calibrations.items()}

    def judge(self) -> Judge | None:
        """The configured judge. Raises `UsageError` when it may not score these agents."""
        from gate.judges.open import open_judge  # noqa: PLC0415 - brings an HTTP client, which a plan can do without

        return open_judge(self.root, self.config, self.test_data, scripted=self.scripted)

    def plan(self, scope: Scope, verdicts: VerdictsConfig | None = None) -> Plan:
        """The plan of a run over these sides, under the configured policy or another one."""
        config = self.config.model_copy(update={"verdicts": verdicts}) if verdicts else self.config
        known = (*scope.bailouts, *self.bailouts)
        plan = make_plan(config, self.base, self.head, replace(scope, bailouts=known), self.baselines)
        paths = {change.path for change in self.unreadable}
        others = (change for change in plan.gate_changes if change.path not in paths)
        return replace(plan, gate_changes=(*self.unreadable, *others))


@contextmanager
def open_workspace(start: Path, base: str, head: str, parted: str = "") -> Iterator[Workspace]:
    """The workspace around `start`. `base` empty = merge base with the default branch, `head` empty = working tree.

    `parted` is the merge base where it is known already; empty = git is asked.

    Raises `ProblemsError` with every error of configuration and fixtures, `UsageError` when the head parted from the
    base before what decides was there, and `RepositoryError` when git cannot give both sides.
    """
    with Repository.discover(start) as repository:
        yield _open(repository, base, head, parted)


@contextmanager
def reopened(root: Path, config: Config, plan: Plan) -> Iterator[Mapping[Arm, Tree]]:
    """The files of both arms of a run that was begun before; nothing where all its agents are replayed.

    Raises `UsageError` when a live agent is not defined as it was then, `RepositoryError` when a commit is gone.
    """
    if all(isinstance(config.agents[agent.name].driver, ReplayDriver) for agent in plan.agents):
        yield {}
        return
    with Repository.discover(root) as repository:
        head = (repository.tree(plan.head.sha) if plan.head.sha else repository.work_tree()).followed()
        sides: Mapping[Arm, Tree] = {Arm.BASE: repository.tree(plan.base.sha).followed(), Arm.HEAD: head}
        maps = Maps(Ground(config), head)
        for agent in plan.agents:
            if agent_fingerprint(maps.definition(agent.name)) != agent.head_fingerprint:
                hint = "bring its files back to what they were, or start a new run"
                raise UsageError(f"the definition of {agent.name} changed since this run began", hint)
        yield sides


def read_suite(tree: Tree, config: Config, more: Sequence[str] = ()) -> Suite:
    """Every case of a tree, of the configured agents and `more`.

    Raises `ProblemsError` with all errors, `UsageError` when there is no case.
    """
    suite = load_suite(tree, config.fixtures, config.test_data, (*config.agents, *more), spread)
    errors = [problem for problem in suite.problems if problem.level is ProblemLevel.ERROR]
    if errors:
        raise ProblemsError(errors, f"{len(errors)} to fix; `agent-gate lint` shows them again")
    if not suite.cases:
        hint = "write one, or set `fixtures:` in agent-gate.yml; a gate without cases is never green"
        raise UsageError(f"there are no fixtures below {config.fixtures}/", hint)
    return suite


def _open(repository: Repository, base: str, head: str, parted: str) -> Workspace:
    head_tree, head_revision = _head(repository, head)
    base_tree, base_revision = _base(repository, base, head_revision.sha or "HEAD", parted)
    text, config, bailouts = deciding(base_tree, head_tree)
    _tell_which_counts(text, head_tree, base_revision)
    known = Known.of(base_tree, config)
    refuse_outdated(repository, base_revision, base_tree, known)
    suite = _known(read_suite(head_tree, config, _only_in_head(head_tree, config)), config)
    return Workspace(
        root=repository.root,
        config=config,
        config_text=text,
        base=_side(base_revision, base_tree, _base_cases(base_tree, head_tree, suite.cases, config)),
        head=_side(head_revision, head_tree, suite.cases),
        baselines=known.baselines,
        calibrations=known.calibrations,
        test_data=suite.data,
        scripted=scripted_models(config, head_tree),
        bailouts=bailouts,
        unreadable=known.unreadable,
    )


def _tell_which_counts(text: str, head: Tree, base: Revision) -> None:
    """Say on stderr that the head's configuration is not the one in force, where it differs."""
    own = head.read_many([FILE_NAME]).get(FILE_NAME)
    if own is not None and own.decode("utf-8", "replace") != text:
        where = base.short if base.ref == base.sha else f"{base.ref} {base.short}"
        says = f"{FILE_NAME} of {where} is in force; a change of it counts once it is committed there"
        print(f"agent-gate: {terminal(says)}", file=sys.stderr)


def _only_in_head(head: Tree, config: Config) -> tuple[str, ...]:
    """The agents that the head adds to the configuration: their fixtures are no error, and wait for the merge."""
    try:
        _, wanted = read_config(head)
    except (UsageError, ProblemsError):
        return ()
    return tuple(agent for agent in wanted.agents if agent not in config.agents)


def _known(suite: Suite, config: Config) -> Suite:
    return replace(suite, cases=tuple(case for case in suite.cases if case.agent in config.agents))


def _head(repository: Repository, head: str) -> tuple[LinkedTree, Revision]:
    if head:
        return repository.tree(head), repository.revision(head)
    return repository.work_tree(), Revision(ref=WORKING_TREE)


def _base(repository: Repository, base: str, head: str, parted: str) -> tuple[GitTree, Revision]:
    ref = base or repository.default_branch(DEFAULT_BRANCH)
    sha = parted or repository.merge_base(ref, head)
    return repository.tree(sha), Revision(ref=ref, sha=sha)


def _base_cases(base: Tree, head: Tree, head_cases: Sequence[Case], config: Config) -> tuple[Case, ...]:
    """The base's cases. Fixtures that are broken there are left out: a change that mends them must not be refused."""

    def load(tree: Tree) -> tuple[Case, ...]:
        return load_suite(tree, config.fixtures, config.test_data, tuple(config.agents)).cases

    return base_cases(config, base, head, head_cases, load)


def _side(revision: Revision, tree: LinkedTree, cases: tuple[Case, ...]) -> Side:
    return Side(revision=revision, tree=tree.followed(), cases=cases, submodules=tree.submodules)
