"""What a run folder says of its run, made ready for the stages."""

import os
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import partial
from pathlib import Path
from random import Random

from gate.agents.agentforce.guards import refuse_record_ids
from gate.agents.hooks import Hooks
from gate.agents.open import held_open
from gate.agents.trial import Patience, run_trial
from gate.baselines.comparable import Scorers
from gate.baselines.record import Origin
from gate.budget import Caps, Meter, answered_words, left_out_words, masked_words, unknown_words
from gate.calibration.standing import advisory_from
from gate.config import LIVE, AgentforceDriver, AgentforcePreviewDriver, Config, Driver, LiveDriver
from gate.errors import ProblemsError
from gate.judges.open import open_judge
from gate.model.calibration import Advisory
from gate.model.case import Case
from gate.model.comparison import Findings, Request
from gate.model.plan import Forecast, Plan
from gate.model.problem import Problem
from gate.model.report import Report, Spend
from gate.model.score import TrialScores, outcome
from gate.model.transcript import Transcript
from gate.model.words import Dimension, Outcome, Tier
from gate.pipeline import Stage, Watcher, drive
from gate.ports import Agent, Judge
from gate.redaction.masks import Known, Masking, redacted
from gate.scoring.scorer import Scorer
from gate.store import Inputs, KeptOnly, RunFolder
from gate.verdicts.acceptance import acceptance
from gate.verdicts.choose import choose, joined
from gate.verdicts.comparison import compare
from gate.verdicts.decision import Rules, decide
from gate.verdicts.errored import errored_words
from gate.verdicts.inputs import case_inputs, levels_of
from gate.verdicts.procedure import Procedure
from gate.verdicts.quarantine import quarantine
from gate.verdicts.renewal import renew, watched


