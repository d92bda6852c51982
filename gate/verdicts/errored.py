"""Why trials errored, for the notes of the report. Pure."""

from collections import Counter
from collections.abc import Iterable

from gate.model.counting import count
from gate.model.score import TrialScores

SHOWN = 3
"""Most reasons that are told."""


def errored_words(trials: Iterable[TrialScores]) -> tuple[str, ...]:
    """A sentence for each of the commonest reasons, with how many trials it cost; () when none errored."""
    reasons = Counter(one.error for one in trials if one.error)
    told = [f"{count(number, 'trial')} errored: {reason}" for reason, number in reasons.most_common(SHOWN)]
    rest = sum(reasons.values()) - sum(number for _, number in reasons.most_common(SHOWN))
    return (*told, *([f"{count(rest, 'trial')} errored for other reasons: see scores.jsonl"] if rest else []))
