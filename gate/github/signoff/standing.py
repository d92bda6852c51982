"""What an acceptance means for whatever happens to the commit later: pushes, new runs, the merge queue."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

from gate.github.host import Host, PullRequest
from gate.github.signoff.checking import base_config, baseline_path, baseline_texts, stamp
from gate.github.signoff.command import LABELS
from gate.github.signoff.identity import Identity
from gate.github.signoff.load import Desk
from gate.github.signoff.marks import read_mark, read_published, with_result
from gate.github.signoff.outcome import Outcome
from gate.github.signoff.rows import accepted_before, rewrites_no_more
from gate.github.signoff.rules import Refusal
from gate.model.baseline import SignOff
from gate.model.plan import GateChange, Plan
from gate.model.report import Report
from gate.reports.escape import code
from gate.verdicts.decision import digest_of


def uphold(pull_request: PullRequest, host: Host, desk: Desk) -> Outcome | None:
    """The acceptance that stands on a pull request's head, its status set again; None = evaluate this commit.

    To be asked before an evaluation, and once more before its status is set: a sign-off may have come in between.
    """
    mark = read_mark(host.statuses(pull_request.head_sha), desk.identity, pull_request.base_ref)
    if mark is None or mark.state != "success":
        return None
    text = f"Accepted by {mark.by} for {mark.evaluated[:7]}"
    host.set_status(
        pull_request.head_sha, desk.identity.context, "success", with_result(text, mark.result), desk.run_url
    )
    said = f"**Accepted** by {code(mark.by)} for commit {code(mark.evaluated[:7])}, result {code(mark.result)}."
    return Outcome(kind="accepted", text=said, sha=pull_request.head_sha, quiet=True)


def void(number: int, host: Host, identity: Identity) -> bool:
    """Take off a label that a push has overtaken, and say so once; whether there was one.

    A label put on after the pushed commit's result was reported is left to the event of its own.
    """
    pull_request = host.pull_request(number)
    left = sorted(LABELS.intersection(pull_request.labels))
    if not left:
        return False
    statuses = host.statuses(pull_request.head_sha)
    published = read_published(statuses, identity)
    mark = read_mark(statuses, identity, pull_request.base_ref)
    put_on = [one.at for one in host.label_events(number) if one.label in left and one.kind == "labeled"]
    if published is not None and put_on and put_on[-1] >= published.at and mark is None:
        return False
    for label in left:
        host.remove_label(number, label)
    if mark is None:
        said = f"The push of {code(pull_request.head_sha[:7])} voids the label {code(left[0])}: what was accepted has"
        host.create_comment(number, f"{said} changed. Put it on again once the new commit's report is there.")
    return True


@dataclass(frozen=True, slots=True, kw_only=True)
class Carried:
    """An acceptance as it holds for a merge result: `plan` is that one's, without the rows it had accepted."""

    plan: Plan
    sign_off: SignOff


def carried(pull_request: PullRequest, report: Report, host: Host, identity: Identity) -> Carried | None:
    """The acceptance of a pull request carried over to its merge result, for the merge queue; None = there is none.

    It covers the cases that were accepted and no others, with their rows in the baseline, and no other change of the
    gate: a group may hold further pull requests.
    """
    plan = report.plan
    mark = read_mark(host.statuses(pull_request.head_sha), identity, pull_request.base_ref)
    config = base_config(host, pull_request)
    if mark is None or mark.state != "success" or isinstance(config, Refusal):
        return None
    known = baseline_texts(host, config, pull_request.head_sha)
    cases = accepted_before(known, mark.evaluated, mark.result)
    if mark.evaluated == pull_request.head_sha or not cases:
        return None
    accepted = {baseline_path(config, agent): text for agent, text in known.items()}
    changes = tuple(one for one in plan.gate_changes if not _is_accepted(one, plan, accepted, host))
    if any(change.needs_sign_off for change in changes):
        return None
    merged = replace(plan, gate_changes=changes)
    sign_off = SignOff(
        at=stamp(mark.at),
        by=mark.by,
        reason=f"accepted in pull request {pull_request.number}",
        commit=plan.head.sha,
        digest=digest_of(merged, report.comparison, report.decision.acceptance),
        cases=tuple(sorted(cases)),
    )
    return Carried(plan=merged, sign_off=sign_off)


def _is_accepted(change: GateChange, plan: Plan, accepted: Mapping[str, str], host: Host) -> bool:
    """Whether a baseline is rewritten by no more than what the pull request's signed-off commit has in it."""
    if change.path not in accepted:
        return False
    merged, base = (host.read_file(change.path, sha) for sha in (plan.head.sha, plan.base.sha))
    return merged is not None and rewrites_no_more(merged, base, accepted[change.path])
