"""The judged trials of run folders: drawn for people, and counted for rates that people's ratings correct."""

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from random import Random

from pydantic import TypeAdapter

from gate.calibration.file import print_calibration
from gate.calibration.sample import Judged, by_judge
from gate.calibration.sheet import csv_sheet, items_of, markdown_sheet, read_csv, read_markdown
from gate.calibration.standing import LEAST_LABELS, corrected
from gate.cli.setting import Setting
from gate.config import LIVE
from gate.judges.ledger import hidden_words, models_words
from gate.model.calibration import Calibration, Item, Measured
from gate.model.case import Case
from gate.model.comparison import Request
from gate.model.counting import count, first_of
from gate.model.score import TrialScores
from gate.model.transcript import Transcript
from gate.model.words import Arm, Dimension
from gate.scoring.checks import check
from gate.scoring.question import question
from gate.store import RunFolder

SAMPLE = "sample.json"
TRANSCRIPTS = "transcripts.json"
SPOT_CHECK = "spot-check"
ANYBODY = "you"
"""The rater a sheet is for when nobody is named."""
_NAMED = 10
"""Trials of a spot check that the report names."""
_TRANSCRIPTS = TypeAdapter(dict[str, Transcript])


def judged_trials(
    folder: RunFolder, trials: Iterable[TrialScores] | None = None
) -> Iterator[tuple[Judged, Transcript]]:
    """The judged trials of a run, or those among some of them; what has no judge's score is left out."""
    inputs = folder.inputs()
    cases = {case.key: case for case in inputs.cases}
    for scores in trials if trials is not None else folder.all_scores():
        case = cases.get(scores.case)
        if case is not None and by_judge(scores.scores):
            found = _judged(folder, case, scores, inputs.test_data)
            if found is not None:
                yield found


def write_sheets(
    place: Path, agent: str, trials: Sequence[Judged], raters: Sequence[str], items: Sequence[Item]
) -> None:
    """The sheets of each rater in Markdown and CSV, and beside them what the judge said (`items`).

    The CSV begins with a byte order mark, without which spreadsheets take UTF-8 for something else.
    """
    place.mkdir(parents=True, exist_ok=True)
    sample = Calibration(agent=agent, items=tuple(items))
    (place / SAMPLE).write_text(print_calibration(sample), encoding="utf-8")
    for rater in raters:
        (place / f"sheet-{rater}.md").write_text(markdown_sheet(trials, agent), encoding="utf-8")
        (place / f"sheet-{rater}.csv").write_text(csv_sheet(trials), encoding="utf-8-sig")


def drawn(folder: RunFolder, place: Path) -> list[Judged]:
    """The trials of a run that were drawn into a folder of sheets."""
    requests = [Request(case=one.case, arm=one.arm, trial=one.trial) for one in read_transcripts(place).values()]
    scores = [found for one in requests if (found := folder.scores(one)) is not None]
    return [one for one, _ in judged_trials(folder, scores)]


def is_begun(place: Path) -> bool:
    """Whether somebody has filled a sheet of this folder in, or tried to."""
    sheets = [read_markdown(path.read_text("utf-8", "replace"), "") for path in place.glob("sheet-*.md")]
    sheets += [read_csv(path.read_text("utf-8", "replace"), "") for path in place.glob("sheet-*.csv")]
    return any(sheet.filled or sheet.problems for sheet in sheets)


def read_transcripts(place: Path) -> Mapping[str, Transcript]:
    """The transcripts of a spot check's trials by question; none for a sample that was drawn to measure the judge."""
    path = place / TRANSCRIPTS
    return _TRANSCRIPTS.validate_json(path.read_bytes()) if path.is_file() else {}


def spot_check(folder: RunFolder, setting: Setting) -> tuple[str, ...]:
    """Draw a share of the head's judged trials for people, and write their sheets; what is said of it.

    The seed comes from commits and day, so an interrupted run draws what the whole one would have drawn.
    """
    part, plan = setting.inputs.config.calibration.spot_check, setting.plan
    pool: dict[str, list[TrialScores]] = defaultdict(list)
    for scores in folder.all_scores() if part else ():
        if scores.arm is Arm.HEAD and by_judge(scores.scores):
            pool[scores.case.partition("/")[0]].append(scores)
    notes = []
    for agent, found in sorted(pool.items()):
        chance = Random(f"{plan.base.sha} {plan.head.sha} {setting.inputs.started[:10]} {agent}")  # noqa: S311 - no secret
        found.sort(key=lambda one: (one.case, one.trial))
        chosen = chance.sample(found, max(1, round(part * len(found))))
        different = {one.question.hash: (one, transcript) for one, transcript in judged_trials(folder, chosen)}
        transcripts = {key: transcript for key, (_, transcript) in different.items()}
        trials = [one for one, _ in different.values()]
        place = folder.path / SPOT_CHECK / agent
        if not is_begun(place):  # what a person wrote stays, also when the run is reported or scored again
            write_sheets(place, agent, trials, [ANYBODY], items_of(trials))
            (place / TRANSCRIPTS).write_bytes(_TRANSCRIPTS.dump_json(transcripts))
        names = sorted(f"{one.case.partition('/')[2]} {one.trial}" for one in transcripts.values())
        notes.append(
            f"spot check of `{agent}`: {count(len(names), 'judged trial')} of {len(found)} for a person to score, in "
            f"`{SPOT_CHECK}/{agent}` of the run folder: {first_of(names, _NAMED)}"
        )
    return tuple(notes)


