"""Un-deployed scripts of both arms, compiled and tried side by side."""

from collections.abc import Sequence
from typing import Any

import anyio
import pytest

from gate.agents.agentforce.preview import AgentforcePreviewAgent
from gate.agents.agentforce.script import ScriptText, find_scripts
from gate.agents.trial import Patience, run_trial
from gate.config import AgentforcePreviewDriver
from gate.errors import CouldNotTellError, UsageError
from gate.model.problem import Problem
from gate.model.transcript import Transcript
from gate.model.words import Arm
from tests.loopback.org import Step, step
from tests.loopback.server import Reply
from tests.trees import DictTree
from tests.unit.agents.agentforce.test_published import CASE, FINGERPRINTS, no_wait, open_org, org_of

PATH = "force-app/Support.agent"


def echo(definition: str, said: Sequence[str]) -> tuple[str, Sequence[Step]]:
    return definition, [step("look_up", {"id": "A1"}, {"state": "sent"})]


def run(url: str, base: str, head: str, arm: Arm, **settings: Any) -> tuple[Sequence[Problem], Transcript | None]:
    driver = AgentforcePreviewDriver.model_validate({"type": "agentforce-preview", **settings})
    scripts = {arm: ScriptText(path=PATH, text=text) for arm, text in ((Arm.BASE, base), (Arm.HEAD, head))}
    agent = AgentforcePreviewAgent(driver, FINGERPRINTS, scripts, open_org(url))

    async def one() -> tuple[Sequence[Problem], Transcript | None]:
        async with agent.open() as problems:
            if problems:
                return problems, None
            return (), await run_trial(agent, CASE, arm, 1, Patience(sleep=no_wait))

    return anyio.run(one)


@pytest.mark.parametrize(("arm", "reply"), [(Arm.BASE, "the base"), (Arm.HEAD, "the head")])
def test_each_arm_is_answered_by_its_own_script(arm: Arm, reply: str) -> None:
    with org_of(echo) as org:
        _, transcript = run(org.url, "the base", "the head", arm)
        assert sorted(org.compiled) == ["the base", "the head"]
    assert transcript is not None
    assert [turn.reply for turn in transcript.turns] == [reply, reply]
    call = transcript.turns[0].tool_calls[0]
    assert (call.name, call.alias) == ("FindOrder", "look_up")


def test_variables_reach_the_session_so_that_a_case_starts_in_the_middle() -> None:
    with org_of(echo) as org:
        run(org.url, "b", "h", Arm.HEAD)
        assert org.sessions["s2"].variables == [{"name": "isVip", "type": "Boolean", "value": True}]


@pytest.mark.parametrize("base", ["fine", "BROKEN too"])
def test_what_does_not_compile_of_the_head_is_given_back_with_its_line(base: str) -> None:
    """Whatever becomes of the base: its author has to mend it first."""
    with org_of(echo) as org:
        problems, _ = run(org.url, base, "a\nb\nBROKEN", Arm.HEAD)
        assert org.sessions == {}
    assert [(one.path, one.line, one.message) for one in problems] == [(PATH, 3, "unexpected BROKEN")]


def test_a_base_that_does_not_compile_is_nobodys_fault_here() -> None:
    with org_of(echo) as org, pytest.raises(CouldNotTellError, match="base's"):
        run(org.url, "BROKEN", "fine", Arm.HEAD)


def test_in_simulated_mode_nothing_is_said_to_be_retrieved() -> None:
    driver = AgentforcePreviewDriver(type="agentforce-preview")
    script = ScriptText(path=PATH, text="x")
    live = driver.model_copy(update={"actions": "live"})
    for settings, retrieval in ((driver, False), (live, True)):
        agent = AgentforcePreviewAgent(settings, FINGERPRINTS, {Arm.HEAD: script}, open_org("http://127.0.0.1:1"))
        assert agent.capabilities.captured.retrieval is retrieval
        assert agent.capabilities.arms == {Arm.HEAD}


