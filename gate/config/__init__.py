"""`agent-gate.yml`: parsed once, frozen, every problem with its line; unknown keys refused."""

from gate.config.drivers import (
    INSTANCE_VARIABLE,
    AgentforceDriver,
    AgentforcePreviewDriver,
    ChatDriver,
    CommandDriver,
    Driver,
    Hook,
    HooksConfig,
    LimitsConfig,
    LiveDriver,
    OrgConfig,
    ReplayDriver,
)
from gate.config.judge import DEFAULT_KEYS, LIVE, CalibrationConfig, JudgeConfig
from gate.config.parse import FILE_NAME, parse_config
from gate.config.settings import (
    AgentConfig,
    BudgetConfig,
    Config,
    PlanningConfig,
    Price,
    QuarantineConfig,
    RedactionConfig,
    SignOffConfig,
    VerdictsConfig,
)

__all__ = [
    "DEFAULT_KEYS",
    "FILE_NAME",
    "INSTANCE_VARIABLE",
    "LIVE",
    "AgentConfig",
    "AgentforceDriver",
    "AgentforcePreviewDriver",
    "BudgetConfig",
    "CalibrationConfig",
    "ChatDriver",
    "CommandDriver",
    "Config",
    "Driver",
    "Hook",
    "HooksConfig",
    "JudgeConfig",
    "LimitsConfig",
    "LiveDriver",
    "OrgConfig",
    "PlanningConfig",
    "Price",
    "QuarantineConfig",
    "RedactionConfig",
    "ReplayDriver",
    "SignOffConfig",
    "VerdictsConfig",
    "parse_config",
]
