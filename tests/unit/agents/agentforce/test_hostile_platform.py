"""A platform that says less than it should, something else, or too much: nothing of it may look like a good agent."""

from collections.abc import Callable, Sequence
from typing import Any

import anyio
import pytest

from gate.agents.agentforce.published import AgentforceAgent
from gate.agents.trial import Patience, run_trial
from gate.config import AgentforceDriver, OrgConfig
from gate.errors import CouldNotTellError, UsageError, VersionChangedError
from gate.model.words import Arm
from gate.network.breaker import FAULTS
from gate.network.wire import Pace
from gate.org.org import Org
from tests.loopback.org import SECRETS, TOKEN, Step, moved, step
from tests.loopback.server import RESET, Reply
from tests.unit.agents.agentforce.test_published import CASE, FINGERPRINTS, agent_in, no_wait, org_of, trial


class Clock:
    """Time that goes on only when somebody sleeps."""

    def __init__(self) -> None:
        self.seconds = 0.0

    def now(self) -> float:
        return self.seconds

    async def sleep(self, seconds: float) -> None:
        self.seconds += seconds
        await anyio.lowlevel.checkpoint()


Spoil = Callable[[dict[str, Any]], dict[str, Any]]
PACE = Pace(sleep=no_wait)
UNTRUSTED: dict[str, Spoil] = {
    "without steps": lambda trace: {**trace, "plan": []},
    "of another turn": lambda trace: {**trace, "planId": "p-other"},
    "cut off ahead of the answer": lambda trace: {**trace, "plan": trace["plan"][:1]},
    "whole only of another agent": lambda trace: {
        **trace,
        "plan": [{"type": "RelatedAgentStep", "relatedAgentName": "Other", "steps": trace["plan"]}],
    },
    "no object": lambda trace: [],  # type: ignore[dict-item,return-value]
}


@pytest.mark.parametrize("spoil", UNTRUSTED.values(), ids=UNTRUSTED)
def test_a_trace_that_cannot_be_trusted_shows_no_absence(spoil: Spoil) -> None:
    with org_of() as org:

        def spoiled() -> None:
            org.spoil = spoil

        transcript = trial(agent_in(org), within=spoiled)
    assert transcript.error == ""
    assert not transcript.captured.tool_calls
    assert not transcript.captured.topic


@pytest.mark.parametrize("second", [True, False])
def test_every_plan_of_a_turn_is_looked_at(second: bool) -> None:
    """What the agent did in a plan whose trace is missing is not what it did not do."""
    with org_of() as org:

        def twice() -> None:
            refund = [step("Refund", {}, {}), {"type": "PlannerResponseStep", "message": "Done."}]
            if second:
                org.traces["p-more"] = {"planId": "p-more", "plan": refund}
            org.messages_of = lambda said: [said, {"type": "Inform", "id": "n", "message": "Done.", "planId": "p-more"}]

        transcript = trial(agent_in(org), within=twice)
    first = transcript.turns[0]
    assert first.reply == "It is sent.\n\nDone."
    assert [call.name for call in first.tool_calls] == (["FindOrder", "Refund"] if second else ["FindOrder"])
    assert transcript.captured.tool_calls is second
    assert transcript.transient is not second


def test_what_a_cut_off_trace_shows_is_kept_all_the_same() -> None:
    with org_of() as org:

        def cut() -> None:
            org.spoil = lambda trace: {**trace, "plan": trace["plan"][:-1]}

        transcript = trial(agent_in(org), within=cut)
    assert [call.name for call in transcript.turns[0].tool_calls] == ["FindOrder"]
    assert not transcript.captured.tool_calls


