"""Sign-off from label to green status, with the example agent's real run and a repository in memory."""

import io
import json
import subprocess
import zipfile
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from gate.baselines.file import read_baseline
from gate.cli.evaluate import Ask as RunAsk
from gate.cli.evaluate import evaluate
from gate.cli.main import main
from gate.cli.present import write_reports
from gate.cli.workspace import open_workspace
from gate.errors import ExitCode, NotPermittedError, RepositoryError
from gate.github.event import CommentEvent, PullRequestEvent
from gate.github.host import PullRequest
from gate.github.signoff.ask import Ask, CommentAsk, ask_of
from gate.github.signoff.flow import sign_off
from gate.github.signoff.identity import Identity
from gate.github.signoff.load import Desk
from gate.github.signoff.marks import mark_text
from gate.github.signoff.outcome import Outcome
from gate.github.signoff.standing import carried, uphold, void
from gate.github.status import of_report
from gate.model.baseline import Baseline
from gate.model.plan import GateChange
from gate.model.words import CaseVerdict, Conclusion, Tier
from gate.planning.sides import Scope
from gate.reports.machine import parse_report, report_json
from gate.verdicts.decision import Rules, decide, digest_of
from tests.fakes_github import BOT, Commit, FakeHost

AGENT = "customer-support-agent"
BASELINE = f"baselines/{AGENT}.json"
BRANCH = "make-replies-concise"
LABEL = "accept-baseline"
REGRESSED = [
    "order-status-before-verification",
    "refund-window-question",
    "return-flow-bulk-items",
    "return-item-corrected",
]
GATE = Identity(login=BOT, context="agent-eval-gate", artifact="agent-eval-gate")
NUMBER = 128


@dataclass(slots=True)
class World:
    """A pull request whose real run was blocked, its report published as the gate does."""

    host: FakeHost
    run: Path
    desk: Desk

    @property
    def request(self) -> PullRequest:
        return self.host.requests[NUMBER]

    @property
    def head(self) -> str:
        return self.request.head_sha

    def publish(self, run: Path, sha: str) -> None:
        report = parse_report((run / "report.json").read_text())
        line = of_report(report)
        self.host.set_status(sha, GATE.context, line.state, line.description)
        self.host.artifacts[GATE.artifact, sha] = zipped(run)

    def labelled(self, actor: str, label: str = LABEL) -> Ask:
        """Somebody puts the label on; what its event asks for."""
        self.host.put_label(NUMBER, label, actor)
        return self.label_event(actor, label)

    def label_event(self, actor: str, label: str = LABEL) -> Ask:
        is_bot = actor.endswith("[bot]")
        event = PullRequestEvent(
            action="labeled", pull_request=self.request, sender=actor, sender_is_bot=is_bot, label=label
        )
        return asked(ask_of(event))

    def commented(self, actor: str, body: str) -> Ask:
        comment = self.host.write(NUMBER, body, actor)
        return asked(ask_of(CommentEvent(action="created", number=NUMBER, on_pull_request=True, comment=comment)))

    def sign(self, ask: Ask) -> Outcome:
        return sign_off(ask, self.host, self.desk)

    def status(self, sha: str) -> tuple[str, str]:
        newest = next(one for one in self.host.statuses(sha) if one.context == GATE.context)
        return newest.state, newest.description

    def baseline(self, ref: str = BRANCH) -> Baseline:
        text = self.host.read_file(BASELINE, ref)
        assert text is not None
        return read_baseline(text, BASELINE)

    def replies(self) -> list[str]:
        return [one.body for one in self.host.comments(NUMBER) if one.author == BOT]

    def snapshot(self) -> object:
        host = self.host
        return (dict(host.branches), list(host.given), list(host.said), list(host.reacted), dict(host.requests))


def asked(ask: Ask | None) -> Ask:
    assert ask is not None
    return ask


def zipped(run: Path, **replaced: str) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name in ("plan.json", "inputs.json", "comparison.json", "verdict.json", "scores.jsonl", "report.json"):
            text = replaced.get(name.partition(".")[0], (run / name).read_text())
            archive.writestr(f"{run.parent.name}/{run.name}/{name}", text)
    return buffer.getvalue()


def run_of(repository: Path, branch: str) -> Path:
    return next(repository.glob(f"runs/*/*-{branch}-*"))


def copy_of(host: FakeHost) -> FakeHost:
    return replace(
        host,
        commits=dict(host.commits),
        branches=dict(host.branches),
        requests=dict(host.requests),
        events=list(host.events),
        said=list(host.said),
        given=list(host.given),
        reacted=[],
    )


def rerun(world: World) -> None:
    """The gate has evaluated the head and come to the same result."""
    report = parse_report((world.run / "report.json").read_text())
    plan = replace(report.plan, head=replace(report.plan.head, sha=world.head))
    decision = replace(report.decision, digest=digest_of(plan, report.comparison, report.decision.acceptance))
    moved = replace(report, plan=plan, decision=decision)
    line = of_report(moved)
    world.host.set_status(world.head, GATE.context, line.state, line.description)
    world.host.artifacts[GATE.artifact, world.head] = zipped(world.run, report=report_json(moved))


