"""`agent-gate calibrate`: trials for people to score blind, how far the judge agrees with them, and what it may do."""

import json
import re
import sys
from argparse import Namespace
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path

from tabulate import tabulate

from gate.calibration.agreement import LEAST_FAILED
from gate.calibration.file import merged, print_calibration, read_calibration
from gate.calibration.sample import Judged, draw
from gate.calibration.sheet import items_of
from gate.calibration.standing import measured
from gate.cli.judged import ANYBODY, SAMPLE, judged_trials, write_sheets
from gate.cli.ratings import Taken, joined, read_sheets
from gate.cli.workspace import read_config, read_suite
from gate.config import Config
from gate.errors import ExitCode, ProblemsError, UsageError
from gate.fixtures.suite import Suite
from gate.judges.kin import Models, scripted_models
from gate.judges.open import open_judge
from gate.model.calibration import Calibration, Measured, Share
from gate.model.problem import Problem
from gate.model.transcript import Transcript
from gate.reports.escape import terminal
from gate.repository.repository import Repository
from gate.store import RunFolder

_RATER = re.compile(r"[\w.@-]{1,64}")
_SHOWN = 20


def sample(arguments: Namespace) -> int:
    """Draw judged trials of runs for people to score, and write their sheets."""
    names = arguments.rater or [ANYBODY]
    if bad := [name for name in names if not _RATER.fullmatch(name)]:
        raise UsageError(f"{bad[0]!r} is no name for a sheet", "letters, digits, `.`, `_`, `-` and `@` will do")
    pool = _judged(arguments.folders)
    chosen = {agent: found for agent, found in pool.items() if arguments.agent in {"", agent}}
    if not chosen:
        of = f" of agent {arguments.agent}" if arguments.agent else ""
        raise UsageError(f"these runs hold no trial{of} that a judge scored", "name runs with a judge: `judge:`")
    here = _Here.look()
    places = {agent: _place(here, agent, arguments.out, several=len(chosen) > 1) for agent in sorted(chosen)}
    for agent, place in places.items():
        drawn = draw([one for one, _ in chosen[agent]], arguments.size, arguments.seed)
        transcripts = {one.question.hash: transcript for one, transcript in chosen[agent]}
        write_sheets(place, agent, drawn, names, transcripts)
        failed = sum(1 for one in drawn if any(score.value < 2 for score in one.scores.values()))
        print(f"{len(drawn)} trials of {terminal(agent)} to score, {failed} of them below 2 by the judge: {place}")
        if failed < LEAST_FAILED:
            print(f"  people must fail {LEAST_FAILED} of them before this judge may block: add runs of a worse agent")
        print(f"  fill sheet-{names[0]}.md or .csv, then: agent-gate calibrate agree {place}")
    return ExitCode.PASS


def renew(arguments: Namespace) -> int:
    """Hold what people said already against the scores another judge gives the same trials now."""
    here = _Here.look()
    found: dict[str, tuple[Measured, ...]] = {}
    for agent, pool in sorted(_judged(arguments.folders).items()):
        known = here.stored(agent)
        rated = {(one.question, one.dimension) for one in known.items}
        fresh = [one for one in items_of([trial for trial, _ in pool]) if (one.question, one.dimension) in rated]
        if not fresh:
            continue
        calibration = merged(known, joined(fresh))
        found[agent] = here.measured(calibration)
        here.path(agent).write_text(print_calibration(calibration), encoding="utf-8")
        renewed = f"{len(joined(fresh))} of {len(rated)} rated lines of {agent}"
        _say(f"{renewed} have the scores of these runs: {here.path(agent)}")
    if not found:
        hint = "score the runs they were drawn from with the judge of today: `agent-gate score DIR`"
        raise UsageError("these runs hold none of the trials that people rated", hint)
    return _show(found, as_json=arguments.json)


def _judged(folders: Sequence[str]) -> Mapping[str, list[tuple[Judged, Transcript]]]:
    """The judged trials of runs by agent, each with its transcript."""
    pool: dict[str, list[tuple[Judged, Transcript]]] = defaultdict(list)
    for place in folders:
        with RunFolder.open(Path(place)) as folder:
            for one, transcript in judged_trials(folder):
                pool[transcript.case.partition("/")[0]].append((one, transcript))
    return pool


def _place(here: "_Here", agent: str, out: str, *, several: bool) -> Path:
    """Where an agent's sheets go. Raises `UsageError` when a sample lies there already."""
    place = Path(out) if out else here.root / here.config.calibration.folder / agent / _today()
    place = place / agent if out and several else place
    if (place / SAMPLE).exists():
        raise UsageError(f"{place} holds a sample already", "fill its sheets, or name another folder: `--out DIR`")
    return place


