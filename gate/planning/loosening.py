"""Whether a changed fixture asks less of the agent than it did.

A case is *loosened* when there may be a transcript that fails what the base expects and passes what the head expects.
That is told part by part, and where a part cannot be compared it counts as loosened: a reworded rubric, another
question to the agent, a call expected with another value. Rewriting a P0 case is a decision a person signs.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace

from gate.model.anchors import STANDARD_ANCHORS
from gate.model.case import AnyValue, ArgumentMatcher, Case, Equals, ExpectedCall, Number, OneOf
from gate.model.words import Dimension, Severity, Status, ToolMatch

_RANK = tuple(Severity)
_MATCH_RANK = (ToolMatch.STRICT, ToolMatch.UNORDERED, ToolMatch.SUPERSET)
_WORD = 3  # letters; fewer occur in nearly every reply
_SCREENING_TRIALS = 3  # what a policy takes of a case it knows nothing of; fewer on request is less evidence


def loosened(base: Case, head: Case) -> tuple[str, ...]:
    """What the head's version no longer asks, in words; () when it asks at least as much."""
    return (
        *_standing(base, head),
        *_input(base, head),
        *_calls(base, head),
        *_lists(base, head),
        *_judging(base, head),
    )


def shortened_data(base: Case, head: Case) -> tuple[str, ...]:
    """Test data of which an expectation is made and that more replies would hold than before, in words.

    Another value is no less; a part of the old one, or a letter or two where a word was, is.
    """
    told = []
    for key in sorted(base.data.keys() & head.data.keys()):
        before, after = base.data[key], head.data[key]
        needed = any(before and before in text for text in base.must_include)
        if needed and before != after and (after.casefold() in before.casefold() or len(after) < _WORD <= len(before)):
            told.append(f"test data {key} shortened from {before!r} to {after!r}")
    return tuple(told)


def _standing(base: Case, head: Case) -> Iterator[str]:
    if _RANK.index(head.severity) > _RANK.index(base.severity):
        yield f"severity lowered from {base.severity} to {head.severity}"
    if head.status is Status.EXPLORATORY and base.status is Status.FROZEN:
        yield "made exploratory"
    for dimension in base.dimensions:
        if dimension not in head.dimensions:
            yield f"dimension {dimension} dropped"
    if head.trials and head.trials < max(base.trials, _SCREENING_TRIALS) and head.trials != base.trials:
        yield f"trials lowered to {head.trials}"


def _input(base: Case, head: Case) -> Iterator[str]:
    said = [turn.user for turn in head.turns]
    if said[: len(base.turns)] != [turn.user for turn in base.turns]:
        yield "the user says something else"
    if base.variables != head.variables:
        yield "session variables changed"
    if base.tool_results != head.tool_results:
        yield "tool results changed"


def _calls(base: Case, head: Case) -> Iterator[str]:
    if _MATCH_RANK.index(head.tool_match) > _MATCH_RANK.index(base.tool_match):
        yield f"tool match relaxed from {base.tool_match} to {head.tool_match}"
    if base.expected_tool_calls is None:
        return
    if head.expected_tool_calls is None:
        yield "expected tool calls no longer declared"
        return
    remaining = list(head.expected_tool_calls)
    gone: list[ExpectedCall] = []
    matched: list[int] = []
    for call in base.expected_tool_calls:
        same = next((item for item in remaining if _asks_as_much(call, item)), None)
        if same is None:
            gone.append(call)
        else:
            remaining.remove(same)
            matched.append(next(place for place, item in enumerate(head.expected_tool_calls) if item is same))
    yield from (f"expected call of {call.tool} in turn {call.turn} removed or relaxed" for call in gone)
    if base.tool_match is ToolMatch.STRICT and matched != sorted(matched):
        yield "order of expected calls changed"
    if base.tool_match is not ToolMatch.SUPERSET:
        tools = {call.tool for call in gone}
        new = (call for call in remaining if call.tool not in tools)
        yield from (f"call of {call.tool} in turn {call.turn} is now expected, was not allowed" for call in new)


def _asks_as_much(base: ExpectedCall, head: ExpectedCall) -> bool:
    return (base.turn, base.tool) == (head.turn, head.tool) and all(
        name in head.args and _no_looser(matcher, head.args[name]) for name, matcher in base.args.items()
    )


def _no_looser(base: ArgumentMatcher, head: ArgumentMatcher) -> bool:
    if base == head:
        return True
    match base, head:
        case AnyValue(), Equals(value=value):
            return value not in (None, "", [], {})
        case OneOf(values=values), Equals(value=value):
            return value in values
        case OneOf(values=values), OneOf(values=fewer):
            return all(value in values for value in fewer)
        case Number(value=value, tolerance=tolerance), Number(value=same, tolerance=less):
            return abs(value - same) + less <= tolerance
        case _:
            return False


def _lists(base: Case, head: Case) -> Iterator[str]:
    if base.expected_topic not in ("", head.expected_topic):
        yield f"expected topic {base.expected_topic} removed or changed"
    yield from _gone("forbidden tool", base.forbidden_tools, head.forbidden_tools)
    yield from _gone("must include", base.must_include, head.must_include)
    yield from _gone("must not include", base.must_not_include, head.must_not_include)
    yield from _gone("expected retrieval", _sources(base), _sources(head))
    kept = {(item.quote, item.dimension): item.cap for item in head.anti_patterns}
    for pattern in base.anti_patterns:
        if kept.get((pattern.quote, pattern.dimension), 3) > pattern.cap:
            yield f"anti-pattern {pattern.quote!r} removed or relaxed"


def _sources(case: Case) -> list[str]:
    return [f"{source} (turn {item.turn})" for item in case.expected_retrieval for source in item.sources]


def _gone(what: str, base: Iterable[str], head: Iterable[str]) -> Iterator[str]:
    kept = set(head)
    return (f"{what} {item!r} removed" for item in base if item not in kept)


def _judging(base: Case, head: Case) -> Iterator[str]:
    kept = {replace(behavior, text=_plain(behavior.text)) for behavior in head.behaviors}
    for behavior in base.behaviors:
        if replace(behavior, text=_plain(behavior.text)) not in kept:
            yield f"expected behaviour removed or reworded: {behavior.text!r}"
    before, after = _anchors(base), _anchors(head)
    for dimension in base.dimensions:
        if dimension in head.dimensions and before[dimension] != after[dimension]:
            yield f"rubric of {dimension} changed"
    if _plain(base.reference_answer) != _plain(head.reference_answer):
        yield "reference answer changed"


def _anchors(case: Case) -> Mapping[Dimension, tuple[str, ...]]:
    own = {rubric.dimension: rubric.anchors for rubric in case.rubrics if not rubric.standard}
    return {dimension: tuple(map(_plain, anchors)) for dimension, anchors in {**STANDARD_ANCHORS, **own}.items()}


def _plain(text: str) -> str:
    """A text without what no judge reads otherwise: how it is broken into lines, and a mark at its end."""
    return " ".join(text.split()).rstrip(" .,;")
