"""From a judge's votes to one score per dimension: one vote, or three and the majority, never more."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Literal

import anyio

from gate.errors import CouldNotTellError, GateError
from gate.model.judge import Judgement, JudgeQuestion, NoVote, Vote, VoteScore
from gate.model.score import DimensionScore, Evidence, Scored, Unscored
from gate.model.words import Dimension
from gate.ports import Judge
from gate.scoring.question import prompt_fingerprint
from gate.scoring.wording import quoted

Ballot = Vote | NoVote


async def judged(
    judge: Judge, question: JudgeQuestion, levels: Mapping[Dimension, int], votes: Literal[1, 3]
) -> Judgement:
    """What the judge says on every open dimension.

    With `votes=1` one vote is taken; when it is below the level on a dimension (2 where `levels` has none), a second
    and a third are taken and decide that dimension by majority; the others keep their first vote. With `votes=3`
    three are taken at once and decide everything. An outage leaves no scores; what else the judge raises is not caught.
    """
    ballots, outage = await _taken(judge, question, range(votes))
    settled: frozenset[Dimension] = frozenset()
    if votes == 1 and outage is None:
        first = {one: _usable(ballots[0], one, question) for one in question.dimensions}
        below = {
            one for one, score in first.items() if isinstance(score, VoteScore) and score.value < _level(one, levels)
        }
        settled = frozenset(one for one, score in first.items() if isinstance(score, VoteScore)) - below
        if below:
            more, outage = await _taken(judge, question, range(1, 3))
            ballots += more
    paid = _paid(judge, ballots)
    if outage is not None:
        return replace(paid, outage=outage.line, transient=outage.again)
    author = f"judge:{judge.fingerprint}"
    scores = {
        dimension: _decided(ballots[:1] if dimension in settled else ballots, dimension, question, author)
        for dimension in question.dimensions
    }
    return replace(paid, scores=scores)


def _paid(judge: Judge, ballots: Sequence[Ballot]) -> Judgement:
    """What was asked and what it took, without scores."""
    return Judgement(
        fingerprint=judge.fingerprint,
        prompt=prompt_fingerprint(),
        masked=sum((Counter(ballot.masked) for ballot in ballots), Counter[str]()),
        models=tuple(dict.fromkeys(ballot.model for ballot in ballots if ballot.model)),
        calls=sum(ballot.calls for ballot in ballots if not (isinstance(ballot, Vote) and ballot.cached)),
        input_tokens=sum(ballot.input_tokens for ballot in ballots),
        output_tokens=sum(ballot.output_tokens for ballot in ballots),
    )


async def _taken(
    judge: Judge, question: JudgeQuestion, indices: range
) -> tuple[list[Ballot], CouldNotTellError | None]:
    """The votes with these indices, taken at the same time, and the first outage among them.

    A vote under way is paid for, so it is waited for whatever happens to the others. Raises what is no outage then.
    """
    ballots: dict[int, Ballot] = {}
    outages: list[CouldNotTellError] = []
    failures: list[GateError] = []

    async def one(index: int) -> None:
        try:
            ballots[index] = await judge.vote(question, index)
        except CouldNotTellError as error:
            outages.append(error)
        except GateError as error:
            failures.append(error)

    async with anyio.create_task_group() as group:
        for index in indices:
            group.start_soon(one, index)
    if failures:
        raise failures[0]
    return [ballots[index] for index in indices if index in ballots], outages[0] if outages else None


def _level(dimension: Dimension, levels: Mapping[Dimension, int]) -> int:
    return levels.get(dimension, 2)


def _usable(ballot: Ballot, dimension: Dimension, question: JudgeQuestion) -> VoteScore | str:
    """The vote on a dimension, or why it does not count."""
    if isinstance(ballot, NoVote):
        return ballot.reason
    score = ballot.scores.get(dimension)
    if score is None:
        return f"the judge gave no score on {dimension}"
    if score.value not in {0, 1, 2}:
        return f"the judge gave {score.value}, which is not 0, 1 or 2"
    if turn_of(score.quote, question) is None:
        return "the judge's quote does not occur in the transcript"
    return score


def _decided(ballots: Sequence[Ballot], dimension: Dimension, question: JudgeQuestion, author: str) -> DimensionScore:
    """The majority of the usable votes; needs one of one, or two of three.

    No majority = the middle of three, the lower of two. Votes that are not all equal make the score unstable.
    """
    opinions = [_usable(ballot, dimension, question) for ballot in ballots]
    usable = [opinion for opinion in opinions if isinstance(opinion, VoteScore)]
    if len(usable) * 2 <= len(ballots):
        reasons = dict.fromkeys(opinion for opinion in opinions if isinstance(opinion, str))
        few = f"{len(usable)} of {len(ballots)} votes usable: " if len(ballots) > 1 else ""
        return Unscored(dimension=dimension, reason=few + "; ".join(reasons), by=author)
    value = _majority([score.value for score in usable])
    voice = next(score for score in usable if score.value == value)
    return Scored(
        dimension=dimension,
        value=value,
        reason=voice.reason,
        by=author,
        evidence=_evidence(voice, question),
        unstable=len({score.value for score in usable}) > 1,
        votes=len(usable),
    )


def _majority(values: Sequence[int]) -> int:
    value, times = Counter(values).most_common(1)[0]
    return value if times * 2 > len(values) else sorted(values)[(len(values) - 1) // 2]


def turn_of(quote: str, question: JudgeQuestion) -> int | None:
    """The first turn whose transcript holds the quote; None = it was made up."""
    return next((number for number, text in question.turns.items() if quoted(quote, text)), None)


def _evidence(score: VoteScore, question: JudgeQuestion) -> Evidence:
    return Evidence(turn=turn_of(score.quote, question) or 0, quote=score.quote)
