"""What a path of the repository is to the gate: definition of which agents, fixture, test data, the gate's own file."""

from collections.abc import Mapping
from pathlib import PurePosixPath
from typing import Literal

from gate.config import FILE_NAME, AgentConfig, Config, ReplayDriver
from gate.planning.patterns import matches, within, within_any
from gate.ports import Tree

Kind = Literal["agent", "fixture", "test-data", "gate", "other"]


class Ground:
    """Tells kinds of paths apart under one configuration; what it was asked of a path, it remembers."""

    def __init__(self, config: Config) -> None:
        drivers = (agent.driver for agent in config.agents.values())
        replayed = (driver.recordings for driver in drivers if isinstance(driver, ReplayDriver))
        self.config = config
        self._parts: Mapping[str, tuple[str, ...]] = {
            "configuration": (FILE_NAME,),
            "baseline": (config.baselines,),
            "calibration": (config.calibration.folder,),
            "workflow": (".github/workflows", ".github/actions"),
            "code owners": ("CODEOWNERS", ".github/CODEOWNERS", "docs/CODEOWNERS"),
            "recording": (config.judge.verdicts, *replayed),
        }
        self._gate = tuple(folder for folders in self._parts.values() for folder in folders)
        manifest = PurePosixPath(config.test_data)
        self._manifest = (str(manifest.with_suffix("")), manifest.suffix)
        self._patterns = {name: _patterns(agent) for name, agent in config.agents.items()}
        self._kinds: dict[str, Kind] = {}
        self._owners: dict[str, tuple[str, ...]] = {}

    def kind(self, path: str) -> Kind:
        """What a path is. The gate's own files go before everything, fixtures before definitions."""
        known = self._kinds.get(path)
        if known is None:
            known = self._kinds[path] = self._kind(path)
        return known

    def gate_part(self, path: str) -> str:
        """Which part of what decides a path is, in words; "" when it is none."""
        return next((words for words, folders in self._parts.items() if within_any(path, folders)), "")

    def owners(self, path: str) -> tuple[str, ...]:
        """The agents a path helps define: it lies in their source, a pattern claims it, or their driver reads it."""
        known = self._owners.get(path)
        if known is None:
            known = self._owners[path] = tuple(name for name in self.config.agents if self._defines(path, name))
        return known

    def claims(self, path: str, agent: str) -> bool:
        """Whether the configuration names the path for an agent: by a pattern, or for its driver to read."""
        return any(matches(path, glob) for glob in self._patterns[agent])

    def definition(self, agent: str, tree: Tree) -> dict[str, str]:
        """The files that are an agent's by the configuration, path to object id.

        Fixtures, recordings and the gate's other files do not define an agent, even where they lie in its source.
        """
        paths = (path for path in tree.paths() if self.kind(path) == "agent" and agent in self.owners(path))
        return {path: tree.object_id(path) for path in paths}

    def _defines(self, path: str, agent: str) -> bool:
        return within_any(path, self.config.agents[agent].source) or self.claims(path, agent)

    def _kind(self, path: str) -> Kind:
        if within_any(path, self._gate):
            return "gate"
        if self._is_test_data(path):
            return "test-data"
        if path.endswith(".md") and within(path, self.config.fixtures):
            return "fixture"
        return "agent" if self.owners(path) else "other"

    def _is_test_data(self, path: str) -> bool:
        """The manifest, or one for an environment beside it (`test-data.staging.yml`, `test-data-staging.yml`)."""
        stem, suffix = self._manifest
        if not path.startswith(stem) or not path.endswith(suffix):
            return False
        rest = path[len(stem) : len(path) - len(suffix)]
        return not rest or (rest[0] in ".-" and "/" not in rest)


def _patterns(agent: AgentConfig) -> tuple[str, ...]:
    """Every path and pattern that the configuration names beside the source."""
    named = (*agent.topics.values(), *agent.actions.values(), agent.driver.files())
    return tuple(glob for globs in named for glob in globs)
