"""Simulated agents: suites drawn like public agents, changes to them, and the product's procedure over both.

Pass rates are Beta distributions fitted to public repeated-run results of tool-using agents: `stable` like the best
agents on telecom tasks, `typical` half of those, a quarter like retail, a quarter like airline tasks.
"""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from random import Random

from gate.model.comparison import CaseInput, Findings
from gate.model.words import Arm, CaseVerdict, Outcome, Severity
from gate.verdicts.confirm import ConfirmOptions, confirm_procedure
from tests.procedures import blocks

SEED = 20260401
STORED_RUNS = 20
TOPICS = 5
TELECOM, RETAIL, AIRLINE = (28.4, 1.23), (3.1, 0.57), (0.79, 0.15)
MIXES: Mapping[str, Sequence[tuple[float, float]]] = {
    "stable": [TELECOM],
    "typical": [TELECOM, TELECOM, RETAIL, AIRLINE],
}

Change = Callable[[dict[str, float]], dict[str, float]]
"""From the pass rates of base to those of head."""


@dataclass(frozen=True, slots=True)
class World:
    """One pull request: what is stored, and how often each case really passes."""

    cases: list[CaseInput]
    base: dict[str, float]


@dataclass(slots=True)
class Tally:
    """What became of many pull requests."""

    prs: int = 0
    blocked: int = 0
    named: int = 0
    environment: int = 0
    trials: int = 0
    cases: int = 0
    phases: Counter[str] = field(default_factory=Counter)

    @property
    def trials_per_case(self) -> float:
        return self.trials / self.cases


def unchanged(rates: dict[str, float]) -> dict[str, float]:
    return rates


def first_falls(to: float) -> Change:
    """The first case falls to that rate."""
    return lambda rates: {**rates, case_key(0): to}


def case_key(number: int) -> str:
    return f"agent/{number:03d}"


def draw_world(random: Random, mix: str, size: int, *, first: float | None = None) -> World:
    """A suite of that many gateable cases; `first` sets the true rate of the first one."""
    rates = [_gateable(random, MIXES[mix]) for _ in range(size)]
    if first is not None:
        rates[0] = (first, _passes(random, first))
    return world_of(rates)


def world_of(rates: Sequence[tuple[float, int]]) -> World:
    """A world of these true rates and stored passes."""
    cases = [
        CaseInput(
            case=case_key(number),
            topic=f"topic-{number % TOPICS}",
            severity=Severity.P0,
            stored_ok=stored,
            stored_runs=STORED_RUNS,
            comparable=True,
            may_block=True,
        )
        for number, (_, stored) in enumerate(rates)
    ]
    return World(cases, {case_key(number): rate for number, (rate, _) in enumerate(rates)})


def simulate(
    draw: Callable[[Random], World],
    *,
    prs: int,
    options: ConfirmOptions,
    change: Change = unchanged,
    drift: float = 0.0,
) -> Tally:
    """Many pull requests through the product's procedure; `drift` lowers every rate in both arms since the baseline."""
    random = Random(SEED)  # noqa: S311 - seeded, so that a failure can be repeated
    tally = Tally()
    for _ in range(prs):
        world = draw(random)
        base = {case: rate * (1 - drift) for case, rate in world.base.items()}
        rates = {Arm.BASE: base, Arm.HEAD: {case: rate * (1 - drift) for case, rate in change(world.base).items()}}
        findings = _one(random, world.cases, rates, options)
        tally.prs += 1
        tally.blocked += blocks(findings)
        tally.named += findings.cases[case_key(0)].verdict is CaseVerdict.REGRESSED and not findings.environment
        tally.environment += bool(findings.environment)
        tally.trials += sum(findings.phases.values())
        tally.cases += len(world.cases)
        tally.phases.update(findings.phases)
    return tally


def _one(
    random: Random, cases: list[CaseInput], rates: Mapping[Arm, Mapping[str, float]], options: ConfirmOptions
) -> Findings:
    procedure = confirm_procedure(cases, options)
    while batch := procedure.wanted():
        for request in batch:
            lucky = random.random() < rates[request.arm][request.case]
            procedure.observe(request, Outcome.PASSED if lucky else Outcome.FAILED)
    return procedure.findings()


def _gateable(random: Random, mix: Sequence[tuple[float, float]]) -> tuple[float, int]:
    while True:
        rate = random.betavariate(*random.choice(mix))
        stored = _passes(random, rate)
        if stored >= 0.75 * STORED_RUNS:
            return rate, stored


def _passes(random: Random, rate: float) -> int:
    return sum(random.random() < rate for _ in range(STORED_RUNS))
