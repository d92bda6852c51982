"""Traces of both dialects, and traces that no platform ever sent."""

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from gate.agents.agentforce.trace import read_trace
from gate.model.case import Json

SCRIPT: Any = {
    "type": "PlanSuccessResponse", "planId": "p1", "intent": "Faq", "topic": "Faq",
    "plan": [
        {"type": "UserInputStep", "message": "When do you open?"},
        {"type": "SessionInitialStateStep", "data": {"variable_values": {"verified": False, "lang": "en"}}},
        {"type": "TransitionStep", "data": {"from_agent": "Router", "to_agent": "Faq"}},
        {"type": "NodeEntryStateStep", "data": {"agent_name": "Faq"}},
        {
            "type": "LLMStep",
            "data": {
                "prompt_name": "Faq_prompt", "execution_latency": 2300,
                "prompt_response": '{"model": "m-1", "usage": {"prompt_tokens": 2000, "completion_tokens": 10}}',
            },
        },
        {
            "type": "FunctionStep", "executionLatency": 213,
            "function": {
                "name": "ask_faq", "input": {"query": "open"},
                "output": {
                    "__action_execution_status__": "success", "__tool_idx__": 1, "knowledgeSummary": "9 to 19",
                    "citationSources": [{"title": "Hours"}, {"source_id": "ka0"}],
                },
            },
        },
        {
            "type": "VariableUpdateStep",
            "data": {"variable_updates": [{"variable_name": "verified", "variable_new_value": True}]},
        },
        {"type": "PlannerResponseStep", "isContentSafe": True, "safetyScore": {"safetyScore": {"safety_score": 0.99}}},
        {"type": "OutputEvaluationStep", "category": "UNGROUNDED"},
        {"type": "OutputEvaluationStep", "category": "GROUNDED", "reason": "as the source says"},
        {"type": "GuardrailsStep", "instructionAdherence": "HIGH\n\nfine", "taskResolution": "FULLY_RESOLVED\n\nyes"},
        {"type": "BrandNewStep", "data": 1},
    ],
}  # fmt: skip

CLASSIC: Any = {
    "plan": [
        {"type": "UpdateTopicStep", "topic": "Orders", "availableFunctions": ["FindOrder"]},
        {"type": "EventStep", "eventName": "topicChangeEvent", "payload": {"newTopic": "Refunds"}},
        {"type": "LLMExecutionStep", "promptName": "react", "promptResponse": "action: x", "executionLatency": 900},
        {
            "type": "FunctionStep", "startExecutionTime": 1000, "endExecutionTime": 1500,
            "function": {
                "name": "Refund", "input": {"id": 1}, "output": {},
                "errors": [{"statusCode": "LIMIT_EXCEEDED", "message": "too often", "fields": []}],
            },
        },
    ]
}  # fmt: skip


def test_agent_script_is_read() -> None:
    seen = read_trace(SCRIPT, {"Faq": {"ask_faq": "AnswerQuestions"}})
    assert seen is not None
    assert seen.topics == ["Router", "Faq"]
    [call] = seen.tool_calls
    assert (call.name, call.alias, call.arguments, call.error) == ("AnswerQuestions", "ask_faq", {"query": "open"}, "")
    assert call.latency_seconds == 0.213
    assert "__tool_idx__" not in str(call.result)
    [model] = seen.model_calls
    assert (model.prompt, model.model, model.input_tokens, model.output_tokens) == ("Faq_prompt", "m-1", 2000, 10)
    assert [(one.source, one.text, one.query) for one in seen.retrieved] == [
        ("Hours", "9 to 19", "open"), ("ka0", "9 to 19", "open")
    ]  # fmt: skip
    assert seen.variables == {"verified": True, "lang": "en"}
    assert seen.platform == {
        "content_safe": True, "safety_score": 0.99, "groundedness": "GROUNDED",
        "groundedness_reason": "as the source says", "groundedness_verdicts": 2,
        "instruction_adherence": "HIGH", "task_resolution": "FULLY_RESOLVED",
    }  # fmt: skip
    assert seen.unknown == [{"type": "BrandNewStep", "data": 1}]


def test_classic_is_read() -> None:
    seen = read_trace(CLASSIC, {})
    assert seen is not None
    assert seen.topics == ["Orders", "Refunds"]
    [call] = seen.tool_calls
    assert (call.name, call.error, call.latency_seconds) == ("Refund", "LIMIT_EXCEEDED: too often", 0.5)
    assert seen.model_calls[0].latency_seconds == 0.9


def test_a_prompt_template_that_retrieves_is_read() -> None:
    output: Any = {
        "generationId": "g",
        "promptResponse": '{"response": {"text": "Yes.", "source": [{"source_id": "doc1"}]}}',
    }
    step: Json = {"type": "FunctionStep", "function": {"name": "Ask", "input": {"Input:Query": "q"}, "output": output}}
    seen = read_trace({"plan": [step]}, {})
    assert seen is not None
    assert [(one.source, one.text, one.query) for one in seen.retrieved] == [("doc1", "Yes.", "q")]


def test_a_status_other_than_success_is_the_tools_error() -> None:
    step: Json = {
        "type": "FunctionStep",
        "function": {"name": "A", "output": {"__action_execution_status__": "failure"}},
    }
    seen = read_trace({"plan": [step]}, {})
    assert seen is not None
    assert seen.tool_calls[0].error == "failure"


def test_an_export_of_the_builder_and_a_nested_agent_are_read() -> None:
    nested: Any = {"type": "RelatedAgentStep", "relatedAgentName": "Other", "steps": CLASSIC["plan"]}
    seen = read_trace({"actions": [{"returnValue": {"plan": [nested]}}]}, {})
    assert seen is not None
    assert seen.topics == ["Other", "Orders", "Refunds"]
    assert [call.name for call in seen.tool_calls] == ["Refund"]


