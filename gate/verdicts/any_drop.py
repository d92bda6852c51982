"""The policy `any-drop`, the literal rule "was 2, now 1": one head trial a case, and one lower score is a regression.

Right for an agent that answers the same way every time; a noisy one turns most unchanged pull requests red.
"""

from collections.abc import Iterable
from dataclasses import replace

from gate.model.comparison import CaseInput
from gate.verdicts.majority import INFRA_MISSING, Majority


class AnyDrop(Majority):
    """Asks for one head trial a case; failed where the stored baseline passes is a regression. A `Procedure`.

    What a fixture says of `trials` is not followed: more than one would be another policy.
    """

    def __init__(
        self, cases: Iterable[CaseInput], *, infra_missing: float = INFRA_MISSING, fail_fast: bool = False
    ) -> None:
        single = [replace(case, trials=1) for case in cases]
        super().__init__(single, trials=1, infra_missing=infra_missing, fail_fast=fail_fast)
