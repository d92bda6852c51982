"""The recorded verdicts: what a judge would be asked about each written conversation, and the scores written for it."""

from collections.abc import Iterable, Iterator, Mapping

from conversations import Recorded, WrittenScore

from gate.model.case import Case
from gate.model.judge import JudgeQuestion, Vote, VoteScore
from gate.model.transcript import Transcript
from gate.model.words import Arm, Dimension
from gate.scoring.checks import check
from gate.scoring.question import question
from gate.scoring.wording import quoted


def verdicts(case: Case, recorded: Iterable[Recorded], data: Mapping[str, str]) -> dict[str, tuple[Vote, ...]]:
    """The votes by the hash of the question, for every transcript that leaves a judge anything to score."""
    found: dict[str, tuple[Vote, ...]] = {}
    for one in recorded:
        transcript = Transcript(case=case.key, arm=Arm.BASE, trial=1, agent_fingerprint="", turns=one.turns)
        asked = question(case, transcript, check(case, transcript, data))
        if asked:
            found[asked.hash] = tuple(_votes(asked, one))
    return found


def _votes(asked: JudgeQuestion, one: Recorded) -> Iterator[Vote]:
    """One vote when all is well, three when any score is below 2: a gate asks again then."""
    missing = [dimension.value for dimension in asked.dimensions if dimension not in one.conversation.judge]
    if missing:
        raise SystemExit(f"{asked.case}: {one.conversation.name}: no judge score for {', '.join(missing)}")
    written = {dimension: one.conversation.judge[dimension] for dimension in asked.dimensions}
    below = any(value < 2 for score in written.values() for value in _values(score))
    for index in range(3 if below else 1):
        yield Vote(scores={dimension: _score(asked, one, score, index) for dimension, score in _sorted(written)})


def _values(score: WrittenScore) -> tuple[int, ...]:
    return score.votes or (2 if score.score is None else score.score,) * 3


def _score(asked: JudgeQuestion, one: Recorded, score: WrittenScore, index: int) -> VoteScore:
    quote = score.quote or _first_sentence(next(turn.reply for turn in one.turns if turn.number == score.turn))
    if not any(quoted(quote, text) for text in asked.turns.values()):
        raise SystemExit(f"{asked.case}: {one.conversation.name}: {quote!r} does not occur in the conversation")
    return VoteScore(value=_values(score)[index], reason=score.why, quote=quote)


def _first_sentence(reply: str) -> str:
    ends = [at + 1 for mark in ".!?" for at in [reply.find(f"{mark} ")] if at > 0]
    return reply[: min(ends, default=len(reply))]


def _sorted(written: Mapping[Dimension, WrittenScore]) -> list[tuple[Dimension, WrittenScore]]:
    return sorted(written.items())