def test_what_is_no_trace_is_none() -> None:
    nothing: list[Any] = [
        None, [], {}, "x", {"plan": {}}, {"plan": []}, {"actions": []}, {"actions": [{}]}, {"message": "no trace"}
    ]  # fmt: skip
    for value in nothing:
        assert read_trace(value, {}) is None


def test_steps_that_are_not_understood_are_kept_as_they_came() -> None:
    """Also an event, or a call, of a kind that is not known."""
    odd: list[Any] = [
        {"type": "EventStep", "eventName": "budgetEvent"},
        {"type": "EventStep", "eventName": "topicChangeEvent", "isError": True, "payload": {"newTopic": "X"}},
        {"type": "FunctionCallStep", "name": "Refund"},
        {"type": "FunctionStep", "function": {"name": "Refund", "input": ["not", "named"]}},
        {"type": "FunctionStep"},
        {"no": "type"},
        "words",
    ]
    seen = read_trace({"plan": odd}, {})
    assert seen is not None
    assert seen.unknown == odd
    assert seen.topics == []
    assert [call.name for call in seen.tool_calls] == ["Refund", ""]


def test_what_was_told_as_text_is_read_all_the_same() -> None:
    function: Json = {
        "name": "Ask", "input": '{"query": "open"}',
        "output": '{"knowledgeSummary": "9 to 19", "citationSources": "[{\\"title\\": \\"Hours\\"}]"}',
    }  # fmt: skip
    seen = read_trace({"plan": [{"type": "FunctionStep", "function": function}]}, {})
    assert seen is not None
    assert seen.tool_calls[0].arguments == {"query": "open"}
    assert [(one.source, one.text, one.query) for one in seen.retrieved] == [("Hours", "9 to 19", "open")]


def test_a_trace_is_whole_when_it_goes_on_to_the_answer() -> None:
    answer: Json = {"type": "PlannerResponseStep", "message": "x"}
    nested: Json = {"type": "RelatedAgentStep", "relatedAgentName": "Other", "steps": [answer]}
    asked: Json = {"type": "UserInputStep"}
    whole = {
        name: seen.whole
        for name, plan in {"yes": [answer], "no": [asked], "another's": [nested]}.items()
        if (seen := read_trace({"plan": plan}, {})) is not None
    }
    assert whole == {"yes": True, "no": False, "another's": False}


def test_variables_of_the_platforms_own_are_left_out() -> None:
    """Some change with every turn, so that no two trials would ever be equal."""
    values: Json = {"__current_date_time__": "now", "AgentScriptInternal_condition_1": True, "verified": False}
    update: Json = {"variable_updates": [{"variable_name": "verified", "variable_new_value": True}]}
    plan: Json = [
        {"type": "SessionInitialStateStep", "data": {"variable_values": values}},
        {"type": "VariableUpdateStep", "data": update},
    ]
    seen = read_trace({"plan": plan}, {})
    assert seen is not None
    assert (seen.variables, seen.held) == ({"verified": True}, {"verified": [False, True]})


def test_an_older_verdict_stands_ahead_of_its_reason() -> None:
    seen = read_trace({"plan": [{"type": "ReasoningStep", "reason": "SMALL_TALK: no claim was made."}]}, {})
    assert seen is not None
    assert seen.platform["groundedness"] == "SMALL_TALK"


def test_the_topic_stays_where_a_turn_does_not_move() -> None:
    seen = read_trace({"plan": [{"type": "UserInputStep"}]}, {}, before="Orders")
    assert seen is not None
    assert (seen.topic, seen.topics) == ("Orders", [])


def test_the_way_begins_at_the_topic_that_was_left() -> None:
    event: Json = {"type": "EventStep", "eventName": "topicChangeEvent", "payload": {"oldTopic": "A", "newTopic": "B"}}
    seen = read_trace({"plan": [event]}, {})
    assert seen is not None
    assert seen.topics == ["A", "B"]


_KEYS = st.sampled_from(
    ["type", "function", "name", "input", "output", "errors", "data", "plan", "steps", "payload", "topic", "usage",
     "prompt_response", "variable_updates", "variable_values", "safetyScore", "category", "executionLatency"]
)  # fmt: skip
_KINDS = st.sampled_from(
    ["FunctionStep", "LLMStep", "LLMExecutionStep", "UpdateTopicStep", "EventStep", "NodeEntryStateStep",
     "TransitionStep", "PlannerResponseStep", "OutputEvaluationStep", "ReasoningStep", "GuardrailsStep",
     "SessionInitialStateStep", "VariableUpdateStep", "RelatedAgentStep", "Unheard"]
)  # fmt: skip
_VALUES: st.SearchStrategy[Any] = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8) | _KINDS,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(_KEYS, inner, max_size=5),
    max_leaves=12,
)
_STEPS = st.builds(lambda kind, rest: {**rest, "type": kind}, _KINDS, st.dictionaries(_KEYS, _VALUES, max_size=6))


@given(st.lists(_STEPS | _VALUES, min_size=1, max_size=8))
def test_no_trace_breaks_the_reader_and_no_call_is_lost(plan: list[Any]) -> None:
    seen = read_trace({"plan": plan}, {})
    assert seen is not None
    called = [one for one in plan if isinstance(one, dict) and one.get("type") == "FunctionStep"]
    assert len(seen.tool_calls) >= len(called)
    others = [one for one in plan if not isinstance(one, dict) or one.get("type") == "Unheard"]
    assert len(seen.unknown) >= len(others)
