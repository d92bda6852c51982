"""Revisions, merge bases and clones as they occur on laptops and runners."""

import os
import subprocess
from pathlib import Path

import pytest

from gate.errors import RepositoryError
from gate.repository.changes import changed_paths
from gate.repository.repository import Repository
from tests.trees import GitRepository


@pytest.fixture
def origin(tmp_path: Path) -> GitRepository:
    repository = GitRepository(tmp_path / "origin")
    repository.commit({"file": "1"})
    return repository


def test_the_repository_is_found_from_any_folder_in_it(origin: GitRepository) -> None:
    origin.write({"a/b/c": "x"})
    assert Repository.discover(origin.root / "a" / "b").root == origin.root.resolve()


def test_outside_of_a_repository_is_said(tmp_path: Path) -> None:
    with pytest.raises(RepositoryError, match="not inside a git repository"):
        Repository.discover(tmp_path)


def test_branches_tags_and_short_ids_resolve(origin: GitRepository) -> None:
    commit = origin.git("rev-parse", "HEAD")
    origin.git("tag", "-m", "annotated", "v1")
    with Repository(origin.root) as opened:
        assert {opened.resolve(ref) for ref in ("main", "v1", "HEAD", commit[:8])} == {commit}
        assert (opened.revision("main").sha, opened.revision("main").short) == (commit, commit[:7])


@pytest.mark.parametrize("ref", ["nowhere", "", "--help", "-h", "HEAD:file", "main..main", "a\nb"])
def test_what_names_no_commit_is_refused_with_a_remedy(origin: GitRepository, ref: str) -> None:
    with pytest.raises(RepositoryError, match="names no commit") as caught:
        Repository(origin.root).resolve(ref)
    assert "git branch" in caught.value.hint


def test_a_branch_known_only_from_origin_resolves_on_a_detached_head(origin: GitRepository, tmp_path: Path) -> None:
    origin.git("checkout", "--quiet", "-b", "topic")
    tip = origin.commit({"file": "2"})
    clone = GitRepository(tmp_path / "clone")
    clone.git("remote", "add", "origin", str(origin.root))
    clone.git("fetch", "--quiet", "origin")
    clone.git("checkout", "--quiet", "--detach", tip)
    with Repository(clone.root) as opened:
        assert opened.resolve("topic") == tip
        assert opened.merge_base("main", "HEAD") == origin.git("rev-parse", "main")
        assert opened.default_branch("main") == "origin/main"


def test_the_merge_base_is_where_the_branch_left(origin: GitRepository) -> None:
    left = origin.git("rev-parse", "HEAD")
    origin.git("checkout", "--quiet", "-b", "topic")
    origin.commit({"agent": "new"})
    origin.git("checkout", "--quiet", "main")
    origin.commit({"unrelated": "x"})
    with Repository(origin.root) as opened:
        base = opened.merge_base("main", "topic")
        assert base == left
        assert [c.path for c in changed_paths(opened.tree(base), opened.tree("topic"))] == ["agent"]


def test_after_main_was_merged_into_the_branch_only_the_branch_counts(origin: GitRepository) -> None:
    origin.git("checkout", "--quiet", "-b", "topic")
    origin.commit({"agent": "new"})
    origin.git("checkout", "--quiet", "main")
    origin.commit({"unrelated": "x"})
    origin.git("checkout", "--quiet", "topic")
    origin.git("merge", "--quiet", "--no-edit", "main")
    with Repository(origin.root) as opened:
        base = opened.merge_base("main", "topic")
        assert base == origin.git("rev-parse", "main")
        assert [c.path for c in changed_paths(opened.tree(base), opened.tree("topic"))] == ["agent"]


def test_a_merge_commit_of_a_pull_request_is_compared_with_the_base_branch(origin: GitRepository) -> None:
    origin.git("checkout", "--quiet", "-b", "topic")
    origin.commit({"agent": "new"})
    origin.git("checkout", "--quiet", "main")
    origin.commit({"unrelated": "x"})
    origin.git("checkout", "--quiet", "--detach", "main")
    origin.git("merge", "--quiet", "--no-ff", "--no-edit", "topic")
    with Repository(origin.root) as opened:
        base = opened.merge_base("main", "HEAD")
        assert [c.path for c in changed_paths(opened.tree(base), opened.tree("HEAD"))] == ["agent"]


def test_a_force_pushed_branch_is_compared_from_its_new_start(origin: GitRepository) -> None:
    origin.git("checkout", "--quiet", "-b", "topic")
    origin.commit({"agent": "first try"})
    origin.git("checkout", "--quiet", "main")
    start = origin.commit({"unrelated": "x"})
    origin.git("checkout", "--quiet", "-B", "topic", "main")
    origin.commit({"agent": "second try"})
    with Repository(origin.root) as opened:
        assert opened.merge_base("main", "topic") == start


