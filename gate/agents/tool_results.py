"""What a fixture's `tool_results` answer to the calls of one trial. Pure, but for which entries are used up."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from gate.model.case import Json, ToolResult
from gate.scoring.arguments import mismatches


@dataclass(frozen=True, slots=True)
class Given:
    """What a call gets back: a result or an error, after a delay. `known`: the fixture says so."""

    result: Json = None
    error: str = ""
    delay_seconds: float = 0.0
    known: bool = True


class ToolResults:
    """Answers the calls of one trial in the order they come.

    Of the entries that fit a call (tool, turn, arguments), the first one not used yet answers; when all are used, the
    last one answers again.
    """

    def __init__(self, entries: Sequence[ToolResult]) -> None:
        self._entries = entries
        self._used: set[int] = set()

    def answer(self, tool: str, turn: int, arguments: Mapping[str, Json]) -> Given:
        """What the fixture gives for this call; an error that says so when it has nothing."""
        fitting = [index for index, entry in enumerate(self._entries) if _fits(entry, tool, turn, arguments)]
        if not fitting:
            return Given(error=f"{tool} is not available here", known=False)
        index = next((one for one in fitting if one not in self._used), fitting[-1])
        self._used.add(index)
        entry = self._entries[index]
        return Given(result=entry.result, error=entry.error, delay_seconds=entry.delay_seconds)


def _fits(entry: ToolResult, tool: str, turn: int, arguments: Mapping[str, Json]) -> bool:
    return entry.tool == tool and entry.turn in {0, turn} and not mismatches(entry.args, arguments)
