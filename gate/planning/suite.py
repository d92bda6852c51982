"""What a pull request does to the suite: cases added, changed, removed, and those whose test data changed.

Which version counts: an unchanged fixture is the same on both sides; of a changed one the head's version runs, but its
stored counts are of another thing, so it cannot regress, and the report says what was loosened; a removed one does not
run. Removing or loosening a frozen P0 case needs a sign-off like a regression.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal

from gate.model.case import Case, Fingerprints
from gate.model.words import Severity, Status
from gate.planning.loosening import loosened, shortened_data
from gate.planning.sides import Side


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseChange:
    """One case that differs. `path` is the fixture's on the side that has it, the head's when both do.

    kind: added; changed (its fixture, in what is asked or how it is scored); data (only values of test-data keys it
    uses); wording (owner, dates, tags, layout, place: nothing that is evaluated); removed.
    """

    key: str
    kind: Literal["added", "changed", "data", "wording", "removed"]
    path: str
    data_keys: tuple[str, ...] = ()
    loosened: tuple[str, ...] = ()
    needs_sign_off: bool = False


def compare_suites(base: Side, head: Side) -> list[CaseChange]:
    """Every case that differs, sorted by key; cases shared by both sides are told apart at no cost."""
    before = {case.key: case for case in base.cases}
    after = {case.key: case for case in head.cases}
    changes = [CaseChange(key=case.key, kind="added", path=case.path) for case in head.cases if case.key not in before]
    changes += [_removed(case) for case in base.cases if case.key not in after]
    for key, case in after.items():
        old = before.get(key)
        if old is not None and old is not case and (change := _difference(old, case, same_file(base, old, head, case))):
            changes.append(change)
    return sorted(changes, key=lambda change: change.key)


def same_file(base: Side, old: Case, head: Side, new: Case) -> bool:
    """Whether the fixtures of both versions are byte for byte the same, wherever they lie."""
    try:
        return base.tree.object_id(old.path) == head.tree.object_id(new.path)
    except KeyError:
        return False


def blocks(case: Case) -> bool:
    """Whether a case is one that can hold a merge: frozen and P0."""
    return case.severity is Severity.P0 and case.status is Status.FROZEN


def _removed(case: Case) -> CaseChange:
    return CaseChange(key=case.key, kind="removed", path=case.path, needs_sign_off=blocks(case))


def _difference(old: Case, new: Case, same: bool) -> CaseChange | None:
    keys = tuple(sorted(key for key in old.data.keys() | new.data.keys() if old.data.get(key) != new.data.get(key)))
    if same and keys:
        less = shortened_data(old, new)
        return CaseChange(
            key=new.key,
            kind="data",
            path=new.path,
            data_keys=keys,
            loosened=less,
            needs_sign_off=bool(less) and blocks(old),
        )
    if same and old.path == new.path:
        return None
    if evaluated(old) == evaluated(new):
        return CaseChange(key=new.key, kind="wording", path=new.path)
    less = (*loosened(old, new), *shortened_data(old, new))
    return CaseChange(
        key=new.key,
        kind="changed",
        path=new.path,
        data_keys=keys,
        loosened=less,
        needs_sign_off=bool(less) and blocks(old),
    )


def evaluated(case: Case) -> Case:
    """A case without what no score depends on: where it is written, by whom and when."""
    blank = Fingerprints(fixture="", rubric="", data="")
    return replace(case, path="", lines={}, owner="", created="", updated="", reviewed="", tags=(), fingerprints=blank)


def cases_of(cases: Sequence[Case], agents: Sequence[str]) -> tuple[Case, ...]:
    """The cases of some agents, in the order given."""
    wanted = frozenset(agents)
    return tuple(case for case in cases if case.agent in wanted)
