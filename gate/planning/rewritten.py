"""Changes that would lower the bar of every later run: stored results rewritten by hand, files nobody can read.

A run is judged by the base's configuration and baselines, so such a change gains nothing at once; after the merge it
would. Results are measured and accepted, never edited: rewriting them needs a person like the regression it may hide.
"""

from collections.abc import Iterator, Mapping

from gate.baselines.file import read_baseline
from gate.config import FILE_NAME, Config, parse_config
from gate.errors import GateError, ProblemsError
from gate.model.baseline import Baseline
from gate.model.counting import first_of
from gate.model.plan import GateChange
from gate.planning.sides import Side
from gate.ports import Tree

IN_FORCE = "(the base's is in force for this run)"
CONFIGURATION_ADDED = "configuration added (it is in force for this run)"
_MOST_NAMED = 10


def unreadable(path: str, kind: str, error: GateError) -> GateChange:
    """What is said of a file of the base that decides and cannot be read: without a person nothing passes by that."""
    remedy = f"; {error.hint}" if error.hint else ""
    what = f"the base's {kind} cannot be read, so it is not in force: {_first(error)}{remedy}"
    return GateChange(path=path, what=what, needs_sign_off=True)


def configuration_changes(base: Tree, head: Tree) -> Iterator[GateChange]:
    """The configuration where it is not the base's that is in force, or where it would not be any more later on."""
    before, after = _text(base, FILE_NAME), _text(head, FILE_NAME)
    if before is None:
        if after is not None:
            yield GateChange(path=FILE_NAME, what=CONFIGURATION_ADDED)
    elif _fault_of_config(before):
        what = "the base's configuration has errors, so this pull request is judged by its own"
        yield GateChange(path=FILE_NAME, what=what, needs_sign_off=True)
    elif after is None:
        yield GateChange(path=FILE_NAME, what=f"configuration deleted {IN_FORCE}", needs_sign_off=True)
    elif fault := _fault_of_config(after):
        yield GateChange(path=FILE_NAME, what=f"configuration broken: {fault} {IN_FORCE}", needs_sign_off=True)


def baseline_changes(config: Config, base: Side, head: Side, baselines: Mapping[str, Baseline]) -> Iterator[GateChange]:
    """The baselines that the head rewrites, deletes or breaks; `baselines` (by agent) are the base's.

    New rows are no such change: a case the base has no results of lowers no bar.
    """
    for agent in config.agents:
        path = f"{config.baselines}/{agent}.json"
        before, after = _text(base.tree, path), _text(head.tree, path)
        if before != after and (what := _done_to(baselines.get(agent), after, path, head)):
            yield GateChange(path=path, what=f"{what} {IN_FORCE}", needs_sign_off=True)


def _done_to(before: Baseline | None, text: str | None, path: str, head: Side) -> str:
    """What was done to a baseline, in words; "" = nothing that a person must accept."""
    if text is None:
        return "baseline deleted"
    after, fault = _baseline(text, path)
    if after is None:
        return f"baseline broken: {fault}"
    if before is None:
        return ""
    cases = {case.id for case in head.cases if case.agent == before.agent}
    changed = [case for case, row in before.cases.items() if case in cases and after.cases.get(case) != row]
    done = [f"rewrites the stored results of {first_of(changed, _MOST_NAMED)}"] if changed else []
    if after.history != before.history:
        done.append("changes the history of acceptances")
    return "baseline: " + " and ".join(done) if done else ""


def _text(tree: Tree, path: str) -> str | None:
    try:
        return tree.read(path).decode("utf-8", "replace")
    except KeyError:
        return None


def _baseline(text: str, path: str) -> tuple[Baseline | None, str]:
    """A baseline, or why there is none."""
    try:
        return read_baseline(text, path), ""
    except GateError as error:
        return None, _first(error)


def _fault_of_config(text: str) -> str:
    try:
        parse_config(text)
    except ProblemsError as error:
        return _first(error)
    return ""


def _first(error: GateError) -> str:
    return error.message.splitlines()[0]
