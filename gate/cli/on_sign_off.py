"""A sign-off's run: the last result is accepted or not; evaluated again only when it cannot be had otherwise."""

from pathlib import Path

from gate.cli.delivery import Delivery
from gate.cli.on_pull_request import evaluate_sides, make_known
from gate.errors import UsageError
from gate.github.activity import SignOff
from gate.github.host import PullRequest
from gate.github.signoff.flow import sign_off
from gate.github.signoff.load import Desk
from gate.model.words import Tier


def carry_out_sign_off(todo: SignOff, delivery: Delivery) -> int:
    """Carry out the sign-off an event asks for. The exit code is that of the commit as it stands then."""
    if delivery.host is None:
        raise UsageError("without a token nothing can be accepted", "give the action one: `token:`")

    def evaluate(pull_request: PullRequest, sha: str) -> Path:
        make_known(pull_request, sha, delivery)
        with delivery.on_commit(sha):
            label = f"pr-{pull_request.number}"
            base, stranger = pull_request.base_sha, pull_request.is_fork
            report = evaluate_sides(delivery, base, sha, Tier.PULL_REQUEST, label, stranger=stranger)
            delivery.finish(report, sha=sha, number=pull_request.number)
            return Path(report.folder)

    desk = Desk(identity=delivery.identity, evaluate=evaluate, run_url=delivery.job.run_url)
    outcome = sign_off(todo.ask, delivery.host, desk)
    delivery.tell(outcome.text)
    return delivery.concluded(outcome.conclusion, outcome.exit_code)
