"""The sign-off from event to answer, in the order that survives a push at any moment."""

from gate.github.host import Host
from gate.github.signoff.ask import Ask, CommentAsk, LabelAsk
from gate.github.signoff.checking import Request, check
from gate.github.signoff.load import Desk, load
from gate.github.signoff.outcome import Outcome, refused
from gate.github.signoff.result import Result
from gate.github.signoff.rows import accepted_before
from gate.github.signoff.rules import Refusal, set_back, unread, unreported
from gate.github.signoff.settlement import settle
from gate.github.signoff.writing import Order, carry_out
from gate.model.baseline import SignOff

_REPLY = "<!-- agent-eval-gate reply to {comment} -->"


def sign_off(ask: Ask, host: Host, desk: Desk) -> Outcome:
    """Carry out a sign-off, or refuse it, and say so on the pull request.

    Asked the same again, nothing is changed and nothing is said. Raises what the host raises; a label that could not
    be dealt with then stays on.
    """
    request = check(ask, host, desk.identity)
    outcome = request if isinstance(request, Outcome) else _decide(request, host, desk)
    _tell(ask, outcome, host, desk)
    return outcome


def _decide(request: Request, host: Host, desk: Desk) -> Outcome:
    published = request.published
    if published is None:
        if desk.evaluate is not None:
            desk.evaluate(request.pull_request, request.approved)  # reports it, to be read and accepted then
        return refused(unreported())
    refusal = unread(request.at, published)
    if refusal is None and request.by_comment:
        refusal = set_back(host.force_pushes(request.pull_request.number), published)
    if refusal is not None:
        return refused(refusal)
    result = load(request.pull_request, request.evaluated, published, host, desk)
    if isinstance(result, Refusal):
        return refused(result)
    return _settle(request, result, host, desk)


def _settle(request: Request, result: Result, host: Host, desk: Desk) -> Outcome:
    entry = SignOff(
        at=request.stamp,
        by=request.by,
        reason=request.reason,
        commit=request.evaluated,
        digest=result.digest,
        cases=(),
        run=result.run,
    )
    known = request.baselines if request.is_ours else {}
    before = accepted_before(known, request.evaluated, result.digest)
    policy = request.config.verdicts.inconclusive
    settlement = settle(result, request.names, entry, before=before, inconclusive=policy)
    if isinstance(settlement, Refusal):
        return refused(settlement)
    if request.names and not settlement.accepted:
        return refused(Refusal(text="these cases are accepted already", remedy="see what else the status names"))
    order = Order(request=request, result=result, settlement=settlement, sign_off=entry)
    return carry_out(order, host, desk)


def _tell(ask: Ask, outcome: Outcome, host: Host, desk: Desk) -> None:
    """Take the label off and answer; a comment that has an answer gets no second one."""
    if isinstance(ask, LabelAsk) and outcome.kind != "overtaken":
        host.remove_label(ask.number, ask.label)
    if outcome.quiet:
        return
    text = outcome.text
    if isinstance(ask, CommentAsk):
        mark = _REPLY.format(comment=ask.comment_id)
        if _is_answered(ask.number, mark, host, desk):
            return
        host.react(ask.comment_id, "-1" if outcome.kind == "refused" else "+1")
        text = f"{mark}\n{text}"
    host.create_comment(ask.number, text)


def _is_answered(number: int, mark: str, host: Host, desk: Desk) -> bool:
    """Whether the gate replied to this comment before. Decides on nothing but a second reply."""
    login = desk.identity.login.casefold()
    return any(one.author.casefold() == login and one.body.startswith(mark) for one in host.comments(number))
