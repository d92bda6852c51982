"""Salesforce agents: an edit reaches what it means, and the reason can be followed file by file."""

from collections.abc import Mapping

import pytest

from gate.config import Config
from gate.errors import RepositoryError
from gate.model.case import Case
from gate.model.plan import Plan
from gate.planning.sides import Side
from tests.plans import agent_config, chosen, config, effect_of, plan_case, plan_of, reasons_of, side
from tests.shop_project import BUNDLE, FILES, LOOKUP, SCRIPT
from tests.trees import DictTree

SUITE: tuple[Case, ...] = (
    plan_case("returns", agent="shop-agent", topic="Returns"),
    plan_case("orders", agent="shop-agent", topic="orders"),
    plan_case("crossing", agent="shop-agent", topic=""),
    plan_case("looks-up", agent="shop-agent", topic="Orders", tools=("look_up_order",)),
    plan_case("by-alias", agent="shop-agent", topic="Orders", tools=("find_order",)),
)
EVERY = sorted(case.id for case in SUITE)
OF_RETURNS = ["by-alias", "crossing", "looks-up", "returns"]
SETTINGS = config(agents={"shop-agent": agent_config("force-app")})


def _side(files: Mapping[str, str]) -> Side:
    return side(files, SUITE)


def _after(files: Mapping[str, str]) -> Plan:
    return plan_of(_side(FILES), _side({**FILES, **files}), settings=SETTINGS)


def _edited(old: str, new: str) -> Plan:
    assert old in SCRIPT
    return _after({BUNDLE: SCRIPT.replace(old, new)})


def test_an_edit_in_one_topic_affects_its_cases_and_those_of_no_topic() -> None:
    plan = _edited("Ask for the parcel.", "Ask for the parcel number.")
    assert chosen(plan) == ["by-alias", "crossing", "looks-up", "orders"]
    assert reasons_of(plan, "orders")[0][0] == BUNDLE
    assert reasons_of(plan, "orders")[0][-1] == "topic Orders"
    assert plan.agents[0].topics == ("Orders",)


def test_code_behind_an_action_affects_the_topics_that_use_it_and_every_case_that_expects_it() -> None:
    plan = _after({LOOKUP: FILES[LOOKUP].replace("read()", "read(1)")})
    assert chosen(plan) == OF_RETURNS
    assert reasons_of(plan, "returns") == ((LOOKUP, "action Look_Up_Order", "topic Returns"),)
    assert (LOOKUP, "action Look_Up_Order") in reasons_of(plan, "looks-up")
    assert (LOOKUP, "action Look_Up_Order") in reasons_of(plan, "by-alias")
    assert "Look_Up_Order" in plan.agents[0].actions


def test_code_in_another_package_affects_the_agent_that_reaches_it() -> None:
    plan = _after({"service/classes/Orders.cls": "public class Orders { static String read() { return 'x'; } }"})
    assert chosen(plan) == OF_RETURNS
    assert next(change.kind for change in plan.changes) == "agent"


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("Delivery of orders", "Delivery and tracking of orders"),
        ("You help shoppers.", "You help shoppers kindly."),
        ("go_orders: @utils.transition to @subagent.Orders\n", ""),
        ("subagent Orders:", "subagent Parcels:"),
    ],
)
def test_routing_and_what_steers_the_whole_agent_affect_every_case(old: str, new: str) -> None:
    assert chosen(_edited(old, new)) == EVERY


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ('label: "Returns"', 'label: "Returns!"', "labels"),
        ("subagent Orders:", "# about orders\nsubagent Orders:", "comments"),
        ("subagent Orders:", "\nsubagent Orders:", "whitespace"),
    ],
)
def test_labels_comments_and_whitespace_affect_nothing_and_the_plan_says_why(old: str, new: str, words: str) -> None:
    plan = _edited(old, new)
    assert chosen(plan) == []
    assert effect_of(plan, BUNDLE).startswith("affects nothing: ")
    assert words in effect_of(plan, BUNDLE)
    assert not plan.agents[0].affected