@pytest.mark.parametrize("stream", [False, True])
@pytest.mark.parametrize(
    "messages",
    [
        [],
        [{"type": "Inform", "id": "m", "message": "", "planId": "p"}],
        [{"type": "Inform", "id": "m", "message": "  \n", "planId": "p"}],
        [{"type": "Inform", "id": "m", "message": None}],
        [{"type": "NeverHeardOf", "message": "x"}],
        [{"type": "ProgressIndicator", "message": "one moment"}],
        [{"type": "Failure", "code": "PLANNER_LLM_GATEWAY_RATE_LIMIT", "errors": []}],
    ],
    ids=["none", "empty", "blank", "null", "unknown", "progress", "rate-limit"],
)
def test_an_agent_that_answers_nothing_errs_and_never_passes(messages: list[dict[str, Any]], stream: bool) -> None:
    with org_of() as org:

        def mute() -> None:
            org.messages_of = lambda said: messages

        transcript = trial(agent_in(org, stream=stream), within=mute)
        assert transcript.error
        assert transcript.transient
        assert org.open_sessions == []


def test_a_turn_the_agent_failed_is_the_agents() -> None:
    with org_of() as org:

        def fail() -> None:
            org.messages_of = lambda said: [
                {"type": "Failure", "code": "PLANNER_ACTION_FAILED", "message": "Sorry.", "planId": said["planId"]}
            ]

        transcript = trial(agent_in(org), within=fail)
    assert transcript.error == ""
    assert (transcript.turns[0].reply, transcript.turns[0].platform["failure"]) == ("Sorry.", "PLANNER_ACTION_FAILED")


def test_every_type_of_message_is_understood_or_kept() -> None:
    extra = {"type": "LightningChunk", "value": {"card": 1}}
    with org_of() as org:

        def say() -> None:
            org.messages_of = lambda said: [
                {"type": "ProgressIndicator", "indicatorType": "ACTION", "message": "one moment"},
                {"type": "TextChunk", "message": "It", "offset": 1},
                {"type": "ValidationFailureChunk", "reason": "toxic"},
                {"type": "Inquire", "message": "Which?", "collect": [{"targetType": "Variable"}]},
                {"type": "Confirm", "message": "Sure?", "confirm": [{"property": "refund"}]},
                {**said, "citedReferences": [{"type": "link", "label": "Shipping"}], "isContentSafe": False},
                extra,
                {"type": "Escalate", "targets": ["queue"]},
                {"type": "EndOfTurn"},
            ]  # fmt: skip

        transcript = trial(agent_in(org), within=say)
    first, second = transcript.turns
    assert first.reply == "Which?\n\nSure?\n\nIt is sent."
    assert first.unknown == (extra,)
    told = {key: first.platform[key] for key in first.platform if key in {"session", "withdrawn", "content_safe"}}
    assert told == {"session": "escalated", "withdrawn": "toxic", "content_safe": False}
    assert first.platform["asks_for"] == [{"targetType": "Variable"}]
    assert first.platform["asks_to_confirm"] == [{"property": "refund"}]
    assert first.platform["escalated_to"] == ["queue"]
    assert first.platform["citations"] == [{"type": "link", "label": "Shipping"}]
    assert (second.reply, second.platform["session"]) == ("", "escalated")


@pytest.mark.parametrize(("code", "again"), [("PLANNER_LLM_GATEWAY_TIMEOUT", True), ("PLANNER_AGENT_NOT_FOUND", False)])
def test_a_fault_that_comes_again_identically_is_not_asked_again(code: str, again: bool) -> None:
    with org_of() as org:

        def fail() -> None:
            org.messages_of = lambda said: [{"type": "Error", "error": code, "message": "no", "httpStatus": 500}]

        transcript = trial(agent_in(org), within=fail)
        assert code in transcript.error
        assert transcript.transient is again
        assert len(org.sessions) - 1 == (3 if again else 1)  # one is the probe's


