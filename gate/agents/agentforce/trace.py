"""A plan trace, classic or Agent Script, to what a transcript keeps of a turn. Pure.

The format is not contractual; where each thing is was read from the sources of the platform's own command line
(forcedotcom/agents 2.0.5 `src/types.ts`, salesforcecli/plugin-agent 1.44.5 `agent trace`) and public traces. A step
that is not understood is kept as it came; a field of another type than expected is left out, never a crash.
"""

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from gate.model.case import Json
from gate.model.transcript import ModelCall, Passage, ToolCall
from gate.network.json_text import count_of, mapping, parse

_SILENT = frozenset(
    {
        "UserInputStep", "EnabledToolsStep", "BeforeReasoningStep", "BeforeReasoningIterationStep",
        "AfterReasoningStep", "PlatformNotificationStep",
    }
)  # fmt: skip
"""Steps that say nothing a transcript keeps. Only what is known to say nothing may stand here."""
_STATUS = "__action_execution_status__"
_KNOWLEDGE = ("knowledgeSummary", "citationSources")
_RETRIEVER = "Input:RetrieverIdOrName"
_INTERNAL = ("__", "AgentScriptInternal_")
_VERDICT = re.compile(r"([A-Z][A-Z_]+): ")
"""How older traces begin the reason of a groundedness verdict."""
_MOST_NESTED = 8

Aliases = Mapping[str, Mapping[str, str]]
"""By topic ("" = any): the name a tool is called by to the name of its definition."""


@dataclass(slots=True)
class Seen:
    """What a trace shows of one turn.

    `before` is the topic the turn began in, as far as it is known. `whole`: the trace goes on to the agent's answer, so
    that what it does not show did not happen. `held` are the values a variable had in the turn, one after the other.
    """

    aliases: Aliases = field(default_factory=dict)
    before: str = ""
    topics: list[str] = field(default_factory=list)
    tool_calls: list[ToolCall] = field(default_factory=list)
    model_calls: list[ModelCall] = field(default_factory=list)
    retrieved: list[Passage] = field(default_factory=list)
    platform: dict[str, Json] = field(default_factory=dict)
    variables: dict[str, Json] = field(default_factory=dict)
    held: dict[str, list[Json]] = field(default_factory=dict)
    unknown: list[Json] = field(default_factory=list)
    simulated: bool = False
    whole: bool = False

    @property
    def topic(self) -> str:
        """Where the conversation is."""
        return self.topics[-1] if self.topics else self.before


def read_trace(trace: Json, aliases: Aliases, *, plan: str = "", before: str = "") -> Seen | None:
    """What the trace shows; None when it is none, an empty one, or that of another turn than `plan`.

    A turn that was answered has steps: older platforms answered without any for published agents, which says nothing.
    """
    root = _root(trace)
    steps, of = root.get("plan"), _text(root.get("planId"))
    if not isinstance(steps, list) or not steps or (plan and of and of != plan):
        return None
    seen = Seen(aliases, before)
    _read(steps, seen, 0)
    return seen


def is_internal(variable: str) -> bool:
    """Whether the platform keeps this variable for itself; some of those change with every turn."""
    return variable.startswith(_INTERNAL)


def joined(parts: Sequence[Seen]) -> Seen:
    """What the traces of one turn show together, in their order; whole when all are."""
    first, *others = parts
    for other in others:
        for topic in other.topics:
            _move(first, topic)
        first.tool_calls += other.tool_calls
        first.model_calls += other.model_calls
        first.retrieved += other.retrieved
        first.unknown += other.unknown
        first.platform |= other.platform
        first.variables |= other.variables
        for name, values in other.held.items():
            first.held.setdefault(name, []).extend(values)
        first.simulated = first.simulated or other.simulated
        first.whole = first.whole and other.whole
    return first


