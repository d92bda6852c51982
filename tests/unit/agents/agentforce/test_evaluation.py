"""Conversations held by the Evaluation API: a second source of what an agent does, and of versions not active."""

from typing import Any

import pytest
from pydantic import ValidationError

from gate.config import AgentforceDriver
from gate.errors import UsageError
from gate.model.transcript import Transcript
from gate.model.words import Arm
from tests.loopback.org import FakeOrg, moved
from tests.unit.agents.agentforce.test_published import agent_in, org_of, trial


def held(org: FakeOrg, *, arm: Arm = Arm.HEAD, **settings: Any) -> Transcript:
    return trial(agent_in(org, state="evaluation", **settings), arm=arm)


def test_what_was_said_and_seen_is_read_from_the_states() -> None:
    with org_of() as org:
        org.traced = False  # what an org without traces still gives
        transcript = held(org)
        first, second = transcript.turns
        assert transcript.error == ""
        assert (first.reply, second.reply) == ("It is sent.", "You are welcome, says Support")
        [call] = first.tool_calls
        assert (call.name, call.arguments, call.result) == ("FindOrder", {"id": "A1"}, {"state": "sent"})
        assert call.latency_seconds == 0.12
        assert (first.topic, first.variables, first.latency_seconds) == ("Orders", {"isVip": True}, 2.5)
        assert [one.prompt for one in first.model_calls] == ["x_prompt"]
        assert transcript.captured.tool_calls
        assert second.tool_calls == ()
        assert org.open_sessions == []


def test_a_version_that_is_not_active_runs_the_base() -> None:
    """Two versions of one agent side by side, which the Agent API cannot do."""
    with org_of() as org:
        org.versions = {"v2": "the old one"}
        agent = agent_in(org, state="evaluation", base_version="v2")
        assert agent.capabilities.arms == {Arm.BASE, Arm.HEAD}
        transcript = trial(agent, arm=Arm.BASE)
    assert transcript.turns[1].reply == "You are welcome, says the old one"
    assert "Support v2 in" in transcript.version


def test_a_hand_over_to_a_person_is_no_failure() -> None:
    """The API answers it as if the agent had failed, in a topic of its own."""
    with org_of(lambda definition, said: ("A person takes over.", [moved("Orders", "__human__")])) as org:
        first, _ = held(org).turns
    assert (first.reply, first.topic, first.platform) == (
        "A person takes over.",
        "__human__",
        {"session": "escalated"},
    )


def test_another_version_than_the_one_asked_is_no_answer_of_it() -> None:
    with org_of() as org:
        agent = agent_in(org, state="evaluation")

        def swap() -> None:
            org.spoil = lambda tags: {**tags, "bot_version_id": "0X9v9", "agent_version_api_name": "v9"}

        transcript = trial(agent, within=swap)
    assert "another version than v3 answered: v9" in transcript.error


def test_variables_that_did_not_reach_the_agent_are_no_trial_of_the_case() -> None:
    with org_of() as org:
        org.takes_variables = False
        assert "does not take the variable isVip" in held(org).error


def test_an_org_without_it_is_told_apart() -> None:
    with org_of() as org:
        org.evaluates = False
        with pytest.raises(UsageError, match="would not hold a conversation: HTTP 400"):
            held(org)


@pytest.mark.parametrize(
    "settings", [{"version": "v4"}, {"base_version": "v2"}, {"state": "evaluation", "stream": True}]
)
def test_settings_that_contradict_each_other_are_refused(settings: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        AgentforceDriver.model_validate({"type": "agentforce", **settings})
