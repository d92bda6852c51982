"""What no trial was ever scored on, for whoever records a baseline. Pure."""

from collections import Counter, defaultdict
from collections.abc import Iterable

from gate.model.counting import count
from gate.model.score import Scored, TrialScores
from gate.model.words import Dimension
from gate.verdicts.sentences import named


def never_scored_words(trials: Iterable[TrialScores]) -> tuple[str, ...]:
    """A sentence for each dimension and reason for which no trial of some case has a score; () when all have one.

    Nothing can be held against a dimension that nobody scored, although its case counts as passed.
    """
    scored: set[tuple[str, Dimension]] = set()
    reasons: dict[tuple[str, Dimension], Counter[str]] = defaultdict(Counter)
    for trial in trials:
        for one in trial.scores:
            if isinstance(one, Scored):
                scored.add((trial.case, one.dimension))
            else:
                reasons[trial.case, one.dimension][one.reason or "nobody was asked"] += 1
    cases: dict[tuple[Dimension, str], list[str]] = defaultdict(list)
    for key, found in sorted(reasons.items()):
        if key not in scored:
            cases[key[1], found.most_common(1)[0][0]].append(key[0])
    return tuple(
        f"{dimension} was never scored in {count(len(found), 'case')} ({named(found)}), so nothing can fall short of "
        f"it: {reason}"
        for (dimension, reason), found in cases.items()
    )
