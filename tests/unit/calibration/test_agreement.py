"""What people's ratings show of a judge: golden numbers, and simulated judges whose quality is known."""

from collections.abc import Sequence
from random import Random

import pytest

from gate.calibration.agreement import Current, consensus, measure
from gate.calibration.standing import advisory_from, corrected
from gate.model.calibration import Item, Measured, Rating
from gate.model.words import Dimension

T = Dimension.TONE
JUDGE, RUBRIC = "a" * 64, "r" * 64
NOW = Current(judge=JUDGE, rubrics={f"case-{index}": RUBRIC for index in range(2000)})


def item(index: int, judge: int, *people: int, by: str = JUDGE, rubric: str = RUBRIC) -> Item:
    ratings = tuple(
        Rating(rater=f"rater-{number}", score=score, date="2026-11-23", reason=f"I say {score}")
        for number, score in enumerate(people)
    )
    return Item(
        case=f"case-{index}", question=f"{index:064x}", dimension=T, judge=by, rubric=rubric, score=judge,
        reason=f"judge says {judge}", ratings=ratings,
    )  # fmt: skip


def items(*pairs: tuple[int, int, int]) -> list[Item]:
    """Of each (judge, human, times) that many items."""
    flat = [(judge, human) for judge, human, times in pairs for _ in range(times)]
    return [item(index, judge, human) for index, (judge, human) in enumerate(flat)]


def measured(*pairs: tuple[int, int, int]) -> Measured:
    return measure(T, items(*pairs), NOW)


@pytest.mark.parametrize(
    ("agreed", "total", "low", "high", "at_least"),
    [(16, 20, 56.3, 94.3, 59.9), (20, 20, 83.2, 100.0, 86.1), (40, 50, 66.3, 90.0, 68.4), (45, 50, 78.2, 96.7, 80.1),
     (88, 100, 80.0, 93.6, 81.3), (160, 200, 73.8, 85.3, 74.8)],
)  # fmt: skip
def test_agreement_has_the_published_intervals(
    agreed: int, total: int, low: float, high: float, at_least: float
) -> None:
    one = measured((2, 2, agreed), (0, 2, total - agreed))
    assert (one.agreement.hits, one.agreement.total) == (agreed, total)
    assert (round(100 * one.agreement.low, 1), round(100 * one.agreement.high, 1)) == (low, high)
    assert round(100 * one.at_least, 1) == at_least


def test_sensitivity_specificity_and_coefficients_by_hand() -> None:
    one = measured((2, 2, 40), (1, 2, 2), (0, 0, 6), (2, 0, 2), (1, 1, 10))
    assert (one.sensitivity.hits, one.sensitivity.total) == (40, 42)
    assert (one.specificity.hits, one.specificity.total) == (16, 18)
    assert one.youden == pytest.approx(40 / 42 + 16 / 18 - 1)
    assert one.majority == 42 / 60
    assert one.kappa == pytest.approx(0.8251748251748252)  # as statsmodels gives it
    assert len(one.disagreements) == 4
    assert {(found.judge, found.human) for found in one.disagreements} == {(1, 2), (2, 0)}
    assert one.disagreements[0].judge_reason.startswith("judge says")
    assert one.disagreements[0].human_reason.startswith("I say")


@pytest.mark.parametrize(
    ("pairs", "standing"),
    [
        (((2, 2, 30), (0, 0, 15), (0, 2, 2), (2, 0, 1), (1, 0, 2)), "calibrated"),  # 45 of 50
        (((2, 2, 29), (0, 0, 15), (0, 2, 3), (1, 0, 3)), "smoke"),  # 44 of 50: shown to be 77.6 % only
        (((2, 2, 15), (0, 0, 5)), "calibrated"),  # 20 of 20
        (((2, 2, 17), (0, 0, 3)), "smoke"),  # too few failures to know what it misses
        (((2, 2, 14), (0, 0, 2), (2, 0, 4)), "smoke"),  # 16 of 20
        (((2, 2, 13), (0, 0, 2), (2, 0, 5)), "uncalibrated"),  # 15 of 20: below what is asked
        (((2, 2, 10),), "uncalibrated"),
        (((2, 2, 95), (2, 0, 5)), "smoke"),  # a judge that always says 2
        (((2, 2, 80), (0, 0, 15), (2, 0, 5)), "smoke"),  # agrees on 95 %, misses a quarter of the failures
        ((), "uncalibrated"),
    ],
)
def test_standing(pairs: Sequence[tuple[int, int, int]], standing: str) -> None:
    one = measured(*pairs)
    assert one.standing == standing, one.why


