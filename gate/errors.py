"""Every error of the gate, in one tree.

GateError
├── ProblemsError          one or more problems in files the user wrote
├── UsageError             a command was asked for something it cannot do
├── RepositoryError        git could not answer
├── RecordingError         the replay driver has no recording for what is asked
├── StoreError             a run folder or baseline file cannot be read
├── HostError              GitHub refused what was asked of it
│   ├── NotPermittedError  the token may not do this
│   ├── NotFoundError      there is no such thing, or the token may not see it
│   └── StaleError         a branch moved between reading and writing
├── CouldNotTellError      agent, judge or platform unavailable
│   ├── VersionChangedError    another version may have answered than the one that was asked
│   └── UnreachableError   GitHub did not answer
│       └── RateLimitedError   it asked to wait longer than a run can
└── InterruptedRunError    stopped by the person or the runner

An expected bad outcome (a failed check, a regression, an unparseable verdict) is a value, never one of these.
"""

from collections.abc import Sequence
from enum import IntEnum

from gate.model.problem import Problem


class ExitCode(IntEnum):
    """What the process answers: failed and could-not-tell are never merged."""

    PASS = 0
    BLOCKED = 1
    CONFIGURATION = 2
    COULD_NOT_TELL = 3
    INTERRUPTED = 130


class GateError(Exception):
    """Something the user can read: `message` says what is wrong, `hint` what to do next."""

    exit_code: ExitCode = ExitCode.CONFIGURATION

    def __init__(self, message: str, hint: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint

    def __str__(self) -> str:
        return f"{self.message}\n  → {self.hint}" if self.hint else self.message

    @property
    def line(self) -> str:
        """Message and hint on one line."""
        return f"{self.message} → {self.hint}" if self.hint else self.message


class ProblemsError(GateError):
    """All problems found in the files that were read, together."""

    def __init__(self, problems: Sequence[Problem], hint: str = "") -> None:
        self.problems = tuple(problems)
        super().__init__("\n".join(str(problem) for problem in self.problems), hint)


class UsageError(GateError):
    """A command was asked for something it cannot do."""


class RepositoryError(GateError):
    """Git could not answer: no repository, unknown ref, shallow clone."""


class RecordingError(GateError):
    """The replay driver has no recording for what was asked."""


class StoreError(GateError):
    """A run folder or baseline file is unreadable or of another schema version."""


class CouldNotTellError(GateError):
    """An agent, a judge or the platform did not answer; `again` = asking once more could help.

    `after`: the seconds it asks to be left alone before.
    """

    exit_code = ExitCode.COULD_NOT_TELL

    def __init__(self, message: str, hint: str = "", *, again: bool = True, after: float = 0.0) -> None:
        super().__init__(message, hint)
        self.again = again
        self.after = after


class VersionChangedError(CouldNotTellError):
    """Nobody knows which version of `agent` answered; nothing that was tried of it counts."""

    def __init__(self, agent: str, message: str, hint: str) -> None:
        super().__init__(message, hint, again=False)
        self.agent = agent


class HostError(GateError):
    """GitHub refused what was asked of it; `status` is the HTTP status it did so with, 0 when there is none."""

    def __init__(self, message: str, hint: str = "", *, status: int = 0) -> None:
        super().__init__(message, hint)
        self.status = status


class NotPermittedError(HostError):
    """The token may not do this; the hint names the permission to add."""


class NotFoundError(HostError):
    """There is no such thing on GitHub, or the token may not see it."""


class StaleError(HostError):
    """A branch moved between reading and writing; nothing was written."""


class UnreachableError(CouldNotTellError):
    """GitHub did not answer, after bounded retries."""


class RateLimitedError(UnreachableError):
    """GitHub asked to wait longer than a run can."""


class InterruptedRunError(GateError):
    """The run was stopped; what was paid for is in the run folder."""

    exit_code = ExitCode.INTERRUPTED
