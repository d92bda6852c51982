"""May it merge: conclusions, their words, sign-offs and the digest."""

from collections.abc import Sequence
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter

from gate.model.baseline import SignOff
from gate.model.comparison import CaseFinding, Comparison, GroupFinding
from gate.model.plan import GateChange, Plan
from gate.model.report import AcceptanceRow, Decision
from gate.model.words import CaseVerdict, Conclusion, Dimension, Severity, Status, Tier
from gate.verdicts.acceptance import acceptance
from gate.verdicts.decision import Rules, decide, digest_of
from tests.results import Given, compare_by_majority, make_baseline, make_case, make_plan

CORRECTNESS, GROUNDING, TONE, SAFETY = Dimension
GOOD, BAD = make_case("good"), make_case("bad")
BASELINE = make_baseline((GOOD, [2] * 20), (BAD, [2] * 20))
PLAN = make_plan([GOOD, BAD], BASELINE)
LOOSENED = GateChange(path="fixtures/bad.md", what="rubric loosened", needs_sign_off=True)


def _compare(good: Sequence[Given] = (2, 2), bad: Sequence[Given] = (2, 2)) -> Comparison:
    return compare_by_majority(BASELINE, (GOOD, good), (BAD, bad))


def _decide(comparison: Comparison, plan: Plan = PLAN, rules: Rules | None = None) -> Decision:
    return decide(plan, comparison, rules)


def _sign(comparison: Comparison, *cases: str, plan: Plan = PLAN) -> SignOff:
    digest = digest_of(plan, comparison)
    return SignOff(at="2026-11-22", by="ana", reason="shorter", commit=plan.head.sha, digest=digest, cases=cases)


def test_nothing_regressed_is_a_pass() -> None:
    decision = _decide(_compare())

    assert (decision.conclusion, decision.exit_code) == (Conclusion.PASS, 0)
    assert decision.headline == "Pass: no regression in 2 P0 cases"
    assert (decision.blocking, decision.gaps, decision.notes) == ((), (), ())


def test_nothing_affected_is_said_aloud() -> None:
    decision = decide(make_plan([]), Comparison(policy="confirm", cases=()))

    assert (decision.conclusion, decision.exit_code, decision.headline) == (
        Conclusion.PASS,
        0,
        "Pass: nothing affected",
    )


def test_improvements_are_counted() -> None:
    baseline = make_baseline((GOOD, [0] * 20))
    decision = decide(make_plan([GOOD]), compare_by_majority(baseline, (GOOD, [2, 2])))

    assert decision.headline == "Pass: no regression in 1 P0 case, 1 case improved"


def test_cases_that_were_not_compared_are_not_said_to_hold() -> None:
    one = decide(
        make_plan([GOOD, BAD]), compare_by_majority(make_baseline((GOOD, [2] * 20)), (GOOD, [2, 2]), (BAD, [0, 0]))
    )
    none = decide(make_plan([BAD]), compare_by_majority(make_baseline((GOOD, [2] * 20)), (BAD, [0, 0])))

    assert one.headline == "Pass: no regression in 1 P0 case, 1 P0 case not compared"
    assert none.headline == "Pass: none of 1 P0 case could be compared"


def test_one_regressed_p0_case_blocks_and_says_what_to_do() -> None:
    decision = _decide(_compare(bad=[1, 1]))

    assert (decision.conclusion, decision.exit_code, decision.blocking) == (Conclusion.BLOCKED, 1, ("support/bad",))
    assert decision.headline == "Blocked: 1 P0 case regressed in `support`"
    assert decision.next_action == (
        "Fix it, or let someone else with write access accept it for this commit: label `accept-baseline`, or comment "
        "`/accept-baseline bad reason: …`"
    )


def test_many_regressed_cases_are_accepted_without_naming_each() -> None:
    cases = [make_case(f"c{number}") for number in range(6)]
    baseline = make_baseline(*[(case, [2] * 5) for case in cases])
    decision = decide(make_plan(cases), compare_by_majority(baseline, *[(case, [0, 0]) for case in cases]))

    assert decision.headline == "Blocked: 6 P0 cases regressed in `support`"
    assert decision.next_action.endswith(
        "accept them for this commit: label `accept-baseline`, or comment `/accept-baseline reason: …`"
    )


