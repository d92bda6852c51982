"""The action on the example agent: an event in, and what people see of it on GitHub."""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from gate.errors import ExitCode
from tests.integration.github.jobs import Step, git, open_pull, pull_request_event, sender
from tests.integration.github.runner import commands
from tests.integration.github.stub import BOT, REPOSITORY, Stub, person

BLOCKED, HARMLESS, UNAFFECTED = "make-replies-concise", "quote-the-policy", "fix-label-typo"


def test_a_regression_is_told_everywhere_and_blocks(step: Step, capsys: pytest.CaptureFixture[str]) -> None:
    head = open_pull(step, BLOCKED)

    code = step.run("pull_request", pull_request_event(step.stub, "opened"))

    log = capsys.readouterr().out
    assert code == ExitCode.BLOCKED
    [comment] = step.sticky()
    assert comment.startswith("<!-- agent-eval-gate -->\n## ⛔ Blocked")
    assert "https://github.com/octo/agents/actions/runs/77" in comment
    assert f"https://github.com/octo/agents/blob/{head}/fixtures/" in comment
    assert step.status(head)[0] == "failure"
    assert step.status(head)[1].startswith("Blocked:")
    assert step.outputs["conclusion"] == "blocked"
    assert step.outputs["digest"][:12] in step.status(head)[1]
    assert (step.root / step.outputs["run-folder"] / "report.json").is_file()
    assert "Blocked" in step.summary
    errors = [one for one in commands(log) if one.name == "error"]
    assert 0 < len(errors) <= 10
    assert all("file=fixtures/" in one.properties and "line=" in one.properties for one in errors)


def test_the_status_is_pending_before_it_is_settled(step: Step) -> None:
    head = open_pull(step, UNAFFECTED)

    step.run("pull_request", pull_request_event(step.stub, "opened"))

    assert [one["state"] for one in step.stub.state.statuses[head]] == ["success", "pending"]
    assert {one["context"] for one in step.stub.state.statuses[head]} == {"agent-eval-gate"}
    assert step.stub.state.statuses[head][0]["target_url"] == "https://github.com/octo/agents/actions/runs/77"


@pytest.mark.parametrize(("branch", "words"), [(HARMLESS, "Pass"), (UNAFFECTED, "othing")])
def test_what_does_no_harm_passes(step: Step, branch: str, words: str) -> None:
    head = open_pull(step, branch)

    code = step.run("pull_request", pull_request_event(step.stub, "synchronize"))

    assert code == ExitCode.PASS
    assert step.status(head)[0] == "success"
    assert words in step.status(head)[1]
    assert len(step.sticky()) == 1


def test_the_summary_draws_the_map_of_an_affected_agent_and_of_no_other(step: Step) -> None:
    open_pull(step, BLOCKED)
    step.run("pull_request", pull_request_event(step.stub, "opened"))

    assert "<summary>Map of customer-support-agent</summary>\n\n```mermaid\nflowchart LR\n" in step.summary
    assert step.summary.count("```mermaid") == 1

    open_pull(step, UNAFFECTED)
    step.run("pull_request", pull_request_event(step.stub, "synchronize"))

    assert "mermaid" not in step.summary


def test_the_next_push_changes_the_comment_in_place(step: Step) -> None:
    open_pull(step, BLOCKED)
    step.run("pull_request", pull_request_event(step.stub, "opened"))
    open_pull(step, UNAFFECTED)

    step.run("pull_request", pull_request_event(step.stub, "synchronize"))

    [comment] = step.sticky()
    assert "Blocked" not in comment


