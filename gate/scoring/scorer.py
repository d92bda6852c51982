"""Scores trials as they finish: checks, then the judge for what is left; equal transcripts are scored once."""

from collections import defaultdict
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Literal

import anyio

from gate.model.case import Case
from gate.model.judge import Judgement, JudgeQuestion
from gate.model.score import TrialScores
from gate.model.transcript import Transcript
from gate.model.words import Dimension
from gate.ports import Judge
from gate.scoring.checks import check
from gate.scoring.question import question
from gate.scoring.trial import score_trial, transcript_digest
from gate.scoring.votes import judged

Levels = Callable[[Case], Mapping[Dimension, int]]


class Scorer:
    """Scores one trial at a time; `judge` None = checks alone. Called as `await scorer(case, transcript)`."""

    def __init__(
        self, judge: Judge | None, *, votes: Literal[1, 3], test_data: Mapping[str, str], levels: Levels
    ) -> None:
        self._judge = judge
        self._votes: Literal[1, 3] = votes
        self._test_data = test_data
        self._levels = levels
        self._known: dict[tuple[str, str], TrialScores] = {}
        self._scoring: defaultdict[tuple[str, str], anyio.Lock] = defaultdict(anyio.Lock)

    async def __call__(self, case: Case, transcript: Transcript) -> TrialScores:
        """The trial's scores. A judge that did not answer makes the trial errored, never failed.

        A transcript equal to one scored before, or being scored right now, gets its scores and costs no judge call.
        """
        key = (case.key, transcript_digest(transcript))
        async with self._scoring[key]:
            known = self._known.get(key)
            if known is not None:
                return replace(
                    known,
                    arm=transcript.arm,
                    trial=transcript.trial,
                    judge_calls=0,
                    judge_masked={},
                    judge_input_tokens=0,
                    judge_output_tokens=0,
                )
            scores = await self._score(case, transcript)
            if not scores.error:
                self._known[key] = scores
            return scores

    async def _score(self, case: Case, transcript: Transcript) -> TrialScores:
        levels = self._levels(case)
        checked = check(case, transcript, self._test_data)
        judgement = await self._judgement(question(case, transcript, checked), levels)
        return score_trial(case, transcript, checked, judgement, levels)

    async def _judgement(self, asked: JudgeQuestion | None, levels: Mapping[Dimension, int]) -> Judgement | None:
        if self._judge is None or asked is None:
            return None
        return await judged(self._judge, asked, levels, self._votes)