@dataclass(frozen=True, slots=True, kw_only=True)
class Setting:
    """A run's constants. `quarantined` holds case keys; `notes` are said on the report.

    `advisory`: an agent's dimensions whose judge may not block: all that people have not shown it right on.
    """

    inputs: Inputs
    plan: Plan
    cases: Mapping[str, Case]
    judge: Judge | None
    quarantined: frozenset[str]
    advisory: Advisory
    notes: tuple[str, ...] = ()

    @classmethod
    def of(cls, folder: RunFolder) -> "Setting":
        """The setting of the run in a folder."""
        inputs = folder.inputs()
        cases = {case.key: case for case in inputs.cases}
        aside = quarantine(inputs.config.quarantine, tuple(cases), date.fromisoformat(inputs.started[:10]))
        judge = open_judge(Path(inputs.root), inputs.config, inputs.test_data, scripted=inputs.scripted)
        return cls(
            inputs=inputs,
            plan=folder.plan(),
            cases=cases,
            judge=judge,
            quarantined=aside.cases,
            advisory=advisory_from(inputs.measured, judge.fingerprint if judge else ""),
            notes=(*aside.notes, *inputs.notes),
        )

    @property
    def scorers(self) -> Scorers:
        """What gives this run's scores."""
        return Scorers(judge=self.judge.fingerprint if self.judge else "", checks=self.inputs.checks_version)

    def spend(self, used: Meter, seconds: float) -> Spend:
        """What the run used, with its money as far as every model behind it has a price."""
        config = self.inputs.config
        judged = config.judge.provider in LIVE and config.judge.model in config.prices
        return Spend(
            trials=used.trials,
            judge_calls=used.judge_calls,
            tokens=used.tokens,
            duration_seconds=round(seconds, 3),
            money=used.money if self.priced else None,
            judge_money=used.judge_money if judged else None,
        )

    @property
    def priced(self) -> bool:
        """Whether every agent that ran has a model with a price, and a judge that is paid as well."""
        config = self.inputs.config
        judged = config.judge.provider not in LIVE or config.judge.model in config.prices
        agents = (config.agents[agent] for agent in self.inputs.capabilities)
        return judged and all(agent.is_replayed or agent.runs_on in config.prices for agent in agents)

    def origin(self, agent: str) -> Origin:
        """Where this run's head trials of an agent come from, for a baseline."""
        definition = next(one for one in self.plan.agents if one.name == agent)
        return Origin(
            agent=agent,
            agent_fingerprint=definition.head_fingerprint,
            commit=self.plan.head.sha,
            gate_version=self.inputs.gate_version,
            date=self.inputs.started[:10],
            scorers=self.scorers,
        )

    def stage(
        self, folder: RunFolder, agents: Mapping[str, Agent] | None, watcher: Watcher, shuffle: int | None = None
    ) -> Stage:
        """What carries out the trials. `agents` None = nothing is run, kept trials are all there is."""
        config = self.inputs.config
        patience = {name: _patience(agent.driver) for name, agent in config.agents.items()}
        live = {name for name, agent in config.agents.items() if isinstance(agent.driver, LiveDriver)}
        secrets = [os.environ.get(name, "") for name in config.secret_variables()]
        masking = Masking.of(config.redaction, secrets)
        hooks = self._hooks(agents)

        async def run(request: Request) -> Transcript:
            case = self.cases[request.case]
            if agents is None:
                return _never_run(request)
            around = hooks[case.agent].around_trial if case.agent in hooks else None
            agent, waits = agents[case.agent], patience[case.agent]
            transcript = await run_trial(agent, case, request.arm, request.trial, waits, around=around)
            known = Known(case, self.inputs.test_data)
            return redacted(transcript, known, masking) if case.agent in live else transcript

        return Stage(
            cases=self.cases,
            store=folder if agents is not None else KeptOnly(folder),
            run=run,
            score=Scorer(self.judge, votes=config.judge.votes, test_data=self.inputs.test_data, levels=self._levels),
            outcome=self.outcome,
            price=self._price,
            judge_price=self._judge_price,
            watcher=watcher,
            at_once=config.concurrency,
            order=tuple if shuffle is None else shuffled(shuffle),
            caps=Caps(
                trials=config.budget.trials,
                judge_calls=config.budget.judge_calls,
                tokens=config.budget.tokens,
                money=config.budget.money,
            ),
            expected=_expected(self.plan.forecast),
        )

    async def drive(
        self, folder: RunFolder, stage: Stage, agents: Mapping[str, Agent] | None, used: Meter, *, judges: bool
    ) -> Findings:
        """What the configured policy finds; `used` is counted up. Shards of a merged run are driven one by one.

        Nothing runs when an agent's head cannot be run as it is written; the findings then say what is wrong with it.
        Trials that are kept of another version than the one that answers now are set aside, and made again.
        `judges`: the judge will be asked; where only kept scores are read it need not answer.
        """
        if agents is None and self.inputs.broken:
            return _broken(self.inputs.broken)
        self._refuse(agents)
        judge = self.judge if judges else None
        async with held_open((agents or {}).values(), self._hooks(agents).values(), judge) as problems:
            if problems:
                return _broken(problems)
            if agents is not None:
                folder.set_trials_aside(partial(_of_another_version, agents))
            return await self._driven(stage, used)

    async def follow(
        self, procedure: Procedure, stage: Stage, agents: Mapping[str, Agent] | None, used: Meter
    ) -> Findings:
        """What one procedure finds of everything. Raises `ProblemsError` when an agent's head cannot be run."""
        self._refuse(agents)
        async with held_open((agents or {}).values(), self._hooks(agents).values(), self.judge) as problems:
            if problems:
                raise ProblemsError(problems)
            return await drive(procedure, stage, used)

    def _refuse(self, agents: Mapping[str, Agent] | None) -> None:
        """Raises `ProblemsError` when a case would send an org the id of one of its records."""
        drivers = {name: self.inputs.config.agents[name].driver for name in agents or {}}
        in_orgs = {name for name, one in drivers.items() if isinstance(one, AgentforceDriver | AgentforcePreviewDriver)}
        refuse_record_ids(case for case in self.inputs.cases if case.agent in in_orgs)

    def _hooks(self, agents: Mapping[str, Agent] | None) -> Mapping[str, Hooks]:
        """Of the agents that run and have any. Recordings need nothing set up."""
        configured = ((name, self.inputs.config.agents[name]) for name in agents or {})
        known = {name: agent.hooks for name, agent in configured if not agent.is_replayed}
        root = Path(self.inputs.root)
        return {name: Hooks(hooks, root, os.environ) for name, hooks in known.items() if hooks.every()}

    async def _driven(self, stage: Stage, used: Meter) -> Findings:
        inputs = case_inputs(
            self.inputs.cases,
            self.plan,
            self.inputs.baselines,
            self.scorers,
            advisory=self.advisory,
            quarantined=self.quarantined,
        )
        shards = self.plan.part.of if self.plan.part else max(1, len(self.plan.shards))
        sharing = replace(stage, caps=stage.caps.share(shards))
        found: dict[str, Findings] = {}
        for name, keys in self._judged_together().items():
            together = [one for one in inputs if one.case in keys]
            spent = Meter()
            procedure = choose(self.inputs.config.verdicts, together, self.inputs.capabilities, shards=shards)
            found[name] = await drive(procedure, sharing, spent)
            used.add(spent)
        return joined(found)

    def _judged_together(self) -> Mapping[str, Collection[str]]:
        """Case keys that one procedure judges, by their name: all the plan selects, or a merged run's shards."""
        if not self.plan.shards:
            return {"": {one.case for one in self.plan.selected}}
        return {f"shard {number}": set(keys) for number, keys in enumerate(self.plan.shards, start=1) if keys}

    def report(
        self,
        folder: RunFolder,
        findings: Findings,
        spend: Spend,
        used: Meter,
        *,
        notes: tuple[str, ...],
        about_judge: tuple[str, ...],
    ) -> Report:
        """The comparison, the decision and everything else that is told of the run, and of what it `used`."""
        config = self.inputs.config
        comparison = compare(
            self.inputs.cases,
            self.plan,
            self.inputs.baselines,
            folder.all_scores(),
            findings,
            policy=policy_name(config),
            scorers=self.scorers,
            advisory=self.advisory,
            quarantined=self.quarantined,
        )
        deterministic = all(can.deterministic for can in self.inputs.capabilities.values())
        floors = acceptance(config.acceptance, self.plan.tier, comparison, deterministic=deterministic)
        dropped = left_out_words(used.left_out, lambda case: self.cases[case].severity)
        told = (
            *self.notes,
            *errored_words(folder.all_scores()),
            *self._watched(folder),
            *dropped,
            *said_of(used),
            *self._of_judge(),
            *notes,
        )
        rules = Rules(
            inconclusive=config.verdicts.inconclusive,
            acceptance=floors,
            notes=told,
            about_judge=about_judge,
            by_label=not (config.sign_off.require_reason or self.inputs.of_fork),
            by_author=config.sign_off.author_may,
        )
        return Report(
            run=folder.path.name,
            folder=str(folder.path),
            started=self.inputs.started,
            plan=self.plan,
            comparison=comparison,
            decision=decide(self.plan, comparison, rules),
            spend=spend,
        )

    def _watched(self, folder: RunFolder) -> tuple[str, ...]:
        """Of a run on the default branch, by the clock or by hand: what fell although no definition changed."""
        if self.plan.tier in {Tier.PULL_REQUEST, Tier.NAMED}:
            return ()
        same = [one.name for one in self.plan.agents if one.base_fingerprint == one.head_fingerprint]
        known = [agent for agent in same if agent in self.inputs.baselines and agent in self.inputs.capabilities]
        trials = [one for one in folder.all_scores() if one.case not in self.quarantined] if known else []
        return tuple(
            note
            for agent in known
            for note in watched(
                agent,
                renew(
                    self.inputs.baselines[agent],
                    [case for case in self.inputs.cases if case.agent == agent],
                    trials,
                    self.origin(agent),
                    keep=1.0,
                    advisory=self.advisory(agent),
                    recorded=self.inputs.capabilities[agent].recorded,
                ),
            )
        )

    def _of_judge(self) -> tuple[str, ...]:
        return self.judge.notes() if self.judge else ()

    def _levels(self, case: Case) -> Mapping[Dimension, int]:
        return levels_of(self.plan, case)

    def outcome(self, scores: TrialScores) -> Outcome:
        """What a trial came to, against the levels of this run."""
        return outcome(scores, self._levels(self.cases[scores.case]), self.advisory(scores.case.partition("/")[0]))

    def _price(self, transcript: Transcript) -> float:
        config = self.inputs.config
        agent = config.agents[transcript.case.partition("/")[0]]
        price = config.prices.get(agent.runs_on)
        if price is None or agent.is_replayed:
            return 0.0
        turns = transcript.turns
        tokens = sum(turn.input_tokens for turn in turns), sum(turn.output_tokens for turn in turns)
        return price.of(*tokens, len(turns))

    def _judge_price(self, scores: TrialScores) -> float:
        judge = self.inputs.config.judge
        price = self.inputs.config.prices.get(judge.model) if judge.provider in LIVE else None
        return price.of(scores.judge_input_tokens, scores.judge_output_tokens) if price else 0.0


