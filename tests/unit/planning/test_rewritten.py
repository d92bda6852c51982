"""Which changes of the gate's own files need a person, because they would lower the bar of every later run."""

from dataclasses import replace

import pytest

from gate.baselines.file import write_baseline
from gate.model.baseline import Baseline, SignOff
from gate.model.plan import GateChange
from gate.model.words import Severity
from tests.plans import plan_case, plan_of, side
from tests.results import make_baseline

P0 = replace(plan_case("p0", severity=Severity.P0), trials=0)
P1 = plan_case("p1")
PATH = "baselines/shop.json"
STORED = replace(make_baseline((P0, [2] * 5), (P1, [2] * 5)), agent="shop")
SETTINGS = "version: 1\nagents:\n  shop: {source: [shop], driver: {type: replay, recordings: recordings}}\n"
FORGED = SignOff(at="2026-11-22T00:00:00Z", by="ana", reason="x", commit="1", digest="2", cases=("p0",))


def changes(before: str | None, after: str | None, *, path: str = PATH) -> list[GateChange]:
    base = side({path: before} if before is not None else {}, (P0, P1))
    head = side({path: after} if after is not None else {}, (P0, P1))
    baselines = {"shop": STORED} if path == PATH and before is not None else {}
    return list(plan_of(base, head, baselines=baselines).gate_changes)


def text(baseline: Baseline) -> str:
    return write_baseline(baseline)


LOWERED = replace(STORED, cases={**STORED.cases, "p0": replace(STORED.cases["p0"], ok=0.0)})


@pytest.mark.parametrize(
    ("after", "says"),
    [
        (text(LOWERED), "rewrites the stored results of p0"),
        (text(replace(STORED, cases={"p1": STORED.cases["p1"]})), "rewrites the stored results of p0"),
        (text(replace(STORED, history=(FORGED,))), "changes the history of acceptances"),
        (None, "baseline deleted"),
        ("{", "baseline broken: "),
    ],
)
def test_results_are_measured_and_accepted_never_edited(after: str | None, says: str) -> None:
    (change,) = changes(text(STORED), after)
    assert (change.path, change.needs_sign_off) == (PATH, True)
    assert says in change.what
    assert change.what.endswith("(the base's is in force for this run)")


def test_results_of_new_cases_and_other_fields_lower_no_bar() -> None:
    more = replace(STORED, commit="f" * 40, cases={**STORED.cases, "new": STORED.cases["p0"]})
    (change,) = changes(text(STORED), text(more))
    assert (change.what, change.needs_sign_off) == ("baseline modified (the base's is in force for this run)", False)
    (first,) = changes(None, text(STORED))
    assert not first.needs_sign_off


def test_the_row_of_a_deleted_case_goes_with_it() -> None:
    base, head = side({PATH: text(STORED)}, (P0, P1)), side({PATH: text(replace(STORED, cases={}))}, ())
    found = plan_of(base, head, baselines={"shop": STORED}).gate_changes
    assert [change.what for change in found if change.needs_sign_off] == ["removes case p0"]


@pytest.mark.parametrize(
    ("before", "after", "says", "needs"),
    [
        (
            SETTINGS,
            SETTINGS + "concurrency: 2\n",
            "configuration modified (the base's is in force for this run)",
            False,
        ),
        (SETTINGS, None, "configuration deleted", True),
        (SETTINGS, "version: [", "configuration broken", True),
        (
            "version: [",
            SETTINGS,
            "the base's configuration has errors, so this pull request is judged by its own",
            True,
        ),
        (None, SETTINGS, "configuration added (it is in force for this run)", False),
    ],
)
def test_whose_configuration_is_in_force_now_and_later(
    before: str | None, after: str | None, says: str, needs: bool
) -> None:
    (change,) = changes(before, after, path="agent-gate.yml")
    assert change.what.startswith(says)
    assert change.needs_sign_off is needs
