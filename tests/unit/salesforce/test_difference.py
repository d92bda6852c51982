"""What each kind of change affects; the rows are those of docs/impact.md."""

from collections.abc import Callable
from pathlib import Path

import pytest

from gate.planning.fingerprint import agent_fingerprint
from gate.planning.ground import Ground
from gate.planning.maps import Maps
from tests.plans import agent_config, config
from tests.projects import difference, edited, path_of, project, reach, with_file, without
from tests.trees import DictTree

HARBOR, LANTERN = project("harbor"), project("lantern")
DOCS = Path(__file__).parents[3] / "docs" / "impact.md"

SCRIPT = "Harbor_Care/Harbor_Care.agent"
NEW_TOPIC = 'subagent Lost:\n    description: "x"\nsubagent Customs:'
TEMPLATE = "Explain_Delay.genAiPromptTemplate-meta.xml"
SCHEMA = "Get_Weather/input/schema.json"
PLANNER = "Lantern_v2.genAiPlannerBundle"

QUICK_ACTION = (
    "apps/shared/main/quickActions/Log_Visit.quickAction-meta.xml",
    "<QuickAction><flowDefinition>Log_Visit</flowDefinition><optionsCreateFeedItem>true</optionsCreateFeedItem></QuickAction>",
)
LOG_VISIT = ("apps/shared/main/flows/Log_Visit.flow-meta.xml", "<Flow><status>Active</status></Flow>")
CREDENTIAL = (
    "apps/orders/main/namedCredentials/Depot_Api.namedCredential-meta.xml",
    "<NamedCredential><label>Depot</label><url>https://depot.example</url></NamedCredential>",
)
RECORD = (
    "apps/orders/main/customMetadata/Port_Setting.Default.md-meta.xml",
    (
        "<CustomMetadata><values><field>Days__c</field><value>3</value></values>"
        "<values><field>Handler__c</field><value>PortHandler</value></values></CustomMetadata>"
    ),
)
BILLING = (
    "apps/orders/main/aiAuthoringBundles/Harbor_Billing/Harbor_Billing.agent",
    (
        'config:\n  developer_name: "Harbor_Billing"\nstart_agent Bills:\n  description: "Bills"\n'
        "  reasoning:\n    instructions: ->\n      | Explain bills.\n"
    ),
)
HANDLER = ("apps/orders/main/classes/PortHandler.cls", "public class PortHandler { Integer days; }")
POLICY = ("apps/orders/main/staticresources/Lost_Parcels.json", '{"days": 30}')
DAYS = (
    "apps/orders/main/objects/Port_Setting__mdt/fields/Kind__c.field-meta.xml",
    "<CustomField><type>Picklist</type><valueSet><valueSetName>Port_Kinds</valueSetName></valueSet></CustomField>",
)
KINDS = (
    "apps/orders/main/globalValueSets/Port_Kinds.globalValueSet-meta.xml",
    "<GlobalValueSet><customValue><fullName>Sea</fullName></customValue></GlobalValueSet>",
)
RATE = (
    "apps/orders/main/customMetadata/Rate.Default.md-meta.xml",
    "<CustomMetadata><values><field>Cents__c</field><value>30</value></values></CustomMetadata>",
)
ALERTS = (
    "apps/shared/main/workflows/Parcel__c.workflow-meta.xml",
    "<Workflow><alerts><fullName>Tell</fullName><senderType>CurrentUser</senderType></alerts></Workflow>",
)
OLD_FLOW = ("apps/shared/main/flows/Weigh-3.flow-meta.xml", "<Flow><status>Active</status></Flow>")
CODE = (
    "{ return callOut('callout:Depot_Api/parcels', Port_Setting__mdt.getInstance('Default'), "
    "[SELECT Body FROM StaticResource WHERE Name = 'Lost_Parcels']); }"
)
CALLS = (
    "<formulas><expression>{!$CustomMetadata.Rate__mdt.Default.Cents__c}</expression></formulas>"
    "<actionCalls><actionName>Parcel__c.Tell</actionName><actionType>emailAlert</actionType></actionCalls>"
    "<subflows><flowName>Weigh</flowName></subflows></Flow>"
)
BESIDE = [QUICK_ACTION, LOG_VISIT, CREDENTIAL, RECORD, BILLING, HANDLER, POLICY, DAYS, KINDS, RATE, ALERTS, OLD_FLOW]
PORT = edited(
    DictTree({**HARBOR.files, **dict(BESIDE)}),
    "ParcelLookup.cls", "public static", f"Object ask() {CODE} public static",
)  # fmt: skip
PORT = edited(PORT, "Book_Pickup.flow-meta.xml", "</Flow>", CALLS)
PORT = edited(PORT, "Harbor_Care/Harbor_Care.agent", "externalService://DepotApi.notify", "quickAction://Log_Visit")

