"""Green means a pass and nothing else."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gate.errors import ExitCode
from gate.github.host import DESCRIPTION_LIMIT, StatusState
from gate.github.signoff.marks import SHOWN_DIGEST
from gate.github.status import context_of, exit_code_of, of_report, state_of
from gate.model.plan import GateChange
from gate.model.words import Conclusion
from gate.planning.rewritten import CONFIGURATION_ADDED
from tests.builders import decision, report


@given(st.integers(-3, 300))
def test_only_a_pass_is_green_and_only_a_block_is_red(code: int) -> None:
    assert (state_of(code) == "success") == (code == ExitCode.PASS)
    assert (state_of(code) == "failure") == (code == ExitCode.BLOCKED)


@pytest.mark.parametrize(
    ("state", "code"),
    [
        ("success", ExitCode.PASS),
        ("failure", ExitCode.BLOCKED),
        ("error", ExitCode.COULD_NOT_TELL),
        ("pending", None),
    ],
)
def test_a_settled_status_is_repeated_and_a_pending_one_is_not(state: StatusState, code: ExitCode | None) -> None:
    assert exit_code_of(state) == code


def test_a_job_for_some_agents_never_stands_for_all() -> None:
    assert context_of(()) == "agent-eval-gate"
    assert context_of(("b", "a")) == "agent-eval-gate/b+a"


@given(st.text(max_size=400))
def test_the_sentence_fits_and_ends_in_the_result(headline: str) -> None:
    made = report(of_decision=decision(Conclusion.BLOCKED, headline=headline))

    line = of_report(made)

    assert len(line.description) <= DESCRIPTION_LIMIT
    assert line.description.endswith(f"result {made.decision.digest[:SHOWN_DIGEST]}")


def test_a_base_without_a_gate_makes_no_commit_green() -> None:
    """Its commit may be the head of another pull request, into a branch that has a gate."""
    whole = report()
    added = GateChange(path="agent-gate.yml", what=CONFIGURATION_ADDED)

    line = of_report(replace(whole, plan=replace(whole.plan, gate_changes=(added,))))

    assert line.state == "pending"
    assert "the base branch has no agent-gate.yml yet" in line.description
