"""`agent-gate init`: find a repository's agents and write what is missing; a file that exists is never touched."""

import sys
from argparse import Namespace
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from gate.cli.deciding import read_config
from gate.cli.own_action import own_action
from gate.config import FILE_NAME, Config, parse_config
from gate.errors import ExitCode, UsageError
from gate.fixtures.manifest import Manifest
from gate.fixtures.suite import load_suite, read_manifest
from gate.model.counting import count
from gate.planning.outline import Outline, configured_outlines
from gate.planning.patterns import within
from gate.ports import Tree
from gate.reports.escape import terminal
from gate.repository.repository import Repository
from gate.scaffold.files import config_text, scaffold
from gate.scaffold.prompts import prompt_outlines, unnamed_parts
from gate.scaffold.salesforce import salesforce_outlines
from gate.scaffold.workflows import UNNAMED, shipped_workflows

_NO_AGENT = (
    "name the folder that holds the agent's prompts: `agent-gate init --source FOLDER`; it is one agent, each prompt "
    "file in it a topic. agent-gate.yml then shows how the driver `chat` is told its prompt, tools and base_url"
)
_UNNAMED = """\
the workflows name no copy of the gate yet: put OWNER/agent-eval-gate@COMMIT in the place of the zeros
  (`agent-gate init --action OWNER/agent-eval-gate@COMMIT` would have written it; docs/installing.md says which)"""
_UNRECORDED = """\
the driver `replay` has no recordings to answer from yet: name the one that runs the agent, as agent-gate.yml shows"""
_NEXT = """\
next:
  1. look at agent-gate.yml: the agents, what defines them, and the driver that runs them
  2. finish the drafts (each says what is left to you), then `agent-gate lint` and `agent-gate audit`
  3. `agent-gate doctor` says what is missing still; then `agent-gate baseline record`
  4. commit; `agent-gate plan` and `agent-gate run` look at a change"""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Setup:
    """What was found, and the files of a set-up, whether they exist or not."""

    outlines: Sequence[Outline]
    files: Mapping[str, str]
    unnamed_parts: Sequence[str] = ()
    """What a configuration that exists has to be told of prompt files that came later."""

    @property
    def unnamed(self) -> Sequence[str]:
        """The workflows that name no copy of the gate yet."""
        return [path for path, text in self.files.items() if UNNAMED in text]


def init(arguments: Namespace) -> int:
    """Write what is missing, or only say what that is (`--dry-run`); every file is named with what became of it."""
    with Repository.discover(Path.cwd()) as repository:
        root = repository.root
        setup = _setup(repository.work_tree(), tuple(arguments.source), root.name, arguments.action or own_action())
    for outline in setup.outlines:
        _say(_described(outline))
    new = [path for path in setup.files if not (root / path).exists()]
    for path, text in setup.files.items():
        done = _deed(root / path, text, dry_run=arguments.dry_run)
        _say(f"  {done:<18}  {terminal(path)}")
    for entry in setup.unnamed_parts:
        _say(
            f"agent-gate.yml does not name a part of the agent: add {terminal(entry)}, and run `agent-gate init` again"
        )
    if FILE_NAME in new:
        _say(_UNRECORDED)
    if set(new) & set(setup.unnamed):
        _say(_UNNAMED)
    if not arguments.dry_run:
        _say(_NEXT)
    return ExitCode.PASS


def _described(outline: Outline) -> str:
    topics = count(len(outline.topics), "topic")
    actions = count(len({action.name for action in outline.every_action}), "action")
    return f"agent {terminal(outline.name)} in {terminal(', '.join(outline.source))}: {topics}, {actions}"


def _deed(path: Path, text: str, *, dry_run: bool) -> str:
    """What becomes of a file, in words."""
    if path.exists():
        return "exists, left alone"
    if dry_run:
        return "would write"
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("x", encoding="utf-8") as file:
        file.write(text)
    return "wrote"


def _setup(tree: Tree, sources: Sequence[str], repository: str, action: str) -> _Setup:
    outlines, config = _agents(tree, sources, repository)
    suite = load_suite(tree, config.fixtures, config.test_data, tuple(config.agents))
    files = scaffold(
        outlines,
        config,
        cases=suite.cases,
        manifest=_manifest(tree, config.test_data),
        paths=tree.paths(),
        workflows=shipped_workflows(action, frozenset().union(*config.needed_variables().values())),
        day=datetime.now(UTC).date().isoformat(),
    )
    if any(within(path, config.baselines) for path in tree.paths()):
        del files[f"{config.baselines}/.gitkeep"]  # it only keeps an empty folder
    return _Setup(outlines=outlines, files=files, unnamed_parts=unnamed_parts(tree.paths(), outlines))


def _agents(tree: Tree, sources: Sequence[str], repository: str) -> tuple[Sequence[Outline], Config]:
    """The agents, and the configuration that says where their fixtures lie: the one that exists, else the new one."""
    if FILE_NAME in tree.paths():
        _text, config = read_config(tree)
        return configured_outlines(tree, config), config
    found = salesforce_outlines(tree, sources) or prompt_outlines(tree.paths(), sources, repository)
    if not found:
        where = f"below {', '.join(sources)}" if sources else "in this repository"
        raise UsageError(f"no agent was found {where}: neither Salesforce metadata nor prompt files", _NO_AGENT)
    return found, parse_config(config_text(found, tree.paths()))


def _manifest(tree: Tree, path: str) -> Manifest | None:
    return read_manifest(tree, path)[0] if path in tree.paths() else None


def _say(text: str) -> None:
    print(text, file=sys.stderr)