SOURCES = {"Harbor_Care": "apps/orders/main/10_care", "Lantern": "force-app/main/default/genAiPlannerBundles"}

Reach = tuple[str, tuple[str, ...], tuple[str, ...]]
Row = tuple[str, DictTree, DictTree, Reach]


def harbor(ending: str, old: str, new: str) -> tuple[DictTree, DictTree]:
    return HARBOR, edited(HARBOR, ending, old, new)


def port(ending: str, old: str, new: str) -> tuple[DictTree, DictTree]:
    return PORT, edited(PORT, ending, old, new)


def lantern(ending: str, old: str, new: str) -> tuple[DictTree, DictTree]:
    return LANTERN, edited(LANTERN, ending, old, new)


def called(ending: str, old: str, new: str) -> tuple[DictTree, DictTree]:
    tag, name = "</ExternalServiceRegistration>", "<namedCredential>Depot_Api</namedCredential>"
    base = edited(with_file(HARBOR, *CREDENTIAL), "DepotApi.externalServiceRegistration-meta.xml", tag, name + tag)
    return base, edited(base, ending, old, new)


LAYOUT = "whitespace or the order of unordered elements"
FROZEN = "apps/orders/main/10_care/aiAuthoringBundles/Harbor_Care/Harbor_Care.agent"
NOTHING: Reach = ("nothing", (), ())
TRACKING: Reach = ("part", ("Tracking",), ())
FIND: Reach = ("part", ("Tracking",), ("Find_Parcel",))
BOOK: Reach = ("part", ("Pickup",), ("Book_Pickup",))
EXPLAIN: Reach = ("part", ("Tracking",), ("Explain_Delay",))
WHOLE: Reach = ("agent", (), ())
BOOK_FIND: Reach = ("part", ("Pickup", "Tracking"), ("Book_Pickup", "Find_Parcel"))
NOTIFY: Reach = ("part", ("Pickup",), ("Notify_Depot",))
WEATHER: Reach = ("part", ("Weather",), ("Get_Weather",))

