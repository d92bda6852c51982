"""What spans several runs: sign-off, the merge queue, scheduled recording, forks in two stages, after the merge."""

import json
from pathlib import Path

import pytest

from gate.baselines.file import read_baseline
from gate.errors import ExitCode
from gate.github.signoff.marks import SHOWN_DIGEST
from tests.integration.github.jobs import Step, git, open_pull, pull_request_event, sender
from tests.integration.github.stub import BOT, REPOSITORY, person

BLOCKED, HARMLESS, UNAFFECTED = "make-replies-concise", "quote-the-policy", "fix-label-typo"
BASELINE = "baselines/customer-support-agent.json"


def run_files(step: Step) -> dict[str, bytes]:
    """The run folder of the last run, as `actions/upload-artifact` packs it."""
    folder = step.root / step.outputs["run-folder"]
    files = (path for path in folder.rglob("*") if path.is_file())
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in files}


def evaluate(step: Step, branch: str, **more: object) -> str:
    """A pull request that was evaluated, its run folder uploaded; its head commit."""
    head = open_pull(step, branch, **more)
    step.run("pull_request", pull_request_event(step.stub, "opened"))
    step.stub.state.add_artifact("agent-eval-gate", head, run_files(step))
    return head


def mirror(step: Step, branch: str) -> None:
    """GitHub's own copy of the branch and of main, as far as sign-off reads it."""
    for name in ("main", branch):
        listed = git(step.root, "ls-tree", "-r", "--name-only", name).splitlines()
        wanted = [path for path in listed if path == "agent-gate.yml" or path.startswith("baselines/")]
        files = {path: git(step.root, "show", f"{name}:{path}") + "\n" for path in wanted}
        sha = git(step.root, "rev-parse", name)
        parents = tuple(git(step.root, "rev-list", "--parents", "-n1", sha).split()[1:])
        step.stub.state.commit(files, parents, sha=sha)
        step.stub.state.refs[f"heads/{name}"] = sha


def label(step: Step, login: str, name: str = "accept-baseline") -> int:
    step.stub.state.label(128, name, person(login))
    return step.run(
        "pull_request", pull_request_event(step.stub, "labeled", label={"name": name}) | {"sender": sender(login)}
    )


def test_a_regression_is_signed_off_from_block_to_merge(step: Step) -> None:
    """Blocked → a reader's label is refused → a writer's is accepted → new commit green → replay changes nothing →
    a re-run keeps it → a push voids it."""
    state = step.stub.state
    state.permissions = {"rita": "read", "wendy": "write"}
    evaluated = evaluate(step, BLOCKED)
    mirror(step, BLOCKED)

    assert label(step, "rita") == ExitCode.BLOCKED
    assert (step.outputs["conclusion"], step.outputs["exit-code"]) == ("blocked", "1")
    assert state.pulls[128]["labels"] == []
    assert step.status(evaluated)[0] == "failure"

    accepted = label(step, "wendy")
    assert (step.outputs["conclusion"], step.outputs["exit-code"]) == ("accepted", "0")
    new = state.refs[f"heads/{BLOCKED}"]
    assert accepted == ExitCode.PASS
    assert new != evaluated
    assert state.commits[new]["parents"] == [evaluated]
    assert step.status(new)[0] == "success"
    assert step.status(evaluated)[0] == "failure"
    written = read_baseline(state.trees[state.commits[new]["tree"]["sha"]][BASELINE], BASELINE)
    assert [entry.by for entry in written.history] == ["wendy"]

    comments = len(state.comments[128])
    event = pull_request_event(step.stub, "labeled", label={"name": "accept-baseline"}) | {"sender": sender("wendy")}
    event["pull_request"]["head"]["sha"] = evaluated
    assert step.run("pull_request", event) == ExitCode.PASS
    assert state.refs[f"heads/{BLOCKED}"] == new
    assert len(state.comments[128]) == comments

    runs = len(list(step.root.glob("runs/*/*")))
    assert step.run("pull_request", pull_request_event(step.stub, "reopened")) == ExitCode.PASS
    assert len(list(step.root.glob("runs/*/*"))) == runs
    assert step.outputs["conclusion"] == "accepted"

    git(step.root, "checkout", "--quiet", BLOCKED)
    git(step.root, "commit", "--quiet", "--allow-empty", "--message", "Push once more")
    pushed = open_pull(step, BLOCKED)
    assert step.run("pull_request", pull_request_event(step.stub, "synchronize")) == ExitCode.BLOCKED
    assert step.status(pushed)[0] == "failure"


