"""Differences of two trees by object id."""

from hypothesis import given
from hypothesis import strategies as st

from gate.repository.changes import ChangedPath, changed_paths
from tests.trees import DictTree

trees = st.dictionaries(
    st.lists(st.sampled_from(["a", "b", "ü", "x y", "-"]), min_size=1, max_size=2).map("/".join),
    st.sampled_from(["1", "2", "3"]),
    max_size=6,
).map(DictTree)


def test_each_kind_of_difference() -> None:
    base = DictTree({"same": "s", "edited": "1", "gone": "g", "old/name": "moved"})
    head = DictTree({"same": "s", "edited": "2", "fresh": "f", "new/name": "moved"})
    assert changed_paths(base, head) == [
        ChangedPath("modified", "edited"),
        ChangedPath("added", "fresh"),
        ChangedPath("deleted", "gone"),
        ChangedPath("renamed", "new/name", "old/name"),
    ]


def test_of_several_equal_files_the_one_of_the_same_name_moved() -> None:
    base = DictTree({"a/one": "x", "a/two": "x"})
    head = DictTree({"b/two": "x", "b/one": "x"})
    assert [(c.path, c.old_path) for c in changed_paths(base, head)] == [("b/one", "a/one"), ("b/two", "a/two")]


@given(tree=trees)
def test_a_tree_does_not_differ_from_itself(tree: DictTree) -> None:
    assert changed_paths(tree, tree) == []


@given(base=trees, head=trees)
def test_the_changes_turn_base_into_head(base: DictTree, head: DictTree) -> None:
    files = dict(base.files)
    for change in changed_paths(base, head):
        if change.status in ("deleted", "renamed"):
            del files[change.old_path or change.path]
        if change.status != "deleted":
            files[change.path] = head.files[change.path]
    assert files == head.files
