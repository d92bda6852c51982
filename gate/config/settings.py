"""The sections of `agent-gate.yml`, and the whole of it."""

import re
from collections.abc import Mapping
from datetime import date
from typing import Annotated, Literal

from pydantic import Field, field_validator

from gate.config.drivers import ChatDriver, Driver, HooksConfig, ReplayDriver
from gate.config.judge import CalibrationConfig, JudgeConfig
from gate.config.section import Section
from gate.model.words import Dimension, Severity


class AgentConfig(Section):
    """One agent: where its definition lies and how it is run."""

    source: tuple[str, ...] = Field(min_length=1)
    """Folders or files of the agent's definition, relative to the repository root."""
    driver: Driver
    hooks: HooksConfig = HooksConfig()
    topics: Mapping[str, tuple[str, ...]] = {}
    """Agents that are not Salesforce: topic name to path patterns."""
    actions: Mapping[str, tuple[str, ...]] = {}
    """Agents that are not Salesforce: action name to path patterns."""
    model: str = ""
    """The model the agent runs on, as `prices` names it; empty = the chat driver's, else its trials have no price."""

    @property
    def runs_on(self) -> str:
        """The model the agent is known to run on; empty = not known."""
        return self.model or (self.driver.model if isinstance(self.driver, ChatDriver) else "")

    @property
    def is_replayed(self) -> bool:
        """Whether its trials are recordings, which cost nothing."""
        return isinstance(self.driver, ReplayDriver)


class VerdictsConfig(Section):
    """How scores become verdicts."""

    policy: Literal["confirm", "majority", "any-drop"] = "confirm"
    """confirm = screen, confirm, control; majority = most of three trials; any-drop = one lower score."""
    mode: Literal["fast", "standard", "strict"] = "standard"
    """Screening size of the confirm policy."""
    alpha: float = Field(default=0.01, gt=0, le=0.2, allow_inf_nan=False)
    """Largest chance that a pull request that changes nothing is blocked (confirm policy)."""
    fail_fast: bool = False
    """Stop at the first confirmed P0 regression."""
    inconclusive: Literal["fail", "pass"] = "fail"
    """Exit code of an inconclusive run: 3, or 0 with the words said."""
    infra_missing: float = Field(default=0.05, ge=0, le=1)
    """Share of missing trials in an arm above which the run concludes infra-failure."""


class PlanningConfig(Section):
    """What a pull request runs."""

    always: Literal["affected-agents", "every-agent"] = "affected-agents"
    """Whose P0 cases run on every pull request."""
    max_files: int = Field(default=3000, ge=1)
    """Changed files above which the impact is not traced and every case runs."""
    p2_share: float = Field(default=0.5, ge=0, le=1)
    """Share of P2 cases a weekly run draws, by a seed that is stable within the week."""


class BudgetConfig(Section):
    """Caps of one run, and on runs; 0 = none. P2 is dropped first, then P1 repeats, never P0."""

    runs_per_day: int = Field(default=0, ge=0, le=1000)
    """Runs that may ask a live agent within 24 hours: on GitHub those of one workflow, elsewhere those in `runs`."""
    trials: int = Field(default=0, ge=0)
    judge_calls: int = Field(default=0, ge=0)
    tokens: int = Field(default=0, ge=0)
    money: float = Field(default=0, ge=0, allow_inf_nan=False)


class QuarantineConfig(Section):
    """A case that may not block for a while: it still runs and is shown."""

    owner: str = Field(min_length=1)
    """Who gets it out of quarantine."""
    reason: str = Field(min_length=1)
    until: date
    """Last day of the quarantine, e.g. 2026-12-31; the day after, the case counts again and the report says so."""