def test_a_commit_without_a_result_takes_the_place_of_the_older_result(step: Step) -> None:
    """Else the comment would go on saying what the commit before was worth."""
    open_pull(step, HARMLESS)
    step.run("pull_request", pull_request_event(step.stub, "opened"))
    git(step.root, "checkout", "--quiet", HARMLESS)
    fixture = next((step.root / "fixtures").rglob("refund-window-question.md"))
    fixture.write_text(fixture.read_text().replace("severity: P0", "severity: P9\na@acme<img>: x"))
    git(step.root, "commit", "--quiet", "--all", "--message", "Break a fixture")
    head = open_pull(step, HARMLESS)

    code = step.run("pull_request", pull_request_event(step.stub, "synchronize"))

    assert code == ExitCode.CONFIGURATION
    assert step.status(head)[0] == "error"
    [comment] = step.sticky()
    assert comment.startswith(f"<!-- agent-eval-gate -->\n## ⚠️ No result for `{head[:7]}`\n")
    assert "refund-window-question.md:" in comment
    assert "unknown severity 'P9'\n  - → did you mean 'P2'?\n" in comment
    assert "`agent-gate lint`" in comment
    assert "https://github.com/octo/agents/actions/runs/77" in comment
    assert "@acme" not in comment
    assert "<img" not in comment


def test_a_commit_that_cannot_be_had_is_an_error_on_it_and_not_waited_for(step: Step) -> None:
    open_pull(step, HARMLESS)
    step.stub.state.pulls[128]["head"]["sha"] = "f" * 40

    code = step.run("pull_request", pull_request_event(step.stub, "opened"))

    assert code == ExitCode.CONFIGURATION
    assert step.status("f" * 40)[0] == "error"
    assert step.status("f" * 40)[1].startswith("no result: ")


def test_a_read_only_token_degrades_to_summary_annotations_and_exit_code(
    step: Step, capsys: pytest.CaptureFixture[str]
) -> None:
    head = open_pull(step, BLOCKED, fork="stranger/agents")
    step.stub.state.readers.add("ghs_writer")

    code = step.run("pull_request", pull_request_event(step.stub, "opened"))

    log = capsys.readouterr().out
    assert code == ExitCode.BLOCKED
    assert step.sticky() == []
    assert step.status(head) == ("", "")
    assert "Blocked" in step.summary
    assert "could not post the comment" in step.summary
    told = [one.data for one in commands(log) if one.name == "warning"]
    assert any("pull-requests: write" in one for one in told)
    assert any("statuses: write" in one for one in told)


def test_without_a_token_the_exit_code_still_decides(step: Step) -> None:
    open_pull(step, BLOCKED)
    step.inputs.clear()

    code = step.run("pull_request", pull_request_event(step.stub, "opened"))

    assert code == ExitCode.BLOCKED
    assert step.stub.state.requests == []
    assert "give the action a token" in step.summary


def test_when_github_is_down_at_the_last_step_nothing_is_lost(step: Step) -> None:
    head = open_pull(step, UNAFFECTED)
    step.stub.state.fail("POST", "/comments", 503, times=1000)
    step.stub.state.fail("*", f"/statuses/{head}", 200)  # the pending one goes through
    step.stub.state.fail("*", f"/statuses/{head}", 503, times=1000)

    code = step.run("pull_request", pull_request_event(step.stub, "opened"))

    assert code == ExitCode.COULD_NOT_TELL
    assert step.outputs["conclusion"] == "pass"
    assert (step.root / step.outputs["run-folder"] / "verdict.json").is_file()
    assert "run folder" in step.summary


def test_when_github_is_down_from_the_start_the_event_says_what_to_evaluate(step: Step) -> None:
    open_pull(step, UNAFFECTED)
    step.stub.state.fail("*", ".", 503, times=1000)

    code = step.run("pull_request", pull_request_event(step.stub, "opened"))

    assert code == ExitCode.COULD_NOT_TELL
    assert (step.root / step.outputs["run-folder"] / "verdict.json").is_file()


