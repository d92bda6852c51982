"""The formulas agree with scipy, statsmodels and krippendorff, which only tests install."""

from itertools import product
from math import exp

import krippendorff
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import special, stats
from statsmodels.stats.inter_rater import cohens_kappa
from statsmodels.stats.inter_rater import fleiss_kappa as reference_fleiss
from statsmodels.stats.proportion import proportion_confint

from gate.verdicts import statistics
from gate.verdicts.statistics import Stratum

counts = st.integers(1, 400).flatmap(lambda trials: st.tuples(st.integers(0, trials), st.just(trials)))
ratings = st.lists(st.tuples(st.integers(0, 2), st.integers(0, 2)), min_size=2, max_size=40).filter(
    lambda rows: len({score for row in rows for score in row}) == 3
)


@given(counts, st.sampled_from([0.9, 0.95, 0.999]))
def test_exact_interval_agrees_with_the_beta_quantiles(count: tuple[int, int], confidence: float) -> None:
    expected = proportion_confint(*count, alpha=1 - confidence, method="beta")
    assert statistics.clopper_pearson(*count, confidence) == pytest.approx(expected, abs=1e-9)


@given(st.floats(0.1, 500), st.floats(0.1, 500))
def test_fractional_counts_have_an_exact_bound(passed: float, failed: float) -> None:
    expected = stats.beta.ppf(0.05, passed, failed + 1)
    assert statistics.clopper_pearson_lower(passed, passed + failed) == pytest.approx(expected, abs=1e-9)


@given(counts)
def test_score_interval_agrees(count: tuple[int, int]) -> None:
    expected = proportion_confint(*count, alpha=0.05, method="wilson")
    assert statistics.wilson(*count) == pytest.approx(expected, abs=1e-9)


@given(st.integers(0, 30), st.integers(0, 30), st.integers(0, 8), st.integers(0, 8))
def test_one_stratum_is_the_one_sided_fisher_test(ok: int, not_ok: int, passed: int, failed: int) -> None:
    expected = stats.fisher_exact([[failed, not_ok], [passed, ok]], alternative="greater").pvalue
    actual = statistics.stratified_p([Stratum(ok, ok + not_ok, passed, passed + failed)])
    assert actual == pytest.approx(expected, rel=1e-9)


def test_strata_are_convolved_exactly() -> None:
    strata = [Stratum(18, 20, 1, 3), Stratum(9, 10, 0, 2), Stratum(15, 20, 2, 3)]
    seen = sum(row.trials - row.passed for row in strata)
    laws = [
        stats.hypergeom(
            row.stored_runs + row.trials,
            row.stored_runs - row.stored_ok + row.trials - row.passed,
            row.trials,
        )
        for row in strata
    ]
    expected = sum(
        np.prod([law.pmf(failed) for law, failed in zip(laws, dealt, strict=True)])
        for dealt in product(range(4), repeat=3)
        if sum(dealt) >= seen
    )
    assert statistics.stratified_p(strata) == pytest.approx(expected, rel=1e-9)


@given(st.integers(0, 60), st.integers(0, 60))
def test_pair_evidence_is_the_mean_of_its_bets(worse: int, better: int) -> None:
    bets = np.array([0.6, 0.7, 0.8, 0.9, 0.95, 0.99])
    terms = worse * np.log(2 * bets) + better * np.log(2 * (1 - bets))
    assert statistics.log_e_pairs(worse, better) == pytest.approx(special.logsumexp(terms) - np.log(6), abs=1e-9)


@given(st.integers(1, 12), st.floats(0.5, 1))
def test_pair_evidence_is_worth_at_most_one_when_nothing_changed(pairs: int, better_share: float) -> None:
    expectation = sum(
        stats.binom.pmf(better, pairs, better_share) * exp(statistics.log_e_pairs(pairs - better, better))
        for better in range(pairs + 1)
    )
    assert expectation <= 1 + 1e-9


@given(st.integers(0, 50), st.integers(0, 50))
def test_pair_evidence_rises_with_every_worse_pair(worse: int, better: int) -> None:
    assert statistics.log_e_pairs(worse + 1, better) > statistics.log_e_pairs(worse, better)
    assert statistics.log_e_pairs(worse, better + 1) < statistics.log_e_pairs(worse, better)


@pytest.mark.parametrize("rate", [0.02, 0.3, 0.5, 0.8, 0.95, 1.0])
def test_evidence_of_two_arms_is_worth_at_most_one_when_nothing_changed(rate: float) -> None:
    expectation = sum(
        stats.binom.pmf(base, 20, rate)
        * stats.binom.pmf(head, 6, rate)
        * exp(statistics.log_e_arms((base, 20), (head, 6)))
        for base in range(21)
        for head in range(7)
    )
    assert expectation <= 1 + 1e-9


