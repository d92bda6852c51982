"""`agent-gate audit`: what the suite covers of each agent, and what it leaves open."""

import json
from argparse import Namespace
from collections.abc import Sequence
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path

from tabulate import tabulate

from gate.cli.deciding import read_config
from gate.cli.workspace import read_suite
from gate.errors import ExitCode, UsageError
from gate.fixtures.coverage import Coverage, CoverageRules, Gap, coverage
from gate.fixtures.places import Places
from gate.model.counting import count
from gate.planning.names import canonical
from gate.planning.outline import Outline, configured_outlines, surface
from gate.reports.escape import terminal
from gate.repository.repository import Repository

_DEFAULT = CoverageRules()


def audit(arguments: Namespace) -> int:
    """Print the coverage of the working tree's suite; 2 when `--strict` and something is left open."""
    rules = CoverageRules(review_days=arguments.days or _DEFAULT.review_days)
    today = datetime.now(UTC).date()
    with Repository.discover(Path.cwd()) as repository:
        tree = repository.work_tree()
        _text, config = read_config(tree)
        cases = read_suite(tree, config).cases
        outlines = _chosen(configured_outlines(tree, config), arguments.agent or "")
        places = Places(tree)
        found = [coverage(cases, surface(one), today, rules, canonical, line_of=places.line) for one in outlines]
    if arguments.json:
        print(json.dumps([{**asdict(one), "exploratory_share": one.exploratory_share} for one in found], indent=1))
    else:
        print("\n\n".join(_page(one) for one in found))
    return ExitCode.CONFIGURATION if arguments.strict and any(one.gaps for one in found) else ExitCode.PASS


def _chosen(outlines: Sequence[Outline], agent: str) -> Sequence[Outline]:
    chosen = [outline for outline in outlines if agent in ("", outline.name)]
    if not chosen:
        known = ", ".join(outline.name for outline in outlines)
        raise UsageError(f"no agent is called {agent!r}", f"the configuration has {known}")
    return chosen


def _page(one: Coverage) -> str:
    topics = [
        [terminal(topic.topic) or "(no topic)", topic.p0, topic.p1, topic.p2, topic.exploratory] for topic in one.topics
    ]
    actions = [[terminal(action), number] for action, number in one.actions.items()]
    intents = ", ".join(f"{intent or 'none named'} {number}" for intent, number in sorted(one.intents.items()))
    aside = f"{one.exploratory} of them exploratory ({one.exploratory_share:.0%}), which never block"
    parts = [
        f"{terminal(one.agent)}: {count(one.cases, 'case')}, {aside} and are not counted below",
        tabulate(topics, headers=["topic", "P0", "P1", "P2", "exploratory"]) if topics else "",
        tabulate(actions, headers=["action", "cases that expect it"]) if actions else "",
        f"intents: {intents}" if intents else "",
        _gaps(one),
    ]
    return "\n\n".join(part for part in parts if part)


def _gaps(one: Coverage) -> str:
    lines = [f"  {terminal(gap.message)}" + (f"  ({terminal(_where(gap))})" if gap.path else "") for gap in one.gaps]
    return "\n".join([f"left open ({len(lines)}):", *lines]) if lines else "nothing is left open"


def _where(gap: Gap) -> str:
    return f"{gap.path}:{gap.line}" if gap.line else gap.path
