"""The breaker: when much fails at once, a few base trials tell a bad day of the platform from a bad change."""

from collections.abc import Sequence
from hashlib import sha256
from math import sqrt

from gate.model.counting import count
from gate.model.words import Arm, Outcome
from gate.verdicts.confirm.ledger import CONTROL, Ledger, Standing, Steps
from gate.verdicts.statistics import planned_rate

_TRIPPING_P = 1e-4
_FEWEST_SUSPECTS = 4
_SAMPLE = 20


def break_on_drift(ledger: Ledger, suspects: Sequence[Standing], suite_p: float) -> Steps:
    """Run base once on up to 20 suspects when the whole suite fell; set `environment` when base fell as well."""
    if suite_p >= _TRIPPING_P or len(suspects) < _FEWEST_SUSPECTS:
        return
    chosen = sorted(suspects, key=_shuffled)[:_SAMPLE]
    requests = [ledger.ask(standing, Arm.BASE) for standing in chosen]
    answers = yield from ledger.perform((CONTROL, requests))
    rates: list[float] = []
    passed = 0
    for standing, request in zip(chosen, requests, strict=True):
        if answers[request] in (Outcome.PASSED, Outcome.FAILED):
            rates.append(planned_rate(standing.case.stored_ok, standing.case.stored_runs))
            passed += answers[request] is Outcome.PASSED
    expected = sum(rates)
    if passed < expected - 2 * sqrt(sum(rate * (1 - rate) for rate in rates)) - 0.5:
        cases = count(len(rates), "case")
        ledger.environment = (
            f"base fails as well: it passed {passed} of {cases} where {expected:.0f} were expected, so "
            "the platform, the model or the test data changed since the baseline, not only this change; run again "
            "later, or record the baseline anew"
        )


def _shuffled(standing: Standing) -> bytes:
    """A fixed shuffle: which suspects are drawn depends on their names alone, so a run can be repeated."""
    return sha256(standing.case.case.encode()).digest()
