"""What came of a sign-off, and what is said of it on the pull request."""

import re
from dataclasses import dataclass
from typing import Literal

from gate.errors import ExitCode
from gate.github.host import PullRequest
from gate.github.signoff.rules import Refusal
from gate.github.signoff.settlement import Settlement
from gate.model.baseline import SignOff
from gate.model.counting import count
from gate.model.words import Conclusion
from gate.reports.blocks import utf16_units
from gate.reports.escape import clip, code, markdown, prose
from gate.reports.markdown import COMMENT_LIMIT

Kind = Literal["accepted", "partly accepted", "refused", "already done", "overtaken"]

_EXIT: dict[Kind, ExitCode] = {
    "accepted": ExitCode.PASS,
    "partly accepted": ExitCode.BLOCKED,
    "refused": ExitCode.BLOCKED,
    "already done": ExitCode.PASS,
    "overtaken": ExitCode.PASS,
}
_CONCLUSION: dict[Kind, Conclusion] = {
    "accepted": Conclusion.ACCEPTED,
    "partly accepted": Conclusion.BLOCKED,
    "refused": Conclusion.BLOCKED,
}
_MOST_LISTED = 35
_MOST_OPEN = 20
_LONGEST = 160
"""Lines that are listed, and their characters: at six units an escaped one, the whole has room in a comment."""
_ROOM_FOR_WORDS = 1_500
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

    @property
    def conclusion(self) -> Conclusion | None:
        """The commit's conclusion by this; None when it is not decided here."""
        return _CONCLUSION.get(self.kind)


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
    open_lines = _still_open(settlement)
    if patch:
        room = COMMENT_LIMIT - utf16_units("\n".join([*lines, *open_lines])) - _ROOM_FOR_WORDS
        lines += _handed_over(patch, code(pull_request.base_ref), room)
    lines += open_lines
    kind: Kind = "accepted" if settlement.settled else "partly accepted"
    return Outcome(kind=kind, text="\n".join(lines), sha=sign_off.commit)


def _headline(sign_off: SignOff, settlement: Settlement) -> str:
    who = code(sign_off.by)
    if not settlement.regressed:
        what = count(len(settlement.accepted), "case") if settlement.accepted else "what the report shows"
        return f"**Accepted** by {who}: {what}."
    done = len({*settlement.accepted, *settlement.before} & set(settlement.regressed))
    return f"**Accepted** by {who}: {done} of {count(len(settlement.regressed), 'regressed case')}."


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


def _handed_over(patch: str, base: str, room: int) -> list[str]:
    """The patch and what to do with it, in at most `room` UTF-16 units beside `_ROOM_FOR_WORDS`."""
    why = "The branch lies in a fork, which the gate cannot write to."
    fence = "`" * max(3, 1 + max(map(len, re.findall("`+", patch)), default=0))
    if utf16_units(patch) + 2 * len(fence) > room:
        how = "download the run's artifact, and there `agent-gate baseline accept DIR --reason …`"
        return ["", f"{why} The patch is too long for a comment. After merging, check out {base}, {how}, and commit."]
    how = f"After merging, save the patch as `accept.patch`, on {base} run `git apply accept.patch`, and commit."
    block = [f"{fence}diff", patch.rstrip("\n"), fence]
    return ["", f"{why} {how}", "", "<details><summary>accept.patch</summary>", "", *block, "", "</details>"]