@given(ratings)
def test_kappas_agree(rows: list[tuple[int, int]]) -> None:
    first, second = [a for a, _ in rows], [b for _, b in rows]
    table = np.zeros((3, 3))
    np.add.at(table, (first, second), 1)
    for weights, name in (("nominal", None), ("linear", "linear"), ("quadratic", "quadratic")):
        actual = statistics.two_raters(first, second, 3, weights).kappa  # type: ignore[arg-type]
        with np.errstate(invalid="ignore", divide="ignore"):  # its standard errors, not asked for
            expected = cohens_kappa(table, wt=name).kappa
        if actual is not None:
            assert actual == pytest.approx(expected, abs=1e-9)


@given(st.lists(st.lists(st.sampled_from([0, 1, 2, None]), min_size=3, max_size=3), min_size=2, max_size=30))
def test_krippendorffs_alpha_agrees(units: list[list[int | None]]) -> None:
    paired = [
        score for unit in units for score in unit if score is not None and len([s for s in unit if s is not None]) > 1
    ]
    for level in ("nominal", "ordinal"):
        actual = statistics.krippendorff_alpha(units, 3, level)
        if len(set(paired)) < 2:
            assert actual is None
            continue
        data = np.array([[np.nan if score is None else score for score in unit] for unit in units], dtype=float).T
        expected = krippendorff.alpha(reliability_data=data, level_of_measurement=level, value_domain=[0, 1, 2])
        assert actual == pytest.approx(expected, abs=1e-9)


def test_fleiss_kappa_agrees() -> None:
    table = [[0, 0, 3], [1, 2, 0], [3, 0, 0], [1, 1, 1], [0, 2, 1]]
    assert statistics.fleiss_kappa(table) == pytest.approx(reference_fleiss(np.array(table)), abs=1e-9)


def test_coefficients_are_undefined_when_one_score_is_all_there_is() -> None:
    result = statistics.two_raters([2, 2], [2, 2], 3, "quadratic")
    assert (result.agreement, result.kappa, result.pi, result.ac) == (1.0, None, None, 1.0)
    assert statistics.krippendorff_alpha([[2, 2], [2, None]], 3, "ordinal") is None
    assert statistics.fleiss_kappa([[0, 3], [0, 3]]) is None


@pytest.mark.parametrize(
    "call",
    [
        lambda: statistics.clopper_pearson(3, 2),
        lambda: statistics.wilson(0, 0),
        lambda: statistics.two_raters([1], [1, 2], 3, "nominal"),
        lambda: statistics.rogan_gladen(0.8, 0.5, 0.5),
        lambda: statistics.ppi_mean(8, 10, [1], [1]),
    ],
)
def test_impossible_counts_are_refused(call: object) -> None:
    with pytest.raises(ValueError, match=r"."):
        call()  # type: ignore[operator]


def test_correction_by_labels_is_the_human_mean_when_the_judge_never_varies() -> None:
    estimate = statistics.ppi_mean(10, 10, [1, 1, 1, 1], [1, 0, 1, 1])
    assert estimate.rate == pytest.approx(0.75)


def test_stratified_correction_is_that_of_labels_drawn_at_random_when_they_were() -> None:
    """Labels in the proportions of what was judged: the weighted mean of the strata is the plain mean of the labels."""
    strata = [statistics.Layer(judged=900, labelled=90, passed=81), statistics.Layer(judged=100, labelled=10, passed=2)]
    found = statistics.stratified_ppi(strata)
    assert found is not None
    judge, human = [1] * 90 + [0] * 10, [1] * 81 + [0] * 9 + [1] * 2 + [0] * 8
    plain = statistics.ppi_mean(900, 1000, judge, human)
    assert found.rate == pytest.approx(0.83)
    assert found.rate == pytest.approx(plain.rate, abs=1e-3)
    assert found.error == pytest.approx(plain.error, rel=0.1)


def test_stratified_correction_says_nothing_of_what_nobody_labelled() -> None:
    labelled, bare = statistics.Layer(judged=9, labelled=5, passed=5), statistics.Layer(judged=1, labelled=0, passed=0)
    assert statistics.stratified_ppi([labelled, bare]) is None
    assert statistics.stratified_ppi([labelled, bare._replace(judged=0)]) is not None
    with pytest.raises(ValueError, match="judged"):
        statistics.stratified_ppi([bare._replace(judged=0)])
