"""Paths against folders and patterns."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gate.planning.patterns import matches, within

paths = st.lists(st.sampled_from(["a", "b.md", "ü", "[x]", "+", "new\nline"]), min_size=1, max_size=4).map("/".join)


@pytest.mark.parametrize(
    ("path", "folder", "expected"),
    [
        ("src/x", "src", True),
        ("src/x", "src/", True),
        ("src/x", "./src", True),
        ("src", "src", True),
        ("srcx/y", "src", False),
        ("anything", ".", True),
        ("anything", "./", True),
        ("anything", "", False),
    ],
)
def test_a_path_lies_within_a_folder_or_is_it(path: str, folder: str, expected: bool) -> None:
    assert within(path, folder) is expected


@pytest.mark.parametrize(
    ("path", "pattern", "expected"),
    [
        ("prompts/returns/a.md", "prompts/returns/**", True),
        ("prompts/returns/deep/a.md", "prompts/returns/**", True),
        ("prompts/returns/a.md", "prompts/*/a.md", True),
        ("prompts/x/y/a.md", "prompts/*/a.md", False),
        ("a.md", "**/a.md", True),
        ("x/y/a.md", "**/a.md", True),
        ("x/ba.md", "**/a.md", False),
        ("a1.md", "a?.md", True),
        ("a/.md", "a?.md", False),
        ("a+b.md", "a+b.*", True),
        ("prompts/returns/a.md", "prompts/returns", True),
        ("prompts/returnsx", "prompts/returns", False),
    ],
)
def test_wildcards_stay_in_a_folder_unless_doubled(path: str, pattern: str, expected: bool) -> None:
    assert matches(path, pattern) is expected


@given(path=paths)
def test_every_path_matches_itself_and_everything(path: str) -> None:
    assert matches(path, path)
    assert matches(path, "**")


@given(path=paths)
def test_a_folder_and_its_double_star_agree(path: str) -> None:
    folder = path.split("/", maxsplit=1)[0]
    assert matches(f"{folder}/{path}", f"{folder}/**") is within(f"{folder}/{path}", folder)
