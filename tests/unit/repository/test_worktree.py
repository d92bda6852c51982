"""The working tree is what a commit of everything would hold, without running anything of the repository."""

import os
from pathlib import Path

import pytest

from gate.repository.changes import changed_paths
from gate.repository.git import Git
from gate.repository.objects import MAX_FILE_BYTES, blob_id
from gate.repository.repository import Repository
from tests.trees import GitRepository


def _differences(repository: GitRepository) -> list[tuple[str, str]]:
    with Repository(repository.root) as opened:
        return [(c.status, c.path) for c in changed_paths(opened.tree("HEAD"), opened.work_tree())]


def test_modified_deleted_untracked_and_ignored_files(tmp_path: Path) -> None:
    repository = GitRepository(tmp_path)
    repository.commit({"kept": "1", "edited": "1", "gone": "1", ".gitignore": "*.log\n"})
    repository.write({"edited": "2", "new": "n", "noise.log": "x"})
    (tmp_path / "gone").unlink()
    assert _differences(repository) == [("modified", "edited"), ("deleted", "gone"), ("added", "new")]


def test_a_clean_tree_equals_its_commit(tmp_path: Path) -> None:
    repository = GitRepository(tmp_path)
    repository.commit({f"folder{n}/file": f"{n}" for n in range(20)})
    assert _differences(repository) == []


def test_an_edit_that_keeps_size_and_modification_time_is_seen(tmp_path: Path) -> None:
    repository = GitRepository(tmp_path)
    repository.write({"file": "old"})
    os.utime(tmp_path / "file", ns=(10**18, 10**18))
    repository.commit()
    repository.write({"file": "new"})
    os.utime(tmp_path / "file", ns=(10**18, 10**18))
    assert _differences(repository) == [("modified", "file")]


def test_line_ending_conversion_does_not_make_an_untouched_file_look_changed(tmp_path: Path) -> None:
    repository = GitRepository(tmp_path)
    repository.git("config", "core.autocrlf", "true")
    repository.write({"file": "one\r\ntwo\r\n"})
    os.utime(tmp_path / "file", ns=(10**18, 10**18))
    repository.commit()
    with Repository(tmp_path) as opened:
        assert opened.tree("HEAD").read("file") == b"one\ntwo\n"
        assert opened.work_tree().read("file") == b"one\r\ntwo\r\n"
    assert _differences(repository) == []


def test_nothing_of_the_repository_is_run(tmp_path: Path) -> None:
    repository = GitRepository(tmp_path / "here")
    trap = tmp_path / "trap"
    script = tmp_path / "script"
    script.write_text(f"#!/bin/sh\ntouch '{trap}'\ncat\n")
    script.chmod(0o755)
    repository.commit({"file.txt": "1", ".gitattributes": "*.txt filter=evil diff=evil merge=evil\n"})
    for key in ("filter.evil.clean", "filter.evil.smudge", "diff.evil.textconv", "diff.evil.command", "core.fsmonitor"):
        repository.git("config", key, str(script))
    for hook in ("post-index-change", "fsmonitor-watchman", "reference-transaction", "post-checkout"):
        (repository.root / ".git" / "hooks").mkdir(exist_ok=True)
        (repository.root / ".git" / "hooks" / hook).write_text(script.read_text())
        (repository.root / ".git" / "hooks" / hook).chmod(0o755)
    repository.write({"file.txt": "2", "new.txt": "3"})
    trap.unlink(missing_ok=True)
    assert _differences(repository) == [("modified", "file.txt"), ("added", "new.txt")]
    with Repository(repository.root) as opened:
        assert opened.work_tree().read("file.txt") == b"2"
        assert opened.tree("HEAD").read("file.txt") == b"1"
        assert opened.merge_base("HEAD", "HEAD") == opened.resolve("main")
    assert not trap.exists()
    repository.git("status")
    assert trap.exists(), "the trap works: another question would have sprung it"


