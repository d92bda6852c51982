"""A plan trace, classic or Agent Script, to what a transcript keeps of a turn. Pure.

The format is not contractual; where each thing is was read from the sources of the platform's own command line
(forcedotcom/agents 2.0.5 `src/types.ts`, salesforcecli/plugin-agent 1.44.5 `agent trace`) and public traces. A step
that is not understood is kept as it came; a field of another type than expected is left out, never a crash.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from gate.model.case import Json
from gate.model.transcript import ModelCall, Passage, ToolCall

_SILENT = frozenset(
    {
        "UserInputStep", "EnabledToolsStep", "BeforeReasoningStep", "BeforeReasoningIterationStep",
        "AfterReasoningStep", "PlatformNotificationStep", "FunctionCallStep", "ReactValidationStep", "ReactTopicStep",
    }
)  # fmt: skip
"""Steps that say nothing a transcript keeps."""
_STATUS = "__action_execution_status__"
_KNOWLEDGE = ("knowledgeSummary", "citationSources")
_MOST_NESTED = 8


@dataclass(slots=True)
class Seen:
    """What a trace shows of one turn. `aliases`: tool name as called to the definition's name, where it is known."""

    aliases: Mapping[str, str] = field(default_factory=dict)
    topics: list[str] = field(default_factory=list)
    tool_calls: list[ToolCall] = field(default_factory=list)
    model_calls: list[ModelCall] = field(default_factory=list)
    retrieved: list[Passage] = field(default_factory=list)
    platform: dict[str, Json] = field(default_factory=dict)
    variables: dict[str, Json] = field(default_factory=dict)
    unknown: list[Json] = field(default_factory=list)
    simulated: bool = False


def read_trace(trace: Json, aliases: Mapping[str, str]) -> Seen | None:
    """What the trace shows; None when it is none."""
    steps = _plan(trace)
    if steps is None:
        return None
    seen = Seen(aliases)
    _read(steps, seen, 0)
    return seen


def _plan(trace: Json) -> Sequence[Json] | None:
    """The steps, also of an export of the builder, which wraps the trace."""
    if not isinstance(trace, dict):
        return None
    if isinstance(trace.get("plan"), list):
        steps = trace["plan"]
        return steps if isinstance(steps, list) else None
    actions = trace.get("actions")
    first = actions[0] if isinstance(actions, list) and actions else None
    return _plan(first.get("returnValue")) if isinstance(first, dict) else None


def _read(steps: Sequence[Json], seen: Seen, depth: int) -> None:
    for step in steps:
        if not isinstance(step, dict):
            seen.unknown.append(step)
            continue
        kind = _text(step.get("type") or step.get("stepType"))
        reader = _READERS.get(kind)
        if reader is not None:
            reader(step, seen)
        elif kind == "RelatedAgentStep" and depth < _MOST_NESTED:
            _move(seen, _text(step.get("relatedAgentName")))
            nested = step.get("steps")
            _read(nested if isinstance(nested, list) else [], seen, depth + 1)
        elif kind not in _SILENT:
            seen.unknown.append(step)


def _function(step: dict[str, Json], seen: Seen) -> None:
    function = _mapping(step.get("function"))
    name = _text(function.get("name"))
    output = function.get("output")
    given = _mapping(output)
    if _text(given.get("generationId")) == "test-gen-001":
        seen.simulated = True
    status = _text(given.get(_STATUS))
    error = "; ".join(_errors(function.get("errors"))) or (status if status not in {"", "success", "SUCCESS"} else "")
    result: Json = {key: value for key, value in given.items() if not key.startswith("__")} if given else output
    arguments = _mapping(function.get("input"))
    definition = seen.aliases.get(name, name)
    seen.tool_calls.append(
        ToolCall(
            name=definition,
            alias=name if definition != name else "",
            arguments=arguments,
            result=result,
            error=error,
            latency_seconds=_milliseconds(step.get("executionLatency")) or _took(step),
        )
    )
    seen.retrieved.extend(_passages(definition, arguments, given))


def _passages(tool: str, arguments: Mapping[str, Json], output: Mapping[str, Json]) -> Iterator[Passage]:
    """What a retrieving action brought: an answer of the knowledge action, or a prompt template's with its sources."""
    query = _text(arguments.get("query") or arguments.get("Input:Query"))
    if any(key in output for key in _KNOWLEDGE):
        sources = output.get("citationSources")
        names = list(_sources(sources)) or [tool]
        for source in names:
            yield Passage(source=source, text=_text(output.get("knowledgeSummary")), query=query)
        return
    response = _mapping(_mapping(_loaded(output.get("promptResponse"))).get("response"))
    if response and "source" in response:
        for source in list(_sources(response.get("source"))) or [tool]:
            yield Passage(source=source, text=_text(response.get("text")), query=query)


def _sources(value: Json) -> Iterator[str]:
    for item in value if isinstance(value, list) else []:
        known = _mapping(item)
        name = next((_text(known[key]) for key in ("source_id", "title", "label", "id", "url") if known.get(key)), "")
        if name or isinstance(item, str):
            yield name or str(item)


