"""`agent-gate demo`: a scratch git repository with the example agent, and three pull requests through the real gate."""

import os
import shutil
import subprocess
import sys
import tempfile
from argparse import Namespace
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import frontmatter

import gate
from gate.cli.evaluate import Ask, evaluate
from gate.cli.present import announce
from gate.cli.workspace import open_workspace
from gate.errors import ExitCode, UsageError
from gate.model.counting import count
from gate.model.report import Report
from gate.model.words import Tier
from gate.planning.sides import Scope

EXAMPLE = "examples/customer-support"
SHIPPED = (EXAMPLE, "fixtures", "baselines", "calibration", "agent-gate.yml")
"""What the scratch repository is made of, relative to this one."""
MAIN = "main"


@dataclass(frozen=True, slots=True, kw_only=True)
class PullRequest:
    """One of the shipped pull requests: its branch, what its author says, what the gate must conclude."""

    branch: str
    title: str
    text: str
    expected: str
    patch: Path


def demo(arguments: Namespace) -> int:
    """Gate every shipped pull request; 0 when each conclusion is the one its description promises."""
    source = _source()
    root = Path(arguments.keep) if arguments.keep else Path(tempfile.mkdtemp(prefix="agent-gate-demo-"))
    requests = sorted(_pull_requests(source), key=lambda one: one.expected)
    _build(source, root, requests)
    _say(f"built a repository with the example agent and {count(len(requests), 'pull request')} in {root}")
    concluded = {request: _gate(root, request) for request in requests}
    _say("")
    for request, report in concluded.items():
        mark = "as expected" if conclusion(report) == request.expected else f"EXPECTED {request.expected}"
        _say(f"  {request.branch:<24} {conclusion(report)} ({mark})")
    right = all(conclusion(report) == request.expected for request, report in concluded.items())
    return ExitCode.PASS if right else ExitCode.BLOCKED


def conclusion(report: Report) -> str:
    """The conclusion in words; a pass without a case says that nothing was affected."""
    said = str(report.decision.conclusion)
    return said if report.plan.selected else f"{said}: nothing affected"


def _gate(root: Path, request: PullRequest) -> Report:
    _say(f"\n── pull request “{request.title}” " + "─" * max(0, 60 - len(request.title)))
    _say(request.text.strip() + "\n")
    with open_workspace(root, MAIN, request.branch) as workspace:
        ask = Ask(scope=Scope(tier=Tier.PULL_REQUEST), verdicts=workspace.config.verdicts, label=request.branch)
        report = evaluate(workspace, ask)
    announce(report)
    return report


def _source() -> Path:
    source = Path(gate.__file__).resolve().parent.parent
    if not (source / EXAMPLE).is_dir():
        raise UsageError("this installation comes without the example agent", "clone the repository and `make demo`")
    return source


def _pull_requests(source: Path) -> Iterator[PullRequest]:
    for page in sorted((source / EXAMPLE / "pull-requests").glob("*/pull-request.md")):
        post = frontmatter.loads(page.read_text(encoding="utf-8"))
        yield PullRequest(
            branch=page.parent.name,
            title=str(post["title"]),
            text=post.content,
            expected=str(post["expected"]),
            patch=page.parent / "change.patch",
        )


def _build(source: Path, root: Path, requests: list[PullRequest]) -> None:
    if root.exists() and any(root.iterdir()):
        raise UsageError(f"{root} is not empty", "name a folder that is empty or not there yet")
    for part in SHIPPED:
        _copy(source / part, root / part)
    _git(root, "init", "--quiet", f"--initial-branch={MAIN}")
    _commit(root, "Add the customer support agent")
    for request in requests:
        _git(root, "checkout", "--quiet", "-b", request.branch, MAIN)
        _git(root, "apply", str(request.patch.resolve()))
        _commit(root, request.title)
    _git(root, "checkout", "--quiet", MAIN)


def _copy(source: Path, target: Path) -> None:
    if source.is_dir():
        shutil.copytree(source, target, ignore=shutil.ignore_patterns("__pycache__"))
    else:
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(source, target)


def _commit(root: Path, message: str) -> None:
    _git(root, "add", "--all")
    _git(root, "commit", "--quiet", "--message", message)


def _git(root: Path, *arguments: str) -> None:
    """Run git in the scratch repository, under a name of its own and no configuration of the person's."""
    who = {"NAME": "Example", "EMAIL": "example@example.com"}
    environment = {
        **os.environ,
        **{f"GIT_{role}_{key}": value for role in ("AUTHOR", "COMMITTER") for key, value in who.items()},
        "GIT_CONFIG_GLOBAL": os.devnull,
        "GIT_CONFIG_SYSTEM": os.devnull,
    }
    done = subprocess.run(["git", *arguments], cwd=root, env=environment, capture_output=True, text=True, check=False)  # noqa: S603, S607 - fixed words
    if done.returncode:
        raise UsageError(f"git {arguments[0]} failed: {done.stderr.strip()}", "is git installed, 2.28 or newer?")


def _say(text: str) -> None:
    print(text, file=sys.stderr)
