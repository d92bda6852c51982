"""What gate and program say to each other, one JSON object a line (docs/drivers.md). Pure."""

import json
from collections.abc import Mapping

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError

from gate.errors import CouldNotTellError
from gate.model.case import Case, Json, Turn
from gate.model.transcript import Captured, Passage, ToolCall, TurnRecord
from gate.model.words import Arm
from gate.network.json_text import parse

VERSION = 1
"""Of the protocol; a program may refuse one it does not know by ending."""


class _Part(BaseModel):
    model_config = ConfigDict(extra="allow", frozen=True)


class Called(_Part):
    """A call of a tool: one the program made, or one it wants the fixture's `tool_results` to answer."""

    name: str = Field(min_length=1)
    arguments: Mapping[str, Json] = {}
    result: Json = None
    error: str = ""
    alias: str = ""
    seconds: float = Field(default=0.0, ge=0, allow_inf_nan=False)


class _Passage(_Part):
    source: str
    text: str = ""
    query: str = ""


class Said(_Part):
    """One line of the program. What it leaves out was not captured; a `reply` ends the turn."""

    reply: str | None = None
    call: Called | None = None
    error: str = ""
    topic: str | None = None
    tool_calls: tuple[Called, ...] | None = None
    retrieved: tuple[_Passage, ...] | None = None
    input_tokens: int = Field(default=0, ge=0)
    output_tokens: int = Field(default=0, ge=0)
    variables: Mapping[str, Json] = {}
    ended: bool = False


_SAID = TypeAdapter(Said)


def start_line(case: Case, arm: Arm, trial: int) -> bytes:
    """What a program is told first."""
    variables: Json = {one.name: one.value for one in case.variables}
    return line({"start": {"protocol": VERSION, "case": case.id, "arm": arm, "trial": trial, "variables": variables}})


def turn_line(turn: Turn) -> bytes:
    """The user's message."""
    return line({"turn": turn.number, "user": turn.user})


def line(value: Json) -> bytes:
    """A value on a line of its own."""
    return json.dumps(value, ensure_ascii=False).encode("utf-8", "surrogatepass") + b"\n"


def read_said(text: bytes, program: str) -> Said:
    """What a line says. Raises `CouldNotTellError` when it is none of the protocol's, or an error it reports."""
    try:
        said = _SAID.validate_python(parse(text))
    except ValueError as error:  # which pydantic's own is as well
        where, why = _first(error)
        shown = text[:200].decode("utf-8", "replace").strip()
        what = f"{where}: {why}" if where else "no JSON object"
        raise CouldNotTellError(
            f"{program} said a line that is not of the protocol ({what}): {shown}",
            "its stdout is for the protocol alone: log to stderr",
            again=False,
        ) from error
    if said.error:
        raise CouldNotTellError(f"{program} failed: {said.error}")
    if (said.reply is None) is (said.call is None):
        which = "neither `reply` nor `call`" if said.call is None else "both `reply` and `call`: one is said a line"
        raise CouldNotTellError(f"{program} said a line with {which}", "see docs/drivers.md", again=False)
    return said


def record_of(turn: Turn, said: Said, answered: list[ToolCall], took: float) -> TurnRecord:
    """What happened in the turn. Calls the gate answered come first; those the program tells of follow."""
    told = [_tool_call(one) for one in said.tool_calls or ()]
    return TurnRecord(
        number=turn.number,
        user=turn.user,
        reply=said.reply or "",
        topic=said.topic or "",
        topics=(said.topic,) if said.topic else (),
        tool_calls=(*answered, *told),
        retrieved=tuple(Passage(source=one.source, text=one.text, query=one.query) for one in said.retrieved or ()),
        latency_seconds=took,
        input_tokens=said.input_tokens,
        output_tokens=said.output_tokens,
        variables=said.variables,
        platform={"session": "ended"} if said.ended else {},
        unknown=tuple({**part.model_extra} for part in _parts(said) if part.model_extra),
        captured=Captured(
            tool_calls=said.tool_calls is not None or bool(answered),
            retrieval=said.retrieved is not None,
            topic=said.topic is not None,
        ),
    )


def _parts(said: Said) -> tuple[_Part, ...]:
    """What a line is made of; each part may hold keys that the protocol does not know."""
    return (said, *(said.tool_calls or ()), *(said.retrieved or ()))


def _first(error: ValueError) -> tuple[str, str]:
    """Where in a line the first thing is wrong, and what; nowhere when it is no JSON at all."""
    if not isinstance(error, ValidationError):
        return "", str(error)
    first = error.errors()[0]
    return ".".join(map(str, first["loc"])), first["msg"]


def _tool_call(called: Called) -> ToolCall:
    return ToolCall(
        name=called.name,
        arguments=called.arguments,
        result=called.result,
        error=called.error,
        alias=called.alias,
        latency_seconds=called.seconds,
    )
