"""What every driver promises, held against the fake and the real adapters alike."""

import json
from pathlib import Path

import anyio
import pytest

from gate.agents.replay import ReplayAgent, read_recording, recorded_definitions
from gate.agents.trial import Patience, run_trial
from gate.errors import RecordingError
from gate.model.case import Case, Turn
from gate.model.transcript import Transcript
from gate.model.words import Arm, Dimension, Severity
from gate.ports import Agent
from tests.unit.agents.drivers import DRIVERS, no_wait

CASE = Case(
    id="hello",
    agent="a",
    topic="",
    dimensions=(Dimension.TONE,),
    severity=Severity.P0,
    turns=(Turn(number=1, user="hello"), Turn(number=2, user="and  then?")),
)
BASE, HEAD = "b" * 64, "c" * 64


def converse(agent: Agent, arm: Arm = Arm.HEAD, trial: int = 1) -> Transcript:
    async def one() -> Transcript:
        async with agent.open() as problems:
            assert not problems
            return await run_trial(agent, CASE, arm, trial, Patience(sleep=no_wait))

    return anyio.run(one)


def record(folder: Path, fingerprint: str, order: list[int], replies: list[str]) -> None:
    place = folder / fingerprint[:12]
    place.mkdir(parents=True)
    (place / "agent.json").write_text(json.dumps({"agent": "a", "fingerprint": fingerprint, "describes": "test"}))
    transcripts = [
        {
            "count": order.count(index),
            "turns": [{"number": turn.number, "user": turn.user, "reply": reply} for turn in CASE.turns],
        }
        for index, reply in enumerate(replies)
    ]
    (place / "hello.json").write_text(json.dumps({"case": "hello", "order": order, "transcripts": transcripts}))


@pytest.fixture
def recordings(tmp_path: Path) -> Path:
    record(tmp_path, BASE, [0, 0], ["from base"])
    record(tmp_path, HEAD, [0, 1, 0], ["often", "once"])
    return tmp_path


def replay(recordings: Path) -> Agent:
    return ReplayAgent("a", recordings, {Arm.BASE: BASE, Arm.HEAD: HEAD})


@pytest.mark.parametrize("driver", DRIVERS)
def test_a_trial_answers_every_turn_and_says_which_definition_did(driver: str, recordings: Path) -> None:
    """One record a turn, in order, with the user's words and a reply; the arm's fingerprint on the transcript."""
    for arm in (Arm.BASE, Arm.HEAD):
        with DRIVERS[driver](recordings) as agent:
            transcript = converse(agent, arm)

            assert transcript.error == ""
            assert [turn.number for turn in transcript.turns] == [1, 2]
            assert [turn.user.split() for turn in transcript.turns] == [["hello"], ["and", "then?"]]
            assert all(turn.reply for turn in transcript.turns)
            assert transcript.agent_fingerprint == agent.fingerprint(arm)
            assert arm in agent.capabilities.arms


@pytest.mark.parametrize("driver", DRIVERS)
def test_trials_may_run_side_by_side(driver: str, recordings: Path) -> None:
    """Each in a session of its own, and none hears of another."""

    async def both(agent: Agent) -> list[Transcript]:
        found: list[Transcript] = []

        async def one(trial: int) -> None:
            found.append(await run_trial(agent, CASE, Arm.HEAD, trial, Patience(sleep=no_wait)))

        async with agent.open(), anyio.create_task_group() as tasks:
            for trial in (1, 2):
                tasks.start_soon(one, trial)
        return found

    with DRIVERS[driver](recordings) as agent:
        transcripts = anyio.run(both, agent)
    assert sorted(one.trial for one in transcripts) == [1, 2]
    assert [one.error for one in transcripts] == ["", ""]
    assert all(len(one.turns) == 2 for one in transcripts)


def test_a_replay_gives_each_recorded_trial_once_in_its_order(recordings: Path) -> None:
    """Trial n is the n-th recorded trial; past the last there is nothing to give."""
    agent = replay(recordings)

    replies = [converse(agent, trial=trial).turns[0].reply for trial in (1, 2, 3)]
    beyond = converse(agent, trial=4)

    assert replies == ["often", "once", "often"]
    assert beyond.turns == ()
    assert beyond.error == "trial 4 of hello was not recorded: there are 3"


def test_a_definition_that_was_never_recorded_is_refused_with_those_that_were(recordings: Path) -> None:
    """The message lists what exists and says what to do."""
    with pytest.raises(RecordingError) as caught:
        ReplayAgent("a", recordings, {Arm.BASE: BASE, Arm.HEAD: "d" * 64})

    assert "no recordings of agent a for its definition dddddddddddd" in str(caught.value)
    assert BASE[:12] in str(caught.value)
    assert "undo the change" in str(caught.value)


def test_only_recorded_arms_can_run(recordings: Path) -> None:
    """Without a recorded base the comparison knows it has the stored baseline only."""
    agent = ReplayAgent("a", recordings, {Arm.BASE: "d" * 64, Arm.HEAD: HEAD})

    assert agent.capabilities.arms == {Arm.HEAD}


def test_a_recording_of_other_words_is_not_this_conversation(recordings: Path) -> None:
    """A changed user turn makes the recording stale; that is errored, not failed."""
    path = recordings / HEAD[:12] / "hello.json"
    path.write_text(path.read_text().replace("and  then?", "and now?"))

    assert "turn 2 was recorded with other words" in converse(replay(recordings)).error


def test_a_case_without_a_recording_is_errored(recordings: Path) -> None:
    """Never a pass, never a failure."""
    (recordings / HEAD[:12] / "hello.json").unlink()

    assert "case hello was not recorded" in converse(replay(recordings)).error


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("{", "Invalid JSON"),
        ('{"case": "x", "order": [0], "transcripts": [{"count": 2, "turns": []}]}', "contradict each other"),
        ('{"case": "x", "order": [1], "transcripts": [{"count": 1, "turns": []}]}', "contradict each other"),
        ('{"case": "x", "transcripts": []}', "order: Field required"),
    ],
)
def test_a_broken_recording_is_named(tmp_path: Path, content: str, message: str) -> None:
    """File, what is wrong, what to do."""
    path = tmp_path / "x.json"
    path.write_text(content)

    with pytest.raises(RecordingError, match=message):
        read_recording(path)


def test_definitions_are_listed_by_what_they_describe(recordings: Path) -> None:
    """What a person sees when a definition is unknown."""
    assert [item.fingerprint for item in recorded_definitions(recordings)] == [BASE, HEAD]
