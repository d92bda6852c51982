"""What fixtures call by a name that the configured agents do not have, as problems with file, line and remedy."""

from collections.abc import Iterator, Sequence

from gate.fixtures.mending import stands_in
from gate.fixtures.places import Places
from gate.fixtures.unknown_names import Surface, UnknownName, unknown_names
from gate.model.case import Case
from gate.model.counting import first_of
from gate.model.problem import Problem, ProblemLevel
from gate.planning.names import canonical
from gate.planning.outline import Outline, surface
from gate.ports import Tree

_SHOWN = 8
"""Most names a remedy lists."""


def misnamed(tree: Tree, outlines: Sequence[Outline], cases: Sequence[Case]) -> Iterator[Problem]:
    """A warning for each such name in the cases of the tree's fixtures, be they usable or not."""
    places = Places(tree)
    for known in map(surface, outlines):
        for one in unknown_names(cases, known, canonical):
            if not stands_in(one.name, one.at):
                yield _problem(one, known, places)


def _problem(one: UnknownName, known: Surface, places: Places) -> Problem:
    return Problem(
        path=one.case.path,
        line=places.line(one.case, one.at),
        key=".".join(map(str, one.at)),
        message=one.message,
        hint=f"did you mean {one.near!r}?" if one.near else _there_are(one, known),
        level=ProblemLevel.WARNING,
    )


def _there_are(one: UnknownName, known: Surface) -> str:
    names = known.topics if one.rule == "unknown-topic" else [action[0] for action in known.actions]
    return f"it has {first_of(names, _SHOWN)}" if names else "its tools files define none"
