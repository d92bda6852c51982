"""Which procedure a run is driven by: the configured policy, for what each agent's driver can do."""

from collections.abc import Mapping, Sequence
from itertools import groupby

from gate.config import VerdictsConfig
from gate.model.comparison import CaseInput, Findings, Request
from gate.model.words import Arm, Outcome
from gate.ports import Capabilities
from gate.verdicts.any_drop import AnyDrop
from gate.verdicts.confirm import ConfirmOptions, confirm_procedure
from gate.verdicts.majority import Majority
from gate.verdicts.procedure import Procedure


def choose(
    rules: VerdictsConfig, inputs: Sequence[CaseInput], capabilities: Mapping[str, Capabilities], *, shards: int = 1
) -> Procedure:
    """The procedure of a run; `capabilities` by agent.

    Each agent's suite is judged by itself, and so is each of the run's `shards`. Under `confirm` they share `alpha`
    evenly, so the chance of a false block stays below it for the whole pull request.
    """
    ordered = sorted(inputs, key=lambda one: one.case)
    groups = {agent: list(cases) for agent, cases in groupby(ordered, key=_agent)}
    share = rules.alpha / shards / max(1, len(groups))
    return Together({agent: _one(rules, cases, capabilities[agent], share) for agent, cases in groups.items()})


def _one(rules: VerdictsConfig, cases: Sequence[CaseInput], can: Capabilities, alpha: float) -> Procedure:
    match rules.policy:
        case "any-drop":
            return AnyDrop(cases, infra_missing=rules.infra_missing, fail_fast=rules.fail_fast)
        case "majority":
            return Majority(cases, infra_missing=rules.infra_missing, fail_fast=rules.fail_fast)
        case "confirm":
            options = ConfirmOptions(
                mode=rules.mode,
                alpha=alpha,
                promise=rules.alpha,
                fail_fast=rules.fail_fast,
                infra_missing=rules.infra_missing,
                deterministic=can.deterministic,
                has_base_arm=Arm.BASE in can.arms,
            )
            return confirm_procedure(cases, options)


class Together:
    """Several agents' procedures as one `Procedure`: they ask in one batch and are told only their own outcomes."""

    def __init__(self, parts: Mapping[str, Procedure]) -> None:
        self._parts = parts

    def wanted(self) -> tuple[Request, ...]:
        """What any of them wants now."""
        return tuple(request for part in self._parts.values() for request in part.wanted())

    def observe(self, request: Request, outcome: Outcome) -> None:
        """Tell the agent's own procedure."""
        self._parts[request.case.partition("/")[0]].observe(request, outcome)

    def findings(self) -> Findings:
        """Everything they found; what differs between agents is said with the agent's name."""
        return joined({agent: part.findings() for agent, part in self._parts.items()})


def joined(found: Mapping[str, Findings]) -> Findings:
    """Findings of several parts of a run as one; what differs between them is said with the part's name."""
    phases: dict[str, int] = {}
    for one in found.values():
        for phase, trials in one.phases.items():
            phases[phase] = phases.get(phase, 0) + trials
    return Findings(
        cases={key: finding for one in found.values() for key, finding in one.cases.items()},
        groups=tuple(group for one in found.values() for group in one.groups),
        broken=tuple(problem for one in found.values() for problem in one.broken),
        environment=_said({name: one.environment for name, one in found.items()}),
        phases=phases,
        guarantee=_said({name: one.guarantee for name, one in found.items()}),
        detectable=_said({name: one.detectable for name, one in found.items()}),
    )


def _said(texts: Mapping[str, str]) -> str:
    """One sentence when all parts have the same one, else each with its part's name."""
    said = {name: text for name, text in texts.items() if text}
    if len(set(texts.values())) <= 1:
        return next(iter(said.values()), "")
    return "; ".join(f"{name}: {text}" for name, text in said.items())


def _agent(case: CaseInput) -> str:
    return case.case.partition("/")[0]