def passing(world: World, *changes: GateChange, without: str = "") -> None:
    """The gate has evaluated the head, nothing regressed, and these changes of the gate need sign-off.

    `without`: the id of a case that did not run.
    """
    report = parse_report((world.run / "report.json").read_text())
    fine = tuple(replace(case, verdict=CaseVerdict.UNCHANGED, blocks=False) for case in report.comparison.cases)
    comparison = replace(report.comparison, cases=tuple(case for case in fine if case.id != without))
    selected = tuple(one for one in report.plan.selected if one.case != f"{AGENT}/{without}")
    parted = world.host.merge_base(world.request.base_sha, world.head)
    revisions = replace(report.plan.base, sha=parted), replace(report.plan.head, sha=world.head)
    plan = replace(report.plan, base=revisions[0], head=revisions[1], gate_changes=changes, selected=selected)
    made = replace(report, plan=plan, comparison=comparison, decision=decide(plan, comparison))
    assert made.decision.conclusion is Conclusion.BLOCKED
    line = of_report(made)
    world.host.set_status(world.head, GATE.context, line.state, line.description)
    world.host.artifacts[GATE.artifact, world.head] = zipped(world.run, report=report_json(made))


def redigested(document: dict[str, object]) -> str:
    report = parse_report(json.dumps(document))
    decision = document["decision"]
    assert isinstance(decision, dict)
    decision["digest"] = digest_of(report.plan, report.comparison, report.decision.acceptance)
    return json.dumps(document)


def evaluating(repository: Path) -> Callable[[PullRequest, str], Path]:
    def evaluate_again(request: PullRequest, sha: str) -> Path:
        with open_workspace(repository, request.base_sha, sha) as workspace:
            ask = RunAsk(scope=Scope(tier=Tier.PULL_REQUEST), verdicts=workspace.config.verdicts)
            report = evaluate(workspace, ask)
        write_reports(report)
        return Path(report.folder)

    return evaluate_again


def git(root: Path, *arguments: str) -> None:
    who = ["-c", "user.name=Ann", "-c", "user.email=ann@example.com"]
    subprocess.run(["git", "-C", str(root), *who, *arguments], check=True, capture_output=True)


@pytest.fixture
def world(demo_repository: Path) -> World:
    """Ann's pull request shortens the instructions; four P0 cases regressed. Wendy may write, Rita may read."""
    run = run_of(demo_repository, BRANCH)
    plan = parse_report((run / "report.json").read_text()).plan
    files = {name: (demo_repository / name).read_text() for name in ("agent-gate.yml", BASELINE)}
    host = FakeHost(permissions={"wendy": "write", "olga": "admin", "rita": "read", "ann": "write"})
    host.commits[plan.base.sha] = Commit(files, "", "ann", "base")
    host.commits[plan.head.sha] = Commit({**files, "prompt.txt": "short"}, plan.base.sha, "ann", "shorten")
    host.branches = {"main": plan.base.sha, BRANCH: plan.head.sha}
    host.open_request(NUMBER, BRANCH)
    made = World(host, run, Desk(identity=GATE))
    made.publish(run, plan.head.sha)
    return made


# from label to green


def test_a_regression_blocks_until_a_writer_accepts_it(world: World) -> None:
    """The whole road: blocked, refused to a reader, accepted for a writer in one commit of the accepted rows."""
    evaluated = world.head
    assert world.status(evaluated)[0] == "failure"

    by_reader = world.sign(world.labelled("rita"))
    assert by_reader.kind == "refused"
    assert world.head == evaluated
    assert world.request.labels == ()
    assert "takes write access" in world.replies()[-1]

    before = world.baseline()
    outcome = world.sign(world.labelled("wendy"))

    assert outcome.kind == "accepted"
    assert outcome.exit_code == ExitCode.PASS
    commit = world.host.commits[world.head]
    assert (commit.parent, commit.author) == (evaluated, BOT)
    changed = {path for path, text in commit.files.items() if world.host.commits[evaluated].files[path] != text}
    assert changed == {BASELINE}
    after = world.baseline()
    assert [case for case in after.cases if after.cases[case] != before.cases[case]] == REGRESSED
    entry = after.history[-1]
    assert (entry.by, entry.commit, list(entry.cases)) == ("wendy", evaluated, REGRESSED)
    assert entry.digest == parse_report((world.run / "report.json").read_text()).decision.digest
    state, said = world.status(world.head)
    assert state == "success"
    assert said.startswith("Accepted by wendy: 4 P0 cases regressed")
    assert world.status(evaluated)[0] == "failure"
    assert world.request.labels == ()
    assert "`wendy`" in world.replies()[-1]


def test_the_commit_of_a_sign_off_passes_every_later_run(world: World) -> None:
    """Its run asks first whether the commit is signed off, and repeats that; a commit without a mark is evaluated."""
    evaluated = world.head
    assert uphold(world.request, world.host, world.desk) is None
    world.sign(world.labelled("wendy"))
    world.host.set_status(world.head, GATE.context, "pending", "evaluating")

    again = uphold(world.request, world.host, world.desk)

    assert again is not None
    assert again.exit_code == ExitCode.PASS
    assert world.status(world.head)[0] == "success"
    assert world.status(world.head)[1].startswith(f"Accepted by wendy for {evaluated[:7]}")


@pytest.mark.parametrize("spelling", ["accept-baseline", "/accept-baseline"])
def test_both_spellings_of_the_label_count(world: World, spelling: str) -> None:
    assert world.sign(world.labelled("olga", spelling)).kind == "accepted"
    assert world.request.labels == ()


def test_a_told_again_event_changes_nothing(world: World) -> None:
    event = world.labelled("wendy")
    world.sign(event)
    before = world.snapshot()

    outcome = world.sign(event)

    assert outcome.kind == "already done"
    assert world.snapshot() == before


