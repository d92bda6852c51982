"""The `replay` driver: recorded trials, chosen by the fingerprint of the agent's definition.

    <recordings>/<first 12 of the fingerprint>/agent.json      {"agent", "fingerprint", "describes"}
    <recordings>/<first 12 of the fingerprint>/<case id>.json  {"case", "order": [0, 0, 1, …], "transcripts": […]}

Each distinct transcript is kept once, with how often it occurred; `order` says which one each trial was. A recorded
trial is used once: when a run asks for more trials than were recorded, those trials are missing, never invented.
"""

import json
from collections import Counter
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager, nullcontext
from dataclasses import asdict, dataclass, field
from functools import lru_cache
from hashlib import sha256
from pathlib import Path
from typing import TypeVar

from pydantic import TypeAdapter, ValidationError

from gate.errors import CouldNotTellError, RecordingError
from gate.model.case import Case, Json, Turn
from gate.model.problem import Problem
from gate.model.transcript import Captured, TurnRecord
from gate.model.words import Arm
from gate.ports import Capabilities, Session

FOLDER_LENGTH = 12
"""How many characters of a fingerprint name its folder."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordedTranscript:
    """One distinct conversation and in how many trials it occurred; `variables` are those that hooks gave it."""

    count: int
    turns: tuple[TurnRecord, ...]
    variables: Mapping[str, Json] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Recording:
    """All recorded trials of one case: `order[n - 1]` is the index of trial n's transcript.

    `given`: what the fixture gave the agent then, as `given` says it; empty = nobody wrote it down.
    """

    case: str
    order: tuple[int, ...]
    transcripts: tuple[RecordedTranscript, ...]
    captured: Captured = Captured()
    fixture: str = ""
    given: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordedAgent:
    """What a folder of recordings was made from."""

    agent: str
    fingerprint: str
    describes: str = ""
    written: str = ""


Value = TypeVar("Value")

_RECORDING = TypeAdapter(Recording)
_AGENT = TypeAdapter(RecordedAgent)


def given(case: Case) -> str:
    """Hash of what a fixture gives the agent: the user's words, session variables, what tools return.

    Not of what is expected of it, which changes no answer.
    """
    words = [[turn.number, turn.user.split()] for turn in case.turns]
    told = [words, *([asdict(one) for one in part] for part in (case.variables, case.tool_results))]
    return sha256(json.dumps(told, sort_keys=True, default=str).encode()).hexdigest()


def recorded_definitions(folder: Path) -> list[RecordedAgent]:
    """The definitions a recordings folder knows, by what they describe."""
    found = [_read(path, _AGENT) for path in sorted(folder.glob("*/agent.json"))]
    return sorted(found, key=lambda item: (item.describes, item.fingerprint))


def read_recording(path: Path) -> Recording:
    """The recorded trials of a case. Raises `RecordingError` when the file is not understood or contradicts itself."""
    recording = _read(path, _RECORDING)
    occurred = Counter(recording.order)
    said = {index: item.count for index, item in enumerate(recording.transcripts)}
    if dict(occurred) != said:
        message = f"{path}: `order` and the transcripts' `count` contradict each other"
        raise RecordingError(message, "each transcript's count is how often its index stands in `order`")
    return recording


class ReplayAgent:
    """Answers from recordings, with one definition per arm. Only arms that were recorded can run."""

    def __init__(self, name: str, folder: Path, fingerprints: Mapping[Arm, str]) -> None:
        known = {item.fingerprint for item in recorded_definitions(folder) if item.agent == name}
        self._folder = folder
        self._fingerprints = dict(fingerprints)
        if fingerprints[Arm.HEAD] not in known:
            raise _unknown_definition(name, folder, fingerprints[Arm.HEAD])
        self._arms = frozenset(arm for arm, fingerprint in fingerprints.items() if fingerprint in known)
        self._recording = lru_cache(maxsize=256)(read_recording)

    @property
    def capabilities(self) -> Capabilities:
        """The recorded arms. Recordings keep the agent's noise, so they are not deterministic."""
        return Capabilities(arms=self._arms, deterministic=False, recorded=True)

    def fingerprint(self, arm: Arm) -> str:
        """The definition's fingerprint in this arm."""
        return self._fingerprints[arm]

    def version(self, arm: Arm) -> str:
        """None: the recorded definition itself answers."""
        del arm
        return ""

    def open(self) -> AbstractAsyncContextManager[Sequence[Problem]]:
        """Nothing to hold open: recordings are read as they are asked for."""
        return nullcontext(())

    @asynccontextmanager
    async def session(self, case: Case, arm: Arm, trial: int) -> AsyncIterator[Session]:
        """The recorded trial of that number, replayed turn by turn."""
        path = self._folder / self._fingerprints[arm][:FOLDER_LENGTH] / f"{case.id}.json"
        if not path.is_file():
            raise CouldNotTellError(
                f"case {case.id} was not recorded for definition {self._fingerprints[arm][:12]}: record it", again=False
            )
        recording = self._recording(path)
        if trial > len(recording.order):
            raise CouldNotTellError(
                f"trial {trial} of {case.id} was not recorded: there are {len(recording.order)}", again=False
            )
        if recording.given not in {"", given(case)}:
            raise CouldNotTellError(
                f"case {case.id} was recorded with other session variables, tool results or words of the user: "
                "record it again",
                again=False,
            )
        yield _Replay(recording.transcripts[recording.order[trial - 1]])


class _Replay:
    def __init__(self, recorded: RecordedTranscript) -> None:
        self._turns = {turn.number: turn for turn in recorded.turns}
        self.given = recorded.variables

    async def send(self, turn: Turn) -> TurnRecord:
        recorded = self._turns.get(turn.number)
        if recorded is None or recorded.user.split() != turn.user.split():
            raise CouldNotTellError(
                f"turn {turn.number} was recorded with other words of the user: record it again", again=False
            )
        return recorded


def _unknown_definition(name: str, folder: Path, fingerprint: str) -> RecordingError:
    known = recorded_definitions(folder)
    listed = "".join(f"\n    {item.fingerprint[:12]}  {item.agent}: {item.describes}" for item in known) or " none"
    return RecordingError(
        f"no recordings of agent {name} for its definition {fingerprint[:12]}: a replay cannot answer for a definition "
        f"that was never run\n  recorded definitions in {folder}:{listed}",
        "undo the change to the agent's source, or record the changed definition (docs/recordings.md)",
    )


def _read(path: Path, adapter: TypeAdapter[Value]) -> Value:
    try:
        return adapter.validate_json(path.read_bytes())
    except OSError as error:
        raise RecordingError(f"{path} cannot be read: {error.strerror}", "restore the file") from error
    except ValidationError as error:
        item = error.errors()[0]
        said = ": ".join(filter(None, (".".join(map(str, item["loc"])), item["msg"])))
        raise RecordingError(f"{path}: {said}", "see docs/recordings.md for the format") from error
