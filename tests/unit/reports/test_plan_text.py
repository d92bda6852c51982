"""The plan as a tree: each change with what it reaches, what runs anyway, what it may cost."""

import re
from dataclasses import replace

import pytest

from gate.model.plan import Forecast, GateChange, Revision
from gate.model.words import Severity, Tier
from gate.reports.plan_text import plan_tree
from tests.builders import AGENT, change, plan, selected_case
from tests.unit.reports.scenarios import HOSTILE, SCENARIOS

LOOKUP = "classes/OrderLookup.cls"
PATH = (LOOKUP, "action Look_Up_Order", "topic Returns")


def lines(text: str) -> list[str]:
    return text.splitlines()


def test_a_change_is_followed_to_the_cases_it_runs() -> None:
    cases = [selected_case(f"c{index}", PATH) for index in range(6)]
    found = lines(plan_tree(plan(cases, changes=[change(LOOKUP)])))
    assert found[2:5] == [
        "1 file changed:",
        f"  {LOOKUP} (modified)",
        "    └─ action Look_Up_Order → topic Returns → 6 cases",
    ]


def test_paths_that_part_share_their_beginning() -> None:
    cases = [
        selected_case("a", PATH),
        selected_case("b", (LOOKUP, "action Look_Up_Order", "topic Order Status")),
        selected_case("c", (LOOKUP, "prompt Greeting")),
    ]
    found = lines(plan_tree(plan(cases, changes=[change(LOOKUP)])))
    assert found[4:8] == [
        "    ├─ action Look_Up_Order",
        "    │  ├─ topic Returns → 1 case",
        "    │  └─ topic Order Status → 1 case",
        "    └─ prompt Greeting → 1 case",
    ]


def test_a_case_reached_twice_by_one_path_counts_once() -> None:
    cases = [selected_case("a", PATH, (*PATH, "case a"), (*PATH, f"{AGENT}/a"))]
    assert "topic Returns → 1 case" in plan_tree(plan(cases, changes=[change(LOOKUP)]))


def test_what_affects_nothing_is_said_aloud() -> None:
    found = plan_tree(
        plan(total=24, changes=[change("README.md", "not part of an agent: affects nothing", kind="other")])
    )
    assert "README.md (modified): not part of an agent: affects nothing" in found
    assert "Nothing affected: no case runs (of 24 cases)." in found
    assert "Forecast" not in found


def test_cases_that_always_run_stand_apart() -> None:
    found = plan_tree(plan([selected_case("a", PATH), selected_case("b")], changes=[change(LOOKUP)]))
    assert f"Always run:\n  └─ agent {AGENT} → every P0 case → 1 case" in found
    assert "2 of 2 cases would run: 1 reached by the change, 1 P0 that always run." in found


def test_cases_of_an_unknown_impact_are_not_said_to_run_always() -> None:
    why = ("impact unknown: 900 files changed, more than planning.max_files (500)",)
    found = plan_tree(plan([selected_case("a", why), selected_case("b", why)], changes=[change(LOOKUP)]))
    assert f"Run to be safe:\n  └─ {why[0]} → 2 cases" in found
    assert "2 of 2 cases would run: 2 as the impact is unknown." in found
    assert "Always run:" not in found


def test_reasons_that_were_too_many_to_keep_lead_nowhere() -> None:
    found = plan_tree(plan([selected_case("a", PATH, ("3 more",))], changes=[change(LOOKUP)]))
    assert "3 more" not in found


def test_a_renamed_file_shows_both_names() -> None:
    renamed = replace(change("new.md", "moved"), status="renamed", old_path="old.md")
    assert "  old.md → new.md (renamed): moved" in lines(plan_tree(plan(changes=[renamed])))


def test_paths_that_begin_at_the_old_name_stand_below_the_renamed_file() -> None:
    renamed = replace(change("new.cls", "moved"), status="renamed", old_path="old.cls")
    found = lines(plan_tree(plan([selected_case("a", ("old.cls", "topic Returns"))], changes=[renamed])))
    assert found[3:5] == ["  old.cls → new.cls (renamed): moved", "    └─ topic Returns → 1 case"]
    assert "Always run:" not in found


def test_bailouts_and_changes_of_the_gate_are_listed() -> None:
    found = plan_tree(
        plan(
            bailouts=["shallow clone: every case runs"],
            gate_changes=[GateChange(path="agent-gate.yml", what="modified", needs_sign_off=True)],
        )
    )
    assert "Wider than the change alone asks for:\n  shallow clone: every case runs" in found
    assert "  agent-gate.yml: modified (needs sign-off)" in found


@pytest.mark.parametrize(
    ("forecast", "said"),
    [
        (Forecast(trials=9, judge_calls=3, tokens=40, money=1.124), "9 trials, 3 judge calls, 40 tokens, cost 1.12"),
        (Forecast(trials=1, judge_calls=0), "1 trial, 0 judge calls, cost unknown (no prices configured)"),
        (Forecast(trials=1, judge_calls=1, unpriced=("m",)), "1 trial, 1 judge call, cost unknown (no price for m)"),
    ],
)
def test_the_forecast_says_what_is_not_priced(forecast: Forecast, said: str) -> None:
    assert f"Forecast: {said}" in lines(plan_tree(plan([selected_case("a")], forecast=forecast)))


@pytest.mark.parametrize(
    ("tier", "said"),
    [(Tier.FULL, "a full run"), (Tier.NAMED, "asked for by name"), (Tier.WEEKLY, "the weekly run")],
)
def test_a_run_that_looks_at_no_change_says_which_it_is(tier: Tier, said: str) -> None:
    of = plan([selected_case("a", ("full run",), severity=Severity.P2)], tier=tier)
    assert f"1 of 1 case would run: {said}." in lines(plan_tree(of))


def test_the_working_tree_is_named_once() -> None:
    of = replace(plan(), head=Revision(ref="working tree"))
    assert lines(plan_tree(of))[0] == "Plan of the pull request: main 1f3c2aa → working tree"


def test_hostile_names_stay_on_their_line_and_run_no_command() -> None:
    text = plan_tree(SCENARIOS["hostile"].plan)
    assert not re.search("[\x00-\x09\x0b-\x1f\x7f-\x9f\u202a-\u202e]", text)
    assert not re.search(r"##\[|^\s*::", text, re.MULTILINE)
    assert sum(HOSTILE[:20] in line for line in lines(text)) == 5
