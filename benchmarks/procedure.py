"""The confirm policy's own time: everything it computes for one pull request, agents left out.

Usage: .venv/bin/python -m benchmarks.procedure [CASES]   (500 by default; the bound is one second in total)
"""

import sys
from random import Random
from time import perf_counter

from gate.model.words import Outcome
from gate.verdicts.confirm import ConfirmOptions, confirm_procedure
from tests.simulation.worlds import draw_world


def measure(size: int, mix: str, drift: float) -> tuple[int, float]:
    """Trials asked for, and seconds spent in the procedure, for one unchanged pull request."""
    random = Random(1)
    world = draw_world(random, mix, size)
    started = perf_counter()
    procedure = confirm_procedure(world.cases, ConfirmOptions())
    seconds = perf_counter() - started
    trials = 0
    while True:
        started = perf_counter()
        batch = procedure.wanted()
        seconds += perf_counter() - started
        if not batch:
            break
        lucky = [random.random() < world.base[one.case] * (1 - drift) for one in batch]
        outcomes = [Outcome.PASSED if yes else Outcome.FAILED for yes in lucky]
        started = perf_counter()
        for request, outcome in zip(batch, outcomes, strict=True):
            procedure.observe(request, outcome)
        seconds += perf_counter() - started
        trials += len(batch)
    started = perf_counter()
    procedure.findings()
    return trials, seconds + perf_counter() - started


def main() -> None:
    size = int(sys.argv[1]) if len(sys.argv) > 1 else 500
    for mix, drift in (("stable", 0.0), ("typical", 0.0), ("typical", 0.05), ("typical", 0.1)):
        trials, seconds = measure(size, mix, drift)
        print(f"{size} cases, {mix} agent, drift {drift:.0%}: {trials} trials, {seconds:.3f} s in the procedure")


if __name__ == "__main__":
    main()
