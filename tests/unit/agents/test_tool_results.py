from gate.agents.tool_results import Given, ToolResults
from gate.model.case import Equals, ToolResult


def test_a_call_gets_the_first_entry_that_fits_and_is_not_used_yet() -> None:
    results = ToolResults(
        (
            ToolResult(tool="Find", result=1),
            ToolResult(tool="Find", error="timeout", delay_seconds=0.5),
            ToolResult(tool="Other", result=9),
        )
    )

    given = [results.answer("Find", 1, {}) for _ in range(3)]

    assert given == [
        Given(result=1),
        Given(error="timeout", delay_seconds=0.5),
        Given(error="timeout", delay_seconds=0.5),
    ]


def test_turn_and_arguments_tell_entries_apart() -> None:
    results = ToolResults(
        (
            ToolResult(tool="Find", turn=2, result="second turn"),
            ToolResult(tool="Find", args={"id": Equals("A")}, result="A"),
            ToolResult(tool="Find", result="any"),
        )
    )

    assert results.answer("Find", 1, {"id": "B"}).result == "any"
    assert results.answer("Find", 1, {"id": "A"}).result == "A"
    assert results.answer("Find", 2, {"id": "A"}).result == "second turn"


def test_a_call_the_fixture_does_not_know_gets_an_error_and_is_told_apart() -> None:
    given = ToolResults(()).answer("Find", 1, {})

    assert (given.known, given.error) == (False, "Find is not available here")