def read_calls(steps: Sequence[Json], seen: Seen) -> None:
    """Add calls of actions that were told on their own, in the form of a trace's steps."""
    for step in steps:
        if isinstance(step, dict) and isinstance(step.get("function"), dict):
            _function(step, seen)
        else:
            seen.unknown.append(step)


def _root(trace: Json) -> dict[str, Json]:
    """The trace, also out of an export of the builder, which wraps it."""
    known = mapping(trace)
    actions = known.get("actions")
    if "plan" in known or not isinstance(actions, list) or not actions:
        return known
    return mapping(mapping(actions[0]).get("returnValue"))


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
            nested, whole = step.get("steps"), seen.whole
            _read(nested if isinstance(nested, list) else [], seen, depth + 1)
            seen.whole = whole  # the other agent's answer is not yet this one's
        elif kind not in _SILENT:
            seen.unknown.append(step)


def _function(step: dict[str, Json], seen: Seen) -> None:
    function = mapping(step.get("function"))
    name = _text(function.get("name"))
    output = function.get("output")
    given = mapping(_loaded(output))
    if _text(given.get("generationId")) == "test-gen-001":
        seen.simulated = True
    status = _text(given.get(_STATUS))
    error = "; ".join(_errors(function.get("errors"))) or (status if status not in {"", "success", "SUCCESS"} else "")
    result: Json = {key: value for key, value in given.items() if not key.startswith("__")} if given else output
    told = function.get("input")
    arguments = mapping(_loaded(told))
    if not name or (told and not arguments):
        seen.unknown.append(step)
    definition = _definition(name, seen)
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


def _definition(alias: str, seen: Seen) -> str:
    """What the topic calls so; an alias that another topic alone has is that one's."""
    here = seen.aliases.get(seen.topic, {}).get(alias) or seen.aliases.get("", {}).get(alias)
    elsewhere = {names[alias] for names in seen.aliases.values() if alias in names}
    return here or (elsewhere.pop() if len(elsewhere) == 1 else alias)


def _passages(tool: str, arguments: Mapping[str, Json], output: Mapping[str, Json]) -> Iterator[Passage]:
    """What a retrieving action brought: an answer of the knowledge action, or a prompt template's with its sources."""
    query = _text(arguments.get("query") or arguments.get("Input:Query"))
    if any(key in output for key in _KNOWLEDGE):
        names = list(_sources(_loaded(output.get("citationSources")))) or [tool]
        for source in names:
            yield Passage(source=source, text=_text(output.get("knowledgeSummary")), query=query)
        return
    response = mapping(mapping(_loaded(output.get("promptResponse"))).get("response"))
    if response and ("source" in response or _RETRIEVER in arguments):
        for source in list(_sources(response.get("source"))) or [tool]:
            yield Passage(source=source, text=_text(response.get("text")), query=query)


def _sources(value: Json) -> Iterator[str]:
    for item in value if isinstance(value, list) else []:
        known = mapping(item)
        name = next((_text(known[key]) for key in ("source_id", "title", "label", "id", "url") if known.get(key)), "")
        if name or isinstance(item, str):
            yield name or str(item)


def _model(step: dict[str, Json], seen: Seen) -> None:
    """A call of a model: `LLMStep` of Agent Script, `LLMExecutionStep` of classic agents."""
    data = mapping(step.get("data")) or step
    response = mapping(_loaded(data.get("prompt_response") or step.get("promptResponse")))
    usage = mapping(response.get("usage"))
    latency = data.get("execution_latency", step.get("executionLatency"))
    seen.model_calls.append(
        ModelCall(
            prompt=_text(data.get("prompt_name") or step.get("promptName")),
            model=_text(response.get("model") or data.get("model")),
            input_tokens=count_of(usage.get("prompt_tokens")),
            output_tokens=count_of(usage.get("completion_tokens")),
            latency_seconds=_milliseconds(latency) or _took(step),
        )
    )


def _topic(step: dict[str, Json], seen: Seen) -> None:
    _move(seen, _text(step.get("topic")))


