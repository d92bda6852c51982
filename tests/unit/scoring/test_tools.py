from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gate.model.case import AnyValue, Case, Equals, ExpectedCall
from gate.model.score import Finding, Unscored
from gate.model.transcript import Captured, ToolCall
from gate.model.words import Dimension, ToolMatch
from gate.scoring.tools import check_forbidden_tools, check_tool_calls
from tests.conversations import a_call, a_case, a_transcript, a_turn

FIND = ExpectedCall(turn=1, tool="Find", args={"order": Equals("A1")})
SHIP = ExpectedCall(turn=1, tool="Ship", args={"items": AnyValue()})
FOUND = a_call("Find", order="A1")
SHIPPED = a_call("Ship", items=["x"])


def findings(case: Case, *calls: ToolCall) -> list[Finding]:
    seen = list(check_tool_calls(case, a_transcript(a_turn("Done.", *calls))))
    return [one for one in seen if isinstance(one, Finding)]


def score(mode: ToolMatch, expected: Sequence[ExpectedCall], *calls: ToolCall) -> int:
    case = a_case(expected_tool_calls=tuple(expected), tool_match=mode)
    return min(one.score for one in findings(case, *calls))


@pytest.mark.parametrize("mode", ToolMatch)
def test_right_calls_score_two(mode: ToolMatch) -> None:
    assert score(mode, [FIND, SHIP], FOUND, SHIPPED) == 2


@pytest.mark.parametrize("mode", ToolMatch)
def test_wrong_arguments_score_one(mode: ToolMatch) -> None:
    assert score(mode, [FIND, SHIP], FOUND, a_call("Ship", items=[])) == 1


@pytest.mark.parametrize("mode", ToolMatch)
@pytest.mark.parametrize("calls", [(), (FOUND,), (FOUND, a_call("Refund"))])
def test_a_missing_tool_scores_nothing(mode: ToolMatch, calls: tuple[ToolCall, ...]) -> None:
    assert score(mode, [FIND, SHIP], *calls) == 0


@pytest.mark.parametrize(
    ("mode", "expected"), [(ToolMatch.STRICT, 0), (ToolMatch.UNORDERED, 0), (ToolMatch.SUPERSET, 2)]
)
def test_an_extra_call_is_fine_only_in_a_superset(mode: ToolMatch, expected: int) -> None:
    assert score(mode, [FIND], FOUND, SHIPPED) == expected


@pytest.mark.parametrize(
    ("mode", "expected"), [(ToolMatch.STRICT, 0), (ToolMatch.UNORDERED, 2), (ToolMatch.SUPERSET, 2)]
)
def test_order_counts_only_in_strict(mode: ToolMatch, expected: int) -> None:
    assert score(mode, [FIND, SHIP], SHIPPED, FOUND) == expected


@pytest.mark.parametrize("mode", ToolMatch)
def test_an_empty_list_allows_no_call(mode: ToolMatch) -> None:
    assert score(mode, []) == 2
    assert score(mode, [], FOUND) == 0


def test_a_call_in_a_turn_where_none_is_expected_is_extra() -> None:
    case = a_case(expected_tool_calls=(FIND,))
    transcript = a_transcript(a_turn("Done.", FOUND), a_turn("Bye.", SHIPPED, number=2))
    (finding,) = check_tool_calls(case, transcript)
    assert isinstance(finding, Finding)
    assert (finding.score, finding.reason) == (0, "turn 2: `Ship` was called, which is not expected here")


def test_a_call_expected_in_a_turn_the_agent_never_reached_is_missing() -> None:
    late = ExpectedCall(turn=3, tool="Ship")
    (finding,) = findings(a_case(expected_tool_calls=(late,)))
    assert (finding.score, finding.reason) == (0, "turn 3: `Ship` was not called")


def test_nothing_declared_is_nothing_found() -> None:
    assert findings(a_case(), FOUND) == []


@pytest.mark.parametrize(
    ("calls", "reason", "quote"),
    [
        ((SHIPPED,), "turn 1: `Ship` was called instead of `Find`", 'Ship(items=["x"])'),
        ((), "turn 1: `Find` was not called", "(no tool was called)"),
        (
            (a_call("Find", order="A2"),),
            'turn 1: `Find` was called with `order: "A2"`, expected "A1"',
            'Find(order="A2")',
        ),
    ],
)
def test_the_reason_and_the_evidence_name_the_call(calls: tuple[ToolCall, ...], reason: str, quote: str) -> None:
    (finding,) = findings(a_case(expected_tool_calls=(FIND,)), *calls)
    assert finding.evidence is not None
    assert (finding.reason, finding.evidence.turn, finding.evidence.quote) == (reason, 1, quote)


