"""Topics, the whole suite, and the breaker."""

from dataclasses import replace

from gate.model.comparison import CaseInput, Findings, Request
from gate.model.words import Arm, CaseVerdict, Outcome
from gate.verdicts.confirm import ConfirmOptions, confirm_procedure
from tests.procedures import Answer, known, passed, play, regressed, suite

TOPICS = ("orders", "refunds", "shipping")


def shop(each: int = 20, agents: tuple[str, ...] = ("shop",)) -> list[CaseInput]:
    """Clean cases in three topics, but refunds are too unsteady to block one by one."""
    return [
        known(f"{agent}/{topic}-{n:02d}", 14 if topic == "refunds" else 20, topic=topic)
        for agent in agents
        for topic in TOPICS
        for n in range(each)
    ]


def number(request: Request) -> int:
    return int(request.case[-2:])


def every_third(request: Request) -> bool:
    """At different times in different cases and arms."""
    return (request.trial + number(request) + (request.arm is Arm.BASE)) % 3 == 0


def found(cases: list[CaseInput], answer: Answer) -> Findings:
    procedure = confirm_procedure(cases, ConfirmOptions())
    play(procedure, answer)
    return procedure.findings()


def weakened(request: Request) -> Outcome:
    """Refunds pass two trials of three on base, one of three on head."""
    if "/refunds-" not in request.case:
        return Outcome.PASSED
    return passed(every_third(request) is (request.arm is Arm.HEAD))


def test_a_topic_that_fell_is_blocked_as_a_topic() -> None:
    findings = found(shop(), weakened)
    assert {group.group: group.verdict for group in findings.groups} == {"refunds": CaseVerdict.REGRESSED}
    assert regressed(findings) == set()
    assert "drawn afresh (evidence 1 : " in findings.groups[0].explanation


def test_a_topic_that_fell_in_both_arms_is_alike_not_regressed() -> None:
    findings = found(shop(), lambda request: passed("/refunds-" not in request.case or every_third(request)))
    assert {group.group: group.verdict for group in findings.groups} == {"refunds": CaseVerdict.UNCHANGED}
    assert "the platform has drifted" in findings.groups[0].explanation


def test_topics_of_two_agents_with_one_name_are_two_topics() -> None:
    def answer(request: Request) -> Outcome:
        return passed(not number(request) % 3) if request.case.startswith("left/") else weakened(request)

    cases = [case for case in shop(agents=("left", "right")) if "/refunds-" in case.case]
    assert {group.group for group in found(cases, answer).groups} == {"left/refunds", "right/refunds"}


def test_the_suite_is_examined_when_no_topic_alone_stands_out() -> None:
    findings = found([replace(case, topic="") for case in shop()], weakened)
    assert [(group.group, group.verdict) for group in findings.groups] == [("", CaseVerdict.REGRESSED)]


def test_cases_that_cannot_block_count_in_no_topic() -> None:
    cases = [replace(case, may_block=False) for case in shop()]
    assert found(cases, weakened).groups == ()


def test_a_small_topic_gets_at_least_twenty_pairs_a_round() -> None:
    """Every second head trial fails in a topic of four cases too unsteady to block alone."""
    cases = [known(f"shop/refunds-{n:02d}", 14, 20, topic="refunds") for n in range(4)]
    findings = found(cases, lambda request: passed(request.arm is Arm.BASE))
    assert findings.phases["topic"] == 40
    assert findings.groups[0].verdict is CaseVerdict.REGRESSED


def test_a_budget_that_ends_during_a_topic_leaves_it_undecided() -> None:
    def answer(request: Request) -> Outcome:
        return Outcome.SKIPPED if request.arm is Arm.BASE else weakened(request)

    assert [group.verdict for group in found(shop(), answer).groups] == [CaseVerdict.INCONCLUSIVE]


def test_the_breaker_stops_when_base_fails_as_well() -> None:
    procedure = confirm_procedure(suite(60), ConfirmOptions())
    batches = play(procedure, lambda request: passed(not number(request) % 2))
    findings = procedure.findings()
    assert "base fails as well: it passed 0 of 20 cases where 20 were expected" in findings.environment
    assert findings.phases == {"screen": 120, "control": 20}
    assert len(batches) == 2
    assert regressed(findings) == set()


def test_the_breaker_lets_a_real_break_of_many_cases_through() -> None:
    broken = {case.case for case in suite(60) if int(case.case[-2:]) % 2}
    findings = found(suite(60), lambda request: passed(request.arm is Arm.BASE or request.case not in broken))
    assert findings.environment == ""
    assert regressed(findings) == broken


def test_a_regressed_case_leaves_topics_unexamined() -> None:
    findings = found(shop(), lambda request: passed(request.arm is Arm.BASE or request.case != "shop/orders-00"))
    assert regressed(findings) == {"shop/orders-00"}
    assert "topic" not in findings.phases
