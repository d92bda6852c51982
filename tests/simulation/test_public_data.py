"""The same promises on the measured pass rates of public agents, when their tables are at hand.

Set AGENT_GATE_PUBLIC_DATA to the folder that holds `metr_task_counts.csv`, `taubench_gpt4o_airline_trials.csv` and
`tau2_leaderboard_count_hist.csv`.
"""

import csv
import os
from collections import defaultdict
from collections.abc import Iterator, Sequence
from pathlib import Path
from random import Random

import pytest

from gate.verdicts.confirm import ConfirmOptions
from gate.verdicts.flips import flip_report
from gate.verdicts.statistics import clopper_pearson_upper
from tests.procedures import passed
from tests.simulation.worlds import STORED_RUNS, World, simulate, world_of

FOLDER = os.environ.get("AGENT_GATE_PUBLIC_DATA", "")
pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not FOLDER, reason="AGENT_GATE_PUBLIC_DATA names no folder with the public tables"),
]

PRS = 2000


def rows(name: str) -> Iterator[dict[str, str]]:
    with (Path(FOLDER) / name).open(encoding="utf-8", newline="") as file:
        yield from csv.DictReader(file)


def metr(agent: str) -> list[float]:
    """Pass rates of the tasks with about eight runs; the `ai_rd` family pools different time limits."""
    return [
        int(row["passes"]) / int(row["n"])
        for row in rows("metr_task_counts.csv")
        if row["agent"] == agent and not row["task_family"].startswith("ai_rd")
    ]


def airline_trials() -> dict[str, list[bool]]:
    trials: dict[str, list[bool]] = defaultdict(list)
    for row in rows("taubench_gpt4o_airline_trials.csv"):
        trials[row["task_id"]].append(float(row["reward"]) >= 1)
    return trials


def leaderboard(submission: str, domain: str) -> list[float]:
    for row in rows("tau2_leaderboard_count_hist.csv"):
        if row["submission"].startswith(submission) and row["domain"] == domain and row["exact"] == "1":
            return [count / 4 for count in range(5) for _ in range(int(row[f"n{count}of4"]))]
    raise LookupError(f"{submission} {domain}")


def false_blocks(rates: Sequence[float]) -> tuple[float, float]:
    """The upper bound of the share of unchanged PRs blocked, and trials per case."""

    def world(random: Random) -> World:
        return world_of([(rate, sum(random.random() < rate for _ in range(STORED_RUNS))) for rate in rates])

    tally = simulate(world, prs=PRS, options=ConfirmOptions())
    return clopper_pearson_upper(tally.blocked, tally.prs), tally.trials_per_case


@pytest.mark.parametrize("agent", ["o1", "o1-preview", "Claude 3.5 Sonnet (New)", "GPT-4o"])
def test_unchanged_agents_of_the_time_horizon_runs_are_not_blocked(agent: str) -> None:
    blocked, trials = false_blocks(metr(agent))
    assert blocked <= 0.01
    assert trials <= 6


@pytest.mark.parametrize(
    ("submission", "domain"),
    [
        ("claude-opus-4-5_sierra", "airline"),
        ("claude-opus-4-5_sierra", "retail"),
        ("gpt-5_sierra", "retail"),
        ("gpt-5_sierra", "telecom"),
        ("gpt-5-2_sierra", "telecom"),
    ],
)
def test_unchanged_agents_of_the_leaderboard_are_not_blocked(submission: str, domain: str) -> None:
    blocked, trials = false_blocks(leaderboard(submission, domain))
    assert blocked <= 0.01
    assert trials <= 6


def test_unchanged_airline_agent_is_not_blocked_where_the_simple_rules_block_it() -> None:
    outcomes = {task: [passed(yes) for yes in trials] for task, trials in airline_trials().items()}
    report = flip_report(outcomes)
    assert report.one_against_one > 0.99
    assert report.majority_of_three > 0.9
    blocked, _ = false_blocks([one.passed / one.trials for one in report.cases])
    assert blocked <= 0.01
