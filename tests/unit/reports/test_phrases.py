"""Numbers in words: never rounded up to a promise, never a price that nobody gave."""

import pytest

from gate.model.report import Spend
from gate.model.words import CaseVerdict, Conclusion
from gate.reports.phrases import duration, headline, percent, share, spent, was_now
from tests.builders import case_comparison, decision, dimension, report


@pytest.mark.parametrize(
    ("passing", "total", "said"),
    [(38, 40, "38/40 (95%)"), (37, 40, "37/40 (92%)"), (199, 200, "199/200 (99%)"), (7, 7, "7/7 (100%)"), (0, 0, "—")],
)
def test_a_share_is_rounded_down_so_that_all_means_all(passing: int, total: int, said: str) -> None:
    assert share(passing, total) == said


@pytest.mark.parametrize(("part", "said"), [(0.9999, "99.9 %"), (1, "100 %"), (0.29, "29 %"), (0.9255, "92.5 %")])
def test_a_percentage_is_rounded_down(part: float, said: str) -> None:
    assert percent(part) == said


@pytest.mark.parametrize(
    ("seconds", "said"),
    [(0.42, "0.4 s"), (52, "52 s"), (59.9, "1 min 0 s"), (252, "4 min 12 s"), (3905, "1 h 5 min")],
)
def test_a_duration_has_at_most_two_units(seconds: float, said: str) -> None:
    assert duration(seconds) == said


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ("Blocked: 1 P0 case regressed", "Blocked: 1 P0 case regressed"),
        ("blocked: 1 P0 case regressed", "Blocked: 1 P0 case regressed"),
        ("1 P0 case regressed", "Blocked: 1 P0 case regressed"),
    ],
)
def test_a_headline_names_the_conclusion_once(given: str, said: str) -> None:
    assert headline(report(of_decision=decision(Conclusion.BLOCKED, given))) == said


def test_equal_usual_scores_are_said_to_be_equal() -> None:
    assert was_now(dimension(verdict=CaseVerdict.REGRESSED, old=2, new=2)) == "usually 2 on both sides"
    assert was_now(dimension(verdict=CaseVerdict.NEW, old=None, new=1)) == "was —, now 1"


def test_what_was_not_used_is_left_out() -> None:
    assert spent(report(spend=Spend())) == ()
    assert spent(report(spend=Spend(trials=3, duration_seconds=12))) == ("3 trials", "12 s")
    assert spent(report(spend=Spend(trials=1, tokens=5, money=0.0))) == ("1 trial", "5 tokens", "nothing to pay")


def test_what_a_case_and_the_judge_cost_is_said() -> None:
    cases = [case_comparison("a"), case_comparison("b")]
    both = Spend(trials=2, judge_calls=2, money=3.0, judge_money=1.0)
    assert spent(report(cases, spend=both))[-1] == "cost 3.00, 1.50 a case, of it the judge 1.00"
    little = Spend(trials=2, judge_calls=2, money=0.0046, judge_money=0.0012)
    assert spent(report(cases, spend=little))[-1] == "cost 0.0046, 0.0023 a case, of it the judge 0.0012"
    tiny = Spend(trials=2, judge_calls=2, money=0.00004, judge_money=0.0)
    assert spent(report(cases, spend=tiny))[-1] == "cost 0.000040, 0.000020 a case"
    judge_only = Spend(trials=2, judge_calls=2, judge_money=1.0)
    assert spent(report(cases, spend=judge_only))[-1] == "the judge 1.00, else cost unknown (no prices configured)"
