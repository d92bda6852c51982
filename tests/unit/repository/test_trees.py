"""One contract for every tree: the fake of the tests and the three real ones see the same files."""

import os
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack
from pathlib import Path

import pytest

from gate.errors import RepositoryError
from gate.ports import Tree
from gate.repository.objects import MAX_FILE_BYTES, blob_id
from gate.repository.repository import Repository
from gate.repository.trees import FolderTree
from tests.trees import DictTree, GitRepository

FILES: Mapping[str, bytes] = {
    "plain.txt": b"one\n",
    "empty": b"",
    "deep/er/file": b"\x00\xff binary\r\n",
    "twin.txt": b"one\n",
    "new\nline.md": b"a name with a newline",
    "quo\"te's $(touch x).md": b"quotes",
    "emoji 🚀 ü.md": b"rocket",
    "-rf": b"leading dash",
    "tab\there": b"tab",
    " blank ": b"blanks",
    "back\\slash": b"backslash",
}


def _dict(_: Path, stack: ExitStack) -> Tree:
    return DictTree(FILES)


def _folder(place: Path, stack: ExitStack) -> Tree:
    _written(place)
    return FolderTree(place)


def _commit(place: Path, stack: ExitStack) -> Tree:
    _written(place).commit()
    return stack.enter_context(Repository(place)).tree("HEAD")


def _work_tree(place: Path, stack: ExitStack) -> Tree:
    _written(place).commit()
    return stack.enter_context(Repository(place)).work_tree()


def _untracked(place: Path, stack: ExitStack) -> Tree:
    _written(place)
    return stack.enter_context(Repository(place)).work_tree()


def _written(place: Path) -> GitRepository:
    repository = GitRepository(place)
    repository.write(FILES)
    return repository


@pytest.fixture(params=[_dict, _folder, _commit, _work_tree, _untracked])
def tree(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Tree]:
    make: Callable[[Path, ExitStack], Tree] = request.param
    with ExitStack() as stack:
        yield make(tmp_path / "here", stack)


def test_paths_are_sorted_and_complete(tree: Tree) -> None:
    assert list(tree.paths()) == sorted(FILES)


def test_contents_are_those_written(tree: Tree) -> None:
    assert {path: tree.read(path) for path in tree.paths()} == FILES


def test_many_are_read_at_once_and_absent_ones_left_out(tree: Tree) -> None:
    assert tree.read_many([*FILES, "nowhere"]) == FILES


def test_object_ids_are_those_of_git(tree: Tree) -> None:
    assert {path: tree.object_id(path) for path in FILES} == {path: blob_id(text) for path, text in FILES.items()}


def test_equal_contents_have_equal_ids(tree: Tree) -> None:
    assert tree.object_id("plain.txt") == tree.object_id("twin.txt") != tree.object_id("empty")


def test_an_absent_path_is_a_key_error(tree: Tree) -> None:
    with pytest.raises(KeyError):
        tree.read("nowhere")
    with pytest.raises(KeyError):
        tree.object_id("nowhere")


def _linked(place: Path) -> GitRepository:
    (place.parent / "secret").write_text("password")
    repository = GitRepository(place)
    repository.write({"real/file": "text", "real/other": "more"})
    for link, target in {
        "link": "real/file",
        "real/again": "../link",
        "folder": "real",
        "out": "../secret",
        "absolute": str(place.parent / "secret"),
        "dangling": "nothing",
        "circle": "circle",
        "git": ".git/config",
    }.items():
        (place / link).symlink_to(target)
    return repository


def _linked_commit(place: Path, stack: ExitStack) -> Tree:
    _linked(place).commit()
    return stack.enter_context(Repository(place)).tree("HEAD")


def _linked_work_tree(place: Path, stack: ExitStack) -> Tree:
    _linked(place).commit()
    return stack.enter_context(Repository(place)).work_tree()


def _linked_folder(place: Path, stack: ExitStack) -> Tree:
    _linked(place)
    return FolderTree(place)


@pytest.fixture(params=[_linked_commit, _linked_work_tree, _linked_folder])
def linked(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Tree]:
    make: Callable[[Path, ExitStack], Tree] = request.param
    with ExitStack() as stack:
        yield make(tmp_path / "here", stack)


