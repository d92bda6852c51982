"""The Evaluation API of the loopback org: whole conversations in one request, with the state after each turn."""

from typing import TYPE_CHECKING, Any

from tests.loopback.server import Asked, Reply

if TYPE_CHECKING:
    from tests.loopback.org import FakeOrg


def evaluated(org: "FakeOrg", asked: Asked) -> Reply:
    """What each step of the one test gave."""
    wanted = ("x-org-id", "x-sfdc-user-id", "x-sfdc-core-instance-url", "x-client-feature-id")
    if not org.evaluates or not all(asked.headers.get(name) for name in wanted):
        return Reply(400, {"message": "headers are missing, or it is not on"})
    [test] = asked.json["tests"]
    outputs: list[dict[str, Any]] = []
    for one in test["steps"]:
        if one["type"] != "agent.create_session" and one["session_id"] != "$.outputs[0].session_id":
            return Reply(400, {"message": "no such session"})
        outputs.append({"type": one["type"], "id": one["id"], **_done(org, one, outputs)})
    return Reply(body={"results": [{"id": test["id"], "outputs": outputs, "evaluation_results": [], "errors": []}]})


def _done(org: "FakeOrg", one: dict[str, Any], outputs: list[dict[str, Any]]) -> dict[str, Any]:
    if one["type"] == "agent.create_session":
        name = one["agent_version_id"].removeprefix("0X9")
        agent = [*org.agents][int(one["agent_id"].removeprefix("0Xx"))]
        given = one.get("context_variables", {})
        session = org.begun(org.versions.get(name, agent), [{"name": key, "value": given[key]} for key in given])
        return {"session_id": session, "version": name}
    talk = org.sessions[outputs[0]["session_id"]]
    if one["type"] == "agent.send_message":
        talk.said.append(one["utterance"])
        return {"response": org.behaviour(talk.definition, talk.said)[0], "duration_ms": 2500}
    reply, steps = org.behaviour(talk.definition, talk.said)
    calls = [step for step in steps if step["type"] == "FunctionStep"]
    topics = [step["data"]["to_agent"] for step in steps if step["type"] == "TransitionStep"]
    state = {item["name"].rpartition(".")[2]: item["value"] for item in talk.variables} if org.takes_variables else {}
    kind = "Failure" if topics[-1:] == ["__human__"] else "Inform"
    last = {
        "topic": topics[-1] if topics else "", "userUtterance": talk.said[-1], "errors": [],
        "invokedActions": [[{key: call[key] for key in ("function", "executionLatency")} for call in calls]],
        "llmEvents": [[{"agent_name": "x", "prompt_name": "x_prompt", "prompt_content": "..."}]],
        "message": {"messageType": f"{kind}ResponseMessage", "message": reply},
    }  # fmt: skip
    served = org.spoil(
        {"bot_version_id": f"0X9{outputs[0]['version']}", "agent_version_api_name": outputs[0]["version"]}
    )
    context = {"tags": served, "stateVariables": {"__user_input__": "x", **state}, "contextVariables": {}}
    planner = {"plannerType": "Atlas__X", "lastExecution": org.spoil_state(last), "sessionContext": context}
    return {"response": {"response_latency": 2400, "planner_response": planner}}
