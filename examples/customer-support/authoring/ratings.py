"""The calibration of the example: what its judge and two people say of the written conversations.

The people are made up like everything here: the ratings were written for the demonstration, and show nothing of any
judge. Tone is rated on everything, curt conversations included, and the judge does well; grounding is rated on what the
definitions hold, and the judge is too lenient with paraphrases.
"""

import re
from collections.abc import Iterator, Mapping, Sequence

from conversations import Recorded

from gate.calibration.sample import Judged
from gate.calibration.sheet import Filled, csv_sheet, items_of, markdown_sheet, rated, trial_name
from gate.model.calibration import Item
from gate.model.case import Case
from gate.model.score import Scored
from gate.model.transcript import Transcript
from gate.model.words import Arm, Dimension
from gate.scoring.checks import check
from gate.scoring.question import question

RATERS = ("maya", "tom")
SITTINGS = ("2026-10-29", "2026-11-20")
"""When the recorded conversations were scored, and when the curt ones were."""
_LINE = re.compile(r"(?m)^- ([a-z]+): $")
_HEADING = re.compile(r"(?m)^(?=## t)")


def judged(
    case: Case, found: Sequence[Recorded], data: Mapping[str, str], judge: str, rated_on: frozenset[Dimension]
) -> Iterator[tuple[Judged, Recorded]]:
    """Each conversation that leaves a judge one of the rated dimensions, with what the judge says of it."""
    for one in found:
        transcript = Transcript(case=case.key, arm=Arm.HEAD, trial=1, agent_fingerprint="", turns=one.turns)
        asked = question(case, transcript, check(case, transcript, data))
        dimensions = [name for name in asked.dimensions if name in rated_on] if asked else []
        if asked and dimensions:
            scores = {name: _score(one, name, judge) for name in dimensions}
            rubric = case.fingerprints.rubric
            yield Judged(case=case.id, rubric=rubric, question=asked, judge=judge, scores=scores), one


def filled(trials: Sequence[tuple[Judged, Recorded]], rater: str) -> list[Filled]:
    """What a rater writes into the sheet of these trials: the judge's score where nothing else is written."""
    return [
        Filled(trial=trial_name(one.question.hash), dimension=name, score=said[0], reason=said[1])
        for one, recorded in trials
        for name, score in one.scores.items()
        for said in [_said(recorded, name, rater) or (score.value, "")]
    ]


def items(trials: Sequence[tuple[Judged, Recorded]], date: str) -> list[Item]:
    """The trials with the ratings of all raters, one item a rater, to be merged."""
    drawn = items_of([one for one, _ in trials])
    return [item for rater in RATERS for item in rated(drawn, filled(trials, rater), rater, date)]


def markdown(trials: Sequence[tuple[Judged, Recorded]], agent: str, rater: str) -> str:
    """The filled sheet in Markdown."""
    said = {(one.trial, one.dimension.value): one for one in filled(trials, rater)}
    parts = _HEADING.split(markdown_sheet([one for one, _ in trials], agent))

    def fill(part: str) -> str:
        trial = part[3:16]
        return _LINE.sub(lambda line: _line(said[trial, line[1]]), part)

    return parts[0] + "".join(map(fill, parts[1:]))


def table(trials: Sequence[tuple[Judged, Recorded]], rater: str) -> str:
    """The filled sheet as CSV."""
    said = {(one.trial, one.dimension.value): one for one in filled(trials, rater)}
    head, *lines = csv_sheet([one for one, _ in trials]).splitlines()
    full = [head]
    for line in lines:
        trial, case, dimension, *_ = line.split(",")
        one = said[trial, dimension]
        reason = f'"{one.reason}"' if "," in one.reason else one.reason
        full.append(",".join([trial, case, dimension, str(one.score), reason]))
    return "\n".join(full) + "\n"


def _line(one: Filled) -> str:
    return f"- {one.dimension}: {one.score}{f' {one.reason}' if one.reason else ''}"


def _said(recorded: Recorded, dimension: Dimension, rater: str) -> tuple[int, str] | None:
    said = recorded.conversation.people.get(dimension, {}).get(rater)
    return (said.score, said.why) if said else None


def _score(one: Recorded, dimension: Dimension, judge: str) -> Scored:
    written = one.conversation.judge[dimension]
    votes = sorted(written.votes) or [2 if written.score is None else written.score]
    return Scored(dimension=dimension, value=votes[len(votes) // 2], reason=written.why, by=f"judge:{judge}")