def test_a_merge_in_conflict_shows_the_file_as_it_lies_there(tmp_path: Path) -> None:
    repository = GitRepository(tmp_path)
    repository.commit({"file": "base"})
    repository.git("checkout", "--quiet", "-b", "side")
    repository.commit({"file": "side"})
    repository.git("checkout", "--quiet", "main")
    repository.commit({"file": "main"})
    with pytest.raises(AssertionError):
        repository.git("merge", "side")
    with Repository(tmp_path) as opened:
        tree = opened.work_tree()
        assert tree.paths() == ("file",)
        assert tree.object_id("file") == blob_id((tmp_path / "file").read_bytes())


def test_a_file_left_out_by_a_sparse_checkout_is_read_from_the_objects(tmp_path: Path) -> None:
    repository = GitRepository(tmp_path)
    repository.commit({"in/file": "1", "out/file": "2"})
    repository.git("sparse-checkout", "set", "in")
    assert not (tmp_path / "out").exists()
    with Repository(tmp_path) as opened:
        assert opened.work_tree().read_many(["in/file", "out/file"]) == {"in/file": b"1", "out/file": b"2"}
    assert _differences(repository) == []


def test_a_nested_repository_is_no_part_of_the_tree(tmp_path: Path) -> None:
    repository = GitRepository(tmp_path)
    repository.commit({"file": "1"})
    GitRepository(tmp_path / "nested").commit({"inner": "1"})
    with Repository(tmp_path) as opened:
        tree = opened.work_tree()
        assert (tree.paths(), tree.submodules) == (("file",), {"nested": ""})


def test_an_empty_repository_has_an_empty_working_tree(tmp_path: Path) -> None:
    GitRepository(tmp_path)
    with Repository(tmp_path) as opened:
        assert opened.work_tree().paths() == ()


def test_ids_follow_the_object_format_of_the_repository(tmp_path: Path) -> None:
    repository = GitRepository(tmp_path, "--object-format=sha256")
    repository.commit({"file": "1"})
    repository.write({"other": "2"})
    with Repository(tmp_path) as opened:
        tree = opened.work_tree()
        assert tree.object_id("file") == opened.tree("HEAD").object_id("file")
        assert tree.object_id("other") == repository.git("hash-object", "other")


def test_git_is_never_asked_to_look_for_another_repository(tmp_path: Path) -> None:
    environment = Git(tmp_path).environment({"GIT_DIR": "/elsewhere", "GIT_INDEX_FILE": "/x", "PATH": "/bin"})
    assert not {"GIT_DIR", "GIT_INDEX_FILE"} & environment.keys()
    assert environment["PATH"] == "/bin"


def test_a_huge_file_is_told_apart_without_being_read_as_a_whole(tmp_path: Path) -> None:
    repository = GitRepository(tmp_path)
    repository.commit({"kept.bin": bytes(MAX_FILE_BYTES + 1), "edited.bin": "small"})
    repository.write({"edited.bin": bytes(MAX_FILE_BYTES + 2)})
    os.utime(tmp_path / "kept.bin")
    assert _differences(repository) == [("modified", "edited.bin")]


def test_a_file_that_cannot_be_read_counts_as_changed_and_the_others_are_still_told_apart(tmp_path: Path) -> None:
    repository = GitRepository(tmp_path / "here")
    repository.commit({"folder/file": "1", "other": "1"})
    (tmp_path / "here" / "folder").rename(tmp_path / "elsewhere")
    (tmp_path / "here" / "folder").symlink_to(tmp_path / "elsewhere")
    os.utime(tmp_path / "elsewhere" / "file")
    repository.write({"other": "2"})
    assert ("modified", "folder/file") in _differences(repository)
    assert ("modified", "other") in _differences(repository)


def test_a_submodule_is_at_the_commit_that_is_checked_out(tmp_path: Path) -> None:
    inner = GitRepository(tmp_path / "inner")
    first = inner.commit({"file": "1"})
    outer = GitRepository(tmp_path / "outer")
    outer.git("submodule", "--quiet", "add", str(inner.root), "part")
    outer.commit()
    second = GitRepository(outer.root / "part").commit({"file": "2"})
    with Repository(outer.root) as opened:
        assert opened.tree("HEAD").submodules == {"part": first}
        assert opened.work_tree().submodules == {"part": second}
