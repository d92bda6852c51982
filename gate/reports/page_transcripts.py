"""Transcripts in `report.html`: what was said and called, base beside head."""

import json
from collections.abc import Iterator, Sequence

from gate.model.transcript import Captured, ToolCall, Transcript, TurnRecord
from gate.model.words import Arm
from gate.reports.page_parts import text

_ARM_NAMES = {Arm.BASE: "base", Arm.HEAD: "this PR"}


def transcripts_of(transcripts: Sequence[Transcript]) -> str:
    """The transcripts of one case, folded; nothing when there are none."""
    arms = "".join(map(_transcript, sorted(transcripts, key=lambda one: (one.arm, one.trial))))
    return f'<details><summary>Transcripts</summary><div class="arms">{arms}</div></details>' if arms else ""


def _transcript(transcript: Transcript) -> str:
    turns = "".join(map(_turn, transcript.turns)) + "".join(map(_aside, _of_trial(transcript)))
    error = f'<p class="call">errored: {text(transcript.error)}</p>' if transcript.error else ""
    return f'<div class="arm"><h4>{_ARM_NAMES[transcript.arm]}, trial {transcript.trial}</h4>{turns}{error}</div>'


def _turn(turn: TurnRecord) -> str:
    return (
        f'<div class="said user"><b>user, turn {turn.number}</b>{text(turn.user)}</div>'
        + "".join(map(_call, turn.tool_calls))
        + f'<div class="said agent"><b>agent</b>{text(turn.reply)}</div>'
        + "".join(map(_aside, _of_turn(turn)))
    )


def _of_turn(turn: TurnRecord) -> Iterator[str]:
    """What else is known of a turn, and what is not, so that nobody takes silence for absence."""
    if turn.topics:
        yield f"topics: {' → '.join(turn.topics)}"
    if turn.retrieved:
        yield f"retrieved: {', '.join(dict.fromkeys(one.source for one in turn.retrieved))}"
    if told := [f"{name} {value}" for name, value in turn.platform.items() if isinstance(value, str | int | float)]:
        yield f"the platform says: {', '.join(told)}"
    if unseen := _unseen(turn.captured):
        yield f"not seen in this turn: {unseen}"
    if turn.unknown:
        yield f"not understood, see the transcript: {len(turn.unknown)}"


def _of_trial(transcript: Transcript) -> Iterator[str]:
    if unseen := _unseen(transcript.captured):
        yield f"not seen in this trial, whatever happened: {unseen}"
    if transcript.version:
        yield f"answered by {transcript.version}"


def _unseen(captured: Captured) -> str:
    shown = {"tool calls": captured.tool_calls, "topics": captured.topic, "retrieval": captured.retrieval}
    return ", ".join(what for what, seen in shown.items() if not seen)


def _aside(words: str) -> str:
    return f'<div class="call">{text(words)}</div>'


def _call(call: ToolCall) -> str:
    arguments = ", ".join(f"{name}: {json.dumps(value, ensure_ascii=False)}" for name, value in call.arguments.items())
    result = f"error: {call.error}" if call.error else json.dumps(call.result, ensure_ascii=False)
    asked, answered = text(f"{call.name}({arguments})"), text(result)
    alias = f" as {text(call.alias)}" if call.alias else ""
    return f'<div class="call">called <code>{asked}</code>{alias} → <code>{answered}</code></div>'
