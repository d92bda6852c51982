"""Who scores what the checks leave open, what it may see, and how people measure it."""

from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from gate.config.drivers import LimitsConfig, OrgConfig, Seconds, Url, Variable
from gate.config.section import Section

LIVE = frozenset({"openai", "anthropic", "azure", "salesforce"})
"""Providers that are asked over the network."""
DEFAULT_KEYS = {"openai": "OPENAI_API_KEY", "anthropic": "ANTHROPIC_API_KEY", "azure": "AZURE_OPENAI_API_KEY"}
"""The variables that hold their keys where the configuration names none."""


class JudgeConfig(Section):
    """Who scores what the checks leave open."""

    provider: Literal["none", "recorded", "openai", "anthropic", "azure", "salesforce"] = "none"
    """none = checks alone; recorded = verdicts kept in a folder; openai = any OpenAI-compatible endpoint."""
    verdicts: str = ""
    """Folder of recorded verdicts, relative to the repository root; needed by the provider `recorded`."""
    model: str = ""
    """The judge's model; for azure the deployment's name. Of another family than the agent's."""
    family: str = ""
    """Family of the judge's model where its name does not tell, e.g. `llama`."""
    base_url: Url | None = None
    """Address of the endpoint; openai and anthropic have their own as default, salesforce asks `org`."""
    api_version: str = ""
    """Version of the Azure OpenAI interface."""
    key: Variable | None = None
    """Environment variable that holds the key; default OPENAI_API_KEY, ANTHROPIC_API_KEY, AZURE_OPENAI_API_KEY."""
    org: OrgConfig = OrgConfig()
    """The org whose Models API answers, for the provider `salesforce`."""
    votes: Literal[1, 3] = 1
    """1 = a second and third vote only when the first is below the level; 3 = always three."""
    boundary: Literal["any", "salesforce"] = "any"
    """salesforce = transcripts may not leave the trust boundary: any other provider is refused."""
    resolved: str = ""
    """Id of the model that must answer, as it names itself. Empty = any, which can be no ground to block a merge."""
    cache: Annotated[str, Field(pattern=r"^[A-Za-z0-9_-]*$")] = "verdicts"
    """Folder of verdicts already paid for, below ~/.cache/agent-eval-gate; empty = none are kept."""
    max_tokens: int = Field(default=2000, ge=100)
    """Longest answer of the judge."""
    seconds: Seconds = 120
    """Longest wait for one answer."""
    limits: LimitsConfig = LimitsConfig()

    @model_validator(mode="after")
    def _has_what_its_provider_needs(self) -> Self:
        if self.provider == "recorded" and not self.verdicts:
            raise ValueError("provider 'recorded' needs `verdicts`, the folder of recorded verdicts")
        if self.provider in LIVE and not self.model:
            raise ValueError(f"provider {self.provider!r} needs `model`")
        if self.provider == "azure" and not self.base_url:
            raise ValueError("provider 'azure' needs `base_url`, https://<resource>.openai.azure.com")
        if self.provider == "salesforce" and self.base_url:
            raise ValueError("provider 'salesforce' takes no `base_url`: `org.instance_url` names the org it asks")
        if self.boundary == "salesforce" and self.provider not in {"salesforce", "recorded", "none"}:
            raise ValueError(f"`boundary: salesforce` keeps transcripts in the org: provider {self.provider!r} may not")
        return self

    @property
    def pinned(self) -> bool:
        """Whether its fingerprint stands for one model: what a name stands for may change unnoticed."""
        return self.provider not in LIVE or bool(self.resolved)

    def secret_variables(self) -> frozenset[str]:
        """The key's, or those of the org whose models are asked."""
        key = self.key or DEFAULT_KEYS.get(self.provider)
        org = self.org.secret_variables() if self.provider == "salesforce" else frozenset()
        return org | (frozenset({key}) if key else frozenset())

    def needed_variables(self) -> frozenset[str]:
        """The key's, unless an address of your own may do without one; those of the org whose models are asked."""
        if self.provider == "salesforce":
            return self.org.needed_variables()
        free = self.base_url is not None and self.provider != "azure" and self.key is None
        return frozenset() if self.provider not in LIVE or free else self.secret_variables()


class CalibrationConfig(Section):
    """How people measure the judge before it may block."""

    folder: str = "calibration"
    """Folder of labels and results, one file per agent."""
    agreement: float = Field(default=0.8, gt=0, lt=1)
    """Agreement that must be shown with 95 % confidence before a dimension's judge may block."""
    spot_check: float = Field(default=0.1, ge=0, le=1)
    """Share of judged trials a run draws for people to check."""
    issue: int | None = Field(default=None, ge=1)
    """Number of the issue in which runs of the default branch ask people by comments; unset = they ask nobody there."""
    comments: int = Field(default=5, ge=1, le=20)
    """Most comments a run adds there."""
