"""`agent-gate calibrate`: trials for people to score blind, how far the judge agrees with them, and what it may do."""

import json
import re
import sys
from argparse import Namespace
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path

from tabulate import tabulate

from gate.calibration.file import merged, print_calibration, read_calibration
from gate.calibration.sample import Judged, draw
from gate.calibration.sheet import Filled, rated, read_csv, read_markdown
from gate.calibration.standing import measured
from gate.cli.judged import ANYBODY, SAMPLE, judged_trials, write_sheets
from gate.cli.workspace import read_config, read_suite
from gate.config import Config
from gate.errors import ExitCode, ProblemsError, UsageError
from gate.fixtures.suite import Suite
from gate.judges.open import open_judge
from gate.model.calibration import Calibration, Item, Measured, Share
from gate.model.problem import Problem
from gate.reports.escape import terminal
from gate.repository.repository import Repository
from gate.store import RunFolder

_SHEET = re.compile(r"sheet-(?P<rater>[^/]+)\.(?P<kind>md|csv)")
_RATER = re.compile(r"[\w.@-]{1,64}")
_SHOWN = 5


def sample(arguments: Namespace) -> int:
    """Draw judged trials of runs for people to score, and write their sheets."""
    raters = arguments.rater or [ANYBODY]
    if bad := [name for name in raters if not _RATER.fullmatch(name)]:
        raise UsageError(f"{bad[0]!r} is no name for a sheet", "letters, digits, `.`, `_`, `-` and `@` will do")
    pool: dict[str, list[Judged]] = defaultdict(list)
    for place in arguments.folders:
        with RunFolder.open(Path(place)) as folder:
            for agent, one in judged_trials(folder):
                pool[agent].append(one)
    chosen = {agent: found for agent, found in pool.items() if arguments.agent in {"", agent}}
    if not chosen:
        of = f" of agent {arguments.agent}" if arguments.agent else ""
        raise UsageError(f"these runs hold no trial{of} that a judge scored", "name runs with a judge: `judge:`")
    root, config, _ = _here()
    for agent, trials in sorted(chosen.items()):
        place = Path(arguments.out) if arguments.out else root / config.calibration.folder / agent / _today()
        if (place / SAMPLE).exists():
            raise UsageError(f"{place} holds a sample already", "fill its sheets, or name another folder: `--out DIR`")
        drawn = draw(trials, arguments.size, arguments.seed)
        write_sheets(place, agent, drawn, raters)
        failed = sum(1 for one in drawn if any(score.value < 2 for score in one.scores.values()))
        print(f"{len(drawn)} trials of {terminal(agent)} to score, {failed} of them below 2 by the judge: {place}")
        print(f"fill sheet-{raters[0]}.md or .csv, then: agent-gate calibrate agree {place}")
    return ExitCode.PASS


def agree(arguments: Namespace) -> int:
    """Take filled sheets into the calibration of their agent, and show how far the judge agrees."""
    root, config, suite = _here()
    fresh: dict[str, list[Item]] = defaultdict(list)
    for place in arguments.folders:
        agent, items = _read_sheets(Path(place))
        fresh[agent] += items
    found: dict[str, tuple[Measured, ...]] = {}
    if strange := sorted(set(fresh) - set(config.agents)):
        raise UsageError(f"agent {strange[0]} of these sheets is not configured", "see `agents` in agent-gate.yml")
    for agent, items in sorted(fresh.items()):
        path = root / config.calibration.folder / f"{agent}.json"
        known = _stored(path) or Calibration(agent=agent)
        calibration = merged(known, tuple(items))
        found[agent] = _measured(root, config, suite, calibration)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(print_calibration(calibration), encoding="utf-8")
        print(f"{path} written: commit it; it counts once it is on the default branch", file=sys.stderr)
    return _show(found, as_json=arguments.json)


def show(arguments: Namespace) -> int:
    """How far the judge of today is known on each agent."""
    root, config, suite = _here()
    if arguments.agent and arguments.agent not in config.agents:
        raise UsageError(f"no agent {arguments.agent} is configured", f"there are: {', '.join(config.agents)}")
    found = {}
    for agent in [arguments.agent] if arguments.agent else config.agents:
        known = _stored(root / config.calibration.folder / f"{agent}.json")
        found[agent] = _measured(root, config, suite, known) if known else ()
    return _show(found, as_json=arguments.json)


def _here() -> tuple[Path, Config, Suite]:
    with Repository.discover(Path.cwd()) as repository:
        tree = repository.work_tree()
        _, config = read_config(tree)
        return repository.root, config, read_suite(tree, config)


def _stored(path: Path) -> Calibration | None:
    return read_calibration(path.read_text(encoding="utf-8"), str(path)) if path.is_file() else None


def _measured(root: Path, config: Config, suite: Suite, calibration: Calibration) -> tuple[Measured, ...]:
    judge = open_judge(root, config, suite.data)
    if judge is None:
        raise UsageError("no judge is configured, so there is none to calibrate", "set `judge:` in agent-gate.yml")
    return measured(calibration, suite.cases, judge.fingerprint, config.calibration.agreement)


def _read_sheets(place: Path) -> tuple[str, list[Item]]:
    """The agent and every rated item of a folder of sheets. Raises `ProblemsError` with all that is wrong in them."""
    path = place / SAMPLE
    if not path.is_file():
        hint = "name the folder that `agent-gate calibrate sample` or a run's spot check made"
        raise UsageError(f"{place} holds no {SAMPLE}", hint)
    sampled = read_calibration(path.read_text(encoding="utf-8"), str(path))
    by_rater: dict[str, dict[tuple[str, str], Filled]] = defaultdict(dict)
    problems: list[Problem] = []
    for sheet in sorted(place.iterdir()):
        if name := _SHEET.fullmatch(sheet.name):
            text = sheet.read_text(encoding="utf-8", errors="replace")
            try:
                filled = read_markdown(text, str(sheet)) if name["kind"] == "md" else read_csv(text, str(sheet))
            except ProblemsError as error:
                problems += error.problems
                continue
            for one in filled:
                before = by_rater[name["rater"]].setdefault((one.trial, one.dimension), one)
                if before.score != one.score:
                    message = f"{one.dimension} of trial {one.trial} has another score than in the other sheet"
                    problems.append(Problem(path=str(sheet), message=message, hint="fill one of the two sheets"))
    if problems:
        raise ProblemsError(problems)
    if not by_rater:
        raise UsageError(f"no sheet in {place} is filled", "write 0, 1 or 2 behind each dimension of sheet-….md")
    items = [
        item
        for rater, filled in sorted(by_rater.items())
        for item in rated(sampled.items, list(filled.values()), rater, _today(), str(place))
    ]
    return sampled.agent, _joined(items)


def _joined(items: Sequence[Item]) -> list[Item]:
    """One item a trial and dimension, with the ratings of all raters."""
    joined = merged(Calibration(agent=""), ())
    for item in items:
        joined = merged(joined, (item,))
    return list(joined.items)


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


def _today() -> str:
    return datetime.now(UTC).strftime("%Y-%m-%d")
