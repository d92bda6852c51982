"""The run folder: every stage's value on disk as soon as it exists, so nothing already paid for is lost.

    runs/2026-11-22/143015Z-pr-128-3f2a9c1/
      inputs.json  plan.json  transcripts/<agent>/<case>/<arm>-<trial>.json  scores.jsonl
      comparison.json  verdict.json  report.json  report.md  report.html  junit.xml  report.sarif

Files appear whole or not at all (written aside, then renamed); `scores.jsonl` grows by lines and a last line cut short
by a kill is dropped when read. Transcripts lie below their agent because a case id is unique per agent only.
"""

import fcntl
import os
import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from typing import IO, Self, TypeVar

from pydantic import TypeAdapter, ValidationError

from gate.config import Config
from gate.errors import StoreError
from gate.model.baseline import Baseline
from gate.model.calibration import Measured
from gate.model.case import Case
from gate.model.comparison import Comparison, Request
from gate.model.plan import Plan
from gate.model.problem import Problem
from gate.model.report import Decision
from gate.model.score import TrialScores
from gate.model.transcript import Transcript
from gate.model.words import Arm
from gate.ports import Capabilities

Value = TypeVar("Value")


@dataclass(frozen=True, slots=True, kw_only=True)
class Inputs:
    """What a run was started with, beside its plan: enough to go on, re-score or re-report without the repository."""

    gate_version: str
    checks_version: str
    started: str  # ISO 8601, UTC
    root: str  # the repository the agents and recordings lie in
    config: Config  # as read from the base commit, with what the command line changed
    cases: tuple[Case, ...]
    capabilities: Mapping[str, Capabilities] = field(default_factory=dict)  # by agent
    baselines: Mapping[str, Baseline] = field(default_factory=dict)
    test_data: Mapping[str, str] = field(default_factory=dict)
    notes: tuple[str, ...] = ()  # what was said of the run beside its verdicts
    measured: Mapping[str, tuple[Measured, ...]] = field(default_factory=dict)  # by agent: how far its judge is known
    scripted: Mapping[str, tuple[str, ...]] = field(default_factory=dict)  # by agent: models that its scripts name
    of_fork: bool = False  # a label on a pull request of a fork reaches a job that may accept nothing
    broken: tuple[Problem, ...] = ()  # why nothing could be run: the head's definition does not compile


_LEFT_ALONE = """\
# Run folders are results, not sources; nor is this file.
*
"""
_INPUTS_FILE, _AS_RUN = "inputs.json", "inputs-as-run.json"

_INPUTS = TypeAdapter(Inputs)
_PLAN = TypeAdapter(Plan)
_TRANSCRIPT = TypeAdapter(Transcript)
_SCORES = TypeAdapter(TrialScores)
_COMPARISON = TypeAdapter(Comparison)
_DECISION = TypeAdapter(Decision)


def run_folder_name(started: str, label: str, head: str) -> str:
    """The folder of a run below the runs root: date, time, what it was for, head commit.

    `started` is ISO 8601 in UTC; `label` may be any text (a branch name): what a path cannot hold becomes `-`.
    """
    date, _, time = started.partition("T")
    clock = re.sub(r"[^0-9]", "", time)[:6]
    words = re.sub(r"[^A-Za-z0-9]+", "-", label).strip("-").lower()[:40] or "run"
    return f"{date}/{clock}Z-{words}-{head[:7] or 'worktree'}"