def _model(step: dict[str, Json], seen: Seen) -> None:
    """A call of a model: `LLMStep` of Agent Script, `LLMExecutionStep` of classic agents."""
    data = _mapping(step.get("data")) or step
    response = _mapping(_loaded(data.get("prompt_response") or step.get("promptResponse")))
    usage = _mapping(response.get("usage"))
    latency = data.get("execution_latency", step.get("executionLatency"))
    seen.model_calls.append(
        ModelCall(
            prompt=_text(data.get("prompt_name") or step.get("promptName")),
            model=_text(response.get("model") or data.get("model")),
            input_tokens=_count(usage.get("prompt_tokens")),
            output_tokens=_count(usage.get("completion_tokens")),
            latency_seconds=_milliseconds(latency) or _took(step),
        )
    )


def _topic(step: dict[str, Json], seen: Seen) -> None:
    _move(seen, _text(step.get("topic")))


def _event(step: dict[str, Json], seen: Seen) -> None:
    if step.get("eventName") == "topicChangeEvent":
        _move(seen, _text(_mapping(step.get("payload")).get("newTopic")))
    elif step.get("isError") is True:
        seen.unknown.append(step)


def _entered(step: dict[str, Json], seen: Seen) -> None:
    _move(seen, _text(_mapping(step.get("data")).get("agent_name")))


def _transition(step: dict[str, Json], seen: Seen) -> None:
    data = _mapping(step.get("data"))
    if not seen.topics:
        _move(seen, _text(data.get("from_agent")))
    _move(seen, _text(data.get("to_agent")))


def _move(seen: Seen, topic: str) -> None:
    if topic and (not seen.topics or seen.topics[-1] != topic):
        seen.topics.append(topic)


def _answer(step: dict[str, Json], seen: Seen) -> None:
    if "isContentSafe" in step:
        seen.platform["content_safe"] = step["isContentSafe"]
    score = _mapping(step.get("safetyScore"))
    score = _mapping(score.get("safetyScore")) or score
    if "safety_score" in score:
        seen.platform["safety_score"] = score["safety_score"]


def _grounded(step: dict[str, Json], seen: Seen) -> None:
    """A groundedness verdict; several in one turn mean a try again after UNGROUNDED, and the last one holds."""
    if category := _text(step.get("category")):
        tries = seen.platform.get("groundedness_verdicts", 0)
        seen.platform["groundedness"] = category
        seen.platform["groundedness_verdicts"] = (tries if isinstance(tries, int) else 0) + 1


def _guardrails(step: dict[str, Json], seen: Seen) -> None:
    for key, name in (("instructionAdherence", "instruction_adherence"), ("taskResolution", "task_resolution")):
        if said := _text(step.get(key)).strip():
            seen.platform[name] = said.split("\n", 1)[0].strip()


def _state(step: dict[str, Json], seen: Seen) -> None:
    seen.variables |= _mapping(_mapping(step.get("data")).get("variable_values"))


def _update(step: dict[str, Json], seen: Seen) -> None:
    updates = _mapping(step.get("data")).get("variable_updates")
    for update in updates if isinstance(updates, list) else []:
        known = _mapping(update)
        if name := _text(known.get("variable_name")):
            seen.variables[name] = known.get("variable_new_value")


_READERS = {
    "FunctionStep": _function,
    "LLMStep": _model,
    "LLMExecutionStep": _model,
    "UpdateTopicStep": _topic,
    "EventStep": _event,
    "NodeEntryStateStep": _entered,
    "TransitionStep": _transition,
    "PlannerResponseStep": _answer,
    "OutputEvaluationStep": _grounded,
    "ReasoningStep": _grounded,
    "GuardrailsStep": _guardrails,
    "SessionInitialStateStep": _state,
    "VariableUpdateStep": _update,
}


def _errors(value: Json) -> Iterator[str]:
    for item in value if isinstance(value, list) else []:
        known = _mapping(item)
        said = ": ".join(filter(None, (_text(known.get("statusCode")), _text(known.get("message")))))
        yield said or json.dumps(item)


def _loaded(value: Json) -> Json:
    """The value of JSON text; the value itself when it is none."""
    if not isinstance(value, str):
        return value
    try:
        loaded: Json = json.loads(value)
    except (ValueError, RecursionError):
        return None
    return loaded


def _mapping(value: Json) -> dict[str, Json]:
    return value if isinstance(value, dict) else {}


def _text(value: Json) -> str:
    return value if isinstance(value, str) else "" if value is None or isinstance(value, list | dict) else str(value)


def _count(value: Json) -> int:
    return value if isinstance(value, int) and not isinstance(value, bool) and value > 0 else 0


def _milliseconds(value: Json) -> float:
    number = value if isinstance(value, int | float) and not isinstance(value, bool) else 0
    return number / 1000 if 0 < number < 1e9 else 0.0


def _took(step: Mapping[str, Json]) -> float:
    start, end = step.get("startExecutionTime"), step.get("endExecutionTime")
    if isinstance(start, int | float) and isinstance(end, int | float):
        return _milliseconds(end - start)
    return 0.0
