"""The baseline files after a sign-off: what they start from, and their new texts. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from difflib import unified_diff

from gate import __version__
from gate.baselines.accept import accept
from gate.baselines.file import read_baseline, write_baseline
from gate.errors import GateError
from gate.github.signoff.result import Result
from gate.model.baseline import Baseline, SignOff


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """What stays of a pull request's own baseline: `cases` accepted earlier of this `commit` and result `digest`.

    `but`: all other rows stay as well, but of these cases, which ran: a row is what they did. None = no other stays.
    """

    cases: frozenset[str]
    commit: str
    digest: str
    but: frozenset[str] | None = None

    def stays(self, case: str) -> bool:
        """Whether the row of a case is as the pull request has it."""
        return case in self.cases or (self.but is not None and case not in self.but)

    def entries(self, history: Sequence[SignOff]) -> tuple[SignOff, ...]:
        """The sign-offs that these cases were accepted by."""
        return tuple(one for one in history if self.cases and (one.commit, one.digest) == (self.commit, self.digest))


def mended(base: str | None, head: str | None, path: str, kept: Kept) -> tuple[str, bool]:
    """The head's baseline with every row the base has as the base has it, and whether that undid something.

    Rows are measured and accepted, never edited: what a pull request wrote into its own baseline by hand would
    otherwise ride along with somebody's acceptance of another row. Rows `kept`, and rows and files the base does not
    have, stay: those lower no bar. Either text may be None for a file that is not there, or be none that can be read.
    """
    now, before = _readable(head, path), _readable(base, path)
    if before is None:
        if now is None:
            return "", False
        alone = replace(now, history=kept.entries(now.history))
        return write_baseline(alone), alone != now
    if now is None:
        return write_baseline(before), False
    stays = {case: row for case, row in now.cases.items() if kept.stays(case)}
    history = (*before.history, *kept.entries(now.history))
    whole = replace(before, cases={**now.cases, **before.cases, **stays}, history=history)
    return write_baseline(whole), now != whole


def rewritten(text: str, agent: str, result: Result, sign_off: SignOff) -> str:
    """A baseline file's new text: the rows of `agent` that `sign_off` names as the head has them, and the audit entry.

    An empty `text` is a file that is not there yet. Raises `UsageError` when a case has no result, and `GateError`
    when what would be written is no baseline.
    """
    start = read_baseline(text, f"{agent}.json") if text else _empty(agent)
    new = write_baseline(accept(start, result.comparison, result.day, sign_off))
    read_baseline(new, f"{agent}.json")  # counts from an artifact may be no counts
    return new


def accepted_before(texts: Mapping[str, str], commit: str, digest: str) -> frozenset[str]:
    """The case keys that baselines (by agent) say were accepted for this commit and result.

    Only to be asked of a commit that bears the gate's own mark: anybody can write such an entry.
    """
    return frozenset(
        f"{agent}/{case}"
        for agent, text in texts.items()
        for entry in read_baseline(text, f"{agent}.json").history
        if entry.commit == commit and entry.digest.startswith(digest)
        for case in entry.cases
    )


def rewrites_no_more(text: str, base: str | None, accepted: str) -> bool:
    """Whether a baseline's text rewrites of the base's rows and history only what the accepted text rewrites alike."""
    now, before, known = (_readable(one, "a baseline") for one in (text, base, accepted))
    if now is None or before is None or known is None:
        return False
    rows = all(now.cases.get(case) in (row, known.cases.get(case)) for case, row in before.cases.items())
    return rows and set(now.history) <= {*before.history, *known.history} and set(before.history) <= set(now.history)


def is_entered(texts: Mapping[str, str], by: str, at: str) -> bool:
    """Whether a history holds an acceptance by this person of this moment: the same request, told twice."""
    return any(
        (entry.by, entry.at) == (by, at)
        for agent, text in texts.items()
        for entry in read_baseline(text, f"{agent}.json").history
    )


def patch(changes: Sequence[tuple[str, str, str]]) -> str:
    """A patch for `git apply`: path, text before ("" = no such file), text after."""
    return "".join(_one(path, before, after) for path, before, after in changes if before != after)


def _one(path: str, before: str, after: str) -> str:
    old = f"a/{path}" if before else "/dev/null"
    head = f"diff --git a/{path} b/{path}\n" + ("" if before else "new file mode 100644\n")
    lines = unified_diff(_lines(before), _lines(after), old, f"b/{path}", n=1)
    return head + "".join(line if line.endswith("\n") else f"{line}\n\\ No newline at end of file\n" for line in lines)


def _lines(text: str) -> list[str]:
    parts = text.split("\n")
    return [f"{part}\n" for part in parts[:-1]] + ([parts[-1]] if parts[-1] else [])


def _readable(text: str | None, path: str) -> Baseline | None:
    """The baseline of a text that anybody may have written; None when it is none."""
    if text is None:
        return None
    try:
        return read_baseline(text, path)
    except GateError:
        return None


def _empty(agent: str) -> Baseline:
    return Baseline(agent=agent, agent_fingerprint="", commit="", gate_version=__version__, cases={})