ROWS: list[Row] = [
    ("script: comment", *harbor(SCRIPT, "# Parcels of", "# All parcels of"), NOTHING),
    ("script: label of a topic", *harbor(SCRIPT, "Trakcing", "Tracking"), NOTHING),
    ("script: label of an action", *harbor(SCRIPT, '"Find parcel"', '"Find a parcel"'), NOTHING),
    ("script: label of a variable", *harbor(SCRIPT, 'label: "Parcel"', 'label: "Your parcel"'), NOTHING),
    ("script: blank line in a prompt", *harbor(SCRIPT, "    before_reasoning:", "\n\n    before_reasoning:"), NOTHING),
    ("script: keyword `topic` becomes `subagent`", *harbor(SCRIPT, "topic Pickup:", "subagent Pickup:"), NOTHING),
    ("script: instructions of a topic", *harbor(SCRIPT, "Ask for the parcel", "Demand the parcel"), TRACKING),
    ("script: before and after reasoning", *harbor(SCRIPT, '"unknown"', '"none"'), TRACKING),
    ("script: definition of an action", *harbor(SCRIPT, "Reads one parcel", "Reads a parcel"), FIND),
    ("script: target of an action", *harbor(SCRIPT, "apex://ParcelLookup", "apex://ParcelCount"), FIND),
    ("script: an input named label", *harbor(SCRIPT, "                label: string\n", ""), FIND),
    ("script: alias of an action", *harbor(SCRIPT, "with label = ...", 'with label = "x"'), FIND),
    ("script: a topic run as a tool", *harbor(SCRIPT, "customs says", "customs said"),
     ("part", ("Customs", "Tracking"), ())),
    ("script: description of a topic", *harbor(SCRIPT, "Tells", "Says"), ("routing", ("Tracking",), ())),
    ("script: start_agent", *harbor(SCRIPT, "Choose the tool", "Take the tool"), ("routing", ("Front_Desk",), ())),
    ("script: new topic", *harbor(SCRIPT, "subagent Customs:", NEW_TOPIC),
     ("routing", ("Lost",), ())),
    ("script: connected agent", *harbor(SCRIPT, "Questions on bills", "Bills"), ("routing", ("Harbor_Billing",), ())),
    ("script: system text", *harbor(SCRIPT, "Say only what", "Say what"), WHOLE),
    ("script: variable", *harbor(SCRIPT, "The parcel in question", "A parcel"), WHOLE),
    ("script: configuration", *harbor(SCRIPT, "AgentforceServiceAgent", "AgentforceEmployeeAgent"), WHOLE),
    ("script: knowledge settings", *harbor(SCRIPT, "citations_enabled: True", "citations_enabled: False"), WHOLE),
    ("flow of a connection", *harbor("Route_To_Person.flow-meta.xml", "Active", "Draft"), WHOLE),
    ("bundle settings", *harbor("Harbor_Care.bundle-meta.xml", "spring", "autumn"), NOTHING),
    ("frozen version of a bundle", *harbor("Harbor_Care_2.agent", "Say only", "Say"), NOTHING),
    ("file under .forceignore", *harbor("Old_Helper.agent", "Nothing", "Something"), NOTHING),
    ("class of an action", *harbor("ParcelLookup.cls", "public static", "global static"), FIND),
    ("class: comment", *harbor("ParcelLookup.cls", "// the store knows", "// the store always knows"), NOTHING),
    ("class that a class of an action uses", *harbor("ParcelStore.cls", "'here'", "'there'"), FIND),
    ("class that no action reaches", *harbor("Unrelated.cls", "caller", "called"), NOTHING),
    ("API version of a class", *harbor("ParcelStore.cls-meta.xml", "67.0", "68.0"), FIND),
    ("custom label that a class uses", *harbor("CustomLabels.labels-meta.xml", "no such parcel", "no parcel"), FIND),
    ("custom label that nothing uses", *harbor("CustomLabels.labels-meta.xml", ">Harbor<", ">Port<"), NOTHING),
    ("field of an object that a class uses", *harbor("Status__c.field-meta.xml", "Text", "Picklist"), FIND),
    ("flow of an action", *harbor("Book_Pickup.flow-meta.xml", "ParcelCount", "ParcelLookup"), BOOK),
    ("flow: label and position", *harbor("Book_Pickup.flow-meta.xml", "<locationX>50", "<locationX>90"), NOTHING),
    ("flow: order of steps", *harbor("Check_Address.flow-meta.xml", "<assignToReference>a<", "<assignToReference>c<"),
     BOOK),
    ("flow that a template uses", *harbor("Delay_Reasons.flow-meta.xml", "Active", "Draft"), EXPLAIN),
    ("prompt template: version that runs", *harbor(TEMPLATE, "Explain the", "Give the"),
     EXPLAIN),
    ("prompt template: version that does not run", *harbor(TEMPLATE, "Old", "Older"),
     NOTHING),
    ("external service", *harbor("DepotApi.externalServiceRegistration-meta.xml", "true", "false"),
     ("part", ("Pickup",), ("Notify_Depot",))),
    ("named credential of an external service", *called("namedCredential-meta.xml", "https", "http"), NOTIFY),
    ("other metadata that is a target", *port("quickAction-meta.xml", "true", "false"), NOTIFY),
    ("flow of a quick action", *port("Log_Visit.flow-meta.xml", "Active", "Draft"), NOTIFY),
    ("other metadata that a class names", *port("namedCredential-meta.xml", "https", "http"), FIND),
    ("other metadata: label", *port("namedCredential-meta.xml", ">Depot<", ">The depot<"), NOTHING),
    ("record of a custom metadata type", *port("Port_Setting.Default.md-meta.xml", "3", "4"), FIND),
    ("class that a record of a custom metadata type names", *port("PortHandler.cls", "Integer", "String"), FIND),
    ("global value set of a field", *port("globalValueSet-meta.xml", "Sea", "Air"), FIND),
    ("static resource that a class names", *port("Lost_Parcels.json", "30", "60"), FIND),
    ("custom metadata that a formula of a flow reads", *port("Rate.Default.md-meta.xml", "30", "60"), BOOK),
    ("email alert of a flow", *port("Parcel__c.workflow-meta.xml", "CurrentUser", "DefaultWorkflowUser"), BOOK_FIND),
    ("flow in a file with a version number", *port("Weigh-3.flow-meta.xml", "Active", "Draft"), BOOK),
    ("topic of an agent that is handed over to", *port("Harbor_Billing.agent", "Explain", "Tell of"),
     ("part", ("Harbor_Billing",), ())),
    ("replacement at deploy", *harbor("sfdx-project.json", '"DEPOT"', '"OTHER_DEPOT"'),
     BOOK),
    ("classic: label of a topic", *lantern("Weather.genAiPlugin-meta.xml", "Wether", "Weather"), NOTHING),
    ("classic: instructions of a topic", *lantern("Weather.genAiPlugin-meta.xml", "Name the day", "Say the day"),
     ("part", ("Weather",), ())),
    ("classic: scope of a topic", *lantern("Weather.genAiPlugin-meta.xml", "Only weather", "Weather"),
     ("routing", ("Weather",), ())),
    ("classic: order of instructions", *lantern(PLANNER, "Be exact.</", "Be kind.</"), ("part", ("Billing",), ())),
    ("classic: library action", *lantern("Get_Weather.genAiFunction-meta.xml", "Reads the", "Gives the"), WEATHER),
    ("classic: schema of an action", *lantern(SCHEMA, "Where", "Which"), WEATHER),
    ("classic: title in a schema", *lantern(SCHEMA, '"Place"', '"The place"'), NOTHING),
    ("classic: local action", *lantern(PLANNER, "Reads a bill", "Gives bills"), ("part", ("Billing",), ("Read_Bill",))),
    ("classic: mapping of an attribute", *lantern(PLANNER, ">Place<", ">City<"), ("part", ("Weather",), ())),
    ("classic: planner", *lantern(PLANNER, "ReAct", "Sequential"), WHOLE),
    ("classic: bot version", *lantern("v2.botVersion-meta.xml", "You are Lantern", "You are a lantern"), WHOLE),
    ("classic: older version", *lantern("Lantern_v1.genAiPlannerBundle", "ReAct", "Sequential"), WHOLE),
    ("classic: class of an agent-level action", *lantern("Greeter.cls", "greet()", "hello()"),
     ("agent", (), ("Greet",))),
]  # fmt: skip
MOVING = [row for row in ROWS if row[3] != NOTHING]


