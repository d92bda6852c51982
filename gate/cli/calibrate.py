"""`agent-gate calibrate`: trials for people to score blind, how far the judge agrees with them, and what it may do."""

import json
import re
import sys
from argparse import Namespace
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path

from tabulate import tabulate

from gate.calibration.agreement import LEAST_FAILED, PASSING, failures_told
from gate.calibration.file import merged, print_calibration
from gate.calibration.sample import Judged, draw, weights
from gate.calibration.sheet import items_of
from gate.cli.feedback import give_feedback
from gate.cli.here import Here
from gate.cli.judged import ANYBODY, SAMPLE, judged_trials, write_sheets
from gate.cli.people import write_drafts
from gate.cli.ratings import Taken, read_reactions, read_sheets
from gate.errors import ExitCode, ProblemsError, UsageError
from gate.github.settings import WORKFLOW_BOT
from gate.model.calibration import Calibration, Item, Measured, Share
from gate.model.counting import count
from gate.model.problem import Problem
from gate.reports.escape import terminal
from gate.store import RunFolder

_RATER = re.compile(r"[\w.@-]{1,64}")
_SHOWN = 20


def sample(arguments: Namespace) -> int:
    """Draw judged trials of runs for people to score, and write their sheets."""
    names = arguments.rater or [ANYBODY]
    if bad := [name for name in names if not _RATER.fullmatch(name)]:
        raise UsageError(f"{bad[0]!r} is no name for a sheet", "letters, digits, `.`, `_`, `-` and `@` will do")
    if len({name.casefold() for name in names}) < len(names):
        raise UsageError(f"one of the raters {', '.join(names)} is named twice", "give each rater a name of their own")
    pool = _judged(arguments.folders)
    here = Here.look()
    fitting = {agent: [one for one in found if here.holds(agent, one)] for agent, found in pool.items()}
    chosen = {agent: found for agent, found in fitting.items() if found and arguments.agent in {"", agent}}
    old = sum(len(found) - len(fitting[agent]) for agent, found in pool.items() if arguments.agent in {"", agent})
    if old:
        _say(
            f"{count(old, 'trial is', 'trials are')} left out, scored by another judge or rubric: score their runs "
            "again, `agent-gate score RUN`"
        )
    if not chosen:
        of = f" of agent {arguments.agent}" if arguments.agent else ""
        hint = "name runs with that judge, or score these again: `agent-gate score RUN`"
        if here.config.judge.provider == "none":
            hint = "no judge is configured: name one in agent-gate.yml (docs/judge.md), then `agent-gate score RUN`"
        raise UsageError(f"these runs hold no trial{of} that the judge of today scored", hint)
    places = {agent: _place(here, agent, arguments.out, several=len(chosen) > 1) for agent in sorted(chosen)}
    for agent, place in places.items():
        drawn = draw(chosen[agent], arguments.size, arguments.seed)
        items = items_of(drawn, weights(chosen[agent], drawn))
        write_sheets(place, agent, drawn, names, items)
        failed = sum(1 for one in drawn if any(score.value < PASSING for score in one.scores.values()))
        trials = count(len(drawn), "trial")
        print(f"{trials} of {terminal(agent)} to score, {failed} of them below 2 by the judge: {place}")
        for text in _too_few_failures(items):
            print(f"  {text}")
        print(f"  fill sheet-{names[0]}.md or .csv, then: agent-gate calibrate agree {place}")
    return ExitCode.PASS


def _too_few_failures(items: Sequence[Item]) -> Iterator[str]:
    """For each dimension of a sample that could not let its judge block, why."""
    for dimension in sorted({one.dimension for one in items}):
        told = failures_told((one.score < PASSING, one.weight) for one in items if one.dimension is dimension)
        if told < LEAST_FAILED:
            yield (
                f"{dimension}: its failures tell of what the judge misses like {told:.0f} drawn at random, "
                f"{LEAST_FAILED} are needed before it may block: add runs of a worse agent, or draw more (--size)"
            )


