"""Screen, confirm, control: the default policy, whose false blocks are bounded by construction.

1. Screen every case with a few head trials. 2. Confirm the few that failed. 3. Control: run base and head side by
side; only those pairs are evidence (an e-value, so looking after every round costs nothing). Topics and the suite are
examined by fresh pairs when screening lies below the stored counts.
"""

from collections.abc import Iterable

from gate.model.comparison import CaseInput
from gate.verdicts.confirm import deterministic, stored_only
from gate.verdicts.confirm.batches import BatchedProcedure
from gate.verdicts.confirm.ledger import Ledger, Steps
from gate.verdicts.confirm.options import ConfirmOptions, Mode
from gate.verdicts.confirm.paired import paired_steps

__all__ = ["BatchedProcedure", "ConfirmOptions", "Mode", "confirm_procedure"]


def confirm_procedure(cases: Iterable[CaseInput], options: ConfirmOptions) -> BatchedProcedure:
    """The procedure for these cases, by what the driver can do.

    deterministic: one trial, a drop is a drop; no base arm: stored counts, hard breaks only; else pairs of base and
    head. The order of `cases` does not matter. Raises ValueError when two cases share a key.
    """
    known = list(cases)
    ledger = Ledger(known)
    if len(ledger.standings) != len(known):
        raise ValueError("two cases share one key")
    if options.deterministic:
        steps = deterministic.deterministic_steps(ledger, options)
        said = (deterministic.GUARANTEE, deterministic.DETECTABLE)
    elif not options.has_base_arm:
        steps = stored_only.stored_only_steps(ledger, options)
        said = (stored_only.guarantee(options), stored_only.detectable(known, options))
    else:
        steps = paired_steps(ledger, options)
        said = (options.guarantee, options.detectable)
    return BatchedProcedure(ledger, _closing(ledger, steps), guarantee=said[0], detectable=said[1])


def _closing(ledger: Ledger, steps: Steps) -> Steps:
    yield from steps
    ledger.close()
