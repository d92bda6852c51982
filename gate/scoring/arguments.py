"""Whether a call's arguments are the expected ones."""

import re
from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import assert_never

from gate.model.case import Absent, AnyValue, ArgumentMatcher, Equals, Json, Number, OneOf, Pattern
from gate.scoring.bounded import full_match
from gate.scoring.wording import shortened, shown

_NUMBER = re.compile(r"[-+]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][-+]?\d{1,3})?")


def mismatches(matchers: Mapping[str, ArgumentMatcher], arguments: Mapping[str, Json]) -> tuple[str, ...]:
    """One phrase per expected argument that is not met: ``with `items: []`, expected any non-empty value``."""
    return tuple(
        f"{_given(name, arguments)}, expected {described(matcher)}"
        for name, matcher in matchers.items()
        if not matches(matcher, name, arguments)
    )


def matches(matcher: ArgumentMatcher, name: str, arguments: Mapping[str, Json]) -> bool:
    """Whether argument `name` of a call is what the matcher allows. Only `Absent` allows a missing one."""
    if isinstance(matcher, Absent):
        return name not in arguments
    return name in arguments and _value_matches(matcher, arguments[name])


def _value_matches(matcher: AnyValue | Equals | Pattern | OneOf | Number, value: Json) -> bool:
    match matcher:
        case AnyValue():
            return not is_empty(value)
        case Equals(value=expected):
            return equal(expected, value)
        case Pattern(pattern=pattern):
            text = _as_text(value)
            return text is not None and full_match(pattern, text)
        case OneOf(values=values):
            return any(equal(expected, value) for expected in values)
        case Number(value=expected_number, tolerance=tolerance):
            number = _as_number(value)
            return number is not None and abs(number - _exact(expected_number)) <= _exact(tolerance)
        case _:
            assert_never(matcher)


def is_empty(value: Json) -> bool:
    """Whether a value says nothing: null, blank text, an empty list or mapping. 0 and false say something."""
    if isinstance(value, str):
        return not value.strip()
    return value is None or value in ([], {})


def equal(expected: Json, actual: Json) -> bool:
    """Equality of JSON values: 1 equals 1.0, but neither equals true or "1"; the order of keys does not matter."""
    if isinstance(expected, bool) or isinstance(actual, bool):
        return expected is actual
    if isinstance(expected, list) and isinstance(actual, list):
        return len(expected) == len(actual) and all(map(equal, expected, actual))
    if isinstance(expected, dict) and isinstance(actual, dict):
        return expected.keys() == actual.keys() and all(equal(expected[key], actual[key]) for key in expected)
    return expected == actual


def described(matcher: ArgumentMatcher) -> str:
    """What a matcher allows, in words."""
    match matcher:
        case AnyValue():
            return "any non-empty value"
        case Equals(value=value):
            return shown(value)
        case Pattern(pattern=pattern):
            return f"text like /{pattern}/"
        case OneOf(values=values):
            return f"one of {_listed(values)}"
        case Number(value=value, tolerance=tolerance):
            return f"{value:g}" + (f" ± {tolerance:g}" if tolerance else "")
        case Absent():
            return "it not to be given"
        case _:
            assert_never(matcher)


def _given(name: str, arguments: Mapping[str, Json]) -> str:
    if name not in arguments:
        return f"without `{name}`"
    return f"with `{name}: {shortened(shown(arguments[name]), 80)}`"


def _listed(values: Iterable[Json]) -> str:
    return ", ".join(shown(value) for value in values)


def _as_text(value: Json) -> str | None:
    if isinstance(value, str):
        return value
    return None if value is None or isinstance(value, list | dict) else shown(value)


def _as_number(value: Json) -> Decimal | None:
    if isinstance(value, bool):
        return None
    if isinstance(value, int | float):
        number = _exact(value)
        return number if number.is_finite() else None
    if isinstance(value, str) and _NUMBER.fullmatch(value.strip()):
        return Decimal(value.strip())
    return None


def _exact(number: float) -> Decimal:
    """The number as people write it: 29.99 and not the binary fraction nearest to it."""
    return Decimal(str(number))
