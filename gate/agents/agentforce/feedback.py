"""What people say of a turn, given to the platform that keeps it with the session.

https://developer.salesforce.com/docs/ai/agentforce/guide/agent-api-examples.html
"""

from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import quote

from gate.agents.agentforce.conversation import BASE, CLIENT
from gate.model.case import Json
from gate.network.call import Call
from gate.org.org import Org

_SECONDS = 30
_LONGEST = 1_000
"""Characters of a reason that are given."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Feedback:
    """What is said of one turn. `turn` is the record's `feedback`: session and feedback id."""

    turn: str
    good: bool
    text: str = ""


async def give(org: Org, given: Sequence[Feedback]) -> str:
    """Give it one by one; what the org says to the first it does not take, empty when it takes all.

    Raises `UsageError` and `CouldNotTellError` as the org does.
    """
    async with org.open():
        for one in given:
            session, _, key = one.turn.rpartition("/")
            body: Json = {
                "feedbackId": key,
                "feedback": "GOOD" if one.good else "BAD",
                **({"text": one.text[:_LONGEST]} if one.text else {}),
            }
            path = f"{BASE}/v1/sessions/{quote(session, safe='')}/feedback"
            answer = await org.ask_api(Call(method="POST", path=path, body=body, headers=CLIENT, seconds=_SECONDS))
            if not answer.good:
                return f"{answer.status}: {answer.excerpt()}"
    return ""