@pytest.mark.parametrize("size", [20, 50, 100, 500])
def test_a_constant_judge_on_a_healthy_suite_is_never_calibrated(size: int) -> None:
    chance = Random(size)  # noqa: S311 - no secret
    for _ in range(40):
        people = [0 if chance.random() < 0.03 else 1 if chance.random() < 0.05 else 2 for _ in range(size)]
        one = measure(T, [item(index, 2, score) for index, score in enumerate(people)], NOW)
        assert one.standing != "calibrated", one.why


@pytest.mark.parametrize(
    ("sensitivity", "specificity", "at_least", "at_most"),
    [(0.99, 0.99, 0.95, 1.0), (0.97, 0.95, 0.6, 1.0), (0.9, 0.8, 0.0, 0.1), (0.8, 0.6, 0.0, 0.0), (1.0, 0.3, 0.0, 0.0)],
)
def test_a_judge_of_known_quality_is_classified_rightly(
    sensitivity: float, specificity: float, at_least: float, at_most: float
) -> None:
    """The share of 200 calibrations on 100 trials, 30 of them failures, that end in `calibrated`."""
    chance = Random(7)  # noqa: S311 - no secret
    found = 0
    for _ in range(200):
        human = [0] * 30 + [2] * 70
        judge = [
            (2 if chance.random() < sensitivity else 0) if score == 2 else (0 if chance.random() < specificity else 2)
            for score in human
        ]
        one = measure(T, [item(i, said, score) for i, (said, score) in enumerate(zip(judge, human, strict=True))], NOW)
        found += one.standing == "calibrated"
    assert at_least <= found / 200 <= at_most


def test_another_judge_or_rubric_makes_it_stale() -> None:
    good = items((2, 2, 30), (0, 0, 15))
    assert measure(T, good, NOW).standing == "calibrated"
    other = measure(T, good, Current(judge="b" * 64, rubrics=NOW.rubrics))
    assert (other.standing, other.outdated) == ("stale", 45)
    changed = {**NOW.rubrics, **{f"case-{index}": "x" * 64 for index in range(30)}}
    partly = measure(T, good, Current(judge=JUDGE, rubrics=changed))
    assert (partly.standing, partly.outdated, partly.agreement.total) == ("stale", 30, 15)
    gone = measure(T, good, Current(judge=JUDGE, rubrics={}))
    assert gone.standing == "stale"


def test_two_raters_who_disagree_settle_nothing() -> None:
    several = [item(0, 2, 2, 2), item(1, 2, 2, 0), item(2, 0, 0, 0), item(3, 2, 1, 1)]
    one = measure(T, several, NOW)
    assert (one.agreement.hits, one.agreement.total, one.unsettled) == (2, 3, 1)
    assert one.between is not None
    assert (one.between.hits, one.between.total) == (3, 4)
    assert [consensus(one) for one in several] == [2, None, 0, 1]
    assert consensus(item(5, 2, 2, 0, 2)) == 2
    assert one.alpha is not None


def test_only_calibrated_dimensions_may_block() -> None:
    tone = measure(T, items((2, 2, 30), (0, 0, 15)), NOW)
    advisory = advisory_from({"a": (tone,)})
    assert advisory("a") == frozenset(Dimension) - {T}
    assert advisory("other") == frozenset(Dimension)


def test_what_is_asked_for_can_be_configured_and_the_arithmetic_not() -> None:
    pairs = items((2, 2, 29), (0, 0, 15), (1, 2, 3), (1, 0, 3))
    assert measure(T, pairs, NOW, agreement=0.8).standing == "smoke"
    assert measure(T, pairs, NOW, agreement=0.75).standing == "calibrated"


def test_rates_are_corrected_from_sixty_ratings_on() -> None:
    """The judge passes 90 % of what it sees, a third of which people fail."""
    one = measured((2, 2, 36), (2, 0, 18), (0, 0, 6))
    found = corrected(one, 900, 1000)
    assert found is not None
    rate, interval = found
    assert interval.low < 0.6 < interval.high
    assert 0.5 < rate < 0.7
    assert corrected(measured((2, 2, 40), (0, 0, 19)), 900, 1000) is None
    assert corrected(one, 0, 0) is None


def test_the_corrected_interval_covers_the_truth() -> None:
    """Rate 0.8, a judge with sensitivity 0.95 and specificity 0.7, 80 labels: near 95 % of intervals hold it."""
    chance = Random(3)  # noqa: S311 - no secret
    covered = 0
    for _ in range(300):

        def judged(passes: bool) -> int:
            return 2 if chance.random() < (0.95 if passes else 0.3) else 0

        people = [chance.random() < 0.8 for _ in range(80)]
        one = measure(T, [item(i, judged(passes), 2 if passes else 0) for i, passes in enumerate(people)], NOW)
        rest = [judged(chance.random() < 0.8) for _ in range(1000)]
        found = corrected(one, rest.count(2), 1000)
        assert found is not None
        covered += found[1].low <= 0.8 <= found[1].high
    assert covered / 300 > 0.88