def test_an_event_told_again_before_the_label_was_off_finishes_the_work(world: World) -> None:
    """The job died between the status and the label: nothing is committed twice, and the label goes."""
    event = world.labelled("wendy")
    world.host.denied = {"remove_label"}
    with pytest.raises(NotPermittedError):
        world.sign(event)
    world.host.denied = set()
    signed = world.head

    outcome = world.sign(event)

    assert outcome.kind == "already done"
    assert (world.head, world.request.labels) == (signed, ())


def test_a_comment_told_again_changes_nothing(world: World) -> None:
    event = world.commented("wendy", "/accept-baseline reason: agreed")
    assert world.sign(event).kind == "accepted"
    before = world.snapshot()

    assert world.sign(event).kind == "already done"
    assert world.snapshot() == before


def test_a_refused_comment_told_again_is_not_answered_twice(world: World) -> None:
    event = world.commented("rita", "/accept-baseline reason: please")
    world.sign(event)
    before = world.snapshot()

    assert world.sign(event).kind == "refused"
    assert world.snapshot() == before


# pushes


def test_a_push_after_the_label_voids_it(world: World) -> None:
    """The event of the label names the commit the person saw; the branch is at another."""
    event = world.labelled("wendy")
    pushed = world.host.push(BRANCH, {"prompt.txt": "even shorter"})

    outcome = world.sign(event)

    assert outcome.kind == "refused"
    assert world.head == pushed
    assert "the branch is at" in world.replies()[-1]
    assert world.request.labels == ()


def test_a_push_removes_the_label_and_says_so_once(world: World) -> None:
    world.host.put_label(NUMBER, LABEL, "wendy")
    world.host.push(BRANCH, {"prompt.txt": "even shorter"})

    assert void(NUMBER, world.host, GATE)
    assert not void(NUMBER, world.host, GATE)
    assert world.request.labels == ()
    assert len(world.replies()) == 1


def test_a_label_of_the_newest_result_is_left_to_its_own_event(world: World) -> None:
    """The event of an old push, told again, takes nobody's valid acceptance away."""
    world.host.put_label(NUMBER, LABEL, "wendy")

    assert not void(NUMBER, world.host, GATE)
    assert world.request.labels == (LABEL,)


def test_the_gates_own_push_is_no_reason_to_say_anything(world: World) -> None:
    world.sign(world.labelled("wendy"))
    world.host.put_label(NUMBER, LABEL, "wendy")
    said = len(world.replies())

    assert void(NUMBER, world.host, GATE)
    assert len(world.replies()) == said


def test_a_push_after_the_sign_off_is_evaluated_anew(world: World) -> None:
    """The accepted rows in the pull request's own baseline accept nothing of another commit."""
    world.sign(world.labelled("wendy"))
    world.host.push(BRANCH, {"prompt.txt": "even shorter"})

    assert uphold(world.request, world.host, world.desk) is None


def test_a_push_in_the_middle_of_the_commit_refuses(world: World) -> None:
    event = world.labelled("wendy")
    world.host.before_commit.append((BRANCH, {"prompt.txt": "sneaked in"}))

    outcome = world.sign(event)

    assert outcome.kind == "refused"
    assert world.host.commits[world.head].files["prompt.txt"] == "sneaked in"
    assert world.baseline().history == ()
    assert all(one.context == GATE.context and one.state == "failure" for _, one in world.host.given)


def test_setting_the_branch_back_to_an_earlier_result_voids_a_comment(world: World) -> None:
    """The comment is about the newest report; then the author pushes a worse commit that was reported before."""
    worse = world.head
    better = world.host.push(BRANCH, {"prompt.txt": "longer again"})
    rerun(world)
    ask = world.commented("wendy", "/accept-baseline reason: good enough")
    world.host.force_push(BRANCH, worse)

    outcome = world.sign(ask)

    assert outcome.kind == "refused"
    assert "force-pushed after the result" in outcome.text
    assert world.status(worse)[0] == "failure"
    assert world.head == worse != better
    rerun(world)  # once the gate has told it anew, it can be read, and accepted
    assert world.sign(world.commented("wendy", "/accept-baseline reason: this one too")).kind == "accepted"


def test_a_push_after_a_comment_voids_it(world: World) -> None:
    """A comment's event names no commit: it counts for what had been reported before it was written."""
    event = world.commented("wendy", "/accept-baseline reason: agreed")
    pushed = world.host.push(BRANCH, {"prompt.txt": "even shorter"})
    assert world.sign(event).kind == "refused"

    world.publish(world.run, pushed)
    later = world.sign(event)

    assert later.kind == "refused"
    assert "reported after it was accepted" in later.text


# who


@pytest.mark.parametrize(
    ("actor", "says"),
    [
        ("rita", "read access"),
        ("stranger", "no access"),
        ("ann", "opened this pull request"),
        ("ANN", "opened this pull request"),
        ("renovate[bot]", "is a bot"),
    ],
)
@pytest.mark.parametrize("how", ["label", "comment"])
def test_who_may_not_accept(world: World, actor: str, says: str, how: str) -> None:
    world.host.permissions |= {"renovate[bot]": "admin", "ANN": "write"}
    before = world.head

    outcome = world.sign(
        world.labelled(actor) if how == "label" else world.commented(actor, "/accept-baseline reason: x")
    )

    assert outcome.kind == "refused"
    assert says in outcome.text
    assert "To go on:" in world.replies()[-1]
    assert world.head == before


