"""The scores of one trial, from what the checks and the judge say."""

import hashlib
import json
from collections.abc import Mapping

from gate.model.case import Case
from gate.model.judge import Judgement
from gate.model.score import DimensionScore, Scored, TrialScores, Unscored
from gate.model.transcript import Transcript, TurnRecord
from gate.model.words import Dimension
from gate.scoring.checks import Checked
from gate.scoring.expectation import by

_NO_LEVELS: Mapping[Dimension, int] = {}


def score_trial(
    case: Case,
    transcript: Transcript,
    checked: Checked,
    judgement: Judgement | None,
    levels: Mapping[Dimension, int] = _NO_LEVELS,
) -> TrialScores:
    """One score per declared dimension: the lower of what checks and judge allow, with who decided and the evidence.

    `judgement` is None when no judge is configured or nothing was left to ask. A dimension that nobody judged is
    unscored, unless a check has already put it at 0 or below its level (2 where `levels` has none): that is known
    whatever a judge would say. An errored transcript carries its error and no scores; so does a trial whose judge could
    not be had, which is errored, never failed.
    """
    if transcript.error:
        return TrialScores(
            case=case.key,
            arm=transcript.arm,
            trial=transcript.trial,
            error=transcript.error,
            transient=transcript.transient,
        )
    outage = judgement.outage if judgement else ""
    scores = tuple(
        _score(dimension, checked, judgement, levels.get(dimension, 2)) or _not_judged(dimension, checked, transcript)
        for dimension in Dimension
        if dimension in case.dimensions and not outage
    )
    lost = transcript.transient and any(isinstance(one, Unscored) and one.by for one in scores)
    return TrialScores(
        case=case.key,
        arm=transcript.arm,
        trial=transcript.trial,
        scores=scores,
        findings=checked.findings,
        judge=judgement.fingerprint if judgement else "",
        judge_prompt=judgement.prompt if judgement else "",
        judge_models=judgement.models if judgement else (),
        judge_masked=judgement.masked if judgement else {},
        judge_calls=judgement.calls if judgement else 0,
        judge_input_tokens=judgement.input_tokens if judgement else 0,
        judge_output_tokens=judgement.output_tokens if judgement else 0,
        error=f"judge: {outage}" if outage else "",
        transient=bool(judgement and judgement.transient) or lost,
    )


def transcript_digest(transcript: Transcript) -> str:
    """SHA-256 (hex) of what was said, called and retrieved; arm, trial, agent version, latency and tokens left out.

    So is what the platform says of a turn, but for its failure and the session's end: safety scores differ in the last
    digit every time.

    Two trials of a case with equal digests have equal checks, questions and scores, so one scoring serves both.
    """
    content = [
        transcript.case,
        transcript.error,
        dict(transcript.variables),
        [transcript.captured.tool_calls, transcript.captured.retrieval, transcript.captured.topic],
        [_turn_content(record) for record in transcript.turns],
    ]
    return hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()


def _turn_content(record: TurnRecord) -> list[object]:
    calls = [[call.name, call.alias, dict(call.arguments), call.result, call.error] for call in record.tool_calls]
    passages = [[one.source, one.text, one.query, one.score] for one in record.retrieved]
    said = [record.number, record.user, record.reply, record.topic, list(record.topics)]
    captured = [record.captured.tool_calls, record.captured.retrieval, record.captured.topic]
    told = [record.platform.get(key) for key in ("failure", "session")]
    return [*said, calls, passages, *told, dict(record.variables), captured]


def _score(dimension: Dimension, checked: Checked, judgement: Judgement | None, level: int) -> DimensionScore | None:
    opinion = judgement.scores.get(dimension) if judgement else None
    capped = _capped(dimension, checked)
    if isinstance(opinion, Scored):
        return capped if capped and capped.value <= opinion.value else opinion
    if capped and (capped.value == 0 or capped.value < level):
        return capped
    return checked.not_looked_at(dimension) or opinion


def _capped(dimension: Dimension, checked: Checked) -> Scored | None:
    worst = checked.worst(dimension)
    if worst is None or worst.score == 2:
        return None
    return Scored(
        dimension=dimension, value=worst.score, reason=worst.reason, by=by(worst.check), evidence=worst.evidence
    )


def _not_judged(dimension: Dimension, checked: Checked, transcript: Transcript) -> Unscored:
    captured = transcript.captured
    reason = f"not judged: {checked.stopped}" if checked.stopped else "no judge configured"
    if not checked.stopped and dimension is Dimension.GROUNDING and not (captured.tool_calls and captured.retrieval):
        unseen = "retrieval" if captured.tool_calls else "tool calls"
        reason = f"{reason}, and {unseen} not captured, so that no check could look"
    return Unscored(dimension=dimension, reason=reason, by="")