def test_the_command_it_shows_accepts_all_that_holds_the_merge() -> None:
    """Named cases accept neither a group nor a change of the gate; where agents share a name, it needs the agent's."""
    group = GroupFinding(group="Returns", verdict=CaseVerdict.REGRESSED, explanation="")
    with_group = _decide(replace(_compare(bad=[0, 0]), groups=(group,)))
    with_change = _decide(_compare(bad=[0, 0]), replace(PLAN, gate_changes=(LOOSENED,)))
    twins = [make_case("bad"), make_case("bad", agent="sales")]
    compared = compare_by_majority(make_baseline((twins[0], [2] * 5)), (twins[0], [0, 0]), (twins[1], [2, 2]))

    assert "comment `/accept-baseline reason: …`" in with_group.next_action
    assert "comment `/accept-baseline reason: …`" in with_change.next_action
    assert "comment `/accept-baseline support/bad reason: …`" in decide(make_plan(twins), compared).next_action


def test_who_accepts_and_how_is_what_the_configuration_says() -> None:
    usual = _decide(_compare(bad=[0, 0])).next_action
    strict = _decide(_compare(bad=[0, 0]), rules=Rules(by_label=False, by_author=True)).next_action

    assert "let someone else with write access accept it for this commit: label `accept-baseline`, or comment" in usual
    assert "let someone with write access accept it for this commit: comment `/accept-baseline bad reason: …`" in strict


def test_where_nothing_is_stored_it_says_how_results_come() -> None:
    new = decide(make_plan([GOOD]), compare_by_majority(BASELINE, (GOOD, [2, 2])))
    first = decide(make_plan([make_case("a")]), compare_by_majority(BASELINE, (make_case("a"), [2, 2])))

    assert new.next_action == "Nothing to do."
    assert first.conclusion is Conclusion.PASS
    assert "`agent-gate baseline record`" in first.next_action

    added = GateChange(path="baselines/support.json", what="baseline added (in force once it is merged)")
    brought = replace(make_plan([make_case("a")]), gate_changes=(added,))
    compared = compare_by_majority(BASELINE, (make_case("a"), [2, 2]))
    assert decide(brought, compared).next_action == "Nothing to do."


def test_a_regression_that_cannot_block_is_noted() -> None:
    case = make_case("later", severity=Severity.P1)
    compared = compare_by_majority(make_baseline((case, [2] * 5)), (case, [0, 0]))
    decision = decide(make_plan([case]), compared)

    assert (decision.conclusion, decision.headline) == (
        Conclusion.PASS,
        "Pass: no P0 case ran, none can hold the merge",
    )
    assert decision.notes == ("1 case regressed that cannot hold the merge: later",)


def test_a_failing_new_case_is_noted() -> None:
    decision = decide(make_plan([make_case("new")]), compare_by_majority(BASELINE, (make_case("new"), [0, 0])))

    assert decision.conclusion is Conclusion.PASS
    assert decision.notes == ("fails without an accepted result to compare with, so it cannot hold the merge: new",)


def test_a_topic_that_fell_blocks_though_no_case_does() -> None:
    group = GroupFinding(group="Returns", verdict=CaseVerdict.REGRESSED, explanation="")
    decision = _decide(replace(_compare(), groups=(group,)))

    assert (decision.conclusion, decision.headline) == (Conclusion.BLOCKED, "Blocked: Returns fell as a group")


def test_a_loosened_frozen_p0_fixture_blocks_until_signed_off() -> None:
    plan, comparison = replace(PLAN, gate_changes=(LOOSENED,)), _compare()
    blocked = _decide(comparison, plan)
    signed = _decide(comparison, plan, Rules(sign_off=_sign(comparison, plan=plan)))

    assert (blocked.conclusion, blocked.headline) == (
        Conclusion.BLOCKED,
        "Blocked: 1 change to the gate needs sign-off",
    )
    assert blocked.next_action.startswith("Undo it (`git checkout 1f3c2aa -- FILE` brings a file back), or let someone")
    assert signed.conclusion is Conclusion.ACCEPTED