def standings(setting: Setting) -> tuple[str, ...]:
    """What the judge may do on each dimension it was asked about, in a sentence an agent."""
    if setting.judge is None:
        return ()
    asked: dict[str, set[Dimension]] = defaultdict(set)
    for one in setting.plan.selected:
        asked[one.case.partition("/")[0]] |= set(setting.cases[one.case].dimensions)
    return tuple(_standing(agent, setting, sorted(found)) for agent, found in sorted(asked.items()))


def _standing(agent: str, setting: Setting, dimensions: Sequence[Dimension]) -> str:
    known = {one.dimension: one for one in setting.inputs.measured.get(agent, ())}
    advisory = setting.advisory(agent)
    told = {name: f"{name} ({_known(known.get(name), blocks=name not in advisory)})" for name in dimensions}
    parts = {
        "may block on": [told[name] for name in dimensions if name not in advisory],
        "is advisory on": [told[name] for name in dimensions if name in advisory],
    }
    return f"the judge of `{agent}` " + "; it ".join(
        f"{what} {', '.join(found)}" for what, found in parts.items() if found
    )


def _known(one: Measured | None, *, blocks: bool) -> str:
    """Standing and agreement; what was measured of another judge than the one that scored is stale."""
    if one is None:
        return "uncalibrated"
    standing = "stale" if one.standing == "calibrated" and not blocks else one.standing
    if not one.agreement.total:
        return standing
    last = one.trend[-1]
    lately = f", in {last.month} on {last.agreed} of {last.total}" if len(one.trend) > 1 else ""
    return f"{standing}: agrees with people on {one.agreement.hits} of {one.agreement.total}{lately}"


def rates(folder: RunFolder, setting: Setting) -> tuple[str, ...]:
    """What share of the head's judged trials people would pass, in sentences; the judge's own where that is unknown.

    Each case counts alike, however many trials it got: cases in doubt get more, and must not weigh more.
    """
    known = {(agent, one.dimension): one for agent, found in setting.inputs.measured.items() for one in found}
    passed: dict[tuple[str, Dimension], dict[str, list[bool]]] = defaultdict(lambda: defaultdict(list))
    for scores in folder.all_scores():
        agent = scores.case.partition("/")[0]
        for dimension, score in by_judge(scores.scores).items() if scores.arm is Arm.HEAD else ():
            passed[agent, dimension][scores.case].append(score.value == 2)
    judge = setting.judge.fingerprint if setting.judge else ""
    said: dict[str, list[str]] = defaultdict(list)
    for key in sorted(passed):
        one = known.get(key)
        said[key[0]].append(_rate(key[1], one if one and one.judge == judge else None, passed[key].values()))
    return tuple(f"judged trials of `{agent}` with a score of 2: {'; '.join(found)}" for agent, found in said.items())


def _rate(dimension: Dimension, one: Measured | None, cases: Collection[Sequence[bool]]) -> str:
    passed = sum(sum(trials) / len(trials) for trials in cases)
    by = f"{passed / len(cases):.0%} by the judge in {count(len(cases), 'case')}"
    found = corrected(one, passed, len(cases)) if one is not None else None
    if found is None:
        labels = len(one.pairs) if one is not None else 0
        return f"{dimension} uncalibrated, {by} ({labels} of {LEAST_LABELS} ratings)"
    rate, interval = found
    return f"{dimension} {rate:.0%} as people would say (95 %: {interval.low:.0%} to {interval.high:.0%}), {by}"


def of_judge(folder: RunFolder, setting: Setting) -> tuple[str, ...]:
    """Which models gave the scores of a run and what was hidden from them, in sentences; also by earlier processes."""
    judge = setting.inputs.config.judge
    models: set[str] = set()
    masked: Counter[str] = Counter()
    for scores in folder.all_scores() if judge.provider in LIVE else ():
        models.update(scores.judge_models)
        masked.update(scores.judge_masked)
    return (*models_words(models, judge.model, judge.resolved), *hidden_words(masked))


def _judged(
    folder: RunFolder, case: Case, scores: TrialScores, test_data: Mapping[str, str]
) -> tuple[Judged, Transcript] | None:
    transcript = folder.transcript(Request(case=scores.case, arm=scores.arm, trial=scores.trial))
    if transcript is None:
        return None
    asked = question(case, transcript, check(case, transcript, test_data))
    if asked is None:
        return None
    judged = Judged(
        case=case.id,
        rubric=case.fingerprints.rubric,
        question=asked,
        judge=scores.judge,
        scores=by_judge(scores.scores),
    )
    return judged, transcript
