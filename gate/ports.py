"""What the pure core needs of the outside world: few, small Protocols named for the need."""

from collections.abc import Iterable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from typing import Protocol

from gate.model.case import Case, Json, Turn
from gate.model.judge import JudgeQuestion, NoVote, Vote
from gate.model.problem import Problem
from gate.model.transcript import Captured, TurnRecord
from gate.model.words import Arm


@dataclass(frozen=True, slots=True, kw_only=True)
class Capabilities:
    """What a driver declares: the arms it can run, whether it is deterministic, what it captures.

    `recorded`: trial n of a definition is the same whenever it is asked for, so once counted it says nothing new.
    """

    arms: frozenset[Arm]
    deterministic: bool
    recorded: bool = False
    captured: Captured = Captured()


class Session(Protocol):
    """A clean conversation with the agent, for one trial."""

    @property
    def given(self) -> Mapping[str, Json]:
        """Session variables that a recorded trial had beside the case's, by name; none of a live one."""
        ...

    async def send(self, turn: Turn) -> TurnRecord:
        """What happened between this user message and the agent's answer."""
        ...


class Agent(Protocol):
    """A driver made for one agent. An infrastructure fault raises `CouldNotTellError`."""

    @property
    def capabilities(self) -> Capabilities:
        """What this driver can do."""
        ...

    def fingerprint(self, arm: Arm) -> str:
        """SHA-256 of the definition that answers in this arm."""
        ...

    def version(self, arm: Arm) -> str:
        """What answers in this arm, as the platform names it; "" where the definition itself is run. Known while open.

        Trials of different versions are never counted together.
        """
        ...

    def open(self) -> AbstractAsyncContextManager[Sequence[Problem]]:
        """Held open around all trials: connects, refuses what may not be run, tidies up when left.

        Gives what is wrong with the head's definition; when there is anything, no trial can be run. Raises
        `UsageError` for what the user must set up or may not do, `VersionChangedError` when, on leaving, another
        version turns out to have answered than the one that was asked.
        """
        ...

    def session(self, case: Case, arm: Arm, trial: int) -> AbstractAsyncContextManager[Session]:
        """A clean session for one trial, ended when the context is left."""
        ...


class Judge(Protocol):
    """Who scores what the checks leave open. An outage raises `CouldNotTellError`."""

    @property
    def fingerprint(self) -> str:
        """SHA-256 of the model and of the prompt it is given; scores of different ones are never compared."""
        ...

    def open(self) -> AbstractAsyncContextManager[None]:
        """Held open around all votes: connects, and tidies up when left."""
        ...

    async def vote(self, question: JudgeQuestion, index: int) -> Vote | NoVote:
        """The answer to a question. `index` counts the votes on it from 0: each is an answer of its own."""
        ...

    def notes(self) -> tuple[str, ...]:
        """What a reader of the report should know of it, in sentences."""
        ...


class Tree(Protocol):
    """The files of one side (a commit or a folder), read without running anything of the repository."""

    def paths(self) -> Sequence[str]:
        """Every file's path, `/`-separated, relative to the repository root, sorted."""
        ...

    def object_id(self, path: str) -> str:
        """An identifier equal for equal contents; raises KeyError when the file is not there."""
        ...

    def read(self, path: str) -> bytes:
        """The file's content; raises KeyError when it is not there."""
        ...

    def read_many(self, paths: Iterable[str]) -> dict[str, bytes]:
        """The contents of several files at once; absent ones are left out."""
        ...
