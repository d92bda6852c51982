from collections.abc import Mapping, Sequence
from contextlib import AbstractAsyncContextManager, nullcontext
from dataclasses import replace
from typing import Literal

import anyio
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gate.errors import CouldNotTellError, GateError, UsageError
from gate.model.judge import Judgement, JudgeQuestion, NoVote, Vote, VoteScore
from gate.model.score import Scored, Unscored
from gate.model.words import Dimension
from gate.scoring.votes import judged

C, T = Dimension.CORRECTNESS, Dimension.TONE
QUESTION = JudgeQuestion(
    hash="0" * 64,
    case="support/late-parcel",
    dimensions=(C, T),
    instructions="",
    parts=(),
    turns={1: "User: Hi\nAgent: Hello there", 2: "User: Where?\nAgent: On its **way**."},
)


class ListJudge:
    """Answers with the given votes, and remembers which were taken."""

    def __init__(self, *votes: Vote | NoVote | GateError) -> None:
        self.votes = votes
        self.taken: list[int] = []

    @property
    def fingerprint(self) -> str:
        return "f" * 64

    def open(self) -> AbstractAsyncContextManager[None]:
        return nullcontext()

    async def vote(self, question: JudgeQuestion, index: int) -> Vote | NoVote:
        self.taken.append(index)
        vote = self.votes[index]
        if isinstance(vote, GateError):
            raise vote
        return vote

    def notes(self) -> tuple[str, ...]:
        return ()


def a_vote(correctness: int, tone: int = 2, *, quote: str = "on its way") -> Vote:
    return Vote(
        scores={
            C: VoteScore(value=correctness, reason=f"because {correctness}", quote=quote),
            T: VoteScore(value=tone, reason="calm", quote="Hello there"),
        }
    )


def decide(judge: ListJudge, votes: Literal[1, 3] = 1, levels: Mapping[Dimension, int] | None = None) -> Judgement:
    return anyio.run(judged, judge, QUESTION, levels or {}, votes)


def value(judgement: Judgement, dimension: Dimension = C) -> int | str:
    score = judgement.scores[dimension]
    return score.value if isinstance(score, Scored) else score.reason


def test_one_vote_at_the_level_is_enough() -> None:
    judge = ListJudge(a_vote(2))
    judgement = decide(judge)
    score = judgement.scores[C]
    assert (judge.taken, judgement.calls) == ([0], 1)
    assert isinstance(score, Scored)
    assert (score.value, score.reason, score.by) == (2, "because 2", f"judge:{'f' * 64}")


def test_the_quote_leads_to_its_turn() -> None:
    score = decide(ListJudge(a_vote(2))).scores[C]
    assert isinstance(score, Scored)
    assert score.evidence is not None
    assert (score.evidence.turn, score.evidence.quote) == (2, "on its way")


def test_a_vote_below_the_level_is_checked_by_two_more() -> None:
    judge = ListJudge(a_vote(1), a_vote(2), a_vote(2))
    judgement = decide(judge)
    assert sorted(judge.taken) == [0, 1, 2]
    assert (value(judgement), judgement.calls) == (2, 3)


def test_the_committed_level_decides_what_is_below() -> None:
    judge = ListJudge(a_vote(1))
    assert value(decide(judge, levels={C: 1})) == 1
    assert judge.taken == [0]


def test_a_dimension_at_its_level_keeps_its_first_vote() -> None:
    judgement = decide(ListJudge(a_vote(0, 2), a_vote(0, 0), a_vote(0, 0)))
    assert (value(judgement, C), value(judgement, T)) == (0, 2)


def test_three_votes_decide_everything() -> None:
    judgement = decide(ListJudge(a_vote(2, 2), a_vote(1, 0), a_vote(2, 0)), votes=3)
    assert (value(judgement, C), value(judgement, T), judgement.calls) == (2, 0, 3)


@pytest.mark.parametrize(
    ("values", "decided", "unstable"),
    [((1, 1, 1), 1, False), ((1, 2, 1), 1, True), ((0, 1, 2), 1, True), ((1, 2, 2), 2, True)],
)
def test_the_majority_decides_and_a_split_is_unstable(values: Sequence[int], decided: int, unstable: bool) -> None:
    score = decide(ListJudge(*map(a_vote, values)), votes=3).scores[C]
    assert isinstance(score, Scored)
    assert (score.value, score.unstable) == (decided, unstable)