def renew(arguments: Namespace) -> int:
    """Hold what people said already against the scores another judge gives the same trials now."""
    here = Here.look()
    found: dict[str, tuple[Measured, ...]] = {}
    for agent, pool in sorted(_judged(arguments.folders).items()):
        known = here.stored(agent)
        rated = {(one.question, one.dimension) for one in known.items}
        fresh = [one for one in items_of(pool) if (one.question, one.dimension) in rated]
        if not fresh:
            continue
        calibration = merged(known, fresh, here.judge.fingerprint)
        found[agent] = here.measured(calibration)
        here.path(agent).write_text(print_calibration(calibration), encoding="utf-8")
        today = sum(one.judge == here.judge.fingerprint for one in calibration.items)
        _say(f"{today} of {len(rated)} rated lines of {agent} have scores of the judge of today: {here.path(agent)}")
    if not found:
        hint = "score the runs they were drawn from with the judge of today: `agent-gate score DIR`"
        raise UsageError("these runs hold none of the trials that people rated", hint)
    return _show(found, as_json=arguments.json)


def _judged(folders: Sequence[str]) -> Mapping[str, list[Judged]]:
    """The judged trials of runs by agent."""
    pool: dict[str, list[Judged]] = defaultdict(list)
    for place in folders:
        with RunFolder.open(Path(place)) as folder:
            for one, transcript in judged_trials(folder):
                pool[transcript.case.partition("/")[0]].append(one)
    return pool


def _place(here: Here, agent: str, out: str, *, several: bool) -> Path:
    """Where an agent's sheets go. Raises `UsageError` when a sample lies there already."""
    place = Path(out) if out else here.root / here.config.calibration.folder / agent / _today()
    place = place / agent if out and several else place
    if (place / SAMPLE).exists():
        raise UsageError(f"{place} holds a sample already", "fill its sheets, or name another folder: `--out DIR`")
    return place


def agree(arguments: Namespace) -> int:
    """Take what people said into the calibration of their agent, and show how far the judge agrees.

    What somebody scored 0 in a run's spot check is also written as a draft fixture.
    """
    here = Here.look()
    places = [Path(place) for place in arguments.folders]
    taken = _taken(places, arguments.rater or here.person)
    if arguments.reactions:
        host, number = here.github()
        taken += [(place, read_reactions(place, host, number, arguments.account or WORKFLOW_BOT)) for place in places]
    if strange := sorted({one.agent for _, one in taken} - set(here.config.agents)):
        raise UsageError(f"agent {strange[0]} of these sheets is not configured", "see `agents` in agent-gate.yml")
    for text in (text for _, one in taken for text in one.told):
        _say(text)
    if not any(one.items for _, one in taken):
        raise UsageError("nobody rated a trial here", "write 0, 1 or 2 behind each dimension of sheet-….md")
    found: dict[str, tuple[Measured, ...]] = {}
    known: dict[str, Calibration] = {}
    for agent in sorted({one.agent for _, one in taken}):
        path = here.path(agent)
        known[agent] = here.stored(agent)
        fresh = [item for _, one in taken if one.agent == agent for item in one.items]
        calibration = merged(known[agent], fresh, here.judge.fingerprint)
        found[agent] = here.measured(calibration)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(print_calibration(calibration), encoding="utf-8")
        _say(f"{path} written: commit it; it counts once it is on the default branch")
    for place, one in taken:
        for draft in write_drafts(here, place, one, known[one.agent], _today()):
            _say(f"{draft} written: a draft fixture of what was scored 0; look at it before you commit it")
        if told := give_feedback(here, place, one, known[one.agent]):
            _say(told)
    return _show(found, as_json=arguments.json)