def test_a_label_left_from_before_a_push_is_taken_off(step: Step) -> None:
    open_pull(step, BLOCKED)
    step.stub.state.label(128, "accept-baseline", person("wendy"))

    step.run("pull_request", pull_request_event(step.stub, "synchronize"))

    assert step.stub.state.pulls[128]["labels"] == []


def queue_event(step: Step, sha: str) -> dict[str, object]:
    base = git(step.root, "rev-parse", "main")
    ref = f"refs/heads/gh-readonly-queue/main/pr-128-{base}"
    group = {"head_sha": sha, "head_ref": ref, "base_sha": base, "base_ref": "refs/heads/main"}
    return {"action": "checks_requested", "merge_group": group, "repository": {"full_name": REPOSITORY}}


def merged(step: Step, branch: str) -> str:
    """What the queue would merge."""
    git(step.root, "checkout", "--quiet", "-b", f"merge-of-{branch}", "main")
    git(step.root, "merge", "--quiet", "--no-ff", "--message", "Merge", branch)
    return git(step.root, "rev-parse", "HEAD")


def test_a_merge_result_with_the_files_of_a_passed_pull_request_passes_at_once(step: Step) -> None:
    head = evaluate(step, UNAFFECTED)
    group = merged(step, UNAFFECTED)
    step.stub.state.commit({"same": "files"}, sha=head)
    step.stub.state.commit({"same": "files"}, (head,), sha=group)
    runs = len(list(step.root.glob("runs/*/*")))

    assert step.run("merge_group", queue_event(step, group)) == ExitCode.PASS
    assert step.status(group)[0] == "success"
    assert len(list(step.root.glob("runs/*/*"))) == runs


@pytest.mark.parametrize(("branch", "code"), [(UNAFFECTED, ExitCode.PASS), (BLOCKED, ExitCode.BLOCKED)])
def test_another_merge_result_is_evaluated(step: Step, branch: str, code: ExitCode) -> None:
    evaluate(step, branch)
    group = merged(step, branch)

    assert step.run("merge_group", queue_event(step, group)) == code
    assert step.status(group)[0] == ("success" if code == ExitCode.PASS else "failure")


def test_a_blocked_pull_request_is_not_passed_by_equal_files(step: Step) -> None:
    head = evaluate(step, BLOCKED)
    group = merged(step, BLOCKED)
    step.stub.state.commit({"same": "files"}, sha=head)
    step.stub.state.commit({"same": "files"}, (head,), sha=group)

    assert step.run("merge_group", queue_event(step, group)) == ExitCode.BLOCKED


def on_main(step: Step) -> str:
    sha = git(step.root, "rev-parse", "main")
    step.environment |= {"GITHUB_SHA": sha, "GITHUB_REF": "refs/heads/main"}
    return sha


def test_started_by_hand_every_case_runs_and_no_status_is_set(step: Step) -> None:
    on_main(step)

    assert step.run("workflow_dispatch", {"ref": "refs/heads/main", "inputs": {}}) == ExitCode.PASS
    assert step.outputs["cases"] == "28"
    assert step.stub.state.statuses == {}


def test_started_by_hand_for_a_pull_request_its_status_is_set(step: Step) -> None:
    head = open_pull(step, HARMLESS, fork="stranger/agents")
    step.inputs["pull-request"] = "128"

    assert step.run("workflow_dispatch", {"ref": "refs/heads/main", "inputs": {}}) == ExitCode.PASS
    assert step.status(head)[0] == "success"
    assert step.outputs["cases"] == "28"


@pytest.mark.parametrize(("mode", "used"), [("fast", "standard"), ("standard", "standard"), ("strict", "strict")])
def test_started_by_hand_a_pull_request_is_looked_at_no_less_than_configured(step: Step, mode: str, used: str) -> None:
    """Whoever may start a workflow could else have the status made by the weakest look."""
    open_pull(step, UNAFFECTED)
    step.inputs |= {"pull-request": "128", "mode": mode, "policy": "majority", "tier": "pull-request"}

    assert step.run("workflow_dispatch", {"ref": "refs/heads/main", "inputs": {}}) == ExitCode.PASS

    report = json.loads((step.root / step.outputs["run-folder"] / "report.json").read_text())
    assert report["comparison"]["policy"] == f"confirm ({used})"


