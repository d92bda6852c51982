"""Published agents over real sockets, as the org's own interface answers, refuses and breaks."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import anyio
import pytest

from gate.agents.agentforce.published import AgentforceAgent
from gate.agents.trial import Patience, run_trial
from gate.config import AgentforceDriver, OrgConfig
from gate.errors import CouldNotTellError, GateError, UsageError
from gate.model.case import Case, Turn, Variable
from gate.model.transcript import Transcript
from gate.model.words import Arm, Dimension, Severity
from gate.network.wire import Pace
from gate.org.org import Org
from tests.loopback.org import SECRET, SECRETS, FakeOrg, Step, moved, step
from tests.loopback.server import RESET, Reply, serving

CASE = Case(
    id="order",
    agent="a",
    topic="",
    dimensions=(Dimension.CORRECTNESS,),
    severity=Severity.P0,
    turns=(Turn(number=1, user="Where is A1?"), Turn(number=2, user="Thanks")),
    variables=(Variable(name="isVip", type="Boolean", value=True),),
)
FINGERPRINTS = {Arm.BASE: "b" * 64, Arm.HEAD: "c" * 64}


def clerk(definition: str, said: Sequence[str]) -> tuple[str, Sequence[Step]]:
    if said[-1].startswith("Where"):
        return "It is sent.", [moved("Router", "Orders"), step("FindOrder", {"id": "A1"}, {"state": "sent"})]
    return f"You are welcome, says {definition}", []


@contextmanager
def org_of(behaviour: Callable[[str, Sequence[str]], tuple[str, Sequence[Step]]] = clerk) -> Iterator[FakeOrg]:
    org = FakeOrg(behaviour)
    with serving(org) as server:
        org.url = server.url
        yield org


async def no_wait(_: float) -> None:
    await anyio.lowlevel.checkpoint()


def open_org(url: str, secret: str = SECRET) -> Org:
    environ = {**SECRETS, "SF_CLIENT_SECRET": secret}
    return Org(OrgConfig(instance_url=url), environ, pace=Pace(sleep=no_wait))


def agent_in(org: FakeOrg, **settings: Any) -> AgentforceAgent:
    driver = AgentforceDriver.model_validate({"type": "agentforce", "agent": "Support", **settings})
    where = open_org(org.url)
    return AgentforceAgent("a", driver, FINGERPRINTS, {Arm.HEAD: where, Arm.BASE: where})


def trial(agent: AgentforceAgent, *, arm: Arm = Arm.HEAD, within: Callable[[], None] = lambda: None) -> Transcript:
    async def one() -> Transcript:
        async with agent.open() as problems:
            assert not problems
            within()
            return await run_trial(agent, CASE, arm, 1, Patience(turn_seconds=20, sleep=no_wait))

    try:
        return anyio.run(one)
    except BaseExceptionGroup as group:
        raise group.exceptions[0] from group


@pytest.mark.parametrize("stream", [False, True])
def test_a_conversation_is_held_in_one_session_and_read_from_its_traces(stream: bool) -> None:
    with org_of() as org:
        transcript = trial(agent_in(org, stream=stream))

    first, second = transcript.turns
    assert transcript.error == ""
    assert (first.reply, second.reply) == ("It is sent.", "You are welcome, says Support")
    assert [(call.name, call.arguments, call.result) for call in first.tool_calls] == [
        ("FindOrder", {"id": "A1"}, {"state": "sent"})
    ]
    assert (first.topic, first.topics) == ("Orders", ("Router", "Orders"))
    assert transcript.captured.tool_calls
    assert org.sessions["s2"].variables == [{"name": "isVip", "type": "Boolean", "value": True}]
    assert org.open_sessions == []


def test_events_that_come_twice_and_in_another_order_change_nothing() -> None:
    with org_of() as org:
        org.shuffled = True
        transcript = trial(agent_in(org, stream=True))
    assert [turn.reply for turn in transcript.turns] == ["It is sent.", "You are welcome, says Support"]


@pytest.mark.parametrize("stream", [False, True])
@pytest.mark.parametrize(
    "fault",
    [
        Reply(429, {"message": "slow down"}, {"Retry-After": "0"}),
        Reply(503, {"message": "busy"}),
        Reply(500, {"message": "time-out after 120 s"}),
        Reply(423, {"message": "another request of this session is running"}),
        RESET,
        Reply(body={"messages": [{"type": "Inform"}]}, cut=True),
        Reply(body=b"<html>gateway</html>"),
        Reply(body={"messages": [{"type": "Error", "message": "PLANNER_LLM_GATEWAY_TIMEOUT"}]}),
    ],
    ids=["429", "503", "500", "423", "reset", "truncated", "no-json", "error-message"],
)
def test_a_fault_of_the_platform_costs_a_try_but_never_an_answer(fault: Reply, stream: bool) -> None:
    with org_of() as org:
        transcript = trial(agent_in(org, stream=stream), within=lambda: org.message_faults.append(fault))
    assert transcript.error == ""
    assert [turn.reply for turn in transcript.turns] == ["It is sent.", "You are welcome, says Support"]
    assert org.open_sessions == []
    assert all(len(talk.said) <= 2 for talk in org.sessions.values())


@pytest.mark.parametrize("state", ["trace", "none", "evaluation"])
def test_what_is_refused_for_one_conversation_errs_it_alone_once_others_were_answered(state: str) -> None:
    """Before that it is the configuration that is wrong, and the run ends."""
    refusal = Reply(400, {"message": "text too long"})

    async def two() -> list[Transcript]:
        agent = agent_in(org, state=state)
        async with agent.open():
            first = await run_trial(agent, CASE, Arm.HEAD, 1, Patience(sleep=no_wait))
            org.message_faults.append(refusal)
            org.evaluated = lambda _: refusal
            return [first, await run_trial(agent, CASE, Arm.HEAD, 2, Patience(sleep=no_wait))]

    with org_of() as org:
        answered, refused = anyio.run(two)
        assert (answered.error, refused.transient) == ("", False)
        assert "text too long" in refused.error
        assert "see what is special in this case" in refused.error
        assert org.open_sessions == []
    with org_of() as org:
        org.message_faults.append(refusal)
        org.evaluated = lambda _: refusal
        with pytest.raises(UsageError, match="text too long"):
            trial(agent_in(org, state=state))


def test_a_platform_that_stays_broken_errors_the_trial_and_leaves_no_session_open() -> None:
    with org_of() as org:
        broken = Reply(500, {"message": "out of order"})
        transcript = trial(agent_in(org), within=lambda: org.message_faults.extend([broken] * 20))
        assert "out of order" in transcript.error
        assert transcript.transient
        assert org.open_sessions == []


def test_a_slow_answer_is_given_up_and_its_session_ended() -> None:
    with org_of() as org:
        slow = Reply(body={"messages": []}, seconds=1.0)
        where = Org(OrgConfig(instance_url=org.url), SECRETS)  # with its real pace: a busy session is ended later
        driver = AgentforceDriver(type="agentforce", agent="Support", turn_seconds=0.3)
        agent = AgentforceAgent("a", driver, FINGERPRINTS, {Arm.HEAD: where, Arm.BASE: where})

        async def one() -> Transcript:
            async with agent.open():
                org.message_faults += [slow] * 3
                return await run_trial(agent, CASE, Arm.HEAD, 1, Patience(turn_seconds=0.3, sleep=no_wait))

        transcript = anyio.run(one)
        assert "turn 1 took longer" in transcript.error or "did not answer" in transcript.error
        assert org.open_sessions == []


def test_a_token_that_runs_out_in_the_middle_is_renewed() -> None:
    with org_of() as org:

        def expire() -> None:
            org.tokens += 1

        transcript = trial(agent_in(org), within=expire)
    assert transcript.error == ""


def test_a_trace_that_comes_late_is_waited_for() -> None:
    with org_of() as org:

        def late() -> None:
            org.trace_late = 2

        transcript = trial(agent_in(org), within=late)
    assert [call.name for call in transcript.turns[0].tool_calls] == ["FindOrder"]


def test_a_missing_trace_is_no_empty_tool_log() -> None:
    with org_of() as org:

        def silent() -> None:
            org.traced = False

        transcript = trial(agent_in(org), within=silent)
    assert transcript.error == ""
    assert not transcript.captured.tool_calls
    assert not transcript.turns[0].captured.topic


def test_an_org_that_shows_no_traces_is_refused_before_anything_is_concluded_from_them() -> None:
    with org_of() as org:
        org.traced = False
        with pytest.raises(UsageError, match=r"nothing is seen of what Support v3 .* does in a turn"):
            trial(agent_in(org))
        transcript = trial(agent_in(org, state="none"))
    assert transcript.error == ""
    assert not transcript.captured.tool_calls


def test_a_version_published_in_the_middle_makes_the_run_count_for_nothing() -> None:
    with org_of() as org:

        def publish() -> None:
            org.agents["Support"] = "v4"

        with pytest.raises(CouldNotTellError, match="was v3 when the run began and is v4 now"):
            trial(agent_in(org), within=publish)


def test_the_agent_may_end_the_session() -> None:
    with org_of(lambda definition, said: ("BYE", [])) as org:
        transcript = trial(agent_in(org))
    first, second = transcript.turns
    assert first.platform["session"] == "AgentEnded"
    assert (second.reply, second.platform["session"]) == ("", "AgentEnded")


def test_the_base_runs_only_where_another_agent_or_org_holds_it() -> None:
    with org_of() as org:
        org.agents["SupportBase"] = "v9"
        both = agent_in(org, base_agent="SupportBase")
        assert both.capabilities.arms == {Arm.BASE, Arm.HEAD}
        assert trial(both, arm=Arm.BASE).turns[1].reply == "You are welcome, says SupportBase"
        assert agent_in(org).capabilities.arms == {Arm.HEAD}


@pytest.mark.parametrize(
    ("record", "let_in"),
    [
        ({"IsSandbox": True, "OrganizationType": "Unlimited Edition"}, True),
        ({"IsSandbox": False, "OrganizationType": "Developer Edition"}, True),
        ({"IsSandbox": False, "OrganizationType": "Enterprise Edition", "TrialExpirationDate": "2027-01-01"}, True),
        ({"IsSandbox": False, "OrganizationType": "Enterprise Edition", "TrialExpirationDate": None}, False),
        ({}, False),
    ],
)
def test_a_production_org_is_refused_by_its_own_record(record: dict[str, Any], let_in: bool) -> None:
    with org_of() as org:
        org.record = record
        if let_in:
            assert trial(agent_in(org)).error == ""
            return
        with pytest.raises(UsageError, match="is a production org"):
            trial(agent_in(org))
        assert org.sessions == {}


def test_a_production_org_that_is_let_in_is_named_as_one() -> None:
    with org_of() as org:
        org.record = {"IsSandbox": False, "OrganizationType": "Enterprise Edition"}
        where = Org(OrgConfig(instance_url=org.url, allow_production=True), SECRETS, pace=Pace(sleep=no_wait))
        driver = AgentforceDriver(type="agentforce", agent="Support")
        transcript = trial(AgentforceAgent("a", driver, FINGERPRINTS, {Arm.HEAD: where}))
    assert f"in {org.url} (a production org)" in transcript.version


def _wrong_secret(org: FakeOrg) -> AgentforceAgent:
    where = open_org(org.url, secret="wrong-secret")  # noqa: S106 - made up
    driver = AgentforceDriver(type="agentforce", agent="Support")
    return AgentforceAgent("a", driver, FINGERPRINTS, {Arm.HEAD: where, Arm.BASE: where})


@pytest.mark.parametrize(
    ("made", "said"),
    [
        (_wrong_secret, "lets nobody in.*invalid client"),
        (lambda org: agent_in(org, agent="Nobody"), "has no agent Nobody"),
        (lambda org: agent_in(org, agent="x' OR Name != '"), "is no developer name"),
    ],
)
def test_what_the_user_must_set_up_is_said(made: Callable[[FakeOrg], AgentforceAgent], said: str) -> None:
    with org_of() as org:
        agent = made(org)
        with pytest.raises(GateError, match=said) as refused:
            trial(agent)
    assert isinstance(refused.value, UsageError)
    assert SECRET not in str(refused.value)
    assert "wrong-secret" not in str(refused.value)


def test_an_agent_without_an_active_version_is_said() -> None:
    with org_of() as org:
        org.agents["Support"] = ""
        with pytest.raises(UsageError, match="no active version"):
            trial(agent_in(org))


def test_no_secret_and_no_token_is_in_a_transcript() -> None:
    with org_of() as org:
        kept = repr(trial(agent_in(org)))
    assert SECRET not in kept
    assert "eyJ0" not in kept
