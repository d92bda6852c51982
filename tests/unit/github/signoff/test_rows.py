import subprocess
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gate.baselines.file import read_baseline, write_baseline
from gate.errors import UsageError
from gate.github.signoff.result import Result
from gate.github.signoff.rows import Kept, accepted_before, is_entered, mended, patch, rewritten
from gate.model.baseline import SignOff
from gate.verdicts.decision import digest_of
from tests.results import AGENT, compare_by_majority, make_baseline, make_case, make_plan

BROKEN, STEADY, NEW = make_case("broken"), make_case("steady"), make_case("new")
BASE = make_baseline((BROKEN, [2] * 20), (STEADY, [2] * 20))
LOWERED = make_baseline((BROKEN, [2] * 20), (STEADY, [1] * 20), (NEW, [2] * 5))
ENTRY = SignOff(at="2026-11-22T14:00:00Z", by="wendy", reason="x", commit="c" * 40, digest="d" * 64, cases=("broken",))
COMPARISON = compare_by_majority(BASE, (BROKEN, [0, 0]), (STEADY, [2, 2]))
PLAN = make_plan([BROKEN, STEADY], BASE)
NONE = Kept(cases=frozenset(), commit=ENTRY.commit, digest=ENTRY.digest)
RESULT = Result(
    run="r",
    day="2026-11-22",
    plan=PLAN,
    comparison=COMPARISON,
    acceptance=(),
    headline="Blocked",
    digest=digest_of(PLAN, COMPARISON),
)


def test_only_the_accepted_row_changes() -> None:
    after = read_baseline(rewritten(write_baseline(BASE), AGENT, RESULT, ENTRY), "b")

    assert after.cases["steady"] == BASE.cases["steady"]
    assert after.cases["broken"].ok == 0
    assert after.history == (ENTRY,)


def test_a_file_that_is_not_there_yet_begins_with_the_accepted_row() -> None:
    after = read_baseline(rewritten("", AGENT, RESULT, ENTRY), "b")

    assert (set(after.cases), after.agent) == ({"broken"}, AGENT)


def test_a_case_without_a_result_is_refused() -> None:
    with pytest.raises(UsageError):
        rewritten(write_baseline(BASE), AGENT, RESULT, replace(ENTRY, cases=("other",)))


def test_rows_of_the_base_come_back_and_new_ones_stay() -> None:
    """A hand-lowered row and an invented sign-off are undone; the row of a case the base does not know is kept."""
    edited = replace(LOWERED, history=(ENTRY,))

    text, undone = mended(write_baseline(BASE), write_baseline(edited), "b", NONE)

    after = read_baseline(text, "b")
    assert undone
    assert after.cases == {**BASE.cases, "new": LOWERED.cases["new"]}
    assert after.history == ()


def test_what_was_accepted_earlier_of_the_same_result_stays() -> None:
    """The second part of a partial acceptance finds the first; what was edited beside it goes all the same."""
    accepted = read_baseline(rewritten(write_baseline(LOWERED), AGENT, RESULT, ENTRY), "b")
    invented = replace(ENTRY, commit="e" * 40, cases=("steady",))
    edited = replace(accepted, history=(invented, *accepted.history))

    text, undone = mended(
        write_baseline(BASE), write_baseline(edited), "b", replace(NONE, cases=frozenset({"broken", "gone"}))
    )

    after = read_baseline(text, "b")
    assert undone
    assert after.cases["broken"] == accepted.cases["broken"]
    assert after.cases["steady"] == BASE.cases["steady"]
    assert after.history == (ENTRY,)


def test_a_deleted_row_comes_back() -> None:
    text, undone = mended(write_baseline(BASE), write_baseline(replace(BASE, cases={})), "b", NONE)

    assert (text, undone) == (write_baseline(BASE), True)


@pytest.mark.parametrize("head", [None, "not json", "{}", write_baseline(BASE)])
def test_what_cannot_be_read_or_is_equal_gives_the_base(head: str | None) -> None:
    assert mended(write_baseline(BASE), head, "b", NONE) == (write_baseline(BASE), False)


def test_a_first_baseline_brings_no_sign_offs_of_its_own() -> None:
    text, undone = mended(None, write_baseline(replace(BASE, history=(ENTRY,))), "b", NONE)

    assert (text, undone) == (write_baseline(BASE), True)
    assert mended(None, None, "b", NONE) == ("", False)


def test_earlier_acceptances_are_those_of_this_commit_and_result() -> None:
    texts = {AGENT: write_baseline(replace(BASE, history=(ENTRY,)))}

    assert accepted_before(texts, ENTRY.commit, ENTRY.digest) == {f"{AGENT}/broken"}
    assert accepted_before(texts, "e" * 40, ENTRY.digest) == frozenset()
    assert accepted_before(texts, ENTRY.commit, "e" * 64) == frozenset()
    assert is_entered(texts, "wendy", ENTRY.at)
    assert not is_entered(texts, "wendy", "2026-11-22T14:00:01Z")


LINES = st.lists(st.text("ab`-+ \\{}", max_size=6), max_size=12)


@given(LINES, LINES, st.booleans(), st.booleans())
def test_the_patch_is_what_git_applies(
    tmp_path_factory: pytest.TempPathFactory, old: list[str], new: list[str], ends: bool, ended: bool
) -> None:
    """Made by hand, applied by git: also where a file is new, or does not end in a newline."""
    before = "\n".join(old) + ("\n" if ends and old else "")
    after = "\n".join(new) + ("\n" if ended or not new else "")
    folder = tmp_path_factory.mktemp("patch")
    (folder / "baselines").mkdir()
    if before:
        (folder / "baselines/a.json").write_text(before)
    text = patch([("baselines/a.json", before, after)])

    assert bool(text) == (before != after)
    if text:
        apply(folder, text)
        assert (folder / "baselines/a.json").read_text() == after


def apply(folder: Path, text: str) -> None:
    (folder / "accept.patch").write_text(text)
    done = subprocess.run(
        ["git", "apply", "--whitespace=nowarn", "accept.patch"], cwd=folder, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
