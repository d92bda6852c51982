"""What lies in a folder is also found behind links to that folder, and links that go in circles end."""

from pathlib import Path

import pytest

from gate.errors import RepositoryError
from gate.repository import links
from gate.repository.links import FollowedTree
from gate.repository.repository import Repository
from gate.repository.trees import FolderTree
from tests.trees import DictTree, GitRepository


def test_a_commit_shows_the_files_behind_its_links(tmp_path: Path) -> None:
    repository = GitRepository(tmp_path)
    repository.write({"shared/code/A.cls": "a", "app/main": "m"})
    (tmp_path / "app" / "lib").symlink_to("../shared")
    (tmp_path / "app" / "out").symlink_to("/etc")
    repository.commit()
    with Repository(tmp_path) as opened:
        for tree in (opened.tree("HEAD").followed(), opened.work_tree().followed(), FolderTree(tmp_path).followed()):
            found = [path for path in tree.paths() if path.endswith(".cls")]
            assert found == ["app/lib/code/A.cls", "shared/code/A.cls"]
            assert tree.object_id("app/lib/code/A.cls") == tree.object_id("shared/code/A.cls")
            assert tree.read("app/lib/code/A.cls") == b"a"
            assert tree.read_many(["app/lib/code/A.cls", "app/main", "gone"]) == {
                "app/lib/code/A.cls": b"a",
                "app/main": b"m",
            }


def test_a_tree_without_links_to_folders_is_itself(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x")
    (tmp_path / "again").symlink_to("file")
    tree = FolderTree(tmp_path)
    assert tree.followed() is tree


def test_links_behind_links_are_followed_and_circles_end() -> None:
    files = {"a/x": "1", "b/y": "2", "a/to_b": "", "b/to_a": "", "a/self": ""}
    tree = FollowedTree(DictTree(files), {"l": "a", "a/to_b": "b", "b/to_a": "a", "a/self": "a"})
    assert {"l/x", "l/to_b/y", "a/to_b/y", "b/to_a/x"} <= set(tree.paths())
    assert not [path for path in tree.paths() if path.startswith(("a/self/", "l/self/", "a/to_b/to_a/"))]


def test_links_without_end_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(links, "MAX_BEHIND", 1)
    with pytest.raises(RepositoryError, match="more than 1 files lie behind links"):
        FollowedTree(DictTree({"a/x": "", "a/y": ""}), {"l": "a"})