def test_the_script_is_found_in_both_arms() -> None:
    base = DictTree({"force-app/a/Support.agent": b"old", "other/X.agent": b"x"})
    meta = b"<AiAuthoringBundle><target>Support.v3</target></AiAuthoringBundle>"
    head = DictTree({"force-app/b/Support.agent": b"new", "force-app/b/Support.bundle-meta.xml": meta})
    found = find_scripts("a", "", ("force-app",), {Arm.BASE: base, Arm.HEAD: head})
    assert {arm: (one.path, one.text, one.version) for arm, one in found.items()} == {
        Arm.BASE: ("force-app/a/Support.agent", "old", "v0"), Arm.HEAD: ("force-app/b/Support.agent", "new", "v3")
    }  # fmt: skip


def test_no_script_or_several_is_said() -> None:
    none, several = DictTree({}), DictTree({"f/A.agent": b"", "f/B.agent": b""})
    with pytest.raises(UsageError, match="no Agent Script in f"):
        find_scripts("a", "", ("f",), {Arm.BASE: none, Arm.HEAD: none})
    with pytest.raises(UsageError, match=r"several scripts: f/A.agent, f/B.agent"):
        find_scripts("a", "", ("f",), {Arm.BASE: none, Arm.HEAD: several})
    assert find_scripts("a", "f/B.agent", ("f",), {Arm.BASE: none, Arm.HEAD: several})[Arm.HEAD].path == "f/B.agent"


def test_variables_that_the_script_does_not_declare_are_no_trial_of_the_case() -> None:
    """The platform would ignore them without a word, and the case would begin somewhere else."""
    with org_of(echo) as org:
        org.declared = ["verified"]
        _, transcript = run(org.url, "b", "h", Arm.HEAD)
        assert transcript is not None
        assert "does not take the variable isVip" in transcript.error
        org.declared = ["verified", "isVip"]
        _, transcript = run(org.url, "b", "h", Arm.HEAD)
        assert transcript is not None
        assert transcript.error == ""


@pytest.mark.parametrize("actions", ["simulated", "live"])
def test_actions_are_simulated_or_live_as_configured_and_said(actions: str) -> None:
    with org_of(echo) as org:
        _, transcript = run(org.url, "b", "h", Arm.HEAD, actions=actions)
        assert {talk.simulated for talk in org.sessions.values()} == {actions == "simulated"}
    assert transcript is not None
    assert f"actions {actions}" in transcript.version
    assert transcript.captured.retrieval is (actions == "live")


@pytest.mark.parametrize(
    ("kind", "users", "bypassed"),
    [
        ("ExternalCopilot", {"agent@example.com"}, True),
        ("ExternalCopilot", set[str](), False),
        ("AgentforceEmployeeAgent", {"agent@example.com"}, False),
    ],
)
def test_sessions_run_as_the_agents_user_where_the_org_has_it(kind: str, users: set[str], bypassed: bool) -> None:
    with org_of(echo) as org:
        org.kind, org.users = kind, users
        run(org.url, "b", "h", Arm.HEAD)
        assert {talk.bypass_user for talk in org.sessions.values()} == {bypassed}


def test_an_org_that_shows_no_trace_of_a_preview_is_refused() -> None:
    with org_of(echo) as org:
        org.traced = False
        with pytest.raises(UsageError, match="nothing is seen of what"):
            run(org.url, "b", "h", Arm.HEAD)


@pytest.mark.parametrize("said", [[1, 2], {"status": "success", "compiledArtifact": None}, {}])
def test_an_answer_that_says_nothing_of_the_script_is_no_fault_of_its_author(said: Any) -> None:
    with org_of(echo) as org:
        org._compile = lambda text: Reply(body=said)  # type: ignore[method-assign]
        with pytest.raises(CouldNotTellError, match="neither a definition nor what is wrong"):
            run(org.url, "b", "h", Arm.HEAD)


def test_an_org_that_compiles_nothing_is_told_what_to_turn_on() -> None:
    with org_of(echo) as org:
        org._compile = lambda text: Reply(404, {"message": "no such resource"})  # type: ignore[method-assign]
        with pytest.raises(UsageError, match="turn on Agentforce"):
            run(org.url, "b", "h", Arm.HEAD)
