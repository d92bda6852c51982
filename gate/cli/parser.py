"""What can be typed: one builder per sub-command. Imports nothing heavy, so that `--help` answers at once."""

import argparse
import re

from gate import __version__

ACTION = re.compile(r"[A-Za-z0-9][A-Za-z0-9-]*/agent-eval-gate@[0-9a-f]{40}")
"""The gate as an action: a copy of its repository, at a commit."""
_EPILOG = """\
exit codes:
  0    pass, accepted, or nothing affected
  1    blocked
  2    configuration, fixture or permission that you must fix
  3    could not tell: infra-failure, or inconclusive where the configuration says so
  130  interrupted; go on with `agent-gate run --resume DIR`

Talk goes to stderr, machine output (--json) to stdout. Start with `agent-gate demo`.
"""


class Commands:
    """Adds sub-commands; the parsed namespace's `handler` names `module:function` of the chosen one."""

    def __init__(self, parser: argparse.ArgumentParser) -> None:
        self._actions = parser.add_subparsers(
            title="commands", metavar="COMMAND", required=True, help="what to do; each takes --help"
        )

    def add(self, name: str, handler: str, text: str) -> argparse.ArgumentParser:
        """A new sub-command, with `text` as its line in the list and its description."""
        command = self._actions.add_parser(name, help=text, description=f"{text[0].upper()}{text[1:]}.")
        command.set_defaults(handler=handler)
        return command


