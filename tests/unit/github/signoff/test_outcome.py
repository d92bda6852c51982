from dataclasses import replace

import pytest

from gate.errors import ExitCode
from gate.github.host import PullRequest
from gate.github.signoff.outcome import accepted, accepted_on_fork
from gate.github.signoff.settlement import Settlement
from gate.model.baseline import SignOff
from gate.model.report import Decision
from gate.model.words import Conclusion
from gate.reports.blocks import utf16_units
from gate.reports.markdown import COMMENT_LIMIT

ENTRY = SignOff(at="t", by="wendy", reason="as wanted", commit="c" * 40, digest="d" * 64, cases=())
DECISION = Decision(conclusion=Conclusion.ACCEPTED, headline="h", next_action="", exit_code=0, digest="d" * 64)
FORK = PullRequest(
    number=1,
    title="",
    author="ann",
    author_is_bot=False,
    state="open",
    head_sha="c" * 40,
    head_ref="x",
    head_repo="ann/support",
    base_ref="main",
    base_sha="b" * 40,
    is_fork=True,
)


def settlement(*keys: str, rest: tuple[str, ...] = (), code: ExitCode = ExitCode.PASS) -> Settlement:
    decision = replace(DECISION, exit_code=int(code))
    return Settlement(accepted=keys, before=(), regressed=keys, rest=rest, decision=decision)


@pytest.mark.parametrize("letter", ["`", "&", "<!--", "@", "🙂", "|", "a"])
def test_the_longest_reply_fits_in_a_comment(letter: str) -> None:
    """Whatever an untrusted result calls its cases, and however long the patch."""
    keys = tuple(f"{number}{letter * 3000}" for number in range(300))
    most = settlement(*keys, rest=tuple(letter * 5000 for _ in range(300)), code=ExitCode.BLOCKED)
    entry = replace(ENTRY, reason=letter * (500 // len(letter)))

    for patch in (letter * (29_000 // len(letter.encode("utf-16-le")) * 2), letter * 60_000):
        outcome = accepted_on_fork(entry, most, FORK, patch)

        assert utf16_units(outcome.text) <= COMMENT_LIMIT
        assert "and 265 more" in outcome.text


def test_a_patch_cannot_end_its_own_fence() -> None:
    outcome = accepted_on_fork(ENTRY, settlement("a/b"), FORK, "+````\n+</details> @team\n")

    assert "\n`````diff\n+````\n+</details> @team\n`````\n" in outcome.text


def test_a_patch_that_is_too_long_is_replaced_by_what_to_do() -> None:
    assert "baseline accept DIR" in accepted_on_fork(ENTRY, settlement("a/b"), FORK, "+x\n" * 25_000).text


def test_without_a_baseline_to_change_there_is_no_patch() -> None:
    assert "accept.patch" not in accepted_on_fork(ENTRY, settlement(), FORK, "").text


def test_a_reason_mentions_nobody() -> None:
    said = accepted(
        replace(ENTRY, reason="@team [x](http://e.example)"), settlement("a/b"), "e" * 40, undone=False
    ).text

    assert "@team" not in said
    assert "\\[x\\](http:\u200b//e.example)" in said


def test_what_still_holds_the_merge_decides_the_exit_code() -> None:
    done = accepted(ENTRY, settlement("a/b"), "e" * 40, undone=False)
    part = accepted(ENTRY, settlement("a/b", rest=("1 case: c",), code=ExitCode.BLOCKED), "e" * 40, undone=False)

    assert (done.kind, done.exit_code) == ("accepted", ExitCode.PASS)
    assert (part.kind, part.exit_code) == ("partly accepted", ExitCode.BLOCKED)
    assert "- 1 case: c" in part.text
