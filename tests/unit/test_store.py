"""The run folder survives kills and says what is wrong with what it finds."""

import subprocess
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from gate.config import AgentConfig, Config, ReplayDriver
from gate.errors import StoreError
from gate.model.case import Case, Turn, Variable
from gate.model.comparison import Request
from gate.model.plan import Plan, Revision
from gate.model.score import Scored, TrialScores
from gate.model.transcript import Transcript, TurnRecord
from gate.model.words import Arm, Dimension, Severity, Tier
from gate.store import Inputs, RunFolder, run_folder_name


@pytest.fixture
def folder(tmp_path: Path) -> Iterator[RunFolder]:
    with RunFolder.create(tmp_path, "2026-11-22/143015Z-pr-1-abc1234") as made:
        yield made


def scores(trial: int, case: str = "a/x") -> TrialScores:
    score = Scored(dimension=Dimension.TONE, value=1, reason="curt", by="judge:recorded")
    return TrialScores(case=case, arm=Arm.HEAD, trial=trial, scores=(score,))


def transcript(trial: int) -> Transcript:
    turn = TurnRecord(number=1, user="hé\nllo", reply="☃ \u2028 ok")
    return Transcript(case="a/x", arm=Arm.HEAD, trial=trial, agent_fingerprint="f", turns=(turn,))


def test_what_was_kept_is_found_again_by_another_process(folder: RunFolder) -> None:
    """Transcripts and scores come back equal, in the order of case, arm and trial."""
    for trial in (10, 2):
        folder.save_transcript(transcript(trial))
        folder.save_scores(scores(trial))
    again = RunFolder(folder.path)

    assert again.transcript(Request(case="a/x", arm=Arm.HEAD, trial=2)) == transcript(2)
    assert [item.trial for item in again.transcripts()] == [2, 10]
    assert list(again.all_scores()) == [scores(2), scores(10)]
    assert again.transcript(Request(case="a/x", arm=Arm.BASE, trial=2)) is None


@pytest.mark.parametrize("cut", range(1, 60, 7))
def test_a_line_cut_short_by_a_kill_is_dropped_and_the_file_goes_on(folder: RunFolder, cut: int) -> None:
    """Only the trial that was being written is scored again."""
    folder.save_scores(scores(1))
    folder.save_scores(scores(2))
    folder.close()
    path = folder.path / "scores.jsonl"
    path.write_bytes(path.read_bytes()[:-cut])

    again = RunFolder(folder.path)
    assert list(again.all_scores()) == [scores(1)]
    again.save_scores(scores(3))
    again.close()

    assert list(RunFolder(folder.path).all_scores()) == [scores(1), scores(3)]


def test_a_broken_line_in_the_middle_is_named_with_its_number(folder: RunFolder) -> None:
    """What was not cut by a kill was edited, and is not guessed at."""
    folder.save_scores(scores(1))
    folder.close()
    path = folder.path / "scores.jsonl"
    path.write_bytes(b'{"case": 3}\n' + path.read_bytes())

    with pytest.raises(StoreError, match=r"scores.jsonl:1: not a line of scores"):
        list(RunFolder(folder.path).all_scores())


def test_truncated_json_is_an_error_with_a_remedy(folder: RunFolder) -> None:
    """A transcript that was edited says which file and what to do."""
    folder.save_transcript(transcript(1))
    path = next(folder.path.glob("transcripts/a/x/head-1.json"))
    path.write_bytes(path.read_bytes()[:20])

    with pytest.raises(StoreError, match=r"head-1.json cannot be read(.|\n)*delete it"):
        folder.transcript(Request(case="a/x", arm=Arm.HEAD, trial=1))


def test_a_folder_without_a_plan_is_no_run(tmp_path: Path) -> None:
    """A run that was stopped before its plan existed cannot be resumed, and cost nothing."""
    with pytest.raises(StoreError, match=r"is no run folder"):
        RunFolder.open(tmp_path)


def test_a_plan_and_its_inputs_come_back_equal(folder: RunFolder) -> None:
    """What a run was started with is enough to go on without the repository."""
    base, head = Revision(ref="main", sha="a" * 40), Revision(ref="")
    plan = Plan(tier=Tier.FULL, base=base, head=head, agents=(), changes=(), selected=(), total_cases=0)
    agent = AgentConfig(source=("a",), driver=ReplayDriver(type="replay", recordings="r"))
    config = Config(version=1, agents={"a": agent})
    inputs = Inputs(
        gate_version="1", checks_version="1", started="2026-11-22T14:30:15Z", root="/", config=config, cases=()
    )
    folder.save_start(inputs, plan)

    again = RunFolder.open(folder.path)
    assert again.plan() == plan
    assert again.inputs() == inputs


def test_two_runs_in_one_second_get_two_folders(tmp_path: Path) -> None:
    """Nothing of an earlier run is ever overwritten."""
    made = {RunFolder.create(tmp_path, "2026-11-22/143015Z-x-abc").path for _ in range(3)}
    assert len(made) == 3


