"""Numbers as people read them, the same in every explanation."""

from math import exp

from gate.model.counting import count

EDITED_AND_FAILS = "it could hold the merge before this change edited what it asks, and it fails what it asks now"
TOGETHER = "; all suspects together: "
"""Between what is known of one suspect and what is known of all."""
_LARGEST_LOG = 27.0  # about 5e11; beyond it more digits say nothing


def percent(share: float) -> str:
    """A share: `1 %`, `0.5 %`."""
    return f"{share * 100:.3g} %"


def of(passed: float, trials: float) -> str:
    """A count of a count: `3 of 4`, `23.1 of 23.4`."""
    return f"{round(passed, 1):g} of {round(trials, 1):g}"


def head_passed(passed: int, scored: int) -> str:
    """What head did: `head passed 3 of 4 trials`."""
    return f"head passed {passed} of {count(scored, 'trial')}"


def odds(evidence: float, needed: float) -> str:
    """Log evidence beside the log evidence needed: `evidence 1 : 1,903; needed 1 : 1,834`."""
    more = "more than " if evidence > _LARGEST_LOG else ""
    return f"evidence {more}1 : {exp(min(evidence, _LARGEST_LOG)):,.0f}; needed 1 : {exp(needed):,.0f}"


def pairs(worse: int, better: int, together: int) -> str:
    """What base and head did side by side."""
    reverse = f" and the reverse in {better}" if better else ""
    return f"base passed and head failed in {worse} of {count(together, 'paired run')}{reverse}"
