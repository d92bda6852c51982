from dataclasses import replace

import pytest

from gate.errors import ExitCode, UsageError
from gate.github.signoff.result import Result
from gate.github.signoff.rules import Refusal
from gate.github.signoff.settlement import Settlement, entered_in, named_cases, settle
from gate.model.baseline import SignOff
from gate.model.comparison import Comparison, GroupFinding
from gate.model.plan import AgentPlan, GateChange
from gate.model.report import AcceptanceRow
from gate.model.words import CaseVerdict, Conclusion, Dimension, Severity
from gate.verdicts.decision import digest_of
from tests.results import AGENT, compare_by_majority, make_baseline, make_case, make_plan

FIRST, SECOND, STEADY = make_case("first"), make_case("second"), make_case("steady")
CASES = (FIRST, SECOND, STEADY)
BASE = make_baseline(*((case, [2] * 20) for case in CASES))
BLOCKED = compare_by_majority(BASE, (FIRST, [0, 0]), (SECOND, [0, 0]), (STEADY, [2, 2]))
FINE = compare_by_majority(BASE, (FIRST, [2, 2]), (SECOND, [2, 2]), (STEADY, [2, 2]))
REMOVED = GateChange(path="fixtures/old.md", what="removes case old", needs_sign_off=True)
FLOOR = AcceptanceRow(
    agent=AGENT,
    severity=Severity.P0,
    dimension=Dimension.TONE,
    floor=0.9,
    rate=0.5,
    low=0.4,
    high=0.6,
    cases=3,
    verdict="missed",
    blocks=True,
)


def result(comparison: Comparison = BLOCKED, *changes: GateChange, floors: tuple[AcceptanceRow, ...] = ()) -> Result:
    plan = replace(make_plan(CASES, BASE), gate_changes=changes)
    return Result(
        run="r",
        day="2026-11-22",
        plan=plan,
        comparison=comparison,
        acceptance=floors,
        headline="the headline",
        digest=digest_of(plan, comparison, floors),
    )


def entry(of: Result) -> SignOff:
    return SignOff(at="t", by="wendy", reason="x", commit=of.plan.head.sha, digest=of.digest, cases=())


def settled(of: Result, *names: str, before: frozenset[str] = frozenset()) -> Settlement:
    found = settle(of, names, entry(of), before=before, inconclusive="fail")
    assert isinstance(found, Settlement)
    return found


def refused(of: Result, *names: str) -> Refusal:
    found = settle(of, names, entry(of), before=frozenset(), inconclusive="fail")
    assert isinstance(found, Refusal)
    return found


def test_no_name_accepts_all_that_regressed() -> None:
    found = settled(result())

    assert found.accepted == (f"{AGENT}/first", f"{AGENT}/second")
    assert (found.decision.conclusion, found.settled, found.rest) == (Conclusion.ACCEPTED, True, ())


def test_a_name_accepts_itself_and_leaves_the_rest() -> None:
    found = settled(result(), "first")

    assert found.accepted == (f"{AGENT}/first",)
    assert found.decision.conclusion is Conclusion.BLOCKED
    assert found.rest == ("1 case: second",)


def test_earlier_acceptances_of_the_same_result_add_up() -> None:
    found = settled(result(), "second", before=frozenset({f"{AGENT}/first"}))

    assert (found.accepted, found.settled) == ((f"{AGENT}/second",), True)


def test_names_do_not_accept_a_removed_case() -> None:
    """Who names the cases that regressed has not said anything of the case that is gone."""
    found = settled(result(BLOCKED, REMOVED), "first", "second")

    assert not found.settled
    assert found.rest == ("fixtures/old.md: removes case old",)
    assert settled(result(BLOCKED, REMOVED)).settled


def test_names_do_not_accept_a_group() -> None:
    fallen = GroupFinding(group="Returns", verdict=CaseVerdict.REGRESSED, explanation="")
    grouped = replace(BLOCKED, groups=(fallen,))

    assert settled(result(grouped), "first", "second").rest == ("Returns fell as a group",)
    assert settled(result(grouped)).settled


def test_a_change_of_the_gate_alone_can_be_accepted() -> None:
    found = settled(result(FINE, REMOVED))

    assert (found.accepted, found.settled) == ((), True)


def test_no_sign_off_covers_a_floor() -> None:
    found = settled(result(BLOCKED, floors=(FLOOR,)))

    assert found.accepted
    assert found.decision.exit_code == ExitCode.BLOCKED
    assert found.rest == (f"P0 tone of `{AGENT}` is below its floor",)


def test_nothing_to_accept_is_said() -> None:
    assert "the headline" in refused(result(FINE)).text


def test_a_name_that_is_none_is_told_what_there_is() -> None:
    refusal = refused(result(), "frist")

    assert "no case `frist`" in refusal.text
    assert "first, second" in refusal.remedy


def test_an_id_of_two_agents_must_be_spelled_out() -> None:
    twin = replace(BLOCKED.cases[0], case="sales/first", agent="sales")
    comparison = replace(BLOCKED, cases=(*BLOCKED.cases, twin))

    ambiguous = named_cases(["first"], comparison)
    assert isinstance(ambiguous, Refusal)
    assert "`sales/first`" in ambiguous.remedy
    assert named_cases(["sales/first", "sales/first"], comparison) == ("sales/first",)


def test_an_agent_that_the_base_does_not_know_has_no_file() -> None:
    """A forged result names an agent after a path."""
    twin = replace(BLOCKED.cases[0], case="../../.github/x", agent="../../.github")
    forged = result(replace(BLOCKED, cases=(twin,)))

    with pytest.raises(UsageError, match="configures no agent"):
        entered_in(settled(forged), forged.plan, {AGENT}, {AGENT})


def test_without_a_case_every_recorded_agent_takes_the_entry() -> None:
    of = result(FINE, REMOVED)
    agents = tuple(
        AgentPlan(name=name, base_fingerprint="", head_fingerprint="", affected=True) for name in (AGENT, "sales", "x")
    )

    assert entered_in(settled(of), replace(of.plan, agents=agents), {AGENT, "sales"}, {AGENT, "x"}) == (AGENT,)