def test_two_usable_votes_that_differ_give_the_lower_one() -> None:
    score = decide(ListJudge(a_vote(2), NoVote(reason="cut off"), a_vote(1)), votes=3).scores[C]
    assert isinstance(score, Scored)
    assert (score.value, score.unstable) == (1, True)


def test_one_usable_vote_of_three_is_no_majority() -> None:
    judgement = decide(ListJudge(a_vote(1), NoVote(reason="no verdict recorded"), NoVote(reason="no verdict recorded")))
    assert isinstance(judgement.scores[C], Unscored)
    assert value(judgement) == "1 of 3 votes usable: no verdict recorded"
    assert value(judgement, T) == 2


def test_no_vote_is_unscored_and_not_asked_again() -> None:
    judge = ListJudge(NoVote(reason="no verdict recorded"))
    assert value(decide(judge)) == "no verdict recorded"
    assert judge.taken == [0]


@pytest.mark.parametrize("quote", ["never said", "", "…"])
def test_a_quote_that_is_not_in_the_transcript_voids_that_dimension_alone(quote: str) -> None:
    judgement = decide(ListJudge(a_vote(2, quote=quote)))
    assert value(judgement, C) == "the judge's quote does not occur in the transcript"
    assert value(judgement, T) == 2


def test_a_score_out_of_range_is_unscored() -> None:
    assert value(decide(ListJudge(a_vote(3)))) == "the judge gave 3, which is not 0, 1 or 2"


def test_a_dimension_the_judge_left_out_is_unscored() -> None:
    only = Vote(scores={T: VoteScore(value=2, reason="calm", quote="Hello")})
    assert value(decide(ListJudge(only))) == "the judge gave no score on correctness"


@pytest.mark.parametrize("again", [True, False])
@pytest.mark.parametrize("votes", [1, 3])
def test_an_outage_leaves_no_scores(votes: Literal[1, 3], again: bool) -> None:
    outage = CouldNotTellError("the judge is down", again=again)
    judgement = decide(ListJudge(outage, outage, outage), votes)
    assert (judgement.scores, judgement.outage, judgement.transient) == ({}, "the judge is down", again)


def test_what_was_paid_for_before_an_outage_is_counted() -> None:
    paid = replace(a_vote(0), input_tokens=10)
    judgement = decide(ListJudge(paid, CouldNotTellError("down"), paid))
    assert (judgement.scores, judgement.calls, judgement.input_tokens) == ({}, 2, 20)


def test_what_the_user_has_to_mend_is_raised() -> None:
    with pytest.raises(UsageError, match="no key"):
        decide(ListJudge(UsageError("no key")))


@given(values=st.lists(st.integers(0, 2), min_size=3, max_size=3), data=st.data())
def test_the_order_of_three_votes_does_not_matter(values: list[int], data: st.DataObject) -> None:
    shuffled = data.draw(st.permutations(values))
    assert value(decide(ListJudge(*map(a_vote, values)), 3)) == value(decide(ListJudge(*map(a_vote, shuffled)), 3))


@given(values=st.lists(st.integers(0, 2), min_size=3, max_size=3), which=st.integers(0, 2))
def test_a_lower_vote_never_raises_the_score(values: list[int], which: int) -> None:
    lower = [max(0, one - 1) if place == which else one for place, one in enumerate(values)]
    before, after = (value(decide(ListJudge(*map(a_vote, votes)), 3)) for votes in (values, lower))
    assert isinstance(before, int)
    assert isinstance(after, int)
    assert after <= before


def test_what_was_hidden_in_the_votes_is_added_up() -> None:
    votes: list[Vote | NoVote] = [
        replace(a_vote(2), masked={"name": 2}),
        NoVote(reason="no", masked={"name": 1, "email": 1}),
        a_vote(2),
    ]
    assert decide(ListJudge(*votes), votes=3).masked == {"name": 3, "email": 1}