def test_a_removed_fixture_blocks_even_when_nothing_else_is_affected() -> None:
    plan = replace(make_plan([]), gate_changes=(LOOSENED,))

    assert decide(plan, Comparison(policy="confirm", cases=())).conclusion is Conclusion.BLOCKED


def test_a_change_to_the_gate_that_needs_no_sign_off_does_not_block() -> None:
    plan = replace(PLAN, gate_changes=(replace(LOOSENED, needs_sign_off=False),))

    assert _decide(_compare(), plan).conclusion is Conclusion.PASS


@pytest.mark.parametrize("cases", [("bad",), ("support/bad",), ("bad", "good"), ()])
def test_a_sign_off_of_what_is_shown_accepts_it(cases: tuple[str, ...]) -> None:
    comparison = _compare(bad=[0, 0])
    decision = _decide(comparison, rules=Rules(sign_off=_sign(comparison, *cases)))

    assert (decision.conclusion, decision.exit_code, decision.blocking) == (Conclusion.ACCEPTED, 0, ())
    assert decision.headline == "Accepted by ana: 1 P0 case regressed in `support`"


@pytest.mark.parametrize("more", ["group", "gate"])
def test_named_cases_accept_neither_a_group_nor_a_change_of_the_gate(more: str) -> None:
    fell = GroupFinding(group="Returns", verdict=CaseVerdict.REGRESSED, explanation="3 pairs")
    comparison = replace(_compare(bad=[0, 0]), groups=(fell,) if more == "group" else ())
    plan = replace(PLAN, gate_changes=(LOOSENED,) if more == "gate" else ())

    named = _decide(comparison, plan, Rules(sign_off=_sign(comparison, "bad", plan=plan)))
    everything = _decide(comparison, plan, Rules(sign_off=_sign(comparison, plan=plan)))

    assert (named.conclusion, everything.conclusion) == (Conclusion.BLOCKED, Conclusion.ACCEPTED)


@pytest.mark.parametrize(
    "change",
    [{"cases": ("good",)}, {"commit": "another"}, {"digest": "another"}],
)
def test_a_sign_off_of_anything_else_accepts_nothing(change: dict[str, str]) -> None:
    comparison = _compare(bad=[0, 0])
    sign_off = replace(_sign(comparison, "bad"), **change)  # type: ignore[arg-type] # one field of several types
    decision = _decide(comparison, rules=Rules(sign_off=sign_off))

    assert (decision.conclusion, decision.blocking) == (Conclusion.BLOCKED, ("support/bad",))
    assert decision.notes[0].startswith("the sign-off by ana does not hold")


def test_a_failed_environment_is_no_verdict() -> None:
    decision = _decide(replace(_compare(), environment="4 of 40 trials are missing"))

    assert (decision.conclusion, decision.exit_code) == (Conclusion.INFRA_FAILURE, 3)
    assert decision.headline == "Infra-failure: 4 of 40 trials are missing"


def test_resuming_is_advised_only_where_something_is_missing() -> None:
    """Where every trial was scored, resuming would find the same again."""
    fallen = replace(_compare(), environment="base fails as well")
    cases = tuple(replace(case, finding=replace(case.finding, missing=1)) for case in fallen.cases)

    assert "--resume" not in _decide(fallen).next_action
    assert "--resume" in _decide(replace(fallen, cases=cases)).next_action


def test_a_seen_regression_blocks_and_the_environment_is_noted() -> None:
    decision = _decide(replace(_compare(bad=[0, 0]), environment="4 of 40 trials are missing"))

    assert decision.conclusion is Conclusion.BLOCKED
    assert decision.notes == ("the environment failed too: 4 of 40 trials are missing",)


def test_a_gap_is_never_green_whatever_the_policy_tolerates() -> None:
    comparison = compare_by_majority(BASELINE, (GOOD, [2, 2]), suite=[GOOD, BAD])
    decision = _decide(comparison, rules=Rules(inconclusive="pass"))

    assert (decision.conclusion, decision.exit_code) == (Conclusion.INCONCLUSIVE, 3)
    assert decision.headline == "Inconclusive: 1 P0 case without a result"
    assert decision.next_action.startswith("support/bad: it did not run")


