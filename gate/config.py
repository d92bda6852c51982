"""`agent-gate.yml`: parsed once, frozen, every problem with its line; unknown keys refused."""

from collections.abc import Mapping
from datetime import date
from difflib import get_close_matches
from typing import Annotated, Literal, Self, cast

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from gate.documents import Document, load_yaml
from gate.errors import ProblemsError
from gate.model.problem import Problem
from gate.model.words import Dimension, Severity

FILE_NAME = "agent-gate.yml"


class _Section(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, use_attribute_docstrings=True)


class ReplayDriver(_Section):
    """Recorded trials, chosen by the agent definition's fingerprint."""

    type: Literal["replay"]
    recordings: str
    """Folder of recordings, relative to the repository root."""


class AgentConfig(_Section):
    """One agent: where its definition lies and how it is run."""

    source: tuple[str, ...] = Field(min_length=1)
    """Folders or files of the agent's definition, relative to the repository root."""
    driver: ReplayDriver
    topics: Mapping[str, tuple[str, ...]] = {}
    """Agents that are not Salesforce: topic name to path patterns."""
    actions: Mapping[str, tuple[str, ...]] = {}
    """Agents that are not Salesforce: action name to path patterns."""
    model: str = ""
    """The model the agent runs on, as `prices` names it; empty = its trials have no price."""


class JudgeConfig(_Section):
    """Who scores what the checks leave open."""

    provider: Literal["recorded", "none"] = "none"
    """none = checks alone; recorded = verdicts kept in a folder, found by what a judge would see."""
    verdicts: str = ""
    """Folder of recorded verdicts, relative to the repository root; needed by the provider `recorded`."""
    votes: Literal[1, 3] = 1
    """1 = a second and third vote only when the first is below the level; 3 = always three."""

    @model_validator(mode="after")
    def _has_a_folder(self) -> Self:
        if self.provider == "recorded" and not self.verdicts:
            raise ValueError("provider 'recorded' needs `verdicts`, the folder of recorded verdicts")
        return self


class VerdictsConfig(_Section):
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


class PlanningConfig(_Section):
    """What a pull request runs."""

    always: Literal["affected-agents", "every-agent"] = "affected-agents"
    """Whose P0 cases run on every pull request."""
    max_files: int = Field(default=3000, ge=1)
    """Changed files above which the impact is not traced and every case runs."""
    p2_share: float = Field(default=0.5, ge=0, le=1)
    """Share of P2 cases a weekly run draws, by a seed that is stable within the week."""


class BudgetConfig(_Section):
    """Caps of one run; 0 = none. P2 is dropped first, then P1 repeats, never P0."""

    trials: int = Field(default=0, ge=0)
    tokens: int = Field(default=0, ge=0)
    money: float = Field(default=0, ge=0, allow_inf_nan=False)


class QuarantineConfig(_Section):
    """A case that may not block for a while: it still runs and is shown."""

    owner: str = Field(min_length=1)
    """Who gets it out of quarantine."""
    reason: str = Field(min_length=1)
    until: date
    """Last day of the quarantine, e.g. 2026-12-31; the day after, the case counts again and the report says so."""


class SignOffConfig(_Section):
    """Who may accept regressions of a pull request, beside having write access."""

    author_may: bool = False
    """Whether the person who opened the pull request may accept its regressions."""
    require_reason: bool = False
    """Whether a reason must be given: a label gives none, so only the comment command is taken."""


class Price(_Section):
    """What a model costs, in the currency of your choice, per million tokens."""

    input: float = Field(ge=0, allow_inf_nan=False)
    output: float = Field(ge=0, allow_inf_nan=False)


class Config(_Section):
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
    """Trials in flight at once."""


def parse_config(text: str, path: str = FILE_NAME) -> Config:
    """The configuration of a YAML text. Raises `ProblemsError` with every problem, each with line, key and remedy."""
    document = load_yaml(text, path)
    try:
        return Config.model_validate(document.value)
    except ValidationError as error:
        raise ProblemsError([_problem(item, document, path) for item in error.errors()]) from error


def _problem(item: Mapping[str, object], document: Document, path: str) -> Problem:
    location = tuple(part for part in cast("tuple[str | int, ...]", item["loc"]) if part != "[key]")
    key = ".".join(str(part) for part in location)
    message = str(item["msg"])
    hint = "see `agent-gate config schema` for what this key takes"
    if item["type"] == "extra_forbidden":
        message = f"unknown key {location[-1]!r}"
        near = get_close_matches(str(location[-1]), _known_keys(location[:-1]), n=1)
        hint = f"did you mean {near[0]!r}?" if near else "remove it, or see `agent-gate config schema`"
    elif item["type"] == "missing":
        message = f"{location[-1]!r} is required"
    return Problem(path=path, line=document.line(location), key=key, message=message, hint=hint)


def _known_keys(parent: tuple[str | int, ...]) -> list[str]:
    sections: Mapping[str, type[BaseModel]] = {
        "judge": JudgeConfig,
        "verdicts": VerdictsConfig,
        "planning": PlanningConfig,
        "budget": BudgetConfig,
        "sign_off": SignOffConfig,
    }
    if not parent:
        return list(Config.model_fields)
    if parent[0] == "agents":
        return list(AgentConfig.model_fields if len(parent) <= 2 else ReplayDriver.model_fields)
    if parent[0] == "quarantine":
        return list(QuarantineConfig.model_fields)
    section = sections.get(str(parent[0]))
    return list(section.model_fields) if section else []