def test_the_schedule_records_the_baseline_on_the_branch(step: Step) -> None:
    sha = on_main(step)
    mirror(step, UNAFFECTED)
    step.inputs["record-baseline"] = "true"
    (step.root / BASELINE).unlink()
    step.stub.state.commit({"agent-gate.yml": ""}, sha=sha)

    assert step.run("schedule", {"schedule": "0 3 * * *"}) == ExitCode.PASS
    recorded = step.stub.state.refs["heads/main"]
    assert step.stub.state.commits[recorded]["parents"] == [sha]
    files = step.stub.state.trees[step.stub.state.commits[recorded]["tree"]["sha"]]
    baseline = read_baseline(files[BASELINE], BASELINE)
    assert baseline.commit == sha
    assert len(baseline.cases) == 25  # P0 and P1


@pytest.mark.parametrize(("path", "moves"), [("README.md", True), (BASELINE, False)])
def test_a_branch_that_moved_while_recording_takes_the_baseline_unless_that_moved_too(
    step: Step, path: str, moves: bool
) -> None:
    sha = on_main(step)
    step.inputs["record-baseline"] = "true"
    (step.root / BASELINE).unlink()
    state = step.stub.state
    state.commit({"agent-gate.yml": ""}, sha=sha)
    pushed = state.commit({"agent-gate.yml": "", path: "pushed"}, (sha,))
    state.refs["heads/main"] = pushed

    code = step.run("schedule", {"schedule": "0 3 * * *"})

    assert code == (ExitCode.PASS if moves else ExitCode.CONFIGURATION)
    assert (state.refs["heads/main"] == pushed) is not moves
    assert (step.root / BASELINE).is_file()


def test_a_baseline_is_never_recorded_from_another_branch(step: Step) -> None:
    sha = git(step.root, "rev-parse", BLOCKED)
    step.environment |= {"GITHUB_SHA": sha, "GITHUB_REF": f"refs/heads/{BLOCKED}"}
    step.inputs["record-baseline"] = "true"

    assert step.run("workflow_dispatch", {"ref": f"refs/heads/{BLOCKED}"}) == ExitCode.CONFIGURATION
    assert "not on main" in step.summary


def test_shards_are_joined_into_one_comment_and_one_status(step: Step) -> None:
    head = open_pull(step, BLOCKED)
    for number in (1, 2):
        step.inputs["shard"] = f"{number}/2"
        step.run("pull_request", pull_request_event(step.stub, "opened"))
        (step.root / step.outputs["run-folder"]).rename(step.root / "runs" / f"part-{number}")
    assert step.status(head) == ("", "")
    assert step.sticky() == []

    del step.inputs["shard"]
    step.inputs["merge"] = "runs"
    assert step.run("pull_request", pull_request_event(step.stub, "opened")) == ExitCode.BLOCKED
    assert step.status(head)[0] == "failure"
    assert len(step.sticky()) == 1


def test_shards_of_another_commit_are_refused(step: Step) -> None:
    open_pull(step, BLOCKED)
    step.inputs["shard"] = "1/1"
    step.run("pull_request", pull_request_event(step.stub, "opened"))
    del step.inputs["shard"]
    step.inputs["merge"] = "runs"
    head = open_pull(step, UNAFFECTED)

    assert step.run("pull_request", pull_request_event(step.stub, "opened")) == ExitCode.CONFIGURATION
    assert step.status(head)[0] == "error"


def run_event(head: str, *, caused_by: str = "pull_request", branch: str = UNAFFECTED) -> dict[str, object]:
    run = {
        "head_sha": head,
        "head_branch": branch,
        "head_repository": {"full_name": "stranger/agents"},
        "event": caused_by,
    }
    return {"action": "completed", "workflow_run": run}


@pytest.fixture
def first_stage(step: Step) -> Step:
    """A job without rights has evaluated a fork's pull request."""
    step.stub.state.readers.add("ghs_writer")
    return step


@pytest.mark.parametrize(("branch", "state"), [(UNAFFECTED, "success"), (BLOCKED, "failure")])
def test_a_fork_is_told_by_a_second_stage(first_stage: Step, branch: str, state: str) -> None:
    step = first_stage
    head = evaluate(step, branch, fork="stranger/agents")
    assert step.status(head) == ("", "")
    step.stub.state.readers.clear()
    runs = len(list(step.root.glob("runs/*/*")))

    assert step.run("workflow_run", run_event(head, branch=branch)) == ExitCode.PASS
    assert step.status(head)[0] == state
    [told] = step.sticky()
    assert "label `accept-baseline`" not in told, "its job has no rights"
    assert ("comment `/accept-baseline" in told) == (branch == BLOCKED)
    assert len(list(step.root.glob("runs/*/*"))) == runs


