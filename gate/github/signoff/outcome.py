"""What came of a sign-off, and what is said of it on the pull request."""

from dataclasses import dataclass
from typing import Literal

from gate.errors import ExitCode
from gate.github.host import PullRequest
from gate.github.signoff.rules import Refusal
from gate.github.signoff.settlement import Settlement
from gate.model.baseline import SignOff
from gate.reports.blocks import utf16_units
from gate.reports.escape import clip, code, markdown, prose

Kind = Literal["accepted", "partly accepted", "refused", "already done", "overtaken"]

_EXIT: dict[Kind, ExitCode] = {
    "accepted": ExitCode.PASS,
    "partly accepted": ExitCode.BLOCKED,
    "refused": ExitCode.BLOCKED,
    "already done": ExitCode.PASS,
    "overtaken": ExitCode.PASS,
}
_MOST_LISTED = 40
_MOST_OPEN = 20
_LONGEST = 160
_PATCH_LIMIT = 30_000
"""UTF-16 units of a patch; with the other limits, at five units an escaped character, it all fits in a comment."""
_VOID = "Any push to the branch voids this."


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What came of it. `text` is markdown, to be said on the pull request unless it is `quiet`.

    `sha` is the commit whose status now says so; empty when no status was set.
    """

    kind: Kind
    text: str
    sha: str = ""
    quiet: bool = False

    @property
    def exit_code(self) -> ExitCode:
        """What the process answers."""
        return _EXIT[self.kind]


def refused(refusal: Refusal) -> Outcome:
    """The outcome of a refusal: the reason and the remedy."""
    return Outcome(kind="refused", text=f"**Not accepted:** {refusal.text}.\n\nTo go on: {refusal.remedy}.")


def accepted(sign_off: SignOff, settlement: Settlement, sha: str, *, undone: bool) -> Outcome:
    """The outcome of an acceptance that stands on `sha`, the gate's own commit or the accepted one."""
    lines = [_headline(sign_off, settlement), "", *_listed(settlement.accepted), *_reason(sign_off)]
    if sha != sign_off.commit:
        lines += ["", f"The baseline holds their new results from commit {code(sha[:7])} on. {_VOID}"]
    else:
        lines += ["", f"This holds for commit {code(sha[:7])}. {_VOID}"]
    if undone:
        lines += ["", "That commit also takes back what this pull request had written into the baseline itself."]
    lines += _still_open(settlement)
    kind: Kind = "accepted" if settlement.settled else "partly accepted"
    return Outcome(kind=kind, text="\n".join(lines), sha=sha)


def accepted_on_fork(sign_off: SignOff, settlement: Settlement, pull_request: PullRequest, patch: str) -> Outcome:
    """The outcome of an acceptance whose baseline cannot be committed, since the branch lies in a fork."""
    lines = [_headline(sign_off, settlement), "", *_listed(settlement.accepted), *_reason(sign_off)]
    lines += ["", f"This holds for commit {code(sign_off.commit[:7])}. {_VOID}"]
    if patch:
        base = code(pull_request.base_ref)
        why = "The branch lies in a fork, which the gate cannot write to."
        how = f"After merging, save the patch as `accept.patch`, on {base} run `git apply accept.patch`, and commit."
        lines += ["", f"{why} {how}", "", *_patch(patch)]
    lines += _still_open(settlement)
    kind: Kind = "accepted" if settlement.settled else "partly accepted"
    return Outcome(kind=kind, text="\n".join(lines), sha=sign_off.commit)


def _headline(sign_off: SignOff, settlement: Settlement) -> str:
    who = code(sign_off.by)
    if not settlement.regressed:
        what = f"{len(settlement.accepted)} cases" if settlement.accepted else "what the report shows"
        return f"**Accepted** by {who}: {what}."
    done = len({*settlement.accepted, *settlement.before} & set(settlement.regressed))
    return f"**Accepted** by {who}: {done} of {len(settlement.regressed)} regressed cases."


def _listed(keys: tuple[str, ...]) -> list[str]:
    shown = [f"- {code(clip(key, _LONGEST))}" for key in keys[:_MOST_LISTED]]
    return [*shown, f"- and {len(keys) - _MOST_LISTED} more"] if len(keys) > _MOST_LISTED else shown


def _reason(sign_off: SignOff) -> list[str]:
    return ["", f"Reason: {markdown(sign_off.reason)}"]


def _still_open(settlement: Settlement) -> list[str]:
    if settlement.settled:
        return ["", "Nothing holds the merge any more."]
    rest = settlement.rest or (settlement.decision.headline,)
    return ["", "**Still holding the merge:**", "", *(f"- {prose(clip(one, _LONGEST))}" for one in rest[:_MOST_OPEN])]


def _patch(patch: str) -> list[str]:
    if utf16_units(patch) > _PATCH_LIMIT:
        how = "download the run's artifact, and on the base branch run `agent-gate baseline accept DIR --reason …`"
        return [f"The patch is too long for a comment: {how}."]
    longest = max((len(run) for run in patch.replace("`", " ` ").split() if set(run) == {"`"}), default=0)
    fence = "`" * max(3, longest + 1)
    return ["<details><summary>accept.patch</summary>", "", f"{fence}diff", patch.rstrip("\n"), fence, "", "</details>"]