def test_a_run_of_an_older_push_leaves_the_comment_to_the_newer_one(step: Step) -> None:
    """The old run's clone has no newer commit; its own commit still gets its status."""
    old = open_pull(step, BLOCKED)
    event = pull_request_event(step.stub, "synchronize")
    step.stub.state.pulls[128]["head"]["sha"] = "f" * 40

    code = step.run("pull_request", event)

    assert code == ExitCode.BLOCKED
    assert step.sticky() == []
    assert step.status(old)[0] == "failure"
    assert step.status("f" * 40) == ("", "")


def test_a_rerun_reads_the_head_from_github_and_not_from_the_old_payload(step: Step) -> None:
    open_pull(step, BLOCKED)
    event = pull_request_event(step.stub, "opened")
    newest = open_pull(step, UNAFFECTED)

    assert step.run("pull_request", event) == ExitCode.PASS
    assert step.status(newest)[0] == "success"


def test_another_label_repeats_the_settled_status_and_is_no_way_to_green(step: Step) -> None:
    head = open_pull(step, BLOCKED)
    step.run("pull_request", pull_request_event(step.stub, "opened"))
    runs = len(list(step.root.glob("runs/*/*")))

    code = step.run("pull_request", pull_request_event(step.stub, "labeled", label={"name": "documentation"}))

    assert code == ExitCode.BLOCKED
    assert step.status(head)[0] == "failure"
    assert len(list(step.root.glob("runs/*/*"))) == runs


def test_a_forged_green_status_is_not_repeated(step: Step) -> None:
    head = open_pull(step, BLOCKED)
    forged = {"context": "agent-eval-gate", "state": "success", "creator": person("mallory")}
    step.stub.state.statuses[head] = [{**forged, "created_at": step.stub.state.now()}]

    code = step.run("pull_request", pull_request_event(step.stub, "unlabeled", label={"name": "documentation"}))

    assert code == ExitCode.BLOCKED


def test_a_closed_pull_request_asks_for_nothing(step: Step) -> None:
    open_pull(step, BLOCKED, state="closed")

    assert step.run("pull_request", pull_request_event(step.stub, "closed")) == ExitCode.PASS
    assert step.stub.state.statuses == {}


def test_only_some_cases_are_no_answer_that_stands_on_the_commit(step: Step) -> None:
    open_pull(step, BLOCKED)
    step.inputs["cases"] = "spanish-greeting"

    step.run("pull_request", pull_request_event(step.stub, "opened"))

    assert step.stub.state.statuses == {}
    assert step.sticky() == []
    assert step.outputs["cases"] == "1"


def test_a_job_for_some_agents_sets_a_status_of_their_own(step: Step) -> None:
    head = open_pull(step, UNAFFECTED)
    step.inputs["agents"] = "customer-support-agent"

    step.run("pull_request", pull_request_event(step.stub, "opened"))

    assert {one["context"] for one in step.stub.state.statuses[head]} == {"agent-eval-gate/customer-support-agent"}


def test_broken_fixtures_are_told_at_their_lines_and_are_no_regression(
    step: Step, capsys: pytest.CaptureFixture[str]
) -> None:
    path = Path("fixtures/customer-support-agent/routing/unclear-request.md")
    git(step.root, "checkout", "--quiet", UNAFFECTED)
    text = (step.root / path).read_text()
    (step.root / path).write_text(text.replace("severity:", "severty: P0\nseverity:", 1))
    git(step.root, "commit", "--quiet", "--all", "--message", "Break a fixture")
    head = open_pull(step, UNAFFECTED)

    code = step.run("pull_request", pull_request_event(step.stub, "opened"))

    assert code == ExitCode.CONFIGURATION
    assert step.status(head)[0] == "error"
    assert step.outputs["conclusion"] == ""
    assert "severty" in step.summary
    [error] = [one for one in commands(capsys.readouterr().out) if one.name == "error"]
    assert f"file={path}" in error.properties
    assert "severty" in error.data


