"""Which cases and which policy the command line asks for, over what the configuration says."""

from argparse import Namespace
from datetime import UTC, datetime

from gate.config import Config, VerdictsConfig
from gate.errors import UsageError
from gate.model.words import Tier
from gate.planning.sides import Scope


def verdicts_of(arguments: Namespace, config: Config) -> VerdictsConfig:
    """The policy in force: the configured one, with what the command line says instead."""
    asked = {
        "policy": arguments.policy,
        "mode": arguments.mode,
        "fail_fast": getattr(arguments, "fail_fast", None) or None,
    }
    given = {key: value for key, value in asked.items() if value is not None}
    return VerdictsConfig.model_validate(config.verdicts.model_dump() | given)


def scope_of(arguments: Namespace) -> Scope:
    """The selection the command line asks for. Raises `UsageError` when it asks for two at once."""
    asked = [name for name in ("full", "tier", "case") if getattr(arguments, name)]
    if len(asked) > 1:
        raise UsageError(f"--{asked[0]} and --{asked[1]} contradict each other", "give one of them")
    return Scope(
        tier=_tier(arguments),
        cases=tuple(arguments.case),
        agents=tuple(arguments.agent),
        day=datetime.now(UTC).date(),
        shard=getattr(arguments, "shard", None),
    )


def _tier(arguments: Namespace) -> Tier:
    if arguments.full:
        return Tier.FULL
    if arguments.tier:
        return Tier(arguments.tier)
    if arguments.case:
        return Tier.NAMED
    return Tier.FULL if getattr(arguments, "record_baseline", False) else Tier.PULL_REQUEST