def show(arguments: Namespace) -> int:
    """How far the judge of today is known on each agent."""
    here = Here.look()
    if arguments.agent and arguments.agent not in here.config.agents:
        raise UsageError(f"no agent {arguments.agent} is configured", f"there are: {', '.join(here.config.agents)}")
    names = [arguments.agent] if arguments.agent else here.config.agents
    return _show({agent: here.measured(here.stored(agent)) for agent in names}, as_json=arguments.json)


def _taken(places: Sequence[Path], rater: str) -> list[tuple[Path, Taken]]:
    """What people filled in, by folder; every problem of every folder at once."""
    taken: list[tuple[Path, Taken]] = []
    problems: list[Problem] = []
    for place in places:
        try:
            taken.append((place, read_sheets(place, rater, _today())))
        except ProblemsError as error:
            problems += error.problems
    if problems:
        raise ProblemsError(problems, "nothing was taken in: mend the sheets and run it again")
    return taken


def _show(found: Mapping[str, tuple[Measured, ...]], *, as_json: bool) -> int:
    if as_json:
        print(json.dumps({agent: [asdict(one) for one in measures] for agent, measures in found.items()}))
        return ExitCode.PASS
    for agent, measures in found.items():
        print(f"\n{terminal(agent)}")
        print(_table(measures) if measures else "nobody rated a trial: every dimension of the judge is advisory")
        for one in measures:
            _tell(one)
    return ExitCode.PASS


def _table(measures: Sequence[Measured]) -> str:
    rows = [
        (
            one.dimension.value,
            one.standing,
            _share(one.agreement),
            _share(one.sensitivity),
            _share(one.specificity),
            _number(one.kappa),
            _number(one.alpha),
            f"{one.majority:.0%}",
            _share(one.between) if one.between else "-",
        )
        for one in measures
    ]
    rates = ("agreement", "sensitivity", "specificity", "kappa", "alpha", "always same", "people")
    heads = ("dimension", "standing", *rates)
    return tabulate(rows, headers=heads, disable_numparse=True)


def _tell(one: Measured) -> None:
    print(f"\n{one.dimension}: {one.standing}: {one.why}")
    print(f"  {count(one.agreement.total, 'rated trial')} of {count(one.cases, 'case')}")
    sensitivity, specificity = one.at_large
    if (sensitivity, specificity) != (one.sensitivity.rate, one.specificity.rate):
        print(
            f"  allowing for how they were drawn: sensitivity {sensitivity:.0%}, specificity {specificity:.0%} "
            "(the sample holds more of the scores that are rare)"
        )
    if len(one.trend) > 1:
        print("  agreement by month: " + ", ".join(f"{at.month} {at.agreed}/{at.total}" for at in one.trend))
    if one.outdated:
        print(
            f"  {count(one.outdated, 'more was', 'more were')} rated of another judge or rubric: "
            f"`agent-gate calibrate renew RUN` takes {'it' if one.outdated == 1 else 'them'}"
        )
    if one.unsettled:
        print(
            f"  raters disagree on {one.unsettled} more: these count against the judge until a third one settles them"
        )
    for found in one.disagreements[:_SHOWN]:
        judge = f"judge {found.judge} ({terminal(found.judge_reason)[:120]})"
        people = f"people {found.human} ({terminal(found.human_reason)[:120] or 'no reason given'})"
        print(f"  {terminal(found.case)} ({found.question[:12]}): {judge}, {people}")
    if len(one.disagreements) > _SHOWN:
        print(f"  and {count(len(one.disagreements) - _SHOWN, 'more disagreement')}: --json lists all")


def _share(one: Share) -> str:
    return f"{one.hits}/{one.total} ({one.low:.0%}-{one.high:.0%})" if one.total else "-"


def _number(value: float | None) -> str:
    return "undefined" if value is None else f"{value:.2f}"


def _say(text: str) -> None:
    print(terminal(text), file=sys.stderr)


def _today() -> str:
    return datetime.now(UTC).strftime("%Y-%m-%d")
