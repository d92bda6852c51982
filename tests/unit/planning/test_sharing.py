"""The base's suite is that of the head, but for what differs."""

from collections.abc import Sequence
from dataclasses import replace

import pytest

from gate.model.case import Case
from gate.planning.sharing import PartOfTree, base_cases
from gate.ports import Tree
from tests.plans import config, plan_case
from tests.trees import DictTree

PLAIN = plan_case("plain")
USES = plan_case("uses", data={"order": "A1"})
FILES = {PLAIN.path: "plain", USES.path: "uses", "fixtures/test-data.yml": "order: A1", "shop/x": "1"}


class Loader:
    """Remembers which fixtures it was given."""

    def __init__(self) -> None:
        self.asked: list[str] = []

    def __call__(self, tree: Tree) -> Sequence[Case]:
        self.asked = [path for path in tree.paths() if path.endswith(".md")]
        assert "shop/x" not in tree.paths()
        assert tree.read("fixtures/test-data.yml")
        return [replace(PLAIN, id="loaded", path=path) for path in self.asked]


@pytest.mark.parametrize(
    ("head", "loaded"),
    [
        ({}, []),
        ({"shop/x": "2"}, []),
        ({PLAIN.path: "edited"}, [PLAIN.path]),
        ({"fixtures/test-data.yml": "order: B2"}, [USES.path]),
    ],
)
def test_only_what_differs_is_loaded(head: dict[str, str], loaded: list[str]) -> None:
    load = Loader()
    found = base_cases(config(), DictTree(FILES), DictTree({**FILES, **head}), (PLAIN, USES), load)
    assert load.asked == loaded
    assert [case.path for case in found if case.id == "loaded"] == loaded
    assert {case.path for case in found} == {PLAIN.path, USES.path}
    assert all(any(case is item for item in (PLAIN, USES)) for case in found if case.id != "loaded")


def test_a_fixture_only_the_base_has_is_loaded_and_one_only_the_head_has_is_not() -> None:
    load = Loader()
    new = plan_case("new")
    base = {**FILES, "fixtures/gone.md": "gone"}
    found = base_cases(config(), DictTree(base), DictTree({**FILES, new.path: "new"}), (PLAIN, USES, new), load)
    assert load.asked == ["fixtures/gone.md"]
    assert new not in found


def test_a_part_of_a_tree_knows_only_its_files() -> None:
    part = PartOfTree(DictTree(FILES), [PLAIN.path, "nowhere"])
    assert part.paths() == (PLAIN.path,)
    assert part.read_many([PLAIN.path, USES.path]) == {PLAIN.path: b"plain"}
    assert part.object_id(PLAIN.path) == DictTree(FILES).object_id(PLAIN.path)
    with pytest.raises(KeyError):
        part.read(USES.path)
    with pytest.raises(KeyError):
        part.object_id(USES.path)
