"""What a project says of its agents."""

from gate.model.agent_map import MappedAction, MappedAgent, MappedTopic
from gate.salesforce.reading import read_map
from gate.salesforce.sources import Known
from tests.projects import edited, path_of, project, with_file
from tests.trees import DictTree

HARBOR, LANTERN = project("harbor"), project("lantern")


def agent(tree: DictTree, name: str) -> MappedAgent:
    (found,) = [item for item in read_map(tree).agents if item.name == name]
    return found


def topic(found: MappedAgent, name: str) -> MappedTopic:
    (item,) = [item for item in found.topics if item.name == name]
    return item


def rows(actions: tuple[MappedAction, ...]) -> list[tuple[str, str, str, str]]:
    return [(action.name, action.alias, action.target, action.target_type) for action in actions]


def told(found: MappedAgent) -> list[tuple[int, str]]:
    return [(item.line, item.what) for item in found.unresolved]


def test_every_agent_of_every_package_is_found_and_hidden_and_frozen_ones_are_not() -> None:
    assert [(item.name, item.kind) for item in read_map(HARBOR).agents] == [
        ("Harbor_Care", "agent-script"),
        ("Harbor_Staff", "agent-script"),
    ]


def test_sources_limit_where_agents_come_from_but_not_what_they_use() -> None:
    (found,) = read_map(HARBOR, ["apps/orders"]).agents
    assert found.name == "Harbor_Care"
    assert "apps/shared/main/flows/Book_Pickup.flow-meta.xml" in found.backing


def test_another_project_of_the_repository_is_no_part_of_this_one() -> None:
    other = {f"other/{path}": content for path, content in HARBOR.files.items()}
    mine = {f"mine/{path}": content for path, content in HARBOR.files.items()}
    (found,) = read_map(DictTree({**other, **mine}), ["mine/apps/orders"]).agents
    assert found.source.startswith("mine/")
    assert {path.partition("/")[0] for path in found.backing} == {"mine"}


def test_topics_stand_in_the_order_of_the_script_with_old_and_new_keyword() -> None:
    found = agent(HARBOR, "Harbor_Care")
    assert [(item.name, item.start) for item in found.topics] == [
        ("Front_Desk", True),
        ("Tracking", False),
        ("Pickup", False),
        ("Customs", False),
        ("Harbor_Billing", False),
    ]


def test_an_action_has_a_row_for_each_of_its_aliases() -> None:
    assert rows(topic(agent(HARBOR, "Harbor_Care"), "Tracking").actions) == [
        ("Find_Parcel", "look_up", "apex://ParcelLookup", "apex"),
        ("Find_Parcel", "look_up_again", "apex://ParcelLookup", "apex"),
        ("Explain_Delay", "explain", "prompt://Explain_Delay", "prompt"),
    ]


def test_an_action_that_only_the_script_calls_has_no_alias() -> None:
    assert ("Notify_Depot", "", "externalService://DepotApi.notify", "externalService") in rows(
        topic(agent(HARBOR, "Harbor_Care"), "Pickup").actions
    )


def test_tools_that_move_the_conversation_are_routes() -> None:
    found = agent(HARBOR, "Harbor_Care")
    routes = [(route.alias, route.kind, route.to) for item in found.topics for route in item.routes]
    assert routes == [
        ("to_tracking", "transition", "Tracking"),
        ("to_pickup", "transition", "Pickup"),
        ("ask_customs", "delegation", "Customs"),
        ("to_person", "escalation", ""),
    ]


def test_a_description_may_be_a_template() -> None:
    assert topic(agent(HARBOR, "Harbor_Care"), "Pickup").description == "Books a pickup\nat the door"


def test_prompts_retrievers_variables_and_backing_code_are_listed() -> None:
    found = agent(HARBOR, "Harbor_Care")
    assert found.prompts == ("Explain_Delay",)
    assert found.retrievers == ("Delay_Articles_1Cx", "Harbor_Library")
    assert found.variables == ("parcel_id", "session")
    assert [path.rpartition("/")[2] for path in found.backing] == [
        "ParcelCount.cls",
        "ParcelLookup.cls",
        "ParcelStore.cls",
        "DepotApi.externalServiceRegistration-meta.xml",
        "Book_Pickup.flow-meta.xml",
        "Check_Address.flow-meta.xml",
        "Delay_Reasons.flow-meta.xml",
        "Route_To_Person.flow-meta.xml",
        "Explain_Delay.genAiPromptTemplate-meta.xml",
    ]


def test_what_points_nowhere_is_unresolved_with_its_line_and_standard_actions_are_not() -> None:
    assert told(agent(HARBOR, "Harbor_Staff")) == [
        (9, "target flow://Find_Ship of action Find_Ship is not in the project"),
        (17, "@variables.nobody: there is no variable of this name"),
        (20, "@subagent.Nowhere: there is no topic of this name"),
    ]


def test_a_complete_agent_has_nothing_unresolved() -> None:
    assert agent(HARBOR, "Harbor_Care").unresolved == ()
    assert agent(LANTERN, "Lantern").unresolved == ()


def test_a_missing_subflow_is_unresolved_for_the_agent_that_reaches_it() -> None:
    tree = edited(HARBOR, "Check_Address.flow-meta.xml", "<flowName>Book_Pickup", "<flowName>Gone")
    assert told(agent(tree, "Harbor_Care")) == [(10, "flow Gone is not in the project")]