@pytest.mark.parametrize("stream", [False, True])
def test_a_token_that_runs_out_in_the_middle_is_renewed_and_never_shown(stream: bool) -> None:
    with org_of() as org:

        def expire() -> None:
            org.tokens += 1

        assert trial(agent_in(org, stream=stream), within=expire).error == ""

        def revoke() -> None:
            org.tokens += 1
            org._login = lambda asked: Reply(  # type: ignore[method-assign]
                body={"access_token": TOKEN.format(0), "instance_url": org.url, "api_instance_url": org.url}
            )

        with pytest.raises(UsageError, match=r"HTTP 401: .*token expired") as refused:
            trial(agent_in(org, stream=stream), within=revoke)
    assert "eyJ0" not in str(refused.value)
    assert "order: " in str(refused.value)


def test_a_login_that_answers_something_else_is_not_quoted() -> None:
    with org_of() as org:
        org._login = lambda asked: Reply(body=b"access_token=eyJ0.1.x&instance_url=x")  # type: ignore[method-assign]
        with pytest.raises(CouldNotTellError, match="without a token") as refused:
            trial(agent_in(org))
    assert "eyJ0" not in f"{refused.value} {refused.value.__cause__}"


def test_a_secret_is_sent_over_https_alone() -> None:
    agent = AgentforceAgent(
        "a",
        AgentforceDriver(type="agentforce", agent="Support"),
        FINGERPRINTS,
        {arm: Org(OrgConfig(instance_url="http://acme.example"), SECRETS) for arm in Arm},
    )
    with pytest.raises(UsageError, match="no https address"):
        trial(agent)


ENDS: dict[str, list[Reply]] = {
    "busy": [Reply(423, {"message": "busy"})] * 2, "down": [Reply(503, {}, {"Retry-After": "0"})] * 6,
    "reset": [RESET] * 6, "broken": [Reply(500, {"message": "x"})] * 6,
}  # fmt: skip


@pytest.mark.parametrize("faults", ENDS.values(), ids=ENDS)
def test_a_session_is_ended_although_the_platform_will_not_at_first(faults: list[Reply]) -> None:
    with org_of() as org:
        trial(agent_in(org), within=lambda: org.end_faults.extend(faults))
        assert org.open_sessions == []
        assert org.end_faults == []


def test_sessions_are_ended_when_a_host_was_left_alone_meanwhile() -> None:
    """A breaker that is open when the trial ends must not leave its session behind."""
    clock = Clock()
    with org_of() as org:

        def broken() -> None:
            org.message_faults.append(Reply(500, {"message": "down"}))
            org.end_faults.extend([Reply(500, {"message": "down"})] * (FAULTS - 1))

        where = Org(OrgConfig(instance_url=org.url), SECRETS, pace=Pace(sleep=clock.sleep, now=clock.now))
        driver = AgentforceDriver(type="agentforce", agent="Support")
        trial(AgentforceAgent("a", driver, FINGERPRINTS, dict.fromkeys(Arm, where)), within=broken)
        assert org.open_sessions == []


def test_a_session_that_was_being_begun_when_the_run_was_stopped_is_ended() -> None:
    with org_of() as org:
        agent = agent_in(org)

        async def stopped() -> None:
            async with agent.open():
                org.start_seconds = 0.6
                with anyio.move_on_after(0.2):
                    await run_trial(agent, CASE, Arm.HEAD, 1, Patience(sleep=no_wait))
                assert len(org.sessions) == 2

        anyio.run(stopped)
        assert org.open_sessions == []


def test_no_more_sessions_are_open_than_the_org_bears() -> None:
    with org_of() as org:
        where = Org(OrgConfig(instance_url=org.url), SECRETS, at_once=3, pace=Pace(sleep=no_wait))
        agent = AgentforceAgent(
            "a", AgentforceDriver(type="agentforce", agent="Support"), FINGERPRINTS, dict.fromkeys(Arm, where)
        )

        async def many() -> None:
            async with agent.open(), anyio.create_task_group() as tasks:
                for number in range(12):
                    tasks.start_soon(run_trial, agent, CASE, Arm.HEAD, number, Patience(sleep=no_wait))

        anyio.run(many)
        assert org.most_open == 3
        assert len(org.sessions) == 13
        assert org.open_sessions == []


