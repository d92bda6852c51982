"""Which actions a case speaks of."""

from gate.model.case import Case
from gate.planning.names import canonical


def mentioned_tools(case: Case) -> frozenset[str]:
    """The actions a case expects, forbids or answers for, by canonical name."""
    results = [result.tool for result in case.tool_results]
    return expected_tools(case) | {canonical(name) for name in (*results, *case.forbidden_tools)}


def expected_tools(case: Case) -> frozenset[str]:
    """The actions a case expects, by canonical name."""
    return frozenset(canonical(call.tool) for call in case.expected_tool_calls or ())