def test_green_from_a_fork_that_changes_workflows_is_not_believed(first_stage: Step) -> None:
    step = first_stage
    head = evaluate(step, UNAFFECTED, fork="stranger/agents")
    step.stub.state.readers.clear()
    step.stub.state.files[128] = [{"filename": ".github/workflows/gate.yml"}]

    step.run("workflow_run", run_event(head))

    assert step.status(head)[0] == "error"


def test_green_from_a_fork_whose_list_of_files_was_cut_off_is_not_believed(first_stage: Step) -> None:
    """Names that sort before it can push a workflow off the end of the list."""
    step = first_stage
    head = evaluate(step, UNAFFECTED, fork="stranger/agents")
    step.stub.state.readers.clear()
    step.stub.state.files[128] = [{"filename": f"!/{number}"} for number in range(3000)]

    step.run("workflow_run", run_event(head))

    assert step.status(head) == ("error", step.status(head)[1])
    assert "more files change than GitHub lists" in step.status(head)[1]


def test_a_result_against_another_base_is_not_told_as_this_ones(first_stage: Step) -> None:
    """The same commit is a second pull request's, into a branch that expects less: its run leaves an artifact too."""
    step = first_stage
    head = evaluate(step, UNAFFECTED, fork="stranger/agents")
    step.stub.state.readers.clear()
    git(step.root, "checkout", "--quiet", "-b", "newer", "main")
    git(step.root, "commit", "--quiet", "--allow-empty", "--message", "Newer")
    git(step.root, "checkout", "--quiet", "-b", "on-top", "newer")
    git(step.root, "merge", "--quiet", "--no-ff", "--message", "Merge", UNAFFECTED)
    files = {name: text.replace(head.encode(), b"@") for name, text in run_files(step).items()}
    top = open_pull(step, "on-top", fork="stranger/agents")
    step.stub.state.pulls[128]["base"]["sha"] = git(step.root, "rev-parse", "newer")
    files = {name: text.replace(b"@", top.encode()) for name, text in files.items()}
    step.stub.state.add_artifact("agent-eval-gate", top, files)

    assert step.run("workflow_run", run_event(top, branch="on-top")) == ExitCode.CONFIGURATION
    assert step.status(top)[0] == "error"


def test_one_commit_into_two_base_branches_has_no_green_status(first_stage: Step) -> None:
    """A status belongs to the commit: green for the weaker branch would be green for main."""
    step = first_stage
    head = evaluate(step, UNAFFECTED, fork="stranger/agents")
    state = step.stub.state
    state.readers.clear()
    other = state.add_pull(129, head=head, base=state.pulls[128]["base"]["sha"], fork="stranger/agents")
    other["head"] = dict(state.pulls[128]["head"])
    other["base"] = {**state.pulls[128]["base"], "ref": "gh-pages"}

    assert step.run("workflow_run", run_event(head)) == ExitCode.COULD_NOT_TELL
    assert step.status(head)[0] == "error"
    assert "#128 into main and #129 into gh-pages" in step.status(head)[1]


def test_what_a_person_accepted_in_a_fork_stays_accepted_when_its_run_is_told_again(first_stage: Step) -> None:
    step = first_stage
    state = step.stub.state
    state.permissions = {"wendy": "write"}
    head = evaluate(step, BLOCKED, fork="stranger/agents")
    mirror(step, BLOCKED)
    state.readers.clear()
    step.run("workflow_run", run_event(head, branch=BLOCKED))
    assert label(step, "wendy") == ExitCode.PASS

    assert step.run("workflow_run", run_event(head, branch=BLOCKED)) == ExitCode.PASS
    assert step.status(head)[0] == "success"


def test_an_artifact_of_another_commit_is_refused(first_stage: Step) -> None:
    step = first_stage
    evaluate(step, UNAFFECTED, fork="stranger/agents")
    files = run_files(step)
    other = open_pull(step, BLOCKED, fork="stranger/agents")
    step.stub.state.add_artifact("agent-eval-gate", other, files)
    step.stub.state.readers.clear()

    assert step.run("workflow_run", run_event(other, branch=BLOCKED)) == ExitCode.CONFIGURATION
    assert step.status(other)[0] == "error"
    [comment] = step.sticky()
    assert "⚠️ No result for" in comment
    assert "the artifact is not of" in comment
    assert "| P0" not in comment


