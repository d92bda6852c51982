"""Every formula gives the published figures to 1e-9."""

import json
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest

from gate.verdicts import statistics

Entry = dict[str, Any]
Numbers = Sequence[float | None]

VECTORS: dict[str, Any] = json.loads(
    (Path(__file__).parents[2] / "data" / "stat_golden_vectors.json").read_text(encoding="utf-8")
)


def arms(entry: Entry) -> Numbers:
    base, head = (entry["base_pass"], entry["base_n"]), (entry["cand_pass"], entry["cand_n"])
    return [statistics.log_e_arms(base, head, bet=statistics.Prior(*entry["bet"]))]


def likelihood_ratio(entry: Entry) -> Numbers:
    stored_ok, stored_runs, base_ok, base_runs, passed, trials = entry["args"]
    rate = statistics.session_rate(statistics.planned_rate(stored_ok, stored_runs), base_ok, base_runs)
    return [statistics.log_likelihood_ratio(rate, passed, trials - passed)]


def two_raters(entry: Entry) -> Numbers:
    result = statistics.two_raters(entry["x"], entry["y"], entry["q"], entry["kind"])
    return [getattr(result, name) for name in entry["value"]]


def ppi(entry: Entry) -> Numbers:
    judged = (entry["judge_unlabelled_pass"], entry["judge_unlabelled_n"])
    return statistics.ppi_mean(*judged, entry["judge_labelled"], entry["human_labelled"])


FORMULAS: dict[str, Callable[[Entry], Numbers]] = {
    "log_e_case": arms,
    "llr_accept": likelihood_ratio,
    "log_e_pairs": lambda entry: [statistics.log_e_pairs(entry["worse"], entry["better"])],
    "cmh_exact_p": lambda entry: [statistics.stratified_p(statistics.Stratum(*row) for row in entry["strata"])],
    "clopper_pearson_95_two_sided": lambda entry: statistics.clopper_pearson(entry["k"], entry["n"]),
    "clopper_pearson_95_lower_one_sided": lambda entry: [statistics.clopper_pearson_lower(entry["k"], entry["n"])],
    "wilson_95": lambda entry: statistics.wilson(entry["k"], entry["n"]),
    "two_rater": two_raters,
    "krippendorff_alpha": lambda entry: [statistics.krippendorff_alpha(entry["units"], entry["q"], entry["level"])],
    "fleiss_kappa": lambda entry: [statistics.fleiss_kappa(entry["counts"])],
    "rogan_gladen": lambda entry: [statistics.rogan_gladen(entry["raw"], entry["sens"], entry["spec"])],
    "ppi_mean": ppi,
}


def flat(value: Any) -> list[float]:
    if isinstance(value, dict):
        return list(value.values())
    return value if isinstance(value, list) else [value]


def test_every_published_figure_is_held() -> None:
    assert set(FORMULAS) == set(VECTORS) - {"note"}


@pytest.mark.parametrize("kind", sorted(FORMULAS))
def test_formula_gives_the_published_figures(kind: str) -> None:
    for entry in VECTORS[kind]:
        assert list(FORMULAS[kind](entry)) == pytest.approx(flat(entry["value"]), rel=0, abs=1e-9), entry