def test_a_case_whose_trials_all_errored_is_an_infra_failure() -> None:
    comparison = _compare(bad=[None, None, None])
    decision = _decide(comparison)

    assert (decision.conclusion, decision.exit_code) == (Conclusion.INFRA_FAILURE, 3)
    assert decision.gaps[0].startswith("support/bad: correctness was not scored (no verdict recorded)")


@pytest.mark.parametrize(("policy", "exit_code"), [("fail", 3), ("pass", 0)])
def test_an_undecided_case_ends_as_the_policy_says(policy: str, exit_code: int) -> None:
    rules = Rules(inconclusive="pass") if policy == "pass" else Rules()
    decision = _decide(_compare(bad=[2, 0, None]), rules=rules)

    assert (decision.conclusion, decision.exit_code) == (Conclusion.INCONCLUSIVE, exit_code)
    assert decision.headline == "Inconclusive: 1 P0 case stayed undecided"
    assert "bad" in decision.next_action


def test_a_missed_floor_blocks_and_no_sign_off_covers_it() -> None:
    cases = [make_case(f"c{number}") for number in range(10)]
    baseline = make_baseline(*[(case, [0] * 20) for case in cases])
    comparison = compare_by_majority(baseline, *[(case, [0, 0]) for case in cases])
    floors = acceptance({Severity.P0: {CORRECTNESS: 0.95}}, Tier.PULL_REQUEST, comparison)
    plan = make_plan(cases)
    decision = decide(plan, comparison, Rules(acceptance=floors, sign_off=_sign(comparison)))

    assert (decision.conclusion, decision.acceptance) == (Conclusion.BLOCKED, floors)
    assert decision.headline == "Blocked: P0 correctness of `support` is below its floor"
    assert "to its floor of 0.95" in decision.next_action


def test_what_drifted_or_stayed_unproved_together_is_noted() -> None:
    """A platform that changed in both arms blocks nobody, and a reader learns of it."""
    drifted = GroupFinding(group="", verdict=CaseVerdict.UNCHANGED, explanation="base fails as well now")
    unproved = GroupFinding(group="Returns", verdict=CaseVerdict.INCONCLUSIVE, explanation="advisory")

    decision = _decide(replace(_compare(), groups=(drifted, unproved)))

    assert decision.conclusion is Conclusion.PASS
    assert decision.notes == ("base fails as well now", "topic Returns: advisory")


def test_notes_of_the_run_are_said() -> None:
    assert _decide(_compare(), rules=Rules(notes=("quarantine expired",))).notes == ("quarantine expired",)


def test_the_digest_survives_a_file_and_follows_the_result() -> None:
    adapter = TypeAdapter(Comparison)
    comparison = _compare(bad=[0, 0])

    assert digest_of(PLAN, adapter.validate_json(adapter.dump_json(comparison))) == digest_of(PLAN, comparison)
    assert digest_of(PLAN, _compare(bad=[1, 1])) != digest_of(PLAN, comparison)
    assert len(digest_of(PLAN, comparison)) == 64


_FLOOR = AcceptanceRow(
    agent="support",
    severity=Severity.P0,
    dimension=TONE,
    floor=0.9,
    rate=0.5,
    low=0.4,
    high=0.6,
    cases=3,
    verdict="missed",
    blocks=True,
)


_SHOWN = replace(PLAN, gate_changes=(LOOSENED,))


@pytest.mark.parametrize(
    ("plan", "floors"),
    [
        (replace(_SHOWN, base=replace(PLAN.base, sha="0" * 40)), (_FLOOR,)),
        (replace(_SHOWN, head=replace(PLAN.head, sha="0" * 40)), (_FLOOR,)),
        (replace(_SHOWN, selected=PLAN.selected[:1]), (_FLOOR,)),
        (replace(_SHOWN, missing=(2,)), (_FLOOR,)),
        (replace(_SHOWN, gate_changes=()), (_FLOOR,)),
        (_SHOWN, ()),
        (_SHOWN, (replace(_FLOOR, blocks=False),)),
    ],
)
def test_the_digest_binds_all_that_an_acceptance_rests_on(plan: Plan, floors: tuple[AcceptanceRow, ...]) -> None:
    """Else an artifact with the right comparison could leave out what else was to be accepted."""
    comparison = _compare()

    assert digest_of(plan, comparison, floors) != digest_of(_SHOWN, comparison, (_FLOOR,))


