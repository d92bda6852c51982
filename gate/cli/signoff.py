"""`agent-gate baseline accept`: a person's acceptance of a run's results, written into the working tree's baselines."""

import sys
from argparse import Namespace
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

from gate.cli.deciding import read_config
from gate.config import Config
from gate.errors import ExitCode, UsageError
from gate.github.signoff.checking import baseline_path, stamp
from gate.github.signoff.command import MOST_REASON
from gate.github.signoff.result import Result, read_result
from gate.github.signoff.rows import rewritten
from gate.github.signoff.rules import Refusal
from gate.github.signoff.settlement import entered_in, settle
from gate.model.baseline import SignOff
from gate.model.counting import count
from gate.ports import Tree
from gate.reports.escape import clip, one_line, terminal
from gate.repository.git import Git
from gate.repository.repository import Repository


def accept(arguments: Namespace) -> int:
    """Write the results of a run's named cases, or of all that hold the merge, into the baselines on disk."""
    result = read_result(Path(arguments.folder))
    with Repository.discover(Path.cwd()) as repository:
        root, tree = repository.root, repository.work_tree()
        config = read_config(tree)[1]
        texts = _texts(tree, config)
    entry = _entry(arguments, result, root)
    settled = settle(result, arguments.case, entry, before=frozenset(), inconclusive=config.verdicts.inconclusive)
    if isinstance(settled, Refusal):
        raise UsageError(terminal(settled.text), terminal(settled.remedy))
    for agent in entered_in(settled, result.plan, config.agents, texts):
        cases = tuple(key for key in settled.accepted if key.startswith(f"{agent}/"))
        path = root / baseline_path(config, agent)
        path.parent.mkdir(parents=True, exist_ok=True)
        new = rewritten(texts.get(agent, ""), agent, result, replace(entry, cases=cases))
        path.write_text(new, encoding="utf-8")
        _say(f"wrote {path} ({count(len(cases), 'case')} of run {result.run})")
    for rest in settled.rest:
        _say(f"not accepted: {terminal(rest)}")
    _say("commit it; on GitHub this alone accepts nothing: a pull request is signed off there, by label or comment")
    return ExitCode.PASS


def _texts(tree: Tree, config: Config) -> dict[str, str]:
    paths = {baseline_path(config, agent): agent for agent in config.agents}
    return {paths[path]: content.decode("utf-8", "replace") for path, content in tree.read_many(paths).items()}


def _entry(arguments: Namespace, result: Result, root: Path) -> SignOff:
    by = one_line(arguments.by) or one_line(Git(root).ask("config", "--get", "user.name").text)
    if not by:
        raise UsageError("nobody is said to accept this", "give a name: `--by NAME`, or set git's user.name")
    reason = clip(one_line(arguments.reason), MOST_REASON)
    if not reason:
        raise UsageError("the reason is empty", "say why the new results may stay: `--reason TEXT`")
    commit = result.plan.head.sha
    at = stamp(datetime.now(UTC))
    return SignOff(at=at, by=by, reason=reason, commit=commit, digest=result.digest, cases=(), run=result.run)


def _say(text: str) -> None:
    print(f"agent-gate: {text}", file=sys.stderr)
