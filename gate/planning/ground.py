"""What a path of the repository is to the gate: definition of which agents, fixture, test data, the gate's own file."""

from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import Literal

from gate.config import FILE_NAME, AgentConfig, Config
from gate.planning.patterns import matches, within, within_any
from gate.ports import Tree

Kind = Literal["agent", "fixture", "test-data", "gate", "other"]

_CODE_OWNERS = ("CODEOWNERS", ".github/CODEOWNERS", "docs/CODEOWNERS")


@dataclass(frozen=True, slots=True)
class Ground:
    """Tells kinds of paths apart under one configuration."""

    config: Config

    def kind(self, path: str) -> Kind:
        """What a path is. The gate's own files go before everything, fixtures before definitions."""
        if self.gate_part(path):
            return "gate"
        if self._is_test_data(path):
            return "test-data"
        if within(path, self.config.fixtures) and path.endswith(".md"):
            return "fixture"
        return "agent" if self.owners(path) else "other"

    def gate_part(self, path: str) -> str:
        """Which part of what decides a path is, in words; "" when it is none."""
        config = self.config
        recorded = [config.judge.verdicts, *(agent.driver.recordings for agent in config.agents.values())]
        parts = (
            ("configuration", path == FILE_NAME),
            ("baseline", within(path, config.baselines)),
            ("calibration", within(path, "calibration")),
            ("workflow", within_any(path, (".github/workflows", ".github/actions"))),
            ("code owners", path in _CODE_OWNERS),
            ("recording", within_any(path, recorded)),
        )
        return next((words for words, is_it in parts if is_it), "")

    def owners(self, path: str) -> tuple[str, ...]:
        """The agents a path helps define: it lies in their source, or one of their patterns claims it."""
        return tuple(name for name, agent in self.config.agents.items() if _defines(path, agent))

    def definition(self, agent: str, tree: Tree) -> dict[str, str]:
        """The files that define an agent, path to object id: what its fingerprint is made from.

        Fixtures, recordings and the gate's other files do not define an agent, even where they lie in its source.
        """
        config = self.config.agents[agent]
        paths = (path for path in tree.paths() if _defines(path, config))
        return {path: tree.object_id(path) for path in paths if self.kind(path) == "agent"}

    def _is_test_data(self, path: str) -> bool:
        """The manifest, or one for an environment beside it (`test-data.staging.yml`, `test-data-staging.yml`)."""
        manifest, file = PurePosixPath(self.config.test_data), PurePosixPath(path)
        if file.parent != manifest.parent or file.suffix != manifest.suffix:
            return False
        return file.stem == manifest.stem or file.stem.startswith((f"{manifest.stem}.", f"{manifest.stem}-"))


def _defines(path: str, agent: AgentConfig) -> bool:
    patterns = (*agent.topics.values(), *agent.actions.values())
    return within_any(path, agent.source) or any(matches(path, glob) for globs in patterns for glob in globs)