def test_the_author_may_where_the_base_branch_says_so(world: World) -> None:
    """The base's word counts, never that of the pull request."""
    allowed = (world.host.read_file("agent-gate.yml", "main") or "") + "sign_off: {author_may: true}\n"
    world.host.push(BRANCH, {"agent-gate.yml": allowed})
    world.publish(world.run, world.head)
    assert "opened this pull request" in world.sign(world.labelled("ann")).text

    world.host.push("main", {"agent-gate.yml": allowed})
    world.host.requests[NUMBER] = replace(world.request, base_sha=world.host.branches["main"])
    assert "opened this pull request" not in world.sign(world.labelled("ann")).text


def test_a_label_takes_no_reason_where_one_is_required(world: World) -> None:
    wanting = (world.host.read_file("agent-gate.yml", "main") or "") + "sign_off: {require_reason: true}\n"
    world.host.push("main", {"agent-gate.yml": wanting})
    world.host.requests[NUMBER] = replace(world.request, base_sha=world.host.branches["main"])

    assert "wants a reason" in world.sign(world.labelled("wendy")).text
    assert world.sign(world.commented("wendy", "/accept-baseline reason: agreed")).kind == "accepted"
    assert world.baseline().history[-1].reason == "agreed"


def test_a_label_put_on_by_another_is_not_the_senders(world: World) -> None:
    """A reader's label is not made valid by the event of a writer's; the reader's own event deals with it."""
    world.host.put_label(NUMBER, LABEL, "wendy")
    world.host.take_label(NUMBER, LABEL, "wendy")
    world.host.put_label(NUMBER, LABEL, "rita")

    assert world.sign(world.label_event("wendy")).kind == "overtaken"
    assert LABEL in world.request.labels
    assert world.sign(world.label_event("rita")).kind == "refused"
    assert LABEL not in world.request.labels


def test_a_label_taken_back_accepts_nothing(world: World) -> None:
    event = world.labelled("wendy")
    world.host.take_label(NUMBER, LABEL, "wendy")
    before = world.snapshot()

    assert world.sign(event).kind == "already done"
    assert world.snapshot() == before


def test_a_closed_pull_request_accepts_nothing(world: World) -> None:
    event = world.labelled("wendy")
    world.host.requests[NUMBER] = replace(world.request, state="closed")

    assert "is closed" in world.sign(event).text


def test_a_deleted_comment_is_taken_back(world: World) -> None:
    event = world.commented("wendy", "/accept-baseline reason: oh no")
    assert isinstance(event, CommentAsk)
    world.host.delete_comment(event.comment_id)
    before = world.snapshot()

    assert world.sign(event).kind == "already done"
    assert world.snapshot() == before


# which cases


def test_what_is_not_named_stays_blocked(world: World) -> None:
    """Two of four are accepted: their rows change, the status stays red and names the rest. Then the rest follows."""
    evaluated = world.head
    before = world.baseline()

    part = world.sign(world.commented("wendy", f"/accept-baseline {REGRESSED[0]} {REGRESSED[1]} reason: as wanted"))

    assert part.kind == "partly accepted"
    assert part.exit_code == ExitCode.BLOCKED
    after = world.baseline()
    assert [case for case in after.cases if after.cases[case] != before.cases[case]] == REGRESSED[:2]
    state, said = world.status(world.head)
    assert state == "failure"
    assert said.startswith("2 of 4 accepted by wendy; still: 2 cases: return-flow-bulk-items, return-item-corrected")
    assert uphold(world.request, world.host, world.desk) is None

    rest = world.sign(world.commented("olga", f"/accept-baseline {AGENT}/{REGRESSED[2]} {REGRESSED[3]} reason: too"))

    assert rest.kind == "accepted"
    assert world.status(world.head)[0] == "success"
    whole = world.baseline()
    assert [case for case in whole.cases if whole.cases[case] != before.cases[case]] == REGRESSED
    assert [(one.by, one.commit) for one in whole.history] == [("wendy", evaluated), ("olga", evaluated)]
    assert uphold(world.request, world.host, world.desk) is not None


def test_the_label_accepts_what_a_partial_acceptance_left(world: World) -> None:
    world.sign(world.commented("wendy", f"/accept-baseline {REGRESSED[0]} reason: as wanted"))

    assert world.sign(world.labelled("wendy")).kind == "accepted"
    assert [list(one.cases) for one in world.baseline().history] == [REGRESSED[:1], REGRESSED[1:]]


def test_two_commands_in_a_row_need_the_second_to_be_given_again(world: World) -> None:
    """The second was written before the result of the commit that the first one made."""
    first = world.commented("wendy", f"/accept-baseline {REGRESSED[0]} reason: one")
    second = world.commented("wendy", f"/accept-baseline {REGRESSED[1]} reason: two")
    world.sign(first)

    assert "reported after it was accepted" in world.sign(second).text


def test_an_accepted_case_cannot_be_accepted_twice(world: World) -> None:
    world.sign(world.commented("wendy", f"/accept-baseline {REGRESSED[0]} reason: one"))

    assert "accepted already" in world.sign(world.commented("olga", f"/accept-baseline {REGRESSED[0]} reason: x")).text


@pytest.mark.parametrize(
    ("command", "says"),
    [
        ("/accept-baseline no-such-case reason: x", "has no case `no-such-case`"),
        ("/accept-baseline return-item-corrected", "a reason is missing"),
    ],
)
def test_a_wrong_command_is_answered_with_its_remedy(world: World, command: str, says: str) -> None:
    event = world.commented("wendy", command)

    assert says in world.sign(event).text
    assert says in world.replies()[-1]
    assert {one.content for _, one in world.host.reacted} == {"-1"}


