"""Puts an acceptance into effect: the commit with the accepted rows, the mark, the status."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

from gate.errors import HostError, ProblemsError, StaleError, StoreError, UsageError
from gate.github.host import MOST_CHANGED_FILES, Host, StatusState
from gate.github.signoff.checking import Request, baseline_path, baseline_texts
from gate.github.signoff.load import Desk
from gate.github.signoff.marks import SHOWN_DIGEST, mark_text, with_result
from gate.github.signoff.outcome import Outcome, accepted, accepted_on_fork, refused
from gate.github.signoff.result import Result
from gate.github.signoff.rows import Kept, mended, patch, rewritten
from gate.github.signoff.rules import Refusal, moved
from gate.github.signoff.settlement import Settlement, entered_in
from gate.model.baseline import SignOff
from gate.model.counting import count
from gate.model.words import Conclusion
from gate.reports.escape import prose


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """An acceptance that was found valid: what to write, and in whose name."""

    request: Request
    result: Result
    settlement: Settlement
    sign_off: SignOff


@dataclass(frozen=True, slots=True, kw_only=True)
class _Files:
    """New baseline texts, with the texts they replace, by path. `undone`: hand edits of the pull request are gone."""

    before: Mapping[str, str]
    after: Mapping[str, str]
    undone: bool


def carry_out(order: Order, host: Host, desk: Desk) -> Outcome:
    """Write what the order says, or refuse when it cannot be written or the branch has moved.

    The commit is made on the approved one or not at all. The mark comes before the status, so that no green status of
    the gate's own commit is ever without the reason it stands for.
    """
    files = _files_or_refusal(order, host)
    if isinstance(files, Refusal):
        return refused(files)
    if order.request.pull_request.is_fork:
        return _on_fork(order, files, host, desk)
    request = order.request
    sha = request.approved
    if files.after != files.before:
        try:
            sha = host.commit_files(request.pull_request.head_ref, request.approved, files.after, _message(order))
        except StaleError:
            return _refused_as_moved(order, host)
        except HostError as error:
            text = f"the baseline could not be committed to the branch: {error.message}"
            return refused(Refusal(text=prose(text), remedy=prose(error.hint or "let the gate push to this branch")))
    elif (refusal := moved(request.approved, host.pull_request(request.pull_request.number))) is not None:
        return refused(refusal)
    _set_statuses(order, sha, host, desk)
    return accepted(order.sign_off, order.settlement, sha, undone=files.undone)


def _on_fork(order: Order, files: _Files, host: Host, desk: Desk) -> Outcome:
    """A fork's branch takes no commit of ours: the approved commit itself is marked, and the patch handed over."""
    request, settlement = order.request, order.settlement
    if set(settlement.regressed) - set(settlement.accepted) or (request.names and settlement.rest):
        return refused(
            Refusal(
                text="the branch lies in a fork, which cannot hold a partial acceptance",
                remedy="accept everything the report shows at once, or have the rest fixed first",
            )
        )
    refusal = moved(request.approved, host.pull_request(request.pull_request.number))
    if refusal is not None:
        return refused(refusal)
    _set_statuses(order, request.approved, host, desk)
    changes = [(path, files.before[path], text) for path, text in files.after.items()]
    return accepted_on_fork(order.sign_off, settlement, request.pull_request, patch(changes))


def _refused_as_moved(order: Order, host: Host) -> Outcome:
    request = order.request
    refusal = moved(request.approved, host.pull_request(request.pull_request.number))
    return refused(refusal or Refusal(text="the branch moved while the baseline was written", remedy="accept again"))


def _files_or_refusal(order: Order, host: Host) -> _Files | Refusal:
    try:
        return _files(order, host)
    except UsageError as error:
        return Refusal(text=error.message, remedy=error.hint)
    except (ProblemsError, StoreError) as error:
        text = f"a baseline cannot be read: {prose(error.message)}"
        return Refusal(text=text, remedy="mend it in this pull request, then accept its new result")


def _files(order: Order, host: Host) -> _Files:
    """The new files, made from what the branch has; in a fork from what the base has, where the patch is for."""
    request = order.request
    base = baseline_texts(host, request.config, request.pull_request.base_sha)
    is_fork = request.pull_request.is_fork
    listed = () if is_fork else host.changed_files(request.pull_request.number)
    before: dict[str, str] = {}
    after: dict[str, str] = {}
    undone = False
    for agent in entered_in(order.settlement, order.result.plan, request.config.agents, base):
        path = baseline_path(request.config, agent)
        start = before[path] = (base if is_fork else request.baselines).get(agent, "")
        if path in listed or len(listed) >= MOST_CHANGED_FILES:
            start, changed = mended(base.get(agent), start or None, path, _kept(order, agent, path))
            undone = undone or changed
        after[path] = rewritten(start, agent, order.result, _entry(order, agent))
    return _Files(before=before, after=after, undone=undone)


def _shown(order: Order, path: str) -> bool:
    """Whether the report said that this baseline is rewritten, and the person accepted everything it shows."""
    changes = order.result.plan.gate_changes
    return not order.request.names and any(one.path == path and one.needs_sign_off for one in changes)


def _kept(order: Order, agent: str, path: str) -> Kept:
    keys = (key.partition("/") for key in order.settlement.before)
    cases = frozenset(case for name, _, case in keys if name == agent)
    ran = (one for one in order.result.comparison.cases if one.agent == agent and one.finding.head_trials)
    but = frozenset(one.id for one in ran) if _shown(order, path) else None
    return Kept(cases=cases, commit=order.sign_off.commit, digest=order.sign_off.digest, but=but)


def _entry(order: Order, agent: str) -> SignOff:
    cases = tuple(key for key in order.settlement.accepted if key.startswith(f"{agent}/"))
    return replace(order.sign_off, cases=cases)


def _message(order: Order) -> str:
    """The commit's message. Nothing a person or a result says stands in it: `[skip ci]` and trailers are commands."""
    cases = len(order.settlement.accepted)
    what = count(cases, "case") if cases else "changes of the gate"
    result = f"result {order.sign_off.digest[:SHOWN_DIGEST]} of {order.sign_off.commit}"
    return f"Accept {what} as evaluated\n\nSigned off by {order.sign_off.by}: {result}.\n"


def _set_statuses(order: Order, sha: str, host: Host, desk: Desk) -> None:
    settlement, sign_off = order.settlement, order.sign_off
    state = _state(settlement)
    base_ref = order.request.pull_request.base_ref
    mark = mark_text(sign_off.by, sign_off.commit, sign_off.digest, base_ref)
    host.set_status(sha, desk.identity.sign_off_context, state, mark, desk.run_url)
    text = with_result(_description(settlement, sign_off.by), sign_off.digest)
    host.set_status(sha, desk.identity.context, state, text, desk.run_url)


def _state(settlement: Settlement) -> StatusState:
    if settlement.settled:
        return "success"
    return "failure" if settlement.decision.conclusion is Conclusion.BLOCKED else "error"


def _description(settlement: Settlement, by: str) -> str:
    if settlement.settled or not settlement.regressed:
        return settlement.decision.headline
    done = len({*settlement.accepted, *settlement.before} & set(settlement.regressed))
    rest = "; ".join(settlement.rest) or settlement.decision.headline
    return f"{done} of {len(settlement.regressed)} accepted by {by}; still: {rest}"