@pytest.mark.parametrize("label", ["feature/../../etc", "a b\n::set-output", "", "…", "x" * 300])
def test_a_hostile_label_stays_one_path_part(label: str) -> None:
    """Branch names are untrusted."""
    name = run_folder_name("2026-11-22T14:30:15Z", label, "3f2a9c1d")

    date, _, rest = name.partition("/")
    assert date == "2026-11-22"
    assert "/" not in rest
    assert rest.startswith("143015Z-")
    assert rest.endswith("-3f2a9c1")
    assert len(rest) < 64


def test_two_processes_do_not_work_in_one_folder(folder: RunFolder) -> None:
    """They would pay for the same trials twice. Whoever closes or dies gives the folder free."""
    folder.claim()

    with RunFolder(folder.path) as other, pytest.raises(StoreError, match="another process is at work"):
        other.claim()

    folder.close()
    with RunFolder(folder.path) as other:
        other.claim()


def test_errored_trials_are_missing_again_and_scored_ones_stay(folder: RunFolder) -> None:
    """A platform that came back is asked again; a judge that came back is asked without another trial."""
    for trial, error in ((1, ""), (2, "503 from the platform"), (3, "")):
        folder.save_transcript(replace(transcript(trial), error=error))
    folder.save_scores(scores(1))
    folder.save_scores(TrialScores(case="a/x", arm=Arm.HEAD, trial=2, error="503 from the platform"))
    folder.save_scores(TrialScores(case="a/x", arm=Arm.HEAD, trial=3, error="judge: 429"))

    folder.forget_errored()

    requests = [Request(case="a/x", arm=Arm.HEAD, trial=trial) for trial in (1, 2, 3)]
    assert [folder.transcript(request) for request in requests] == [transcript(1), None, transcript(3)]
    assert [folder.scores(request) for request in requests] == [scores(1), None, None]
    folder.save_scores(scores(2))
    assert list(RunFolder(folder.path).all_scores())[:2] == [scores(1), scores(2)]


def test_a_score_beyond_the_scale_is_an_error_that_names_the_line(folder: RunFolder) -> None:
    """An edited file must not reach the counts."""
    folder.save_scores(scores(1))
    path = folder.path / "scores.jsonl"
    path.write_bytes(path.read_bytes().replace(b'"value":1', b'"value":7'))

    with pytest.raises(StoreError, match=r"scores\.jsonl:1: .*0, 1 or 2"):
        list(RunFolder(folder.path).all_scores())


def test_git_leaves_a_new_folder_of_runs_alone_and_one_that_was_there_is_the_users(tmp_path: Path) -> None:
    """Else the files of one run would be a change that the next one looks into."""
    mine = tmp_path / "mine"
    mine.mkdir()
    for runs in (mine, tmp_path / "new" / "runs"):
        RunFolder.create(runs, "2026-11-22/143015Z-x-abc").close()

    assert not (mine / ".gitignore").exists()
    subprocess.run(["git", "init", "-q", str(tmp_path)], check=True)
    listing = ["git", "-C", str(tmp_path), "status", "--porcelain", "--untracked-files=all", "new"]
    (tmp_path / "new/runs/2026-11-22/143015Z-x-abc/plan.json").write_text("{}")
    assert subprocess.run(listing, check=True, capture_output=True, text=True).stdout == ""


def test_runs_that_begin_together_each_find_their_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The folder of all runs appears between a look at it and its making."""
    runs = tmp_path / "runs"
    make = Path.mkdir

    def late(path: Path, mode: int = 0o777, parents: bool = False, exist_ok: bool = False) -> None:
        monkeypatch.undo()
        runs.mkdir()
        make(path, mode, parents=parents, exist_ok=exist_ok)

    monkeypatch.setattr(Path, "mkdir", late)
    assert RunFolder.create(runs, "2026-11-22/143015Z-x-abc").path.is_dir()


def test_what_a_run_was_started_with_is_the_same_in_memory_and_on_disk(folder: RunFolder) -> None:
    case = Case(
        id="x",
        agent="a",
        topic="",
        dimensions=(Dimension.TONE,),
        severity=Severity.P0,
        turns=(Turn(number=1, user="hello"),),
        variables=(Variable(name="v", type="Object", value={"deep": [1, 2.5, None]}),),
    )
    replayed = ReplayDriver(type="replay", recordings="rec")
    config = Config(version=1, agents={"a": AgentConfig(source=("a",), driver=replayed)})
    made = Inputs(gate_version="1", checks_version="1", started="s", root="/r", config=config, cases=(case,))
    plan = Plan(
        tier=Tier.FULL,
        base=Revision(ref="main", sha="1"),
        head=Revision(ref="HEAD", sha="2"),
        agents=(),
        changes=(),
        selected=(),
        total_cases=1,
        levels={"a/x": {"tone": 1}},
    )
    folder.save_start(made, plan)
    other = RunFolder(folder.path)

    assert (folder.inputs(), folder.plan()) == (made, plan)
    assert (other.inputs(), other.plan()) == (made, plan)
