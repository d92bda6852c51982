"""Brings a result to where people look: log, summary, annotations, outputs, comment, commit status.

What the token may not do is left out and said; the exit code always stands. When GitHub does not answer at the end,
the run folder keeps the result and the exit code says that it was not delivered.
"""

import json
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path

from gate.cli.present import publish
from gate.errors import ExitCode, GateError, HostError, ProblemsError, UnreachableError
from gate.github import annotations, sticky
from gate.github.host import Host, StatusState
from gate.github.job import Job
from gate.github.log import JobLog
from gate.github.outputs import summary_room, write_outputs, write_summary
from gate.github.settings import Settings
from gate.github.signoff.identity import Identity
from gate.github.status import PENDING, context_of, of_report
from gate.model.report import Links, Report
from gate.model.words import Conclusion
from gate.reports.escape import clip, markdown, one_line
from gate.reports.markdown import comment, no_result, summary

_LONGEST_TOLD = 2_000
OUTPUTS = ("conclusion", "exit-code", "headline", "digest", "blocking", "cases", "run-folder")
"""What other steps can read of this one, as `action.yml` tells them."""


@dataclass(slots=True, kw_only=True)
class Delivery:
    """The places of one job. `host` None = there is no token. `undelivered` is set when GitHub did not answer.

    `folder` is the run folder, once there is one; `maps` are what the summary shows of the agents, as markdown.
    """

    host: Host | None
    job: Job
    settings: Settings
    log: JobLog
    undelivered: bool = field(default=False, init=False)
    folder: Path | None = field(default=None, init=False)
    maps: tuple[str, ...] = field(default=(), init=False)
    _said_no_token: bool = field(default=False, init=False)

    @property
    def context(self) -> str:
        """The name of the status this job sets."""
        return context_of(self.settings.agents)

    @property
    def identity(self) -> Identity:
        """Under which names this job acts."""
        return Identity(login=self.settings.account, context=self.context, artifact=self.settings.artifact)

    @property
    def sets_status(self) -> bool:
        """Whether this job's result is an answer that stands on the commit."""
        return self.settings.status and self.settings.is_whole

    @contextmanager
    def on_commit(self, sha: str) -> Iterator[None]:
        """Say on the commit that its result is being made, and, should that fail, that it has none."""
        self.status(sha, "pending", PENDING)
        with self.or_no_result(sha):
            yield

    @contextmanager
    def or_no_result(self, sha: str) -> Iterator[None]:
        """Say on the commit that it has no result, should what is done here fail: it would be waited for else."""
        try:
            yield
        except GateError as error:
            self.status(sha, "error", f"no result: {error.message}")
            raise
        except KeyboardInterrupt:
            self.status(sha, "error", "no result: the run was cancelled")
            raise
        except Exception:
            self.status(sha, "error", "no result: the gate broke, see the log")
            raise

    def begun(self, folder: Path) -> None:
        """Name the run folder to the steps that follow, so that they keep it even of a run that breaks off."""
        self.folder = folder
        write_outputs(self.job.output, {"run-folder": self._inside(folder)})

    def finish(self, report: Report, *, sha: str = "", number: int | None = None) -> int:
        """Deliver a finished run: on a commit unless `sha` is empty, below a pull request unless `number` is None.

        The exit code the decision asks for, or the one for not being able to tell when GitHub did not take it.
        """
        linked = self._linked(report)
        with self.log.group("Report"):
            publish(linked, as_json=False)
        for text in (summary(linked, limit=summary_room(self.job.summary)), *self.maps):
            write_summary(self.job.summary, text)
        self._annotate(annotations.of_report(linked))
        write_outputs(self.job.output, self._outputs(linked))
        if number is not None:
            self._post(linked, number)
        if sha:
            line = of_report(linked)
            self.status(sha, line.state, line.description)
        return ExitCode.COULD_NOT_TELL if self.undelivered else report.decision.exit_code

    def fail(self, error: GateError) -> int:
        """Deliver that there is no result, and why; the exit code of that."""
        problems = error.problems if isinstance(error, ProblemsError) else ()
        self._annotate(annotations.of_problems(problems))
        lines = _lines(error)
        if not problems:
            self.log.annotate("error", "\n".join(lines), {"title": "Agent Eval Gate"})
        told = "\n".join(f"- {markdown(clip(one_line(line), _LONGEST_TOLD))}" for line in lines[:200])
        write_summary(self.job.summary, f"## ⚠️ Agent Eval Gate has no result\n\n{told}\n")
        write_outputs(self.job.output, {"exit-code": str(int(error.exit_code)), "conclusion": ""})
        return int(error.exit_code)

    def concluded(self, conclusion: Conclusion | None, code: int) -> int:
        """Name to the steps that follow what a run without a report of its own came to; its exit code."""
        write_outputs(self.job.output, {"conclusion": conclusion or "", "exit-code": str(int(code))})
        return code

    def comment(self, report: Report, number: int) -> None:
        """Write the sticky comment of a pull request anew."""
        self._post(self._linked(report), number)

    def comment_no_result(self, error: GateError, sha: str, number: int) -> None:
        """Say below a pull request that its commit has no result, and why, in place of an older result."""
        if self.settings.comment and self.settings.is_whole:
            text = no_result(sha, _lines(error), self.job.run_url, self.settings.agents)
            author = self.settings.account
            self.attempt("post the comment", lambda host: sticky.post(host, number, text, author))

    def status(self, sha: str, state: StatusState, description: str) -> None:
        """Set the gate's status of a commit."""
        if self.sets_status:
            told = (sha, self.context, state, description, self.job.run_url)
            self.attempt("set the commit status", lambda host: host.set_status(*told))

    def note(self, text: str) -> None:
        """A remark people see on the run's page and in its summary."""
        self.log.annotate("notice", text, {"title": "Agent Eval Gate"})
        write_summary(self.job.summary, f"> {markdown(text)}\n\n")

    def tell(self, text: str) -> None:
        """Something said elsewhere, for who reads the job: `text` is markdown."""
        self.log.say(text)
        write_summary(self.job.summary, f"{text}\n")

    def attempt(self, what: str, act: Callable[[Host], object]) -> None:
        """Do something on GitHub that the result does not depend on; when it cannot be done, that is said."""
        if self.host is None:
            if not self._said_no_token:
                self._degrade(f"could not {what}, nor anything else on GitHub: give the action a token with `token:`")
            self._said_no_token = True
            return
        try:
            act(self.host)
        except HostError as error:
            self._degrade(
                f"could not {what}. {error.message} ({error.hint})" if error.hint else f"could not {what}: {error}"
            )
        except UnreachableError as error:
            self.undelivered = True
            self._degrade(f"could not {what}. {error.message} ({error.hint})")

    def _degrade(self, text: str) -> None:
        self.log.annotate("warning", text, {"title": "Agent Eval Gate"})
        write_summary(self.job.summary, f"\n> ⚠️ {markdown(one_line(text))}\n")

    def _linked(self, report: Report) -> Report:
        sha = report.plan.head.sha
        fixtures = f"{self.job.blob_url}/{sha}/" if sha else ""
        return replace(report, links=Links(run=self.job.run_url, fixtures=fixtures))

    def _post(self, linked: Report, number: int) -> None:
        if self.settings.comment and self.settings.is_whole:
            text, author = comment(linked, self.settings.agents), self.settings.account
            self.attempt("post the comment", lambda host: sticky.post(host, number, text, author))

    def _annotate(self, found: Sequence[annotations.Annotation]) -> None:
        for one in annotations.below(self.settings.path, found):
            self.log.annotate(one.kind, one.message, one.properties)

    def _inside(self, folder: Path) -> str:
        """A folder as other steps name it: relative to the workspace, which lies elsewhere outside of the container."""
        top = self.job.workspace.resolve()
        return (folder.relative_to(top) if folder.is_relative_to(top) else folder).as_posix()

    def _outputs(self, report: Report) -> dict[str, str]:
        decision = report.decision
        values = (
            str(decision.conclusion),
            str(decision.exit_code),
            one_line(decision.headline),
            decision.digest,
            json.dumps(decision.blocking),
            str(len(report.plan.selected)),
            self._inside(Path(report.folder)),
        )
        return dict(zip(OUTPUTS, values, strict=True))


def _lines(error: GateError) -> list[str]:
    return [line for line in str(error).splitlines() if line.strip()]
