"""Which actions a case speaks of."""

from gate.model.case import Case
from gate.planning.names import canonical


def mentioned_tools(case: Case) -> frozenset[str]:
    """The actions a case expects, forbids or answers for, by canonical name."""
    calls = [call.tool for call in case.expected_tool_calls or ()]
    results = [result.tool for result in case.tool_results]
    return frozenset(canonical(name) for name in (*calls, *results, *case.forbidden_tools))