def test_a_passing_result_has_nothing_to_accept(world: World, demo_repository: Path) -> None:
    passing = run_of(demo_repository, "quote-the-policy")
    plan = parse_report((passing / "report.json").read_text()).plan
    world.host.commits[plan.head.sha] = Commit(world.host.commits[world.head].files, world.head, "ann", "x")
    world.host.branches[BRANCH] = plan.head.sha
    world.host.requests[NUMBER] = replace(world.request, head_sha=plan.head.sha)
    world.publish(passing, plan.head.sha)

    assert "there is nothing to accept" in world.sign(world.labelled("wendy")).text
    assert world.head == plan.head.sha


# forgeries


def test_a_forged_history_entry_accepts_nothing(world: World) -> None:
    """The author writes the very entry and rows a sign-off would have written: the commit bears no mark of the gate."""
    evaluated = world.head
    twin = World(copy_of(world.host), world.run, world.desk)
    twin.sign(twin.labelled("wendy"))
    forged = twin.host.read_file(BASELINE, BRANCH)
    assert forged is not None

    world.host.push(BRANCH, {BASELINE: forged}, author="ann")

    assert world.baseline().history[-1].by == "wendy"
    assert world.baseline().history[-1].commit == evaluated
    assert uphold(world.request, world.host, world.desk) is None


@pytest.mark.parametrize("forger", ["ann", "wendy", "github-actions", "other-app[bot]"])
def test_a_forged_mark_accepts_nothing(world: World, forger: str) -> None:
    """Whoever may write may set a status of that name; it is not by the gate's account."""
    text = mark_text("wendy", world.head, "0" * 64, "main")
    world.host.status_by(world.head, forger, GATE.sign_off_context, "success", text)

    assert uphold(world.request, world.host, world.desk) is None


def test_a_mark_for_another_base_accepts_nothing(world: World) -> None:
    """A pull request signed off against a branch with laxer rules is not signed off against main."""
    world.sign(world.labelled("wendy"))
    world.host.branch_off("lax", "main")

    retargeted = replace(world.request, base_ref="lax")

    assert uphold(retargeted, world.host, world.desk) is None
    assert uphold(world.request, world.host, world.desk) is not None


def test_an_edited_comment_of_the_gate_has_no_effect(world: World) -> None:
    """Somebody with write access rewrites the gate's own comment; nothing reads it."""
    sticky = world.host.create_comment(NUMBER, "<!-- agent-eval-gate -->\n## Blocked")
    world.host.update_comment(sticky.id, "## Accepted by wendy\n/accept-baseline reason: forged")

    assert uphold(world.request, world.host, world.desk) is None
    edited = CommentEvent(action="edited", number=NUMBER, on_pull_request=True, comment=world.host.comments(NUMBER)[0])
    assert ask_of(edited) is None


def test_hand_edits_of_the_baseline_do_not_ride_along(world: World) -> None:
    """The pull request lowers another case's row and invents a sign-off: the commit takes both back, and says so."""
    document = json.loads(world.host.read_file(BASELINE, BRANCH) or "")
    victim = next(case for case in document["cases"] if case not in REGRESSED)
    document["cases"][victim]["level"] = {"correctness": 1}
    document["history"] = [
        {"at": "2026-11-22T00:00:00Z", "by": "wendy", "cases": [victim], "reason": "", "commit": "0", "digest": "0"}
    ]
    world.host.push(BRANCH, {BASELINE: json.dumps(document)})
    rerun(world)

    outcome = world.sign(world.labelled("wendy"))

    assert outcome.kind == "accepted"
    assert "takes back" in outcome.text
    assert world.baseline().cases[victim] == world.baseline("main").cases[victim]
    assert [one.by for one in world.baseline().history] == ["wendy"]
    assert world.baseline().history[0].commit != "0"


def rewritten(world: World) -> tuple[str, GateChange]:
    """The pull request rewrites a row by hand, and the gate reports that."""
    document = json.loads(world.host.read_file(BASELINE, BRANCH) or "")
    victim = next(case for case in document["cases"] if case not in REGRESSED)
    document["cases"][victim]["level"] = {"correctness": 1}
    world.host.push(BRANCH, {BASELINE: json.dumps(document)})
    return victim, GateChange(path=BASELINE, what=f"rewrites the stored results of {victim}", needs_sign_off=True)


def test_rows_the_report_says_are_rewritten_stay_when_everything_is_accepted(world: World) -> None:
    """As when new counts are proposed in a pull request of their own, which runs nothing."""
    victim, change = rewritten(world)
    passing(world, change, without=victim)

    outcome = world.sign(world.labelled("wendy"))

    assert outcome.kind == "accepted"
    assert "takes back" not in outcome.text
    assert dict(world.baseline().cases[victim].level) == {"correctness": 1}
    assert world.status(world.head)[0] == "success"


def test_a_rewritten_row_of_a_case_that_ran_is_what_the_case_did(world: World) -> None:
    """As when a case was accepted, then mended: its row does not stay lowered for what nobody does any more."""
    victim, change = rewritten(world)
    passing(world, change)

    outcome = world.sign(world.labelled("wendy"))

    assert outcome.kind == "accepted"
    assert "takes back" in outcome.text
    assert world.baseline().cases[victim] == world.baseline("main").cases[victim]


