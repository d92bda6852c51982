"""What people's ratings show of a judge: golden numbers, and simulated judges whose quality is known."""

from collections.abc import Sequence
from dataclasses import replace
from random import Random

import pytest

from gate.calibration.agreement import Current, consensus, measure
from gate.calibration.sample import Judged, draw, weights
from gate.calibration.sheet import items_of
from gate.calibration.standing import advisory_from, corrected
from gate.model.calibration import Item, Measured, Rating
from gate.model.judge import JudgeQuestion
from gate.model.score import Scored
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
        (((2, 2, 10), (0, 0, 10)), "calibrated"),  # 20 of 20
        (((2, 2, 11), (0, 0, 9)), "smoke"),  # too few failures to know what it misses
        (((2, 2, 80), (0, 0, 9)), "smoke"),
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


def drawn_and_rated(chance: Random, qualities: tuple[float, float], suites: Sequence[tuple[float, int]]) -> Measured:
    """What `calibrate sample` and a person without fault make of runs; each suite is a pass rate and its trials."""
    people = [2 if chance.random() < rate else 0 for rate, trials in suites for _ in range(trials)]
    pool = []
    for number, human in enumerate(people):
        right = chance.random() < qualities[human == 0]
        question = JudgeQuestion(
            hash=f"{number:064x}", case=f"case-{number}", dimensions=(T,), instructions="", parts=(), turns={}
        )
        score = Scored(dimension=T, value=human if right else 2 - human, reason="", by="judge:x")
        pool.append(Judged(case=question.case, rubric=RUBRIC, question=question, judge=JUDGE, scores={T: score}))
    drawn = draw(pool, 100, "seed")
    items = items_of(drawn, weights(pool, drawn))
    rated = [
        replace(one, ratings=(Rating(rater="ann", score=people[int(one.question, 16)], date="2026-11-23"),))
        for one in items
    ]
    return measure(T, rated, NOW)


HEALTHY, MIXED, HALF = ((0.95, 1500),), ((0.95, 200), (0.3, 100)), ((0.95, 100), (0.2, 100))


@pytest.mark.parametrize(
    ("suites", "sensitivity", "specificity", "at_least", "at_most"),
    [
        (HEALTHY, 1.0, 0.5, 0.0, 0.0), (HEALTHY, 1.0, 0.7, 0.0, 0.0), (HEALTHY, 1.0, 0.0, 0.0, 0.0),
        (MIXED, 1.0, 0.5, 0.0, 0.0), (MIXED, 1.0, 0.7, 0.0, 0.15), (MIXED, 0.98, 0.97, 0.75, 1.0),
        (HALF, 1.0, 0.5, 0.0, 0.0), (HALF, 1.0, 0.7, 0.0, 0.1), (HALF, 0.98, 0.97, 0.9, 1.0),
    ],
)  # fmt: skip
def test_a_judge_is_classified_rightly_by_the_sample_that_is_drawn_from_what_it_saw(
    suites: Sequence[tuple[float, int]], sensitivity: float, specificity: float, at_least: float, at_most: float
) -> None:
    """A sample with as many failures as passes by the judge holds few of those it misses: they weigh what they are."""
    chance = Random(11)  # noqa: S311 - no secret
    found = [drawn_and_rated(chance, (sensitivity, specificity), suites).standing for _ in range(60)]
    assert at_least <= found.count("calibrated") / 60 <= at_most


def test_what_the_judge_missed_weighs_as_often_as_it_occurs() -> None:
    """The judge fails 1 trial in 100; of those it passes 1 in 30 is bad, so that it sees few of all that are bad."""
    pairs = items((0, 0, 30), (2, 0, 1), (2, 2, 29))
    weighed = [replace(one, weight=0.02 if one.score == 0 else 1.98) for one in pairs]
    plain, one = measure(T, pairs, NOW), measure(T, weighed, NOW)
    assert plain.specificity == one.specificity
    assert plain.at_large == (1.0, 30 / 31)
    assert one.at_large == pytest.approx((1.0, 0.6 / (0.6 + 1.98)))
    assert (plain.standing, one.standing) == ("calibrated", "smoke")
    assert "people fail 31 of the trials (that tell what 1.3 drawn at random would)" in one.why


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