def test_the_digest_binds_what_a_row_of_the_baseline_is_made_of() -> None:
    comparison = _compare()
    case = comparison.cases[0]
    others = [
        replace(case, fingerprints=replace(case.fingerprints, fixture="forged")),
        replace(case, judge="forged"),
        replace(case, checks="forged"),
    ]
    digests = {digest_of(PLAN, replace(comparison, cases=(other, *comparison.cases[1:]))) for other in (case, *others)}

    assert len(digests) == 4


_heads = st.lists(st.sampled_from((0, 1, 2, None)), min_size=3, max_size=3)
_GREEN = (Conclusion.PASS, Conclusion.ACCEPTED)


@given(st.lists(_heads, min_size=1, max_size=4), st.data())
def test_one_more_head_failure_never_turns_red_to_green(heads: list[list[int | None]], data: st.DataObject) -> None:
    suite = [(make_case(f"c{number}", trials=3), scores) for number, scores in enumerate(heads)]
    baseline = make_baseline(*[(case, [2] * 20) for case, _ in suite])
    plan = make_plan([case for case, _ in suite], baseline)
    which, trial = data.draw(st.integers(0, len(suite) - 1)), data.draw(st.integers(0, 2))
    worse = [(case, [*scores]) for case, scores in suite]
    worse[which][1][trial] = 0

    before = decide(plan, compare_by_majority(baseline, *suite)).conclusion
    after = decide(plan, compare_by_majority(baseline, *worse)).conclusion
    assert before in _GREEN or after not in _GREEN
    assert before is not Conclusion.BLOCKED or after is Conclusion.BLOCKED


@given(
    verdicts=st.lists(st.sampled_from(CaseVerdict), max_size=4),
    severities=st.lists(st.sampled_from(Severity), min_size=4, max_size=4),
    statuses=st.lists(st.sampled_from(Status), min_size=4, max_size=4),
    environment=st.sampled_from(("", "the sandbox is down")),
    changed=st.booleans(),
    tolerant=st.booleans(),
    signed=st.booleans(),
)
def test_every_run_is_decided(
    verdicts: list[CaseVerdict],
    severities: list[Severity],
    statuses: list[Status],
    environment: str,
    *,
    changed: bool,
    tolerant: bool,
    signed: bool,
) -> None:
    cases = [
        make_case(f"c{number}", severity=severity, status=status)
        for number, (_, severity, status) in enumerate(zip(verdicts, severities, statuses, strict=False))
    ]
    compared = compare_by_majority(BASELINE, *[(case, [2, 2]) for case in cases])
    given_cases = tuple(
        replace(
            case,
            verdict=verdict,
            blocks=verdict is CaseVerdict.REGRESSED and case.severity is Severity.P0,
            finding=CaseFinding(verdict=verdict, explanation="", head_trials=2),
        )
        for case, verdict in zip(compared.cases, verdicts, strict=True)
    )
    comparison = replace(compared, cases=given_cases, environment=environment)
    plan = replace(make_plan(cases), gate_changes=(LOOSENED,) if changed else ())
    rules = Rules(
        inconclusive="pass" if tolerant else "fail", sign_off=_sign(comparison, plan=plan) if signed else None
    )
    decision = decide(plan, comparison, rules)

    expected = {Conclusion.PASS: 0, Conclusion.ACCEPTED: 0, Conclusion.BLOCKED: 1, Conclusion.INFRA_FAILURE: 3}
    assert decision.exit_code == expected.get(decision.conclusion, 0 if tolerant else 3)
    assert decision.headline
    assert decision.next_action
    assert (decision.conclusion is not Conclusion.ACCEPTED) or signed
    assert bool(decision.blocking) == (not signed and any(case.blocks for case in given_cases))
