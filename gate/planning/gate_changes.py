"""What a pull request changes of the gate itself, for the report's line "this PR also changes the gate".

A change of what decides has no say in its own run. Where it would lower the bar of later runs, a person is asked.
"""

from collections.abc import Iterable, Iterator, Mapping

from gate.model.baseline import Baseline
from gate.model.plan import GateChange
from gate.planning.changes import kind_of
from gate.planning.ground import Ground
from gate.planning.rewritten import IN_FORCE, baseline_changes, configuration_changes
from gate.planning.sides import Side
from gate.planning.suite import CaseChange
from gate.repository.changes import ChangedPath

_OF_THE_BASE = {"configuration", "baseline", "calibration"}
_FROM_MERGE = "(in force once it is merged)"


def gate_changes(
    files: Iterable[ChangedPath],
    ground: Ground,
    cases: Iterable[CaseChange],
    sides: tuple[Side, Side],
    baselines: Mapping[str, Baseline],
) -> tuple[GateChange, ...]:
    """Changes of what decides: the gate's files, test data, and cases that existed; those that need a person first.

    `sides` are base and head; `baselines` (by agent) are those of the base that can be read.
    """
    base, head = sides
    told = [*configuration_changes(base.tree, head.tree), *baseline_changes(ground.config, base, head, baselines)]
    found = [*told, *_files(files, ground, {change.path for change in told}), *_cases(cases)]
    return tuple(sorted(found, key=lambda change: (not change.needs_sign_off, change.path, change.what)))


def _files(files: Iterable[ChangedPath], ground: Ground, told: Iterable[str]) -> Iterator[GateChange]:
    for change in files:
        kind = kind_of(change, ground)
        if kind == "gate" and change.path not in told:
            part = ground.gate_part(change.path) or ground.gate_part(change.old_path)
            force = f" {_FROM_MERGE if change.status == 'added' else IN_FORCE}" if part in _OF_THE_BASE else ""
            yield GateChange(path=change.path, what=f"{part} {change.status}{force}")
        elif kind == "test-data":
            yield GateChange(path=change.path, what=f"test data {change.status}")


def _cases(cases: Iterable[CaseChange]) -> Iterator[GateChange]:
    for change in cases:
        name = change.key.partition("/")[2]
        if change.kind == "removed":
            what = f"removes case {name}"
        elif change.kind in {"changed", "data"} and change.loosened:
            what = f"loosens case {name}: {'; '.join(change.loosened)}"
        elif change.kind == "changed":
            what = f"changes case {name}; it asks at least as much as before"
        else:
            continue
        yield GateChange(path=change.path, what=what, needs_sign_off=change.needs_sign_off)
