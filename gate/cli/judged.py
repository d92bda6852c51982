"""The judged trials of run folders: drawn for people, and counted for rates that people's ratings correct."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from random import Random

from gate.calibration.file import print_calibration
from gate.calibration.sample import Judged, by_judge
from gate.calibration.sheet import csv_sheet, items_of, markdown_sheet
from gate.calibration.standing import LEAST_LABELS, corrected
from gate.cli.setting import Setting
from gate.model.calibration import Calibration, Measured
from gate.model.case import Case
from gate.model.comparison import Request
from gate.model.score import TrialScores
from gate.model.words import Arm, Dimension
from gate.scoring.checks import check
from gate.scoring.question import question
from gate.store import RunFolder

SAMPLE = "sample.json"
SPOT_CHECK = "spot-check"
ANYBODY = "you"
"""The rater a sheet is for when nobody is named."""


def judged_trials(folder: RunFolder, trials: Iterable[TrialScores] | None = None) -> Iterator[tuple[str, Judged]]:
    """Agent and trial of each judged trial of a run, or of some of them; what has no judge's score is left out."""
    inputs = folder.inputs()
    cases = {case.key: case for case in inputs.cases}
    for scores in trials if trials is not None else folder.all_scores():
        own = by_judge(scores.scores)
        case = cases.get(scores.case)
        if own and case is not None and (one := _judged(folder, case, scores, inputs.test_data)) is not None:
            yield case.agent, one


def write_sheets(place: Path, agent: str, trials: Sequence[Judged], raters: Sequence[str]) -> None:
    """The sheets of each rater in Markdown and CSV, and beside them what the judge said."""
    place.mkdir(parents=True, exist_ok=True)
    sample = Calibration(agent=agent, items=items_of(trials))
    (place / SAMPLE).write_text(print_calibration(sample), encoding="utf-8")
    for rater in raters:
        (place / f"sheet-{rater}.md").write_text(markdown_sheet(trials, agent), encoding="utf-8")
        (place / f"sheet-{rater}.csv").write_text(csv_sheet(trials), encoding="utf-8")


def spot_check(folder: RunFolder, setting: Setting) -> tuple[str, ...]:
    """Draw a share of the head's judged trials for people, and write their sheets; what is said of it.

    The seed comes from commits and day, so an interrupted run draws what the whole one would have drawn.
    """
    part, plan = setting.inputs.config.calibration.spot_check, setting.plan
    pool: dict[str, list[TrialScores]] = defaultdict(list)
    for scores in folder.all_scores() if part else ():
        if scores.arm is Arm.HEAD and by_judge(scores.scores):
            pool[scores.case.partition("/")[0]].append(scores)
    chance = Random(f"{plan.base.sha} {plan.head.sha} {setting.inputs.started[:10]}")  # noqa: S311 - no secret
    notes = []
    for agent, found in sorted(pool.items()):
        found.sort(key=lambda one: (one.case, one.trial))
        drawn = chance.sample(found, max(1, round(part * len(found))))
        different = {one.question.hash: one for _, one in judged_trials(folder, drawn)}
        place = folder.path / SPOT_CHECK / agent
        write_sheets(place, agent, list(different.values()), [ANYBODY])
        notes.append(
            f"spot check: {len(different)} judged trials of `{agent}` wait for a person in `{SPOT_CHECK}/{agent}` of "
            "the run folder; fill the sheet, then `agent-gate calibrate agree`"
        )
    return tuple(notes)


def rates(folder: RunFolder, setting: Setting) -> tuple[str, ...]:
    """What the judged shares of the head really are by people's ratings, in sentences."""
    known = {
        (agent, one.dimension): one
        for agent, found in setting.inputs.measured.items()
        for one in found
        if one.standing == "calibrated" and len(one.pairs) >= LEAST_LABELS
    }
    judged: Counter[tuple[str, Dimension]] = Counter()
    passed: Counter[tuple[str, Dimension]] = Counter()
    for scores in folder.all_scores() if known else ():
        agent = scores.case.partition("/")[0]
        for dimension, score in by_judge(scores.scores).items() if scores.arm is Arm.HEAD else ():
            judged[agent, dimension] += 1
            passed[agent, dimension] += score.value == 2
    return tuple(_rate(key[0], one, passed[key], judged[key]) for key, one in known.items() if judged[key])


def _rate(agent: str, one: Measured, passed: int, judged: int) -> str:
    found = corrected(one, passed, judged)
    if found is None:
        raise AssertionError("only rates with enough labels are asked for")
    rate, interval = found
    return (
        f"{one.dimension} of `{agent}`: people would pass {rate:.0%} of what was judged (95 %: {interval.low:.0%} to "
        f"{interval.high:.0%}), the judge passed {passed} of {judged}; corrected by {len(one.pairs)} rated trials"
    )


def _judged(folder: RunFolder, case: Case, scores: TrialScores, test_data: Mapping[str, str]) -> Judged | None:
    transcript = folder.transcript(Request(case=scores.case, arm=scores.arm, trial=scores.trial))
    if transcript is None:
        return None
    asked = question(case, transcript, check(case, transcript, test_data))
    if asked is None:
        return None
    return Judged(
        case=case.id,
        rubric=case.fingerprints.rubric,
        question=asked,
        judge=scores.judge,
        scores=by_judge(scores.scores),
    )
