"""Gives the platform what people newly said of a spot check, where its driver is configured to."""

import os
from collections import defaultdict
from collections.abc import Collection, Sequence
from pathlib import Path

import anyio

from gate.agents.agentforce.feedback import Feedback, give
from gate.cli.here import Here
from gate.cli.judged import read_transcripts
from gate.cli.ratings import Taken
from gate.config import AgentforceDriver
from gate.errors import GateError
from gate.model.calibration import Calibration, Item
from gate.model.counting import count
from gate.org.org import Org


def give_feedback(here: Here, place: Path, taken: Taken, known: Calibration) -> str:
    """Give the platform what these ratings say that `known` does not; what came of it, empty when there was nothing.

    A trial that all give a 2 is good, one that anybody gives a 0 is bad; it is said of the trial's last turn. What
    cannot be given changes nothing else.
    """
    driver = here.config.agents[taken.agent].driver
    given = feedback(place, taken.items, known) if isinstance(driver, AgentforceDriver) and driver.feedback else []
    if not given or not isinstance(driver, AgentforceDriver):
        return ""
    try:
        refused = anyio.run(give, Org(driver.org, os.environ), given)
    except GateError as error:
        refused = error.message
    if refused:
        return f"the org of {taken.agent} did not take all feedback: {refused}"
    return f"the org of {taken.agent} was told what people said of {count(len(given), 'trial')}"


def feedback(place: Path, items: Sequence[Item], known: Calibration) -> list[Feedback]:
    """What new ratings of a spot check say of the turns that the platform knows."""
    transcripts = read_transcripts(place)
    old = {(item.question, item.dimension, one.rater, one.score) for item in known.items for one in item.ratings}
    scores: dict[str, list[int]] = defaultdict(list)
    reasons: dict[str, list[str]] = defaultdict(list)
    for item in items:
        for one in item.ratings:
            if (item.question, item.dimension, one.rater, one.score) not in old:
                scores[item.question].append(one.score)
                reasons[item.question] += [f"{item.dimension}: {one.reason}"] if one.reason else []
    found = []
    for question, given in sorted(scores.items()):
        turns = (
            [turn.feedback for turn in transcripts[question].turns if turn.feedback] if question in transcripts else []
        )
        if turns and _clear(given):
            found.append(Feedback(turn=turns[-1], good=0 not in given, text="; ".join(reasons[question])))
    return found


def _clear(scores: Collection[int]) -> bool:
    return 0 in scores or all(score == 2 for score in scores)