def test_a_commit_that_no_open_pull_request_is_at_is_told_to_nobody(first_stage: Step) -> None:
    step = first_stage
    head = evaluate(step, UNAFFECTED, fork="stranger/agents")
    step.stub.state.readers.clear()
    step.stub.state.pulls[128]["head"]["sha"] = "f" * 40

    assert step.run("workflow_run", run_event(head)) == ExitCode.PASS
    assert step.status(head) == step.status("f" * 40) == ("", "")


def test_a_run_without_an_artifact_leaves_an_error_and_not_silence(first_stage: Step) -> None:
    step = first_stage
    head = open_pull(step, UNAFFECTED, fork="stranger/agents")
    step.stub.state.readers.clear()

    assert step.run("workflow_run", run_event(head)) == ExitCode.CONFIGURATION
    assert step.status(head)[0] == "error"


def after_merge(step: Step, branch: str) -> str:
    """The pull request's merge as main's newest commit, here and on GitHub."""
    sha = merged(step, branch)
    git(step.root, "branch", "--force", "main", sha)
    mirror(step, branch)
    at = {"state": "closed", "merged_at": step.stub.state.now(), "merge_commit_sha": sha}
    step.stub.state.pulls[128].update(at)
    step.stub.state.merged[sha] = [128]
    step.environment |= {"GITHUB_SHA": sha, "GITHUB_REF": "refs/heads/main"}
    return sha


def push_event(sha: str) -> dict[str, object]:
    home = {"full_name": REPOSITORY, "default_branch": "main"}
    return {"ref": "refs/heads/main", "before": "0" * 40, "after": sha, "deleted": False, "repository": home}


def test_a_merged_pull_requests_own_trials_top_up_the_baseline(step: Step) -> None:
    head = evaluate(step, HARMLESS)
    sha = after_merge(step, HARMLESS)
    before = read_baseline((step.root / BASELINE).read_text(), BASELINE)

    assert step.run("push", push_event(sha)) == ExitCode.PASS
    topped = step.stub.state.refs["heads/main"]
    assert step.stub.state.commits[topped]["parents"] == [sha]
    after = read_baseline(step.stub.state.trees[step.stub.state.commits[topped]["tree"]["sha"]][BASELINE], BASELINE)
    assert after.commit == head
    assert after.agent_fingerprint != before.agent_fingerprint
    assert "#128" in step.stub.state.commits[topped]["message"]


@pytest.mark.parametrize("spoiled", ["fork", "workflow", "other result", "no result", "two merges"])
def test_trials_that_may_be_made_up_are_not_taken(step: Step, spoiled: str) -> None:
    head = evaluate(step, HARMLESS)
    sha = after_merge(step, HARMLESS)
    state = step.stub.state
    match spoiled:
        case "fork":
            state.pulls[128]["head"]["repo"] = {"full_name": "stranger/agents"}
        case "workflow":
            state.files[128] = [{"filename": ".github/workflows/gate.yml"}]
        case "other result":
            state.statuses[head][0]["description"] = f"Pass · result {'0' * SHOWN_DIGEST}"
        case "no result":
            state.artifacts.clear()
        case _:
            state.pulls[129] = json.loads(json.dumps(state.pulls[128])) | {"number": 129}
            state.merged[sha] = [128, 129]

    assert step.run("push", push_event(sha)) == ExitCode.PASS
    assert state.refs["heads/main"] == sha


def test_a_push_to_another_branch_is_evaluated_by_exit_code(step: Step) -> None:
    sha = git(step.root, "rev-parse", BLOCKED)
    step.environment |= {"GITHUB_SHA": sha, "GITHUB_REF": f"refs/heads/{BLOCKED}"}
    event = push_event(sha) | {"ref": f"refs/heads/{BLOCKED}"}

    assert step.run("push", event) == ExitCode.BLOCKED
    assert step.stub.state.statuses == {}


