"""Adding up scores as they stream by."""

from hypothesis import given
from hypothesis import strategies as st

from gate.model.score import Evidence
from gate.model.words import Arm, Dimension
from gate.verdicts.tallies import MAX_REASONS, Reasons, count, tally_of
from tests.results import make_case, make_trial, make_trials

CASE = make_case("bulk-items", Dimension.CORRECTNESS, Dimension.TONE)


@given(st.tuples(*[st.integers(0, 9).map(float)] * 3))
def test_the_typical_score_is_the_most_frequent_and_the_lower_of_two(histogram: tuple[float, float, float]) -> None:
    tally = tally_of(histogram, 2)

    if not sum(histogram):
        assert tally.score is None
        return
    assert tally.score is not None
    assert histogram[tally.score] == max(histogram)
    assert all(histogram[lower] < histogram[tally.score] for lower in range(tally.score))


def test_arms_and_dimensions_are_counted_apart() -> None:
    trials = [
        *make_trials(CASE, 2, {Dimension.CORRECTNESS: 1, Dimension.TONE: None}),
        make_trial(CASE, 0, arm=Arm.BASE),
    ]
    counts = count(trials, lambda _: frozenset())

    assert counts[CASE.key, Arm.HEAD][Dimension.CORRECTNESS].shown == [0, 1, 1]
    assert counts[CASE.key, Arm.HEAD][Dimension.TONE].unscored == 1
    assert counts[CASE.key, Arm.BASE][Dimension.TONE].shown == [1, 0, 0]


def test_what_the_checks_alone_say_is_kept_beside_an_advisory_judge() -> None:
    counts = count(make_trials(CASE, 0, 0), lambda _: frozenset({Dimension.TONE}))[CASE.key, Arm.HEAD]

    assert counts[Dimension.TONE].tally(2, advisory=True).checked == (2, 2)
    assert counts[Dimension.TONE].tally(2, advisory=True).passed == 0
    assert counts[Dimension.CORRECTNESS].tally(2, advisory=False).checked is None


def test_the_worse_of_two_equally_frequent_reasons_is_told() -> None:
    reasons = Reasons()
    reasons.add(1, "late", Evidence(turn=3, quote="b"))
    reasons.add(0, "wrong tool", Evidence(turn=2, quote="z"))
    reasons.add(0, "wrong tool", Evidence(turn=2, quote="a"))
    reasons.add(1, "late", None)

    assert reasons.most_frequent(0, 1) == ("wrong tool", Evidence(turn=2, quote="a"))
    assert reasons.most_frequent(1, 1) == ("late", Evidence(turn=3, quote="b"))
    assert reasons.most_frequent(2, 2) == ("", None)


def test_a_judge_that_never_words_two_alike_does_not_fill_the_memory() -> None:
    reasons = Reasons()
    for number in range(10_000):
        reasons.add(0, f"reason {number}", None)
    reasons.add(0, "reason 3", None)

    assert len(reasons.counts) == MAX_REASONS
    assert reasons.most_frequent(0, 2)[0] == "reason 3"
