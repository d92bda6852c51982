"""Keeps the trials of a live run as recordings, which the driver `replay` answers from later."""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, replace
from pathlib import Path

from gate.agents.replay import FOLDER_LENGTH
from gate.errors import RecordingError
from gate.model.case import Json
from gate.model.transcript import Transcript


def write_recordings(place: Path, transcripts: Iterable[Transcript], describes: Mapping[str, str]) -> int:
    """Write every trial that did not error, by definition and case; how many trials that were.

    `describes` says in words what each fingerprint stands for. A case that was recorded before for the same definition
    is recorded anew; other files stay. Raises `RecordingError` when nothing can be written.
    """
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
            # of a definition that ran in both arms, the head's trials come first
            _write(
                folder / f"{case}.json",
                _recording(case, sorted(trials, key=lambda one: (one.arm != "head", one.trial))),
            )
    except OSError as error:
        raise RecordingError(
            f"{place} cannot be written: {error.strerror}", "name another folder: `--record`"
        ) from error
    return sum(map(len, found.values()))


def _recording(case: str, trials: Sequence[Transcript]) -> Json:
    """Each distinct conversation once, with how often it occurred, and the order of the trials."""
    kept: dict[str, int] = {}
    order: list[Json] = []
    for trial in trials:
        text = json.dumps([asdict(replace(turn, captured=turn.captured.also(trial.captured))) for turn in trial.turns])
        order.append(kept.setdefault(text, len(kept)))
    transcripts: list[Json] = [{"count": order.count(index), "turns": json.loads(text)} for text, index in kept.items()]
    return {"case": case, "order": order, "transcripts": transcripts}


def _write(path: Path, value: Json) -> None:
    beside = path.with_suffix(".part")
    beside.write_text(json.dumps(value, indent=1, sort_keys=True, ensure_ascii=False) + "\n", encoding="utf-8")
    beside.replace(path)