class RedactionConfig(Section):
    """Personal data that is masked before anything is written, judged or posted. Test data is known and stays."""

    kinds: tuple[Literal["email", "phone", "card", "record-id"], ...] = ("email", "phone", "card", "record-id")
    """What is masked where neither the test data nor the fixture knows it."""
    patterns: Mapping[Annotated[str, Field(pattern=r"^[a-z][a-z0-9-]*$")], str] = {}
    """More to mask: a name of yours to a regular expression."""

    @field_validator("patterns")
    @classmethod
    def _compile(cls, patterns: Mapping[str, str]) -> Mapping[str, str]:
        for name, pattern in patterns.items():
            try:
                re.compile(pattern)
            except re.error as error:
                raise ValueError(f"{name}: {pattern!r} is no regular expression: {error}") from error
        return patterns


class SignOffConfig(Section):
    """Who may accept regressions of a pull request, beside having write access."""

    author_may: bool = False
    """Whether the person who opened the pull request may accept its regressions."""
    require_reason: bool = False
    """Whether a reason must be given: a label gives none, so only the comment command is taken."""


class Price(Section):
    """What a model costs, in the currency of your choice: per million tokens, per user message, or both."""

    input: float = Field(default=0, ge=0, allow_inf_nan=False)
    output: float = Field(default=0, ge=0, allow_inf_nan=False)
    turn: float = Field(default=0, ge=0, allow_inf_nan=False)
    """What one user message costs, for platforms that count credits and tell no tokens."""

    def of(self, input_tokens: int, output_tokens: int, turns: int = 0) -> float:
        """What so much costs."""
        return (self.input * input_tokens + self.output * output_tokens) / 1_000_000 + self.turn * turns


class Config(Section):
    """The whole configuration. `agent-gate config show` prints it with every default."""

    version: Literal[1]
    agents: Mapping[str, AgentConfig] = Field(min_length=1)
    fixtures: str = "fixtures"
    """Folder of fixtures, searched at any depth."""
    test_data: str = "fixtures/test-data.yml"
    """Manifest that placeholders in fixtures resolve from."""
    baselines: str = "baselines"
    """Folder of baseline files, one per agent."""
    runs: str = "runs"
    """Where run folders are made."""
    judge: JudgeConfig = JudgeConfig()
    calibration: CalibrationConfig = CalibrationConfig()
    redaction: RedactionConfig = RedactionConfig()
    verdicts: VerdictsConfig = VerdictsConfig()
    planning: PlanningConfig = PlanningConfig()
    budget: BudgetConfig = BudgetConfig()
    prices: Mapping[str, Price] = {}
    acceptance: Mapping[Severity, Mapping[Dimension, Annotated[float, Field(ge=0, le=1)]]] = {}
    """Absolute floors beside the relative test, e.g. `P0: {correctness: 0.95}`."""
    sign_off: SignOffConfig = SignOffConfig()
    quarantine: Mapping[str, QuarantineConfig] = {}
    """Cases set aside by hand, by `agent/case` or by the case's id alone."""
    concurrency: int = Field(default=20, ge=1, le=1000)
    """Conversations with agents at once; beside them as many finished trials are scored."""

    def secret_variables(self) -> frozenset[str]:
        """The environment variables that hold secrets of agents, hooks and the judge."""
        hooks = (hook for agent in self.agents.values() for hook in agent.hooks.every())
        return frozenset().union(
            *(agent.driver.secret_variables() for agent in self.agents.values()),
            *(hook.secret_variables() for hook in hooks),
            self.judge.secret_variables(),
        )

    @property
    def counts_runs(self) -> bool:
        """Whether runs are held to a quota of the day: one is set, and some agent is live."""
        return bool(self.budget.runs_per_day) and not all(agent.is_replayed for agent in self.agents.values())

    def needed_variables(self) -> Mapping[str, frozenset[str]]:
        """The environment variables without which an agent or the judge cannot be asked, by who needs them."""
        needed = {
            f"agent {name}": agent.driver.needed_variables().union(
                *(hook.secret_variables() for hook in agent.hooks.every())
            )
            for name, agent in self.agents.items()
        }
        needed["the judge"] = self.judge.needed_variables()
        return {who: names for who, names in needed.items() if names}