def test_naming_cases_accepts_no_rewritten_rows(world: World) -> None:
    victim, change = rewritten(world)
    report = parse_report((world.run / "report.json").read_text())
    plan = replace(report.plan, head=replace(report.plan.head, sha=world.head), gate_changes=(change,))
    made = replace(report, plan=plan, decision=decide(plan, report.comparison))
    line = of_report(made)
    world.host.set_status(world.head, GATE.context, line.state, line.description)
    world.host.artifacts[GATE.artifact, world.head] = zipped(world.run, report=report_json(made))

    outcome = world.sign(world.commented("wendy", f"/accept-baseline {' '.join(REGRESSED)} reason: x"))

    assert outcome.kind == "partly accepted"
    assert "rewrites the stored results" in outcome.text
    assert world.baseline().cases[victim] == world.baseline("main").cases[victim]
    assert world.status(world.head)[0] == "failure"


def test_a_pull_request_that_mends_a_broken_baseline_can_be_accepted(world: World) -> None:
    whole = world.host.read_file(BASELINE, BRANCH) or ""
    world.host.push("main", {BASELINE: "{"})
    world.host.branch_off(BRANCH, "main")
    world.host.push(BRANCH, {BASELINE: whole})
    world.host.open_request(NUMBER, BRANCH)
    change = GateChange(path=BASELINE, what="the base's baseline cannot be read", needs_sign_off=True)
    passing(world, change)

    outcome = world.sign(world.commented("wendy", "/accept-baseline reason: mended"))

    assert outcome.kind == "accepted"
    assert world.baseline().cases == read_baseline(whole, BASELINE).cases
    assert uphold(world.request, world.host, world.desk) is not None


def test_a_pull_request_that_leaves_the_baseline_broken_cannot(world: World) -> None:
    world.host.push("main", {BASELINE: "{"})
    world.host.branch_off(BRANCH, "main")
    world.host.push(BRANCH, {"prompt.txt": "shorter"})
    world.host.open_request(NUMBER, BRANCH)
    passing(world, GateChange(path=BASELINE, what="the base's baseline cannot be read", needs_sign_off=True))

    outcome = world.sign(world.labelled("wendy"))

    assert outcome.kind == "refused"
    assert "mend it in this pull request" in outcome.text
    assert world.status(world.head)[0] == "failure"


@pytest.mark.parametrize(("actor", "kind"), [("wendy", "accepted"), ("ann", "refused")])
def test_a_broken_configuration_of_the_base_is_mended_under_the_strictest_rules(
    world: World, actor: str, kind: str
) -> None:
    """The pull request's own configuration is in force then, and not what it says of who may accept it."""
    whole = world.host.read_file("agent-gate.yml", BRANCH) or ""
    world.host.push("main", {"agent-gate.yml": "version: ["})
    world.host.branch_off(BRANCH, "main")
    world.host.push(BRANCH, {"agent-gate.yml": whole + "\nsign_off: {author_may: true}\n"})
    world.host.open_request(NUMBER, BRANCH)
    passing(world, GateChange(path="agent-gate.yml", what="judged by its own", needs_sign_off=True))

    outcome = world.sign(world.commented(actor, "/accept-baseline reason: mended"))

    assert outcome.kind == kind


def test_a_configuration_that_stays_broken_is_told(world: World) -> None:
    world.host.push("main", {"agent-gate.yml": "version: ["})
    world.host.branch_off(BRANCH, "main")
    world.host.push(BRANCH, {"prompt.txt": "shorter"})
    world.host.open_request(NUMBER, BRANCH)

    outcome = world.sign(world.commented("wendy", "/accept-baseline reason: mended"))

    assert outcome.kind == "refused"
    assert "agent-gate.yml has errors, on the base branch and here" in outcome.text


def test_an_artifact_with_another_result_is_refused(world: World) -> None:
    """The comparison in it blocks nothing, and its digest is right; it is not what the gate had reported."""
    document = json.loads((world.run / "report.json").read_text())
    for case in document["comparison"]["cases"][1:]:
        case["blocks"] = False
    world.host.artifacts[GATE.artifact, world.head] = zipped(world.run, report=redigested(document))

    outcome = world.sign(world.labelled("wendy"))

    assert outcome.kind == "refused"
    assert "the result at hand is" in outcome.text


def test_a_result_against_another_base_is_refused(world: World) -> None:
    """As of a second pull request from the same branch, into one that expects less."""
    world.host.push("main", {"other.txt": "x"})
    top = world.host.commit(world.host.branches["main"], {"prompt.txt": "short"})
    world.host.branches[BRANCH] = top
    world.host.open_request(NUMBER, BRANCH)
    rerun(world)

    outcome = world.sign(world.labelled("wendy"))

    assert outcome.kind == "refused"
    assert "the result compares with" in outcome.text


def test_an_artifact_of_another_commit_is_refused(world: World) -> None:
    pushed = world.host.push(BRANCH, {"prompt.txt": "worse"})
    world.publish(world.run, pushed)

    assert "the result is of" in world.sign(world.labelled("wendy")).text


def test_a_result_nobody_reported_cannot_be_accepted(world: World) -> None:
    """Without a status of the gate there was nothing to read; the result is made, to be accepted afterwards."""
    world.host.given.clear()
    evaluated: list[str] = []

    def again(_: PullRequest, sha: str) -> Path:
        evaluated.append(sha)
        return world.run

    world.desk = replace(world.desk, evaluate=again)

    assert "no result of this commit had been reported" in world.sign(world.labelled("wendy")).text
    assert evaluated == [world.head]


def test_a_label_put_on_before_the_report_accepts_nothing(world: World) -> None:
    event = world.labelled("wendy")
    world.publish(world.run, world.head)

    assert "reported after it was accepted" in world.sign(event).text


# without an artifact