def test_a_shallow_clone_is_told_with_its_remedy(step: Step, tmp_path: Path) -> None:
    open_pull(step, UNAFFECTED)
    git(tmp_path, "clone", "--quiet", "--depth=1", "--branch=main", f"file://{step.root}", "shallow")
    step.root = tmp_path / "shallow"
    step.server = "file:///nowhere"

    assert step.run("pull_request", pull_request_event(step.stub, "opened")) == ExitCode.CONFIGURATION
    assert "fetch-depth: 0" in step.summary


@pytest.fixture
def cut_off(step: Step, tmp_path: Path) -> tuple[str, str]:
    """A checkout of the merge commit alone, as `actions/checkout` makes it; head, and where it left the base branch."""
    head, parted = git(step.root, "rev-parse", BLOCKED), git(step.root, "rev-parse", "main")
    server = tmp_path / "server" / REPOSITORY
    git(tmp_path, "clone", "--quiet", "--mirror", str(step.root), str(server))
    tree = git(server, "rev-parse", f"{head}^{{tree}}")
    base = git(server, "commit-tree", f"{parted}^{{tree}}", "-p", parted, "-m", "the base moves on")
    merged = git(server, "commit-tree", tree, "-p", base, "-p", head, "-m", "merge")
    git(server, "update-ref", "refs/heads/main", base)
    git(server, "update-ref", "refs/heads/merged", merged)
    git(tmp_path, "clone", "--quiet", "--depth=1", "--branch=merged", f"file://{server}", "cut-off")
    step.root, step.server = tmp_path / "cut-off", f"file://{tmp_path / 'server'}"
    state = step.stub.state
    for sha, parents in ((parted, ()), (base, (parted,)), (head, (parted,))):
        state.commit({}, parents, sha=sha)
    state.add_pull(128, head=head, base=base, head_ref=BLOCKED)
    return head, parted


def test_in_a_shallow_clone_github_says_where_the_branch_left_the_base(step: Step, cut_off: tuple[str, str]) -> None:
    head, parted = cut_off

    assert step.run("pull_request", pull_request_event(step.stub, "opened")) == ExitCode.BLOCKED
    assert step.status(head)[0] == "failure"
    [comment] = step.sticky()
    assert f"GitHub was asked where base and head parted: {parted[:7]}" in comment
    plan = json.loads((step.root / step.outputs["run-folder"] / "plan.json").read_text())
    assert (plan["base"]["sha"], plan["head"]["sha"], plan["bailouts"]) == (parted, head, [])


def test_a_shallow_clone_is_told_with_its_remedy_when_github_will_not_say(step: Step, cut_off: tuple[str, str]) -> None:
    step.stub.state.fail("GET", "/compare/", 403, times=1000)

    assert step.run("pull_request", pull_request_event(step.stub, "opened")) == ExitCode.CONFIGURATION
    assert "fetch-depth: 0" in step.summary
    assert step.status(cut_off[0])[0] == "error"


def test_a_repository_in_a_folder_of_the_workspace_is_found(step: Step, capsys: pytest.CaptureFixture[str]) -> None:
    open_pull(step, BLOCKED)
    step.environment["GITHUB_WORKSPACE"] = str(step.root.parent)
    step.inputs["path"] = step.root.name

    assert step.run("pull_request", pull_request_event(step.stub, "opened")) == ExitCode.BLOCKED
    errors = [one for one in commands(capsys.readouterr().out) if one.name == "error"]
    assert all(f"file={step.root.name}/fixtures/" in one.properties for one in errors)
    assert step.outputs["run-folder"].startswith(f"{step.root.name}/runs/")


def test_wrong_inputs_are_all_told_at_once(step: Step, capsys: pytest.CaptureFixture[str]) -> None:
    step.inputs |= {"coment": "false", "mode": "strictest"}

    assert step.run("pull_request", {}) == ExitCode.CONFIGURATION
    log = capsys.readouterr().out
    assert "did you mean 'comment'?" in log
    assert "with.mode" in log