def test_a_link_reads_as_the_file_it_leads_to(linked: Tree) -> None:
    assert (linked.read("link"), linked.read("real/again")) == (b"text", b"text")
    assert linked.object_id("real/again") == linked.object_id("real/file")


@pytest.mark.parametrize("name", ["out", "absolute", "dangling", "circle", "folder", "git"])
def test_a_link_to_anything_but_a_file_of_the_tree_is_refused_by_name(linked: Tree, name: str) -> None:
    assert name in linked.paths()
    assert linked.object_id(name)
    with pytest.raises(RepositoryError, match=f"^{name} is a symbolic link"):
        linked.read(name)
    with pytest.raises(RepositoryError, match=f"^{name} is a symbolic link"):
        linked.read_many([name, "link"])


def test_files_behind_a_linked_folder_are_listed_once(linked: Tree) -> None:
    assert [path for path in linked.paths() if path.endswith("other")] == ["real/other"]


def test_where_links_lead_is_known(tmp_path: Path) -> None:
    repository = _linked(tmp_path / "here")
    repository.commit()
    with Repository(repository.root) as opened:
        expected = {"link": "real/file", "real/again": "real/file", "folder": "real", "out": "", "absolute": ""}
        for tree in (opened.tree("HEAD"), opened.work_tree()):
            assert {link: tree.links[link] for link in expected} == expected


def test_a_tracked_file_behind_a_folder_replaced_by_a_link_is_refused(tmp_path: Path) -> None:
    repository = GitRepository(tmp_path / "here")
    repository.commit({"folder/file": "text"})
    (tmp_path / "outside").mkdir()
    (tmp_path / "outside" / "file").write_text("password")
    (repository.root / "folder" / "file").unlink()
    (repository.root / "folder").rmdir()
    (repository.root / "folder").symlink_to(tmp_path / "outside")
    with Repository(repository.root) as opened, pytest.raises(RepositoryError, match="leaves the tree"):
        opened.work_tree().read("folder/file")


def test_a_file_that_cannot_be_opened_is_named(tmp_path: Path) -> None:
    (tmp_path / "here").write_text("x")
    tree = FolderTree(tmp_path)
    (tmp_path / "here").unlink()
    with pytest.raises(RepositoryError, match="here cannot be read"):
        tree.read("here")


def test_a_huge_file_is_refused_everywhere(tmp_path: Path) -> None:
    repository = GitRepository(tmp_path)
    repository.commit({"huge": bytes(MAX_FILE_BYTES + 1), "small": "x"})
    with Repository(tmp_path) as opened:
        for tree in (opened.tree("HEAD"), opened.work_tree(), FolderTree(tmp_path)):
            with pytest.raises(RepositoryError, match=str(MAX_FILE_BYTES)):
                tree.read("huge")
            assert tree.read("small") == b"x"


def test_a_folder_that_is_none_is_refused(tmp_path: Path) -> None:
    with pytest.raises(RepositoryError, match="is no folder"):
        FolderTree(tmp_path / "nowhere")


def test_a_folder_leaves_out_git_and_special_files(tmp_path: Path) -> None:
    GitRepository(tmp_path).write({"file": "x"})
    os.mkfifo(tmp_path / "pipe")
    assert FolderTree(tmp_path).paths() == ("file",)


def test_a_name_that_is_no_utf8_is_shown_with_escapes_and_readable(tmp_path: Path) -> None:
    repository = GitRepository(tmp_path)
    (tmp_path / os.fsdecode(b"caf\xe9")).write_text("x")
    repository.commit()
    with Repository(tmp_path) as opened:
        for tree in (opened.tree("HEAD"), opened.work_tree(), FolderTree(tmp_path)):
            assert tree.paths() == ("caf\\xe9",)
            assert tree.read("caf\\xe9") == b"x"


def test_submodules_are_known_by_commit_and_are_no_files(tmp_path: Path) -> None:
    inner = GitRepository(tmp_path / "inner")
    commit = inner.commit({"file": "x"})
    outer = GitRepository(tmp_path / "outer")
    outer.git("submodule", "--quiet", "add", str(inner.root), "part")
    outer.commit()
    with Repository(outer.root) as opened:
        for tree in (opened.tree("HEAD"), opened.work_tree()):
            assert tree.submodules == {"part": commit}
            assert tree.paths() == (".gitmodules",)