def test_a_class_that_no_agent_uses_affects_nothing() -> None:
    path = "force-app/main/default/classes/Unrelated.cls"
    plan = _after({path: "public class Unrelated { Integer i; }"})
    assert chosen(plan) == []
    assert effect_of(plan, path) == "affects nothing: no agent uses it"


def test_metadata_that_no_agent_runs_affects_nothing() -> None:
    path = "force-app/main/default/lwc/tile/tile.js"
    plan = _after({path: "2"})
    assert chosen(plan) == []
    assert effect_of(plan, path) == "affects nothing: metadata that no agent runs"


@pytest.mark.parametrize(
    "path",
    [
        "force-app/main/default/knowledge/returns.md",
        "force-app/main/default/permissionsets/Agent.permissionset-meta.xml",
        "force-app/main/default/aiNovelties/New.aiNovelty-meta.xml",
    ],
)
def test_what_the_map_cannot_place_is_the_whole_agent(path: str) -> None:
    plan = _after({path: "changed"})
    assert chosen(plan) == EVERY
    assert effect_of(plan, path) == "affects agent shop-agent"


def test_patterns_place_what_the_map_does_not_read() -> None:
    topics = {"Returns": ["force-app/main/default/knowledge/returns.md"]}
    settings = config(agents={"shop-agent": agent_config("force-app", topics=topics)})
    head = {**FILES, "force-app/main/default/knowledge/returns.md": "60 days"}
    plan = plan_of(_side(FILES), _side(head), settings=settings)
    assert chosen(plan) == OF_RETURNS


def test_patterns_add_topics_to_those_the_map_finds_and_leave_nothing_as_nothing() -> None:
    settings = config(agents={"shop-agent": agent_config("force-app", topics={"Orders": [LOOKUP]})})
    edited = {**FILES, LOOKUP: FILES[LOOKUP].replace("read()", "read(1)")}
    plan = plan_of(_side(FILES), _side(edited), settings=settings)
    assert chosen(plan) == EVERY
    assert effect_of(plan, LOOKUP) == "affects topic Returns, action Look_Up_Order; affects topic Orders"
    commented = plan_of(_side(FILES), _side({**FILES, LOOKUP: FILES[LOOKUP] + "// more"}), settings=settings)
    assert chosen(commented) == []


def test_a_broken_script_widens_to_every_case_with_the_reason() -> None:
    plan = _after({BUNDLE: SCRIPT.replace("  description", "\tdescription")})
    assert chosen(plan) == EVERY
    assert plan.bailouts
    assert BUNDLE in plan.bailouts[0]


def test_a_class_that_cannot_be_read_widens_to_every_case_with_the_reason() -> None:
    class _Unreadable(DictTree):
        def read(self, path: str) -> bytes:
            if path == LOOKUP:
                raise RepositoryError(f"{path} is too large")
            return super().read(path)

    head = _side({**FILES, LOOKUP: "x" * 100})
    broken = Side(
        revision=head.revision, tree=_Unreadable({p: head.tree.read(p) for p in head.tree.paths()}), cases=SUITE
    )
    plan = plan_of(_side(FILES), broken, settings=SETTINGS)
    assert chosen(plan) == EVERY
    assert any(LOOKUP in bailout for bailout in plan.bailouts)


def test_two_agents_in_one_source_are_told_apart_by_name() -> None:
    other = BUNDLE.replace("Shop_Agent", "Bank_Agent")
    files = {
        **FILES,
        other: SCRIPT.replace("Shop_Agent", "Bank_Agent").replace("apex://OrderLookup", "apex://Unrelated"),
    }
    settings = config(agents={"shop-agent": agent_config("force-app"), "bank-agent": agent_config("force-app")})
    suite = (*SUITE, plan_case("bank", agent="bank-agent", topic="Orders"))
    head = {**files, other: files[other].replace("Ask for the parcel.", "Ask for the money.")}
    plan = plan_of(side(files, suite), side(head, suite), settings=settings)
    assert chosen(plan) == ["bank"]
    assert [agent.name for agent in plan.agents if agent.affected] == ["bank-agent"]


def test_a_removed_agent_affects_every_case() -> None:
    files = {path: text for path, text in FILES.items() if path != BUNDLE}
    assert chosen(plan_of(_side(FILES), _side(files), settings=SETTINGS)) == EVERY
    assert chosen(plan_of(_side(files), _side(FILES), settings=SETTINGS)) == EVERY


