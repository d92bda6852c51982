"""People are asked about judged trials by comments, and answer by reactions."""

import pytest

from gate.calibration.sample import Judged
from gate.calibration.sheet import items_of
from gate.github.spot_check import Answers, Question, answers, ask, text
from gate.model.score import Scored
from gate.model.words import Dimension
from gate.scoring.checks import check
from gate.scoring.question import question
from tests.conversations import a_case, a_transcript, a_turn
from tests.fakes_github import BOT, FakeHost

ISSUE = 57
T = Dimension.TONE


def judged(reply: str, score: int = 2) -> Judged:
    case = a_case(dimensions=(T,))
    transcript = a_transcript(a_turn(reply))
    asked = question(case, transcript, check(case, transcript, {}))
    assert asked is not None
    said = Scored(dimension=T, value=score, reason="the judge's reason", by="judge:x")
    return Judged(case=case.id, rubric="r", question=asked, judge="a" * 64, scores={T: said})


TRIALS = [judged(f"Reply {number}") for number in range(4)]


def asking(*trials: Judged) -> list[Question]:
    return [Question(agent="shop", trial=one, dimension=T) for one in trials]


@pytest.fixture
def host() -> FakeHost:
    return FakeHost(permissions={"ann": "write", "ben": "admin", "eve": "read"})


def read(host: FakeHost, *trials: Judged) -> Answers:
    return answers(host, ISSUE, BOT, "shop", items_of(trials))


def given(found: Answers) -> list[tuple[str, int, str]]:
    return [(one.rater, one.score, one.date) for item in found.items for one in item.ratings]


def test_a_comment_shows_the_conversation_and_not_what_the_judge_said() -> None:
    shown = text(asking(judged("It is sent.", 1))[0])
    assert "Agent: It is sent." in shown
    assert "the judge's reason" not in shown
    assert "👍 for 2, 😕 for 1, 👎 for 0" in shown


@pytest.mark.parametrize(
    "reply", ["@everyone </details> <img src=x>", "a\n\n# Title\n\n@ann", "x\u2028- [ ] task", "`" * 5, "<!--"]
)
def test_a_reply_stays_code(reply: str) -> None:
    """A mention in it calls nobody, and nothing in it ends the fold."""
    lines = text(asking(judged(reply))[0]).splitlines()
    conversation = lines[lines.index("<details><summary>Rubric and conversation</summary>") + 1 : -1]
    assert all(not line or line.startswith(("    ", "**")) for line in conversation)


def test_a_long_conversation_still_fits_a_comment() -> None:
    assert len(text(asking(judged("word " * 30_000))[0]).encode("utf-16-le")) // 2 < 65_536


def test_each_trial_is_asked_about_once_and_never_more_than_allowed(host: FakeHost) -> None:
    assert ask(host, ISSUE, BOT, asking(*TRIALS), 3) == 3
    assert ask(host, ISSUE, BOT, asking(*TRIALS), 3) == 1
    assert ask(host, ISSUE, BOT, asking(*TRIALS), 3) == 0
    assert len(host.comments(ISSUE)) == 4


def test_reactions_become_ratings_with_who_and_when(host: FakeHost) -> None:
    ask(host, ISSUE, BOT, asking(*TRIALS[:3]), 9)
    for comment, (content, login) in zip(
        host.comments(ISSUE), [("+1", "ann"), ("confused", "ann"), ("-1", "ben")], strict=True
    ):
        host.put_reaction(comment.id, content, login)
    assert given(read(host, *TRIALS[:3])) == [
        ("ann", 2, "2026-11-22"), ("ann", 1, "2026-11-22"), ("ben", 0, "2026-11-22")
    ]  # fmt: skip


def test_only_people_who_may_write_here_are_heard(host: FakeHost) -> None:
    ask(host, ISSUE, BOT, asking(TRIALS[0]), 1)
    [comment] = host.comments(ISSUE)
    for login in ("eve", "stranger", "helper[bot]", BOT):
        host.put_reaction(comment.id, "+1", login)
    host.put_reaction(comment.id, "heart", "ann")
    found = read(host, TRIALS[0])
    assert found.items == ()
    assert found.told == ("reactions of eve, stranger count for nothing: they may not write here",)


def test_who_gives_two_scores_gives_none(host: FakeHost) -> None:
    ask(host, ISSUE, BOT, asking(TRIALS[0]), 1)
    [comment] = host.comments(ISSUE)
    for content, login in (("+1", "ann"), ("-1", "ann"), ("-1", "ben")):
        host.put_reaction(comment.id, content, login)
    found = read(host, TRIALS[0])
    assert [one[:2] for one in given(found)] == [("ben", 0)]
    assert "ann gave tone of trial" in found.told[0]


def test_a_comment_that_somebody_else_wrote_asks_nothing(host: FakeHost) -> None:
    """Anyone can copy the hidden marker, and gather thumbs below words of their own."""
    forged = text(asking(TRIALS[0])[0]).replace("Reply 0", "Something lovely")
    comment = host.write(ISSUE, forged, "eve")
    host.put_reaction(comment.id, "+1", "ann")
    assert read(host, TRIALS[0]).items == ()


def test_a_comment_about_another_agent_or_dimension_is_not_taken(host: FakeHost) -> None:
    ask(host, ISSUE, BOT, asking(TRIALS[0]), 1)
    host.put_reaction(host.comments(ISSUE)[0].id, "+1", "ann")
    assert answers(host, ISSUE, BOT, "other", items_of(TRIALS)).items == ()
    assert len(answers(host, ISSUE, BOT, "shop", items_of(TRIALS)).items) == 1
