"""What a pull request changes of the gate itself, for the report's line "this PR also changes the gate"."""

from collections.abc import Iterable, Iterator

from gate.model.plan import GateChange
from gate.planning.changes import kind_of
from gate.planning.ground import Ground
from gate.planning.suite import CaseChange
from gate.repository.changes import ChangedPath

_WORDS = {
    "configuration": "configuration {done} (the base's is in force for this run)",
    "baseline": "baseline {done} (the base's is in force for this run)",
}


def gate_changes(files: Iterable[ChangedPath], ground: Ground, cases: Iterable[CaseChange]) -> tuple[GateChange, ...]:
    """Changes of what decides: the gate's files, test data, and cases that existed; sorted by path."""
    found = [*_files(files, ground), *_cases(cases)]
    return tuple(sorted(found, key=lambda change: (not change.needs_sign_off, change.path, change.what)))


def _files(files: Iterable[ChangedPath], ground: Ground) -> Iterator[GateChange]:
    for change in files:
        kind = kind_of(change, ground)
        if kind == "gate":
            part = ground.gate_part(change.path) or ground.gate_part(change.old_path)
            words = _WORDS.get(part, f"{part} {{done}}")
            yield GateChange(path=change.path, what=words.format(done=change.status))
        elif kind == "test-data":
            yield GateChange(path=change.path, what=f"test data {change.status}")


def _cases(cases: Iterable[CaseChange]) -> Iterator[GateChange]:
    for change in cases:
        name = change.key.partition("/")[2]
        if change.kind == "removed":
            what = f"removes case {name}"
        elif change.kind == "changed" and change.loosened:
            what = f"loosens case {name}: {'; '.join(change.loosened)}"
        elif change.kind == "changed":
            what = f"changes case {name}; it asks at least as much as before"
        else:
            continue
        yield GateChange(path=change.path, what=what, needs_sign_off=change.needs_sign_off)