def test_a_classic_agent_is_read_from_its_newest_version() -> None:
    found = agent(LANTERN, "Lantern")
    assert found.kind == "classic"
    assert found.source.endswith("Lantern_v2.genAiPlannerBundle")
    assert [item.name for item in found.topics] == ["Weather", "Billing"]
    assert rows(topic(found, "Weather").actions) == [("Get_Weather", "", "WeatherReader", "apex")]
    assert rows(topic(found, "Billing").actions) == [("Read_Bill", "", "Read_Bill", "flow")]
    assert rows(found.actions) == [
        ("EmployeeCopilot__AnswerQuestionsWithKnowledge", "", "", ""),
        ("Greet", "", "Greeter", "apex"),
    ]
    assert found.variables == ("RoutableId",)


def test_a_bot_of_dialogs_is_no_agent() -> None:
    assert [item.name for item in read_map(LANTERN).agents] == ["Lantern"]


def test_a_planner_without_a_bot_is_an_agent_of_its_own() -> None:
    planner = "<GenAiPlanner><genAiPlugins><genAiPluginName>Weather</genAiPluginName></genAiPlugins></GenAiPlanner>"
    tree = with_file(LANTERN, "force-app/main/default/genAiPlanners/Solo_v4.genAiPlanner-meta.xml", planner)
    assert [item.name for item in agent(tree, "Solo").topics] == ["Weather"]


def test_a_missing_topic_and_action_of_a_classic_agent_are_unresolved() -> None:
    tree = edited(LANTERN, "Lantern_v2.genAiPlannerBundle", ">Weather<", ">Wind<")
    tree = edited(tree, "Lantern_v2.genAiPlannerBundle", "<functionName>Read_Bill_179KB0000004C92", "<functionName>Pay")
    assert told(agent(tree, "Lantern")) == [
        (9, "topic Wind is not in the project"),
        (11, "action Pay of topic Billing is not in the project"),
    ]


def test_a_topic_that_a_planner_customizes_is_read_inside_the_planner() -> None:
    custom = (
        "<genAiPlugins><genAiCustomizedPlugin><description>Custom</description><genAiFunctions>"
        "<functionName>Get_Weather</functionName></genAiFunctions></genAiCustomizedPlugin>"
        "<genAiPluginName>Std__Help</genAiPluginName></genAiPlugins><masterLabel>"
    )
    tree = edited(LANTERN, "Lantern_v2.genAiPlannerBundle", "<masterLabel>Lantern", custom + "Lantern")
    found = agent(tree, "Lantern")
    assert topic(found, "Std__Help").description == "Custom"
    assert rows(topic(found, "Std__Help").actions) == [("Get_Weather", "", "WeatherReader", "apex")]


GRAPH = (  # {"agentVersion": {...}} as the platform stores it
    "eyJhZ2VudFZlcnNpb24iOiB7ImluaXRpYWxOb2RlIjogIkhvbWUiLCAibm9kZXMiOiBbeyJkZXZlbG9wZXJOYW1lIjogIkhvbWUiLCAiZGVzY3JpcHRp"
    "b24iOiAiU3RhcnQiLCAidG9vbHMiOiBbeyJuYW1lIjogImdvX3NoaXBzIiwgInRhcmdldCI6ICJfX3N0YXRlX3VwZGF0ZV9hY3Rpb25fXyIsICJzdGF0"
    "ZVVwZGF0ZXMiOiBbeyJBZ2VudFNjcmlwdEludGVybmFsX25leHRfdG9waWMiOiAiXCJTaGlwc1wiIn1dfV19LCB7ImRldmVsb3Blck5hbWUiOiAiU2hp"
    "cHMiLCAidG9vbHMiOiBbeyJuYW1lIjogImZpbmRfc2hpcCIsICJ0YXJnZXQiOiAiRmluZF9TaGlwIn1dfV19fQ=="
)


def test_a_compiled_graph_tells_of_topics_and_tools_when_the_script_is_not_there() -> None:
    path = "force-app/main/default/genAiPlannerBundles/Lantern_v2/agentGraph/Lantern_v2_graph.json"
    found = agent(with_file(LANTERN, path, GRAPH), "Lantern")
    assert [(route.alias, route.to) for route in topic(found, "Home").routes] == [("go_ships", "Ships")]
    assert topic(found, "Home").start
    assert [(action.name, action.alias) for action in topic(found, "Ships").actions] == [("Find_Ship", "find_ship")]


def test_a_layout_newer_than_this_map_is_reported_and_makes_an_agent() -> None:
    path = "force-app/main/default/aiAgentDefinitionVersions/Comet_2/nodes/a.json"
    found = agent(with_file(LANTERN, path, "{}"), "Comet")
    assert found.topics == ()
    assert told(found) == [
        (1, "a layout this map does not read yet (agent definition versions): its changes affect every case")
    ]


def test_without_a_project_file_the_whole_tree_is_read() -> None:
    tree = DictTree({"deep/in/x.agent": HARBOR.files[path_of(HARBOR, "Harbor_Staff.agent")]})
    assert [item.name for item in read_map(tree).agents] == ["Harbor_Staff"]


def test_equal_files_are_read_once_for_both_sides_and_unreached_ones_never() -> None:
    base, head = project("harbor"), edited(project("harbor"), "ParcelStore.cls", "'here'", "'there'")
    known = Known()
    read_map(base, known=known)
    assert base.reads < len(base.files)
    head.reads = 0
    read_map(head, known=known)
    assert head.reads == len(["sfdx-project.json", ".forceignore", "ParcelStore.cls"])