@pytest.mark.parametrize(("base", "head", "expected"), [row[1:] for row in ROWS], ids=[row[0] for row in ROWS])
def test_a_change_affects(base: DictTree, head: DictTree, expected: Reach) -> None:
    name = "Lantern" if LANTERN in (base, head) else "Harbor_Care"
    assert reach(difference(base, head).agent(name)) == expected


@pytest.mark.parametrize(("base", "head", "expected"), [row[1:] for row in ROWS], ids=[row[0] for row in ROWS])
def test_a_change_taken_back_affects_the_same(base: DictTree, head: DictTree, expected: Reach) -> None:
    name = "Lantern" if LANTERN in (base, head) else "Harbor_Care"
    assert reach(difference(head, base).agent(name)) == expected


def test_the_table_of_the_documentation_has_every_row_and_no_other() -> None:
    table = DOCS.read_text(encoding="utf-8").partition("## Each kind of change")[2].partition("\n## ")[0]
    told = [line.split(" | ")[0].removeprefix("| ") for line in table.splitlines() if line.startswith("| ")]
    assert told[2:] == [row[0] for row in ROWS]


def effect(base: DictTree, head: DictTree, ending: str) -> str:
    return difference(base, head).effects[path_of(head, ending)]


@pytest.mark.parametrize(
    ("ending", "old", "new", "expected"),
    [
        (SCRIPT, "Trakcing", "Tracking", "affects nothing: only labels changed"),
        (SCRIPT, "# Parcels", "# parcels", "affects nothing: only comments changed"),
        (SCRIPT, "\n\nvariables", "\n\n\nvariables", f"affects nothing: only {LAYOUT} changed"),
        ("ParcelLookup.cls", "// the", "// The", "affects nothing: only comments changed"),
        ("Harbor_Care_2.agent", "Say", "Tell",
         f"affects nothing: frozen version 2 of agent Harbor_Care, whose source is {FROZEN}"),
        ("Old_Helper.agent", "Nothing", "Something", "affects nothing: ignored by .forceignore, never deployed"),
        ("CustomLabels.labels-meta.xml", ">Harbor<", ">Port<", "affects nothing: no action uses what changed in it"),
        ("CustomLabels.labels-meta.xml", "No parcel", "None", "affects nothing: only labels changed"),
        (SCRIPT, "Ask for the", "Ask the", "affects topic Tracking"),
        (SCRIPT, "Say only what", "Say what", "affects agent Harbor_Care"),
        (SCRIPT, "Tells where", "Says where", "affects routing of agent Harbor_Care, topic Tracking"),
        ("ParcelLookup.cls", "public static", "global static", "affects topic Tracking, action Find_Parcel"),
    ],
)  # fmt: skip
def test_every_changed_file_gets_a_sentence(ending: str, old: str, new: str, expected: str) -> None:
    assert effect(*harbor(ending, old, new), ending) == expected


