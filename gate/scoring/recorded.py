"""The judge whose votes were recorded: one JSON Lines file per case, `<folder>/<agent>/<case>.jsonl`.

Each line holds the votes on one question, in the order they were given, and is found by the question's hash:

    {"hash": "9f…", "votes": [{"correctness": {"value": 2, "reason": "…", "quote": "…"}, "tone": {…}}, …]}

Lines are sorted by hash, so that a new recording is a small diff. A question without a line, or a vote beyond those of
its line, is *no verdict recorded*: never a score. A trial whose first vote is below the level takes three.
"""

import hashlib
import json
from collections.abc import Mapping, Sequence
from contextlib import AbstractAsyncContextManager, nullcontext
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from gate.errors import StoreError
from gate.model.judge import JudgeQuestion, NoVote, Vote, VoteScore
from gate.model.words import Dimension
from gate.ports import Tree
from gate.scoring.question import prompt_fingerprint

NO_VERDICT = "no verdict recorded"

Verdicts = Mapping[str, Sequence[Vote]]
"""Question hash -> the votes on it."""


class _Score(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)

    value: Annotated[int, Field(ge=0, le=2)]
    reason: str
    quote: str


class _Line(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

    hash: Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]
    votes: Annotated[list[dict[Dimension, _Score]], Field(min_length=1, max_length=3)]


class RecordedJudge:
    """A judge that answers from the verdict files below `folder` of a tree; each file is read once."""

    def __init__(self, tree: Tree, folder: str) -> None:
        self._tree = tree
        self._folder = folder.rstrip("/")
        self._known: dict[str, Verdicts] = {}

    @property
    def fingerprint(self) -> str:
        """SHA-256 of "recorded" and the prompt the verdicts answer."""
        return hashlib.sha256(f"recorded\n{prompt_fingerprint()}".encode()).hexdigest()

    def open(self) -> AbstractAsyncContextManager[None]:
        """Nothing to hold open: verdicts are read as they are asked for."""
        return nullcontext()

    async def vote(self, question: JudgeQuestion, index: int) -> Vote | NoVote:
        """The recorded vote. Raises `StoreError` when the case's file cannot be read."""
        votes = self._verdicts(question.case).get(question.hash, ())
        return votes[index] if index < len(votes) else NoVote(reason=NO_VERDICT)

    def notes(self) -> tuple[str, ...]:
        """Nothing: what it says was said before."""
        return ()

    def _verdicts(self, case: str) -> Verdicts:
        if case not in self._known:
            path = verdicts_path(self._folder, case)
            try:
                content = self._tree.read(path)
            except KeyError:
                self._known[case] = {}
            else:
                self._known[case] = parse_verdicts(content, path)
        return self._known[case]


def verdicts_path(folder: str, case: str) -> str:
    """Where the verdicts of a case (its key, `agent/id`) are kept."""
    return f"{folder}/{case}.jsonl" if folder else f"{case}.jsonl"


def parse_verdicts(content: bytes, path: str) -> dict[str, tuple[Vote, ...]]:
    """The votes of a verdict file by question hash. Raises `StoreError` that names every unreadable line."""
    verdicts: dict[str, tuple[Vote, ...]] = {}
    problems = []
    for number, text in enumerate(content.split(b"\n"), start=1):
        if not text.strip():
            continue
        try:
            line = _Line.model_validate_json(text)
        except ValidationError as error:
            problems += [f"{path}:{number}: {_said(item)}" for item in error.errors()]
            continue
        if line.hash in verdicts:
            problems.append(f"{path}:{number}: hash {line.hash} stands twice")
        verdicts[line.hash] = tuple(_vote(vote) for vote in line.votes)
    if problems:
        hint = 'each line is {"hash": …, "votes": [{"correctness": {"value": 0-2, "reason": …, "quote": …}}]}'
        raise StoreError("\n".join(problems), hint)
    return verdicts


def print_verdicts(verdicts: Verdicts) -> str:
    """The text of a verdict file: one line per question, sorted by hash."""
    return "".join(
        json.dumps({"hash": key, "votes": [_printed(vote) for vote in verdicts[key]]}, ensure_ascii=False) + "\n"
        for key in sorted(verdicts)
    )


def _vote(vote: Mapping[Dimension, _Score]) -> Vote:
    return Vote(
        scores={
            dimension: VoteScore(value=score.value, reason=score.reason, quote=score.quote)
            for dimension, score in vote.items()
        }
    )


def _printed(vote: Vote) -> dict[str, dict[str, object]]:
    return {
        dimension.value: {"value": score.value, "reason": score.reason, "quote": score.quote}
        for dimension, score in sorted(vote.scores.items())
    }


def _said(item: Mapping[str, object]) -> str:
    location = item["loc"]
    where = ".".join(map(str, location)) if isinstance(location, tuple) else ""
    return f"{where}: {item['msg']}" if where else str(item["msg"])
