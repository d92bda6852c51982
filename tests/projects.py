"""The small Salesforce projects under `tests/data/salesforce`, as trees that are easy to edit."""

from pathlib import Path

from gate.model.agent_map import AgentDiff, AgentMap, MapDiff
from gate.salesforce.difference import diff_maps
from gate.salesforce.reading import read_map
from gate.salesforce.sources import Known
from tests.trees import DictTree

DATA = Path(__file__).parent / "data" / "salesforce"


def project(name: str) -> DictTree:
    """A whole project: `harbor` is written in Agent Script, `lantern` is classic."""
    root = DATA / name
    files = sorted(path for path in root.rglob("*") if path.is_file())
    return DictTree({path.relative_to(root).as_posix(): path.read_bytes() for path in files})


def path_of(tree: DictTree, ending: str) -> str:
    """The one path that ends so."""
    (found,) = [path for path in tree.paths() if path.endswith(ending)]
    return found


def edited(tree: DictTree, ending: str, old: str, new: str) -> DictTree:
    """The project with one text replaced in one file; the text must be there."""
    path = path_of(tree, ending)
    before = tree.files[path].decode()
    assert old in before
    return DictTree({**tree.files, path: before.replace(old, new, 1)})


def with_file(tree: DictTree, path: str, content: bytes | str) -> DictTree:
    return DictTree({**tree.files, path: content})


def without(tree: DictTree, *endings: str) -> DictTree:
    return DictTree({path: content for path, content in tree.files.items() if not path.endswith(endings)})


def maps(base: DictTree, head: DictTree) -> tuple[AgentMap, AgentMap]:
    known = Known()
    return read_map(base, known=known), read_map(head, known=known)


def difference(base: DictTree, head: DictTree) -> MapDiff:
    return diff_maps(*maps(base, head))


def reach(diff: AgentDiff | None) -> tuple[str, tuple[str, ...], tuple[str, ...]]:
    """How wide a difference is (agent, routing, part, nothing), its topics and its actions."""
    if diff is None:
        return "nothing", (), ()
    width = "agent" if diff.whole else "routing" if diff.routing else "part"
    return width, tuple(diff.topics), tuple(sorted({action.name for action in diff.actions}))
