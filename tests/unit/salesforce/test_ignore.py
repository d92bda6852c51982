import shutil
import subprocess
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from gate.salesforce.ignore import Ignored


@pytest.mark.parametrize(
    ("patterns", "path", "expected"),
    [
        ("**/attic/**", "force-app/main/attic/x.cls", True),
        ("**/attic/**", "attic.cls", False),
        ("*.md", "deep/read.md", True),
        ("/top.md", "deep/top.md", False),
        ("/top.md", "top.md", True),
        ("drafts/", "a/drafts/x.agent", True),
        ("drafts/", "a/drafts", False),
        ("a/b", "a/b/c.cls", True),
        ("a/b", "x/a/b/c.cls", False),
        ("*.cls\n!Keep.cls", "classes/Keep.cls", False),
        ("!Keep.cls\n*.cls", "classes/Keep.cls", True),
        ("# comment\n\n", "# comment", False),
        ("Order?.cls", "Order1.cls", True),
        ("Order[12].cls", "Order3.cls", False),
        ("Order[!12].cls", "Order3.cls", True),
        ("Order[--1].cls", "Order0.cls", True),
        ("Order[a-].cls", "Order-.cls", True),
        ("a+b(c).cls", "a+b(c).cls", True),
        ("\\#x.cls", "#x.cls", True),
    ],
)
def test_a_pattern_ignores_what_git_would(patterns: str, path: str, expected: bool) -> None:
    assert Ignored(patterns).matches(path) is expected


@example("[--z]", "a")
@example("[a--z]", "a")
@example("[[&&||~~]", "&")
@given(st.text(max_size=20) | st.text(alphabet="[]!^-za*?/\\.", max_size=12), st.text(max_size=30))
def test_no_pattern_is_a_crash(pattern: str, path: str) -> None:
    assert Ignored(pattern).matches(path) in {True, False}


PATTERNS = ["*.cls", "/a", "a/", "a/*", "**/b", "a/**", "a/**/c", "b/c", "*b", "?", "[ab].cls", "!x.cls", "!*.cls"]


def test_every_combination_agrees_with_git(tmp_path: Path) -> None:
    git = shutil.which("git")
    assert git is not None
    paths = ["x.cls", "a/x.cls", "a/b/c.cls", "b/c", "a/b/c", "ab/x.txt", "a.cls", "c/a/b/x.cls"]
    subprocess.run([git, "init", "--quiet", str(tmp_path)], check=True)
    for pattern in PATTERNS:
        text = f"*.cls\n{pattern}\n" if pattern.startswith("!") else f"{pattern}\n"
        (tmp_path / ".gitignore").write_text(text)
        done = subprocess.run(
            [git, "-C", str(tmp_path), "check-ignore", "--no-index", "--stdin"],
            input="\n".join(paths), text=True, capture_output=True, check=False,
        )  # fmt: skip
        ignored = Ignored(text)
        assert [path for path in paths if ignored.matches(path)] == done.stdout.split("\n")[:-1], pattern


def test_a_hostile_pattern_takes_no_time_and_hides_nothing() -> None:
    assert not Ignored("**/a" * 40 + "/b").matches("a/" * 200 + "c")
    assert not Ignored("*a" * 60 + "b").matches("a" * 250)
