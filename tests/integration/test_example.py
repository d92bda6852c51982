"""The example agent hangs together: project, suite, recordings, verdicts, baseline and pull requests."""

import os
import shutil
import subprocess
import sys
from collections import Counter
from collections.abc import Mapping
from functools import cache
from pathlib import Path

import anyio
import pytest

from gate.agents.replay import FOLDER_LENGTH, read_recording, recorded_definitions
from gate.baselines.file import read_baseline
from gate.calibration.file import merged, print_calibration, read_calibration
from gate.calibration.standing import LEAST_LABELS, measured
from gate.cli.ratings import read_sheets
from gate.config import Config, ReplayDriver, parse_config
from gate.fixtures.suite import Suite, load_suite
from gate.model.agent_map import AgentMap
from gate.model.calibration import Calibration
from gate.model.case import Case
from gate.model.score import Scored, TrialScores, outcome
from gate.model.transcript import Transcript
from gate.model.words import Arm, Dimension, Intent, Outcome, Severity, Status
from gate.repository.trees import FolderTree
from gate.salesforce.difference import diff_maps
from gate.salesforce.reading import read_map
from gate.scoring.recorded import RecordedJudge
from gate.scoring.scorer import Scorer

ROOT = Path(__file__).parents[2]
AGENT = "customer-support-agent"
PARTS = ("agent-gate.yml", "baselines", "calibration", "examples/customer-support", "fixtures")
ADVISORY = frozenset(Dimension)
Scores = dict[str, list[TrialScores]]
NOISY = {"order-status-in-transit", "escalation-asks-for-person"}
BROKEN = {
    "order-status-before-verification",
    "refund-window-question",
    "return-flow-bulk-items",
    "return-item-corrected",
    "return-one-item",
}
QUOTED = {"refund-exception-pleaded", "refund-window-question", "refund-worn-boots"}


