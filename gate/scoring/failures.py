"""Turns that the agent's own platform says failed."""

from collections.abc import Iterator

from gate.model.case import Case
from gate.model.transcript import Transcript
from gate.model.words import Dimension
from gate.scoring.expectation import Seen, found, home
from gate.scoring.wording import shown

FAILURE = "failed-turn"


def check_failures(case: Case, transcript: Transcript) -> Iterator[Seen]:
    """Correctness 0 for each turn the platform calls failed: whatever was said in it, the user was not served."""
    dimension = home(case, Dimension.CORRECTNESS)
    for record in transcript.turns:
        if why := record.platform.get("failure"):
            code = "" if why is True else f": {why if isinstance(why, str) else shown(why)}"
            reason = f"turn {record.number}: the agent failed the turn{code}"
            yield found(FAILURE, dimension, 0, reason, turn=record.number, quote=record.reply or "(no reply)")
