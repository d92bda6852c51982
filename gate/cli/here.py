"""The repository of the working folder, as the calibration commands see it."""

import sys
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from gate.calibration.file import read_calibration
from gate.calibration.sample import Judged
from gate.calibration.standing import measured
from gate.cli.deciding import read_config
from gate.cli.diagnoses.hub import remote
from gate.cli.workspace import read_suite
from gate.config import Config
from gate.errors import UsageError
from gate.fixtures.suite import Suite
from gate.github.host import Host
from gate.judges.kin import Models, scripted_models
from gate.judges.open import open_judge
from gate.model.calibration import Calibration, Measured
from gate.ports import Judge
from gate.repository.git import Git
from gate.repository.repository import Repository


@dataclass(frozen=True, kw_only=True)
class Here:
    """The repository of the working folder: its configuration and suite, and who works in it."""

    root: Path
    config: Config
    suite: Suite
    scripted: Models
    person: str

    @classmethod
    def look(cls) -> "Here":
        """The repository around the working folder."""
        with Repository.discover(Path.cwd()) as repository:
            tree = repository.work_tree()
            _, config = read_config(tree)
            suite = read_suite(tree, config)
            return cls(
                root=repository.root,
                config=config,
                suite=suite,
                scripted=scripted_models(config, tree),
                person=repository.person(),
            )

    def path(self, agent: str) -> Path:
        """Where an agent's calibration lies."""
        return self.root / self.config.calibration.folder / f"{agent}.json"

    def stored(self, agent: str) -> Calibration:
        """What people said so far; an empty calibration where nobody did."""
        path = self.path(agent)
        if not path.is_file():
            return Calibration(agent=agent)
        return read_calibration(path.read_text(encoding="utf-8"), str(path), agent)

    def github(self) -> tuple[Host, int]:
        """GitHub, and the issue people were asked in. Raises `UsageError` when either is not known."""
        number = self.config.calibration.issue
        if number is None:
            raise UsageError(
                "no issue is configured in which people are asked", "set `calibration.issue` to its number"
            )
        found = remote(Git(self.root))
        if found is None or not found.token:
            hint = "set GITHUB_TOKEN, and GITHUB_REPOSITORY where `origin` is not on GitHub"
            raise UsageError("GitHub cannot be asked for reactions: repository or token is not known", hint)
        from gate.github.client import GitHub  # noqa: PLC0415 - costs 140 ms that the other commands need not pay

        return GitHub(found.repository, found.token, found.api_url), number

    @cached_property
    def judge(self) -> Judge:
        """The judge of today. Raises `UsageError` when none is configured."""
        judge = open_judge(self.root, self.config, self.suite.data, scripted=self.scripted)
        if judge is None:
            raise UsageError("no judge is configured, so there is none to calibrate", "set `judge:` in agent-gate.yml")
        if not self.config.judge.pinned:
            unpinned = "nothing of this counts before `judge.resolved` names the model: a name may come to mean another"
            print(unpinned, file=sys.stderr)
        return judge

    def holds(self, agent: str, trial: Judged) -> bool:
        """Whether the judge of today scored this trial, by the rubric of today."""
        rubrics = {case.id: case.fingerprints.rubric for case in self.suite.cases if case.agent == agent}
        return trial.judge == self.judge.fingerprint and rubrics.get(trial.case) == trial.rubric

    def measured(self, calibration: Calibration) -> tuple[Measured, ...]:
        """How far the judge of today is known. Raises `UsageError` when none is configured."""
        return measured(calibration, self.suite.cases, self.judge.fingerprint, self.config.calibration.agreement)
