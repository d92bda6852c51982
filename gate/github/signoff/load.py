"""The result a sign-off is about: from the artifact of the evaluated commit, else from a new evaluation."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from gate.errors import GateError, StoreError
from gate.github.host import Host, PullRequest
from gate.github.signoff.identity import Identity
from gate.github.signoff.marks import Published
from gate.github.signoff.result import Result, read_result, unpack
from gate.github.signoff.rules import Refusal, another_result
from gate.reports.escape import code, prose

Evaluate = Callable[[PullRequest, str], Path]
"""Evaluates a commit of a pull request, reports the result, and answers the run folder."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Desk:
    """What a sign-off works with beside the host. `evaluate` None = nothing can be evaluated here."""

    identity: Identity
    evaluate: Evaluate | None = None
    run_url: str = ""


def load(pull_request: PullRequest, evaluated: str, published: Published, host: Host, desk: Desk) -> Result | Refusal:
    """The result that was reported for `evaluated`; a refusal when it cannot be had (any more).

    A new evaluation counts only when it comes to the very result that was reported: nobody has accepted another one.
    """
    try:
        result = _from_artifact(host.artifact(desk.identity.artifact, evaluated))
    except StoreError as error:
        if desk.evaluate is None:
            return Refusal(text=prose(f"the result cannot be read: {error.message}"), remedy="run the gate again")
        try:
            result = read_result(desk.evaluate(pull_request, evaluated))
        except GateError as again:
            text = f"the result cannot be read ({error.message}), nor made again: {again.message}"
            return Refusal(text=prose(text), remedy=prose(again.hint or "run the gate again"))
    if result.plan.head.sha != evaluated:
        other = code(result.plan.head.sha[:7] or "no commit")
        return Refusal(text=f"the result is of {other}, not of {code(evaluated[:7])}", remedy="run the gate again")
    parted = host.merge_base(pull_request.base_sha, evaluated)
    if result.plan.base.sha != parted:
        made, ours = code(result.plan.base.sha[:7]), code(parted[:7])
        return Refusal(
            text=f"the result compares with {made}, and the branch parted from {code(pull_request.base_ref)} at {ours}",
            remedy="run the pull request's check again, read its report, then accept",
        )
    return another_result(result.digest, published) or result


def _from_artifact(content: bytes | None) -> Result:
    if content is None:
        raise StoreError("there is no artifact of this commit's run, or it has expired")
    with TemporaryDirectory(prefix="agent-gate-") as folder:
        unpack(content, Path(folder))
        return read_result(Path(folder))
