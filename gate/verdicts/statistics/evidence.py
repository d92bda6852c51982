"""Evidence that head is worse than base: e-values for pairs and for two arms, and the planning likelihood ratio.

An e-value is a bet against "nothing changed": its expectation is at most 1 when nothing did, however the trials were
chosen and whenever they were stopped, so it reaches x with a chance of at most 1/x (Ville's inequality).
"""

from functools import lru_cache
from math import exp, lgamma, log
from typing import NamedTuple

_BETS = (0.6, 0.7, 0.8, 0.9, 0.95, 0.99)
"""Shares of "base passed, head failed" among discordant pairs that are bet on, in equal parts."""
_LOG_BETS = tuple((log(2 * share), log(2 * (1 - share))) for share in _BETS)

_WORSE_RATE = 0.40
"""The pass rate a broken case is expected to have fallen to, at most half of what it was."""
_PRIOR_WEIGHT = 5.0  # trials the planned rate counts for beside base trials of this session
_LOWEST_RATE, _HIGHEST_RATE = 0.05, 0.995


class Prior(NamedTuple):
    """A Beta distribution over a pass rate, as imagined passes and failures."""

    passed: float
    failed: float


STORED_PRIOR = Prior(9.0, 0.6)
"""What a case is taken for before its own trials are counted: most cases of a kept suite pass."""
_HEAD_PRIORS = ((0.45, Prior(0.3, 3.0)), (0.55, Prior(2.0, 2.5)))
"""What a broken case does: either it hardly ever passes, or about every second time."""


@lru_cache(maxsize=65536)
def log_e_pairs(worse: int, better: int) -> float:
    """Log evidence of paired trials: `worse` pairs where base passed and head failed, `better` the reverse.

    Pairs that agree say nothing. Valid whatever the pass rates are, even when they move during the session, because
    under "no change" a pair is exchangeable.
    """
    return _log_mean_exp([worse * win + better * loss for win, loss in _LOG_BETS])


def log_e_arms(base: tuple[float, float], head: tuple[float, float], *, bet: Prior = STORED_PRIOR) -> float:
    """Log evidence of two independent arms, each (passed, trials), that head's pass rate is below base's.

    Universal inference: the likelihood mixed over `bet` (base) and over broken cases (head), divided by the largest
    likelihood under "head is not worse". Valid while the pass rate of each arm stays the same.
    """
    mixed = _log_marginal(*base, bet) + _log_weighted(
        [(weight, _log_marginal(*head, prior)) for weight, prior in _HEAD_PRIORS]
    )
    return mixed - _log_null(base, head)


def planned_rate(stored_ok: float, stored_runs: float) -> float:
    """The pass rate to plan with, from stored counts. It steers where trials are spent and is never evidence."""
    return (stored_ok + STORED_PRIOR.passed) / (stored_runs + STORED_PRIOR.passed + STORED_PRIOR.failed)


def session_rate(planned: float, base_passed: int, base_trials: int) -> float:
    """The planned rate, updated by base trials of this session and kept away from 0 and 1."""
    rate = (base_passed + _PRIOR_WEIGHT * planned) / (base_trials + _PRIOR_WEIGHT)
    return min(max(rate, _LOWEST_RATE), _HIGHEST_RATE)


def log_likelihood_ratio(rate: float, passed: int, failed: int) -> float:
    """How much better head's trials fit "the rate fell to 40 % (or half)" than the `rate` of base, as a logarithm."""
    worse = min(_WORSE_RATE, rate / 2)
    return passed * log(worse / rate) + failed * log((1 - worse) / (1 - rate))


def _log_marginal(passed: float, trials: float, prior: Prior) -> float:
    return _log_beta(prior.passed + passed, prior.failed + trials - passed) - _log_beta(*prior)


def _log_null(base: tuple[float, float], head: tuple[float, float]) -> float:
    """The largest log likelihood when head's rate is at least base's: pooled when head looks worse."""
    (base_passed, base_trials), (head_passed, head_trials) = base, head
    if base_passed * head_trials > head_passed * base_trials:
        return _log_fit(base_passed + head_passed, base_trials + head_trials)
    return _log_fit(base_passed, base_trials) + _log_fit(head_passed, head_trials)


def _log_fit(passed: float, trials: float) -> float:
    return sum(count * log(count / trials) for count in (passed, trials - passed) if count > 0)


def _log_beta(a: float, b: float) -> float:
    return lgamma(a) + lgamma(b) - lgamma(a + b)


def _log_mean_exp(values: list[float]) -> float:
    top = max(values)
    return top + log(sum(exp(value - top) for value in values) / len(values))


def _log_weighted(values: list[tuple[float, float]]) -> float:
    top = max(value for _, value in values)
    return top + log(sum(weight * exp(value - top) for weight, value in values))
