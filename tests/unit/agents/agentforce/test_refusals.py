"""What an org, its logins and its sessions refuse, each said with what to do."""

from collections.abc import Callable, Sequence
from typing import Any

import anyio
import pytest

from gate.agents.agentforce.published import AgentforceAgent
from gate.config import AgentforceDriver, OrgConfig
from gate.errors import CouldNotTellError, GateError, UsageError
from gate.model.words import Arm
from gate.network.wire import Pace
from gate.org.org import TOKEN_SECONDS, Org
from tests.loopback.org import SECRETS, FakeOrg, Step
from tests.loopback.server import Reply
from tests.unit.agents.agentforce.test_published import FINGERPRINTS, agent_in, clerk, org_of, trial

Login = Callable[[Any], Reply]


@pytest.mark.parametrize("stream", [False, True])
def test_a_token_that_runs_out_between_two_turns_costs_neither(stream: bool) -> None:
    with org_of() as org:
        sent = []

        def expiring(definition: str, said: Sequence[str]) -> tuple[str, Sequence[Step]]:
            sent.append(said[-1])
            if said[-1].startswith("Where"):
                org.tokens += 1
            return clerk(definition, said)

        org.behaviour = expiring
        transcript = trial(agent_in(org, stream=stream))
    assert transcript.error == ""
    assert transcript.captured.tool_calls
    assert sent == ["Hello", "Where is A1?", "Thanks"]  # the first one is the probe's


@pytest.mark.parametrize("stream", [False, True])
def test_a_token_is_renewed_before_it_runs_out(stream: bool) -> None:
    with org_of() as org:
        logins = 0
        login = org._login
        seconds = 0.0

        def counted(asked: Any) -> Reply:
            nonlocal logins
            logins += 1
            return login(asked)

        async def sleep(_: float) -> None:
            await anyio.lowlevel.checkpoint()

        org._login = counted  # type: ignore[method-assign]
        where = Org(OrgConfig(instance_url=org.url), SECRETS, pace=Pace(sleep=sleep, now=lambda: seconds))
        driver = AgentforceDriver(type="agentforce", agent="Support", stream=stream)
        agent = AgentforceAgent("a", driver, FINGERPRINTS, {Arm.HEAD: where})

        def later() -> None:
            nonlocal seconds
            seconds = TOKEN_SECONDS + 1

        assert trial(agent, within=later).error == ""
        assert logins == 2


@pytest.mark.parametrize(
    ("reply", "kind", "said"),
    [
        (Reply(400, {"error": "invalid_grant", "error_description": "request not supported on this domain"}),
         UsageError, "use the My Domain address"),
        (Reply(403, {"error": "inactive_user"}), UsageError, "JWT-based access tokens"),
        (Reply(body={"access_token": "00D!opaque"}), UsageError, "gave an opaque token"),
        (Reply(500, {"message": "down"}), CouldNotTellError, "would not log in: HTTP 500"),
        (Reply(body=[]), CouldNotTellError, "without a token"),
    ],
    ids=["domain", "user", "opaque", "down", "nothing"],
)  # fmt: skip
def test_a_login_that_is_refused_is_said_with_its_remedy(reply: Reply, kind: type[GateError], said: str) -> None:
    with org_of() as org:
        org._login = lambda asked: reply  # type: ignore[method-assign]
        with pytest.raises(kind, match=said):
            trial(agent_in(org))


@pytest.mark.parametrize(
    ("reply", "said", "transient"),
    [
        (Reply(404, {"message": "No valid version available"}), "finds no agent to talk to", False),
        (Reply(body={"messages": []}), "began a session without an id", True),
        (Reply(500, {"message": "EngineConfigLookupException"}), "would not begin a session: HTTP 500", True),
    ],
    ids=["404", "no-id", "500"],
)
def test_a_session_that_cannot_be_begun_errs_the_trial(reply: Reply, said: str, transient: bool) -> None:
    with org_of() as org:
        transcript = trial(agent_in(org), within=lambda: org.start_faults.extend([reply] * 20))
        assert said in transcript.error
        assert transcript.transient is transient
        assert org.open_sessions == []


def test_a_session_that_was_lost_is_begun_anew() -> None:
    with org_of() as org:
        lost = Reply(404, {"message": "V6Session not found for sessionId"})
        transcript = trial(agent_in(org), within=lambda: org.message_faults.append(lost))
    assert transcript.error == ""
    assert len(transcript.turns) == 2


@pytest.mark.parametrize("body", [{"messages": {}}, [], {"messages": ["words"]}], ids=["mapping", "list", "text"])
def test_what_are_no_messages_is_no_answer(body: Any) -> None:
    with org_of() as org:
        transcript = trial(agent_in(org), within=lambda: org.message_faults.extend([Reply(body=body)] * 9))
        assert transcript.error
        assert org.open_sessions == []


def test_an_agent_that_does_not_answer_the_probe_is_told_before_any_trial() -> None:
    with org_of() as org:
        org.message_faults.extend([Reply(500, {"message": "late"})] * 9)
        with pytest.raises(CouldNotTellError, match=r"Support v3 .* did not answer a first `Hello`"):
            trial(agent_in(org))
        assert org.open_sessions == []


def _no_results(org: FakeOrg) -> Reply:
    return Reply(body={"results": []})


def _errors(org: FakeOrg) -> Reply:
    return Reply(body={"results": [{"id": "x", "outputs": [], "errors": ["agent call failed"]}]})


@pytest.mark.parametrize(
    ("answer", "said"), [(_no_results, "without results"), (_errors, "could not hold the conversation.*agent call")]
)
def test_a_conversation_that_was_not_held_errs_the_trial(answer: Callable[[FakeOrg], Reply], said: str) -> None:
    with org_of() as org:
        org.evaluated = answer
        with pytest.raises(CouldNotTellError, match=said):
            trial(agent_in(org, state="evaluation"))


def test_a_state_without_calls_or_of_another_turn_shows_nothing() -> None:
    for spoiled in ({"invokedActions": None}, {"userUtterance": "something else"}):
        with org_of() as org:

            def spoil(org: FakeOrg = org, spoiled: Any = spoiled) -> None:
                org.spoil_state = lambda last: {**last, **spoiled}

            transcript = trial(agent_in(org, state="evaluation"), within=spoil)
        assert transcript.error == ""
        assert not transcript.captured.tool_calls, spoiled
