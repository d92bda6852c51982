"""The GitHub action: from the job's environment to an exit code.

What it decides is decided by the same code as on a laptop; this module only knows which part of it an event asks for.
"""

import os
import sys
import traceback
from collections.abc import Callable, Mapping
from contextlib import redirect_stderr, redirect_stdout
from pathlib import Path
from typing import assert_never

from gate.cli.delivery import Delivery
from gate.cli.handover import hand_over
from gate.cli.on_branch import evaluate_branch, evaluate_merge_group
from gate.cli.on_pull_request import evaluate_pull_request
from gate.cli.on_run_end import publish_result
from gate.cli.on_sign_off import carry_out_sign_off
from gate.cli.process import begin, end, loaded
from gate.cli.top_up import top_up
from gate.errors import ExitCode, GateError, UsageError
from gate.github.activity import (
    Activity,
    EvaluateBranch,
    EvaluateMergeGroup,
    EvaluatePullRequest,
    Nothing,
    Publish,
    SignOff,
    TopUp,
    activity,
)
from gate.github.event import read_event
from gate.github.host import Host
from gate.github.job import Job
from gate.github.log import JobLog, UnbrokenText
from gate.github.settings import Settings
from gate.judges.cache import cache_home

OpenHost = Callable[[Job, Settings], Host | None]


def console() -> None:
    """Entry point of the action."""
    begin()
    loaded()
    stream = UnbrokenText(sys.stdout.buffer)
    with redirect_stdout(stream), redirect_stderr(stream):
        code = run_action(os.environ)
        stream.flush()
    end(code)


def open_github(job: Job, settings: Settings) -> Host | None:
    """GitHub with the rights of the job's token; None when it has none."""
    token = settings.token.get_secret_value()
    if not token:
        return None
    from gate.github.client import GitHub  # noqa: PLC0415 - costs 140 ms that a run without a token need not pay

    return GitHub(job.repository, token, job.api_url)


def run_action(environ: Mapping[str, str], open_host: OpenHost = open_github) -> int:
    """One step: read what started it, do what that asks for. What comes back is the process's exit code.

    A fault of the gate itself answers that it could not tell: the interpreter's own exit code for one would read as
    `blocked`.
    """
    with JobLog(sys.stdout) as log:
        try:
            return int(_run(environ, log, open_host))
        except GateError as error:
            log.annotate("error", str(error), {"title": "Agent Eval Gate"})
            return int(error.exit_code)
        except KeyboardInterrupt:
            log.say("agent-gate: interrupted; what was paid for is kept in the run folder")
            return int(ExitCode.INTERRUPTED)
        except Exception:  # noqa: BLE001 - the outermost one of the action; told in full, inside the stopped log
            log.say(traceback.format_exc())
            log.annotate("error", "the gate broke; the log has the traceback", {"title": "Agent Eval Gate"})
            return int(ExitCode.COULD_NOT_TELL)


def _run(environ: Mapping[str, str], log: JobLog, open_host: OpenHost) -> int:
    job, settings = Job.from_environ(environ), Settings.from_environ(environ)
    log.mask(settings.token.get_secret_value())
    delivery = Delivery(host=open_host(job, settings), job=job, settings=settings, log=log)
    try:
        return _do(activity(read_event(job.event_name, _payload(job)), settings), delivery)
    except GateError as error:
        return delivery.fail(error)
    finally:
        hand_over(job.workspace, _written(delivery, environ))


def _written(delivery: Delivery, environ: Mapping[str, str]) -> Mapping[Path, Path]:
    """Where a step writes, each below what: git's objects, the judge's verdicts, the run folder."""
    workspace, cache = delivery.job.workspace.resolve(), cache_home(environ)
    written = {workspace / delivery.settings.path / ".git": workspace, cache: Path(environ.get("HOME") or cache)}
    return written if delivery.folder is None else {**written, delivery.folder.resolve(): workspace}


def _payload(job: Job) -> bytes:
    try:
        return job.event_path.read_bytes()
    except OSError as error:
        raise UsageError(f"{job.event_path} cannot be read: {error.strerror}", "GITHUB_EVENT_PATH names it") from error


def _do(todo: Activity, delivery: Delivery) -> int:
    code: int
    match todo:
        case EvaluatePullRequest():
            code = evaluate_pull_request(todo, delivery)
        case EvaluateMergeGroup():
            code = evaluate_merge_group(todo, delivery)
        case EvaluateBranch():
            code = evaluate_branch(todo, delivery)
        case SignOff():
            code = carry_out_sign_off(todo, delivery)
        case TopUp():
            code = top_up(todo, delivery)
        case Publish():
            code = publish_result(todo, delivery)
        case Nothing():
            delivery.note(f"nothing to do: {todo.reason}")
            code = ExitCode.PASS
        case _:
            assert_never(todo)
    return code