def build_parser() -> argparse.ArgumentParser:
    """The whole command line."""
    parser = argparse.ArgumentParser(
        prog="agent-gate",
        description="Decides whether a change to an AI agent may merge, says why, and what to do next.",
        epilog=_EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--version", action="version", version=f"agent-gate {__version__}")
    commands = Commands(parser)
    _run(commands)
    _plan(commands)
    _graph(commands)
    _lint(commands)
    _audit(commands)
    _stages(commands)
    _merge(commands)
    _baseline(commands)
    _calibrate(commands)
    _aa(commands)
    _config(commands)
    _demo(commands)
    _set_up(commands)
    return parser


def _run(commands: Commands) -> None:
    run = commands.add("run", "run:run", "plan, run, score, compare, decide and report a change")
    _selection(run)
    _judging(run)
    run.add_argument("--resume", metavar="DIR", help="go on with an interrupted run; pays only for what is missing")
    run.add_argument(
        "--shard", type=_shard, metavar="I/N", help="run part I of N, as `plan --shards N` splits; `merge` joins them"
    )
    run.add_argument("--dry-run", action="store_true", help="print the plan and the forecast, run nothing")
    run.add_argument("--fail-fast", action="store_true", help="stop at the first confirmed P0 regression")
    run.add_argument(
        "--record-baseline",
        action="store_true",
        help="count the trials in the baselines of the working tree; only on a commit of the default branch",
    )
    run.add_argument("--record", metavar="DIR", help="keep the trials as recordings, for the driver `replay`")
    run.add_argument("--shuffle", type=int, metavar="SEED", help="another order of trials: results do not depend on it")
    run.add_argument("--runs", metavar="DIR", help="where to make the run folder (default: as configured)")
    run.add_argument("--label", default="", help="words for the run folder's name, e.g. pr-128")
    _json(run, "print report.json on stdout")


def _plan(commands: Commands) -> None:
    plan = commands.add("plan", "planning:plan", "what changed, what that affects and why, what would run and cost")
    _selection(plan)
    _judging(plan)
    plan.add_argument("--shards", type=_positive, metavar="N", help="split the selection into N parts of like cost")
    _json(plan, "print the plan as data on stdout")


def _graph(commands: Commands) -> None:
    graph = commands.add("graph", "graph:graph", "show an agent's map: topics, actions, targets, backing code")
    graph.add_argument("agent", nargs="?", help="one agent by name (default: all)")
    graph.add_argument("--ref", default="", help="read this commit (default: the working tree)")
    shape = graph.add_mutually_exclusive_group()
    shape.add_argument("--mermaid", action="store_true", help="print a Mermaid diagram")
    _json(shape, "print the map as data")


def _lint(commands: Commands) -> None:
    lint = commands.add("lint", "lint:lint", "report every error of fixtures, with file, line and remedy")
    lint.add_argument("paths", nargs="*", metavar="PATH", help="fixtures or folders (default: the fixtures root)")
    _json(lint, 'print {"cases": […], "problems": […]} on stdout')


def _audit(commands: Commands) -> None:
    audit = commands.add("audit", "audit:audit", "what the suite covers of each agent, and what it leaves open")
    audit.add_argument("agent", nargs="?", help="one agent by name (default: all)")
    audit.add_argument("--days", type=_positive, metavar="N", help="how old a case's last review may be (default: 90)")
    audit.add_argument("--strict", action="store_true", help="exit with 2 when something is left open")
    _json(audit, "print it as data on stdout")


def _stages(commands: Commands) -> None:
    score = commands.add("score", "stages:score", "score a run's transcripts again; no agent is called")
    score.add_argument("folder", metavar="DIR", help="a run folder")
    score.add_argument("--as-run", action="store_true", help="with the fixtures as they were, not as they are now")
    _json(score, "print report.json on stdout")
    report = commands.add("report", "stages:report", "write a run's reports again; nothing is run or scored")
    report.add_argument("folder", metavar="DIR", help="a run folder")
    _json(report, "print report.json on stdout")
    compare = commands.add("compare", "stages:compare", "compare two runs, case by case")
    compare.add_argument("base", metavar="A", help="a run folder, taken as the accepted one")
    compare.add_argument("head", metavar="B", help="a run folder, held against it")
    _json(compare, "print the comparison as data on stdout")


def _merge(commands: Commands) -> None:
    merge = commands.add("merge", "merge:merge", "join the run folders of all shards of a plan into one run and decide")
    merge.add_argument("folders", nargs="+", metavar="DIR", help="run folders of `run --shard`, or folders above them")
    merge.add_argument("--runs", metavar="DIR", help="where to make the run folder (default: as configured)")
    merge.add_argument("--label", default="", help="words for the run folder's name, e.g. pr-128")
    _json(merge, "print report.json on stdout")


def _baseline(commands: Commands) -> None:
    baseline = commands.add("baseline", "baseline:show", "show, compare or record the accepted results")
    parts = Commands(baseline)
    show = parts.add("show", "baseline:show", "print the accepted results of an agent")
    show.add_argument("agent", nargs="?", help="one agent by name (default: all)")
    _json(show, "print them as data on stdout")
    diff = parts.add("diff", "baseline:diff", "what differs between two baseline files")
    one = "baselines/AGENT.json, or REF:PATH for one in git, main:baselines/AGENT.json"
    diff.add_argument("base", metavar="A", help=f"the earlier baseline file: {one}")
    diff.add_argument("head", metavar="B", help="the later one, named likewise")
    _json(diff, "print it as data on stdout")
    accept = parts.add("accept", "signoff:accept", "write what a run's regressed cases came to into the baseline")
    accept.add_argument("folder", metavar="DIR", help="a run folder")
    accept.add_argument("--case", action="append", default=[], metavar="ID", help="only this case (may be repeated)")
    accept.add_argument("--reason", required=True, metavar="TEXT", help="why the new results may stay")
    accept.add_argument("--by", default="", metavar="NAME", help="who accepts (default: git's user.name)")
    drift = parts.add("drift", "baseline:drift", "slow decay since the release anchor; exits with 1 when there is some")
    drift.add_argument("agent", nargs="?", help="one agent by name (default: all)")
    _json(drift, "print it as data on stdout")
    record = parts.add("record", "baseline:record", "run a definition and write its results as the baseline")
    record.add_argument("--agent", action="append", metavar="NAME", help="only this agent (may be repeated)")
    record.add_argument("--trials", type=_positive, default=20, metavar="N", help="trials per case (default: 20)")
    record.add_argument("--ref", default="", help="the commit to record (default: the working tree)")
    record.add_argument("--release", default="", metavar="NAME", help="also set the drift anchor, under this name")
    source = record.add_mutually_exclusive_group()
    source.add_argument("--top-up", action="store_true", help="run only what cases lack: 20 runs, 50 below 95 %%")
    source.add_argument(
        "--from", dest="merged", nargs="+", metavar="DIR", help="count runs of merged changes; run none"
    )
    source.add_argument("--resume", metavar="DIR", help="go on with an interrupted recording; pays for nothing twice")


def _calibrate(commands: Commands) -> None:
    calibrate = commands.add("calibrate", "calibrate:show", "measure the judge by what people say, before it may block")
    parts = Commands(calibrate)
    sample = parts.add("sample", "calibrate:sample", "draw judged trials of runs for people to score blind")
    sample.add_argument("folders", nargs="+", metavar="DIR", help="run folders")
    sample.add_argument("--agent", default="", metavar="NAME", help="only this agent (default: all)")
    sample.add_argument("--size", type=_positive, default=50, metavar="N", help="trials an agent (default: 50)")
    sample.add_argument("--rater", action="append", metavar="NAME", help="who scores (may be repeated; default: you)")
    sample.add_argument("--seed", default="calibration", metavar="WORD", help="another word draws other trials")
    sample.add_argument("--out", metavar="DIR", help="where to write (default: calibration/AGENT/DATE)")
    agree = parts.add("agree", "calibrate:agree", "take filled sheets in; agreement with intervals per dimension")
    agree.add_argument("folders", nargs="+", metavar="DIR", help="folders of filled sheets, also a run's spot check")
    agree.add_argument("--reactions", action="store_true", help="also take what people answered by reactions on GitHub")
    agree.add_argument("--account", default="", metavar="LOGIN", help="who asked there (default: the workflow's bot)")
    agree.add_argument("--rater", default="", metavar="NAME", help="who filled sheet-you (default: git's user.name)")
    _json(agree, "print it as data on stdout")
    renew = parts.add(
        "renew", "calibrate:renew", "hold known ratings against another judge's scores of the same trials"
    )
    renew.add_argument(
        "folders", nargs="+", metavar="DIR", help="runs scored by the judge of today: `agent-gate score`"
    )
    _json(renew, "print it as data on stdout")
    show = parts.add("show", "calibrate:show", "how far the judge of today is known, and what it may do")
    show.add_argument("agent", nargs="?", default="", help="one agent by name (default: all)")
    _json(show, "print it as data on stdout")
    probe = parts.add("probe", "probe:probe", "try the judge on padded, injected, empty and foreign replies")
    _json(probe, "print it as data on stdout")


def _aa(commands: Commands) -> None:
    aa = commands.add("aa", "aa:aa", "run base against base: this suite's own flip rate")
    aa.add_argument("--agent", action="append", metavar="NAME", help="only this agent (may be repeated)")
    aa.add_argument("--trials", type=_positive, default=10, metavar="N", help="trials per case (default: 10)")
    _json(aa, "print it as data on stdout")


def _config(commands: Commands) -> None:
    config = commands.add("config", "config:show", "print the configuration or its schema")
    parts = Commands(config)
    parts.add("show", "config:show", "print the configuration in force, with every default")
    parts.add("schema", "config:schema", "print the JSON Schema of agent-gate.yml")


def _demo(commands: Commands) -> None:
    demo = commands.add(
        "demo", "demo:demo", "three pull requests against the example agent, offline, in a scratch repository"
    )
    demo.add_argument("--keep", metavar="DIR", help="build the scratch repository here, not in a temporary folder")


def _set_up(commands: Commands) -> None:
    init = commands.add("init", "init:init", "set a repository up: configuration, workflows and draft fixtures")
    init.add_argument(
        "--source", action="append", default=[], metavar="DIR", help="where agents lie (may be repeated; default: look)"
    )
    init.add_argument(
        "--action",
        type=_action,
        metavar="OWNER/agent-eval-gate@COMMIT",
        help="the copy of the gate that workflows run (default: where pip has noted that it came from)",
    )
    init.add_argument("--dry-run", action="store_true", help="say what would be written, write nothing")
    doctor = commands.add("doctor", "doctor:doctor", "look at all the gate needs; say what is missing and the remedy")
    _json(doctor, "print it as data on stdout")


def _selection(command: argparse.ArgumentParser) -> None:
    what = command.add_argument_group("what to compare and run")
    what.add_argument("--base", default="", metavar="REF", help="default: merge base with the default branch")
    what.add_argument("--head", default="", metavar="REF", help="default: the working tree")
    what.add_argument("--full", action="store_true", help="every case, affected or not")
    what.add_argument("--tier", choices=["daily", "weekly"], help="the selection of a scheduled run")
    what.add_argument("--case", action="append", default=[], metavar="ID", help="only this case (may be repeated)")
    what.add_argument("--agent", action="append", default=[], metavar="NAME", help="only this agent (may be repeated)")


def _judging(command: argparse.ArgumentParser) -> None:
    how = command.add_argument_group("how to decide")
    how.add_argument("--policy", choices=["confirm", "majority", "any-drop"], help="default: as configured")
    how.add_argument("--mode", choices=["fast", "standard", "strict"], help="screening of the confirm policy")


def _json(command: "argparse._ActionsContainer", text: str) -> None:
    command.add_argument("--json", action="store_true", help=text)


def _positive(text: str) -> int:
    number = int(text)
    if number < 1:
        raise argparse.ArgumentTypeError(f"{text} is not a number from 1 up")
    return number


def _action(text: str) -> str:
    if not ACTION.fullmatch(text):
        raise argparse.ArgumentTypeError(f"{text!r} is not OWNER/agent-eval-gate@ and the 40 characters of a commit")
    return text


def _shard(text: str) -> tuple[int, int]:
    number, _, count = text.partition("/")
    if not (number.isascii() and number.isdigit() and count.isascii() and count.isdigit()):
        raise argparse.ArgumentTypeError(f"{text!r} is not of the form I/N, e.g. 2/4")
    if not 1 <= int(number) <= int(count):
        raise argparse.ArgumentTypeError(f"{text!r}: shards count from 1 to {count}")
    return int(number), int(count)
