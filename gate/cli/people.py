"""Asks people about a run's spot check by comments, and turns what they found bad into draft fixtures."""

import os
from collections import defaultdict
from collections.abc import Iterable, Iterator
from pathlib import Path

from gate.calibration.sheet import trial_name
from gate.cli.delivery import Delivery
from gate.cli.here import Here
from gate.cli.judged import SPOT_CHECK, drawn, read_transcripts
from gate.cli.ratings import Taken
from gate.fixtures.parsing import parse
from gate.github.host import Host
from gate.github.spot_check import Question, ask
from gate.model.calibration import Calibration, Item, Rating
from gate.model.counting import count
from gate.model.report import Report
from gate.model.words import Dimension, Tier
from gate.redaction.masks import Known, Masking, redacted, redacted_text
from gate.scaffold.from_trial import draft_from_trial
from gate.scaffold.naming import unused
from gate.store import RunFolder


def ask_people(report: Report, delivery: Delivery) -> None:
    """Ask about some of the spot check below the configured issue; what cannot be asked is said and changes nothing.

    Only runs by the clock or by hand ask: a push, like a pull request, is no occasion to bother people.
    """
    if report.plan.tier in {Tier.PULL_REQUEST, Tier.NAMED}:
        return
    with RunFolder.open(Path(report.folder)) as folder:
        config = folder.inputs().config.calibration
        questions = _questions(folder) if config.issue is not None else []
    number, account = config.issue, delivery.settings.account
    if number is None or not questions:
        return

    def act(host: Host) -> None:
        asked = ask(host, number, account, questions, config.comments)
        delivery.note(f"{count(asked, 'judged trial waits', 'judged trials wait')} for a reaction in issue {number}")

    delivery.attempt(f"ask people in issue {number} (this needs `issues: write`)", act)


def _questions(folder: RunFolder) -> list[Question]:
    """One dimension of each drawn trial: which one is settled by the trial, so that all get their turn."""
    found = []
    for place in sorted((folder.path / SPOT_CHECK).glob("*")):
        for trial in drawn(folder, place):
            names = sorted(trial.scores)
            turn = int(trial.question.hash[:8], 16) % len(names)
            found.append(Question(agent=place.name, trial=trial, dimension=names[turn]))
    return found


def write_drafts(here: Here, place: Path, taken: Taken, known: Calibration, day: str) -> list[Path]:
    """A draft fixture for each trial of a spot check that somebody newly scored 0, below the agent's fixtures.

    What `known` holds already was drafted then: a draft that somebody has removed does not come back.
    What the trial and the person's reason hold of people is masked, also where it came from a recording that was not.
    """
    root, config, suite, transcripts = here.root, here.config, here.suite, read_transcripts(place)
    bad: dict[str, dict[Dimension, str]] = defaultdict(dict)
    cases = {item.question: item.case for item in taken.items}
    drafted = {(one.question, one.dimension, said.rater.casefold(), said.score) for one, said in _ratings(known.items)}
    for item, rating in _ratings(taken.items):
        if rating.score == 0 and (item.question, item.dimension, rating.rater.casefold(), 0) not in drafted:
            bad[item.question].setdefault(item.dimension, rating.reason)
    secrets = [os.environ.get(name, "") for name in config.secret_variables()]
    masking = Masking.of(config.redaction, secrets)
    used = {case.id for case in suite.cases if case.agent == taken.agent}
    written = []
    for question, said in sorted(bad.items()):
        case = next((one for one in suite.cases if one.key == f"{taken.agent}/{cases[question]}"), None)
        path = root / config.fixtures / taken.agent / "from-people" / f"{cases[question]}-{trial_name(question)[:7]}.md"
        if case is None or question not in transcripts or path.exists():
            continue
        plain = parse((root / case.path).read_text(encoding="utf-8"), case.path, agent=taken.agent)
        stays = Known(case, suite.data)
        transcript = redacted(transcripts[question], stays, masking)
        why = {dimension: redacted_text(reason, stays, masking) for dimension, reason in said.items()}
        text = draft_from_trial(plain, transcript, why, name=unused(path.stem, used), day=day)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
        written.append(path)
    return written


def _ratings(items: Iterable[Item]) -> Iterator[tuple[Item, Rating]]:
    return ((item, rating) for item in items for rating in item.ratings)