def test_a_second_rater_cannot_take_the_judges_misses_out_of_the_count() -> None:
    """Raters who contradict each other exactly where the judge is wrong count against it; a third one settles them."""
    good, missed = items((2, 2, 60), (0, 0, 20)), [item(100 + n, 2, 0) for n in range(10)]
    assert measure(T, [*good, *missed], NOW).standing == "smoke"
    helped = [item(100 + n, 2, 0, 2) for n in range(10)]
    one = measure(T, [*good, *helped], NOW)
    assert (one.agreement.rate, one.specificity.rate, one.unsettled) == (1.0, 1.0, 10)
    assert (one.standing, "sensitivity + specificity - 1 is 0.67" in one.why) == ("smoke", True)
    nothing = measure(T, helped, NOW)
    assert (nothing.standing, nothing.why) == ("uncalibrated", "raters disagree on all 10 trials")
    settled = [item(100 + n, 2, 0, 2, 2) for n in range(10)]
    assert measure(T, [*good, *settled], NOW).standing == "calibrated"


def test_only_calibrated_dimensions_may_block() -> None:
    tone = measure(T, items((2, 2, 30), (0, 0, 15)), NOW)
    advisory = advisory_from({"a": (tone,)}, JUDGE)
    assert advisory("a") == frozenset(Dimension) - {T}
    assert advisory("other") == frozenset(Dimension)
    assert advisory_from({"a": (tone,)}, "b" * 64)("a") == frozenset(Dimension), "shown of another judge"


def test_what_is_asked_for_can_be_configured_and_the_arithmetic_not() -> None:
    pairs = items((2, 2, 29), (0, 0, 15), (1, 2, 3), (1, 0, 3))
    assert measure(T, pairs, NOW, agreement=0.8).standing == "smoke"
    assert measure(T, pairs, NOW, agreement=0.75).standing == "calibrated"


def test_agreement_is_told_by_month() -> None:
    found = [item(0, 2, 2), item(1, 2, 0), item(2, 0, 0)]
    found[2] = replace(found[2], ratings=(replace(found[2].ratings[0], date="2026-10-02"),))
    trend = measure(T, found, NOW).trend
    assert [(at.month, at.agreed, at.total) for at in trend] == [("2026-10", 1, 1), ("2026-11", 1, 2)]


def test_rates_are_corrected_from_sixty_ratings_on() -> None:
    """People pass two thirds of what this judge passes, and none of what it fails: 0.9 of it is 0.6 of all."""
    one = measured((2, 2, 36), (2, 0, 18), (0, 0, 6))
    found = corrected(one, 900, 1000)
    assert found is not None
    rate, interval = found
    assert rate == pytest.approx(0.6)
    # error squared: 0.81 (37/56)(19/56)/54 + 0.01 (1/8)(7/8)/6 + (0.9 (2/3 - 0.6)^2 + 0.1 0.6^2)/1000 = 0.0598739^2
    assert (interval.low, interval.high) == pytest.approx((0.6 - 1.96 * 0.0598739, 0.6 + 1.96 * 0.0598739), abs=1e-5)
    assert corrected(measured((2, 2, 40), (0, 0, 19)), 900, 1000) is None, "59 ratings"
    assert corrected(measured((2, 2, 60)), 900, 1000) is None, "nobody rated what the judge fails"
    assert corrected(measured((2, 2, 60)), 900, 900) is not None
    assert corrected(one, 0, 0) is None


@pytest.mark.parametrize(
    ("rate", "sensitivity", "specificity"), [(0.8, 0.95, 0.7), (0.95, 0.97, 0.9), (0.98, 0.99, 0.95)]
)
@pytest.mark.parametrize("failures_first", [False, True])
def test_the_corrected_interval_covers_the_truth(
    rate: float, sensitivity: float, specificity: float, failures_first: bool
) -> None:
    """However the 80 rated trials were drawn: at random, or so that a third of them are failures by the judge."""
    chance = Random(f"{rate} {failures_first}")  # noqa: S311 - no secret
    covered, rates = 0, []
    for _ in range(200):
        people = [chance.random() < rate for _ in range(2000)]
        pairs = [
            (2 if chance.random() < (sensitivity if good else 1 - specificity) else 0, 2 if good else 0)
            for good in people
        ]
        failed = [pair for pair in pairs if pair[0] == 0][:27] if failures_first else []
        rest = [pair for pair in pairs if pair[0] == 2 or not failures_first]
        labelled = [*failed, *rest[: 80 - len(failed)]]
        one = measure(T, [item(i, judge, person) for i, (judge, person) in enumerate(labelled)], NOW)
        judged = sum(judge == 2 for judge, _ in pairs[-400:])
        found = corrected(one, judged, 400)
        if found is not None:
            rates.append(found[0])
            covered += found[1].low <= rate <= found[1].high
    assert len(rates) > 150
    assert covered / len(rates) > 0.93
    assert sum(rates) / len(rates) == pytest.approx(rate, abs=0.01)