def test_without_an_artifact_it_evaluates_again(world: World, repository: Path) -> None:
    """The artifact has expired: the real gate runs again on the real repository and comes to the same result."""
    world.host.artifacts.clear()
    world.desk = replace(world.desk, evaluate=evaluating(repository))

    assert world.sign(world.labelled("wendy")).kind == "accepted"
    assert list(world.baseline().history[-1].cases) == REGRESSED


def test_another_result_of_a_new_evaluation_is_not_what_was_accepted(world: World) -> None:
    world.host.artifacts.clear()
    world.host.status_by(world.head, BOT, GATE.context, "failure", "Blocked · result 0123456789abcdef")
    world.desk = replace(world.desk, evaluate=lambda _request, _sha: world.run)

    assert "`0123456789abcdef` was accepted" in world.sign(world.labelled("wendy")).text


def test_a_broken_artifact_without_a_way_to_evaluate_is_refused(world: World) -> None:
    world.host.artifacts[GATE.artifact, world.head] = b"PK\x03\x04 not a zip"

    assert "no readable zip" in world.sign(world.labelled("wendy")).text


def test_an_evaluation_that_fails_is_told(world: World) -> None:
    def failing(_: PullRequest, sha: str) -> Path:
        raise RepositoryError(f"{sha[:7]} is not in this clone", "fetch it")

    world.host.artifacts.clear()
    world.desk = replace(world.desk, evaluate=failing)

    outcome = world.sign(world.labelled("wendy"))

    assert "nor made again" in outcome.text
    assert "fetch it" in outcome.text


def test_a_base_without_a_gate_has_nothing_to_regress_from(world: World) -> None:
    world.host.push("main", {"agent-gate.yml": ""})
    world.host.requests[NUMBER] = replace(world.request, base_sha=world.host.branches["main"])

    assert "has no agent-gate.yml" in world.sign(world.labelled("wendy")).text


def test_changes_of_the_gate_are_signed_for_in_every_baseline_of_the_run(world: World) -> None:
    """A removed case has no row to accept: the entry says who, and the commit carries the status."""
    passing(world, GateChange(path="fixtures/old.md", what="removes case old", needs_sign_off=True))
    evaluated = world.head

    outcome = world.sign(world.commented("wendy", "/accept-baseline reason: it is obsolete"))

    assert outcome.kind == "accepted"
    entry = world.baseline().history[-1]
    assert (entry.cases, entry.reason, entry.commit) == ((), "it is obsolete", evaluated)
    assert world.baseline().cases == world.baseline("main").cases
    assert uphold(world.request, world.host, world.desk) is not None


def test_a_gate_change_without_any_baseline_marks_the_commit_itself(world: World) -> None:
    world.host.push("main", {BASELINE: ""})
    world.host.push(BRANCH, {BASELINE: ""})
    world.host.requests[NUMBER] = replace(world.request, base_sha=world.host.branches["main"])
    passing(world, GateChange(path="fixtures/old.md", what="removes case old", needs_sign_off=True))
    evaluated = world.head
    event = world.commented("wendy", "/accept-baseline reason: it is obsolete")

    assert world.sign(event).kind == "accepted"
    assert world.head == evaluated
    assert uphold(world.request, world.host, world.desk) is not None
    before = world.snapshot()
    assert world.sign(event).kind == "already done"
    assert world.snapshot() == before


def test_a_job_that_died_between_commit_and_mark_can_be_made_good(world: World) -> None:
    """Its commit bears no mark, so it counts for nothing: it is evaluated, and accepted again."""
    event = world.labelled("wendy")
    world.host.denied = {"set_status"}
    with pytest.raises(NotPermittedError):
        world.sign(event)
    world.host.denied = set()
    assert uphold(world.request, world.host, world.desk) is None

    assert "the branch is at" in world.sign(event).text
    rerun(world)
    outcome = world.sign(world.labelled("wendy"))

    assert outcome.kind == "accepted"
    assert world.status(world.head)[0] == "success"
    assert [one.commit for one in world.baseline().history] == [world.host.commits[world.head].parent]


def test_a_branch_the_gate_may_not_push_to_is_told_on_the_pull_request(world: World) -> None:
    world.host.denied = {"commit_files"}

    outcome = world.sign(world.labelled("wendy"))

    assert outcome.kind == "refused"
    assert "could not be committed to the branch" in world.replies()[-1]
    assert world.status(world.head)[0] == "failure"


# the merge queue


def test_an_acceptance_is_carried_to_a_merge_result(world: World) -> None:
    """The queue merges with a base that has moved: the cases accepted in the pull request stay accepted, no others."""
    report = parse_report((world.run / "report.json").read_text())
    merged = replace(report.plan, head=replace(report.plan.head, sha="f" * 40))
    floors = report.decision.acceptance
    assert carried(world.request, replace(report, plan=merged), world.host, GATE) is None
    world.sign(world.labelled("wendy"))

    found = carried(world.request, replace(report, plan=merged), world.host, GATE)

    assert found is not None
    assert (
        decide(merged, report.comparison, Rules(acceptance=floors, sign_off=found.sign_off)).conclusion
        is Conclusion.ACCEPTED
    )
    also = replace(next(one for one in report.comparison.cases if not one.blocks), blocks=True)
    worse = replace(report.comparison, cases=(*report.comparison.cases, also))
    more = carried(world.request, replace(report, plan=merged, comparison=worse), world.host, GATE)
    assert more is not None
    assert decide(merged, worse, Rules(acceptance=floors, sign_off=more.sign_off)).conclusion is Conclusion.BLOCKED