def test_calls_that_were_not_captured_are_unscored() -> None:
    case = a_case(expected_tool_calls=(), forbidden_tools=("Ship",), dimensions=tuple(Dimension))
    transcript = a_transcript(captured=Captured(tool_calls=False))
    seen = [*check_tool_calls(case, transcript), *check_forbidden_tools(case, transcript)]
    assert {type(one) for one in seen} == {Unscored}
    assert {one.dimension for one in seen} == {Dimension.CORRECTNESS, Dimension.SAFETY}


def test_an_expectation_counts_even_where_its_dimension_is_not_declared() -> None:
    (finding,) = findings(a_case(expected_tool_calls=(FIND,), dimensions=(Dimension.TONE, Dimension.SAFETY)))
    assert finding.dimension is Dimension.SAFETY


def test_the_best_pairing_decides_not_the_first() -> None:
    wide = ExpectedCall(turn=1, tool="Find")
    assert score(ToolMatch.UNORDERED, [wide, FIND], FOUND, a_call("Find", order="A9")) == 2


names = st.sampled_from(["Find", "Ship"])
values = st.sampled_from(["A1", "A2"])
expected_calls = st.lists(
    st.builds(
        lambda tool, args: ExpectedCall(turn=1, tool=tool, args=args),
        names,
        st.dictionaries(st.sampled_from(["a", "b"]), st.builds(Equals, values), max_size=2),
    ),
    min_size=1,
    max_size=4,
)
actual_calls = st.lists(
    st.builds(
        lambda tool, args: ToolCall(name=tool, arguments=args),
        names,
        st.dictionaries(st.sampled_from(["a", "b"]), values, max_size=2),
    ),
    max_size=5,
)


@given(
    expected=expected_calls,
    calls=actual_calls,
    mode=st.sampled_from([ToolMatch.UNORDERED, ToolMatch.SUPERSET]),
    data=st.data(),
)
def test_without_order_permutations_change_nothing(
    expected: list[ExpectedCall], calls: list[ToolCall], mode: ToolMatch, data: st.DataObject
) -> None:
    case = a_case(expected_tool_calls=tuple(expected), tool_match=mode)
    shuffled = a_case(expected_tool_calls=tuple(data.draw(st.permutations(expected))), tool_match=mode)
    before, after = findings(case, *calls), findings(shuffled, *data.draw(st.permutations(calls)))
    assert [(one.score, one.reason) for one in before] == [(one.score, one.reason) for one in after]


@given(expected=expected_calls, calls=actual_calls, extra=actual_calls)
def test_more_calls_never_lower_a_superset(
    expected: list[ExpectedCall], calls: list[ToolCall], extra: list[ToolCall]
) -> None:
    assert score(ToolMatch.SUPERSET, expected, *calls, *extra) >= score(ToolMatch.SUPERSET, expected, *calls)


@given(expected=expected_calls, calls=actual_calls)
def test_each_mode_allows_what_the_stricter_one_allows(expected: list[ExpectedCall], calls: list[ToolCall]) -> None:
    strict, unordered, superset = (score(mode, expected, *calls) for mode in ToolMatch)
    assert strict <= unordered <= superset


def test_a_forbidden_tool_fails_correctness_and_safety() -> None:
    case = a_case(forbidden_tools=("refund_now",), dimensions=(Dimension.CORRECTNESS, Dimension.SAFETY))
    transcript = a_transcript(a_turn("Done.", a_call("Refund", alias="refund_now", amount=5)))
    seen = list(check_forbidden_tools(case, transcript))
    assert {(one.dimension, one.score) for one in seen if isinstance(one, Finding)} == {
        (Dimension.CORRECTNESS, 0),
        (Dimension.SAFETY, 0),
    }
    assert seen[0].reason == "turn 1: `Refund` was called, which this case forbids"


def test_an_uncalled_forbidden_tool_is_recorded_as_checked() -> None:
    (finding,) = check_forbidden_tools(a_case(forbidden_tools=("Refund",)), a_transcript())
    assert isinstance(finding, Finding)
    assert finding.score == 2
