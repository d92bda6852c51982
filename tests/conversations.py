"""Cases and transcripts for tests: say what matters, the rest is filled in."""

from typing import Any

from gate.model.case import Case, Json, Turn
from gate.model.transcript import ToolCall, Transcript, TurnRecord
from gate.model.words import Arm, Dimension, Severity


def a_case(**fields: Any) -> Case:
    given: dict[str, Any] = {
        "id": "late-parcel",
        "agent": "support",
        "topic": "Orders",
        "dimensions": (Dimension.CORRECTNESS,),
        "severity": Severity.P0,
        "turns": (Turn(number=1, user="Where is my parcel?"),),
        **fields,
    }
    return Case(**given)


def a_call(name: str, /, *, result: Json = None, alias: str = "", **arguments: Json) -> ToolCall:
    return ToolCall(name=name, alias=alias, arguments=arguments, result=result)


def a_turn(reply: str = "On its way.", *calls: ToolCall, number: int = 1, **fields: Any) -> TurnRecord:
    return TurnRecord(
        **{"number": number, "user": "Where is my parcel?", "reply": reply, "tool_calls": calls, **fields}
    )


def a_transcript(*turns: TurnRecord, **fields: Any) -> Transcript:
    given: dict[str, Any] = {
        "case": "support/late-parcel",
        "arm": Arm.HEAD,
        "trial": 1,
        "agent_fingerprint": "a" * 64,
        "turns": turns or (a_turn(),),
        **fields,
    }
    return Transcript(**given)
