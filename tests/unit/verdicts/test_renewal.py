"""What a run on the default branch does to its baseline."""

from collections.abc import Sequence
from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from gate.baselines.record import release
from gate.model.baseline import Baseline
from gate.model.case import Case
from gate.model.score import TrialScores
from gate.model.words import Dimension, Status
from gate.verdicts.renewal import Renewal, renew, watched
from tests.results import ORIGIN, make_baseline, make_case, make_trial, make_trials

TODAY = replace(ORIGIN, date="2026-11-23", commit="9ab21d0", run="2026-11-23 nightly")
STEADY, FALLEN = make_case("steady"), make_case("fallen")
BASELINE = make_baseline((STEADY, [2] * 20), (FALLEN, [2] * 20))


def renewed(
    trials: Sequence[TrialScores],
    baseline: Baseline | None = BASELINE,
    suite: Sequence[Case] = (STEADY, FALLEN),
    *,
    recorded: bool = False,
) -> Renewal:
    return renew(baseline, suite, trials, TODAY, keep=1.0, recorded=recorded)


def test_trials_are_added_and_the_run_is_remembered() -> None:
    found = renewed(make_trials(STEADY, 2, 2, 2))

    assert found.baseline.cases["steady"].runs == 23
    assert found.baseline.counted == ("2026-11-23 nightly",)
    assert (found.added, found.fell, found.proposed) == (3, (), None)


def test_a_row_that_fell_is_left_and_its_new_counts_are_proposed() -> None:
    """The others are topped up in both."""
    found = renewed([*make_trials(STEADY, 2, 2), *make_trials(FALLEN, *[0] * 8)])

    assert [(one.case, one.passed, one.trials) for one in found.fell] == [("fallen", 0, 8)]
    assert found.baseline.cases["fallen"] == BASELINE.cases["fallen"]
    assert found.baseline.cases["steady"].runs == 22
    assert found.counts.cases["fallen"].runs == 28
    assert found.proposed is not None
    assert (found.proposed.cases["fallen"].runs, found.proposed.cases["fallen"].ok) == (8, 0)
    assert found.proposed.cases["steady"].runs == 22


def test_a_little_bad_luck_is_counted_like_any_other_trial() -> None:
    found = renewed(make_trials(FALLEN, 0, 2, 2))

    assert found.fell == ()
    assert found.baseline.cases["fallen"].ok == 22


def test_a_slip_below_the_committed_level_is_a_fall() -> None:
    """It is measured at the level of the row, not at what the new trials would commit to."""
    assert [one.case for one in renewed(make_trials(FALLEN, *[1] * 8)).fell] == ["fallen"]


def test_a_rise_and_an_exploratory_case_are_no_fall() -> None:
    low = make_case("low", Dimension.TONE)
    loose = make_case("loose", status=Status.EXPLORATORY)
    baseline = make_baseline((low, [1] * 20), (loose, [2] * 20))

    found = renewed([*make_trials(low, *[2] * 8), *make_trials(loose, *[0] * 8)], baseline, (low, loose))

    assert found.fell == ()


def test_a_changed_case_begins_anew_and_cannot_fall() -> None:
    """Other expectations, other number."""
    changed = replace(FALLEN, fingerprints=replace(FALLEN.fingerprints, fixture="other"))

    found = renewed(make_trials(changed, *[0] * 8), suite=(STEADY, changed))

    assert found.fell == ()
    assert found.baseline.cases["fallen"].runs == 8


def test_a_recorded_trial_is_counted_once() -> None:
    """Trials up to the stored runs of the same definition are in the counts; of another definition all are new."""
    trials = [make_trial(STEADY, 2, trial=number) for number in range(19, 23)]
    other = replace(BASELINE, agent_fingerprint="b" * 64)

    assert renewed(trials, recorded=True).baseline.cases["steady"].runs == 22
    assert renewed(trials, other, recorded=True).baseline.cases["steady"].runs == 24
    assert renewed(trials).baseline.cases["steady"].runs == 24


def test_a_fall_counts_in_the_drift_and_its_acceptance_moves_the_anchor() -> None:
    """Whoever accepts new counts also accepts where decay is measured from; other anchors stay."""
    anchored = release(BASELINE, "v1")

    found = renewed(make_trials(FALLEN, *[0] * 20), anchored)

    assert found.drift.flagged
    assert found.proposed is not None
    anchor = found.proposed.cases["fallen"].anchor
    assert anchor is not None
    assert (anchor.commit, anchor.ok, anchor.runs) == ("9ab21d0", 0, 20)
    kept = found.baseline.cases["fallen"].anchor
    assert kept is not None
    assert kept.commit == "v1"


def test_slow_decay_alone_proposes_anchors_of_today() -> None:
    """No row fell in this run; all of them have, together, since the release."""
    cases = [make_case(f"case-{number}") for number in range(40)]
    anchored = release(make_baseline(*((case, [2] * 20) for case in cases)), "v1")
    decayed = replace(anchored, cases={case: replace(row, ok=17.0) for case, row in anchored.cases.items()})

    found = renewed([], decayed, cases)

    assert found.fell == ()
    assert found.drift.flagged
    assert found.proposed is not None
    assert {row.anchor.ok for row in found.proposed.cases.values() if row.anchor} == {17.0}
    assert found.baseline.cases == decayed.cases
    assert watched("support", found)[0].startswith("`support` has decayed since its release anchor")


def test_a_first_run_makes_a_baseline() -> None:
    found = renewed(make_trials(STEADY, 2, 2), None)

    assert found.baseline.cases["steady"].runs == 2
    assert (found.fell, found.proposed, watched("support", found)) == ((), None, ())


@given(st.lists(st.sampled_from([0, 1, 2]), max_size=12), st.lists(st.sampled_from([0, 1, 2]), max_size=12))
def test_a_row_is_either_topped_up_or_proposed(steady: list[int], other: list[int]) -> None:
    """Never lowered unseen, and never both."""
    found = renewed([*make_trials(STEADY, *steady), *make_trials(FALLEN, *other)])

    fell = {one.case for one in found.fell}
    for case, given_scores in (("steady", steady), ("fallen", other)):
        runs = found.baseline.cases[case].runs
        assert runs == (20 if case in fell else 20 + len(given_scores))
    assert (found.proposed is not None) == bool(fell)