def test_an_event_the_gate_has_no_answer_to_is_a_mistake_in_the_workflow(step: Step) -> None:
    assert step.run("watch", {"action": "started"}) == ExitCode.CONFIGURATION
    assert "watch" in step.summary


def test_a_fault_of_the_gate_itself_never_reads_as_blocked(
    step: Step, stub: Stub, capsys: pytest.CaptureFixture[str]
) -> None:
    open_pull(step, UNAFFECTED)
    head = stub.state.pulls[128]["head"]["sha"]
    step.environment["GITHUB_OUTPUT"] = str(step.root)  # a folder cannot be written to

    assert step.run("pull_request", pull_request_event(stub, "opened")) == ExitCode.COULD_NOT_TELL
    assert step.status(head)[0] == "error"
    log = capsys.readouterr().out
    assert "Traceback" in log
    assert {one.name for one in commands(log)} <= {"add-mask", "group", "endgroup", "error", "warning", "notice"}


def test_a_comment_that_is_no_command_changes_nothing(step: Step) -> None:
    open_pull(step, BLOCKED)
    comment = step.stub.state.add_comment(128, "looks fine", person("wendy"))
    event = {"action": "created", "issue": {"number": 128, "pull_request": {}}, "comment": comment, "sender": sender()}

    assert step.run("issue_comment", event) == ExitCode.PASS
    assert step.stub.state.statuses == {}


def test_the_token_is_masked_before_anything_else_is_said(step: Step, capsys: pytest.CaptureFixture[str]) -> None:
    open_pull(step, UNAFFECTED)

    step.run("pull_request", pull_request_event(step.stub, "opened"))

    log = capsys.readouterr().out
    first = commands(log)[0]
    assert (first.name, first.data) == ("add-mask", "ghs_writer")
    assert log.count("ghs_writer") == 1


def test_our_own_comment_is_not_taken_for_a_command_by_us(step: Step) -> None:
    """A reply of the gate quotes the command; it must not answer itself."""
    open_pull(step, BLOCKED)
    comment = step.stub.state.add_comment(128, "/accept-baseline reason: because", BOT)
    event = {"action": "created", "issue": {"number": 128, "pull_request": {}}, "comment": comment, "sender": BOT}

    assert step.run("issue_comment", event) != ExitCode.PASS
    assert step.stub.state.statuses == {}


@pytest.mark.parametrize(
    ("event", "fork", "runs"),
    [("pull_request", True, True), ("workflow_dispatch", False, True), ("workflow_dispatch", True, False)],
)
def test_a_forks_program_is_never_run_with_rights(step: Step, event: str, *, fork: bool, runs: bool) -> None:
    """A token that may only read, or a commit of the repository itself: then it is."""
    program = step.root / "agent.py"
    git(step.root, "checkout", "--quiet", "-B", "with-program", "main")
    program.write_text("import pathlib\npathlib.Path('/proc').exists()\n")
    driver = "{type: command, command: [python3, agent.py], case_seconds: 5}"
    (step.root / "agent-gate.yml").write_text(
        f"version: 1\nagents:\n  customer-support-agent: {{source: [agent.py], driver: {driver}}}\n"
    )
    git(step.root, "add", "--all")
    git(step.root, "commit", "--quiet", "--message", "A program")
    git(step.root, "branch", "--force", "main", "with-program")
    program.write_text("print('changed')\n")
    git(step.root, "commit", "--quiet", "--all", "--message", "Another program")
    open_pull(step, "with-program", **({"fork": "stranger/agents"} if fork else {}))
    step.inputs["cases"] = "unclear-request"
    if event == "workflow_dispatch":
        step.inputs["pull-request"] = "128"
    payload = pull_request_event(step.stub, "opened") if event == "pull_request" else {"ref": "refs/heads/main"}

    code = step.run(event, payload)

    assert ("it would run with the rights of this job" in step.summary) is not runs
    assert (step.outputs.get("run-folder", "") != "") is runs
    assert code != ExitCode.PASS


