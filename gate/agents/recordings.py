"""Keeps the trials of a live run as recordings, which the driver `replay` answers from later."""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, replace
from pathlib import Path

from gate.agents.replay import FOLDER_LENGTH, given, read_recording
from gate.errors import RecordingError
from gate.model.case import Case, Json
from gate.model.transcript import Transcript


def make_place(place: Path) -> None:
    """The folder recordings go to, made before anything is paid for. Raises `RecordingError` when it cannot be."""
    try:
        place.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise _unwritable(place, error) from error


def write_recordings(
    place: Path, transcripts: Iterable[Transcript], cases: Iterable[Case], describes: Mapping[str, str]
) -> tuple[int, int]:
    """Write every trial that did not error, by definition and case; how many trials that were, and how many stayed.

    `describes` says in words what each fingerprint stands for. A case that was recorded before for the same definition
    is recorded anew, unless more trials of it are there, given the same: those stay. Raises `RecordingError` when
    nothing can be written, or what is there is no recording.
    """
    known = {case.key: given(case) for case in cases}
    wrote = stayed = 0
    found: dict[tuple[str, str], list[Transcript]] = {}
    for transcript in transcripts:
        if not transcript.error:
            found.setdefault((transcript.agent_fingerprint, transcript.case), []).append(transcript)
    try:
        for (fingerprint, key), trials in found.items():
            agent, _, case = key.partition("/")
            folder = place / fingerprint[:FOLDER_LENGTH]
            folder.mkdir(parents=True, exist_ok=True)
            about: Json = {"agent": agent, "fingerprint": fingerprint, "describes": describes.get(fingerprint, "")}
            _write(folder / "agent.json", about)
            path = folder / f"{case}.json"
            before = read_recording(path) if path.is_file() else None
            if before is not None and before.given == known.get(key, "") and len(before.order) > len(trials):
                stayed += len(before.order)
                continue
            # of a definition that ran in both arms, the head's trials come first
            ordered = sorted(trials, key=lambda one: (one.arm != "head", one.trial))
            _write(path, {**_recording(case, ordered), "given": known.get(key, "")})
            wrote += len(trials)
    except OSError as error:
        raise _unwritable(place, error) from error
    return wrote, stayed


def _unwritable(place: Path, error: OSError) -> RecordingError:
    return RecordingError(f"{place} cannot be written: {error.strerror}", "name another folder: `--record`")


def _recording(case: str, trials: Sequence[Transcript]) -> dict[str, Json]:
    """Each distinct conversation once, with how often it occurred, and the order of the trials."""
    kept: dict[str, int] = {}
    order: list[Json] = []
    for trial in trials:
        turns = [asdict(replace(turn, captured=turn.captured.also(trial.captured))) for turn in trial.turns]
        set_up = {"variables": dict(trial.variables)} if trial.variables else {}
        order.append(kept.setdefault(json.dumps({"turns": turns, **set_up}), len(kept)))
    transcripts: list[Json] = [{"count": order.count(index), **json.loads(text)} for text, index in kept.items()]
    return {"case": case, "order": order, "transcripts": transcripts}


def _write(path: Path, value: Json) -> None:
    beside = path.with_suffix(".part")
    beside.write_text(json.dumps(value, indent=1, sort_keys=True, ensure_ascii=False) + "\n", encoding="utf-8")
    beside.replace(path)
