"""A case under confirmation: its counters, what they prove, and how many more trials to run at once."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from math import log

from gate.model.comparison import Request
from gate.model.words import Arm, Outcome
from gate.verdicts.confirm.ledger import Answers, Ledger, Standing
from gate.verdicts.statistics import log_e_pairs, log_likelihood_ratio, session_rate

LOG_CLEARED = log(0.05)
"""Log likelihood ratio of "fell" to "as it was" at which a suspect is cleared."""
_FAILURES_BEFORE_PAIRS = 3  # base trials are spent only on cases that keep failing
_SHARE_AT_ONCE = 8
_FEWEST_BASE = 5
_FAILING_BASE_SHARE = 0.25  # a case that may block passes 75 % of its stored runs
_SCORED = frozenset({Outcome.PASSED, Outcome.FAILED})


@dataclass(slots=True)
class Suspect:
    """Counters of one confirmation. They start at zero: screening chose the case, so screening is no evidence."""

    standing: Standing
    planned: float
    asked: int = 0
    failed: int = 0
    base_passed: int = 0
    base_scored: int = 0
    pairs: int = 0
    _open: list[tuple[Request | None, Request]] = field(default_factory=list)

    @property
    def paired(self) -> bool:
        """Whether it has failed often enough to be worth base trials."""
        return self.failed >= _FAILURES_BEFORE_PAIRS

    @property
    def evidence(self) -> float:
        """Log evidence of its own pairs."""
        return log_e_pairs(self.standing.worse, self.standing.better)

    @property
    def cleared(self) -> bool:
        """Whether its head trials fit the rate it has on base far better than a fall."""
        return self._cleared_after(0, 0, 0)

    @property
    def fails_on_base(self) -> bool:
        """Whether base itself fails most of the time now: whatever happened, it was not this change.

        Two low rates cannot be told apart, so without this the cap alone would end it.
        """
        return self.base_scored >= _FEWEST_BASE and self.base_passed <= self.base_scored * _FAILING_BASE_SHARE

    def ask(self, ledger: Ledger, steps: int) -> list[Request]:
        """Requests of the next steps: single head trials, or pairs of base and head."""
        self.asked += steps
        self._open = [
            (ledger.ask(self.standing, Arm.BASE) if self.paired else None, ledger.ask(self.standing, Arm.HEAD))
            for _ in range(steps)
        ]
        return [request for step in self._open for request in step if request]

    def learn(self, answers: Answers) -> None:
        """Count the trials asked for; a pair counts only when both of its trials were scored."""
        for base_request, head_request in self._open:
            base = answers[base_request] if base_request else Outcome.SKIPPED
            head = answers[head_request]
            self.failed += head is Outcome.FAILED
            self.base_passed += base is Outcome.PASSED
            self.base_scored += base in _SCORED
            self.pairs += {base, head} <= _SCORED
            self.standing.worse += (base, head) == (Outcome.PASSED, Outcome.FAILED)
            self.standing.better += (base, head) == (Outcome.FAILED, Outcome.PASSED)

    def next_steps(self, needed: float, most: int) -> int:
        """How many steps, up to `most`, to run at the same time.

        Those it is sure to need whatever they come to cost nothing extra. A long confirmation takes an eighth of its
        length at once: at worst that much is spent in vain, and the last suspects keep nobody waiting.
        """
        if not self.paired:
            most = min(most, _FAILURES_BEFORE_PAIRS - self.failed)
        steps = min(most, 1 + self.asked // _SHARE_AT_ONCE)
        while steps < most and not self._may_settle_after(steps, needed):
            steps += 1
        return steps

    def _may_settle_after(self, steps: int, needed: float) -> bool:
        """Whether some outcomes of these steps would settle it: every head trial passes, or every pair is worse."""
        if not self.paired:
            return self._cleared_after(steps, 0, 0)
        if log_e_pairs(self.standing.worse + steps, self.standing.better) >= needed:
            return True
        return any(self._cleared_after(steps, base_passed, steps) for base_passed in range(steps + 1))

    def _cleared_after(self, head_passed: int, base_passed: int, base_scored: int) -> bool:
        rate = session_rate(self.planned, self.base_passed + base_passed, self.base_scored + base_scored)
        head = self.standing.head
        return log_likelihood_ratio(rate, head.passed + head_passed, head.failed) <= LOG_CLEARED


def certain_rounds(suspects: Iterable[Suspect], active: Iterable[Suspect], needed: float, most: int) -> int:
    """How many rounds of pairs, up to `most`, the suspects together need before their sum could be proof."""
    worse = sum(suspect.standing.worse for suspect in suspects)
    better = sum(suspect.standing.better for suspect in suspects)
    each = sum(suspect.paired for suspect in active)
    rounds = 1
    while rounds < most and log_e_pairs(worse + rounds * each, better) < needed:
        rounds += 1
    return rounds