def agree(arguments: Namespace) -> int:
    """Take filled sheets into the calibration of their agent, and show how far the judge agrees."""
    here = _Here.look()
    taken = _taken([Path(place) for place in arguments.folders], arguments.rater or here.person)
    if strange := sorted({one.agent for one in taken} - set(here.config.agents)):
        raise UsageError(f"agent {strange[0]} of these sheets is not configured", "see `agents` in agent-gate.yml")
    if not any(one.items for one in taken):
        raise UsageError("no sheet is filled in", "write 0, 1 or 2 behind each dimension of sheet-….md")
    found: dict[str, tuple[Measured, ...]] = {}
    for agent in sorted({one.agent for one in taken}):
        path = here.path(agent)
        fresh = joined([item for one in taken if one.agent == agent for item in one.items])
        calibration = merged(here.stored(agent), fresh)
        found[agent] = here.measured(calibration)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(print_calibration(calibration), encoding="utf-8")
        _say(f"{path} written: commit it; it counts once it is on the default branch")
    for one in taken:
        for text in one.told:
            _say(text)
    return _show(found, as_json=arguments.json)


def show(arguments: Namespace) -> int:
    """How far the judge of today is known on each agent."""
    here = _Here.look()
    if arguments.agent and arguments.agent not in here.config.agents:
        raise UsageError(f"no agent {arguments.agent} is configured", f"there are: {', '.join(here.config.agents)}")
    names = [arguments.agent] if arguments.agent else here.config.agents
    return _show({agent: here.measured(here.stored(agent)) for agent in names}, as_json=arguments.json)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Here:
    """The repository of the working folder: its configuration and suite, and who works in it."""

    root: Path
    config: Config
    suite: Suite
    scripted: Models
    person: str

    @classmethod
    def look(cls) -> "_Here":
        with Repository.discover(Path.cwd()) as repository:
            tree = repository.work_tree()
            _, config = read_config(tree)
            suite = read_suite(tree, config)
            return cls(
                root=repository.root,
                config=config,
                suite=suite,
                scripted=scripted_models(config, tree),
                person=repository.person(),
            )

    def path(self, agent: str) -> Path:
        return self.root / self.config.calibration.folder / f"{agent}.json"

    def stored(self, agent: str) -> Calibration:
        path = self.path(agent)
        if not path.is_file():
            return Calibration(agent=agent)
        return read_calibration(path.read_text(encoding="utf-8"), str(path), agent)

    def measured(self, calibration: Calibration) -> tuple[Measured, ...]:
        judge = open_judge(self.root, self.config, self.suite.data, scripted=self.scripted)
        if judge is None:
            raise UsageError("no judge is configured, so there is none to calibrate", "set `judge:` in agent-gate.yml")
        return measured(calibration, self.suite.cases, judge.fingerprint, self.config.calibration.agreement)


def _taken(places: Sequence[Path], rater: str) -> list[Taken]:
    """What people filled in; every problem of every folder at once."""
    taken: list[Taken] = []
    problems: list[Problem] = []
    for place in places:
        try:
            taken.append(read_sheets(place, rater, _today()))
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
    print(f"  {one.agreement.total} rated trials of {one.cases} cases")
    if len(one.trend) > 1:
        print("  agreement by month: " + ", ".join(f"{at.month} {at.agreed}/{at.total}" for at in one.trend))
    if one.outdated:
        print(
            f"  {one.outdated} more were rated of another judge or rubric: `agent-gate calibrate renew RUN` takes them"
        )
    if one.unsettled:
        print(f"  {one.unsettled} trials count for nothing, because raters disagree on them")
    for found in one.disagreements[:_SHOWN]:
        judge = f"judge {found.judge} ({terminal(found.judge_reason)[:120]})"
        people = f"people {found.human} ({terminal(found.human_reason)[:120] or 'no reason given'})"
        print(f"  {terminal(found.case)} ({found.question[:12]}): {judge}, {people}")
    if len(one.disagreements) > _SHOWN:
        print(f"  and {len(one.disagreements) - _SHOWN} more disagreements: --json lists all")


def _share(one: Share) -> str:
    return f"{one.hits}/{one.total} ({one.low:.0%}-{one.high:.0%})" if one.total else "-"


def _number(value: float | None) -> str:
    return "undefined" if value is None else f"{value:.2f}"


def _say(text: str) -> None:
    print(terminal(text), file=sys.stderr)


def _today() -> str:
    return datetime.now(UTC).strftime("%Y-%m-%d")