def test_unrelated_histories_are_said(origin: GitRepository) -> None:
    origin.git("checkout", "--quiet", "--orphan", "other")
    origin.commit({"x": "y"})
    with pytest.raises(RepositoryError, match="no commit in common"):
        Repository(origin.root).merge_base("main", "other")


def _shallow(origin: GitRepository, place: Path) -> Repository:
    origin.git("clone", "--quiet", "--depth=1", "--no-single-branch", f"file://{origin.root}", str(place))
    return Repository(place)


def test_a_clone_of_depth_1_names_the_remedy(origin: GitRepository, tmp_path: Path) -> None:
    origin.git("checkout", "--quiet", "-b", "topic")
    origin.commit({"agent": "1"})
    origin.git("checkout", "--quiet", "main")
    old = origin.git("rev-parse", "main")
    origin.commit({"unrelated": "x"})
    with _shallow(origin, tmp_path / "clone") as opened:
        assert opened.is_shallow()
        for refs in (("main", "topic"), (old, "topic")):
            with pytest.raises(RepositoryError) as caught:
                opened.merge_base(*refs)
            assert "fetch-depth: 0" in caught.value.hint


def test_a_whole_clone_is_not_shallow(origin: GitRepository) -> None:
    assert not Repository(origin.root).is_shallow()


def test_the_default_branch_is_what_origin_says(origin: GitRepository, tmp_path: Path) -> None:
    origin.git("branch", "--move", "main", "trunk")
    origin.git("clone", "--quiet", str(origin.root), str(tmp_path / "clone"))
    assert Repository(tmp_path / "clone").default_branch("main") == "origin/trunk"


def test_without_a_remote_the_configured_branch_counts(origin: GitRepository) -> None:
    assert Repository(origin.root).default_branch("main") == "main"
    with pytest.raises(RepositoryError, match="default branch 'trunk'") as caught:
        Repository(origin.root).default_branch("trunk")
    assert "--base" in caught.value.hint


def test_a_linked_worktree_has_its_own_head_and_files(origin: GitRepository, tmp_path: Path) -> None:
    origin.git("worktree", "add", "--quiet", "-b", "side", str(tmp_path / "linked"))
    (tmp_path / "linked" / "file").write_text("2")
    with Repository.discover(tmp_path / "linked") as opened:
        assert opened.root == (tmp_path / "linked").resolve()
        assert opened.work_tree().read("file") == b"2"
        assert opened.tree("main").read("file") == b"1"


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give a folder to somebody else")
def test_a_repository_of_another_owner_is_read(origin: GitRepository) -> None:
    for path in (origin.root, *origin.root.rglob("*")):
        os.chown(path, 12345, 12345)
    refused = subprocess.run(["git", "log"], cwd=origin.root, capture_output=True, check=False)
    assert b"dubious ownership" in refused.stderr
    with Repository.discover(origin.root) as opened:
        assert opened.tree("HEAD").read("file") == b"1"
        assert opened.work_tree().paths() == ("file",)


def test_a_missing_object_is_said_and_the_next_question_still_answered(origin: GitRepository) -> None:
    origin.commit({"lost": "content", "kept": "2"})
    lost = origin.git("rev-parse", "HEAD:lost")
    (origin.root / ".git" / "objects" / lost[:2] / lost[2:]).unlink()
    with Repository(origin.root) as opened:
        tree = opened.tree("HEAD")
        with pytest.raises(RepositoryError, match="is missing"):
            tree.read_many(["kept", "lost", "file"])
        assert tree.read("kept") == b"2"


def test_many_files_come_from_one_process(origin: GitRepository) -> None:
    files = {f"many/{n}": f"content {n}\n" * 50 for n in range(600)}
    origin.commit(files)
    with Repository(origin.root) as opened:
        assert opened.tree("HEAD").read_many(files) == {path: text.encode() for path, text in files.items()}
        children = Path(f"/proc/{os.getpid()}/task/{os.getpid()}/children").read_text().split()
        commands = [Path(f"/proc/{child}/cmdline").read_bytes() for child in children]
        assert sum(b"cat-file" in command for command in commands) == 1


def test_git_that_is_not_installed_is_said(origin: GitRepository, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "")
    with pytest.raises(RepositoryError, match="`git` was not found"):
        Repository(origin.root).tree("HEAD")


def test_a_working_tree_is_clean_while_it_holds_what_its_commit_holds(origin: GitRepository) -> None:
    """Ignored files do not count; a changed, a new and a missing file do."""

    def clean() -> bool:
        with Repository(origin.root) as opened:
            return opened.is_clean()

    origin.commit({".gitignore": "kept/"})
    origin.write({"kept/x": "1"})
    assert clean()
    origin.write({"file": "2"})
    assert not clean()
    origin.write({"file": "1", "new": "1"})
    assert not clean()
    (origin.root / "new").unlink()
    assert clean()
    (origin.root / "file").unlink()
    assert not clean()


def test_a_repository_without_a_commit_is_not_clean(tmp_path: Path) -> None:
    with Repository(GitRepository(tmp_path / "empty").root) as opened:
        assert not opened.is_clean()