@pytest.fixture(scope="module")
def copy(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The example's files alone, as a user's repository would hold them."""
    folder = tmp_path_factory.mktemp("example")
    for part in PARTS:
        if (ROOT / part).is_dir():
            shutil.copytree(ROOT / part, folder / part)
        else:
            shutil.copy(ROOT / part, folder / part)
    return folder


@cache
def config() -> Config:
    return parse_config((ROOT / "agent-gate.yml").read_text(encoding="utf-8"))


def recordings_folder() -> str:
    driver = config().agents[AGENT].driver
    assert isinstance(driver, ReplayDriver)
    return driver.recordings


@pytest.fixture(scope="module")
def suite(copy: Path) -> Suite:
    return load_suite(FolderTree(copy), config().fixtures, config().test_data, tuple(config().agents))


def applied(copy: Path, pull_request: str, folder: Path) -> FolderTree:
    """The tree a pull request would leave behind."""
    shutil.copytree(copy, folder, dirs_exist_ok=True)
    patch = ROOT / "examples/customer-support/pull-requests" / pull_request / "change.patch"
    outside = {**os.environ, "GIT_CEILING_DIRECTORIES": str(folder.parent)}
    subprocess.run(["git", "apply", str(patch)], cwd=folder, env=outside, check=True)
    return FolderTree(folder)


def agent_map(tree: FolderTree) -> AgentMap:
    return read_map(tree, config().agents[AGENT].source)


def test_everything_that_is_built_is_current() -> None:
    """Recordings, verdicts and baseline are what the written conversations give with today's code."""
    script = ROOT / "examples/customer-support/authoring/build.py"
    done = subprocess.run([sys.executable, str(script), "--check"], capture_output=True, text=True, check=False)

    assert done.returncode == 0, f"{done.stdout}{done.stderr}run {script} and commit what it writes"


def test_the_fixtures_have_no_problems(suite: Suite) -> None:
    assert [str(problem) for problem in suite.problems] == []


def test_the_suite_is_mostly_about_what_goes_wrong(suite: Suite) -> None:
    intents = Counter(case.intent for case in suite.cases)

    assert set(intents) == set(Intent)
    assert len(suite.cases) >= 24
    assert len(suite.cases) - intents[Intent.HAPPY] >= 5 * intents[Intent.HAPPY]


def test_every_topic_has_two_p0_cases_and_every_action_one(copy: Path, suite: Suite) -> None:
    [agent] = agent_map(FolderTree(copy)).agents
    p0 = Counter(case.topic for case in suite.cases if case.severity is Severity.P0)
    called = {call.tool for case in suite.cases for call in case.expected_tool_calls or ()}

    assert {topic.name: p0[topic.name] >= 2 for topic in agent.topics} == {topic.name: True for topic in agent.topics}
    assert {case.topic for case in suite.cases} == {topic.name for topic in agent.topics} | {""}
    assert called == {action.name for topic in agent.topics for action in topic.actions}


def test_the_project_refers_to_nothing_that_is_not_there(copy: Path) -> None:
    assert agent_map(FolderTree(copy)).unresolved == ()


@pytest.mark.parametrize(
    ("pull_request", "topics"),
    [
        ("make-replies-concise", {"Order_Status", "Refunds", "Returns"}),
        ("quote-the-policy", {"Refunds"}),
    ],
)
def test_a_pull_request_reaches_the_topics_it_edits(
    copy: Path, tmp_path: Path, pull_request: str, topics: set[str]
) -> None:
    diff = diff_maps(agent_map(FolderTree(copy)), agent_map(applied(copy, pull_request, tmp_path)))

    assert [set(agent.topics) for agent in diff.agents] == [topics]


def test_the_typo_in_a_label_reaches_nothing(copy: Path, tmp_path: Path) -> None:
    diff = diff_maps(agent_map(FolderTree(copy)), agent_map(applied(copy, "fix-label-typo", tmp_path)))

    assert diff.agents == ()
    assert [effect for effect in diff.effects.values() if "label" in effect]


async def _score(copy: Path, suite: Suite, definition: str, levels: Mapping[str, Mapping[Dimension, int]]) -> Scores:
    fingerprint = fingerprints()[definition]
    judge = RecordedJudge(FolderTree(copy), config().judge.verdicts)
    scorer = Scorer(
        judge, votes=config().judge.votes, test_data=suite.data, levels=lambda case: levels.get(case.id, {})
    )
    scores: Scores = {}
    for case in suite.cases:
        path = copy / recordings_folder() / fingerprint[:FOLDER_LENGTH] / f"{case.id}.json"
        recording = read_recording(path)
        assert recording.fixture == case.fingerprints.fixture
        trials = [
            Transcript(
                case=case.key,
                arm=Arm.BASE,
                trial=trial,
                agent_fingerprint=fingerprint,
                turns=recording.transcripts[index].turns,
            )
            for trial, index in enumerate(recording.order, start=1)
        ]
        scores[case.id] = [await scorer(case, trial) for trial in trials]
    return scores


@cache
def fingerprints() -> Mapping[str, str]:
    folder = ROOT / recordings_folder()
    return {definition.describes: definition.fingerprint for definition in recorded_definitions(folder)}


@cache
def levels() -> Mapping[str, Mapping[Dimension, int]]:
    path = ROOT / config().baselines / f"{AGENT}.json"
    baseline = read_baseline(path.read_text(encoding="utf-8"), str(path))
    return {case: row.level for case, row in baseline.cases.items()}


@pytest.fixture(scope="module")
def scores(copy: Path, suite: Suite) -> Mapping[str, Scores]:
    return {name: anyio.run(_score, copy, suite, name, levels()) for name in fingerprints()}


def failing(scores: Scores) -> dict[str, int]:
    """How many trials of each case the checks fail; cases without any left out."""
    counts = {
        case: sum(outcome(trial, levels()[case], ADVISORY) is Outcome.FAILED for trial in trials)
        for case, trials in scores.items()
    }
    return {case: count for case, count in counts.items() if count}


def grounding_below_2(scores: Scores, trials: int) -> set[str]:
    return {
        case
        for case, found in scores.items()
        for one in [[score for trial in found for score in trial.scores if score.dimension is Dimension.GROUNDING]]
        if one and sum(isinstance(score, Scored) and score.value < 2 for score in one) >= trials
    }


def test_every_trial_is_scored_on_every_dimension(suite: Suite, scores: Mapping[str, Scores]) -> None:
    """No verdict is missing, except where a wrong tool ended the scoring."""
    unscored = [
        (name, case.id, score.reason)
        for name, found in scores.items()
        for case in suite.cases
        for trial in found[case.id]
        for score in trial.scores
        if not isinstance(score, Scored) and not score.reason.startswith("not judged: wrong tool")
    ]

    assert unscored == []


def test_the_definitions_have_at_least_40_trials_of_each_case(scores: Mapping[str, Scores]) -> None:
    assert set(scores) == {"base", "make-replies-concise", "quote-the-policy"}
    assert min(len(trials) for found in scores.values() for trials in found.values()) >= 40


@pytest.mark.parametrize("definition", ["base", "quote-the-policy"])
def test_only_the_two_noisy_cases_fail_now_and_then(scores: Mapping[str, Scores], definition: str) -> None:
    counts = failing(scores[definition])

    assert set(counts) == NOISY
    assert all(6 <= count <= 9 for count in counts.values())


def test_concise_replies_break_four_p0_cases_and_one_p1_case(suite: Suite, scores: Mapping[str, Scores]) -> None:
    """The checks alone see it, in most trials; everything else stays as noisy as it was."""
    counts = failing(scores["make-replies-concise"])
    severity = Counter(case.severity for case in suite.cases if case.id in BROKEN)

    assert set(counts) == BROKEN | NOISY
    assert severity == {Severity.P0: 4, Severity.P1: 1}
    assert all(counts[case] >= 35 for case in BROKEN)
    assert all(6 <= counts[case] <= 9 for case in NOISY)


def test_quoting_the_policy_raises_grounding_of_refund_cases(scores: Mapping[str, Scores]) -> None:
    assert {case for case, level in levels().items() if level.get(Dimension.GROUNDING) == 1} == QUOTED
    assert grounding_below_2(scores["base"], 50) == QUOTED
    assert grounding_below_2(scores["quote-the-policy"], 1) == set()


def test_the_baseline_holds_the_first_trials_of_the_base(suite: Suite, scores: Mapping[str, Scores]) -> None:
    path = ROOT / config().baselines / f"{AGENT}.json"
    baseline = read_baseline(path.read_text(encoding="utf-8"), str(path))
    passed = {
        case: sum(outcome(trial, levels()[case], ADVISORY) is Outcome.PASSED for trial in trials[:20])
        for case, trials in scores["base"].items()
    }

    assert baseline.agent_fingerprint == fingerprints()["base"]
    assert {case: row.ok for case, row in baseline.cases.items()} == passed
    assert {row.runs for row in baseline.cases.values()} == {20}
    assert all(row.ok >= 0.75 * row.runs for row in baseline.cases.values())


def test_one_case_is_exploratory_and_some_run_to_six_turns(suite: Suite) -> None:
    def turns(case: Case) -> int:
        return len(case.turns)

    assert [case.id for case in suite.cases if case.status is Status.EXPLORATORY] == ["spanish-greeting"]
    assert max(map(turns, suite.cases)) == 6


def test_the_filled_sheets_are_the_calibration_it_ships(copy: Path, tmp_path: Path, suite: Suite) -> None:
    """Whoever takes the sheets in again gets the committed file, but for the day."""
    sittings = sorted((copy / "examples/customer-support/calibration").iterdir())
    calibration = Calibration(agent=AGENT)
    for place in sittings:
        taken = read_sheets(place, "", place.name)
        assert {one.rater for item in taken.items for one in item.ratings} == {"maya", "tom"}
        calibration = merged(calibration, taken.items)
    assert print_calibration(calibration) == (copy / f"calibration/{AGENT}.json").read_text(encoding="utf-8")


def test_people_let_the_judge_block_on_tone_and_not_on_grounding(copy: Path, suite: Suite) -> None:
    calibration = read_calibration((copy / f"calibration/{AGENT}.json").read_text(encoding="utf-8"), "c.json", AGENT)
    judge = RecordedJudge(FolderTree(copy), config().judge.verdicts).fingerprint
    known = {one.dimension: one for one in measured(calibration, suite.cases, judge, config().calibration.agreement)}

    assert {name: one.standing for name, one in known.items()} == {
        Dimension.TONE: "calibrated", Dimension.GROUNDING: "smoke"
    }  # fmt: skip
    assert len(known[Dimension.TONE].pairs) >= LEAST_LABELS
    assert known[Dimension.TONE].disagreements
    assert {(one.judge, one.human) for one in known[Dimension.GROUNDING].disagreements} == {(1, 0)}