def test_a_topic_that_moves_within_the_file_is_told_as_an_order_not_as_its_label_and_comments() -> None:
    base = project("harbor")
    path = path_of(base, SCRIPT)
    text = base.read(path).decode()
    start, end = text.index("topic Pickup:"), text.index("subagent Customs:")
    block = "# first\n" + text[start:end]
    before = with_file(base, path, f"{text[:start]}{block}{text[end:].rstrip()}\n")
    after = with_file(base, path, f"{text[:start]}{text[end:].rstrip()}\n{block}")
    assert effect(before, after, SCRIPT) == f"affects nothing: only {LAYOUT} changed"


def test_a_reason_leads_from_the_file_over_everything_between_to_the_topic() -> None:
    diff = difference(*harbor("ParcelStore.cls", "'here'", "'there'")).agent("Harbor_Care")
    assert diff is not None
    assert diff.topics["Tracking"] == (
        ("apps/orders/main/classes/ParcelStore.cls", "class ParcelLookup", "action Find_Parcel", "topic Tracking"),
    )


def test_a_reason_inside_a_script_names_the_part() -> None:
    diff = difference(*harbor(SCRIPT, "Ask for the", "Ask the")).agent("Harbor_Care")
    assert diff is not None
    assert diff.topics["Tracking"] == ((path_of(HARBOR, SCRIPT), "instructions of topic Tracking", "topic Tracking"),)


def test_an_affected_action_has_its_aliases() -> None:
    diff = difference(*harbor("ParcelLookup.cls", "public static", "global static")).agent("Harbor_Care")
    assert diff is not None
    assert [(action.name, action.topic, action.aliases) for action in diff.actions] == [
        ("Find_Parcel", "Tracking", ("look_up", "look_up_again"))
    ]


def test_a_class_used_by_two_agents_affects_both() -> None:
    found = difference(*harbor("ParcelCount.cls", "{ 1 }", "{ 2 }"))
    assert {diff.agent: tuple(diff.topics) for diff in found.agents} == {
        "Harbor_Care": ("Pickup",),
        "Harbor_Staff": ("Desk",),
    }


def test_an_action_of_the_start_reaches_every_case() -> None:
    diff = difference(*harbor("ParcelCount.cls", "{ 1 }", "{ 2 }")).agent("Harbor_Staff")
    assert diff is not None
    assert diff.routing != ()


@pytest.mark.parametrize(
    ("edit", "expected"),
    [
        (lambda tree: without(tree, "ParcelLookup.cls"), FIND),
        (lambda tree: with_file(tree, "apps/shared/main/flows/Find_Ship.flow-meta.xml", "<Flow/>"), NOTHING),
        (lambda tree: without(tree, "Harbor_Care.agent", "Harbor_Care_2.agent"), ("agent", (), ())),
    ],
    ids=["class deleted", "flow of another agent added", "agent deleted"],
)
def test_an_added_or_deleted_file(edit: Callable[[DictTree], DictTree], expected: Reach) -> None:
    found = reach(difference(HARBOR, edit(HARBOR)).agent("Harbor_Care"))
    assert found[0] == expected[0]
    assert set(expected[2]) <= set(found[2])


def test_moving_a_file_affects_nothing() -> None:
    path = path_of(HARBOR, "ParcelLookup.cls")
    moved = {name: content for name, content in HARBOR.files.items() if name != path}
    head = DictTree({**moved, "apps/shared/main/classes/deep/ParcelLookup.cls": HARBOR.files[path]})
    found = difference(HARBOR, head)
    assert found.agents == ()
    assert found.effects[path] == "affects nothing: the same definition was or is in another file"


