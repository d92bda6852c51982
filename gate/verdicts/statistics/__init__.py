"""The formulas behind the verdicts, in the standard library alone. Pure; no policy, no thresholds of a procedure."""

from gate.verdicts.statistics.agreement import TwoRaters, fleiss_kappa, krippendorff_alpha, two_raters
from gate.verdicts.statistics.correction import Estimate, Layer, ppi_mean, rogan_gladen, stratified_ppi, youden_index
from gate.verdicts.statistics.evidence import (
    Prior,
    log_e_arms,
    log_e_pairs,
    log_likelihood_ratio,
    planned_rate,
    session_rate,
)
from gate.verdicts.statistics.exact import Stratum, stratified_p, whole_counts
from gate.verdicts.statistics.intervals import (
    Interval,
    clopper_pearson,
    clopper_pearson_lower,
    clopper_pearson_upper,
    wilson,
)

__all__ = [
    "Estimate",
    "Interval",
    "Layer",
    "Prior",
    "Stratum",
    "TwoRaters",
    "clopper_pearson",
    "clopper_pearson_lower",
    "clopper_pearson_upper",
    "fleiss_kappa",
    "krippendorff_alpha",
    "log_e_arms",
    "log_e_pairs",
    "log_likelihood_ratio",
    "planned_rate",
    "ppi_mean",
    "rogan_gladen",
    "session_rate",
    "stratified_p",
    "stratified_ppi",
    "two_raters",
    "whole_counts",
    "wilson",
    "youden_index",
]
