"""The fingerprint of a definition depends on every path and content, and on nothing else."""

import hashlib

from hypothesis import given
from hypothesis import strategies as st

from gate.planning.fingerprint import agent_fingerprint

FILES = st.dictionaries(
    st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0\n"), min_size=1),
    st.text("0123456789abcdef"),
)


def test_is_the_hash_of_sorted_path_and_id_lines() -> None:
    expected = hashlib.sha256(b"a/x\x0011\nb\x0022\n").hexdigest()

    assert expected == agent_fingerprint({"b": "22", "a/x": "11"})


@given(FILES)
def test_the_order_of_files_does_not_matter(files: dict[str, str]) -> None:
    assert agent_fingerprint(files) == agent_fingerprint(dict(reversed(files.items())))


@given(FILES, FILES)
def test_other_paths_or_contents_are_another_definition(one: dict[str, str], other: dict[str, str]) -> None:
    assert (agent_fingerprint(one) == agent_fingerprint(other)) == (one == other)