def test_publishing_a_new_version_of_a_classic_agent_compares_it_with_the_last() -> None:
    v3 = LANTERN.files[path_of(LANTERN, "v2.botVersion-meta.xml")].replace(b"v2", b"v3")
    planner = LANTERN.files[path_of(LANTERN, PLANNER)].replace(b"Be brief.", b"Be very brief.")
    new = {path.replace("Lantern_v2", "Lantern_v3"): content for path, content in LANTERN.files.items()}
    main = "force-app/main/default"
    head = DictTree({**LANTERN.files, **new, f"{main}/bots/Lantern/v3.botVersion-meta.xml": v3,
                     f"{main}/genAiPlannerBundles/Lantern_v3/Lantern_v3.genAiPlannerBundle": planner})  # fmt: skip
    assert reach(difference(LANTERN, head).agent("Lantern")) == ("part", ("Billing",), ())


def test_local_copies_retrieved_from_another_org_are_the_same() -> None:
    moved = {path.replace("KB0000004", "XX0000099"): content.replace(b"KB0000004", b"XX0000099")
             for path, content in LANTERN.files.items()}  # fmt: skip
    assert difference(LANTERN, DictTree(moved)).agents == ()


def test_generated_metadata_does_not_hide_the_script_it_comes_from() -> None:
    script = 'config:\n  developer_name: "Lantern"\nstart_agent Only:\n  description: "All"\n'
    path = "force-app/main/default/aiAuthoringBundles/Lantern/Lantern.agent"
    base = with_file(LANTERN, path, script)
    head = edited(base, PLANNER, "ReAct", "Sequential")
    found = difference(base, head)
    assert found.agents == ()
    assert found.effects[path_of(head, PLANNER)].startswith("affects nothing: generated from the Agent Script")
    assert reach(difference(base, edited(base, "Lantern.agent", "All", "Any")).agent("Lantern"))[0] == "routing"


@pytest.mark.parametrize(("base", "head"), [row[1:3] for row in MOVING], ids=[row[0] for row in MOVING])
def test_what_affects_an_agent_changes_its_fingerprint_wherever_it_lies(base: DictTree, head: DictTree) -> None:
    name = next(agent for agent, source in SOURCES.items() if any(path.startswith(source) for path in base.paths()))
    ground = Ground(config(agents={name: agent_config(SOURCES[name])}))
    before, after = (agent_fingerprint(Maps(ground, tree).definition(name)) for tree in (base, head))
    assert before != after


@pytest.mark.parametrize(
    ("tree", "ending", "old", "new", "expected"),
    [
        (LANTERN, "Get_Weather.genAiFunction-meta.xml", "Reads the", "Gives the", WEATHER),
        (LANTERN, "Get_Weather/input/schema.json", "Where", "Which", WEATHER),
        (LANTERN, "Weather.genAiPlugin-meta.xml", "Name the day", "Say the day", ("part", ("Weather",), ())),
        (HARBOR, "ParcelLookup.cls", "public static", "global static", FIND),
        (HARBOR, "Book_Pickup.flow-meta.xml", "ParcelCount", "ParcelLookup", BOOK),
    ],
)
def test_of_a_component_that_lies_in_two_packages_both_files_count(
    tree: DictTree, ending: str, old: str, new: str, expected: Reach
) -> None:
    for path, twice in _in_two_packages(tree, ending):
        changed = with_file(twice, path, twice.files[path].decode().replace(old, new, 1))
        found = difference(twice, changed)
        assert [reach(agent) for agent in found.agents] == [expected]
        assert found.effects[path].startswith("affects ")
        assert not found.effects[path].startswith("affects nothing")


def test_of_a_planner_that_lies_in_two_packages_the_other_may_be_the_active_one() -> None:
    widths = []
    for path, twice in _in_two_packages(LANTERN, PLANNER):
        changed = with_file(twice, path, twice.files[path].decode().replace("Reads a bill", "Gives bills"))
        widths += [reach(agent) for agent in difference(twice, changed).agents]
    assert sorted(widths) == [WHOLE, ("part", ("Billing",), ("Read_Bill",))]


def _in_two_packages(tree: DictTree, ending: str) -> list[tuple[str, DictTree]]:
    first = path_of(tree, ending)
    second = f"zz/{first}"
    packages = tree.files["sfdx-project.json"].decode().replace("[", '[{"path": "zz"}, ', 1)
    twice = DictTree({**tree.files, second: tree.files[first], "sfdx-project.json": packages})
    return [(first, twice), (second, twice)]