def with_quota(step: Step, runs: int) -> str:
    """The repository's agent becomes a program, with a quota; the head of a pull request that changes it."""
    git(step.root, "checkout", "--quiet", "-B", "with-program", "main")
    (step.root / "agent.py").write_text("raise SystemExit\n")
    driver = "{type: command, command: [python3, agent.py], case_seconds: 5}"
    agents = f"agents:\n  customer-support-agent: {{source: [agent.py], driver: {driver}}}\n"
    (step.root / "agent-gate.yml").write_text(f"version: 1\n{agents}budget: {{runs_per_day: {runs}}}\n")
    git(step.root, "add", "--all")
    git(step.root, "commit", "--quiet", "--message", "A program")
    git(step.root, "branch", "--force", "main", "with-program")
    (step.root / "agent.py").write_text("raise SystemExit(0)\n")
    git(step.root, "commit", "--quiet", "--all", "--message", "Another program")
    step.inputs["cases"] = "unclear-request"
    return open_pull(step, "with-program")


def earlier_runs(step: Step, number: int) -> None:
    """Runs of the workflow within the last hours, and then this one."""
    now = datetime.now(UTC)
    for run in range(number):
        step.stub.state.add_run(70 + run, 5, f"{now - timedelta(hours=3):%Y-%m-%dT%H:%M:%SZ}")
    step.stub.state.add_run(77, 5, f"{now:%Y-%m-%dT%H:%M:%SZ}")


@pytest.mark.parametrize(("earlier", "asks"), [(1, True), (2, False)])
def test_a_run_beyond_the_quota_of_a_day_asks_no_agent(step: Step, earlier: int, *, asks: bool) -> None:
    """It could not tell; which is not green, and says what to do."""
    with_quota(step, 2)
    earlier_runs(step, earlier)

    code = step.run("pull_request", pull_request_event(step.stub, "opened"))

    assert code == ExitCode.COULD_NOT_TELL
    assert (step.outputs.get("run-folder", "") != "") is asks
    assert ("2 runs began within 24 hours" in step.summary) is not asks
    assert ("run again later, or raise it" in step.summary) is not asks


def test_a_quota_that_is_used_up_is_told_on_the_commit(step: Step) -> None:
    """The status names it, so that nobody looks for a fault of the change."""
    head = with_quota(step, 1)
    del step.inputs["cases"]
    earlier_runs(step, 1)

    assert step.run("pull_request", pull_request_event(step.stub, "opened")) == ExitCode.COULD_NOT_TELL
    state, description = step.status(head)
    assert state == "error"
    assert "the quota of a day is used up" in description


def test_runs_that_may_not_be_counted_are_not_run(step: Step) -> None:
    """A quota that is not held would be one in name only; the permission is named."""
    with_quota(step, 2)
    step.stub.state.fail("GET", "/actions/runs/", 403, message="Resource not accessible by integration")

    assert step.run("pull_request", pull_request_event(step.stub, "opened")) == ExitCode.CONFIGURATION
    assert step.outputs.get("run-folder", "") == ""
    assert "actions: read" in step.summary


def test_recordings_are_run_without_counting(step: Step) -> None:
    """Nobody is asked, so nothing is counted and no right is needed."""
    config = step.root / "agent-gate.yml"
    git(step.root, "checkout", "--quiet", "main")
    config.write_text(config.read_text() + "budget: {runs_per_day: 1}\n")
    git(step.root, "commit", "--quiet", "--all", "--message", "A quota")
    git(step.root, "rebase", "--quiet", "main", HARMLESS)
    open_pull(step, HARMLESS)

    assert step.run("pull_request", pull_request_event(step.stub, "opened")) == ExitCode.PASS
    assert not any("/actions/" in path for _, path in step.stub.state.requests)
