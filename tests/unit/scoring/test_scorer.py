"""Trials scored as they finish: what is equal is paid for once, and what is paid for is not thrown away."""

from contextlib import AbstractAsyncContextManager, nullcontext
from typing import Literal

import anyio
import pytest

from gate.errors import CouldNotTellError
from gate.model.judge import JudgeQuestion, NoVote, Vote, VoteScore
from gate.model.score import Scored, TrialScores
from gate.model.transcript import Transcript
from gate.model.words import Dimension
from gate.scoring.question import prompt_fingerprint
from gate.scoring.scorer import Scorer
from tests.conversations import a_case, a_transcript, a_turn

CASE = a_case()


class SlowJudge:
    """Answers 2 after a while; `broken` votes fail at once."""

    def __init__(self, *, broken: frozenset[int] = frozenset()) -> None:
        self.broken, self.asked, self.given = broken, 0, 0

    @property
    def fingerprint(self) -> str:
        return "f" * 64

    def open(self) -> AbstractAsyncContextManager[None]:
        return nullcontext()

    async def vote(self, question: JudgeQuestion, index: int) -> Vote | NoVote:
        self.asked += 1
        if index in self.broken:
            raise CouldNotTellError("no answer")
        await anyio.sleep(0.01)
        self.given += 1
        score = VoteScore(value=2, reason="turn 1 says so", quote="On its way")
        return Vote(scores={Dimension.CORRECTNESS: score}, model="judge-1-2026", input_tokens=10)

    def notes(self) -> tuple[str, ...]:
        return ()


def scored(judge: SlowJudge, *transcripts: Transcript, votes: Literal[1, 3] = 1) -> list[TrialScores]:
    scorer = Scorer(judge, votes=votes, test_data={}, levels=lambda case: {})
    found: dict[int, TrialScores] = {}

    async def together() -> None:
        async def one(index: int, transcript: Transcript) -> None:
            found[index] = await scorer(CASE, transcript)

        async with anyio.create_task_group() as tasks:
            for index, transcript in enumerate(transcripts):
                tasks.start_soon(one, index, transcript)

    anyio.run(together)
    return [found[index] for index in range(len(transcripts))]


def test_trials_that_went_alike_are_paid_for_once_even_when_scored_at_the_same_time() -> None:
    judge = SlowJudge()
    trials = [a_transcript(trial=number) for number in range(1, 9)]
    found = scored(judge, *trials, a_transcript(a_turn("It is On its way."), trial=9))
    assert judge.asked == 2
    assert [one.trial for one in found] == list(range(1, 10))
    assert sum(one.judge_calls for one in found) == 2
    assert sum(one.judge_input_tokens for one in found) == 20


def test_a_vote_under_way_is_waited_for_when_another_fails() -> None:
    judge = SlowJudge(broken=frozenset({0}))
    [one] = scored(judge, a_transcript(), votes=3)
    assert (one.error, one.scores) == ("judge: no answer", ())
    assert (judge.given, one.judge_calls, one.judge_input_tokens) == (2, 2, 20)


def test_a_score_says_which_model_gave_it_on_which_prompt() -> None:
    [one] = scored(SlowJudge(), a_transcript(), votes=3)
    assert (one.judge, one.judge_models, one.judge_prompt) == ("f" * 64, ("judge-1-2026",), prompt_fingerprint())
    [score] = one.scores
    assert isinstance(score, Scored)
    assert score.votes == 3


@pytest.mark.parametrize("votes", [1, 3])
def test_what_errored_is_scored_again(votes: Literal[1, 3]) -> None:
    judge = SlowJudge(broken=frozenset({0}))
    assert all(one.error for one in scored(judge, a_transcript(), a_transcript(trial=2), votes=votes))
    assert judge.asked == 2 * votes