def test_a_variable_that_the_session_does_not_take_is_no_trial_of_the_case() -> None:
    with org_of() as org:

        def ignore() -> None:
            org.takes_variables = False

        transcript = trial(agent_in(org), within=ignore)
        assert "does not take the variable isVip" in transcript.error
        assert not transcript.transient


def test_a_version_that_was_activated_anew_in_the_middle_voids_the_run() -> None:
    with org_of() as org:

        def publish() -> None:
            org.changed = "2026-11-02T00:00:00Z"

        with pytest.raises(VersionChangedError, match="is v3 again, activated anew, now") as void:
            trial(agent_in(org), within=publish)
    assert void.value.agent == "a"


def test_a_version_that_is_not_active_any_more_voids_the_run() -> None:
    with org_of() as org:

        def retire() -> None:
            org.agents["Support"] = ""

        with pytest.raises(VersionChangedError, match="is not there now"):
            trial(agent_in(org), within=retire)


def test_a_transcript_names_the_version_that_answered() -> None:
    with org_of() as org:
        transcript = trial(agent_in(org))
        assert transcript.version == (f"Support v3 in {org.url}, record of 2026-11-01T00:00:00Z, as its own user")


@pytest.mark.parametrize(("kind", "bypassed"), [("ExternalCopilot", True), ("AgentforceEmployeeAgent", False)])
def test_an_employee_agent_runs_as_who_asks(kind: str, bypassed: bool) -> None:
    with org_of() as org:
        org.kind = kind
        trial(agent_in(org))
        assert {talk.bypass_user for talk in org.sessions.values()} == {bypassed}


def test_an_action_that_was_invented_where_it_should_have_run_shows_no_retrieval() -> None:
    with org_of(lambda definition, said: ("x", [step("Ask", {}, {"generationId": "test-gen-001"})])) as org:
        transcript = trial(agent_in(org))
    assert transcript.captured.tool_calls
    assert not transcript.captured.retrieval


def test_each_arm_is_asked_whether_it_shows_its_calls() -> None:
    with org_of() as org, org_of() as other:
        other.traced = False
        driver = AgentforceDriver(type="agentforce", agent="Support", base_org=OrgConfig(instance_url=other.url))
        orgs = {Arm.HEAD: Org(driver.org.model_copy(update={"instance_url": org.url}), SECRETS, pace=PACE)}
        orgs[Arm.BASE] = Org(OrgConfig(instance_url=other.url), SECRETS, pace=PACE)
        with pytest.raises(UsageError, match=f"nothing is seen of what Support v3 in {other.url}"):
            trial(AgentforceAgent("a", driver, FINGERPRINTS, orgs))


def test_tools_are_named_as_the_topic_that_calls_them_defines_them() -> None:
    """Two topics may call different actions by the same name."""
    aliases = {"Orders": {"look_up": "FindOrder"}, "Billing": {"look_up": "FindBill"}}

    def answered(definition: str, said: Sequence[str]) -> tuple[str, Sequence[Step]]:
        steps = [moved("Router", "Billing"), step("look_up", {}, {})] if len(said) == 1 else [step("look_up", {}, {})]
        return "x", steps

    with org_of(answered) as org:
        where = Org(OrgConfig(instance_url=org.url), SECRETS, pace=PACE)
        driver = AgentforceDriver(type="agentforce", agent="Support")
        agent = AgentforceAgent("a", driver, FINGERPRINTS, {Arm.HEAD: where}, {Arm.HEAD: aliases})
        transcript = trial(agent)
    calls = [turn.tool_calls[0] for turn in transcript.turns]
    assert [(call.name, call.alias) for call in calls] == [("FindBill", "look_up")] * 2
    assert [turn.topic for turn in transcript.turns] == ["Billing", "Billing"]


def test_a_login_may_give_the_same_token_again() -> None:
    """What blanks a known token in answers must not blank it in the login that gives it."""
    with org_of() as org:
        agent = agent_in(org)
        assert trial(agent).error == ""
        assert trial(agent).error == ""
