"""The workflows that run the gate."""

from collections.abc import Iterator, Mapping

from gate.cli.diagnoses.diagnosis import Diagnosis, fine, problem
from gate.errors import GateError
from gate.model.counting import count
from gate.planning.patterns import within
from gate.ports import Tree
from gate.scaffold.wiring import gate_steps, weak_points

FOLDER = ".github/workflows"
OWN_ACTION = "action.yml"


def workflows(tree: Tree, needed: Mapping[str, frozenset[str]], *, counted: bool) -> Iterator[Diagnosis]:
    """Whether they are there, let nothing slip past the gate, and give it the variables `needed`, by who needs them.

    `counted`: runs of a day are held to a quota.
    """
    paths = [path for path in tree.paths() if within(path, FOLDER) and path.endswith((".yml", ".yaml"))]
    try:
        texts = {path: text.decode("utf-8", "replace") for path, text in tree.read_many(paths).items()}
    except GateError as error:
        yield problem("workflows", error.message, error.hint)
        return
    own_action = OWN_ACTION in tree.paths() and "entrypoint.py" in tree.paths()
    steps, unreadable = gate_steps(texts, own_action=own_action)
    weak = [*unreadable, *weak_points(steps, needed, counted=counted)]
    for one in weak:
        where = f"{one.path}:{one.line}" if one.line else one.path
        yield problem("workflows", f"{where}: {one.message}", one.hint)
    if not weak:
        files = len({step.path for step in steps})
        yield fine("workflows", f"{count(files, 'file')} run the gate, for every push and for sign-off")
