"""Which cases a change selects, and the reasons it gives."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date

import pytest

from gate.errors import UsageError
from gate.model.baseline import Baseline, BaselineCase
from gate.model.case import Fingerprints
from gate.model.words import Dimension, Severity, Status, Tier
from gate.planning.document import plan_json
from gate.planning.fingerprint import agent_fingerprint
from gate.planning.sides import Scope
from gate.repository.links import FollowedTree
from tests.plans import agent_config, chosen, config, effect_of, plan_case, plan_of, reasons_of, side
from tests.trees import DictTree

P0 = plan_case("p0", severity=Severity.P0)
P1 = plan_case("p1")
P2 = plan_case("p2", severity=Severity.P2, topic="Orders")
SUITE = (P0, P1, P2)
FILES = {"shop/prompt.md": "old", "README.md": "old"}


def settings_text(concurrency: str) -> str:
    agent = "{source: [shop], driver: {type: replay, recordings: recordings}}"
    return f"version: 1\nconcurrency: {concurrency}\nagents:\n  shop: {agent}\n"


def test_nothing_changed_selects_nothing() -> None:
    plan = plan_of(side(FILES, SUITE), side(FILES, SUITE))
    assert (plan.selected, plan.changes, plan.bailouts, plan.forecast.trials) == ((), (), (), 0)
    assert not plan.agents[0].affected
    assert plan.total_cases == 3


def test_a_changed_file_of_the_definition_affects_the_whole_agent() -> None:
    plan = plan_of(side(FILES, SUITE), side({**FILES, "shop/prompt.md": "new"}, SUITE))
    assert chosen(plan) == ["p0", "p1", "p2"]
    assert reasons_of(plan, "p2") == (("shop/prompt.md", "agent shop"),)
    assert effect_of(plan, "shop/prompt.md") == "affects agent shop"
    assert plan.agents[0].affected
    assert plan.agents[0].topics == ("Orders", "Returns")


def test_a_file_that_is_nothing_of_the_gate_affects_nothing_and_says_so() -> None:
    plan = plan_of(side(FILES, SUITE), side({**FILES, "README.md": "new"}, SUITE))
    assert chosen(plan) == []
    assert effect_of(plan, "README.md") == "no agent, fixture or test data: affects nothing"


def test_a_changed_fixture_affects_its_case_and_every_p0_case_of_its_agent_runs() -> None:
    edited = replace(P1, must_include=("A1",))
    plan = plan_of(side(FILES, SUITE), side(FILES, (P0, edited, P2)))
    assert chosen(plan) == ["p0", "p1"]
    assert reasons_of(plan, "p1") == (("fixtures/p1.md", "fixture changed"),)
    assert reasons_of(plan, "p0") == (("agent shop", "every P0 case"),)
    assert effect_of(plan, "fixtures/p1.md") == "case p1 changed"


def test_an_added_fixture_runs_and_is_no_change_of_the_gate() -> None:
    plan = plan_of(side(FILES, (P1,)), side(FILES, (P1, P2)))
    assert chosen(plan) == ["p2"]
    assert plan.gate_changes == ()


def test_a_fixture_in_which_only_owner_and_dates_changed_affects_nothing() -> None:
    plan = plan_of(side(FILES, SUITE), side(FILES, (P0, replace(P1, owner="ada", reviewed="2026-02-01"), P2)))
    assert chosen(plan) == []
    assert effect_of(plan, "fixtures/p1.md") == "case p1: nothing that is evaluated changed, affects nothing"
    assert plan.gate_changes == ()


def test_a_moved_fixture_affects_nothing() -> None:
    moved = replace(P1, path="fixtures/deep/p1.md")
    base = side({**FILES, "fixtures/p1.md": "same"}, (P1,))
    head = side({**FILES, "fixtures/deep/p1.md": "same"}, (moved,))
    plan = plan_of(base, head)
    assert chosen(plan) == []
    assert [(c.status, c.old_path) for c in plan.changes] == [("renamed", "fixtures/p1.md")]


def test_only_cases_that_use_a_changed_test_data_key_run() -> None:
    uses, other = plan_case("uses", data={"order": "A1"}), plan_case("other", data={"mail": "a@example.com"})
    base = side({"fixtures/test-data.yml": "order: A1"}, (uses, other))
    head = side({"fixtures/test-data.yml": "order: B2"}, (replace(uses, data={"order": "B2"}), other))
    plan = plan_of(base, head)
    assert chosen(plan) == ["uses"]
    assert reasons_of(plan, "uses") == (("fixtures/test-data.yml", "test data order"),)
    assert effect_of(plan, "fixtures/test-data.yml") == "key order: case uses"
    assert [change.what for change in plan.gate_changes] == ["test data modified"]


@pytest.mark.parametrize(
    ("value", "needs"), [("B2931", False), ("A78", True), ("a", True), ("", True), ("zz", True), ("A78421", False)]
)
def test_test_data_that_asks_for_less_needs_a_sign_off(value: str, needs: bool) -> None:
    """The fixture stays as it is, and what a reply must include is nearly nothing."""
    uses = plan_case("uses", severity=Severity.P0, data={"order": "A7842"}, must_include=("order A7842",))
    base = side({"fixtures/test-data.yml": "order: A7842"}, (uses,))
    shorter = replace(uses, data={"order": value}, must_include=(f"order {value}",))
    head_side = side({"fixtures/test-data.yml": f"order: {value}"}, (shorter,))
    same_fixture = {"fixtures/uses.md": base.tree.read("fixtures/uses.md").decode()}
    plan = plan_of(base, replace(head_side, tree=DictTree({**same_fixture, "fixtures/test-data.yml": value})))
    signing = [change.what for change in plan.gate_changes if change.needs_sign_off]
    assert signing == ([f"loosens case uses: test data order shortened from 'A7842' to {value!r}"] if needs else [])


def test_test_data_that_no_case_uses_affects_nothing() -> None:
    base, head = (side({"fixtures/test-data.yml": text}, SUITE) for text in ("a: 1", "a: 2"))
    plan = plan_of(base, head)
    assert chosen(plan) == []
    assert effect_of(plan, "fixtures/test-data.yml") == "no case uses a key whose value changed: affects nothing"


def test_other_agents_are_left_alone_unless_every_agent_is_asked_for() -> None:
    agents = {"shop": agent_config(), "bank": agent_config("bank")}
    suite = (*SUITE, plan_case("bank-p0", agent="bank", severity=Severity.P0), plan_case("bank-p1", agent="bank"))
    base, head = side({"shop/x": "1"}, suite), side({"shop/x": "2"}, suite)
    assert chosen(plan_of(base, head, settings=config(agents=agents))) == ["p0", "p1", "p2"]
    always = config(agents=agents, planning={"always": "every-agent"})
    assert chosen(plan_of(base, head, settings=always)) == ["bank-p0", "p0", "p1", "p2"]
    assert chosen(plan_of(base, base, settings=always)) == []


def test_a_file_in_the_source_of_two_agents_affects_both() -> None:
    settings = config(agents={"shop": agent_config("common", "shop"), "bank": agent_config("common", "bank")})
    suite = (P1, plan_case("bank-p1", agent="bank"))
    plan = plan_of(side({"common/x": "1"}, suite), side({"common/x": "2"}, suite), settings=settings)
    assert chosen(plan) == ["bank-p1", "p1"]
    assert effect_of(plan, "common/x") == "affects agent shop; affects agent bank"


def test_the_gates_own_files_are_listed_and_affect_no_case() -> None:
    paths = {
        "agent-gate.yml": "configuration modified (the base's is in force for this run)",
        "baselines/old-agent.json": "baseline modified (the base's is in force for this run)",
        ".github/workflows/gate.yml": "workflow modified",
        ".github/CODEOWNERS": "code owners modified",
        "recordings/1/agent.json": "recording modified",
        "calibration/scores.csv": "calibration modified (the base's is in force for this run)",
    }
    base, head = ({**dict.fromkeys(paths, text), "agent-gate.yml": settings_text(text)} for text in ("1", "2"))
    plan = plan_of(side(base, SUITE), side(head, SUITE))
    assert {change.path: change.what for change in plan.gate_changes} == paths
    assert not any(change.needs_sign_off for change in plan.gate_changes)
    assert chosen(plan) == []


def test_what_decides_and_is_new_is_in_force_once_it_is_merged() -> None:
    plan = plan_of(side(FILES, SUITE), side({**FILES, "calibration/shop.json": "1", "baselines/x.md": "1"}, SUITE))
    assert {change.path: change.what for change in plan.gate_changes} == {
        "calibration/shop.json": "calibration added (in force once it is merged)",
        "baselines/x.md": "baseline added (in force once it is merged)",
    }


def test_removing_a_frozen_p0_case_needs_a_sign_off() -> None:
    plan = plan_of(side(FILES, SUITE), side(FILES, (P1, P2)))
    (change,) = plan.gate_changes
    assert (change.path, change.what, change.needs_sign_off) == ("fixtures/p0.md", "removes case p0", True)


def test_removing_another_case_is_said_without_a_sign_off() -> None:
    exploratory = replace(P0, status=Status.EXPLORATORY)
    plan = plan_of(side(FILES, (exploratory, P1)), side(FILES, ()))
    assert [(change.what, change.needs_sign_off) for change in plan.gate_changes] == [
        ("removes case p0", False),
        ("removes case p1", False),
    ]


def test_loosening_a_frozen_p0_case_needs_a_sign_off_and_tightening_does_not() -> None:
    strict = replace(P0, must_include=("A1",))
    loose = plan_of(side(FILES, (strict,)), side(FILES, (P0,)))
    assert [(c.what, c.needs_sign_off) for c in loose.gate_changes] == [
        ("loosens case p0: must include 'A1' removed", True)
    ]
    tight = plan_of(side(FILES, (P0,)), side(FILES, (strict,)))
    assert [(c.what, c.needs_sign_off) for c in tight.gate_changes] == [
        ("changes case p0; it asks at least as much as before", False)
    ]
    assert chosen(loose) == chosen(tight) == ["p0"]


def test_renaming_a_p0_case_removes_it() -> None:
    plan = plan_of(side(FILES, (P0,)), side(FILES, (replace(P0, id="renamed"),)))
    assert [change.what for change in plan.gate_changes if change.needs_sign_off] == ["removes case p0"]


def test_an_exploratory_case_runs_last() -> None:
    suite = (replace(P0, status=Status.EXPLORATORY), P1, P2)
    plan = plan_of(side(FILES, suite), side({**FILES, "shop/prompt.md": "new"}, suite))
    assert chosen(plan) == ["p1", "p2", "p0"]


def test_too_many_files_run_everything_with_the_reason() -> None:
    settings = config(planning={"max_files": 2})
    head = side({**FILES, "a": "1", "b": "2", "c": "3"}, SUITE)
    plan = plan_of(side(FILES, SUITE), head, settings=settings)
    assert chosen(plan) == ["p0", "p1", "p2"]
    assert plan.bailouts == ("3 files changed, more than planning.max_files (2)",)
    assert reasons_of(plan, "p1") == (("impact unknown: 3 files changed, more than planning.max_files (2)",),)


def test_a_reason_known_beforehand_runs_everything() -> None:
    plan = plan_of(side(FILES, SUITE), side(FILES, SUITE), scope=Scope(bailouts=("the list of files was cut off",)))
    assert chosen(plan) == ["p0", "p1", "p2"]
    assert plan.bailouts == ("the list of files was cut off",)


def test_a_moved_submodule_in_the_source_affects_the_agent() -> None:
    base = side(FILES, SUITE, submodules={"shop/vendor": "1" * 40})
    head = side(FILES, SUITE, submodules={"shop/vendor": "2" * 40})
    plan = plan_of(base, head)
    assert chosen(plan) == ["p0", "p1", "p2"]
    assert plan.bailouts == ("submodule shop/vendor changed and its files are not visible: every case of shop runs",)
    assert effect_of(plan, "shop/vendor") == "submodule: every case of shop"


def test_a_submodule_around_the_source_affects_the_agent_and_one_elsewhere_nothing() -> None:
    settings = config(agents={"shop": agent_config("vendor/shop")})
    around = plan_of(side({}, SUITE), side({}, SUITE, submodules={"vendor": "2" * 40}), settings=settings)
    assert chosen(around) == ["p0", "p1", "p2"]
    elsewhere = plan_of(side(FILES, SUITE), side(FILES, SUITE, submodules={"docs/theme": "2" * 40}))
    assert chosen(elsewhere) == []
    assert effect_of(elsewhere, "docs/theme") == "submodule of no agent: affects nothing"


def test_a_change_behind_a_linked_folder_in_the_source_affects_the_agent() -> None:
    base, head = (
        replace(plain, tree=FollowedTree(plain.tree, {"shop/common": "common"}))
        for text in "12"
        for plain in [side({"common/x": text}, SUITE)]
    )
    plan = plan_of(base, head)
    assert chosen(plan) == ["p0", "p1", "p2"]
    assert reasons_of(plan, "p1") == (("shop/common/x", "agent shop"),)
    assert plan.agents[0].base_fingerprint != plan.agents[0].head_fingerprint


@pytest.mark.parametrize(
    ("driver", "path"),
    [
        ({"type": "chat", "model": "m", "prompt": ["prompts/system.md"]}, "prompts/system.md"),
        ({"type": "chat", "model": "m", "prompt": ["shop/p.md"], "tools": ["tools/*.json"]}, "tools/refund.json"),
        ({"type": "agentforce-preview", "bundle": "bundles/Shop.agent"}, "bundles/Shop.agent"),
    ],
)
def test_what_the_driver_reads_outside_of_the_source_is_the_agent(driver: Mapping[str, object], path: str) -> None:
    settings = config(agents={"shop": {"source": ["shop"], "driver": driver}})
    base, head = (side({**FILES, path: text}, SUITE) for text in ("old", "new"))
    plan = plan_of(base, head, settings=settings)
    assert chosen(plan) == ["p0", "p1", "p2"]
    assert plan.agents[0].base_fingerprint != plan.agents[0].head_fingerprint


def test_a_submodule_in_a_package_of_a_salesforce_agent_affects_it() -> None:
    settings = config(agents={"shop": agent_config("agents")})
    files = {
        "sfdx-project.json": '{"packageDirectories": [{"path": "agents"}, {"path": "lib"}]}',
        "agents/aiAuthoringBundles/Shop/Shop.agent": 'start_agent a:\n  description: "b"\n',
    }
    plan = plan_of(side(files, SUITE), side(files, SUITE, submodules={"lib/shared": "2" * 40}), settings=settings)
    assert chosen(plan) == ["p0", "p1", "p2"]
    assert "submodule lib/shared changed" in plan.bailouts[0]


@pytest.mark.parametrize("move", [("shop/x", "elsewhere/x"), ("elsewhere/x", "shop/x")])
def test_a_file_moved_into_or_out_of_the_source_affects_the_agent(move: tuple[str, str]) -> None:
    before, after = move
    assert chosen(plan_of(side({before: "1"}, SUITE), side({after: "1"}, SUITE))) == ["p0", "p1", "p2"]


@pytest.mark.parametrize(
    ("tier", "expected"),
    [(Tier.FULL, ["p0", "p1", "p2"]), (Tier.DAILY, ["p0", "p1"]), (Tier.WEEKLY, ["p0", "p1", "p2"])],
)
def test_scheduled_and_full_runs_do_not_look_at_changes(tier: Tier, expected: list[str]) -> None:
    assert chosen(plan_of(side(FILES, SUITE), side(FILES, SUITE), scope=Scope(tier=tier))) == expected


def test_a_week_draws_the_same_share_of_p2_every_day_and_another_one_next_week() -> None:
    suite = tuple(plan_case(f"p2-{n}", severity=Severity.P2) for n in range(20))
    files = side(FILES, suite)

    def drawn(day: date) -> list[str]:
        return chosen(plan_of(files, files, scope=Scope(tier=Tier.WEEKLY, day=day)))

    assert drawn(date(2026, 11, 16)) == drawn(date(2026, 11, 22))
    assert len(drawn(date(2026, 11, 22))) == 10
    assert drawn(date(2026, 11, 22)) != drawn(date(2026, 11, 23))


def test_named_cases_run_by_id_or_key() -> None:
    files = side(FILES, SUITE)
    scope = Scope(tier=Tier.NAMED, cases=("p2", "shop/p1"))
    assert chosen(plan_of(files, files, scope=scope)) == ["p1", "p2"]


@pytest.mark.parametrize(
    ("scope", "message", "hint"),
    [
        (Scope(tier=Tier.NAMED, cases=("p11",)), "no case is called 'p11'", "did you mean 'p1'"),
        (Scope(tier=Tier.NAMED, cases=("zebra",)), "no case is called 'zebra'", "agent-gate lint"),
        (Scope(tier=Tier.NAMED), "needs the name of a case", "--case"),
        (Scope(agents=("shopp",)), "no agent is called 'shopp'", "did you mean 'shop'"),
        (Scope(agents=("zebra",)), "no agent is called 'zebra'", "the configuration has shop"),
    ],
)
def test_a_name_that_does_not_exist_is_refused(scope: Scope, message: str, hint: str) -> None:
    files = side(FILES, SUITE)
    with pytest.raises(UsageError, match=message) as caught:
        plan_of(files, files, scope=scope)
    assert hint in caught.value.hint


def test_naming_an_agent_leaves_out_the_others() -> None:
    settings = config(agents={"shop": agent_config(), "bank": agent_config("bank")})
    files = side({}, (*SUITE, plan_case("bank-p0", agent="bank")))
    plan = plan_of(files, files, settings=settings, scope=Scope(tier=Tier.FULL, agents=("bank",)))
    assert chosen(plan) == ["bank-p0"]
    assert ([agent.name for agent in plan.agents], plan.total_cases) == (["bank"], 1)


def test_fingerprints_are_of_the_definition_alone() -> None:
    files = {"shop/a": "1", "README.md": "x", "fixtures/test-data.yml": "k: v"}
    settings = config(agents={"shop": agent_config(".")})
    plan = plan_of(side(files, SUITE), side(files, SUITE), settings=settings)
    tree = side(files).tree
    expected = agent_fingerprint({path: tree.object_id(path) for path in ("shop/a", "README.md")})
    assert plan.agents[0].base_fingerprint == plan.agents[0].head_fingerprint == expected


def _stored(level: dict[Dimension, int], runs: float = 20, ok: float = 20) -> Baseline:
    row = BaselineCase(
        fingerprints=Fingerprints(fixture="", rubric="", data=""),
        topic="",
        severity=Severity.P1,
        level=level,
        runs=runs,
        ok=ok,
        hist={},
    )
    return Baseline(agent="shop", agent_fingerprint="", commit="", gate_version="", cases={"p1": row})


def test_levels_come_from_the_baseline_and_safety_is_always_two() -> None:
    case = replace(P1, dimensions=(Dimension.TONE, Dimension.SAFETY, Dimension.CORRECTNESS))
    plan = plan_of(
        side({}, (case,)),
        side({}, (case,)),
        scope=Scope(tier=Tier.FULL),
        baselines={"shop": _stored({Dimension.TONE: 1, Dimension.SAFETY: 1})},
    )
    assert plan.levels == {"shop/p1": {"tone": 1, "safety": 2, "correctness": 2}}


def test_json_has_the_documented_shape() -> None:
    plan = plan_of(side(FILES, SUITE), side({**FILES, "shop/prompt.md": "new"}, SUITE))
    data = plan_json(plan)
    assert data["affected"] == {"topics": ["Orders", "Returns"], "actions": []}
    assert data["selected"][0] == {  # type: ignore[index]
        "case": "shop/p0",
        "severity": "P0",
        "status": "frozen",
        "reasons": [["shop/prompt.md", "agent shop"]],
    }
    assert {"agents", "changes", "bailouts", "forecast"} <= data.keys()


def test_a_case_lists_few_reasons_and_how_many_more() -> None:
    files = {f"shop/{n}": "1" for n in range(10)}
    plan = plan_of(side(files, SUITE), side(dict.fromkeys(files, "2"), SUITE))
    assert len(reasons_of(plan, "p1")) == 5
    assert reasons_of(plan, "p1")[-1] == ("6 more",)
