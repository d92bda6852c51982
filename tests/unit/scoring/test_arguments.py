import pytest
from hypothesis import given
from hypothesis import strategies as st

from gate.model.case import Absent, AnyValue, ArgumentMatcher, Equals, Json, Number, OneOf, Pattern
from gate.scoring.arguments import equal, matches, mismatches

json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3),
    max_leaves=8,
)


def meets(matcher: ArgumentMatcher, value: Json) -> bool:
    return matches(matcher, "x", {"x": value})


@pytest.mark.parametrize("value", [None, "", "  ", [], {}])
def test_any_refuses_what_says_nothing(value: Json) -> None:
    assert not meets(AnyValue(), value)


@pytest.mark.parametrize("value", [0, False, 0.0, "0", [None], {"a": None}])
def test_any_takes_what_says_something(value: Json) -> None:
    assert meets(AnyValue(), value)


@pytest.mark.parametrize(("expected", "actual"), [(1, 1.0), ("a", "a"), ([1, {"b": 2}], [1.0, {"b": 2}]), (None, None)])
def test_equals_compares_json_values(expected: Json, actual: Json) -> None:
    assert meets(Equals(expected), actual)


@pytest.mark.parametrize(
    ("expected", "actual"), [(1, True), (0, False), (1, "1"), ("a", "A"), ([1, 2], [2, 1]), ([1], [1, 1]), ({}, [])]
)
def test_equals_tells_json_types_and_order_apart(expected: Json, actual: Json) -> None:
    assert not meets(Equals(expected), actual)


@given(value=json_values)
def test_every_value_equals_itself(value: Json) -> None:
    assert equal(value, value)


@given(one=json_values, other=json_values)
def test_equality_has_no_direction(one: Json, other: Json) -> None:
    assert equal(one, other) is equal(other, one)


def test_pattern_has_to_fit_from_start_to_end() -> None:
    assert meets(Pattern("A[0-9]{4}"), "A7842")
    assert not meets(Pattern("A[0-9]{4}"), "order A7842")
    assert not meets(Pattern("A[0-9]{4}"), "A7842\n")


def test_pattern_reads_numbers_as_written_and_no_other_value() -> None:
    assert meets(Pattern("[0-9]+"), 7842)
    assert not meets(Pattern(".*"), None)
    assert not meets(Pattern(".*"), ["a"])


def test_one_of_takes_each_listed_value() -> None:
    matcher = OneOf(("DHL", 2, None))
    assert all(meets(matcher, value) for value in ("DHL", 2, None))
    assert not meets(matcher, "UPS")


@pytest.mark.parametrize("value", [29.99, "29.99", " 29.990 ", 30, "30.00", 29.98])
def test_number_within_its_tolerance(value: Json) -> None:
    assert meets(Number(29.99, 0.01), value)


@pytest.mark.parametrize("value", [30.01, 29.97, "29,99", "$29.99", True, None, [], "nan", "1_000"])
def test_number_outside_its_tolerance_or_no_number(value: Json) -> None:
    assert not meets(Number(29.99, 0.01), value)


@given(number=st.floats(-1e9, 1e9), text=st.booleans())
def test_a_number_equals_itself_without_tolerance(number: float, text: bool) -> None:
    assert meets(Number(number), str(number) if text else number)


def test_absent_wants_the_argument_not_given_at_all() -> None:
    assert matches(Absent(), "x", {"y": 1})
    assert not matches(Absent(), "x", {"x": None})


@pytest.mark.parametrize("matcher", [AnyValue(), Equals(None), Pattern(".*"), OneOf((None,)), Number(0)])
def test_a_missing_argument_is_only_absent(matcher: ArgumentMatcher) -> None:
    assert not matches(matcher, "x", {})


def test_mismatches_say_what_was_given_and_what_was_expected() -> None:
    expected: dict[str, ArgumentMatcher] = {
        "items": AnyValue(),
        "order": Equals("A1"),
        "note": Absent(),
        "fee": Number(5, 0.5),
    }
    said = mismatches(expected, {"items": [], "order": "A1", "note": "x"})
    assert said == (
        "with `items: []`, expected any non-empty value",
        'with `note: "x"`, expected it not to be given',
        "without `fee`, expected 5 ± 0.5",
    )