def _event(step: dict[str, Json], seen: Seen) -> None:
    if step.get("eventName") != "topicChangeEvent" or step.get("isError") is True:
        seen.unknown.append(step)
        return
    payload = mapping(step.get("payload"))
    if not seen.topics:
        _move(seen, "" if payload.get("oldTopic") == "null" else _text(payload.get("oldTopic")))
    _move(seen, _text(payload.get("newTopic")))


def _entered(step: dict[str, Json], seen: Seen) -> None:
    _move(seen, _text(mapping(step.get("data")).get("agent_name")))


def _transition(step: dict[str, Json], seen: Seen) -> None:
    data = mapping(step.get("data"))
    if not seen.topics:
        _move(seen, _text(data.get("from_agent")))
    _move(seen, _text(data.get("to_agent")))


def _move(seen: Seen, topic: str) -> None:
    if topic and (not seen.topics or seen.topics[-1] != topic):
        seen.topics.append(topic)


def _answer(step: dict[str, Json], seen: Seen) -> None:
    seen.whole = True
    if "isContentSafe" in step:
        seen.platform["content_safe"] = step["isContentSafe"]
    score = mapping(step.get("safetyScore"))
    score = mapping(score.get("safetyScore")) or score
    if "safety_score" in score:
        seen.platform["safety_score"] = score["safety_score"]
    if categories := mapping(score.get("category_scores")):
        seen.platform["safety_categories"] = categories


def _grounded(step: dict[str, Json], seen: Seen) -> None:
    """A groundedness verdict; several in one turn mean a try again after UNGROUNDED, and the last one holds."""
    reason = _text(step.get("reason"))
    told = _VERDICT.match(reason)
    if category := _text(step.get("category")) or (told[1] if told else ""):
        tries = seen.platform.get("groundedness_verdicts", 0)
        seen.platform["groundedness"] = category
        if reason:
            seen.platform["groundedness_reason"] = reason
        seen.platform["groundedness_verdicts"] = (tries if isinstance(tries, int) else 0) + 1


def _guardrails(step: dict[str, Json], seen: Seen) -> None:
    for key, name in (("instructionAdherence", "instruction_adherence"), ("taskResolution", "task_resolution")):
        if said := _text(step.get(key)).strip():
            seen.platform[name] = said.split("\n", 1)[0].strip()


def _state(step: dict[str, Json], seen: Seen) -> None:
    for name, value in mapping(mapping(step.get("data")).get("variable_values")).items():
        _set(name, value, seen)


def _update(step: dict[str, Json], seen: Seen) -> None:
    updates = mapping(step.get("data")).get("variable_updates")
    for update in updates if isinstance(updates, list) else []:
        known = mapping(update)
        _set(_text(known.get("variable_name")), known.get("variable_new_value"), seen)


def _set(name: str, value: Json, seen: Seen) -> None:
    if name and not is_internal(name):
        seen.variables[name] = value
        seen.held.setdefault(name, []).append(value)


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
        known = mapping(item)
        said = ": ".join(filter(None, (_text(known.get("statusCode")), _text(known.get("message")))))
        yield said or json.dumps(item)


def _loaded(value: Json) -> Json:
    """The value of JSON text; the value itself when it is none."""
    if not isinstance(value, str):
        return value
    try:
        return parse(value, strict=False)
    except ValueError:
        return None


def _text(value: Json) -> str:
    return value if isinstance(value, str) else "" if value is None or isinstance(value, list | dict) else str(value)


def _milliseconds(value: Json) -> float:
    number = value if isinstance(value, int | float) and not isinstance(value, bool) else 0
    return number / 1000 if 0 < number < 1e9 else 0.0


def _took(step: Mapping[str, Json]) -> float:
    start, end = step.get("startExecutionTime"), step.get("endExecutionTime")
    if isinstance(start, int | float) and isinstance(end, int | float):
        return _milliseconds(end - start)
    return 0.0