def test_the_accepted_rows_are_carried_to_a_merge_result_and_no_others(world: World) -> None:
    """The merge result has the commit of the sign-off in it; a row that nobody accepted rides along with nobody."""
    report = parse_report((world.run / "report.json").read_text())
    world.sign(world.labelled("wendy"))
    floors = report.decision.acceptance
    rows = GateChange(path=BASELINE, what="baseline: rewrites the stored results", needs_sign_off=True)
    signed = world.host.commits[world.head].files
    base = next(iter(sha for sha, one in world.host.commits.items() if sha == world.request.base_sha))

    def carried_to(text: str) -> Conclusion | None:
        sha = world.host.commit(base, {**signed, BASELINE: text})
        revisions = replace(report.plan.base, sha=base), replace(report.plan.head, sha=sha)
        plan = replace(report.plan, base=revisions[0], head=revisions[1], gate_changes=(rows,))
        found = carried(world.request, replace(report, plan=plan), world.host, GATE)
        if found is None:
            return None
        return decide(found.plan, report.comparison, Rules(acceptance=floors, sign_off=found.sign_off)).conclusion

    assert carried_to(signed[BASELINE]) is Conclusion.ACCEPTED
    edited = json.loads(signed[BASELINE])
    next(row for name, row in edited["cases"].items() if name not in REGRESSED).update(ok=0)
    assert carried_to(json.dumps(edited)) is None


def test_changes_of_the_gate_are_not_carried_to_a_merge_result(world: World) -> None:
    """A group may hold further pull requests, whose changes nobody accepted."""
    report = parse_report((world.run / "report.json").read_text())
    world.sign(world.labelled("wendy"))
    change = GateChange(path="fixtures/old.md", what="removes case old", needs_sign_off=True)

    changed = replace(report, plan=replace(report.plan, gate_changes=(change,)))
    assert carried(world.request, changed, world.host, GATE) is None


# forks


def test_a_fork_gets_the_patch_and_the_green_status(world: World) -> None:
    """Nothing can be committed to its branch: the accepted commit itself is marked, and the patch is handed over."""
    world.host.requests[NUMBER] = replace(world.request, is_fork=True, head_repo="ann/support")
    before = world.head

    outcome = world.sign(world.labelled("wendy"))

    assert outcome.kind == "accepted"
    assert world.head == before
    assert world.status(before)[0] == "success"
    assert "git apply accept.patch" in outcome.text
    assert "```diff\ndiff --git a/baselines/" in outcome.text
    assert uphold(world.request, world.host, world.desk) is not None
    assert len(outcome.text) < 65_536


def test_a_fork_cannot_hold_a_partial_acceptance(world: World) -> None:
    world.host.requests[NUMBER] = replace(world.request, is_fork=True, head_repo="ann/support")

    outcome = world.sign(world.commented("wendy", f"/accept-baseline {REGRESSED[0]} reason: x"))

    assert "partial acceptance" in outcome.text
    assert world.status(world.head)[0] == "failure"


# afterwards


def test_the_accepted_baseline_judges_the_next_pull_request(world: World, repository: Path) -> None:
    """Merged with its baseline, the new results are what is known: the same definition blocks nobody any more."""
    world.sign(world.labelled("wendy"))
    text = world.host.read_file(BASELINE, BRANCH)
    assert text is not None
    git(repository, "checkout", "-q", BRANCH)
    (repository / BASELINE).write_text(text)
    git(repository, "commit", "-qam", "Accept")
    git(repository, "checkout", "-qb", "next")
    (repository / "note.txt").write_text("x")
    git(repository, "add", "note.txt")
    git(repository, "commit", "-qm", "Note")

    assert main(["run", "--base", BRANCH, "--head", "next", "--full"]) == ExitCode.PASS


# on a laptop


def test_a_laptop_writes_the_same_rows(world: World, repository: Path, capsys: pytest.CaptureFixture[str]) -> None:
    world.sign(world.labelled("wendy"))

    code = main(["baseline", "accept", str(world.run), "--reason", "as wanted", "--by", "wendy"])

    assert code == ExitCode.PASS
    written = read_baseline((repository / BASELINE).read_text(), BASELINE)
    assert written.cases == world.baseline().cases
    entry = written.history[-1]
    assert (entry.by, entry.reason, entry.digest) == ("wendy", "as wanted", world.baseline().history[-1].digest)
    assert "this alone accepts nothing" in capsys.readouterr().err


def test_a_laptop_accepts_named_cases_and_says_what_is_left(
    world: World, repository: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    argv = ["baseline", "accept", str(world.run), "--case", REGRESSED[0], "--reason", "as wanted", "--by", "wendy"]
    before = read_baseline((repository / BASELINE).read_text(), BASELINE)

    assert main(argv) == ExitCode.PASS
    once = (repository / BASELINE).read_text()
    assert main(argv) == ExitCode.PASS

    assert (repository / BASELINE).read_text() == once
    after = read_baseline(once, BASELINE)
    assert [case for case in after.cases if after.cases[case] != before.cases[case]] == REGRESSED[:1]
    assert "not accepted: 3 cases: refund-window-question" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("arguments", "says"),
    [(["--case", "no-such-case", "--reason", "x"], "has no case"), (["--reason", "  "], "the reason is empty")],
)
def test_a_laptop_says_what_is_wrong(
    world: World, repository: Path, capsys: pytest.CaptureFixture[str], arguments: list[str], says: str
) -> None:
    assert main(["baseline", "accept", str(world.run), "--by", "wendy", *arguments]) == ExitCode.CONFIGURATION
    assert says in capsys.readouterr().err