def test_a_file_that_is_no_longer_deployed_is_led_back_to_what_decides_that() -> None:
    plan = _after({".forceignore": "**/OrderLookup.cls\n"})
    assert reasons_of(plan, "returns")[0] == (".forceignore", LOOKUP, "action Look_Up_Order", "topic Returns")
    assert effect_of(plan, ".forceignore").startswith("affects agent ")


def test_an_ignore_file_that_hides_nothing_of_an_agent_affects_nothing() -> None:
    plan = _after({".forceignore": "**/jsconfig.json\n"})
    assert chosen(plan) == []
    assert effect_of(plan, ".forceignore") == "affects nothing: the same components are found with it"


def test_an_agent_outside_of_the_source_that_is_handed_over_to_affects_the_topic_that_does_so() -> None:
    path = "service/aiAuthoringBundles/Expert/Expert.agent"
    expert = 'config:\n  developer_name: "Expert"\nstart_agent All:\n  description: "All"\n'
    handing_over = SCRIPT + 'connected_subagent returns_expert:\n  target: "agentforce://Expert"\n  description: "x"\n'
    base = {**FILES, BUNDLE: handing_over, path: expert}
    cases = (*SUITE, plan_case("expert", agent="shop-agent", topic="Returns Expert"))
    head = {**base, path: expert.replace('All"', 'Everything"')}
    plan = plan_of(side(base, cases), side(head, cases), settings=SETTINGS)
    assert "expert" in chosen(plan)
    assert "orders" not in chosen(plan)
    assert effect_of(plan, path).startswith("affects ")
    assert "nothing" not in effect_of(plan, path)


def test_a_case_that_expects_an_action_of_another_topic_is_affected_by_that_topic() -> None:
    suite = (*SUITE, plan_case("stays", agent="shop-agent", topic="Orders", tools=("track",)))
    head = {**FILES, BUNDLE: SCRIPT.replace("Ask for the order number.", "Ask for nothing.")}
    plan = plan_of(side(FILES, suite), side(head, suite), settings=SETTINGS)
    assert chosen(plan) == OF_RETURNS
    assert reasons_of(plan, "looks-up")[0][-1] == "topic Returns"


OUTSIDE = config(agents={"shop-agent": agent_config("force-app/main/default/aiAuthoringBundles")})


def _fingerprints(files: Mapping[str, str], settings: Config = OUTSIDE) -> tuple[str, str]:
    plan = plan_of(_side(FILES), _side({**FILES, **files}), settings=settings)
    return plan.agents[0].base_fingerprint, plan.agents[0].head_fingerprint


def test_code_outside_of_the_source_that_an_action_reaches_is_part_of_the_fingerprint() -> None:
    before, after = _fingerprints({"service/classes/Orders.cls": "public class Orders { Integer i; }"})
    assert before != after
    plan = plan_of(
        _side(FILES), _side({**FILES, "service/classes/Orders.cls": "class Orders { Integer i; }"}), settings=OUTSIDE
    )
    assert chosen(plan) == OF_RETURNS


OTHER = "force-app/main/default/aiAuthoringBundles/Other/Other.agent"


@pytest.mark.parametrize("settings", [OUTSIDE, SETTINGS], ids=["outside", "inside"])
@pytest.mark.parametrize(
    "path", ["force-app/main/default/classes/Unrelated.cls", "force-app/main/default/lwc/tile/tile.js", OTHER]
)
def test_what_the_agent_never_runs_is_no_part_of_its_fingerprint(path: str, settings: Config) -> None:
    before, after = _fingerprints({path: 'config:\n  developer_name: "Other"\n'}, settings)
    assert before == after


@pytest.mark.parametrize(
    "path",
    [
        "force-app/main/default/knowledge/returns.md",
        "force-app/main/default/permissionsets/Agent.permissionset-meta.xml",
        "force-app/main/default/aiNovelties/New.aiNovelty-meta.xml",
    ],
)
def test_what_the_map_cannot_place_is_part_of_the_fingerprint(path: str) -> None:
    before, after = _fingerprints({path: "changed"}, SETTINGS)
    assert before != after