def _expected(forecast: Forecast) -> Meter:
    return Meter(
        trials=forecast.trials,
        judge_calls=forecast.judge_calls,
        input_tokens=forecast.tokens,
        money=forecast.money or 0.0,
    )


def said_of(used: Meter) -> tuple[str, ...]:
    """What is told of the transcripts of a run: who answered, what was masked, what was not understood."""
    return (*answered_words(used.answered), *masked_words(used.masked), *unknown_words(used.unknown))


def _of_another_version(agents: Mapping[str, Agent], kept: Transcript) -> bool:
    agent = agents.get(kept.case.partition("/")[0])
    return agent is not None and kept.arm in agent.capabilities.arms and kept.version != agent.version(kept.arm)


def _broken(problems: Sequence[Problem]) -> Findings:
    return Findings(cases={}, broken=tuple(problems))


def shuffled(seed: int) -> Callable[[Sequence[Request]], Sequence[Request]]:
    """Another order of a batch's trials, the same for the same seed."""
    return lambda batch: Random(f"{seed} {len(batch)}").sample(batch, len(batch))  # noqa: S311 - no secret


def policy_name(config: Config) -> str:
    """The policy in force as reports name it."""
    verdicts = config.verdicts
    return f"{verdicts.policy} ({verdicts.mode})" if verdicts.policy == "confirm" else verdicts.policy


def _patience(driver: Driver) -> Patience:
    if isinstance(driver, LiveDriver):
        return Patience(turn_seconds=driver.turn_seconds, case_seconds=driver.case_seconds)
    return Patience()


def _never_run(request: Request) -> Transcript:
    error = "this run has no such trial: score and report use kept trials only"
    return Transcript(case=request.case, arm=request.arm, trial=request.trial, agent_fingerprint="", error=error)