def test_nothing_of_the_runner_or_the_gate_lies_in_the_repository(step: Step) -> None:
    """What a run leaves is its run folder, and that is ignored by git."""
    open_pull(step, UNAFFECTED)
    before = git(step.root, "status", "--porcelain", "--", ".", ":!runs")

    step.run("pull_request", pull_request_event(step.stub, "opened"))

    assert git(step.root, "status", "--porcelain", "--", ".", ":!runs") == before
    assert Path(step.root / "runs").is_dir()
    assert BOT["login"] not in before


@pytest.fixture
def fork(step: Step, tmp_path: Path) -> str:
    """A pull request whose commits this clone does not have; only the server's own ref leads to them. Its head."""
    server = tmp_path / "server" / REPOSITORY
    git(tmp_path, "clone", "--quiet", "--mirror", str(step.root), str(server))
    head = git(server, "rev-parse", HARMLESS)
    git(server, "update-ref", "refs/pull/128/head", head)
    git(tmp_path, "clone", "--quiet", "--no-tags", "--single-branch", "--branch=main", f"file://{server}", "clone")
    step.root = tmp_path / "clone"
    step.server = f"file://{tmp_path / 'server'}"
    base = git(step.root, "rev-parse", "main")
    step.stub.state.add_pull(128, head=head, base=base, head_ref=HARMLESS, fork="stranger/agents")
    return head


def test_a_forks_commits_are_fetched_when_started_by_hand(step: Step, fork: str) -> None:
    step.inputs |= {"pull-request": "128", "tier": "pull-request"}

    assert step.run("workflow_dispatch", {"ref": "refs/heads/main"}) == ExitCode.PASS
    assert step.status(fork)[0] == "success"
    assert git(step.root, "for-each-ref", "--format=%(refname)", "refs/pull") == ""
    assert not (step.root / ".git/FETCH_HEAD").exists() or fork not in (step.root / ".git/FETCH_HEAD").read_text()


def test_a_sign_off_without_a_result_has_it_made_and_asks_to_read_it(step: Step, fork: str) -> None:
    """Nobody can have accepted what was not there to be read."""
    step.stub.state.permissions = {"wendy": "write"}
    config = (step.root / "agent-gate.yml").read_text()
    step.stub.state.commit({"agent-gate.yml": config}, sha=git(step.root, "rev-parse", "main"))
    step.stub.state.commit({"agent-gate.yml": config}, sha=fork)

    assert label(step, "wendy") == ExitCode.BLOCKED
    assert len(step.sticky()) == 1
    assert step.status(fork)[0] == "success"
    assert "no result" in step.stub.state.comments[128][-1]["body"]


def test_a_pull_request_that_is_nowhere_is_told_with_the_remedy(step: Step, fork: str) -> None:
    step.server = "file:///nowhere"
    step.inputs["pull-request"] = "128"

    assert step.run("workflow_dispatch", {"ref": "refs/heads/main"}) == ExitCode.CONFIGURATION
    assert "cannot be fetched" in step.summary
    assert "ghs" not in step.summary


@pytest.mark.parametrize("inputs", [{}, {"pull-request": "128"}])
def test_what_needs_a_token_says_so(step: Step, inputs: dict[str, str]) -> None:
    open_pull(step, BLOCKED)
    step.inputs.clear()
    step.inputs |= inputs
    events: list[tuple[str, dict[str, object]]] = [
        ("workflow_run", run_event("a" * 40)),
        ("push", push_event("a" * 40)),
        ("pull_request", pull_request_event(step.stub, "labeled", label={"name": "accept-baseline"})),
    ]
    for name, event in events if not inputs else [("workflow_dispatch", {"ref": "refs/heads/main"})]:
        assert step.run(name, event) == ExitCode.CONFIGURATION
        assert "token" in step.summary


def test_an_acceptance_covers_the_merge_result_as_well(step: Step) -> None:
    state = step.stub.state
    state.permissions = {"wendy": "write"}
    evaluate(step, BLOCKED)
    mirror(step, BLOCKED)
    assert label(step, "wendy") == ExitCode.PASS
    group = merged(step, BLOCKED)

    assert step.run("merge_group", queue_event(step, group)) == ExitCode.PASS
    assert step.status(group)[0] == "success"


def test_a_merge_result_is_evaluated_when_github_cannot_say_what_passed(step: Step) -> None:
    evaluate(step, UNAFFECTED)
    group = merged(step, UNAFFECTED)
    step.stub.state.fail("GET", "/pulls/128", 503, times=1000)

    assert step.run("merge_group", queue_event(step, group)) == ExitCode.PASS
    assert step.status(group)[0] == "success"