class RunFolder:
    """One run on disk. Reading a file that is not there raises `StoreError`, as does one that cannot be understood."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._inputs: Inputs | None = None
        self._plan: Plan | None = None
        self._scores: dict[tuple[str, Arm, int], TrialScores] | None = None
        self._appending: IO[bytes] | None = None
        self._claimed: int | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    @classmethod
    def create(cls, runs: Path, name: str) -> "RunFolder":
        """A new folder below `runs`; a second run in the same second gets a number behind its name.

        Where `runs` is new as well, git is told to leave it alone: what a run wrote is no part of the next change.
        """
        with suppress(FileExistsError):
            runs.mkdir(parents=True)
            (runs / ".gitignore").write_text(_LEFT_ALONE, encoding="utf-8")
        path = runs / name
        for number in range(2, 1000):
            try:
                path.mkdir(parents=True)
            except FileExistsError:
                path = runs / f"{name}-{number}"
            else:
                return cls(path)
        raise StoreError(f"cannot make a new run folder at {runs / name}", "remove old run folders")

    @classmethod
    def open(cls, path: Path) -> "RunFolder":
        """An existing folder, recognised by its plan."""
        if not (path / "plan.json").is_file():
            raise StoreError(
                f"{path} is no run folder: it has no plan.json",
                "name a folder below runs/; a run stopped before it had a plan has paid for nothing: start anew",
            )
        return cls(path)

    def save_start(self, inputs: Inputs, plan: Plan) -> None:
        """Write what the run is made of; the plan last, since it makes the folder a run."""
        self._write_inputs(inputs)
        self._write("plan.json", _PLAN.dump_json(plan, indent=1))
        self._plan = plan

    def replace_inputs(self, inputs: Inputs) -> None:
        """Go on with other inputs; those the run was started with stay beside as `inputs-as-run.json`."""
        kept = self.path / _AS_RUN
        if not kept.exists():
            self._write(_AS_RUN, (self.path / _INPUTS_FILE).read_bytes())
        self._write_inputs(inputs)

    def _write_inputs(self, inputs: Inputs) -> None:
        self._write(_INPUTS_FILE, _INPUTS.dump_json(inputs))
        self._inputs = inputs

    def restore_inputs(self) -> None:
        """Go back to the inputs the run was started with, where others took their place."""
        if (self.path / _AS_RUN).exists():
            (self.path / _AS_RUN).replace(self.path / _INPUTS_FILE)
            self._inputs = None

    def inputs(self) -> Inputs:
        """What the run was started with; read once."""
        if self._inputs is None:
            self._inputs = self._read(_INPUTS_FILE, _INPUTS)
        return self._inputs

    def plan(self) -> Plan:
        """The run's plan; read once."""
        if self._plan is None:
            self._plan = self._read("plan.json", _PLAN)
        return self._plan

    def transcript(self, request: Request) -> Transcript | None:
        """The transcript of a trial, or None when it was never finished."""
        path = self._transcript_path(request)
        return self._read(path, _TRANSCRIPT) if (self.path / path).is_file() else None

    def save_transcript(self, transcript: Transcript) -> None:
        """Keep a finished trial."""
        request = Request(case=transcript.case, arm=transcript.arm, trial=transcript.trial)
        self._write(self._transcript_path(request), _TRANSCRIPT.dump_json(transcript))

    def transcripts(self) -> Iterator[Transcript]:
        """Every finished trial, by case, arm and number."""
        folder = self.path / "transcripts"
        found = (path.relative_to(self.path) for path in folder.glob("*/*/*.json"))
        for path in sorted(found, key=_trial_order):
            yield self._read(str(path), _TRANSCRIPT)

    @property
    def kept(self) -> int:
        """How many trials are finished."""
        return sum(1 for _ in (self.path / "transcripts").glob("*/*/*.json"))

    def scores(self, request: Request) -> TrialScores | None:
        """The scores of a trial, or None when it was never scored."""
        return self._known_scores().get((request.case, request.arm, request.trial))

    def all_scores(self) -> Iterator[TrialScores]:
        """Every scored trial, in the order of case, arm and number."""
        known = self._known_scores()
        for key in sorted(known):
            yield known[key]

    def save_scores(self, scores: TrialScores) -> None:
        """Keep a trial's scores at once: one line, in one write."""
        self._known_scores()[scores.case, scores.arm, scores.trial] = scores
        if self._appending is None:
            self._appending = (self.path / "scores.jsonl").open("ab", buffering=0)
        self._appending.write(_SCORES.dump_json(scores) + b"\n")

    def set_scores_aside(self) -> None:
        """Begin the scores anew; the old ones, which were paid for, stay beside as `scores-1.jsonl` and so on."""
        self._stop_appending()
        self._scores = {}
        path = self.path / "scores.jsonl"
        if path.exists():
            free = next(number for number in count(1) if not (self.path / f"scores-{number}.jsonl").exists())
            path.rename(self.path / f"scores-{free}.jsonl")

    def save_results(self, comparison: Comparison, decision: Decision) -> None:
        """Write what the comparison and the decision came to."""
        self._write("comparison.json", _COMPARISON.dump_json(comparison))
        self._write("verdict.json", _DECISION.dump_json(decision, indent=1))

    def save_report(self, name: str, text: str) -> None:
        """Write one report file (`report.md`, `junit.xml`, …)."""
        self._write(name, text.encode("utf-8", "replace"))

    def report_text(self, name: str) -> str:
        """A report file's text, or an error that says how to make it."""
        try:
            return (self.path / name).read_text(encoding="utf-8")
        except OSError as error:
            raise StoreError(f"{self.path / name} cannot be read: {error.strerror}", "finish the run first") from error

    def claim(self) -> None:
        """Keep other processes from writing here until `close`; a process that is killed gives it back by ending.

        Raises `StoreError` when another process is at work in the folder: two would pay for the same trials twice.
        """
        self._claimed = os.open(self.path, os.O_RDONLY)
        try:
            fcntl.flock(self._claimed, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise StoreError(f"another process is at work in {self.path}", "wait until it has ended") from error

    def forget_errored(self) -> None:
        """Make the trials missing that errored or lack a trace, so that going on tries them again.

        What was said and scored stays.
        """
        known = self._known_scores()
        for key in [key for key, item in known.items() if item.error or item.transient]:
            del known[key]
            request = Request(case=key[0], arm=key[1], trial=key[2])
            transcript = self.transcript(request)
            if transcript is not None and (transcript.error or transcript.transient):
                (self.path / self._transcript_path(request)).unlink()

    def set_trials_aside(self, stale: Callable[[Transcript], bool]) -> int:
        """Make the trials missing whose transcript is stale; how many those are. They stay beside, in `void/`."""
        void = [one for one in self.transcripts() if stale(one)]
        if not void:
            return 0
        known = self._known_scores()
        for one in void:
            known.pop((one.case, one.arm, one.trial), None)
            path = self._transcript_path(Request(case=one.case, arm=one.arm, trial=one.trial))
            self._write(f"void/{path}", (self.path / path).read_bytes())
        self._stop_appending()
        self._write("scores.jsonl", b"".join(_SCORES.dump_json(one) + b"\n" for one in known.values()))
        for one in void:
            (self.path / self._transcript_path(Request(case=one.case, arm=one.arm, trial=one.trial))).unlink()
        return len(void)

    def close(self) -> None:
        """Close the scores file, if it is open, and give the folder free."""
        self._stop_appending()
        if self._claimed is not None:
            os.close(self._claimed)
            self._claimed = None

    def _stop_appending(self) -> None:
        if self._appending is not None:
            self._appending.close()
            self._appending = None

    def _known_scores(self) -> dict[tuple[str, Arm, int], TrialScores]:
        if self._scores is None:
            self._scores = {(item.case, item.arm, item.trial): item for item in self._read_scores()}
        return self._scores

    def _read_scores(self) -> Iterator[TrialScores]:
        path = self.path / "scores.jsonl"
        if not path.exists():
            return
        lines = path.read_bytes().split(b"\n")
        if lines[-1]:  # no newline at the end: the process was stopped while writing
            with path.open("rb+") as file:
                file.truncate(file.seek(0, os.SEEK_END) - len(lines[-1]))
        for number, line in enumerate(lines[:-1], start=1):
            try:
                yield _SCORES.validate_json(line)
            except ValidationError as error:
                message = f"{path}:{number}: not a line of scores: {_first(error)}"
                raise StoreError(message, "score the run again: `agent-gate score DIR`") from error

    def _transcript_path(self, request: Request) -> str:
        return f"transcripts/{request.case}/{request.arm}-{request.trial}.json"

    def _read(self, name: str, adapter: TypeAdapter[Value]) -> Value:
        path = self.path / name
        try:
            return adapter.validate_json(path.read_bytes())
        except FileNotFoundError as error:
            raise StoreError(f"{path} is missing", _remedy(name)) from error
        except (OSError, ValidationError) as error:
            reason = _first(error) if isinstance(error, ValidationError) else error.strerror
            raise StoreError(
                f"{path} cannot be read: {reason}", f"it was cut short or edited: {_remedy(name)}"
            ) from error

    def _write(self, name: str, content: bytes) -> None:
        path = self.path / name
        aside = path.with_name(path.name + ".part")
        try:
            aside.write_bytes(content)
        except FileNotFoundError:
            path.parent.mkdir(parents=True, exist_ok=True)
            aside.write_bytes(content)
        aside.replace(path)


class KeptOnly:
    """A run folder to which no trial is added: what never ran is missing, and leaves no trace."""

    def __init__(self, folder: RunFolder) -> None:
        self._folder = folder

    def transcript(self, request: Request) -> Transcript | None:
        """The kept transcript of a trial, if there is one."""
        return self._folder.transcript(request)

    def save_transcript(self, transcript: Transcript) -> None:
        """Nothing is kept."""

    def scores(self, request: Request) -> TrialScores | None:
        """The kept scores of a trial, if there are any."""
        return self._folder.scores(request)

    def save_scores(self, scores: TrialScores) -> None:
        """Scores of kept trials only."""
        if self.transcript(Request(case=scores.case, arm=scores.arm, trial=scores.trial)) is not None:
            self._folder.save_scores(scores)


def _trial_order(path: Path) -> tuple[str, str, int]:
    arm, _, trial = path.stem.rpartition("-")
    return "/".join(path.parts[1:-1]), arm, int(trial) if trial.isdigit() else 0


def _remedy(name: str) -> str:
    """What to do about a file of a run that is missing or broken."""
    if name in (_INPUTS_FILE, "plan.json"):
        return "nothing else says what the run is made of: start a new run"
    return "delete it and `agent-gate run --resume DIR` makes it again"


def _first(error: ValidationError) -> str:
    item = error.errors()[0]
    where = ".".join(str(part) for part in item["loc"])
    return f"{where}: {item['msg']}" if where else item["msg"]
