"""Transcripts in `report.html`: what was said and called, base beside head."""

import json
from collections.abc import Sequence

from gate.model.transcript import ToolCall, Transcript, TurnRecord
from gate.model.words import Arm
from gate.reports.page_parts import text

_ARM_NAMES = {Arm.BASE: "base", Arm.HEAD: "this PR"}


def transcripts_of(transcripts: Sequence[Transcript]) -> str:
    """The transcripts of one case, folded; nothing when there are none."""
    arms = "".join(map(_transcript, sorted(transcripts, key=lambda one: (one.arm, one.trial))))
    return f'<details><summary>Transcripts</summary><div class="arms">{arms}</div></details>' if arms else ""


def _transcript(transcript: Transcript) -> str:
    turns = "".join(map(_turn, transcript.turns))
    error = f'<p class="call">errored: {text(transcript.error)}</p>' if transcript.error else ""
    return f'<div class="arm"><h4>{_ARM_NAMES[transcript.arm]}, trial {transcript.trial}</h4>{turns}{error}</div>'


def _turn(turn: TurnRecord) -> str:
    return (
        f'<div class="said user"><b>user, turn {turn.number}</b>{text(turn.user)}</div>'
        + "".join(map(_call, turn.tool_calls))
        + f'<div class="said agent"><b>agent</b>{text(turn.reply)}</div>'
    )


def _call(call: ToolCall) -> str:
    arguments = ", ".join(f"{name}: {json.dumps(value, ensure_ascii=False)}" for name, value in call.arguments.items())
    result = f"error: {call.error}" if call.error else json.dumps(call.result, ensure_ascii=False)
    asked, answered = text(f"{call.name}({arguments})"), text(result)
    return f'<div class="call">called <code>{asked}</code> → <code>{answered}</code></div>'
