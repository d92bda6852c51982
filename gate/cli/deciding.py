"""What decides: configuration, baselines and calibrations of the base, and what to do where they cannot be read."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Self, TypeVar

from gate.baselines.file import read_baseline
from gate.calibration.file import read_calibration
from gate.config import FILE_NAME, Config, parse_config
from gate.errors import ProblemsError, StoreError, UsageError
from gate.model.baseline import Baseline
from gate.model.calibration import Calibration
from gate.model.plan import GateChange, Revision
from gate.planning.rewritten import unreadable
from gate.ports import Tree
from gate.repository.repository import Repository

Value = TypeVar("Value")
Read = Callable[[str, str, str], Value]
"""Reads the text of a file: with its path, and the agent it is of."""

_NO_CONFIG_AT_BASE = f"the base has no {FILE_NAME}: the head's is used, and every case runs"
_BROKEN_CONFIG_AT_BASE = f"the base's {FILE_NAME} has errors: the head's is used, and every case runs"


def read_config(tree: Tree) -> tuple[str, Config]:
    """The configuration of a tree and its text. Raises `UsageError` when it has none."""
    try:
        text = tree.read(FILE_NAME).decode("utf-8", "replace")
    except KeyError as error:
        hint = "`agent-gate init` writes one; docs/configuration.md shows the smallest that works"
        raise UsageError(f"there is no {FILE_NAME}", hint) from error
    return text, parse_config(text)


def read_baselines(tree: Tree, config: Config) -> dict[str, Baseline]:
    """The baselines a tree holds, by agent; agents without one are left out."""
    paths = {f"{config.baselines}/{agent}.json": agent for agent in config.agents}
    found = tree.read_many(paths)
    return {paths[path]: read_baseline(content.decode("utf-8", "replace"), path) for path, content in found.items()}


def deciding(base: Tree, head: Tree) -> tuple[str, Config, tuple[str, ...]]:
    """The base's configuration and its text; the head's, with the reason, where the base has none that can be used.

    A change that brings or mends the configuration must not be refused by what it mends.
    """
    try:
        return *read_config(base), ()
    except UsageError:
        return *read_config(head), (_NO_CONFIG_AT_BASE,)
    except ProblemsError:
        return *read_config(head), (_BROKEN_CONFIG_AT_BASE,)


@dataclass(frozen=True, slots=True)
class Known:
    """What a side knows of each agent, and what of it cannot be read: a change that mends it must not be refused."""

    baselines: Mapping[str, Baseline]
    calibrations: Mapping[str, Calibration]
    unreadable: tuple[GateChange, ...]

    @classmethod
    def of(cls, tree: Tree, config: Config) -> Self:
        """What a tree knows of the agents of a configuration."""
        faults: list[GateChange] = []

        def readable(kind: str, folder: str, read: Read[Value]) -> dict[str, Value]:
            found: dict[str, Value] = {}
            for path, agent, value in _each(tree, folder, config.agents, read):
                if isinstance(value, ProblemsError | StoreError):
                    faults.append(unreadable(path, kind, value))
                else:
                    found[agent] = value
            return found

        baselines = readable("baseline", config.baselines, _read_baseline)
        calibrations = readable("calibration", config.calibration.folder, read_calibration)
        return cls(baselines, calibrations, tuple(faults))


def refuse_outdated(repository: Repository, base: Revision, tree: Tree, known: Known) -> None:
    """Refuse a change that parted from the base branch before what decides there could be read; `known` is of `tree`.

    Else whoever starts from an old enough commit is judged by nothing.
    """
    tip = repository.resolve(base.ref)
    if tip == base.sha:
        return
    lacking = _lacking(repository.tree(tip), tree, known)
    if lacking:
        name = base.ref if base.ref != tip else "the base branch"
        raise UsageError(
            f"this change left {name} before its {lacking} could be used, and cannot be judged by it",
            f"bring the branch up to date: merge {name} into it",
        )


def _lacking(tip: Tree, base: Tree, known: Known) -> str:
    """The first file that decides at the tip of the base branch and could not where the change left it; "" = none."""
    try:
        _, config = read_config(tip)
    except (UsageError, ProblemsError):
        return ""
    try:
        read_config(base)
    except (UsageError, ProblemsError):
        return FILE_NAME
    for folder, known_agents, read in (
        (config.baselines, known.baselines, _read_baseline),
        (config.calibration.folder, known.calibrations, read_calibration),
    ):
        others = [agent for agent in config.agents if agent not in known_agents]
        for path, _, value in _each(tip, folder, others, read):
            if not isinstance(value, ProblemsError | StoreError):
                return path
    return ""


def _each(
    tree: Tree, folder: str, agents: Iterable[str], read: Read[Value]
) -> Iterator[tuple[str, str, Value | ProblemsError | StoreError]]:
    """Path, agent, and what is read of the file each agent has below a folder, or why it cannot be read."""
    paths = {f"{folder}/{agent}.json": agent for agent in agents}
    for path, content in tree.read_many(paths).items():
        try:
            yield path, paths[path], read(content.decode("utf-8", "replace"), path, paths[path])
        except (ProblemsError, StoreError) as error:
            yield path, paths[path], error


def _read_baseline(text: str, path: str, _: str) -> Baseline:
    return read_baseline(text, path)