def test_hiding_code_by_forceignore_is_another_definition() -> None:
    before, after = _fingerprints({".forceignore": "**/Orders.cls"})
    assert before != after


@pytest.mark.parametrize("folder", ["bots/shop", "flows", "agents/labels"])
def test_a_project_may_lie_in_a_folder_called_like_a_metadata_type(folder: str) -> None:
    files = {f"{folder}/{path}": text for path, text in FILES.items()}
    settings = config(agents={"shop-agent": agent_config(f"{folder}/force-app")})
    edited = {**files, f"{folder}/{LOOKUP}": FILES[LOOKUP].replace("read()", "read(1)")}
    assert chosen(plan_of(_side(files), _side(edited), settings=settings)) == OF_RETURNS


def _beside(files: Mapping[str, str]) -> dict[str, str]:
    """The project below `app`, and `files` below `lib`, a project of its own."""
    project = '{"packageDirectories": [{"path": "src"}]}'
    beside = {f"lib/{path}": text for path, text in {"sfdx-project.json": project, **files}.items()}
    return {**{f"app/{path}": text for path, text in FILES.items() if "Orders.cls" not in path}, **beside}


@pytest.mark.parametrize("text", [FILES["service/classes/Orders.cls"], ""], ids=["edited", "brought"])
def test_code_that_only_another_project_of_the_repository_has_is_found_there(text: str) -> None:
    settings = config(agents={"shop-agent": agent_config("app/force-app")})
    before = _beside({"src/classes/Orders.cls": text} if text else {})
    after = _beside({"src/classes/Orders.cls": "public class Orders { Integer i; }"})
    plan = plan_of(_side(before), _side(after), settings=settings)
    assert chosen(plan) == OF_RETURNS


def test_another_project_does_not_shadow_what_the_agents_own_has() -> None:
    settings = config(agents={"shop-agent": agent_config("app/force-app")})
    before, after = (_beside({"src/classes/OrderLookup.cls": text}) for text in ("class A {}", "class B {}"))
    assert chosen(plan_of(_side(before), _side(after), settings=settings)) == []


def test_tests_of_agents_affect_nothing() -> None:
    path = "force-app/main/default/aiEvaluationDefinitions/Shop.aiEvaluationDefinition-meta.xml"
    plan = _after({path: "<AiEvaluationDefinition/>"})
    assert chosen(plan) == []
    assert effect_of(plan, path) == "affects nothing: tests of agents in the org, which no agent runs"


def test_a_renamed_class_is_told_by_what_its_old_name_reached() -> None:
    moved = {path: text for path, text in FILES.items() if path != LOOKUP} | {f"{LOOKUP}.cls": FILES[LOOKUP]}
    plan = plan_of(_side(FILES), _side(moved), settings=SETTINGS)
    assert effect_of(plan, f"{LOOKUP}.cls") == "affects topic Returns, action Look_Up_Order"
    assert reasons_of(plan, "returns") == ((LOOKUP, "action Look_Up_Order", "topic Returns"),)


def test_a_file_that_nobody_edited_is_no_reason_beside_the_one_that_used_it() -> None:
    plan = plan_of(
        _side(FILES), _side({path: text for path, text in FILES.items() if path != LOOKUP}), settings=SETTINGS
    )
    assert chosen(plan) == OF_RETURNS
    assert {reason[0] for one in plan.selected for reason in one.reasons} == {LOOKUP}


def test_metadata_of_an_unknown_type_is_reported_as_such_and_widens() -> None:
    path = "force-app/genAiMoods/Calm.genAiMood-meta.xml"
    plan = _after({path: "<GenAiMood/>"})
    assert chosen(plan) == EVERY
    assert plan.bailouts == (f"{path} cannot be followed: a type of metadata that this version does not know",)
    assert reasons_of(plan, "orders")[0][0] == path


def test_what_is_no_metadata_is_not_called_so_wherever_it_lies() -> None:
    plan = _after({"force-app/agents/knowledge/refunds.md": "Refunds take three days."})
    assert (chosen(plan), plan.bailouts) == (EVERY, ())
